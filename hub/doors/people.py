"""People: made-up attendees with names, tables and habits, for a rehearsal.

Nobody in `names.txt` is anybody. The same seed makes the same people.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import count
from pathlib import Path

TABLE = 6
"""People at one table."""


class Profile(StrEnum):
    """How somebody works; the comment says what that looks like."""

    FAST = "fast"  # ahead of the plan, hardly a wrong try
    STEADY = "steady"  # about as the author thought, some wrong tries
    SLOW = "slow"  # takes its time, takes hints, asks now and then
    STUCK = "stuck"  # at one step fails alike again and again, until somebody helps
    BRUTE = "brute"  # at one step many quick wrong tries
    LATE = "late"  # comes when the others are at work, then steady
    ABSENT = "absent"  # leaves somewhere on the way


SHARES = {
    Profile.STEADY: 0.36,
    Profile.SLOW: 0.18,
    Profile.FAST: 0.15,
    Profile.STUCK: 0.14,
    Profile.LATE: 0.06,
    Profile.BRUTE: 0.06,
    Profile.ABSENT: 0.05,
}
"""Share of each profile in a room; they sum to 1."""
_PACE = {
    Profile.FAST: (0.45, 0.75),
    Profile.STEADY: (0.85, 1.15),
    Profile.SLOW: (1.35, 1.8),
    Profile.STUCK: (0.9, 1.2),
    Profile.BRUTE: (0.7, 0.95),
    Profile.LATE: (0.8, 1.1),
    Profile.ABSENT: (0.9, 1.3),
}
"""Time that somebody takes over the time that the author thought of."""


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up attendee.

    Args:
        number: from 1, in no order of coming.
        name: what they type at the door.
        table: where they sit, such as "3".
        profile: how they work.
        pace: their time over the author's.
        comes: seconds after the room opened.
    """

    number: int
    name: str
    table: str
    profile: Profile
    pace: float
    comes: float


def people(many: int, seed: int) -> tuple[Person, ...]:
    """Return the people of a room, all of them different."""
    draw = lot(f"people {seed}")
    names = list(_names(many, draw))
    profiles = _profiles(many)
    draw.shuffle(profiles)
    return tuple(
        Person(
            number,
            name,
            str(1 + (number - 1) // TABLE),
            profile,
            round(draw.uniform(*_PACE[profile]), 3),
            round(_arrival(profile, draw), 1),
        )
        for number, name, profile in zip(count(1), names, profiles, strict=False)
    )


def lot(seed: str) -> random.Random:
    """Return what draws by lot: made-up people, no secrets."""
    return random.Random(seed)  # noqa: S311


@cache
def _known() -> tuple[list[str], list[str]]:
    """Return given names and family names."""
    text = (Path(__file__).parent / "names.txt").read_text(encoding="utf-8")
    given, family = text.split("\n\n")
    return given.split(), family.split()


def _names(many: int, draw: random.Random) -> Iterator[str]:
    """Yield different names; most people give the first one alone."""
    (given, family), used = _known(), set[str]()
    first = list(given)
    while len(used) < many:
        if not first:
            first = list(given)
        called = first.pop(draw.randrange(len(first)))
        whole = f"{called} {draw.choice(family)}"
        name = called if draw.random() < 0.4 and called not in used else whole
        if name not in used:
            used.add(name)
            yield name


def _profiles(many: int) -> list[Profile]:
    """Return each profile as often as its share says, to the nearest person."""
    wanted = {profile: share * many for profile, share in SHARES.items()}
    found = [profile for profile, share in wanted.items() for _ in range(int(share))]
    rest = sorted(wanted, key=lambda profile: int(wanted[profile]) - wanted[profile])
    return found + rest[: many - len(found)]


def _arrival(profile: Profile, draw: random.Random) -> float:
    """Return when somebody comes: most within two minutes and a half."""
    if profile is Profile.LATE:
        return draw.uniform(360, 720)
    return draw.uniform(2, 150)
