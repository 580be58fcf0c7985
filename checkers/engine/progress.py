"""Own progress at this seat, for the panel and for "passed earlier".

An append-only file of small lines beside the outbox. Every kernel of the seat and its
agent add to it and read on from where they stopped; a torn or strange line is passed
over. A reset starts a new generation of a step: its attempts count from then on, and
what was passed before stays passed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from checkers.engine.attempt import Attempt, Outcome
from checkers.engine.plain import open_plain, read_plain, write_whole

FILE = "progress.jsonl"
_MOST = 4 * 2**20
OFFERED_AFTER = 2
"""Failed attempts since the last hint after which the next one is offered."""
_RESET = "reset"
_HINT = "hint"


class StepProgress(NamedTuple):
    """What is known of one step: tries, whether ever passed, how it stands now.

    Args:
        attempts: how many since the last reset.
        passed: whether it ever was, resets or not.
        last: what the last attempt since the reset decided.
        hint: the sentence it showed.
        reason: its short key.
        generation: how often the step was reset.
        at: when the last attempt was, milliseconds since 1970; 0 when there is none.
        hints: how many of its hints were taken, resets or not.
        failed: attempts that failed since the last hint, pass or reset.
    """

    attempts: int = 0
    passed: bool = False
    last: Outcome | None = None
    hint: str = ""
    reason: str = ""
    generation: int = 0
    at: int = 0
    hints: int = 0
    failed: int = 0

    def offers(self, total: int, by_staff: int = 0) -> bool:
        """Tell whether the next of `total` hints may help; staff may have sent some."""
        return (
            self.last is Outcome.FAILED
            and self.failed >= OFFERED_AFTER
            and max(self.hints, by_staff) < total
        )


class Lines:
    """A file of JSON objects, one a line, read on from where it was left."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = 0
        self._read = 0

    def more(self) -> tuple[bool, list[Mapping[str, Any]]]:
        """Return whether the file is another one by now, and its lines since then."""
        try:
            state = self.path.stat()
        except FileNotFoundError:
            return self._other(0), []
        except OSError:
            return False, []
        size = state.st_size
        fresh = size < self._read or state.st_ino != self._file
        if fresh:
            self._other(state.st_ino)
        if size == self._read:
            return fresh, []
        start = max(self._read, size - _MOST)
        try:  # no more than that: what is added just now is read the next time
            data = read_plain(self.path, size - start, start)
        except OSError:
            return fresh, []
        whole = data.rpartition(b"\n")[0]
        self._read = start + len(whole)
        return fresh, [line for text in whole.split(b"\n") for line in _objects(text)]

    def add(self, line: Mapping[str, Any]) -> None:
        """Add one line.

        Raises:
            OSError: the file cannot be written.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        handle = open_plain(self.path, flags)
        try:
            # A line feed on both sides: a torn line before it stays by itself.
            write_whole(handle, b"\n" + json.dumps(line).encode() + b"\n")
        finally:
            os.close(handle)

    def _other(self, file: int) -> bool:
        """Begin again with another file, known by its inode; False if it is not."""
        changed = self._read > 0 or file != self._file
        self._file = file
        self._read = 0
        return changed


class Progress:
    """The progress of this seat, in the file beside `outbox` unless said otherwise."""

    def __init__(self, outbox: Path, path: Path | None = None) -> None:
        self.path = path or outbox.parent / FILE
        self._lines = Lines(self.path)
        self._steps: dict[tuple[str, str], StepProgress] = {}

    def step(self, lab: str, step: str) -> StepProgress:
        """Return how one step stands."""
        fresh, lines = self._lines.more()
        if fresh:
            self._steps.clear()
        for line in lines:
            key = key_of(line)
            before = self._steps.get(key, StepProgress())
            self._steps[key] = folded(before, line)
        return self._steps.get((lab, step), StepProgress())

    def add(self, attempt: Attempt) -> None:
        """Add an attempt; a checker's error says nothing about the work.

        Raises:
            OSError: the file cannot be written.
        """
        if attempt.outcome is Outcome.ERROR:
            return
        self._lines.add(
            {
                "lab": attempt.lab,
                "step": attempt.step,
                "outcome": attempt.outcome.value,
                "reason": attempt.reason,
                "hint": attempt.hint,
                "at": time.time_ns() // 1_000_000,
                "id": attempt.id,
                "generation": attempt.generation,
            }
        )


def key_of(line: Mapping[str, Any]) -> tuple[str, str]:
    """Return lab and step of a line; a step "" is the whole lab."""
    return str(line.get("lab", "")), str(line.get("step", ""))


def folded(before: StepProgress, line: Mapping[str, Any]) -> StepProgress:
    """Return a step's progress after one more line. Pure; strange lines do nothing."""
    if line.get("note") is not None:
        return _told(before, line)
    try:
        outcome = Outcome(line.get("outcome", ""))
    except ValueError:
        return before
    passed = before.passed or outcome is Outcome.PASSED
    generation = number_in(line, "generation")
    if generation < before.generation:
        return before._replace(passed=passed)
    attempts = before.attempts + 1 if generation == before.generation else 1
    if overtaken(before, line):
        return before._replace(passed=passed, attempts=attempts)
    return StepProgress(
        attempts=attempts,
        passed=passed,
        last=outcome,
        hint=str(line.get("hint", "")),
        reason=str(line.get("reason", "")),
        generation=generation,
        at=number_in(line, "at"),
        hints=before.hints,
        failed=before.failed + 1 if outcome is Outcome.FAILED else 0,
    )


def _told(before: StepProgress, line: Mapping[str, Any]) -> StepProgress:
    """Return a step's progress after what was told to the room."""
    kind, body = line["note"], line.get("body")
    if not isinstance(body, Mapping):
        return before
    if kind == _HINT:
        hints = max(before.hints, number_in(body, "number"))
        return before._replace(hints=hints, failed=0)
    wanted = number_in(body, "generation") if kind == _RESET else 0
    if wanted <= before.generation:
        return before
    return StepProgress(passed=before.passed, generation=wanted, hints=before.hints)


def overtaken(before: StepProgress, line: Mapping[str, Any]) -> bool:
    """Tell whether an attempt was brought back after newer ones were made here."""
    same = number_in(line, "generation") == before.generation
    return bool(line.get("brought")) and same and number_in(line, "at") < before.at


def number_in(line: Mapping[str, Any], key: str) -> int:
    """Return a number of a line; 0 when there is none."""
    value = line.get(key, 0)
    return value if isinstance(value, int) else 0


def _objects(text: bytes) -> list[Mapping[str, Any]]:
    """Return the JSON object of a line, if it is one with lab."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [data] if isinstance(data, dict) and "lab" in data else []
