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
LONG = 1.0
"""A check that takes that long comes last, one in a look."""
HANGING = 60.0
"""The longest rest of a step whose check hangs."""
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
        return replace(self.again(now), wait=FIRST, active=now)

    def again(self, now: float) -> Cadence:
        """Return the cadence with one more look as soon as may be."""
        return replace(self, due=min(self.due, max(now, self.not_before)))

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


@dataclass(frozen=True, slots=True)
class Rest:
    """How long a step is left alone whose check took long: the others are asked first.

    Args:
        until: it is not asked before.
        asked: when it was asked last.
        hung: how often in a row its check did not end by itself.
    """

    until: float
    asked: float
    hung: int = 0

    def is_over(self, now: float, cadence: Cadence) -> bool:
        """Tell whether to ask again: in a look, or for activity since it was asked."""
        return self.until <= now and (cadence.due <= now or cadence.active > self.asked)


def rested(
    before: Rest | None, now: float, took: float, *, hung: bool = False, beside: int = 0
) -> Rest | None:
    """Return the rest of a step whose check took a while; None when that was short.

    Args:
        before: its rest until now.
        now: when the check was over.
        took: how long it took.
        hung: it did not end by itself; then it is asked less and less often.
        beside: how many others rest as well: together they take no more than one.
    """
    if took < LONG and not hung:
        return None
    times = (before.hung if before else 0) + 1 if hung else 0
    share = min(max(SOON, SHARE * took * (1 + beside)), SELDOM)
    times_longer = 2 ** min(max(times - 1, 0), 10)
    return Rest(now + min(share * times_longer, HANGING), now - took, times)
