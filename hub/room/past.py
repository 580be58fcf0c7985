"""Past: one room as it was at any time, folded from its journal like the present.

What counts is when things happened, not when they arrived. Names are those of now, and
whoever was erased was never there. On the way some states are kept, so that going back
does not fold everything again. The room's rows are held as numbers and times alone.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from hub.room.entry import (
    CLAIMED,
    COUNTDOWN,
    ERASED,
    GATE,
    GOAL,
    HINTS,
    MESSAGE,
    OFFER,
    ROOM,
    START,
    Entry,
)
from hub.room.known import Known
from hub.room.room_facts import SOFT, STRICT
from hub.room.rows import Glance

MOST_KEPT = 40
"""States of a room that are kept on the way."""
MOST_KEPT_SEATS = 40_000
"""Seats of all states together that are kept on the way."""
STRIDE = 1_000
"""Rows between two kept states at least."""
MARKED = (COUNTDOWN, GATE, GOAL, HINTS, MESSAGE, OFFER, ROOM, START)
"""Kinds that are marks on the replay's slider."""


class Past:
    """The rows of one room in the order of time, and states that are kept.

    Args:
        room: id of the room.
        gone: its seats that are erased.
    """

    def __init__(self, room: str, gone: frozenset[str]) -> None:
        self.room = room
        self.gone = gone
        self.row = 0
        """The last row that is in."""
        self.passes: dict[tuple[str, str], int] = {}
        """(seat, step) -> when it passed first."""
        self.claimed: set[str] = set()
        self.marks: list[int] = []
        """Rows of the staff's marks."""
        self._ids = array("q")
        self._times = array("q")
        self._kept: dict[int, Known] = {0: Known(room)}
        """Count of rows -> what was known after as many."""

    def __len__(self) -> int:
        """How many rows are in."""
        return len(self._ids)

    @property
    def span(self) -> tuple[int, int] | None:
        """When the first and the last thing happened; None while nothing did."""
        return (self._times[0], self._times[-1]) if self._times else None

    def extend(self, rows: Iterable[Glance]) -> None:
        """Take in further rows."""
        new: list[tuple[int, int]] = []
        for row, at, seat, kind, step, outcome in rows:
            self.row = max(self.row, row)
            if seat in self.gone or kind == ERASED:
                continue
            new.append((at, row))
            if kind in MARKED and not seat:
                self.marks.append(row)
            if kind == CLAIMED:
                self.claimed.add(seat)
            if outcome == "passed":
                first = self.passes.get((seat, step), at)
                self.passes[seat, step] = min(first, at)
        self._insert(sorted(new))

    def _insert(self, new: Sequence[tuple[int, int]]) -> None:
        """Sort rows in; states behind one that came late are worked out anew."""
        if not new:
            return
        place = bisect_right(self._times, new[0][0])
        later = zip(self._times[place:], self._ids[place:], strict=True)
        merged = sorted([*later, *new])
        del self._times[place:], self._ids[place:]
        self._times.extend(at for at, _ in merged)
        self._ids.extend(row for _, row in merged)
        self._kept = {at: known for at, known in self._kept.items() if at <= place}

    def count(self, at: int) -> int:
        """Return how many rows happened until then."""
        return bisect_right(self._times, at)

    def ids(self, first: int, last: int) -> Sequence[int]:
        """Return the row ids at some places in the order of time."""
        return self._ids[first:last].tolist()

    def nearest(self, count: int) -> tuple[int, Known]:
        """Return the last kept state of at most as many rows, to be folded further."""
        place = max(kept for kept in self._kept if kept <= count)
        return place, self._kept[place].copy()

    def fold(self, known: Known, entries: Sequence[Entry], count: int) -> None:
        """Fold rows into a state, and keep it if it is due.

        Args:
            known: what was known before them.
            entries: the rows.
            count: how many rows are in it after them.
        """
        for entry in entries:
            known.fold(entry)
        seats = max(1, len(known.facts))
        most = max(2, min(MOST_KEPT, MOST_KEPT_SEATS // seats))
        apart = max(STRIDE, len(self) // most)
        place = max(kept for kept in self._kept if kept <= count)
        if count - place >= apart and len(self._kept) <= most:
            self._kept[count] = known.copy()

    def milestones(self) -> list[dict[str, Any]]:
        """Return when the first, half and all of those who ever came passed a step."""
        times: defaultdict[str, list[int]] = defaultdict(list)
        for (seat, step), at in self.passes.items():
            if seat in self.claimed:
                times[step].append(at)
        found, people = [], len(self.claimed)
        for step, passes in times.items():
            passes.sort()
            lab, _, name = step.partition("/")
            counts = {"first": 1, "half": -(-people // 2), "all": people}
            found += [
                {"at": passes[count - 1], "kind": kind, "lab": lab, "step": name}
                for kind, count in counts.items()
                if count <= len(passes) and kind in milestone_kinds(people)
            ]
        return found

    def bins(self, most: int) -> dict[str, Any]:
        """Describe how many steps passed when, in `most` bins or fewer."""
        span = self.span
        if span is None:
            return {"first": None, "last": None, "passes": [], "bin": 0}
        first, last = span
        width = max(10_000, -(-(last - first + 1) // most))
        passes = [0] * ((last - first) // width + 1)
        for at in self.passes.values():
            passes[(at - first) // width] += 1
        return {"first": first, "last": last, "passes": passes, "bin": width}


def milestone_kinds(people: int) -> tuple[str, ...]:
    """Return the kinds of milestones of so many people; of few, one is half already."""
    if people < 2:
        return ("all",)
    return ("first", "all") if people < 4 else ("first", "half", "all")


def mark_of(entry: Entry, words: str) -> dict[str, Any]:
    """Describe a mark; `words` is what a message says, else the mark's own word."""
    body = entry.body
    gate = STRICT if body.get("strict") else SOFT
    own = {
        GATE: gate if body.get("closed") else "open",
        HINTS: "held" if body.get("held") else "released",
        COUNTDOWN: "stopped" if body.get("ends_at") is None else "running",
        OFFER: body.get("version", ""),
        ROOM: body.get("state", ""),
        MESSAGE: words,
    }
    return {
        "at": entry.at,
        "kind": entry.kind,
        "lab": body.get("lab", ""),
        "step": body.get("step", ""),
        "words": own.get(entry.kind, ""),
    }
