"""How made-up people take help: as a table of signals, and properties of the plan."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkers.engine.note import Kind, Note
from hub.authoring.mistakes import load_mistakes
from hub.catalog import load_lab
from hub.doors.people import Profile, people
from hub.doors.rehearsal import Deed, Task, plan
from hub.doors.response import PATIENCE, catch_up, helped, respond, signals

LAB = load_lab(Path(__file__).parents[3] / "labs" / "first_flight")
STEPS = [f"first_flight/{step}" for step in LAB.step_ids]
CROWD = people(40, 3)
DEEDS = plan(CROWD, [Task(LAB, load_mistakes(LAB))], 3)
NOW = 720.0
COMING = tuple(deed for deed in DEEDS if deed.at > NOW)
STUCK = next(person for person in CROWD if person.profile is Profile.STUCK)
SEATS = {f"s{person.number}": person.number for person in CROWD}


def picture(seat: Mapping[str, Any] | None = None, **room: Any) -> dict[str, Any]:
    """Return a room's progress with one seat that is stuck."""
    stuck = {"lab": "first_flight", "step": "clean-data"}
    one = {"seat": f"s{STUCK.number}", "steps": {}, "ask": None, "stuck": stuck}
    steps = [{"id": step} for step in LAB.step_ids]
    return {
        "room": room,
        "labs": [{"slug": "first_flight", "steps": steps}],
        "seats": [{**one, **(seat or {})}],
    }


def a_message(to: str, step: str = "", **more: Any) -> dict[str, Any]:
    """Return a message as progress shows it."""
    lab = "first_flight" if step else ""
    return {"id": str(uuid.UUID(int=7)), "to": to, "lab": lab, "step": step, **more}


TRYING = {"steps": {STEPS[1]: {"state": "trying"}}}
SENT = {"steps": {STEPS[1]: {"state": "trying", "sent": 2}}}
REACH: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing": (picture(), []),
    "to all": (picture(messages=[a_message("all")]), ["message"]),
    "withdrawn": (picture(messages=[a_message("all", withdrawn=True)]), []),
    "to this seat": (
        picture(messages=[a_message("seat", seat=f"s{STUCK.number}")]),
        ["message"],
    ),
    "to another seat": (picture(messages=[a_message("seat", seat="s0")]), []),
    "to the stuck there": (
        picture(messages=[a_message("stuck", "clean-data")]),
        ["message"],
    ),
    "to the stuck elsewhere": (
        picture(messages=[a_message("stuck", "load-data")]),
        [],
    ),
    "to the step": (
        picture(TRYING, messages=[a_message("step", "clean-data")]),
        ["message"],
    ),
    "to a step not begun": (
        picture(messages=[a_message("step", "clean-data")]),
        [],
    ),
    "a hint": (picture(SENT), ["hint"]),
    "an ask waits": (picture({"ask": {"id": "a", "state": "waiting"}}), []),
    "somebody goes": (picture({"ask": {"id": "a", "state": "claimed"}}), ["going"]),
    "answered": (picture({"ask": {"id": "a", "state": "answered"}}), ["answered"]),
    "a goal": (
        picture(goal={"lab": "first_flight", "step": "plot-delays", "at": 1}),
        ["goal"],
    ),
    "a seat of nobody": (
        picture({"seat": "s999"}, messages=[a_message("all")]),
        [],
    ),
}


@pytest.mark.parametrize("name", REACH)
def test_what_reaches_whom(name: str) -> None:
    """As a real seat would get it."""
    seen, kinds = REACH[name]
    found = list(signals(seen, SEATS))
    assert [signal.kind for signal in found] == kinds
    assert {signal.who for signal in found} <= {STUCK.number}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CROWD), st.floats(NOW, 4000), st.sampled_from(["", *STEPS]))
def test_help_never_makes_anybody_later_and_touches_nobody_else(
    person: Any, moment: float, place: str
) -> None:
    """The passes stay the same ones in the same order, none of them later."""
    after = helped(COMING, person.number, place, moment)
    assert list(after) == sorted(after, key=lambda deed: deed.at)
    others = [deed for deed in COMING if deed.who != person.number]
    assert [deed for deed in after if deed.who != person.number] == others
    before = {deed.place: deed.at for deed in COMING if _passes(deed, person)}
    sooner = {deed.place: deed.at for deed in after if _passes(deed, person)}
    assert list(sooner) == list(before)
    assert all(sooner[step] <= before[step] for step in before)


def _passes(deed: Deed, person: Any) -> bool:
    """Say whether a deed is a pass of this person."""
    return deed.who == person.number and deed.passes


def test_who_is_helped_passes_at_that_moment() -> None:
    """What is left of the wrong tries after it never happens."""
    turn = next(deed for deed in COMING if _passes(deed, STUCK))
    after = helped(COMING, STUCK.number, turn.place, NOW + 30)
    mine = [deed for deed in after if deed.who == STUCK.number]
    assert next(deed for deed in mine if deed.at == NOW + 30).place == turn.place
    late = [deed for deed in mine if deed.place == turn.place and deed.at > NOW + 30]
    assert not any(deed.fails for deed in late)


def test_help_at_another_step_changes_nothing() -> None:
    """A hint for the first step is no help at the second."""
    turn = next(deed for deed in COMING if _passes(deed, STUCK))
    other = next(step for step in STEPS if step != turn.place)
    assert helped(COMING, STUCK.number, other, NOW) == COMING


def test_a_message_is_seen_once() -> None:
    """The note names it; the same picture again adds nothing."""
    shown = picture(messages=[a_message("all")])
    once, heard = respond(COMING, frozenset(), shown, SEATS, NOW)
    again, same = respond(once, heard, shown, SEATS, NOW)
    notes = [deed.what for deed in again if isinstance(deed.what, Note)]
    seen = [note for note in notes if note.kind is Kind.SEEN]
    assert [note.body["message"] for note in seen] == [str(uuid.UUID(int=7))]
    assert (again, same) == (once, heard)


def test_a_closed_gate_keeps_people_at_its_step() -> None:
    """Who would go on tries later, again and again; who is not there yet does not wait.

    The gate opened, all goes on.
    """
    closed, now, heard = picture(gates={STEPS[1]: "strict"}), 0.0, frozenset[str]()
    coming, done = DEEDS, []
    while now < 1500:
        coming, heard = respond(coming, heard, closed, SEATS, now)
        due = [deed for deed in coming if deed.at <= now + PATIENCE / 2]
        done += due
        coming, now = coming[len(due) :], now + PATIENCE / 2
    assert {deed.place for deed in done} <= {"", *STEPS[:2], "first_flight/"}
    assert any(deed.place == STEPS[2] for deed in coming)
    opened, _ = respond(coming, heard, picture(gates={}), SEATS, now)
    assert opened == coming


def test_a_goal_takes_along_who_is_behind() -> None:
    """They open the state before it, and what lies between is not done any more."""
    steps, goal = STEPS, STEPS[4]
    after = catch_up(COMING, STUCK.number, goal, steps, NOW, random.Random(1))
    mine = [deed for deed in after if deed.who == STUCK.number]
    assert isinstance(mine[0].what, Note)
    assert mine[0].what.kind is Kind.CAUGHT_UP
    assert mine[0].place == goal
    assert {deed.place for deed in mine} <= {*steps[4:], "first_flight/"}
    twice = catch_up(after, STUCK.number, goal, steps, NOW, random.Random(1))
    assert twice == after
