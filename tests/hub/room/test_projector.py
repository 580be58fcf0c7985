"""The wall: what it shows follows from counts, and names nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.room.progress import SeatFacts, StepFacts
from hub.room.projector import LASTS, Wall, describe, milestone
from hub.room.room_facts import Countdown, Goal, RoomFacts

ROOM = {
    **{
        "id": "r1",
        "title": "Evening",
        "host": "We",
        "state": "open",
        "code": "KUPA-37",
    },
    **{"join_url": "http://labs.example/hub/join?code=KUPA-37", "language": "de"},
    **{"capacity": 10, "claimed": 3, "rehearsal": False, "practice": False},
}
STEPS = ("load", "clean", "join")


def lab(slug: str) -> dict[str, Any]:
    """Return the outline of a lab of three steps."""
    steps = [{"id": step, "title": step.title(), "minutes": 5} for step in STEPS]
    return {"slug": slug, "title": slug.upper(), "steps": steps}


def counts(*passed: int, of: int = 3, front: int = 0) -> dict[str, Any]:
    """Return the counts of a lab of which so many passed each step."""
    steps = [
        {"passed": one, "trying": 0, "stuck": 0, "none": of - one, "faults": 0}
        for one in passed
    ]
    return {"steps": steps, "front": front, "median": 0, "minutes": None}


WALL = Wall(
    room=ROOM,
    labs=[lab("one"), lab("two")],
    now={"one": counts(3, 1, 0, front=1), "two": counts(1, 0, 0)},
    facts=RoomFacts(),
    seats=[SeatFacts()] * 3,
    message=None,
    at=1_000_000,
)


def test_a_wall_shows_where_the_room_is() -> None:
    """Lab, step, counts, and how to come in."""
    shown = describe(WALL)
    assert shown["lab"] == {"slug": "one", "title": "ONE", "number": 1, "of": 2}
    assert shown["step"] == {"number": 2, "of": 3, "title": "Clean"}
    assert shown["counts"] == {"passed": 1, "trying": 0, "stuck": 0, "none": 2}
    assert [step["passed"] for step in shown["steps"]] == [3, 1, 0]
    assert shown["seats"] == {"taken": 3, "capacity": 10}
    assert shown["join"]["code"] == "KUPA-37"
    assert shown["join"]["qr"].startswith("data:image/svg+xml")
    assert (shown["gate"], shown["countdown"], shown["message"]) == (False, None, None)


@pytest.mark.parametrize(
    ("change", "joins"),
    [
        ({}, True),
        ({"state": "closed"}, False),
        ({"state": "new"}, False),
        ({"claimed": 10}, False),
    ],
)
def test_there_is_a_way_in_as_long_as_doors_are_open(
    change: dict[str, Any], joins: bool
) -> None:
    """Closed, not open yet, or full: no code, nowhere in the state."""
    shown = describe(replace(WALL, room={**ROOM, **change}))
    assert (shown["join"] is not None) is joins
    assert ("KUPA" in repr(shown)) is joins


@pytest.mark.parametrize(
    ("facts", "now", "slug", "step"),
    [
        (RoomFacts(), WALL.now, "one", 2),
        (RoomFacts(), {**WALL.now, "two": counts(2, 0, 0)}, "two", 1),
        (RoomFacts(starts={"two": (5, 1)}), WALL.now, "two", 1),
        (RoomFacts(starts={"two": (5, 1), "one": (6, 2)}), WALL.now, "one", 2),
        (RoomFacts(goal=Goal(9, 1, "two", "join")), WALL.now, "two", 3),
        (RoomFacts(goal=Goal(9, 1, "gone", "join")), WALL.now, "one", 2),
        (RoomFacts(goal=Goal(9, 1, "one", "gone")), WALL.now, "one", 2),
    ],
)
def test_the_room_is_at_its_goal_or_start_or_where_half_of_it_is(
    facts: RoomFacts, now: Any, slug: str, step: int
) -> None:
    """In this order; what is no longer in the room does not count."""
    shown = describe(replace(WALL, facts=facts, now=now))
    assert (shown["lab"]["slug"], shown["step"]["number"]) == (slug, step)


def test_a_room_without_a_lab_to_show_still_lets_people_in() -> None:
    """Nothing breaks while a lab cannot be read."""
    shown = describe(replace(WALL, labs=[], now={}))
    assert (shown["lab"], shown["step"], shown["steps"]) == (None, None, [])
    assert shown["join"]["code"] == "KUPA-37"


def test_gate_and_countdown_are_the_rooms() -> None:
    """A gate is shown at the step that the wall shows."""
    facts = RoomFacts(
        gates={"one/clean": (3, "soft"), "one/join": (4, "")},
        countdown=Countdown(5, 1, 9, "one", "clean"),
    )
    shown = describe(replace(WALL, facts=facts))
    assert shown["gate"] is True
    told = {"ends_at": 9, "started_at": 1, "lab": "one", "step": "clean"}
    assert shown["countdown"] == told
    stopped = replace(facts, countdown=Countdown(6, 1, None))
    assert describe(replace(WALL, facts=stopped))["countdown"] is None


def test_a_message_leaves_the_wall_by_itself() -> None:
    """After ten minutes."""
    fresh = replace(WALL, message=("A break.", WALL.at - LASTS))
    assert describe(fresh)["message"] == {"text": "A break.", "at": WALL.at - LASTS}
    assert describe(replace(fresh, at=WALL.at + 1))["message"] is None


def seats(*passed: tuple[int | None, ...]) -> list[SeatFacts]:
    """Return seats that passed each step at these times, if they did."""
    return [
        SeatFacts(
            steps={
                f"one/{step}": StepFacts(attempts=1, passed_at=at)
                for step, at in zip(STEPS, times, strict=False)
            }
        )
        for times in passed
    ]


@pytest.mark.parametrize(
    ("people", "found"),
    [
        (seats((), ()), None),
        (seats((None,), (None,)), None),
        (seats((5,), (), ()), ("first", 1, 5)),
        (seats((5,), (7,), ()), ("first", 1, 5)),
        (seats((5,), (7,), (), ()), ("half", 1, 7)),
        (seats((5,), (7,), (8,)), ("all", 1, 8)),
        (seats((5, 9), (7,), (8,)), ("first", 2, 9)),
        (seats((5, 6), (7,), (8,)), ("all", 1, 8)),
        (seats((5,)), ("all", 1, 5)),
        (seats((5, 5)), ("all", 2, 5)),
    ],
)
def test_the_last_milestone_counts(
    people: list[SeatFacts], found: tuple[str, int, int] | None
) -> None:
    """The first, half or all; at the same moment more people, then the later step."""
    shown = milestone([f"one/{step}" for step in STEPS], people)
    told = (shown["kind"], shown["step"], shown["at"]) if shown else None
    assert told == found
