"""Which wishes become notes: a table."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from checkers.engine.gates import Gates
from checkers.engine.note import Kind
from checkers.engine.panel_rules import (
    RefusedError,
    Wish,
    answer_from,
    granted,
    step_to_check,
    wish_from,
)
from checkers.engine.panel_state import Scene
from checkers.engine.progress import Lines
from checkers.engine.record import Record
from checkers.engine.steps import Found, SeatLab, SeatQuestion, SeatStep

ASKED = str(uuid4())
LAB = SeatLab(
    "l",
    "The lab",
    "1.0.0",
    (
        SeatStep("one", "One", 3, ("one",), hints=("a", "b")),
        SeatStep("two", "Two", 3, ("two",)),
    ),
)
OPEN = {"room": {"id": "r", "state": "open", "practice": False}}
CLOSED = {"room": {"id": "r", "state": "closed", "practice": False}}
HELD = {**OPEN, "steps": {"l/one": {"held": True}}}
SENT = {**OPEN, "steps": {"l/one": {"sent": 1}}}
SAID = {**OPEN, "messages": [{"id": ASKED, "at": 1, "text": "Hello", "to": "all"}]}
MESSAGE = {"message": ASKED}
SHARED = {**OPEN, "shared": ["l/one"]}


def note(kind: str, step: str = "one", **body: Any) -> dict[str, Any]:
    """Return a note's line in the record."""
    line = {"note": kind, "lab": "l", "step": step, "id": ASKED, "at": 1}
    return {**line, "body": body}


def ask_in_room(state: str) -> dict[str, Any]:
    """Return a seat state with this seat's ask."""
    ask = {"id": ASKED, "lab": "l", "step": "one", "state": state, "position": None}
    return {**OPEN, "ask": {**ask, "at": 1, "by": ""}}


def scene(
    tmp_path: Path, lines: list[dict[str, Any]], room: dict[str, Any], **more: Any
) -> Scene:
    """Return a seat with this record, in this room."""
    record = Record(tmp_path / "outbox")
    for line in lines:
        Lines(tmp_path / "progress.jsonl").add(line)
    record.look()
    return Scene({"l": LAB}, record, room, {}, 1, practice=not room, **more)


GENERATION = {"generation": 1}


@pytest.mark.parametrize(
    ("kind", "body", "lines", "room", "expected"),
    [
        ("hint", {}, [], OPEN, {"number": 1}),
        ("hint", {}, [], {}, {"number": 1}),
        ("hint", {}, [note("hint", number=1)], OPEN, {"number": 2}),
        ("hint", {"number": 1}, [note("hint", number=1)], OPEN, None),
        ("hint", {}, [note("hint", number=2)], OPEN, "no-hint-left"),
        ("hint", {}, [], HELD, "hints-held"),
        ("hint", {}, [], SENT, {"number": 2}),
        ("hint", {"number": 1}, [], SENT, None),
        ("hint", {}, [note("hint", number=2)], SENT, "no-hint-left"),
        ("ask", {"words": "Help"}, [], OPEN, {"words": "Help"}),
        ("ask", {}, [], OPEN, {"words": ""}),
        ("ask", {}, [], {}, "practice"),
        ("ask", {}, [], CLOSED, "practice"),
        ("ask", {}, [note("ask")], OPEN, "ask-open"),
        ("ask", {}, [note("ask")], ask_in_room("claimed"), "ask-open"),
        ("ask", {}, [note("ask")], ask_in_room("answered"), {"words": ""}),
        ("ask", {}, [note("ask"), note("withdraw", ask=ASKED)], OPEN, {"words": ""}),
        ("ask", {}, [], ask_in_room("waiting"), "ask-open"),
        ("ask", {}, [note("ask")], ask_in_room("solved"), {"words": ""}),
        ("withdraw", {}, [], OPEN, None),
        ("withdraw", {}, [note("ask")], OPEN, {"ask": ASKED}),
        ("withdraw", {}, [note("ask")], CLOSED, {"ask": ASKED}),
        ("withdraw", {}, [note("ask")], {}, {"ask": ASKED}),
        ("withdraw", {}, [], ask_in_room("waiting"), {"ask": ASKED}),
        ("withdraw", {}, [], ask_in_room("answered"), None),
        ("withdraw", {}, [], ask_in_room("solved"), None),
        ("seen", MESSAGE, [], SAID, MESSAGE),
        ("seen", MESSAGE, [note("seen", "", **MESSAGE)], SAID, None),
        ("seen", MESSAGE, [], OPEN, None),
        ("seen", {}, [], SAID, "bad-request"),
        ("share", {"source": "x"}, [], OPEN, {"source": "x"}),
        ("share", {}, [], OPEN, "bad-request"),
        ("share", {"source": "x"}, [], {}, "practice"),
        ("unshare", {}, [], OPEN, None),
        ("unshare", {}, [note("share", source="x")], CLOSED, {}),
        ("unshare", {}, [], SHARED, {}),
        ("unshare", {}, [note("unshare")], SHARED, None),
        ("feedback", {"face": "clear"}, [], {}, {"face": "clear", "words": ""}),
        ("feedback", {"face": "fine"}, [], {}, "bad-request"),
        ("reset", {}, [], OPEN, {"generation": 1}),
        ("reset", {}, [note("reset", **GENERATION)], OPEN, {"generation": 2}),
        ("reset", GENERATION, [note("reset", **GENERATION)], OPEN, None),
        ("caught-up", {}, [], {}, {}),
    ],
)
def test_a_wish_is_granted_done_already_or_refused(
    tmp_path: Path,
    kind: str,
    body: dict[str, Any],
    lines: list[dict[str, Any]],
    room: dict[str, Any],
    expected: dict[str, Any] | str | None,
) -> None:
    """A body: that note is told. None: nothing to do. A word: refused so."""
    wish = Wish(Kind(kind), "l", "one", body)
    seat = scene(tmp_path, lines, room)
    if isinstance(expected, str):
        with pytest.raises(RefusedError) as refused:
            granted(wish, seat)
        assert refused.value.code == expected
        assert str(refused.value)
        return
    meant = granted(wish, seat)
    assert (dict(meant.body) if meant else None) == expected


