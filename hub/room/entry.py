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
REFUSED = "refused"
"""An item of a seat's outbox that can never be kept; body: epoch, seq, code."""

# Notes of a seat are kept under their own kind (checkers.engine.note.Kind); body: lab,
# step, epoch, seq and the note's body without what people wrote, which is in `texts`.

MESSAGE = "message"
"""Staff say something; body: to ("all", "step", "stuck", "seats" or "seat"), lab, step,
by. With `seat` set it is for that seat alone; to "stuck" and "seats" there are `seats`,
those it was meant for at that moment. The text is in `texts`."""
WITHDRAW_MESSAGE = "message-withdrawn"
"""A message is taken back; no seat; body: message (its id), by."""
CLAIM_ASK = "ask-claimed"
"""A helper goes to a seat; body: ask, by (staff user)."""
RELEASE_ASK = "ask-released"
"""The helper does not go after all; body: ask, by."""
ANSWER_ASK = "ask-answered"
"""The ask is done; body: ask, by."""
SAME_ASK = "ask-same"
"""The ask is the same question as another; body: ask, same (the other's id; "" when it
is not after all), by."""
GATE = "gate"
"""Not beyond this step yet, or open again; no seat; body: lab, step, closed, strict,
by."""
HINTS = "hints"
"""Hints of a step held back or released; no seat; body: lab, step, held, by."""
HINT_SENT = "hint-sent"
"""Staff opened hints of a step to the seat; body: lab, step, number (up to it), by."""
COUNTDOWN = "countdown"
"""A countdown for all; no seat; body: ends_at (null: stopped), started_at, lab, step
("": of the room), by."""
GOAL = "goal"
"""Everybody to this step; no seat; body: lab, step ("" takes it back), by."""
START = "start"
"""The lab begins now; no seat; body: lab, by."""
VISIT = "visit"
"""Staff look into the seat, or leave it; body: open, by."""
OFFER = "offer"
"""A corrected version of a lab is there to be taken; no seat; body: lab, version."""
PHRASE = "phrase"
"""The seat got another return phrase; body: by."""
ZONE = "zone"
"""The seat's person is said to sit somewhere else; body: by. Where, is beside the
name."""
ERASED = "erased"
"""Everything of the seat's participant was erased; no body."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal. Holds no personal data.

    Args:
        room: id of the room.
        seat: id of the seat; "" when it concerns the whole room.
        kind: what happened: one of this module's words, or a note's kind.
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
