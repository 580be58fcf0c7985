"""The panel's state: built from what the seat knows, without effects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from checkers.engine.panel_state import Scene, panel_state
from checkers.engine.progress import Lines
from checkers.engine.record import Record
from checkers.engine.steps import SeatLab, SeatQuestion, SeatStep

ASKED = str(uuid4())
LAB = SeatLab(
    "l",
    "The lab",
    "1.0.0",
    (
        SeatStep("one", "One", 3, ("one", "one-b"), 2, ("a", "b")),
        SeatStep("two", "Two", 4, ("two",), needs=("one",)),
    ),
    notebook="l/l.ipynb",
)


def state(
    tmp_path: Path,
    *lines: dict[str, Any],
    room: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return the panel's state of a seat with this record."""
    file = Lines(tmp_path / "progress.jsonl")
    for line in lines:
        file.add({"lab": "l", "step": "one", "at": 1, **line})
    record = Record(tmp_path / "outbox")
    record.look()
    found = panel_state(Scene({"l": LAB}, record, room or {}, {}, 7, **more))
    assert json.loads(json.dumps(found)) == found
    return found


def test_a_fresh_seat_has_all_keys_of_the_contract(tmp_path: Path) -> None:
    """Nothing known yet: nothing is missing in the JSON."""
    found = state(tmp_path)
    keys = "v language now practice room connection labs ask messages offers closing"
    assert set(found) == {
        *keys.split(),
        "welcomed",
        "countdown",
        "goal",
        "visit",
        "preview",
    }
    (lab,) = found["labs"]
    keys = "slug title version minutes language notebook passed minutes_left handbook"
    assert set(lab) == {*keys.split(), "steps"}
    keys = "id title minutes points cells needs state now attempts passed_at last_at"
    keys += " watch question answer"
    more = "reason hint generation caught_up hints gate verified feedback shared"
    assert set(lab["steps"][0]) == {*keys.split(), *more.split()}
    assert lab["minutes_left"] == 7
    assert lab["steps"][0]["state"] == "untouched"


def test_passed_earlier_and_now_different_stays_passed(tmp_path: Path) -> None:
    """State and now tell both; no minutes are left for it."""
    found = state(
        tmp_path,
        {"outcome": "passed", "at": 5},
        {"outcome": "failed", "reason": "rows-lost", "hint": "Rows.", "at": 9},
    )
    step = found["labs"][0]["steps"][0]
    assert (step["state"], step["now"], step["attempts"]) == ("passed", "failed", 2)
    assert (step["passed_at"], step["last_at"]) == (5, 9)
    assert (step["reason"], step["hint"]) == ("rows-lost", "Rows.")
    assert (found["labs"][0]["passed"], found["labs"][0]["minutes_left"]) == (1, 4)


FAILED = {"outcome": "failed"}
HINT = {"note": "hint", "body": {"number": 1}}
LAST = {"note": "hint", "body": {"number": 2}}
HELD = {"steps": {"l/one": {"held": True}}}


@pytest.mark.parametrize(
    ("lines", "room", "offered"),
    [
        ([FAILED], {}, False),
        ([FAILED, FAILED], {}, True),
        ([FAILED, FAILED], HELD, False),
        ([FAILED, FAILED, {"outcome": "passed"}], {}, False),
        ([FAILED, FAILED, HINT], {}, False),
        ([FAILED, FAILED, HINT, FAILED, FAILED], {}, True),
        ([LAST, FAILED, FAILED], {}, False),
        ([FAILED, FAILED, {"note": "reset", "body": {"generation": 1}}], {}, False),
    ],
)
def test_the_next_hint_is_offered_after_two_failures(
    tmp_path: Path, lines: list[dict[str, Any]], room: dict[str, Any], offered: bool
) -> None:
    """Since the last one, while there is one and staff do not hold it back."""
    found = state(tmp_path, *lines, room=room)
    hints = found["labs"][0]["steps"][0]["hints"]
    assert hints["offered"] is offered
    assert hints["held"] is bool(room)


def test_a_question_comes_with_the_answer_that_was_given(tmp_path: Path) -> None:
    """None until there is one; and none for a step that asks nothing any more."""
    asks = LAB.steps[0]._replace(question=SeatQuestion("text", "Which <b>?"))
    labs = {"l": LAB._replace(steps=(asks, LAB.steps[1]))}
    fresh, told = (
        panel_state(Scene(labs, Record(tmp_path / "outbox"), {}, {}, 7, answers=given))
        for given in ({}, {"l": {"one": "<i>", "two": "x"}})
    )
    assert fresh["labs"][0]["steps"][0]["question"]["text"] == "Which <b>?"
    assert [step["answer"] for step in fresh["labs"][0]["steps"]] == [None, None]
    assert [step["answer"] for step in told["labs"][0]["steps"]] == ["<i>", None]


def ask(state: str, ask_id: str = ASKED) -> dict[str, Any]:
    """Return a seat state with an ask."""
    found = {"id": ask_id, "lab": "l", "step": "one", "state": state, "position": 2}
    return {"ask": {**found, "at": 3, "by": "a helper"}}


OWN = {"note": "ask", "id": ASKED, "body": {"words": "Help"}}
BACK = {"note": "withdraw", "body": {"ask": ASKED}}