def test_what_lies_before_the_state_caught_up_to_is_not_checked(tmp_path: Path) -> None:
    """Its work is the author's; where own work begins is checked when asked."""
    steps = tuple(SeatStep(one, one, 1, (one,), watch=True) for one in ("a", "b", "c"))
    lab = LAB._replace(steps=steps)
    record = [note("caught-up", "b")]
    seat = replace(scene(tmp_path, record, OPEN), labs={"l": lab})
    gates = Gates(tmp_path)
    with pytest.raises(RefusedError) as refused:
        step_to_check({"lab": "l", "step": "a"}, seat, gates)
    assert refused.value.code == "caught-up"
    for one in steps[1:]:
        found = step_to_check({"lab": "l", "step": one.id}, seat, gates)
        assert found == Found(lab, one)


def test_an_answer_is_what_the_seat_reads_of_it(tmp_path: Path) -> None:
    """As in a terminal: an option by its words or number; anything else is refused."""
    colour = SeatQuestion("choice", "Which?", ("blue", "red"))
    asks = SeatStep("asks", "Asks", 1, ("asks",), question=colour)
    words = asks._replace(id="words", question=SeatQuestion("text", "Which?"))
    labs = {"l": LAB._replace(steps=(*LAB.steps, asks, words))}
    gates = Gates(tmp_path)
    seat = replace(scene(tmp_path, [], OPEN), labs=labs)

    def answer(step: str, text: object) -> str:
        try:
            found, meant = answer_from(
                {"lab": "l", "step": step, "answer": text, "outcome": "passed"},
                seat,
                gates,
            )
        except RefusedError as refused:
            return f"{refused.status} {refused.code}" if str(refused) else "silent"
        assert found.step.id == step
        return meant

    assert [answer("asks", text) for text in ("red", " 2 ")] == ["red", "red"]
    assert answer("asks", "green") == answer("words", " ") == "409 no-answer"
    assert answer("words", "<b>a\n b") == "<b>a b"
    assert answer("words", "x" * 500) == "x" * 500
    assert answer("words", "x" * 501) == "413 too-large"
    assert {answer("words", one) for one in (None, 3, ["x"], {})} == {"400 bad-request"}
    assert answer("one", "red") == "409 no-question"
    seat = replace(scene(tmp_path, [note("caught-up", "words")], OPEN), labs=labs)
    assert (answer("asks", "red"), answer("words", "x")) == ("409 caught-up", "x")
    gate = {"room": {"state": "open"}, "steps": {"l/asks": {"gate": "strict"}}}
    (tmp_path / "room.json").write_text(json.dumps(gate))
    assert answer("words", "x") == "409 shut"


def test_an_ask_that_the_room_refused_is_not_open(tmp_path: Path) -> None:
    """Nobody waits for what will never arrive."""
    seat = scene(tmp_path, [note("ask")], OPEN, refused={ASKED})
    assert granted(Wish(Kind.ASK, "l", "two", {}), seat)


def test_the_same_answers_again_are_nothing_new(tmp_path: Path) -> None:
    """Feedback of a step, and the closing questions of a lab."""
    closing = {"again": "yes", "good": "All", "better": ""}
    face = {"face": "clear", "words": ""}
    lines = [note("closing", "", **closing), note("feedback", **face)]
    seat = scene(tmp_path, lines, OPEN)
    assert granted(Wish(Kind.CLOSING, "l", "", closing), seat) is None
    assert granted(Wish(Kind.FEEDBACK, "l", "one", face), seat) is None
    assert granted(Wish(Kind.CLOSING, "l", "", {**closing, "good": ""}), seat)
    assert granted(Wish(Kind.FEEDBACK, "l", "two", face), seat)


@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"kind": 1}, {"kind": "ask", "lab": 3}, {"kind": "ask", "step": 3}],
)
def test_what_is_no_wish_is_refused(data: object) -> None:
    """One sentence, status 400."""
    with pytest.raises(RefusedError) as refused:
        wish_from(data)
    assert (refused.value.code, refused.value.status) == ("bad-request", 400)
