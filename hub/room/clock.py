"""The room's clock: times that only go forward, whatever the machine's clock does.

A time is the wall clock's at the moment the room first started since the machine
booted, plus what the boot-time clock counted since. `boot` and `mono` stand beside
each time in the journal, so a restarted room goes on with the same clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


def boot_id() -> str:
    """Return the id of this boot of the machine; "" where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def boot_ms() -> int:
    """Return milliseconds since boot, time asleep included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def wall_ms() -> int:
    """Return the machine's wall clock in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock anchored once; `offset` is milliseconds since 1970 at boot."""

    boot: str
    offset: int
    ticks: Callable[[], int] = boot_ms

    @classmethod
    def start(
        cls,
        last: tuple[int, int, str] | None = None,
        *,
        boot: str | None = None,
        ticks: Callable[[], int] = boot_ms,
        wall: Callable[[], int] = wall_ms,
    ) -> Clock:
        """Anchor the clock.

        Args:
            last: `at`, `mono` and `boot` of the journal's last row; the anchor stays
                when the machine has not booted since.
            boot: id of this boot.
            ticks: milliseconds since boot.
            wall: milliseconds since 1970.
        """
        boot = boot_id() if boot is None else boot
        if last and boot and last[2] == boot:
            return cls(boot, last[0] - last[1], ticks)
        return cls(boot, wall() - ticks(), ticks)

    def mono(self) -> int:
        """Return milliseconds since boot."""
        return self.ticks()

    def now(self) -> int:
        """Return the time in milliseconds since 1970."""
        return self.offset + self.ticks()
