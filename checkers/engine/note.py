"""Note: what a seat tells the room beside attempts, and its JSON form, version 1.

A note goes the same way as an attempt: the seat's outbox, its agent, the room, with one
numbering for both. So a hint taken or a call for help made while the room is away
arrives later. Like an attempt it carries no identity of a person or seat. Both sides of
the wire import this module; it holds nothing but the standard library.

Errors:
    WireError: a JSON object that is not a note; names the key, what was expected and
        what was there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from checkers.engine import fields
from checkers.engine.attempt import MAX_AGE_MS, MAX_GENERATION, MAX_SEQ
from checkers.engine.fields import WireError

VERSION = 1
WORDS_LENGTH = 500
"""Characters of what a person writes, at most."""
SOURCE_LENGTH = 20_000
"""Characters of a shared cell, at most."""
MOST_HINTS = 20
MOST_CELLS = 500


class Kind(StrEnum):
    """What a seat tells; the comment is its body.

    `step` is "" where a kind concerns the whole lab.
    """

    HINT = "hint"  # number: which of the step's hints was taken, from 1
    ASK = "ask"  # words: "" or one line; the note's id is the ask's
    WITHDRAW = "withdraw"  # ask: id of the ask taken back
    SHARE = "share"  # source: the cell's text as the helpers may read it
    UNSHARE = "unshare"  # nothing: the helpers may not read this step's cell any more
    FEEDBACK = "feedback"  # face: see Face; words
    CLOSING = "closing"  # again: yes, maybe or no; good, better: words
    CAUGHT_UP = "caught-up"  # nothing: the state before this step was opened
    RESET = "reset"  # generation: the step's new one, from 1
    UPDATED = "updated"  # version: of the lab whose cells were taken; cells: how many
    SEEN = "seen"  # message: id of a message of the staff that was shown


class Face(StrEnum):
    """Feedback on a step, one click."""

    CLEAR = "clear"
    CONFUSING = "confusing"
    BROKEN = "broken"
    SLOW = "too-slow"
    LOVED = "loved"


class Again(StrEnum):
    """The first closing question: come again, yes or no."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that a seat tells the room. Immutable.

    Args:
        id: a UUID, unique; the room keeps one row per (seat, id).
        kind: what is told.
        lab: slug of the lab.
        step: id of the step, "" for the whole lab.
        body: what the kind needs, checked; see `Kind`.
        age_ms: milliseconds since it happened, at sending.
        epoch: UUID of the outbox that numbers it; "" until then.
        seq: its number there, from 1; 0 until numbered.
    """

    id: str
    kind: Kind
    lab: str
    step: str
    body: Mapping[str, Any]
    age_ms: int = 0
    epoch: str = ""
    seq: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of version 1."""
        return {
            "v": VERSION,
            "id": self.id,
            "kind": self.kind.value,
            "lab": self.lab,
            "step": self.step,
            "body": dict(self.body),
            "age_ms": self.age_ms,
            "epoch": self.epoch,
            "seq": self.seq,
        }

    @classmethod
    def from_json(cls, data: object) -> Note:
        """Read one JSON object; unknown keys are left alone, in the body dropped.

        Raises:
            WireError: the first thing that is wrong, as one sentence.
        """
        data = fields.of_version(data, "note", VERSION)
        kind = fields.choice(data, "kind", Kind)
        body = data.get("body", {})
        if not isinstance(body, Mapping):
            raise WireError(f"body: expected an object, got {fields.kind_of(body)}")
        whole = kind in _OF_A_LAB and not data.get("step")
        return cls(
            id=fields.uuid(data, "id"),
            kind=kind,
            lab=fields.pattern(data, "lab", fields.SLUG, "a lab's slug"),
            step=""
            if whole
            else fields.pattern(data, "step", fields.SLUG, "a step's id"),
            body=_BODIES[kind](body),
            age_ms=fields.number(data, "age_ms", MAX_AGE_MS),
            epoch=fields.uuid(data, "epoch") if data.get("epoch") else "",
            seq=fields.number(data, "seq", MAX_SEQ),
        )

    def numbered(self, epoch: str, seq: int) -> Note:
        """Return this note as number `seq` of the outbox `epoch`."""
        return replace(self, epoch=epoch, seq=seq)

    def aged(self, age_ms: int) -> Note:
        """Return this note as it looks `age_ms` milliseconds after it happened."""
        return replace(self, age_ms=min(max(age_ms, 0), MAX_AGE_MS))


def _from_one(data: Mapping[str, Any], key: str, most: int) -> int:
    """Read a whole number from 1 to `most`."""
    value = fields.number(data, key, most)
    if not value:
        raise WireError(f"{key}: expected 1 to {most}, got 0")
    return value


def _words(data: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Read what a person wrote; absent is empty."""
    return {key: fields.text(data, key, WORDS_LENGTH, default="") for key in keys}


def _nothing(_data: Mapping[str, Any]) -> dict[str, Any]:
    """Read nothing: the kind says it all."""
    return {}


_OF_A_LAB = (
    Kind.ASK,
    Kind.WITHDRAW,
    Kind.FEEDBACK,
    Kind.CLOSING,
    Kind.UPDATED,
    Kind.SEEN,
)
"""Kinds that may concern a whole lab."""

_BODIES: dict[Kind, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    Kind.HINT: lambda data: {"number": _from_one(data, "number", MOST_HINTS)},
    Kind.ASK: lambda data: _words(data, "words"),
    Kind.WITHDRAW: lambda data: {"ask": fields.uuid(data, "ask")},
    Kind.SHARE: lambda data: {"source": fields.text(data, "source", SOURCE_LENGTH)},
    Kind.UNSHARE: _nothing,
    Kind.FEEDBACK: lambda data: {
        "face": fields.choice(data, "face", Face).value,
        **_words(data, "words"),
    },
    Kind.CLOSING: lambda data: {
        "again": fields.choice(data, "again", Again).value,
        **_words(data, "good", "better"),
    },
    Kind.CAUGHT_UP: _nothing,
    Kind.RESET: lambda data: {
        "generation": _from_one(data, "generation", MAX_GENERATION)
    },
    Kind.UPDATED: lambda data: {
        "version": fields.text(data, "version", 64),
        "cells": fields.number(data, "cells", MOST_CELLS),
    },
    Kind.SEEN: lambda data: {"message": fields.uuid(data, "message")},
}
