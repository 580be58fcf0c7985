"""Heat: a large room in blocks of seats, counted as seats change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SIZES = (25, 50, 100)
"""Seats of a block; the first with which a room has no more than MOST_BLOCKS."""
MOST_BLOCKS = 100


def size_for(seats: int) -> int:
    """Return the size of the blocks of a room, by its highest seat number."""
    return next((size for size in SIZES if size * MOST_BLOCKS >= seats), SIZES[-1])


class Heat:
    """Counts by blocks of seats; a seat belongs to one block by its number."""

    def __init__(self, steps: Sequence[str], highest: int) -> None:
        self.size = size_for(highest)
        self._steps = steps
        self._seats: dict[int, int] = {}
        self._passed: dict[int, list[int]] = {}
        self._stuck: dict[int, list[int]] = {}

    def add(
        self, number: int, passed: Sequence[int], stuck: int | None, sign: int
    ) -> None:
        """Count a seat, or count it no more.

        Args:
            number: of the seat.
            passed: places of the steps it passed.
            stuck: place of the step it is stuck on.
            sign: 1 or -1.
        """
        block = max(0, number - 1) // self.size
        self._seats[block] = self._seats.get(block, 0) + sign
        passes = self._passed.setdefault(block, [0] * len(self._steps))
        for place in passed:
            passes[place] += sign
        if stuck is not None:
            held = self._stuck.setdefault(block, [0] * len(self._steps))
            held[stuck] += sign

    def describe(self) -> dict[str, Any]:
        """Describe the blocks in which somebody sits; counts of 0 are left out."""
        return {
            "size": self.size,
            "blocks": [
                {
                    "from": block * self.size + 1,
                    "to": (block + 1) * self.size,
                    "seats": self._seats[block],
                    "passed": self._counts(self._passed.get(block, ())),
                    "stuck": self._counts(self._stuck.get(block, ())),
                }
                for block in sorted(self._seats)
                if self._seats[block]
            ],
        }

    def _counts(self, counts: Sequence[int]) -> dict[str, int]:
        """Return counts by step."""
        pairs = zip(self._steps, counts, strict=False)
        return {step: count for step, count in pairs if count}
