"""Rows of a journal, for tests of what is known; times are minutes."""

from __future__ import annotations

import itertools
from typing import Any

from hub.room.entry import ATTEMPT, CLAIMED, Entry
from hub.room.pace import MINUTE

_NUMBERS = itertools.count(1)


def attempt(
    minute: float, step: str, outcome: str = "failed", lab: str = "l", **more: Any
) -> Entry:
    """Return an attempt of seat s1 unless another is named."""
    failed = outcome == "failed"
    body = {
        "lab": lab,
        "step": step,
        "outcome": outcome,
        "reason": more.pop("reason", "rows-lost") if failed else "",
        "hint": more.pop("hint", "") if failed else "",
        "epoch": "",
        "seq": 0,
        "generation": more.pop("generation", 0),
    }
    return row(minute, ATTEMPT, more.pop("seat", "s1"), **body)


def note(
    minute: float, kind: str, step: str = "a", seat: str = "s1", **body: Any
) -> Entry:
    """Return a note of a seat."""
    return row(minute, kind, seat, lab="l", step=step, **{"message": "m", **body})


def claimed(minute: float, seat: str = "s1", number: int = 1) -> Entry:
    """Return that somebody took a seat."""
    return row(minute, CLAIMED, seat, number=number)


def row(minute: float, kind: str, seat: str = "", **body: Any) -> Entry:
    """Return a row of this kind with the next number."""
    number = next(_NUMBERS)
    at = int(minute * MINUTE)
    return Entry("r1", seat, kind, f"u{number}", at, body=body, id=number)
