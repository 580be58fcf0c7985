"""Help: the same question, and hints that the presenter sends."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.hub.room.process import Answer, a_note, an_attempt, batch, notes
from tests.hub.room.staffed import LAB, Evening, refused

pytestmark = pytest.mark.slow
STEP = "first_flight/load-data"


def ask(evening: Evening, token: str) -> str:
    """Ask for help as a seat; returns the ask's id."""
    note = a_note("ask", body={"words": "Please."})
    answer = evening.room.post("api/notes", notes(note), token)
    assert answer.body["acked"] == [note["id"]]
    return str(note["id"])


def same(evening: Evening, one: str, other: str) -> Answer:
    """Say as a helper that one ask is another's question."""
    return evening.act(f"asks/{one}/same", evening.helper, {"as": other})


def test_two_asks_can_be_one_question(evening: Evening) -> None:
    """The board shows it at each of them, until it is taken back."""
    _, token = evening.room.seat(evening.found["code"])
    _, third = evening.room.seat(evening.found["code"])
    first, second, last = (ask(evening, one) for one in (evening.token, token, third))
    answer = same(evening, second, first)
    assert (answer.status, answer.body["ask"]["same"]) == (200, first)
    assert same(evening, last, second).body["ask"]["same"] == first
    refused(same(evening, first, second), 400, "bad-request")
    refused(same(evening, first, first), 400, "bad-request")
    assert same(evening, second, "").body["ask"]["same"] == ""


def test_only_open_asks_of_the_room_are_compared(evening: Evening) -> None:
    """What is answered is over."""
    first = ask(evening, evening.token)
    refused(same(evening, first, str(uuid.uuid4())), 404, "not-found")
    refused(same(evening, str(uuid.uuid4()), first), 404, "not-found")
    _, token = evening.room.seat(evening.found["code"])
    second = ask(evening, token)
    evening.act(f"asks/{second}/answer", evening.helper)
    refused(same(evening, second, first), 409, "ask-over")
    refused(same(evening, first, "x"), 400, "bad-request")


def test_an_ask_is_solved_by_its_step(evening: Evening) -> None:
    """Nobody needs to come any more, and its person sees that."""
    first = ask(evening, evening.token)
    evening.room.post("api/attempts", batch(an_attempt()), evening.token)
    assert evening.state()["ask"]["state"] == "solved"
    refused(evening.act(f"asks/{first}/claim", evening.helper), 409, "ask-over")


@pytest.fixture
def hinted(evening: Evening) -> Evening:
    """An evening whose lab has two hints for its first step."""
    lab = Path(evening.room.root) / "labs" / "first_flight" / "lab.toml"
    text = lab.read_text()
    if "hints" not in text:
        lab.write_text(text.replace('"Load"', '"Load"\nhints = ["Look.", "Read it."]'))
    evening.board()
    return evening


def send(evening: Evening, **body: Any) -> Answer:
    """Send the next hint of the step."""
    return evening.act("hints/send", evening.presenter, {**LAB, **body})


def test_hints_are_sent_one_after_the_other(hinted: Evening) -> None:
    """From where each seat is, as far as the ladder goes."""
    other, _ = hinted.room.seat(hinted.found["code"])
    hinted.tell(a_note("hint", body={"number": 1}))
    both = [hinted.seat, other]
    first = send(hinted, seats=both).body
    assert (first["seats"], first["numbers"]) == (2, {hinted.seat: 2, other: 1})
    assert hinted.state()["steps"][STEP]["sent"] == 2
    assert send(hinted, seats=both).body["numbers"] == {other: 2}
    refused(send(hinted, seats=both), 404, "not-found")


def test_a_hint_sent_twice_is_one(hinted: Evening) -> None:
    """The second call is answered as the first one was."""
    body = {"id": str(uuid.uuid4()), "seats": [hinted.seat]}
    assert send(hinted, **body).body == send(hinted, **body).body
    assert hinted.state()["steps"][STEP]["sent"] == 1


def test_the_stuck_get_the_next_hint(hinted: Evening) -> None:
    """And nobody else; whoever passed needs none."""
    hinted.room.seat(hinted.found["code"])
    refused(send(hinted, to="stuck"), 404, "not-found")
    wrong = [an_attempt(outcome="failed", reason="rows-lost") for _ in range(4)]
    hinted.room.post("api/attempts", batch(*wrong), hinted.token)
    assert send(hinted, to="stuck").body["numbers"] == {hinted.seat: 1}
    hinted.room.post("api/attempts", batch(an_attempt()), hinted.token)
    refused(send(hinted, seats=[hinted.seat]), 404, "not-found")


def test_hints_go_to_seats_of_the_room(hinted: Evening) -> None:
    """Named, or those that are stuck."""
    refused(send(hinted), 400, "bad-request")
    refused(send(hinted, seats=["sabcdefghjk"]), 404, "not-found")
    refused(send(hinted, seats=[hinted.seat], step="none"), 404, "not-found")
