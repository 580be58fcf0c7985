"""Replay: a room's board as of any time, folded in a thread beside the loop.

Rows are read page by page between the journal's transactions. Names and words come from
a copy that was made on the loop, so the thread reads nothing that changes. One replay
is folded at a time; a few rooms' pasts are kept.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

from hub.room.entry import Entry
from hub.room.journal import Journal
from hub.room.known import Known
from hub.room.past import Past, mark_of
from hub.room.picture import Picture
from hub.room.rows import Glance, entries_by, glances
from hub.room.view import StoreView

PAGE = 1_000
"""Rows that are read and folded at once."""
GLANCES = 5_000
"""Rows whose times are read at once."""
MOST_PASTS = 3
"""Rooms whose past is kept."""
MOST_BINS = 120
MOST_MARKS = 300
"""Marks on the slider; the newest ones."""
MOST_FRAMES = 240
MOST_BYTES = 8_000_000
"""Size of the frames of one answer; those beyond it are asked for again."""


class Replays:
    """The pasts of the rooms that somebody looked back at lately."""

    def __init__(self, journal: Journal, view: StoreView) -> None:
        self._journal = journal
        self._view = view
        self._pasts: OrderedDict[str, Past] = OrderedDict()
        self._lock = asyncio.Lock()

    async def overview(self, room: str) -> dict[str, Any]:
        """Describe the slider: first and last time, passes over time, marks."""
        async with self._lock:
            past = await self._past(room)
            marks = await self._read(sorted(past.marks)[-MOST_MARKS:])
        texts = self._view.store.texts
        told = [mark_of(one, texts.of(one.seat, one.uid) or "") for one in marks]
        told += [{**mark, "words": ""} for mark in past.milestones()]
        told.sort(key=lambda mark: mark["at"])
        return {**past.bins(MOST_BINS), "marks": told}

    async def at(self, room: str, at: int) -> str:
        """Return the room's snapshot as of some time, as JSON."""
        async with self._lock:
            known = await self._known(room, at)
            picture = Picture(known, self._then(room))
            return await asyncio.to_thread(_snapshot, picture, at)

    async def frames(self, room: str, after: int, until: int, count: int) -> str:
        """Return what changed between two times, as JSON: deltas evenly apart.

        Each delta follows from the one before, the first from the snapshot at `after`.
        """
        async with self._lock:
            known = await self._known(room, after)
            picture = Picture(known, self._then(room))
            await asyncio.to_thread(_snapshot, picture, after)
            past, frames, size = self._pasts[room], [], 0
            for start, at in _steps(after, until, count):
                await self._go(past, known, past.count(start), past.count(at))
                frames.append(await asyncio.to_thread(_delta, picture, at))
                size += len(frames[-1])
                if size > MOST_BYTES:
                    break
        return '{"frames":[' + ",".join(frames) + "]}"

    def _then(self, room: str) -> StoreView:
        """Return a view for the thread; names as they are now."""
        return replace(self._view, store=self._view.store.still(room))

    async def _known(self, room: str, at: int) -> Known:
        """Return what was known of a room at some time."""
        past = await self._past(room)
        count = past.count(at)
        place, known = past.nearest(count)
        await self._go(past, known, place, count)
        return known

    async def _go(self, past: Past, known: Known, first: int, last: int) -> None:
        """Fold the rows from one place to another."""
        for start in range(first, last, PAGE):
            end = min(start + PAGE, last)
            entries = await self._read(past.ids(start, end))
            await asyncio.to_thread(past.fold, known, entries, end)

    async def _read(self, ids: Sequence[int]) -> list[Entry]:
        """Read rows in this order."""
        found = await self._journal.read(partial(entries_by, ids=ids))
        return [found[row] for row in ids if row in found]

    async def _past(self, room: str) -> Past:
        """Return a room's past with every row that is there by now."""
        seats = self._view.store.seats
        gone = frozenset(
            seat
            for seat in self._view.store.seats_of[room]
            if seats[seat].erased_at is not None
        )
        past = self._pasts.pop(room, None)
        if past is None or past.gone != gone:
            past = Past(room, gone)
        self._pasts[room] = past
        while len(self._pasts) > MOST_PASTS:
            self._pasts.popitem(last=False)
        await self._extend(past)
        return past

    async def _extend(self, past: Past) -> None:
        """Read the rows that are new since the last time."""
        full = True
        while full:
            page = partial(glances, room=past.room, after=past.row, most=GLANCES)
            rows: list[Glance] = await self._journal.read(page)
            await asyncio.to_thread(past.extend, rows)
            full = len(rows) == GLANCES


def _steps(after: int, until: int, count: int) -> Iterator[tuple[int, int]]:
    """Return `count` spans of time, one after the other."""
    times = [after + (until - after) * step // count for step in range(count + 1)]
    return pairwise(times)


def _snapshot(picture: Picture, at: int) -> str:
    """Draw a picture as of some time."""
    picture.settle(at, whole=True)
    return picture.snapshot_text(alone=True)


def _delta(picture: Picture, at: int) -> str:
    """Draw what changed since the picture was last drawn; time at least."""
    changed = picture.settle(at, whole=True)
    stamp = {"v": 1, "row": picture.known.row, "at": at}
    return picture.delta_text(sorted(changed)) or json.dumps(stamp)
