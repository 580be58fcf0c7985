"""Groups: people who have the same trouble on the same step. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.room.stuck import Why

MOST_NAMED = 300
"""Seats of a group that are named; `people` counts all."""
LEAST = 2
"""People who make a group; somebody who is stuck is one alone."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What one seat has trouble with.

    Args:
        seat: its id.
        number: its number.
        step: `<lab>/<step>` it is at.
        reason: why the last attempt failed; "" when none did.
        hint: the sentence that was shown with it.
        stuck: it does not get on; else it has only failed so far.
    """

    seat: str
    number: int
    step: str
    reason: str
    hint: str
    stuck: bool


def groups(
    troubles: Iterable[Trouble], patience: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return the groups, most people first.

    Args:
        troubles: of the seats that are stuck or whose last attempt failed.
        patience: by step how long it may take, milliseconds.
    """
    found: defaultdict[tuple[str, str], list[Trouble]] = defaultdict(list)
    for trouble in troubles:
        found[trouble.step, trouble.reason].append(trouble)
    told = [
        _group(step, reason, sorted(members, key=lambda one: one.number), patience)
        for (step, reason), members in found.items()
        if len(members) >= LEAST or any(one.stuck for one in members)
    ]
    order = {step: place for place, step in enumerate(patience)}
    return sorted(
        told,
        key=lambda one: (
            -one["people"],
            -one["stuck"],
            order.get(f"{one['lab']}/{one['step']}", len(order)),
            one["reason"],
        ),
    )


def _group(
    step: str, reason: str, members: list[Trouble], patience: Mapping[str, int]
) -> dict[str, Any]:
    """Describe one group; those without a reason are slow."""
    lab, _, name = step.partition("/")
    hints = Counter(one.hint for one in members if one.hint)
    most = max(hints.values(), default=0)
    return {
        "lab": lab,
        "step": name,
        "reason": reason,
        "why": "" if reason else Why.SLOW.value,
        "seats": [one.seat for one in members[:MOST_NAMED]],
        "people": len(members),
        "stuck": sum(one.stuck for one in members),
        "hint": min((hint for hint in hints if hints[hint] == most), default=""),
        "minutes": round(patience.get(step, 0) / 60_000),
    }
