"""Tally: what is counted step by step is what counting anew would give."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.room.entry import ROOM, START, Entry
from hub.room.groups import Trouble, groups
from hub.room.heat import Heat, size_for
from hub.room.pace import MINUTE, Plan
from hub.room.progress import SeatFacts, fold
from hub.room.room_facts import RoomFacts, fold_room
from hub.room.stuck import Rules, standing
from hub.room.tally import Tally
from tests.hub.room.rows import attempt, claimed, note, row

PLANS = (Plan("l", ("l/a", "l/b", "l/c"), (5, 5, 5)), Plan("m", ("m/x",), (5,)))
RULES = Rules()
KEPT = ("_passed", "_trying", "_faults", "_stuck", "_idle", "_times", "_troubles")


class Known:
    """Facts by seat, folded from rows, and a tally that follows."""

    def __init__(self) -> None:
        self.facts: dict[str, SeatFacts] = {}
        self.room = RoomFacts()
        self.tally = Tally(PLANS, RULES)

    def take(self, entry: Entry) -> None:
        """Take in one row."""
        begun, self.room = self.room.begun, fold_room(self.room, entry)
        if self.room.begun is not begun:
            for seat, facts in self.facts.items():
                self.tally.put(seat, facts, self.room)
        if entry.seat:
            known = self.facts.get(entry.seat, SeatFacts())
            self.facts[entry.seat] = fold(known, entry)
            self.tally.put(entry.seat, self.facts[entry.seat], self.room)

    def anew(self, now: int) -> Tally:
        """Count everything anew."""
        tally = Tally(PLANS, RULES)
        for seat, facts in self.facts.items():
            tally.put(seat, facts, self.room)
        tally.look(now, self.room)
        return tally


@st.composite
def stories(draw: st.DrawFn) -> list[Entry]:
    """Draw what happened in a room of three seats within an hour, in order."""
    opened = row(0, ROOM, state="open")
    start = row(0, START, lab="l")
    rows = [opened, start]
    for _ in range(draw(st.integers(0, 30))):
        minute = draw(st.integers(0, 60))
        seat = draw(st.sampled_from(["s1", "s2", "s3"]))
        step = draw(st.sampled_from("abc"))
        outcome = draw(st.sampled_from(["passed", "failed", "failed", "error"]))
        reason = draw(st.sampled_from(["r", "q", ""]))
        rows.append(
            draw(
                st.sampled_from(
                    [
                        attempt(minute, step, outcome, seat=seat, reason=reason),
                        attempt(minute, "x", outcome, "m", seat=seat, reason=reason),
                        claimed(minute, seat, number=int(seat[1:]) * 30),
                        note(minute, "caught-up", step, seat),
                        note(minute, "reset", step, seat, generation=1),
                    ]
                )
            )
        )
    return rows


@given(stories(), st.lists(st.integers(0, 90), max_size=4), st.integers(0, 90))
def test_counting_as_it_goes_is_counting_anew(
    rows: list[Entry], looks: list[int], end: int
) -> None:
    """Whatever happened in between, and whoever looked when."""
    known = Known()
    for place, entry in enumerate(rows):
        known.take(entry)
        if place < len(looks):
            known.tally.look(looks[place] * MINUTE, known.room)
    known.tally.look(end * MINUTE, known.room)
    anew = known.anew(end * MINUTE)
    assert {key: getattr(known.tally, key) for key in KEPT} == {
        key: getattr(anew, key) for key in KEPT
    }
    assert known.tally.now(known.room) == anew.now(known.room)
    assert known.tally.groups() == anew.groups()
    assert known.tally.heat.describe() == anew.heat.describe()
    assert known.tally.stuck_seats() == anew.stuck_seats()


@given(stories(), st.integers(0, 90))
def test_every_seat_is_in_one_place_of_each_step(rows: list[Entry], end: int) -> None:
    """Passed, trying, stuck and none sum up to the seats that somebody took."""
    known = Known()
    for entry in rows:
        known.take(entry)
    tally = known.anew(end * MINUTE)
    taken = sum(facts.claimed_at is not None for facts in known.facts.values())
    assert len(tally) == taken
    for lab in tally.now(known.room).values():
        for step in lab["steps"]:
            assert min(step.values()) >= 0
            parts = (step[key] for key in ("passed", "trying", "stuck", "none"))
            assert sum(parts) == taken
    heat = tally.heat.describe()
    assert sum(block["seats"] for block in heat["blocks"]) == taken
    for place in tally.stuck_seats().values():
        assert place.step in tally.steps


def test_a_look_at_some_seats_leaves_the_others() -> None:
    """Time passes for those that are looked at; a later look catches up."""
    known = Known()
    for entry in (
        row(0, ROOM, state="open"),
        row(0, START, lab="l"),
        claimed(0, "s1", 1),
        claimed(0, "s2", 2),
    ):
        known.take(entry)
    assert known.tally.look(11 * MINUTE, known.room, ["s2", "gone"]) == ["s2"]
    assert known.tally.look(11 * MINUTE, known.room) == ["s1"]
    assert known.tally.look(11 * MINUTE, known.room) == []
    assert sorted(known.tally.look(31 * MINUTE, known.room)) == ["s1", "s2"]
    assert known.tally.is_away("s1")
    assert known.tally.stuck_at("s1") is None


def test_an_erased_seat_counts_no_more() -> None:
    """Its facts are gone; the counts are as if it had never been there."""
    known = Known()
    for entry in (claimed(0), attempt(1, "a", "passed"), attempt(2, "b")):
        known.take(entry)
    known.tally.put("s1", SeatFacts(), known.room)
    assert len(known.tally) == 0
    assert known.tally.now(known.room)["l"]["steps"][0]["passed"] == 0
    assert known.tally.groups() == []
    assert known.tally.heat.describe()["blocks"] == []


def trouble(number: int, reason: str = "r", **more: Any) -> Trouble:
    """Return one seat's trouble."""
    kept = {"step": "l/a", "hint": "", "stuck": False, **more}
    return Trouble(f"s{number}", number, reason=reason, **kept)


