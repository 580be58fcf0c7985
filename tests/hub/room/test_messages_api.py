"""Messages: whom they reach, once, and how they are taken back."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.hub.room.process import Stream, an_attempt, batch
from tests.hub.room.staffed import LAB, Evening, refused
from tests.hub.room.test_notes import rows

pytestmark = pytest.mark.slow


def told(evening: Evening, token: str) -> list[str]:
    """Return the messages that a seat is told."""
    stream = Stream.of_seat(evening.room, token)
    texts = [one["text"] for one in stream.next()[2]["messages"]]
    stream.close()
    return texts


def say(evening: Evening, **body: Any) -> str:
    """Say something; returns its id."""
    answer = evening.act("messages", evening.presenter, body)
    assert answer.status == 200, answer
    return str(answer.body["id"])


def test_a_message_reaches_the_seats_that_are_named(evening: Evening) -> None:
    """Each of them, and nobody else."""
    seat, other = evening.room.seat(evening.found["code"])
    _, third = evening.room.seat(evening.found["code"])
    say(evening, to="seats", text="You two.", seats=[evening.seat, seat, seat])
    assert told(evening, evening.token) == told(evening, other) == ["You two."]
    assert told(evening, third) == []


def test_a_message_reaches_who_is_stuck_at_that_moment(evening: Evening) -> None:
    """Whom it was for is kept: getting unstuck takes it from nobody."""
    _, other = evening.room.seat(evening.found["code"])
    wrong = [an_attempt(outcome="failed", reason="rows-lost") for _ in range(4)]
    evening.room.post("api/attempts", batch(*wrong), evening.token)
    say(evening, to="stuck", text="Look at the path.", **LAB)
    evening.room.post("api/attempts", batch(an_attempt()), evening.token)
    assert told(evening, evening.token) == ["Look at the path."]
    assert told(evening, other) == []
    nobody = {"to": "stuck", "text": "Still?", **LAB}
    sentence = refused(
        evening.act("messages", evening.presenter, nobody), 404, "not-found"
    )
    assert sentence == "Nobody is stuck there just now."


def test_a_message_to_the_stuck_sent_twice_is_one(evening: Evening) -> None:
    """Also when nobody is stuck any more by the second time."""
    wrong = [an_attempt(outcome="failed", reason="rows-lost") for _ in range(4)]
    evening.room.post("api/attempts", batch(*wrong), evening.token)
    body = {"id": str(uuid.uuid4()), "to": "stuck", "text": "Look.", **LAB}
    for _ in range(2):
        answer = evening.act("messages", evening.presenter, body)
        assert answer.body == {"id": body["id"]}
        evening.room.post("api/attempts", batch(an_attempt()), evening.token)
    assert told(evening, evening.token) == ["Look."]


def test_a_message_is_taken_back(evening: Evening) -> None:
    """No seat is told of it any more; twice is once."""
    gone, stays = say(evening, to="all", text="Wrong."), ""
    stays = say(evening, to="all", text="Right.")
    assert told(evening, evening.token) == ["Wrong.", "Right."]
    for _ in range(2):
        path = f"messages/{gone}/withdraw"
        assert evening.act(path, evening.presenter).status == 200
    assert [one["id"] for one in evening.state()["messages"]] == [stays]


def test_only_what_was_said_here_is_taken_back(evening: Evening) -> None:
    """Not what nobody said, and not another room's."""
    refused(
        evening.act(f"messages/{uuid.uuid4()}/withdraw", evening.presenter),
        404,
        "not-found",
    )
    path = f"messages/{say(evening, to='all', text='Here.')}/withdraw"
    other = evening.room.make_room()
    token = evening.room.staff(other)
    there = f"api/rooms/{other['id']}/{path}"
    answer = evening.room.post(there, {"id": str(uuid.uuid4())}, token)
    refused(answer, 404, "not-found")


def test_words_of_messages_stay_out_of_the_journal(evening: Evening) -> None:
    """Whoever they are for."""
    say(evening, to="seats", text="Quokkaword.", seats=[evening.seat])
    assert "Quokka" not in repr(rows(evening.room, "SELECT * FROM journal"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"to": "seats"}, "bad-request"),
        ({"to": "seats", "seats": []}, "bad-request"),
        ({"to": "seats", "seats": "all"}, "bad-request"),
        ({"to": "seats", "seats": [1]}, "bad-request"),
        ({"to": "seats", "seats": ["sabcdefghjk"]}, "not-found"),
        ({"to": "stuck", "lab": "none"}, "bad-request"),
        ({"to": "stuck", **LAB, "step": "none"}, "not-found"),
        ({"to": "step", "lab": "first_flight"}, "bad-request"),
    ],
)
def test_a_message_to_nobody_is_refused(
    evening: Evening, body: dict[str, Any], code: str
) -> None:
    """In one sentence."""
    status = 400 if code == "bad-request" else 404
    answer = evening.act("messages", evening.presenter, {"text": "Hello.", **body})
    refused(answer, status, code)
