"""Message: something that staff said, and which seats it concerns.

Its text is personal and so in `texts`; here is who it was for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.room.entry import Entry
from hub.room.progress import SeatFacts


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the staff.

    Args:
        row: its row in the journal.
        uid: its entry's uid.
        at: when it was said.
        to: "all", "step", "stuck", "seats" or "seat".
        lab: slug of the lab; "" for none.
        step: id of the step; "" for none.
        seat: the only seat it is for; "" for several.
        seats: those it was meant for, where `to` is "stuck" or "seats".
        by: the staff user.
    """

    row: int
    uid: str
    at: int
    to: str
    lab: str = ""
    step: str = ""
    seat: str = ""
    seats: frozenset[str] = frozenset()
    by: str = ""

    @property
    def id(self) -> str:
        """The id that the call which said it had."""
        return self.uid.rpartition(":")[2]


def message_of(entry: Entry) -> Message:
    """Return the message of an entry."""
    body = entry.body
    return Message(
        row=entry.id,
        uid=entry.uid,
        at=entry.at,
        to=body["to"],
        lab=body.get("lab", ""),
        step=body.get("step", ""),
        seat=entry.seat,
        seats=frozenset(body.get("seats", ())),
        by=body.get("by", ""),
    )


def concerns(
    message: Message,
    seat: str,
    facts: SeatFacts,
    steps_of: Mapping[str, tuple[str, ...]],
) -> bool:
    """Say whether a message is for this seat.

    One to a step is for whoever was on it by then: had tried it, or had passed every
    step before it, and had not passed it yet.

    Args:
        message: any of the room's.
        seat: id of the seat.
        facts: what is known of it.
        steps_of: ids of a lab's steps, in order; empty when it is not known.
    """
    if message.seat:
        return message.seat == seat
    if message.to in ("stuck", "seats"):
        return seat in message.seats
    if message.to != "step":
        return True
    at, lab, step = message.at, message.lab, message.step
    known = facts.steps.get(f"{lab}/{step}")
    if known and known.passed_at is not None and known.passed_at <= at:
        return False
    if known and known.first_at is not None and known.first_at <= at:
        return True
    steps = steps_of.get(lab, ())
    before = steps[: steps.index(step)] if step in steps else steps
    return all(_passed(facts, f"{lab}/{one}", at) for one in before)


def _passed(facts: SeatFacts, step: str, at: int) -> bool:
    """Say whether a step had passed by then."""
    known = facts.steps.get(step)
    return bool(known and known.passed_at is not None and known.passed_at <= at)
