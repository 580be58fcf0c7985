"""Watch: steps done in a terminal, an editor or a service are checked by themselves.

While somebody works, the current watched steps are checked about once a second, one
after the other, in the process of a `Prober`; then less and less often (see `Cadence`).
One whose check took long comes last, alone and seldom (see `Rest`).
An attempt is kept only when a step has become another: passed, or failing otherwise.

This is a boundary: whatever a check or the disk does, watching goes on.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checkers.engine.activity import Activity
from checkers.engine.attempt import NOT_BEGUN, Attempt, Outcome, Trigger
from checkers.engine.cadence import LONG, REST, Cadence, Rest, rested
from checkers.engine.gates import Gates
from checkers.engine.probe import Request
from checkers.engine.prober import Prober
from checkers.engine.progress import StepProgress
from checkers.engine.record import Record
from checkers.engine.steps import Found, SeatLab, SeatStep

log = logging.getLogger(__name__)
CURRENT = 3
"""Watched steps of a lab that are looked at, in their order, beside an opened one."""
SERVICES = Path(".airlift") / "services"
"""Where services write, below the home."""
_TICK, _IDLE_TICK, _LIVELY = 0.4, 1.0, 60.0
_KEPT = 180.0
"""Seconds after its last check for which the process stays."""
_FIGURES = 10.0
"""Between two attempts that differ in figures only."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen last of a step.

    Args:
        outcome: what its check decided.
        reason: the short key.
        hint: the sentence.
        at: when, milliseconds since 1970.
    """

    outcome: Outcome
    reason: str
    hint: str
    at: int = 0

    def differs(self, other: Seen) -> bool:
        """Tell whether a step has become another; figures in a hint do not count."""
        return (self.outcome, self.reason, _NUMBER.sub("0", self.hint)) != (
            (other.outcome, other.reason, _NUMBER.sub("0", other.hint))
        )


def is_news(now: Seen, before: Seen | None, *, active: bool) -> bool:
    """Tell whether what is seen now becomes an attempt.

    Where a step begins is an attempt only when it is passed, or when the check itself
    has a fault. Where only figures in the hint are others, as those of a timing,
    somebody must have been active meanwhile.
    """
    if now.reason == NOT_BEGUN:
        return False
    if before is None:
        return now.outcome is not Outcome.FAILED
    if now.differs(before):
        return True
    return now.hint != before.hint and active and now.at - before.at > 1000 * _FIGURES


def current_steps(
    lab: SeatLab, record: Record, gates: Gates, opened: str = ""
) -> list[SeatStep]:
    """Return the watched steps that may be done now: not passed, needs met, not shut.

    What lies before the state that was caught up to counts as done. Before the first
    of them comes the one that is open in the panel, whatever it needs: somebody is at
    it.
    """
    records = [record.step(lab.slug, step.id) for step in lab.steps]
    start = record.start(lab)
    done = {step.id for step in lab.steps[:start]}
    done |= {
        step.id
        for step, one in zip(lab.steps, records, strict=True)
        if one.progress.passed
    }
    found = [
        step
        for step, one in list(zip(lab.steps, records, strict=True))[start:]
        if step.watch
        and one.progress.last is not Outcome.PASSED
        and (step.id == opened or done.issuperset(step.needs))
        and not gates.shut(lab, step.id)
    ]
    first = [step for step in found if step.id == opened]
    return first + [step for step in found if step.id != opened][:CURRENT]


class Watch:
    """Watches the steps of one seat.

    Args:
        labs: the seat's labs.
        record: its record, read on by the agent.
        gates: of its room.
        home: where the labs' folders lie.
        activity: signs that somebody works.
        keep: called with each attempt that is to be kept.
    """

    def __init__(
        self,
        labs: Mapping[str, SeatLab],
        record: Record,
        gates: Gates,
        home: Path,
        activity: Activity,
        keep: Callable[[Attempt], object],
    ) -> None:
        self.labs = labs
        self._record = record
        self.gates = gates
        self._home = home
        self._activity = activity
        self._keep = keep
        self.prober = Prober()
        self.asked = False
        """Whether somebody waits for a check that was asked for."""
        self.opened: tuple[str, str] = "", ""
        """Lab and step that are open in the panel."""
        self._cadence = Cadence()
        self._rests: dict[tuple[str, str], Rest] = {}
        self._seen: dict[tuple[str, str, int], Seen] = {}
        self._people: object = (None,)
        self._things: object = None
        self._steps: list[Found] | None = None
        self._used = time.monotonic()

    async def run(self) -> None:
        """Watch until cancelled."""
        try:
            while True:
                try:
                    await self._tick(time.monotonic())
                except Exception:
                    # The boundary: a full disk, no process to be had; try again.
                    log.warning("steps could not be watched", exc_info=True)
                    await asyncio.sleep(5.0)
                await asyncio.sleep(self._pause(time.monotonic()))
        finally:
            await self.prober.stop()

    async def check(self, one: Found) -> Attempt:
        """Check a step because somebody asked, and keep the attempt.

        Raises:
            OSError: no process could be started.
            OutboxError: the attempt could not be kept.
        """
        self.asked = True
        try:
            made = await self._look(one, Trigger.ASKED)
        finally:
            self.asked = False
        self._keep(made)
        self._remember(made)
        return made

    async def _tick(self, now: float) -> None:
        """Look at the signs, and at the current steps when that is due."""
        steps = [
            Found(lab, step)
            for lab in self.labs.values()
            for step in self._current(lab)
        ]
        others = self._steps is not None and steps != self._steps
        if steps and (self._signs() or others):
            self._cadence = self._cadence.noted(now)
        self._steps = steps
        keys = set(map(_key, steps))  # one that is done takes no share any more
        self._rests = {key: one for key, one in self._rests.items() if key in keys}
        if steps and not self.prober.busy and self._is_due(steps, now):
            await self._look_at(steps, now)
        elif now - self._used > _KEPT and self.prober.running:
            await self.prober.stop()

    def _current(self, lab: SeatLab) -> list[SeatStep]:
        """Return the steps of a lab that may be done now."""
        opened = self.opened[1] if self.opened[0] == lab.slug else ""
        return current_steps(lab, self._record, self.gates, opened)

    def _is_due(self, steps: list[Found], now: float) -> bool:
        """Tell whether to look at some steps, or at one that had to wait for longer."""
        return now >= self._cadence.due or bool(self._rested(steps, now))

    def _rested(self, steps: list[Found], now: float) -> list[Found]:
        """Return the step to ask again of those whose check took long, if any."""
        found = [
            (rest.until, one)
            for one in steps
            if (rest := self._rests.get(_key(one))) and rest.is_over(now, self._cadence)
        ]
        return [min(found, key=lambda pair: pair[0])[1]] if found else []

    def _pause(self, now: float) -> float:
        """Return the seconds to the next tick: to the next look if that is sooner."""
        tick = _TICK if now - self._cadence.active < _LIVELY else _IDLE_TICK
        left = self._cadence.due - now
        return min(tick, left) if left > 0 else tick

    def _signs(self) -> bool:
        """Tell whether there were signs of activity since the last time."""
        people, things = self._activity.people(), self._activity.things()
        changed = people != self._people or self._things not in (None, things)
        self._people, self._things = people, things
        return changed

    async def _look_at(self, steps: list[Found], now: float) -> None:
        """Check what is due; what a check itself leaves in files is no activity."""
        slow, due = self._rested(steps, now), now >= self._cadence.due
        quick = [one for one in steps if due and _key(one) not in self._rests]
        took = 0.0
        things = self._activity.things()
        try:
            for one in [*quick, *slow]:
                if one.step in self._current(one.lab):  # not shut meanwhile
                    made = await self._look(one, Trigger.WATCH)
                    took += 0 if _key(one) in self._rests else made.ms / 1000
                    self._note(made)
        finally:
            # Also when an attempt could not be kept: a full disk is no haste.
            before, self._things = things, self._activity.things()
            over = time.monotonic()
            if due:
                self._cadence = self._cadence.looked(over, took)
            recent = over - self._cadence.active < REST
            if recent and self._things != before and over - now > LONG:
                # Perhaps it was somebody, and there was time for that: one more look.
                self._cadence = self._cadence.again(over)

    def _note(self, made: Attempt) -> None:
        """Keep what was seen of a step, where that is news."""
        before = self._last(made)
        known = _age(before) if before else 0.0
        recent = self._cadence.active > time.monotonic() - known
        news = is_news(_seen(made), before, active=recent)
        if news:
            self._keep(made)
        if news or before is None:
            self._remember(made)

    async def _look(self, one: Found, trigger: Trigger) -> Attempt:
        """Check a step in the process of the prober."""
        self._used = time.monotonic()
        lab, step = one
        made = await self.prober.attempt(
            Request(
                lab=lab.slug,
                step=step.id,
                folder=str(self._home / lab.slug),
                trigger=trigger.value,
                version=lab.version,
                notebook=lab.notebook,
                generation=self._record.step(lab.slug, step.id).progress.generation,
            )
        )
        now, key = time.monotonic(), _key(one)
        hung = made.outcome is Outcome.ERROR and not self.prober.running
        before, took = self._rests.pop(key, None), made.ms / 1000
        rest = rested(before, now, took, hung=hung, beside=len(self._rests))
        if rest:
            self._rests[key] = rest
        return made

    def _remember(self, made: Attempt) -> None:
        """Keep in mind what was seen of a step."""
        self._seen[made.lab, made.step, made.generation] = _seen(made)

    def _last(self, made: Attempt) -> Seen | None:
        """Return what was seen of a step before: here, by a kernel, or when asked.

        It begins with what is seen once the lab's set-up is there.
        """
        own = self._seen.get((made.lab, made.step, made.generation))
        told = _told(self._record.step(made.lab, made.step).progress)
        found = [one for one in (own, told) if one and one.reason != NOT_BEGUN]
        return max(found, key=lambda one: one.at, default=None)


def watch_of(
    labs: Mapping[str, SeatLab],
    record: Record,
    gates: Gates,
    home: Path,
    settings: Mapping[str, Any],
    keep: Callable[[Attempt], object],
) -> Watch:
    """Return the watch of a seat; `settings` are those of its server."""
    folders = [*(home / slug for slug in labs), home / SERVICES]
    return Watch(labs, record, gates, home, Activity(settings, folders), keep)


def _key(one: Found) -> tuple[str, str]:
    """Return what a step is known by."""
    return one.lab.slug, one.step.id


def _age(seen: Seen) -> float:
    """Return for how many seconds something has been known."""
    return time.time() - seen.at / 1000


def _seen(made: Attempt) -> Seen:
    """Return what an attempt of this moment has seen."""
    at = time.time_ns() // 1_000_000
    return Seen(made.outcome, made.reason, made.hint, at)


def _told(progress: StepProgress) -> Seen | None:
    """Return what the record says of a step since its last reset."""
    if progress.last is None:
        return None
    return Seen(progress.last, progress.reason, progress.hint, progress.at)
