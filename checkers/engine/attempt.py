"""Attempt: one run of one check at one seat, and its JSON form.

This module is the wire contract between seats and the room, version 1. Both sides
import it, so it holds nothing but the standard library and costs a kernel nothing.

Errors:
    AttemptError: a JSON object that is not an attempt; names the key, what was
        expected and what was there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

VERSION = 1
HINT_LENGTH = 300
NAME_LENGTH = 200
MAX_MS = 3_600_000
MAX_AGE_MS = 366 * 24 * 3_600_000
MAX_SEQ = 2**53
_E = TypeVar("_E", bound=StrEnum)
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_REASON = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class AttemptError(ValueError):
    """A JSON object is not an attempt of this version."""


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
            "age_ms": self.age_ms,
            "epoch": self.epoch,
            "seq": self.seq,
        }

    @classmethod
    def from_json(cls, data: object) -> Attempt:
        """Read one JSON object; unknown keys are left alone.

        Raises:
            AttemptError: the first thing that is wrong, as one sentence.
        """
        if not isinstance(data, Mapping):
            raise AttemptError(f"attempt: expected an object, got {_kind(data)}")
        if data.get("v") != VERSION or isinstance(data.get("v"), bool):
            raise AttemptError(f"v: expected {VERSION}, got {_short(data.get('v'))}")
        return cls(
            id=_uuid(data, "id"),
            lab=_pattern(data, "lab", _SLUG, "a lab's slug"),
            lab_version=_text(data, "lab_version", 64),
            notebook=_text(data, "notebook", NAME_LENGTH, default=""),
            step=_pattern(data, "step", _SLUG, "a step's id"),
            trigger=_choice(data, "trigger", Trigger),
            outcome=_choice(data, "outcome", Outcome),
            reason=_optional_pattern(data, "reason", _REASON, "a short key"),
            hint=_text(data, "hint", HINT_LENGTH, default=""),
            ms=_number(data, "ms", MAX_MS),
            age_ms=_number(data, "age_ms", MAX_AGE_MS),
            epoch=_uuid(data, "epoch") if data.get("epoch") else "",
            seq=_number(data, "seq", MAX_SEQ),
        )

    def numbered(self, epoch: str, seq: int) -> Attempt:
        """Return this attempt as number `seq` of the outbox `epoch`."""
        return replace(self, epoch=epoch, seq=seq)

    def aged(self, age_ms: int) -> Attempt:
        """Return this attempt as it looks `age_ms` milliseconds after it happened."""
        return replace(self, age_ms=min(max(age_ms, 0), MAX_AGE_MS))


def _short(value: object) -> str:
    """Show a hostile value in at most 40 characters."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        text = repr(value[:40] if isinstance(value, str) else value)
        return text[:60]
    return _kind(value)


def _kind(value: object) -> str:
    """Name a JSON value's kind."""
    return "nothing" if value is None else type(value).__name__


def _text(
    data: Mapping[str, Any], key: str, length: int, default: str | None = None
) -> str:
    """Read a string of at most `length` characters."""
    value = data.get(key, default)
    if not isinstance(value, str):
        raise AttemptError(f"{key}: expected a string, got {_kind(value)}")
    if len(value) > length:
        raise AttemptError(
            f"{key}: expected at most {length} characters, got {len(value)}"
        )
    try:
        value.encode()
    except UnicodeEncodeError:
        raise AttemptError(
            f"{key}: expected Unicode text, got a lone surrogate"
        ) from None
    return value


def _pattern(
    data: Mapping[str, Any], key: str, pattern: re.Pattern[str], what: str
) -> str:
    """Read a string that matches `pattern` in full."""
    value = _text(data, key, NAME_LENGTH)
    if not pattern.fullmatch(value):
        raise AttemptError(f"{key}: expected {what}, got {_short(value)}")
    return value


def _optional_pattern(
    data: Mapping[str, Any], key: str, pattern: re.Pattern[str], what: str
) -> str:
    """Read a string that is empty or matches `pattern`."""
    return _pattern(data, key, pattern, what) if data.get(key) else ""


def _uuid(data: Mapping[str, Any], key: str) -> str:
    """Read a UUID in its usual form of 36 characters."""
    value = _text(data, key, NAME_LENGTH)
    try:
        if str(UUID(value)) == value:
            return value
    except ValueError:
        pass
    raise AttemptError(f"{key}: expected a UUID, got {_short(value)}")


def _number(data: Mapping[str, Any], key: str, most: int) -> int:
    """Read a whole number from 0 to `most`; absent is 0."""
    value = data.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int):
        raise AttemptError(f"{key}: expected a whole number, got {_short(value)}")
    if not 0 <= value <= most:
        raise AttemptError(f"{key}: expected 0 to {most}, got {_short(value)}")
    return value


def _choice(data: Mapping[str, Any], key: str, kind: type[_E]) -> _E:
    """Read one of an enumeration's values."""
    value = data.get(key)
    try:
        return kind(value)  # type: ignore[arg-type]
    except ValueError:
        names = ", ".join(member.value for member in kind)
        raise AttemptError(
            f"{key}: expected one of {names}; got {_short(value)}"
        ) from None
