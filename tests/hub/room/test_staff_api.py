"""What staff do: each thing once, by its id, and only by who may."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.hub.room.process import (
    RoomProcess,
    Stream,
    a_note,
    an_attempt,
    batch,
    notes,
)
from tests.hub.room.staffed import LAB, Evening, refused
from tests.hub.room.test_notes import rows

pytestmark = pytest.mark.slow


def test_a_message_reaches_whom_it_is_for(evening: Evening) -> None:
    """All, the seat, or whoever is on the step; its text is not in the journal."""
    room = evening.room
    _, other = room.seat(evening.found["code"])
    room.post("api/attempts", batch(an_attempt("load-data")), other)
    sent = [
        {"to": "all", "text": "A break of 10 minutes."},
        {"to": "seat", "text": "I saw it.", "seat": evening.seat},
        {"to": "step", "text": "Look at the path.", **LAB},
    ]
    for body in sent:
        assert evening.act("messages", evening.presenter, body).status == 200
    told = [one["text"] for one in evening.state()["messages"]]
    assert told == [body["text"] for body in sent]
    stream = Stream.of_seat(room, other)
    messages = stream.next()[2]["messages"]
    stream.close()
    assert [one["text"] for one in messages] == [sent[0]["text"]]
    assert messages[0]["to"] == "all"
    journal = rows(room, "SELECT * FROM journal WHERE kind = 'message'")
    assert "break" not in repr(journal)


def test_a_message_sent_twice_is_one(evening: Evening) -> None:
    """The second request with the same id changes nothing."""
    body = {"id": str(uuid.uuid4()), "to": "all", "text": "Once."}
    for text in ("Once.", "Twice."):
        answer = evening.act("messages", evening.presenter, {**body, "text": text})
        assert answer.body == {"id": body["id"]}
    [message] = evening.state()["messages"]
    assert (message["id"], message["text"]) == (body["id"], "Once.")


def test_gates_and_hints_are_told_to_seats_and_board(evening: Evening) -> None:
    """On and off again; a seat that watches hears of it."""
    stream = Stream.of_seat(evening.room, evening.token)
    stream.next()
    told = {"held": False, "gate": "soft", "sent": 0, "verified": False}
    evening.act("gates", evening.presenter, {**LAB, "closed": True})
    assert stream.next()[2]["steps"] == {"first_flight/load-data": told}
    evening.act("hints", evening.presenter, {**LAB, "held": True})
    assert stream.next()[2]["steps"]["first_flight/load-data"]["held"] is True
    shown = evening.board()["room"]
    assert shown["gates"] == {"first_flight/load-data": "soft"}
    assert shown["held"] == ["first_flight/load-data"]
    evening.act("gates", evening.presenter, {**LAB, "closed": False})
    assert stream.next()[2]["steps"]["first_flight/load-data"]["gate"] == ""
    assert evening.board()["room"]["gates"] == {}
    stream.close()


def test_two_helpers_who_claim_at_once(evening: Evening) -> None:
    """Exactly one goes; the other one is told who does."""
    for _ in range(5):
        ask = a_note("ask", body={"words": "Please."})
        evening.tell(ask)
        paths = [f"asks/{ask['id']}/claim"] * 2
        with ThreadPoolExecutor(2) as both:
            staff = (evening.helper, evening.other)
            answers = list(both.map(evening.act, paths, staff))
        assert sorted(answer.status for answer in answers) == [200, 409]
        [lost] = [answer for answer in answers if answer.status == 409]
        [won] = [answer for answer in answers if answer.status == 200]
        sentence = refused(lost, 409, "ask-taken")
        assert sentence.lower() == f"{won.body['ask']['who']} goes there already."
        assert won.body["ask"]["state"] == "claimed"
        evening.act(f"asks/{ask['id']}/answer", evening.helper)


def test_the_life_of_an_ask(evening: Evening) -> None:
    """Claimed, released, claimed by another, answered; the seat follows."""
    ask = a_note("ask", body={"words": "My table is empty."})
    evening.tell(ask)
    stream = Stream.of_seat(evening.room, evening.token)
    assert stream.next()[2]["ask"]["position"] == 1
    path = f"asks/{ask['id']}"
    claim = {"id": str(uuid.uuid4())}
    for _ in range(2):
        assert evening.act(f"{path}/claim", evening.helper, claim).status == 200
    told = stream.next()[2]["ask"]
    assert (told["state"], told["by"], told["position"]) == (
        "claimed",
        "a helper",
        None,
    )
    refused(evening.act(f"{path}/release", evening.other), 409, "ask-taken")
    assert evening.act(f"{path}/release", evening.presenter).status == 200
    assert stream.next()[2]["ask"]["state"] == "waiting"
    assert evening.act(f"{path}/claim", evening.presenter).status == 200
    assert stream.next()[2]["ask"]["by"] == "a presenter"
    assert evening.act(f"{path}/answer", evening.helper).status == 200
    assert stream.next()[2]["ask"]["state"] == "answered"
    assert evening.act(f"{path}/answer", evening.other).status == 200
    refused(evening.act(f"{path}/claim", evening.other), 409, "ask-over")
    [seat] = evening.board()["seats"]
    assert seat["ask"]["words"] == "My table is empty."
    assert seat["ask"]["who"].startswith("helper ")
    stream.close()


def test_the_board_hears_of_every_place_in_the_queue(evening: Evening) -> None:
    """When the first is answered, the delta moves the second up."""
    _, other = evening.room.seat(evening.found["code"])
    first, second = (a_note("ask", body={"words": ""}) for _ in range(2))
    evening.tell(first)
    evening.room.post("api/notes", notes(second), other)
    stream = Stream(evening.room, evening.found["id"], evening.helper)
    places = [seat["ask"]["position"] for seat in stream.next()[2]["seats"]]
    assert places == [1, 2]
    evening.act(f"asks/{first['id']}/answer", evening.helper)
    _, _, delta = stream.next()
    shown = {seat["ask"]["id"]: seat["ask"]["position"] for seat in delta["seats"]}
    assert shown == {first["id"]: None, second["id"]: 1}
    stream.close()


def test_a_shared_cell_can_be_read_until_it_is_not_shared(evening: Evening) -> None:
    """By the staff of the room and nobody else."""
    path = (
        f"api/rooms/{evening.found['id']}/seats/{evening.seat}"
        "/shared/first_flight/load-data"
    )
    evening.tell(a_note("share", body={"source": "x = 1\n<b>"}))
    shared = evening.room.get(path, evening.helper).body
    assert shared["source"] == "x = 1\n<b>"
    assert evening.board()["seats"][0]["shared"] == ["first_flight/load-data"]
    refused(evening.room.get(path, evening.token), 403, "not-allowed")
    evening.tell(a_note("unshare"))
    refused(evening.room.get(path, evening.helper), 404, "not-found")
    assert rows(evening.room, "SELECT * FROM texts WHERE seat = ?", evening.seat) == []


def test_a_new_phrase_ends_the_old_one(evening: Evening) -> None:
    """The same id tells the same phrase; the journal names neither."""
    room, code = evening.room, evening.found["code"]
    old = room.desk("GET", f"/claims/{evening.seat}").body["phrase"]
    path, body = f"seats/{evening.seat}/phrase", {"id": str(uuid.uuid4())}
    new = evening.act(path, evening.helper, body).body["phrase"]
    assert evening.act(path, evening.helper, body).body["phrase"] == new != old
    for phrase, status in ((old, 403), (new, 200)):
        back = {"code": code, "phrase": phrase, "browser": uuid.uuid4().hex}
        assert room.desk("POST", "/returns", back).status == status
    newest = room.desk("POST", f"/seats/{evening.seat}/phrase", {}).body["phrase"]
    assert newest not in (old, new)
    refused(evening.act(path, evening.helper, body), 404, "not-found")
    kept = rows(room, "SELECT body FROM journal WHERE kind = 'phrase'")
    assert not any(word in repr(kept) for word in (old, new, newest))


def test_a_new_phrase_survives_a_killed_room(own_room: RoomProcess) -> None:
    """What was told at the lectern works after a restart."""
    found = own_room.make_room()
    seat, _ = own_room.seat(found["code"])
    new = own_room.desk("POST", f"/seats/{seat}/phrase", {}).body["phrase"]
    own_room.kill()
    own_room.start()
    back = {"code": found["code"], "phrase": new, "browser": "b"}
    assert own_room.desk("POST", "/returns", back).body["seat"] == seat


def test_who_may_do_what(evening: Evening) -> None:
    """Helpers help; the pace is the presenter's; a seat and strangers do nothing."""
    room = evening.room
    stranger = room.staff(room.make_room())
    calls: list[tuple[str, dict[str, Any]]] = [
        ("messages", {"to": "all", "text": "Hello."}),
        ("gates", {**LAB, "closed": True}),
        ("hints", {**LAB, "held": True}),
        (f"seats/{evening.seat}/phrase", {}),
        (f"asks/{uuid.uuid4()}/claim", {}),
    ]
    for path, body in calls:
        for token in (evening.token, stranger):
            refused(evening.act(path, token, body), 403, "not-allowed")
        refused(evening.act(path, "", body), 401, "not-logged-in")
    for path, body in calls[:3]:
        sentence = refused(evening.act(path, evening.helper, body), 403, "not-allowed")
        assert "presenter" in sentence


