"""Stuck: who does not get on, and why, by rules that anybody can read. Pure.

A seat is stuck on at most one step: the one it is at, in the lab it worked in last. The
first rule that applies says why:

1. `same`: the last failed attempts all failed for the same reason.
2. `failing`: it failed often.
3. `slow`: it has been at this step for longer than nine in ten others needed.

Who passed everything is not stuck, nor who is away. Errors of the checker are held
against nobody. Nobody is slow while the room is not open or the lab has not begun.
Times are milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile

from hub.room.pace import MINUTE, Plan
from hub.room.progress import SeatFacts, StepFacts
from hub.room.room_facts import RoomFacts


@dataclass(frozen=True, slots=True)
class Rules:
    """Where being stuck begins.

    Args:
        same: failed attempts in a row with the same reason.
        failures: failed attempts of a step.
        minutes: nobody is slow in as many minutes.
        away: minutes without a sign after which a seat is away.
    """

    same: int = 3
    failures: int = 4
    minutes: int = 5
    away: int = 30


class Why(StrEnum):
    """The rule that applied."""

    SAME = "same"
    FAILING = "failing"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Stuck:
    """That a seat does not get on.

    Args:
        step: `<lab>/<step>`.
        why: the rule that applied.
        since: when it began: the first of the failures, or coming to the step.
        count: failed attempts that the rule counted; of `slow` those so far.
    """

    step: str
    why: Why
    since: int
    count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a seat is, as far as its facts say; what time makes of it comes later.

    Args:
        step: `<lab>/<step>` it is at; "" when nothing is left or the room has no lab.
        known: the facts of that step.
        since: when it came to the step.
        heard: when it last gave a sign; taking the seat is one.
        begun: the step's lab has begun in the room.
    """

    step: str = ""
    known: StepFacts = field(default_factory=StepFacts)
    since: int = 0
    heard: int = 0
    begun: bool = False


def standing(facts: SeatFacts, plans: Sequence[Plan], room: RoomFacts) -> Standing:
    """Return where a seat is: in which lab, at which step, since when."""
    heard = max(facts.claimed_at or 0, facts.heard_at or 0)
    plan = _lab(facts, plans, room)
    step = _step(facts, plan) if plan else ""
    if plan is None or not step:
        return Standing(heard=heard)
    began = room.started_at(plan.slug)
    return Standing(
        step=step,
        known=facts.steps.get(step, StepFacts()),
        since=max(facts.claimed_at or 0, began or 0, *_turns(facts.steps.values())),
        heard=heard,
        begun=began is not None,
    )


def _lab(facts: SeatFacts, plans: Sequence[Plan], room: RoomFacts) -> Plan | None:
    """Return the lab that a seat worked in last, or that was started since."""

    def at(plan: Plan) -> int:
        start = room.starts.get(plan.slug, (0, 0))[1]
        return max(start, *(_worked(facts.steps.get(step)) for step in plan.steps), 0)

    return max(plans, key=at, default=None)


def _worked(step: StepFacts | None) -> int:
    """Return when a seat last did something on a step; 0 for never."""
    if step is None:
        return 0
    return max(step.last_at or 0, step.reset_at or 0, step.caught_up_at or 0)


def _step(facts: SeatFacts, plan: Plan) -> str:
    """Return the step that a seat is at; "" when none is left.

    The first one that is open and was tried, else the first one that is open. So a
    step that was left out by mistake hides nothing, and nor does running all cells.
    """
    known = [facts.steps.get(step) for step in plan.steps]
    skipped = max(
        (at for at, step in enumerate(known) if step and step.caught_up), default=0
    )
    left = [
        (name, step)
        for name, step in zip(plan.steps[skipped:], known[skipped:], strict=True)
        if step is None or step.passed_at is None
    ]
    tried = (name for name, step in left if step and step.attempts)
    return next(tried, left[0][0] if left else "")


def _turns(steps: Iterable[StepFacts]) -> list[int]:
    """Return the times from which on a seat was at another step, or anew."""
    times = [0]
    for step in steps:
        times += [step.passed_at or 0, step.reset_at or 0, step.caught_up_at or 0]
    return times


def is_away(heard: int, now: int, rules: Rules) -> bool:
    """Say whether a seat has given no sign for so long that nobody is there."""
    return now - heard >= rules.away * MINUTE


def stuck(
    place: Standing, now: int, rules: Rules, patience: int | None
) -> Stuck | None:
    """Say whether a seat is stuck, and why; the first line that applies wins.

    Args:
        place: where it is.
        now: the time.
        rules: where being stuck begins.
        patience: how long the step may take, milliseconds; None: nobody is slow now.
    """
    if not place.step or is_away(place.heard, now, rules):
        return None
    return failing(place, rules) or slow(place, now, patience)


def failing(place: Standing, rules: Rules) -> Stuck | None:
    """Say whether the attempts at a step show that somebody is stuck."""
    known = place.known
    row = _row(known)
    if len(row) >= rules.same:
        return Stuck(place.step, Why.SAME, row[-1], len(row))
    if known.failures and known.failed >= rules.failures:
        return Stuck(place.step, Why.FAILING, known.failures[0][0], known.failed)
    return None


def slow(place: Standing, now: int, patience: int | None) -> Stuck | None:
    """Say whether somebody has been at a step for too long."""
    if patience is None or not place.begun or now - place.since <= patience:
        return None
    return Stuck(place.step, Why.SLOW, place.since, place.known.failed)


def _row(step: StepFacts) -> list[int]:
    """Return the times of the last failures with the same reason, the newest first."""
    if not step.failures or not step.failures[-1][3]:
        return []
    reason = step.failures[-1][3]
    same = takewhile(lambda failure: failure[3] == reason, reversed(step.failures))
    return [failure[0] for failure in same]


def needed(
    facts: SeatFacts, plans: Sequence[Plan], room: RoomFacts
) -> Mapping[str, int]:
    """Return how long a seat needed for each step it passed, milliseconds."""
    if facts.claimed_at is None:
        return {}
    passes = [
        (known.passed_at, room.started_at(plan.slug), step)
        for plan in plans
        for step in plan.steps
        if (known := facts.steps.get(step)) and known.passed_at is not None
    ]
    passes.sort(key=lambda one: one[0])
    turns = [facts.claimed_at]
    for known in facts.steps.values():
        turns += [known.reset_at or 0, known.caught_up_at or 0]
    times = {}
    for at, began, step in passes:
        came = max((turn for turn in (*turns, began or 0) if turn <= at), default=at)
        times[step] = at - came
        turns.append(at)
    return times
