"""Progress: facts folded from journal entries and from nothing else.

The facts of a seat are a function of the set of its entries: order and repetition do
not matter (an entry that is there twice is one row). Attempts say themselves when they
happened; of what people choose (a face, a shared cell) the higher row counts, as a
seat tells in order. To fold a further kind of entry, add its function to `_FOLDS`.
Times are milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from checkers.engine.attempt import Outcome
from checkers.engine.note import Kind
from hub.room.asks import ASK_KINDS, AskFacts, fold_ask
from hub.room.entry import ATTEMPT, Entry

MOST_GAPS = 1_000_000
"""Gaps shown at most; a seat can claim any number."""


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What is known of one step at one seat.

    Args:
        generation: how often the step was reset; attempts of earlier generations
            count for nothing but the pass.
        attempts: runs of its check, errors included.
        failed: attempts that failed; the checker's own errors never count here.
        errors: attempts that ended in the checker's own error.
        first_at: when the first attempt happened, of any generation; None before.
        last_at: when the last one happened, of any generation.
        passed_at: when it passed first; once passed, it stays passed.
        latest: (at, seq, uid) of the last failed attempt.
        why: reason and hint of that attempt.
        hints: how far down the author's hints were taken.
        caught_up: the state before this step was opened.
        feedback: row and face of the last feedback; "" is none.
    """

    generation: int = 0
    attempts: int = 0
    failed: int = 0
    errors: int = 0
    first_at: int | None = None
    last_at: int | None = None
    passed_at: int | None = None
    latest: tuple[int, int, str] = (0, 0, "")
    why: tuple[str, str] = ("", "")
    hints: int = 0
    caught_up: bool = False
    feedback: tuple[int, str] = (0, "")

    @property
    def state(self) -> Literal["untouched", "trying", "passed"]:
        """Untouched, trying or passed; after a reset, untouched again unless passed."""
        if self.passed_at is not None:
            return "passed"
        return "trying" if self.attempts else "untouched"

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
        steps: facts by `<lab>/<step>`; steps not touched are absent. Where feedback
            is on a whole lab, the step is "".
        outboxes: by epoch the highest number seen and how many came.
        asks: its calls for help by their ids.
        sharing: by `<lab>/<step>` the row and whether the cell is shared.
    """

    row: int = 0
    last_at: int | None = None
    steps: Mapping[str, StepFacts] = field(default_factory=dict)
    outboxes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    asks: Mapping[str, AskFacts] = field(default_factory=dict)
    sharing: Mapping[str, tuple[int, bool]] = field(default_factory=dict)

    @property
    def gaps(self) -> int:
        """Numbers missing in its outboxes: what was lost or is still on its way."""
        missing = (max(0, highest - count) for highest, count in self.outboxes.values())
        return min(sum(missing), MOST_GAPS)

    @property
    def shared(self) -> list[str]:
        """Steps whose cell the helpers may read."""
        return sorted(step for step, (_, shared) in self.sharing.items() if shared)


def fold(seat: SeatFacts, entry: Entry) -> SeatFacts:
    """Return the facts of a seat with one more of its entries."""
    seat = replace(seat, row=max(seat.row, entry.id))
    if entry.body.get("epoch"):
        seat = replace(seat, outboxes=_counted(seat.outboxes, entry.body))
    if entry.kind in ASK_KINDS:
        return replace(seat, asks=fold_ask(seat.asks, entry))
    return _FOLDS.get(entry.kind, _keep)(seat, entry)


def fold_all(entries: Iterable[Entry]) -> dict[str, SeatFacts]:
    """Fold entries of one room into facts by seat; entries without seat are left."""
    facts: dict[str, SeatFacts] = {}
    for entry in entries:
        if entry.seat:
            facts[entry.seat] = fold(facts.get(entry.seat, SeatFacts()), entry)
    return facts


def _counted(
    outboxes: Mapping[str, tuple[int, int]], body: Mapping[str, Any]
) -> Mapping[str, tuple[int, int]]:
    """Count one number of an outbox: attempts, notes and what was refused alike."""
    highest, count = outboxes.get(body["epoch"], (0, 0))
    return {**outboxes, body["epoch"]: (max(highest, body["seq"]), count + 1)}


def _keep(seat: SeatFacts, _entry: Entry) -> SeatFacts:
    """Kinds that change nothing but the row."""
    return seat


def _of_step(how: Callable[[StepFacts, Entry], StepFacts]) -> _Fold:
    """Return a fold that changes the facts of one step."""

    def fold_step(seat: SeatFacts, entry: Entry) -> SeatFacts:
        key = f"{entry.body['lab']}/{entry.body['step']}"
        step = how(seat.steps.get(key, StepFacts()), entry)
        return replace(seat, steps={**seat.steps, key: step})

    return fold_step


def _attempt(seat: SeatFacts, entry: Entry) -> SeatFacts:
    """Fold one attempt."""
    last = entry.at if seat.last_at is None else max(seat.last_at, entry.at)
    return _of_step(_try)(replace(seat, last_at=last), entry)


def _try(step: StepFacts, entry: Entry) -> StepFacts:
    """Fold one attempt into the facts of its step."""
    body, at = entry.body, entry.at
    outcome, passed_at = body["outcome"], step.passed_at
    if outcome == Outcome.PASSED:
        passed_at = at if passed_at is None else min(passed_at, at)
    step = replace(
        step,
        first_at=at if step.first_at is None else min(step.first_at, at),
        last_at=at if step.last_at is None else max(step.last_at, at),
        passed_at=passed_at,
    )
    generation = body.get("generation", 0)
    step = _renewed(step, generation)
    if generation < step.generation:
        return step
    latest, why = step.latest, step.why
    this = (at, body["seq"], entry.uid)
    if outcome == Outcome.FAILED and (not step.failed or this > latest):
        latest, why = this, (body["reason"], body["hint"])
    return replace(
        step,
        attempts=step.attempts + 1,
        failed=step.failed + (outcome == Outcome.FAILED),
        errors=step.errors + (outcome == Outcome.ERROR),
        latest=latest,
        why=why,
    )


def _renewed(step: StepFacts, generation: int) -> StepFacts:
    """Forget the attempts of earlier generations when a new one begins."""
    if generation <= step.generation:
        return step
    return replace(
        step,
        generation=generation,
        attempts=0,
        failed=0,
        errors=0,
        latest=(0, 0, ""),
        why=("", ""),
    )


def _reset(step: StepFacts, entry: Entry) -> StepFacts:
    """Fold a reset."""
    return _renewed(step, entry.body["generation"])


def _hint(step: StepFacts, entry: Entry) -> StepFacts:
    """Fold a hint that was taken."""
    return replace(step, hints=max(step.hints, entry.body["number"]))


def _caught_up(step: StepFacts, _entry: Entry) -> StepFacts:
    """Fold that the state before this step was opened."""
    return replace(step, caught_up=True)


def _feedback(step: StepFacts, entry: Entry) -> StepFacts:
    """Fold the face of a feedback."""
    return replace(step, feedback=max(step.feedback, (entry.id, entry.body["face"])))


def _share(seat: SeatFacts, entry: Entry) -> SeatFacts:
    """Fold a cell that is shared from now on, or is not."""
    key = f"{entry.body['lab']}/{entry.body['step']}"
    this = (entry.id, entry.kind == Kind.SHARE)
    latest = max(seat.sharing.get(key, (0, False)), this)
    return replace(seat, sharing={**seat.sharing, key: latest})


_Fold = Callable[[SeatFacts, Entry], SeatFacts]
_FOLDS: dict[str, _Fold] = {
    ATTEMPT: _attempt,
    Kind.HINT: _of_step(_hint),
    Kind.RESET: _of_step(_reset),
    Kind.CAUGHT_UP: _of_step(_caught_up),
    Kind.FEEDBACK: _of_step(_feedback),
    Kind.SHARE: _share,
    Kind.UNSHARE: _share,
}
"""Kind of entry -> how it changes the facts."""
