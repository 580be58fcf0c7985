"""Known: everything that is folded of one room, live or as of some time ago."""

from __future__ import annotations

import logging

from checkers.engine.note import Kind
from hub.room.asks import ASK_KINDS
from hub.room.entry import ATTEMPT, CLAIMED, ERASED, MESSAGE, Entry
from hub.room.line import Line
from hub.room.progress import SeatFacts, fold
from hub.room.room_facts import RoomFacts, fold_room

log = logging.getLogger(__name__)

_MOVES = (*ASK_KINDS, ATTEMPT, ERASED)
"""Kinds that can change who waits for help."""


class Known:
    """Facts of one room; who looks at them takes note of what changed since.

    Args:
        room: id of the room, for the log.
    """

    def __init__(self, room: str) -> None:
        self.room = room
        self.row = 0
        self.facts: dict[str, SeatFacts] = {}
        self.room_facts = RoomFacts()
        self.line = Line()
        self.seen: dict[str, int] = {}
        """Id of a message -> how many seats saw it."""
        self.changed: set[str] = set()
        """Seats whose facts changed since somebody took note."""
        self.room_changed = True
        """The room itself did."""
        self.clock_changed = False
        """What the times of all seats depend on did."""

    def copy(self) -> Known:
        """Return the same, to be folded further apart from this one."""
        known = Known(self.room)
        known.row, known.facts = self.row, dict(self.facts)
        known.room_facts, known.line = self.room_facts, self.line.copy()
        known.seen = dict(self.seen)
        return known

    def fold(self, entry: Entry) -> bool:
        """Take in one entry; says whether the line of those who wait changed."""
        self.row = max(self.row, entry.id)
        try:
            self._fold(entry)
        except (KeyError, TypeError, ValueError):
            log.exception("room=%s row=%s not folded", self.room, entry.id)
        if entry.kind in _MOVES and entry.seat:
            return self.line.put(entry.seat, self.facts.get(entry.seat, SeatFacts()))
        return False

    def _fold(self, entry: Entry) -> None:
        """Take in one entry that may be odd."""
        before, seat = self.room_facts, entry.seat
        self.room_facts = fold_room(before, entry)
        if seat:
            facts = self.facts.get(seat, SeatFacts())
            self.facts[seat] = fold(facts, entry)
            self.changed.add(seat)
            if entry.kind == Kind.SEEN:
                self._saw(entry, facts)
        if entry.kind == ERASED:
            del self.facts[seat]
        if entry.kind == MESSAGE:
            ids = (one.id for one in self.room_facts.messages)
            self.seen = {name: self.seen.get(name, 0) for name in ids}
        if not seat or entry.kind in (CLAIMED, ERASED, MESSAGE):
            self.room_changed = True
        if _clock(before) != _clock(self.room_facts):
            self.clock_changed = True

    def _saw(self, entry: Entry, before: SeatFacts) -> None:
        """Count that a seat saw a message, once."""
        name = entry.body["message"]
        if name in self.seen and name not in before.saw:
            self.seen[name] += 1
            self.room_changed = True


def _clock(room: RoomFacts) -> tuple[object, ...]:
    """Return what the times of all seats depend on."""
    return (room.open, room.starts, room.begun)
