"""RoomFacts: what is known of a room as a whole, folded from its journal alone.

Like the facts of a seat, a function of the set of entries. Where one thing follows
another (closed, open again) the higher row counts: staff decide one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from hub.room.entry import GATE, HINTS, MESSAGE, OFFER, Entry

MOST_MESSAGES = 100
"""Messages that are kept in mind; the newest ones."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the staff; its text is in `texts`."""

    row: int
    uid: str
    at: int
    to: str
    lab: str = ""
    step: str = ""
    seat: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """What is known of one room.

    Args:
        row: the last journal row that changed it.
        gates: by `<lab>/<step>` the row and whether nobody should go beyond it yet.
        held: by `<lab>/<step>` the row and whether its hints are held back.
        offers: lab -> newest version that was offered.
        messages: the newest ones to all, to a step or to a seat, oldest first.
    """

    row: int = 0
    gates: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    held: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    offers: Mapping[str, str] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()

    @property
    def closed(self) -> list[str]:
        """Steps behind which a gate is closed."""
        return sorted(step for step, (_, closed) in self.gates.items() if closed)

    @property
    def without_hints(self) -> list[str]:
        """Steps whose hints are held back."""
        return sorted(step for step, (_, held) in self.held.items() if held)


def fold_room(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Return a room's facts with one more of its entries, whoever's it is."""
    how = _FOLDS.get(entry.kind)
    if how is None:
        return room
    return how(replace(room, row=max(room.row, entry.id)), entry)


def _later(
    known: Mapping[str, tuple[int, bool]], entry: Entry, key: str
) -> Mapping[str, tuple[int, bool]]:
    """Set a step's switch unless a later row set it."""
    step = f"{entry.body['lab']}/{entry.body['step']}"
    this = (entry.id, bool(entry.body[key]))
    return {**known, step: max(known.get(step, (0, False)), this)}


def _gate(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Fold a gate."""
    return replace(room, gates=_later(room.gates, entry, "closed"))


def _hints(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Fold hints held back or released."""
    return replace(room, held=_later(room.held, entry, "held"))


def _offer(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Fold an offered version; the highest one stays."""
    lab, version = entry.body["lab"], entry.body["version"]
    newest = max(room.offers.get(lab, ""), version, key=_numbers)
    return replace(room, offers={**room.offers, lab: newest})


def _numbers(version: str) -> tuple[tuple[int, ...], str]:
    """Return a version as something to compare."""
    parts = version.split(".")
    numbers = tuple(int(part) for part in parts if part.isdecimal())
    return numbers, version


def _message(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Fold a message."""
    body = entry.body
    message = Message(
        row=entry.id,
        uid=entry.uid,
        at=entry.at,
        to=body["to"],
        lab=body.get("lab", ""),
        step=body.get("step", ""),
        seat=entry.seat,
        by=body.get("by", ""),
    )
    known = {one.row: one for one in room.messages}
    known[message.row] = message
    rows = sorted(known)[-MOST_MESSAGES:]
    return replace(room, messages=tuple(known[row] for row in rows))


_FOLDS: dict[str, Callable[[RoomFacts, Entry], RoomFacts]] = {
    GATE: _gate,
    HINTS: _hints,
    OFFER: _offer,
    MESSAGE: _message,
}
"""Kind of entry -> how it changes the room's facts."""
