"""Own progress at this seat, for the panel and for "passed earlier".

An append-only file of small lines beside the outbox. Every kernel of the seat adds to
it and reads on from where it stopped; a torn or strange line is passed over.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from checkers.engine.attempt import Attempt, Outcome

FILE = "progress.jsonl"
_MOST = 4 * 2**20


@dataclass(frozen=True, slots=True)
class StepProgress:
    """What is known of one step: tries, whether ever passed, how it stands now."""

    attempts: int = 0
    passed: bool = False
    last: Outcome | None = None
    hint: str = ""


class Progress:
    """The progress of this seat, in the file beside `outbox`."""

    def __init__(self, outbox: Path) -> None:
        self.path = outbox.parent / FILE
        self._file = 0
        self._read = 0
        self._steps: dict[tuple[str, str], StepProgress] = {}

    def step(self, lab: str, step: str) -> StepProgress:
        """Return how one step stands."""
        self._catch_up()
        return self._steps.get((lab, step), StepProgress())

    def add(self, attempt: Attempt) -> None:
        """Add an attempt; a checker's error says nothing about the work.

        Raises:
            OSError: the file cannot be written.
        """
        if attempt.outcome is Outcome.ERROR:
            return
        line = {
            "lab": attempt.lab,
            "step": attempt.step,
            "outcome": attempt.outcome.value,
            "hint": attempt.hint,
            "at": time.time_ns() // 1_000_000,
        }
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        handle = os.open(self.path, flags, 0o600)
        try:
            # A line feed on both sides: a torn line before it stays by itself.
            os.write(handle, b"\n" + json.dumps(line).encode() + b"\n")
        finally:
            os.close(handle)

    def _catch_up(self) -> None:
        """Fold the lines that were added since the last look."""
        try:
            state = self.path.stat()
            size = state.st_size
            if size < self._read or state.st_ino != self._file:
                self._forget(state.st_ino)
            if size == self._read:
                return
            with self.path.open("rb") as file:
                file.seek(max(self._read, size - _MOST))
                data = file.read(_MOST)
        except FileNotFoundError:
            self._forget(0)
            return
        except OSError:
            return
        whole = data.rpartition(b"\n")[0]
        self._read = size - (len(data) - len(whole))
        for line in whole.split(b"\n"):
            self._fold(line)

    def _forget(self, file: int) -> None:
        """Begin again with another file, known by its inode."""
        self._file = file
        self._read = 0
        self._steps.clear()

    def _fold(self, line: bytes) -> None:
        """Fold one line into the steps."""
        try:
            data = json.loads(line)
            key = (str(data["lab"]), str(data["step"]))
            outcome = Outcome(data["outcome"])
            hint = str(data.get("hint", ""))
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        before = self._steps.get(key, StepProgress())
        self._steps[key] = replace(
            before,
            attempts=before.attempts + 1,
            passed=before.passed or outcome is Outcome.PASSED,
            last=outcome,
            hint=hint,
        )
