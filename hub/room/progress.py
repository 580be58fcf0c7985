"""Progress: facts folded from journal entries and from nothing else.

The facts of a seat are a function of the set of its entries: order and repetition do
not matter (an entry that is there twice is one row). Attempts say themselves when they
happened; of what people choose (a face, a shared cell) the higher row counts, as a
seat tells in order. To fold a further kind of entry, add its function to `_FOLDS`.
Times are milliseconds since 1970.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from checkers.engine.attempt import Outcome
from checkers.engine.note import Kind
from hub.room.asks import ASK_KINDS, AskFacts, fold_ask, settle
from hub.room.entry import ATTEMPT, CLAIMED, HINT_SENT, VISIT, Entry

MOST_GAPS = 1_000_000
"""Gaps shown at most; a seat can claim any number."""
MOST_FAILURES = 10
"""Failed attempts of a step that are kept in mind one by one; the newest ones."""
MOST_SEEN = 100
"""Messages of which it is kept in mind that a seat saw them; the newest ones."""


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
        failures: (at, seq, uid, reason) of the last failed attempts, in order.
        why: reason and hint of the last failed attempt.
        reset_at: when it was last reset; None before.
        hints: how far down the author's hints were taken.
        sent: how far down the staff sent them.
        caught_up_at: when the state before this step was last opened; None before.
        feedback: row and face of the last feedback; "" is none.
    """

    generation: int = 0
    attempts: int = 0
    failed: int = 0
    errors: int = 0
    first_at: int | None = None
    last_at: int | None = None
    passed_at: int | None = None
    failures: tuple[tuple[int, int, str, str], ...] = ()
    why: tuple[str, str] = ("", "")
    reset_at: int | None = None
    hints: int = 0
    sent: int = 0
    caught_up_at: int | None = None
    feedback: tuple[int, str] = (0, "")

    @property
    def state(self) -> Literal["untouched", "trying", "passed"]:
        """Untouched, trying or passed; after a reset, untouched again unless passed."""
        if self.passed_at is not None:
            return "passed"
        return "trying" if self.attempts else "untouched"

    @property
    def caught_up(self) -> bool:
        """The state before this step was opened."""
        return self.caught_up_at is not None

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
        number: of the seat; 0 while nobody took it.
        claimed_at: when somebody took it.
        last_at: when its last attempt happened; None before the first.
        heard_at: when it last told anything, attempt or note; None before.
        steps: facts by `<lab>/<step>`; steps not touched are absent. Where feedback
            is on a whole lab, the step is "".
        outboxes: by epoch the highest number seen and how many came.
        asks: its calls for help by their ids.
        sharing: by `<lab>/<step>` the row and whether the cell is shared.
        saw: by id of a message the row that said it was shown.
        visited: row and the staff user who looks into the seat; "" is nobody.
    """

    row: int = 0
    number: int = 0
    claimed_at: int | None = None
    last_at: int | None = None
    heard_at: int | None = None
    steps: Mapping[str, StepFacts] = field(default_factory=dict)
    outboxes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    asks: Mapping[str, AskFacts] = field(default_factory=dict)
    sharing: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    saw: Mapping[str, int] = field(default_factory=dict)
    visited: tuple[int, str] = (0, "")

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
    seat = _told(seat, entry)
    if entry.kind in ASK_KINDS:
        seat = replace(seat, asks=fold_ask(seat.asks, entry))
        return _settled(seat, entry) if entry.kind == Kind.ASK else seat
    return _FOLDS.get(entry.kind, _keep)(seat, entry)


def _told(seat: SeatFacts, entry: Entry) -> SeatFacts:
    """Fold what every entry tells: its row, its time, its number in an outbox."""
    heard, last, outboxes = seat.heard_at, seat.last_at, seat.outboxes
    if entry.kind in _HEARD:
        heard = _later(heard, entry.at)
    if entry.kind == ATTEMPT:
        last = _later(last, entry.at)
    if entry.body.get("epoch"):
        outboxes = _counted(outboxes, entry.body)
    row = max(seat.row, entry.id)
    return replace(seat, row=row, heard_at=heard, last_at=last, outboxes=outboxes)


def _counted(
    outboxes: Mapping[str, tuple[int, int]], body: Mapping[str, Any]
) -> Mapping[str, tuple[int, int]]:
    """Count one number of an outbox: attempts, notes and what was refused alike."""
    highest, count = outboxes.get(body["epoch"], (0, 0))
    return {**outboxes, body["epoch"]: (max(highest, body["seq"]), count + 1)}


def _keep(seat: SeatFacts, _entry: Entry) -> SeatFacts:
    """Kinds that change nothing but the row."""
    return seat


def _later(known: int | None, at: int) -> int:
    """Return the later of two times, of which one may not be known."""
    return at if known is None else max(known, at)


def _settled(seat: SeatFacts, entry: Entry) -> SeatFacts:
    """End the asks of an entry's step if it passed since."""
    lab, step = entry.body["lab"], entry.body["step"]
    known = seat.steps.get(f"{lab}/{step}")
    asks = settle(seat.asks, lab, step, known.passed_at if known else None)
    return seat if asks is seat.asks else replace(seat, asks=asks)


