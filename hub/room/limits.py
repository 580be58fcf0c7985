"""Limits: token buckets by key, with the clock given from outside.

One class serves the rate limit of seats and the slowing of guesses. Memory is bounded:
a bucket that has filled up again is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Buckets:
    """Token buckets of one kind.

    Args:
        rate: tokens that come back per second.
        burst: tokens of a full bucket.
        clock: seconds, never going back.
        most: buckets kept at most; beyond it the fullest tenth goes.
    """

    rate: float
    burst: float
    clock: Callable[[], float]
    most: int = 10_000
    _levels: dict[Hashable, tuple[float, float]] = field(default_factory=dict)

    def take(self, key: Hashable, cost: float = 1.0) -> float:
        """Take `cost` tokens; returns 0.0, or the seconds to wait when refused."""
        wait = self.wait(key, cost)
        if not wait:
            self.spend(key, cost)
        return wait

    def wait(self, key: Hashable, cost: float = 1.0) -> float:
        """Return the seconds until `cost` tokens are there; takes none."""
        missing = min(cost, self.burst) - self._level(key)
        return max(0.0, missing / self.rate)

    def spend(self, key: Hashable, cost: float = 1.0) -> None:
        """Take `cost` tokens even if they are not all there; never below 0."""
        if key not in self._levels and len(self._levels) >= self.most:
            self._forget()
        self._levels[key] = (max(0.0, self._level(key) - cost), self.clock())

    def _level(self, key: Hashable) -> float:
        """Return the tokens in one bucket now."""
        level, at = self._levels.get(key, (self.burst, 0.0))
        return min(self.burst, level + (self.clock() - at) * self.rate)

    def _forget(self) -> None:
        """Drop full buckets, and if that is not enough the fullest tenth."""
        by_level = sorted(self._levels, key=self._level, reverse=True)
        full = sum(1 for key in by_level if self._level(key) >= self.burst)
        for key in by_level[: max(full, self.most // 10)]:
            del self._levels[key]
