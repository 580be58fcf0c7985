"""Stuck: every rule as a line of a table, and what holds for every seat."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.room.entry import ROOM, START, Entry
from hub.room.pace import MINUTE, Plan
from hub.room.progress import SeatFacts, fold
from hub.room.room_facts import RoomFacts, fold_room
from hub.room.stuck import Rules, Stuck, Why, is_away, needed, standing, stuck
from tests.hub.room.rows import attempt, claimed, note
from tests.hub.room.test_progress import journals

LAB = Plan("l", ("l/a", "l/b", "l/c"), (5, 5, 5))
OTHER = Plan("m", ("m/x",), (5,))
RULES = Rules(same=3, failures=4, minutes=5, away=30)
PATIENCE = 10 * MINUTE


def facts_of(rows: list[Entry]) -> SeatFacts:
    """Fold the rows of one seat."""
    facts = SeatFacts()
    for row in rows:
        facts = fold(facts, row)
    return facts


def room_of(rows: list[Entry]) -> RoomFacts:
    """Fold the rows of a room."""
    facts = RoomFacts()
    for row in rows:
        facts = fold_room(facts, row)
    return facts


def verdict(rows: list[Entry], minute: float, patience: int | None = PATIENCE) -> Any:
    """Return (step, why, since in minutes, count) at a minute; None: not stuck."""
    place = standing(facts_of(rows), (LAB, OTHER), room_of(rows))
    found = stuck(place, int(minute * MINUTE), RULES, patience)
    if found is None:
        return None
    return found.step, found.why.value, found.since / MINUTE, found.count


def fails(*reasons: str, step: str = "a", first: int = 1) -> list[Entry]:
    """Return failed attempts, one a minute."""
    return [
        attempt(at, step, reason=reason) for at, reason in enumerate(reasons, first)
    ]


BEGUN = [claimed(0)]
TABLE: list[tuple[str, list[Entry], float, Any]] = [
    ("the same reason again", fails("r", "r", "r"), 4, ("l/a", "same", 1, 3)),
    ("only the last ones count", fails("q", "r", "r", "r"), 5, ("l/a", "same", 2, 3)),
    ("two reasons in turn", fails("r", "q", "r"), 4, None),
    ("failed often", fails("r", "q", "r", "q"), 5, ("l/a", "failing", 1, 4)),
    ("same before failing", fails("r", "r", "r", "r"), 5, ("l/a", "same", 1, 4)),
    ("failing before slow", fails("r", "q", "r", "q"), 20, ("l/a", "failing", 1, 4)),
    ("no reason is no signature", fails("", "", ""), 4, None),
    (
        "an error of the checker is held against nobody",
        [attempt(at, "a", "error") for at in range(1, 9)],
        9,
        None,
    ),
    (
        "an error in between interrupts no row",
        [*fails("r", "r"), attempt(3, "a", "error"), *fails("r", first=4)],
        5,
        ("l/a", "same", 1, 3),
    ),
    (
        "passed is not stuck",
        [*fails("r", "r", "r"), attempt(4, "a", "passed")],
        5,
        None,
    ),
    (
        "reset begins anew",
        [*fails("r", "r", "r"), note(4, "reset", "a", generation=1)],
        5,
        None,
    ),
    ("on the step for long", fails("r"), 12, ("l/a", "slow", 1, 1)),
    ("not longer than others", fails("r"), 11, None),
    ("away is not stuck", fails("r", "r", "r"), 33, None),
    ("nearly away is", fails("r", "r", "r"), 32.9, ("l/a", "same", 1, 3)),
    (
        "slow on what was not begun",
        [attempt(1, "a", "passed")],
        12,
        ("l/b", "slow", 1, 0),
    ),
    (
        "passed everything",
        [attempt(at, step, "passed") for at, step in enumerate("abc", 1)],
        20,
        None,
    ),
    (
        "a step left out by mistake hides nothing",
        [attempt(1, "a", "passed"), *fails("r", "r", "r", step="c", first=2)],
        5,
        ("l/c", "same", 2, 3),
    ),
    (
        "running all cells is no trouble with the last",
        [*fails("r", step="a"), *fails("q", "q", "q", step="c", first=2)],
        5,
        None,
    ),
    (
        "steps before a caught-up one are over",
        [*fails("r", "r", "r"), note(4, "caught-up", "b")],
        5,
        None,
    ),
    (
        "time begins anew with catching up",
        [attempt(1, "a"), note(8, "caught-up", "b")],
        18.5,
        ("l/b", "slow", 8, 0),
    ),
    (
        "a hint is a sign",
        [*fails("r"), note(25, "hint", "a", number=1)],
        40,
        ("l/a", "slow", 1, 1),
    ),
]


@pytest.mark.parametrize(
    ("rows", "minute", "expected"),
    [line[1:] for line in TABLE],
    ids=[line[0] for line in TABLE],
)
def test_the_first_rule_that_applies_says_why(
    rows: list[Entry], minute: float, expected: Any
) -> None:
    """Three same reasons, four failures, ten minutes, half an hour."""
    assert verdict([*BEGUN, *rows], minute) == expected


def test_nobody_is_slow_before_the_lab_began() -> None:
    """People come early; a start, else the first attempt of anybody, begins it."""
    start = Entry("r1", "", START, "r1:s", 20 * MINUTE, body={"lab": "l"}, id=99)
    assert verdict(BEGUN, 15) is None
    assert verdict([*BEGUN, start], 29) is None
    assert verdict([claimed(0), note(20, "seen"), start], 31) == ("l/a", "slow", 20, 0)


def test_nobody_is_slow_where_the_clock_stands_still() -> None:
    """A room that is not open has no patience; failing is seen all the same."""
    assert verdict([*BEGUN, *fails("r")], 20, None) is None
    rows = [*BEGUN, *fails("r", "r", "r")]
    assert verdict(rows, 20, None) == ("l/a", "same", 1, 3)


def test_a_seat_is_in_the_lab_it_worked_in_last_or_that_was_started_since() -> None:
    """Going on in the first one brings it back."""
    first, second = attempt(1, "a"), attempt(2, "x", lab="m")
    start = Entry("r1", "", START, "r1:s", 3 * MINUTE, body={"lab": "l"}, id=99)
    later = attempt(4, "x", lab="m")
    steps = [
        standing(
            facts_of(rows), (LAB, OTHER), room_of([*rows, start][: len(rows) + on])
        )
        for rows, on in (
            ([first], 0),
            ([first, second], 0),
            ([first, second], 1),
            ([first, second, later], 1),
        )
    ]
    assert [place.step for place in steps] == ["l/a", "m/x", "l/a", "m/x"]
    assert standing(SeatFacts(), (), RoomFacts()).step == ""


def test_times_are_from_one_step_to_the_next() -> None:
    """From claim, start of the lab, the pass before, a reset or catching up."""
    rows = [
        claimed(0),
        attempt(2, "a"),
        attempt(5, "a", "passed"),
        attempt(9, "b", "passed"),
        note(10, "reset", "c", generation=1),
        attempt(13, "c", "passed", generation=1),
    ]
    times = needed(facts_of(rows), (LAB,), room_of(rows))
    assert {step: time / MINUTE for step, time in times.items()} == {
        "l/a": 3,
        "l/b": 4,
        "l/c": 3,
    }
    assert needed(facts_of(rows[1:]), (LAB,), room_of(rows)) == {}


FLIGHT = Plan(
    "first_flight", ("first_flight/load-data", "first_flight/clean-data"), (5, 5)
)


@given(journals(), st.integers(0, 10_000_000), st.integers(0, MINUTE))
def test_who_is_stuck_is_there_and_has_not_passed(
    rows: list[Entry], now: int, patience: int
) -> None:
    """Whatever happened: never away, never on a step that passed, since some past."""
    room = room_of([Entry("r1", "", ROOM, "o", 0, body={"state": "open"}, id=1)])
    facts = facts_of([replace(row, seat="s1") for row in rows])
    place = standing(facts, (FLIGHT,), room)
    found = stuck(place, now, RULES, patience)
    if found:
        assert facts.steps.get(found.step) is None or (
            facts.steps[found.step].passed_at is None
        )
        assert not is_away(place.heard, now, RULES)
        assert found.why is not Why.SLOW or found.since < now


@given(journals(), st.data())
def test_more_patience_makes_nobody_stuck(
    rows: list[Entry], data: st.DataObject
) -> None:
    """And stricter rules free nobody."""
    facts = facts_of([replace(row, seat="s1") for row in rows])
    place = standing(facts, (FLIGHT,), room_of(rows))
    now = data.draw(st.integers(0, 20 * MINUTE))
    calm = data.draw(st.integers(0, 10 * MINUTE))
    less: Stuck | None = stuck(place, now, RULES, calm)
    more = stuck(place, now, RULES, calm + data.draw(st.integers(0, MINUTE)))
    assert less or not more
    strict = replace(RULES, same=2, failures=2)
    assert stuck(place, now, strict, calm) or not less
