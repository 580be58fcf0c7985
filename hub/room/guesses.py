"""Guesses: whoever tries codes, phrases and keys that are not theirs is slowed.

Per browser and per code; never per address, since a whole venue shares one.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from hub.room.limits import Buckets
from hub.room.refusal import RefusalError


class Guesses:
    """Slows whoever guesses: wrong tries cost a token of each bucket they fall in."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._by_browser = Buckets(rate=0.2, burst=8, clock=clock)
        self._by_code = Buckets(rate=1.0, burst=40, clock=clock)
        self._all = Buckets(rate=10.0, burst=200, clock=clock)

    def check(self, browser: str, code: str = "") -> None:
        """Refuse while a bucket is empty, right guess or wrong."""
        wait = max(
            self._by_browser.wait(browser),
            self._by_code.wait(code) if code else self._all.wait(""),
        )
        if wait:
            raise RefusalError("slow-down", retry_after=round(wait, 1))

    def wrong(self, browser: str, code: str = "") -> None:
        """Count a wrong guess."""
        self._by_browser.spend(browser)
        if code:
            self._by_code.spend(code)
        else:
            self._all.spend("")
