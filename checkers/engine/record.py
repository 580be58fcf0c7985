"""Record: what a seat itself knows of its work, folded from its progress file.

Attempts and what was told to the room (hints taken, asks, feedback …). The panel
shows this; it needs no room. The file and how it is read on: `progress.Lines`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from checkers.engine.attempt import Outcome
from checkers.engine.note import Kind, Note
from checkers.engine.outbox import OutboxError, why_not
from checkers.engine.progress import (
    FILE,
    Lines,
    StepProgress,
    folded,
    key_of,
    number_in,
)
from checkers.engine.steps import SeatLab

_NONE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class StepRecord:
    """All that a seat knows of one step; times are milliseconds since 1970.

    Args:
        progress: tries, hints taken, and whether it is passed.
        passed_at: when it was passed for the first time; None when it never was.
        last_at: when the last attempt was; None when there is none.
        taken: the numbers of the hints that were taken; staff may have sent others.
        caught_up: whether the state before it was opened.
        feedback: the newest: face and words; None when there is none.
        shared: whether the helpers may read its cell; None when never told.
    """

    progress: StepProgress = field(default_factory=StepProgress)
    passed_at: int | None = None
    last_at: int | None = None
    taken: frozenset[int] = frozenset()
    caught_up: bool = False
    feedback: Mapping[str, Any] | None = None
    shared: bool | None = None

    @property
    def hints(self) -> int:
        """How many of its hints were taken."""
        return self.progress.hints

    @property
    def failed(self) -> int:
        """Attempts that failed since the last hint, pass or reset."""
        return self.progress.failed


@dataclass(frozen=True, slots=True)
class OwnAsk:
    """The newest call for help of this seat."""

    id: str
    lab: str
    step: str
    words: str
    at: int
    withdrawn: bool = False


class Record:
    """What this seat knows of its work, in the file beside `outbox`."""

    def __init__(self, outbox: Path) -> None:
        self._lines = Lines(outbox.parent / FILE)
        self._begin()

    def _begin(self) -> None:
        """Know nothing."""
        self._steps: dict[tuple[str, str], StepRecord] = {}
        self.ask: OwnAsk | None = None
        self.closing: dict[str, Any] | None = None
        self.updated: dict[str, str] = {}
        """The newest version of each lab whose cells were taken."""
        self.seen: set[str] = set()
        """Ids of the room's messages that were seen."""

    def look(self) -> bool:
        """Read what was added; return whether there was something."""
        fresh, lines = self._lines.more()
        if fresh:
            self._begin()
        for line in lines:
            self._fold(line)
        return fresh or bool(lines)

    def step(self, lab: str, step: str) -> StepRecord:
        """Return what is known of one step; step "" is the lab as a whole."""
        return self._steps.get((lab, step), StepRecord())

    def start(self, lab: SeatLab) -> int:
        """Return where own work begins: the step whose state was caught up to, or 0."""
        there = [self.step(lab.slug, step.id).caught_up for step in lab.steps]
        return max((at for at, one in enumerate(there) if one), default=0)

    def add(self, note: Note) -> None:
        """Add what was just told to the room.

        Raises:
            OutboxError: the disk is full, or the file cannot be written.
        """
        line = {
            "note": note.kind.value,
            "lab": note.lab,
            "step": note.step,
            "at": time.time_ns() // 1_000_000,
            "id": note.id,
            "body": dict(note.body),
        }
        try:
            self._lines.add(line)
        except OSError as error:
            raise OutboxError(why_not(error)) from error

    def _fold(self, line: Mapping[str, Any]) -> None:
        """Fold one line in."""
        key = key_of(line)
        self._steps[key] = stepped(self._steps.get(key, StepRecord()), line)
        body, kind = _body(line), line.get("note")
        if kind == Kind.ASK:
            words, at = str(body.get("words", "")), number_in(line, "at")
            self.ask = OwnAsk(str(line.get("id", "")), *key, words, at)
        elif kind == Kind.WITHDRAW and self.ask and body.get("ask") == self.ask.id:
            self.ask = replace(self.ask, withdrawn=True)
        elif kind == Kind.CLOSING:
            self.closing = {**body, "lab": key[0], "at": number_in(line, "at")}
        elif kind == Kind.UPDATED:
            self.updated[key[0]] = str(body.get("version", ""))
        elif kind == Kind.SEEN:
            self.seen.add(str(body.get("message", "")))


def stepped(before: StepRecord, line: Mapping[str, Any]) -> StepRecord:
    """Return a step's record after one more line. Pure; strange lines do nothing."""
    kind, body = line.get("note"), _body(line)
    if kind is None:
        return _attempted(before, line)
    if kind in (Kind.RESET, Kind.HINT):
        number = number_in(body, "number") if kind == Kind.HINT else 0
        return replace(
            before,
            progress=folded(before.progress, line),
            taken=before.taken | {number} if number else before.taken,
        )
    if kind == Kind.FEEDBACK:
        return replace(before, feedback=body)
    if kind in (Kind.SHARE, Kind.UNSHARE):
        return replace(before, shared=kind == Kind.SHARE)
    if kind == Kind.CAUGHT_UP:
        return replace(before, caught_up=True)
    return before


def _attempted(before: StepRecord, line: Mapping[str, Any]) -> StepRecord:
    """Return a step's record after an attempt."""
    if line.get("outcome") not in tuple(Outcome):
        return before
    after = folded(before.progress, line)
    at, first = number_in(line, "at"), before.passed_at
    if line["outcome"] == Outcome.PASSED:
        first = at if first is None else min(first, at)
    return replace(
        before,
        progress=after,
        passed_at=first,
        last_at=max(before.last_at or 0, at),
    )


def _body(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the body of a note's line."""
    body = line.get("body")
    return body if isinstance(body, Mapping) else _NONE