@pytest.mark.parametrize(
    ("lines", "room", "waiting", "expected"),
    [
        ([], {}, (), None),
        ([OWN], {}, {ASKED}, ("saved", "Help", None)),
        ([OWN], {}, (), ("waiting", "Help", None)),
        ([OWN], ask("waiting"), (), ("waiting", "Help", 2)),
        ([OWN], ask("answered", "another"), {ASKED}, ("saved", "Help", None)),
        ([OWN, BACK], ask("waiting"), (), ("withdrawn", "Help", None)),
        ([], ask("claimed"), (), ("claimed", "", 2)),
        ([OWN], ask("solved"), (), ("solved", "Help", 2)),
    ],
)
def test_an_ask_is_what_the_seat_said_and_what_the_room_answers(
    tmp_path: Path,
    lines: list[dict[str, Any]],
    room: dict[str, Any],
    waiting: set[str],
    expected: tuple[str, str, int | None] | None,
) -> None:
    """Saved here first; a room that knows more is heard; taken back at once."""
    found = state(tmp_path, *lines, room=room, waiting=waiting)["ask"]
    told = found and (found["state"], found["words"], found["position"])
    assert told == expected


def test_a_version_is_offered_until_it_was_taken(tmp_path: Path) -> None:
    """Not the one of the image, not one taken already, not of a lab of others."""
    offers = {"offers": {"l": "1.0.1", "other": "9"}}
    assert state(tmp_path, room=offers)["offers"] == [{"lab": "l", "version": "1.0.1"}]
    same = {"offers": {"l": "1.0.0"}}
    assert state(tmp_path, room=same)["offers"] == []
    taken = {"note": "updated", "body": {"version": "1.0.1"}}
    assert state(tmp_path, taken, room=offers)["offers"] == []


def test_staffs_words_and_gates_come_from_the_room(tmp_path: Path) -> None:
    """Messages as they are, each with whether it was seen; countdown and visitor."""
    message = {"id": "m", "at": 1, "text": "<b>", "to": "all"}
    room = {
        "messages": [message, {**message, "id": "n"}],
        "steps": {"l/two": {"gate": "soft", "verified": True}, "l/one": "odd"},
        "shared": ["l/two"],
        "countdown": {"ends_at": 9},
        "visit": "the presenter",
    }
    seen = {"note": "seen", "step": "", "body": {"message": "n"}}
    found = state(tmp_path, seen, room=room)
    one, two = found["labs"][0]["steps"]
    assert [(m["id"], m["text"], m["seen"]) for m in found["messages"]] == [
        ("m", "<b>", False),
        ("n", "<b>", True),
    ]
    assert (two["gate"], two["verified"], two["shared"]) == ("soft", True, True)
    assert (one["gate"], one["verified"], one["shared"]) == ("", False, False)
    assert (found["countdown"], found["visit"]) == ({"ends_at": 9}, "the presenter")


@pytest.mark.parametrize(
    ("told", "gate"),
    [
        ("strict", "strict"),
        ("soft", "soft"),
        ("", ""),
        (True, "soft"),
        (False, ""),
        (None, ""),
        ("open", ""),
        (1, ""),
    ],
)
def test_a_gate_is_soft_or_strict(tmp_path: Path, told: object, gate: str) -> None:
    """Rooms of before told true or false; what is odd holds nobody back."""
    found = state(tmp_path, room={"steps": {"l/one": {"gate": told}}})
    assert found["labs"][0]["steps"][0]["gate"] == gate


TOOK_1, TOOK_2 = HINT, LAST


@pytest.mark.parametrize(
    ("lines", "sent", "expected"),
    [
        ([], 0, []),
        ([], 1, [("a", True)]),
        ([TOOK_1], 0, [("a", False)]),
        ([TOOK_1], 2, [("a", False), ("b", True)]),
        ([TOOK_2], 1, [("a", True), ("b", False)]),
        ([TOOK_1], 1, [("a", False)]),
        ([], 9, [("a", True), ("b", True)]),
        ([], "odd", []),
    ],
)
def test_hints_that_staff_sent_are_told_from_those_taken(
    tmp_path: Path, lines: list[dict[str, Any]], sent: object, expected: list[Any]
) -> None:
    """Open are both; sent are those that nobody here had asked for."""
    found = state(tmp_path, *lines, room={"steps": {"l/one": {"sent": sent}}})
    hints = found["labs"][0]["steps"][0]["hints"]
    assert [(hint["text"], hint["sent"]) for hint in hints["open"]] == expected


PASSED = {"outcome": "passed"}
CAUGHT_UP = {"note": "caught-up", "step": "two"}


@pytest.mark.parametrize(
    ("lines", "goal", "expected"),
    [
        ([], None, None),
        ([], {"lab": "other", "step": "two"}, None),
        ([], {"lab": "l", "step": "gone"}, None),
        ([], {"lab": "l", "step": "two", "behind": True}, (2, True)),
        ([], {"lab": "l", "step": "two"}, (2, True)),
        ([], {"lab": "l", "step": "two", "behind": False}, (2, False)),
        ([], {"lab": "l", "step": "one", "behind": True}, (1, False)),
        ([PASSED], {"lab": "l", "step": "two", "behind": True}, (2, False)),
        ([CAUGHT_UP], {"lab": "l", "step": "two", "behind": True}, (2, False)),
        ([FAILED], {"lab": "l", "step": "two", "behind": True}, (2, True)),
    ],
)
def test_the_goal_is_for_those_behind(
    tmp_path: Path,
    lines: list[dict[str, Any]],
    goal: dict[str, Any] | None,
    expected: tuple[int, bool] | None,
) -> None:
    """Neither passed nor caught up past the steps before it; the own record first."""
    found = state(tmp_path, *lines, room={"goal": goal})["goal"]
    assert (found and (found["number"], found["behind"])) == expected