def test_people_with_the_same_reason_are_a_group() -> None:
    """Most people first; the commonest hint; one alone only when stuck."""
    found = groups(
        [
            trouble(3, hint="two rows"),
            trouble(1, hint="one row", stuck=True),
            trouble(2, hint="one row"),
            trouble(4, "q"),
            trouble(5, "p", stuck=True),
            trouble(6, "r", step="l/b"),
        ],
        {"l/a": 7 * MINUTE, "l/b": 5 * MINUTE},
    )
    assert [(group["reason"], group["people"], group["stuck"]) for group in found] == [
        ("r", 3, 1),
        ("p", 1, 1),
    ]
    assert found[0]["seats"] == ["s1", "s2", "s3"]
    assert found[0]["hint"] == "one row"
    assert (found[0]["lab"], found[0]["step"], found[0]["why"]) == ("l", "a", "")


def test_those_without_a_reason_are_slow_together() -> None:
    """With the minutes that the step may take."""
    [found] = groups([trouble(1, "", stuck=True)], {"l/a": 7 * MINUTE})
    assert (found["why"], found["minutes"], found["people"]) == ("slow", 7, 1)


@pytest.mark.parametrize(
    ("seats", "size"),
    [(0, 25), (301, 25), (2_500, 25), (2_501, 50), (5_001, 100), (10_000, 100)],
)
def test_a_room_has_a_hundred_blocks_at_most(seats: int, size: int) -> None:
    """Larger rooms have larger blocks."""
    assert size_for(seats) == size


def test_blocks_are_counted_anew_when_the_room_outgrows_them() -> None:
    """The seats that came before are in the larger blocks, too."""
    known = Known()
    known.take(claimed(0, "s1", 1))
    known.take(attempt(1, "a", "passed"))
    known.take(claimed(0, "s2", 2_501))
    heat = known.tally.heat.describe()
    assert heat["size"] == 50
    assert [block["seats"] for block in heat["blocks"]] == [1, 1]
    assert heat["blocks"][0]["passed"] == {"l/a": 1}
    assert Heat((), 0).size == 25


def test_where_the_room_is() -> None:
    """The median seat against the plan; away ones do not hold the room back."""
    known = Known()
    rows = [row(0, ROOM, state="open"), row(0, START, lab="l")]
    for number in range(1, 6):
        rows.append(claimed(0, f"s{number}", number))
    rows += [attempt(4, "a", "passed", seat=f"s{number}") for number in (1, 2, 3)]
    rows += [attempt(35, "b", seat=f"s{number}") for number in (1, 2, 3)]
    for entry in rows:
        known.take(entry)
    tally = known.anew(12 * MINUTE)
    lab = tally.now(known.room)["l"]
    assert (lab["median"], lab["minutes"], lab["front"]) == (1, 2, 1)
    assert lab["started_at"] == 0
    tally.look(36 * MINUTE, known.room)
    assert standing(known.facts["s1"], PLANS, known.room).step == "l/b"
    lab = tally.now(known.room)["l"]
    assert (lab["median"], lab["minutes"]) == (1, 26)
    closed = fold_room(known.room, row(40, ROOM, state="closed"))
    assert tally.now(closed)["l"]["minutes"] is None
