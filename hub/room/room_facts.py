"""RoomFacts: what is known of a room as a whole, folded from its journal alone.

Like the facts of a seat, a function of the set of entries. Where one thing follows
another (closed, open again) the higher row counts: staff decide one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hub.room.entry import (
    ATTEMPT,
    COUNTDOWN,
    GATE,
    GOAL,
    HINTS,
    MESSAGE,
    OFFER,
    ROOM,
    START,
    WITHDRAW_MESSAGE,
    Entry,
)
from hub.room.messages import Message, message_of

MOST_MESSAGES = 100
"""Messages that are kept in mind; the newest ones."""
MOST_WITHDRAWN = 1_000
"""Messages of which it is kept in mind that they were taken back; the newest ones."""
SOFT, STRICT = "soft", "strict"
"""What a closed gate is: a word, or a check that does not run."""


@dataclass(frozen=True, slots=True)
class Countdown:
    """A countdown; `ends_at` is None when it was stopped."""

    row: int = 0
    started_at: int = 0
    ends_at: int | None = None
    lab: str = ""
    step: str = ""

    def to_json(self) -> dict[str, Any] | None:
        """Describe it for the pages, also when it has run out; None when stopped."""
        if self.ends_at is None:
            return None
        return {
            "started_at": self.started_at,
            "ends_at": self.ends_at,
            "lab": self.lab,
            "step": self.step,
        }


@dataclass(frozen=True, slots=True)
class Goal:
    """The step that everybody is asked to come to; "" is none."""

    row: int = 0
    at: int = 0
    lab: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """What is known of one room.

    Args:
        row: the last journal row that changed it, attempts aside.
        turned: row and state of the room as it was last opened or closed.
        gates: by `<lab>/<step>` the row and what the gate is: SOFT, STRICT or "".
        held: by `<lab>/<step>` the row and whether its hints are held back.
        offers: lab -> newest version that was offered.
        messages: the newest ones, whoever they are for, oldest first.
        withdrawn: by id of a message the row that took it back.
        countdown: the last one.
        goal: the last one.
        starts: by lab the row and time of its last start.
        begun: by lab when its first attempt happened.
    """

    row: int = 0
    turned: tuple[int, str] = (0, "new")
    gates: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    held: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    offers: Mapping[str, str] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()
    withdrawn: Mapping[str, int] = field(default_factory=dict)
    countdown: Countdown = Countdown()
    goal: Goal = Goal()
    starts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    begun: Mapping[str, int] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """People may join, and the clock runs."""
        return self.turned[1] == "open"

    @property
    def closed(self) -> dict[str, str]:
        """Steps behind which a gate is closed, and whether SOFT or STRICT."""
        return {step: gate for step, (_, gate) in sorted(self.gates.items()) if gate}

    @property
    def without_hints(self) -> list[str]:
        """Steps whose hints are held back."""
        return sorted(step for step, (_, held) in self.held.items() if held)

    def started_at(self, lab: str) -> int | None:
        """Return when a lab began: by its start, else by the first attempt."""
        return self.starts[lab][1] if lab in self.starts else self.begun.get(lab)


def fold_room(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Return a room's facts with one more of its entries, whoever's it is."""
    if entry.kind == ATTEMPT:
        return _begun(room, entry)
    how = _FOLDS.get(entry.kind)
    if how is None:
        return room
    return how(replace(room, row=max(room.row, entry.id)), entry)


def _begun(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Fold an attempt: the first of a lab says when it began."""
    lab = entry.body["lab"]
    known = room.begun.get(lab)
    if known is not None and known <= entry.at:
        return room
    return replace(room, begun={**room.begun, lab: entry.at})


def _turned(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Fold that the room was opened or closed."""
    return replace(room, turned=max(room.turned, (entry.id, entry.body["state"])))


def _gate(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Fold a gate."""
    body = entry.body
    step = f"{body['lab']}/{body['step']}"
    kind = (STRICT if body.get("strict") else SOFT) if body["closed"] else ""
    latest = max(room.gates.get(step, (0, "")), (entry.id, kind))
    return replace(room, gates={**room.gates, step: latest})


def _hints(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Fold hints held back or released."""
    step = f"{entry.body['lab']}/{entry.body['step']}"
    latest = max(room.held.get(step, (0, False)), (entry.id, bool(entry.body["held"])))
    return replace(room, held={**room.held, step: latest})


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
    known = {one.row: one for one in room.messages}
    known[entry.id] = message_of(entry)
    rows = sorted(known)[-MOST_MESSAGES:]
    return replace(room, messages=tuple(known[row] for row in rows))


def _withdrawn(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Fold that a message was taken back."""
    name = entry.body["message"]
    known = {**room.withdrawn, name: max(room.withdrawn.get(name, 0), entry.id)}
    newest = sorted(known.items(), key=lambda item: item[1])[-MOST_WITHDRAWN:]
    return replace(room, withdrawn=dict(newest))


def _countdown(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Fold a countdown that began, was moved or stopped."""
    if entry.id <= room.countdown.row:
        return room
    body = entry.body
    latest = Countdown(
        row=entry.id,
        started_at=body.get("started_at") or entry.at,
        ends_at=body["ends_at"],
        lab=body.get("lab", ""),
        step=body.get("step", ""),
    )
    return replace(room, countdown=latest)


def _goal(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Fold the step that everybody is asked to come to."""
    if entry.id <= room.goal.row:
        return room
    goal = Goal(entry.id, entry.at, entry.body["lab"], entry.body["step"])
    return replace(room, goal=goal)


def _start(room: RoomFacts, entry: Entry) -> RoomFacts:
    """Fold that a lab begins."""
    lab = entry.body["lab"]
    latest = max(room.starts.get(lab, (0, 0)), (entry.id, entry.at))
    return replace(room, starts={**room.starts, lab: latest})


_FOLDS: dict[str, Callable[[RoomFacts, Entry], RoomFacts]] = {
    ROOM: _turned,
    GATE: _gate,
    HINTS: _hints,
    OFFER: _offer,
    MESSAGE: _message,
    WITHDRAW_MESSAGE: _withdrawn,
    COUNTDOWN: _countdown,
    GOAL: _goal,
    START: _start,
}
"""Kind of entry -> how it changes the room's facts."""
