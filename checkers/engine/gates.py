"""Gates: which steps the presenter has not opened yet, as a kernel knows it.

The agent keeps the newest seat state in a file beside the outbox; a kernel looks at it
when a check is about to run, and reads it only when it has changed. A soft gate asks
people to wait and stops nothing; behind a strict one checks do not run. No network,
nothing but the standard library.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checkers.engine.plain import read_plain
from checkers.engine.steps import SeatLab
from checkers.engine.strings import _

FILE = "room.json"
"""The newest seat state, in the folder that holds the outbox."""
MOST_BYTES = 2**20
SOFT, STRICT = "soft", "strict"
SHUT = _("The presenter has not opened this step yet.")


def gate_of(value: object) -> str:
    """Return the gate that a seat state tells of: "", "soft" or "strict".

    Rooms of before there were two kinds told true or false.
    """
    if value in (SOFT, STRICT):
        return str(value)
    return SOFT if value is True else ""


class Gates:
    """The strict gates of a seat's room, from the file in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._seen: tuple[int, int, int] | None = None
        self._strict: frozenset[str] = frozenset()
        self._until: float | None = None

    def shut(self, lab: SeatLab, step: str) -> bool:
        """Tell whether a step lies behind a strict gate of an open room."""
        self._look()
        if not self._strict:
            return False
        if self._until is not None and time.time() * 1000 >= self._until:
            return False  # the room's time is over, whether or not it could say so
        for one in lab.steps:
            if one.id == step:
                return False
            if f"{lab.slug}/{one.id}" in self._strict:
                return True
        return False

    def _look(self) -> None:
        """Read the file if it is another than before; none is a room without gates."""
        try:
            status = self._path.stat()
        except OSError:
            self._seen, self._strict = None, frozenset()
            return
        seen = (status.st_mtime_ns, status.st_size, status.st_ino)
        if seen != self._seen:
            self._seen = seen
            self._strict, self._until = _read(self._path)


def _read(path: Path) -> tuple[frozenset[str], float | None]:
    """Return the strict gates of an open room and when it closes, if that is known."""
    try:
        state = json.loads(read_plain(path, MOST_BYTES))
        room, steps = state["room"] or {}, state["steps"]
        if room.get("state") != "open":
            return frozenset(), None
        strict = [step for step, told in steps.items() if _is_strict(told)]
        until = room.get("closes_at")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return frozenset(), None
    return frozenset(strict), until if isinstance(until, (int, float)) else None


def _is_strict(told: Mapping[str, Any]) -> bool:
    """Tell whether what is told of a step is a strict gate."""
    return gate_of(told.get("gate")) == STRICT
