"""Cadence: when the agent looks at watched steps again. Pure; times are seconds.

Soon after each activity, then less and less often, and no more once nothing has
happened for minutes. A check that takes long is run seldom in any case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

SOON = 1.0
"""Between two looks while there is activity, unless a look takes long."""
SHARE = 3
"""How many times as long as a look takes is waited before the next one."""
FIRST, SELDOM = 2.0, 30.0
"""The first and the longest wait once there is no activity any more."""
REST = 300.0
"""After the last activity nothing is looked at any more, until the next."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """When the last look was, and when the next is due.

    Args:
        due: when to look next.
        wait: what is waited after the next look.
        active: when the last activity was.
        not_before: the next look is not sooner than that.
    """

    due: float = inf
    wait: float = FIRST
    active: float = -inf
    not_before: float = -inf

    def noted(self, now: float) -> Cadence:
        """Return the cadence after some activity."""
        due = min(self.due, max(now, self.not_before))
        return replace(self, due=due, wait=FIRST, active=now)

    def looked(self, now: float, took: float) -> Cadence:
        """Return the cadence after a look that took a while."""
        gap = min(max(SOON, SHARE * took), SELDOM)
        resting = now + self.wait - self.active > REST
        return replace(
            self,
            due=inf if resting else now + max(self.wait, gap),
            wait=min(2 * self.wait, SELDOM),
            not_before=now + gap,
        )
