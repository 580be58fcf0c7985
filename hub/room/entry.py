"""Entry: one thing that happened in a room, as the journal keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ATTEMPT = "attempt"
"""One run of one check; body: the attempt without id and age."""
CLAIMED = "claimed"
"""Somebody took the seat; body: its number."""
ROOM = "room"
"""The room itself changed; no seat; body: its state."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal. Holds no personal data.

    Args:
        room: id of the room.
        seat: id of the seat; "" when it concerns the whole room.
        kind: what happened: ATTEMPT, CLAIMED, ROOM.
        uid: unique for the seat; an entry with a known one is the same entry.
        at: when it happened, milliseconds since 1970 by the room's clock.
        mono: the same moment in milliseconds since the machine booted.
        boot: id of that boot.
        body: what the kind needs, as JSON.
        id: number of the row; 0 until it is committed.
    """

    room: str
    seat: str
    kind: str
    uid: str
    at: int
    mono: int = 0
    boot: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