def test_a_staff_user_learns_who_it_is(evening: Evening) -> None:
    """The board shows each role what it can do."""
    for token, role in ((evening.presenter, "presenter"), (evening.helper, "helper")):
        mine = evening.room.get("api/rooms", token).body
        assert [one["role"] for one in mine["rooms"]] == [role]
        assert mine["user"].startswith("p")


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("messages", {"id": "x", "to": "all", "text": "a"}, "bad-request"),
        ("messages", {"to": "all", "text": "  "}, "bad-request"),
        ("messages", {"to": "some", "text": "a"}, "bad-request"),
        ("messages", {"to": "all", "text": "a" * 1001}, "bad-request"),
        ("messages", {"to": "seat", "text": "a", "seat": "sabcdefghjk"}, "not-found"),
        ("messages", {"to": "step", "text": "a", "lab": "first_flight"}, "bad-request"),
        (
            "messages",
            {"to": "step", "text": "a", "lab": "none", "step": "a"},
            "not-found",
        ),
        ("gates", {**LAB, "closed": 1}, "bad-request"),
        ("gates", {**LAB, "step": "none", "closed": True}, "not-found"),
        ("hints", {**LAB, "lab": "", "held": True}, "bad-request"),
        ("seats/sabcdefghjk/phrase", {}, "not-found"),
        ("asks/6f1f9c52-5d0c-4c1e-9f2e-0d0f8f0c9a11/claim", {}, "not-found"),
        ("asks/6f1f9c52-5d0c-4c1e-9f2e-0d0f8f0c9a11/claim", {"id": 1}, "bad-request"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    evening: Evening, path: str, body: dict[str, Any], code: str
) -> None:
    """One sentence and a matching status."""
    status = 400 if code == "bad-request" else 404
    assert refused(evening.act(path, evening.presenter, body), status, code)
