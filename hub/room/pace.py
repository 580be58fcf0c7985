"""Pace: where the room is in a lab, against the author's minutes. Pure.

Times are milliseconds since 1970.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MINUTE = 60_000
"""Milliseconds of a minute."""
MANY = 5
"""Times that others needed from which on they count more than the author's minutes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one lab, in order.

    Args:
        slug: of the lab.
        steps: `<lab>/<step>` of each.
        minutes: the author's, of each.
    """

    slug: str
    steps: tuple[str, ...]
    minutes: tuple[int, ...]


def plans_of(outlines: Iterable[Mapping[str, Any]]) -> tuple[Plan, ...]:
    """Return the plans of labs as the catalogue describes them."""
    return tuple(
        Plan(
            slug=lab["slug"],
            steps=tuple(f"{lab['slug']}/{step['id']}" for step in lab["steps"]),
            minutes=tuple(step["minutes"] for step in lab["steps"]),
        )
        for lab in outlines
    )


def front(begun: Sequence[int], seats: int) -> int:
    """Return the furthest step that at least half of the seats have begun, from 0.

    Args:
        begun: by step how many seats tried or passed it.
        seats: how many there are.
    """
    reached = [at for at, count in enumerate(begun) if seats and 2 * count >= seats]
    return max(reached, default=0)


def median(passed: Mapping[int, int]) -> int | None:
    """Return how many steps the median seat passed, the lower of two; None of none.

    Args:
        passed: by number of steps passed how many seats passed as many.
    """
    middle = (sum(passed.values()) - 1) // 2
    for steps in sorted(passed):
        if middle < passed[steps]:
            return steps if middle >= 0 else None
        middle -= passed[steps]
    return None


def lag(minutes: Sequence[int], passed: int, elapsed: int) -> int | None:
    """Return the minutes that a room is behind its plan; below 0 it is ahead.

    Working on a step is on plan from the author's minutes of the steps before it until
    those of the step itself are over, too.

    Args:
        minutes: the author's, by step.
        passed: steps that the median seat passed; None comes out after the last one.
        elapsed: milliseconds since the lab began.
    """
    if passed >= len(minutes):
        return None
    early, late = sum(minutes[:passed]), sum(minutes[: passed + 1])
    if elapsed < early * MINUTE:
        return math.trunc(elapsed / MINUTE - early)
    return max(0, math.trunc(elapsed / MINUTE - late))


def patience(times: Sequence[int], minutes: int, least: int) -> int:
    """Return how long a step may take until somebody is slow on it, milliseconds.

    Nine in ten of those who passed it needed no longer; as long as they are few, twice
    the author's minutes.

    Args:
        times: what others needed, milliseconds, the shortest first.
        minutes: the author's.
        least: minutes that nobody is slow in.
    """
    usual = 2 * minutes * MINUTE
    if len(times) >= MANY:
        usual = times[math.ceil(0.9 * len(times)) - 1]
    return max(least * MINUTE, usual)
