"""Progress: facts folded from journal entries and from nothing else.

The facts of a seat are a function of the set of its entries: order and repetition do
not matter (an entry that is there twice is one row). To fold a further kind of entry,
add its function to `_FOLDS`. Times are milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from checkers.engine.attempt import Outcome
from hub.room.entry import ATTEMPT, Entry

MOST_GAPS = 1_000_000
"""Gaps shown at most; a seat can claim any number."""


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What is known of one step at one seat.

    Args:
        attempts: runs of its check, errors included.
        failed: attempts that failed; the checker's own errors never count here.
        errors: attempts that ended in the checker's own error.
        first_at: when the first attempt happened.
        last_at: when the last one happened.
        passed_at: when it passed first; once passed, it stays passed.
        latest: (at, seq, uid) of the last failed attempt.
        why: reason and hint of that attempt.
    """

    attempts: int = 0
    failed: int = 0
    errors: int = 0
    first_at: int = 0
    last_at: int = 0
    passed_at: int | None = None
    latest: tuple[int, int, str] = (0, 0, "")
    why: tuple[str, str] = ("", "")

    @property
    def state(self) -> Literal["trying", "passed"]:
        """Trying or passed; a step without attempts has no facts."""
        return "trying" if self.passed_at is None else "passed"

    @property
    def reason(self) -> str:
        """Why it has not passed yet; "" when it has."""
        return self.why[0] if self.passed_at is None else ""

    @property
    def hint(self) -> str:
        """The sentence shown with that reason."""
        return self.why[1] if self.passed_at is None else ""


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """What is known of one seat.

    Args:
        row: the last journal row that concerned it.
        last_at: when its last attempt happened; None before the first.
        steps: facts by `<lab>/<step>`; steps not touched are absent.
        outboxes: by epoch the highest number seen and how many came.
    """

    row: int = 0
    last_at: int | None = None
    steps: Mapping[str, StepFacts] = field(default_factory=dict)
    outboxes: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def gaps(self) -> int:
        """Numbers missing in its outboxes: attempts lost or still on their way."""
        missing = (max(0, highest - count) for highest, count in self.outboxes.values())
        return min(sum(missing), MOST_GAPS)


def fold(seat: SeatFacts, entry: Entry) -> SeatFacts:
    """Return the facts of a seat with one more of its entries."""
    seat = replace(seat, row=max(seat.row, entry.id))
    return _FOLDS.get(entry.kind, _keep)(seat, entry)


def fold_all(entries: Iterable[Entry]) -> dict[str, SeatFacts]:
    """Fold entries of one room into facts by seat; entries without seat are left."""
    facts: dict[str, SeatFacts] = {}
    for entry in entries:
        if entry.seat:
            facts[entry.seat] = fold(facts.get(entry.seat, SeatFacts()), entry)
    return facts


def _keep(seat: SeatFacts, _entry: Entry) -> SeatFacts:
    """Kinds that change nothing but the row."""
    return seat


def _attempt(seat: SeatFacts, entry: Entry) -> SeatFacts:
    """Fold one attempt."""
    body = entry.body
    key = f"{body['lab']}/{body['step']}"
    step = seat.steps.get(key)
    outboxes = seat.outboxes
    if body["epoch"]:
        highest, count = outboxes.get(body["epoch"], (0, 0))
        highest = max(highest, body["seq"])
        outboxes = {**outboxes, body["epoch"]: (highest, count + 1)}
    return replace(
        seat,
        last_at=entry.at if seat.last_at is None else max(seat.last_at, entry.at),
        steps={**seat.steps, key: _step(step, entry)},
        outboxes=outboxes,
    )


def _step(step: StepFacts | None, entry: Entry) -> StepFacts:
    """Fold one attempt into the facts of its step."""
    known = step or StepFacts(first_at=entry.at, last_at=entry.at)
    outcome, passed_at = entry.body["outcome"], known.passed_at
    if outcome == Outcome.PASSED:
        passed_at = entry.at if passed_at is None else min(passed_at, entry.at)
    latest, why = known.latest, known.why
    this = (entry.at, entry.body["seq"], entry.uid)
    if outcome == Outcome.FAILED and (not known.failed or this > latest):
        latest, why = this, (entry.body["reason"], entry.body["hint"])
    return StepFacts(
        attempts=known.attempts + 1,
        failed=known.failed + (outcome == Outcome.FAILED),
        errors=known.errors + (outcome == Outcome.ERROR),
        first_at=min(known.first_at, entry.at),
        last_at=max(known.last_at, entry.at),
        passed_at=passed_at,
        latest=latest,
        why=why,
    )


_FOLDS: dict[str, Callable[[SeatFacts, Entry], SeatFacts]] = {ATTEMPT: _attempt}
"""Kind of entry -> how it changes the facts."""