def _claimed(seat: SeatFacts, entry: Entry) -> SeatFacts:
    """Fold that somebody took the seat."""
    claim = (entry.at, entry.body.get("number", 0))
    if seat.claimed_at is not None:
        claim = min(claim, (seat.claimed_at, seat.number))
    return replace(seat, claimed_at=claim[0], number=claim[1])


def _of_step(how: Callable[[StepFacts, Entry], StepFacts]) -> _Fold:
    """Return a fold that changes the facts of one step."""

    def fold_step(seat: SeatFacts, entry: Entry) -> SeatFacts:
        key = f"{entry.body['lab']}/{entry.body['step']}"
        step = how(seat.steps.get(key, StepFacts()), entry)
        return replace(seat, steps={**seat.steps, key: step})

    return fold_step


def _attempt(seat: SeatFacts, entry: Entry) -> SeatFacts:
    """Fold one attempt."""
    return _settled(_of_step(_try)(seat, entry), entry)


def _try(step: StepFacts, entry: Entry) -> StepFacts:
    """Fold one attempt into the facts of its step."""
    body, at = entry.body, entry.at
    outcome, passed_at = body["outcome"], step.passed_at
    if outcome == Outcome.PASSED:
        passed_at = at if passed_at is None else min(passed_at, at)
    first_at = at if step.first_at is None else min(step.first_at, at)
    last_at = _later(step.last_at, at)
    generation = body.get("generation", 0)
    step = _renewed(step, generation)
    if generation < step.generation:
        return replace(step, first_at=first_at, last_at=last_at, passed_at=passed_at)
    failures, why = step.failures, step.why
    if outcome == Outcome.FAILED:
        this = (at, body["seq"], entry.uid, sys.intern(body["reason"]))
        if not failures or this > failures[-1]:
            why = (body["reason"], body["hint"])
        failures = tuple(sorted((*failures, this)))[-MOST_FAILURES:]
    return replace(
        step,
        first_at=first_at,
        last_at=last_at,
        passed_at=passed_at,
        attempts=step.attempts + 1,
        failed=step.failed + (outcome == Outcome.FAILED),
        errors=step.errors + (outcome == Outcome.ERROR),
        failures=failures,
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
        failures=(),
        why=("", ""),
    )


def _reset(step: StepFacts, entry: Entry) -> StepFacts:
    """Fold a reset."""
    step = replace(step, reset_at=_later(step.reset_at, entry.at))
    return _renewed(step, entry.body["generation"])


def _hint(step: StepFacts, entry: Entry) -> StepFacts:
    """Fold a hint that was taken."""
    return replace(step, hints=max(step.hints, entry.body["number"]))


def _hint_sent(step: StepFacts, entry: Entry) -> StepFacts:
    """Fold a hint that the staff sent."""
    return replace(step, sent=max(step.sent, entry.body["number"]))


def _caught_up(step: StepFacts, entry: Entry) -> StepFacts:
    """Fold that the state before this step was opened."""
    return replace(step, caught_up_at=_later(step.caught_up_at, entry.at))


def _feedback(step: StepFacts, entry: Entry) -> StepFacts:
    """Fold the face of a feedback."""
    return replace(step, feedback=max(step.feedback, (entry.id, entry.body["face"])))


def _share(seat: SeatFacts, entry: Entry) -> SeatFacts:
    """Fold a cell that is shared from now on, or is not."""
    key = f"{entry.body['lab']}/{entry.body['step']}"
    this = (entry.id, entry.kind == Kind.SHARE)
    latest = max(seat.sharing.get(key, (0, False)), this)
    return replace(seat, sharing={**seat.sharing, key: latest})


def _seen(seat: SeatFacts, entry: Entry) -> SeatFacts:
    """Fold that a message was shown."""
    name = sys.intern(entry.body["message"])
    saw = {**seat.saw, name: max(seat.saw.get(name, 0), entry.id)}
    newest = sorted(saw.items(), key=lambda item: item[1])[-MOST_SEEN:]
    return replace(seat, saw=dict(newest))


def _visit(seat: SeatFacts, entry: Entry) -> SeatFacts:
    """Fold that staff look into the seat, or leave it."""
    who = entry.body["by"] if entry.body["open"] else ""
    return replace(seat, visited=max(seat.visited, (entry.id, who)))


_Fold = Callable[[SeatFacts, Entry], SeatFacts]
_FOLDS: dict[str, _Fold] = {
    ATTEMPT: _attempt,
    CLAIMED: _claimed,
    HINT_SENT: _of_step(_hint_sent),
    VISIT: _visit,
    Kind.SEEN: _seen,
    Kind.HINT: _of_step(_hint),
    Kind.RESET: _of_step(_reset),
    Kind.CAUGHT_UP: _of_step(_caught_up),
    Kind.FEEDBACK: _of_step(_feedback),
    Kind.SHARE: _share,
    Kind.UNSHARE: _share,
}
"""Kind of entry -> how it changes the facts."""
_HEARD = frozenset({ATTEMPT, *Kind})
"""Kinds that come from the seat itself."""
