"""Attempt: one run of one check at one seat, and its JSON form.

This module is the wire contract between seats and the room, version 1. Both sides
import it, so it holds nothing but the standard library and costs a kernel nothing.

Errors:
    WireError: a JSON object that is not an attempt; names the key, what was
        expected and what was there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from checkers.engine import fields
from checkers.engine.fields import NAME_LENGTH

VERSION = 1
HINT_LENGTH = 300
MAX_MS = 3_600_000
MAX_AGE_MS = 366 * 24 * 3_600_000
MAX_SEQ = 2**53
MAX_GENERATION = 10_000
NOT_BEGUN = "not-begun"
"""The reason of a check while what its lab sets up is not there: a watch keeps none."""


class Outcome(StrEnum):
    """What a check decided."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"


class Trigger(StrEnum):
    """Why a check ran: its cell was executed, it was asked for, or it is watched."""

    CELL = "cell"
    ASKED = "asked"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of one check. Immutable; carries no identity of a person or seat.

    Args:
        id: a UUID, unique per attempt; the room keeps one row per (seat, id).
        lab: slug of the lab, e.g. ``first_flight``.
        lab_version: the lab's version as its lab.toml states it.
        notebook: path of the notebook below the seat's home; "" when unknown.
        step: id of the step, e.g. ``load-data``.
        trigger: why the check ran.
        outcome: what it decided.
        reason: stable short key of why it failed (``rows-lost``); "" when passed.
        hint: the sentence shown, at most 300 characters; "" when there is none.
        ms: duration of the check in milliseconds.
        age_ms: milliseconds since it happened, at sending; the room's clock does
            the rest. 0 until the agent sends it.
        generation: how often the step had been reset before; 0 at first.
        epoch: UUID of the outbox that numbers it; "" until the agent numbers it.
        seq: its number in that outbox, from 1, without gaps; 0 until numbered.
    """

    id: str
    lab: str
    lab_version: str
    notebook: str
    step: str
    trigger: Trigger
    outcome: Outcome
    reason: str = ""
    hint: str = ""
    ms: int = 0
    generation: int = 0
    age_ms: int = 0
    epoch: str = ""
    seq: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of version 1."""
        return {
            "v": VERSION,
            "id": self.id,
            "lab": self.lab,
            "lab_version": self.lab_version,
            "notebook": self.notebook,
            "step": self.step,
            "trigger": self.trigger.value,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "hint": self.hint,
            "ms": self.ms,
            "generation": self.generation,
            "age_ms": self.age_ms,
            "epoch": self.epoch,
            "seq": self.seq,
        }

    @classmethod
    def from_json(cls, data: object) -> Attempt:
        """Read one JSON object; unknown keys are left alone.

        Raises:
            WireError: the first thing that is wrong, as one sentence.
        """
        data = fields.of_version(data, "attempt", VERSION)
        return cls(
            id=fields.uuid(data, "id"),
            lab=fields.pattern(data, "lab", fields.SLUG, "a lab's slug"),
            lab_version=fields.text(data, "lab_version", 64),
            notebook=fields.text(data, "notebook", NAME_LENGTH, default=""),
            step=fields.pattern(data, "step", fields.SLUG, "a step's id"),
            trigger=fields.choice(data, "trigger", Trigger),
            outcome=fields.choice(data, "outcome", Outcome),
            reason=fields.optional_pattern(
                data, "reason", fields.REASON, "a short key"
            ),
            hint=fields.text(data, "hint", HINT_LENGTH, default=""),
            ms=fields.number(data, "ms", MAX_MS),
            generation=fields.number(data, "generation", MAX_GENERATION),
            age_ms=fields.number(data, "age_ms", MAX_AGE_MS),
            epoch=fields.uuid(data, "epoch") if data.get("epoch") else "",
            seq=fields.number(data, "seq", MAX_SEQ),
        )

    def numbered(self, epoch: str, seq: int) -> Attempt:
        """Return this attempt as number `seq` of the outbox `epoch`."""
        return replace(self, epoch=epoch, seq=seq)

    def aged(self, age_ms: int) -> Attempt:
        """Return this attempt as it looks `age_ms` milliseconds after it happened."""
        return replace(self, age_ms=min(max(age_ms, 0), MAX_AGE_MS))
