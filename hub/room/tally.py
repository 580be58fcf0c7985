"""Tally: the counts of a room, kept as its seats change.

One changed seat costs as much in a room of ten thousand as in one of three. What time
alone changes (slow, away) is looked at for all seats at once, with numbers that were
worked out when they changed.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.room.groups import Trouble, groups
from hub.room.heat import Heat
from hub.room.pace import Plan, front, lag, median, patience
from hub.room.progress import SeatFacts
from hub.room.room_facts import RoomFacts
from hub.room.stuck import (
    Rules,
    Standing,
    Stuck,
    failing,
    is_away,
    needed,
    slow,
    standing,
)


@dataclass(slots=True)
class _Mark:
    """What one seat adds to the counts."""

    number: int
    place: Standing
    passed: tuple[int, ...]
    """Places of the steps it passed."""
    trying: tuple[int, ...]
    """Places of the steps it tries."""
    faults: tuple[int, ...]
    """Places of the steps whose check failed at it."""
    times: Mapping[str, int]
    """By step how long it needed, milliseconds."""
    done: tuple[int, ...]
    """By lab how many steps it passed."""
    failing: Stuck | None
    """It is stuck by its attempts, unless it is away."""
    stuck: Stuck | None = None
    away: bool = False


class Tally:
    """Counts of one room; a seat counts from its claim on."""

    def __init__(self, plans: Sequence[Plan], rules: Rules) -> None:
        self.plans = plans
        self.rules = rules
        self.steps = tuple(step for plan in plans for step in plan.steps)
        self.heat = Heat(self.steps, 0)
        self._at = {step: place for place, step in enumerate(self.steps)}
        pairs = ((p.steps, p.minutes) for p in plans)
        self._minutes = dict(
            pair
            for steps, minutes in pairs
            for pair in zip(steps, minutes, strict=True)
        )
        self._marks: dict[str, _Mark] = {}
        self._passed, self._trying, self._faults, self._stuck, self._idle = (
            [0] * len(self.steps) for _ in range(5)
        )
        self._done: list[Counter[int]] = [Counter() for _ in plans]
        self._times: dict[str, list[int]] = {step: [] for step in self.steps}
        self._highest = 0
        self._troubles: dict[str, Trouble] = {}
        self._now = 0
        self._patience: dict[str, int] = {}

    def __len__(self) -> int:
        """How many seats count."""
        return len(self._marks)

    # Seats ---------------------------------------------------------------------------

    def put(self, seat: str, facts: SeatFacts, room: RoomFacts) -> None:
        """Count a seat as it is now; one that nobody took does not count.

        Whether it is stuck comes with the next look.
        """
        old = self._marks.pop(seat, None)
        if old:
            self._add(old, -1)
            self._count_times(old, -1)
        self._troubles.pop(seat, None)
        if facts.claimed_at is None:
            return
        mark = self._mark(facts, room)
        if old:
            mark.stuck, mark.away = old.stuck, old.away
            if mark.stuck and mark.stuck.step != mark.place.step:
                mark.stuck = None
        self._marks[seat] = mark
        self._add(mark, 1)
        self._count_times(mark, 1)
        self._find_trouble(seat, mark)
        if mark.number > self._highest:
            self._grow(mark.number)

    def _mark(self, facts: SeatFacts, room: RoomFacts) -> _Mark:
        """Work out what a seat adds."""
        known = [
            (place, facts.steps[step])
            for place, step in enumerate(self.steps)
            if step in facts.steps
        ]
        passed = tuple(at for at, step in known if step.passed_at is not None)
        place = standing(facts, self.plans, room)
        return _Mark(
            number=facts.number,
            place=place,
            passed=passed,
            trying=tuple(at for at, step in known if step.state == "trying"),
            faults=tuple(at for at, step in known if step.errors),
            times=needed(facts, self.plans, room) if passed else {},
            done=self._done_of(passed),
            failing=failing(place, self.rules) if place.step else None,
        )

    def _done_of(self, passed: Sequence[int]) -> tuple[int, ...]:
        """Return how many of the passed steps each lab has."""
        names = [self.steps[place].partition("/")[0] for place in passed]
        return tuple(names.count(plan.slug) for plan in self.plans)

    def _add(self, mark: _Mark, sign: int) -> None:
        """Add what a seat adds to the counts, or take it off."""
        for counts, places in (
            (self._passed, mark.passed),
            (self._trying, mark.trying),
            (self._faults, mark.faults),
        ):
            for place in places:
                counts[place] += sign
        at = self._at[mark.stuck.step] if mark.stuck else None
        if at is not None:
            self._stuck[at] += sign
            self._idle[at] += 0 if at in mark.trying else sign
        if not mark.away:
            for counter, done in zip(self._done, mark.done, strict=True):
                counter[done] += sign
        self.heat.add(mark.number, mark.passed, at, sign)

    def _count_times(self, mark: _Mark, sign: int) -> None:
        """Add how long a seat needed to the times of all, or take it off."""
        for step, time in mark.times.items():
            times = self._times[step]
            if sign > 0:
                insort(times, time)
            else:
                del times[bisect_left(times, time)]

    def _find_trouble(self, seat: str, mark: _Mark) -> None:
        """Note what a seat has trouble with, if it has."""
        known = mark.place.known
        if mark.stuck or (known.reason and not mark.away):
            step, held = mark.place.step, mark.stuck is not None
            self._troubles[seat] = Trouble(
                seat, mark.number, step, known.reason, known.hint, held
            )
        else:
            self._troubles.pop(seat, None)

    def _grow(self, highest: int) -> None:
        """Count the blocks anew where the room became too large for their size."""
        self._highest = highest
        heat = Heat(self.steps, highest)
        if heat.size != self.heat.size:
            for mark in self._marks.values():
                at = self._at[mark.stuck.step] if mark.stuck else None
                heat.add(mark.number, mark.passed, at, 1)
            self.heat = heat

    # Time ----------------------------------------------------------------------------

    def look(
        self, now: int, room: RoomFacts, seats: Iterable[str] | None = None
    ) -> list[str]:
        """See who is stuck or away at this time; returns the seats where that changed.

        Args:
            now: the time.
            room: what is known of the room.
            seats: those to look at; all unless said otherwise.
        """
        self._now = now
        self._patience = {
            step: patience(self._times[step], self._minutes[step], self.rules.minutes)
            for step in self.steps
        }
        changed = []
        for seat in self._marks if seats is None else self._marks.keys() & seats:
            mark = self._marks[seat]
            place, found = mark.place, None
            away = is_away(place.heard, now, self.rules)
            if place.step and not away:
                calm = self._patience[place.step] if room.open else None
                found = mark.failing or slow(place, now, calm)
            if found != mark.stuck or away != mark.away:
                changed.append(seat)
                self._add(mark, -1)
                mark.stuck, mark.away = found, away
                self._add(mark, 1)
                self._find_trouble(seat, mark)
        return changed

    # What is told --------------------------------------------------------------------

    def stuck_at(self, seat: str) -> Stuck | None:
        """Return that a seat is stuck, by the last look."""
        mark = self._marks.get(seat)
        return mark.stuck if mark else None

    def is_away(self, seat: str) -> bool:
        """Say whether a seat is away, by the last look."""
        mark = self._marks.get(seat)
        return bool(mark and mark.away)

    def seats(self) -> list[str]:
        """Return the seats that count, by their numbers."""
        return sorted(self._marks, key=lambda seat: self._marks[seat].number)

    def stuck_seats(self) -> dict[str, Stuck]:
        """Return the seats that are stuck."""
        marks = self._marks.items()
        return {seat: mark.stuck for seat, mark in marks if mark.stuck}

    def now(self, room: RoomFacts) -> dict[str, Any]:
        """Describe where the room is, by lab."""
        told, start = {}, 0
        for plan, done in zip(self.plans, self._done, strict=True):
            places = range(start, start + len(plan.steps))
            start += len(plan.steps)
            began, middle = room.started_at(plan.slug), median(done)
            behind = None
            if room.open and began is not None and middle is not None:
                behind = lag(plan.minutes, middle, self._now - began)
            begun = [self._passed[at] + self._trying[at] for at in places]
            told[plan.slug] = {
                "steps": [self._counts(at) for at in places],
                "front": front(begun, len(self)),
                "started_at": began,
                "median": middle,
                "minutes": behind,
            }
        return told

    def _counts(self, at: int) -> dict[str, int]:
        """Describe one step; all but `faults` sum up to the seats that count."""
        passed, held, idle = self._passed[at], self._stuck[at], self._idle[at]
        trying = self._trying[at] - (held - idle)
        return {
            "passed": passed,
            "trying": trying,
            "stuck": held,
            "none": len(self) - passed - trying - held,
            "faults": self._faults[at],
        }

    def groups(self) -> list[dict[str, Any]]:
        """Describe who has the same trouble, most people first."""
        return groups(self._troubles.values(), self._patience)
