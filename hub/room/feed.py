"""Feed: what viewers of a room receive: first a snapshot, then coalesced deltas.

A delta replaces whole seats, so it may come twice or skip others without harm, and any
row id a viewer names can be resumed from. A room that nobody watches costs its fold and
nothing else. This is a boundary of the design: whatever happens to one viewer or one
seat, the room goes on.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from hub.room.entry import ERASED, Entry
from hub.room.journal import Journal
from hub.room.known import Known
from hub.room.picture import Picture, Status, View
from hub.room.progress import SeatFacts
from hub.room.room_facts import RoomFacts
from hub.room.rows import entries_of
from hub.room.viewers import SeatViewer, Viewer

log = logging.getLogger(__name__)

LEAST_PAUSE = 0.1
"""Seconds between two deltas of a quiet room."""
MOST_PAUSE = 0.25
"""Seconds between two deltas of a busy one."""
LOOK = 3.0
"""Seconds between two looks at what time alone changes, while somebody watches."""
_YOUNG = 0.25
"""Seconds for which a snapshot holds although rows came since."""
_SHARE = 10
"""A delta that took t seconds of the processor is followed by a pause of `_SHARE` times
t: so deltas take a tenth of a core at most, and a busy machine makes nobody wait longer
than its own share."""
_PAGE = 2_000
_PIECE = 200
"""Seats that are counted at once for a first look."""


class RoomFeed:
    """One room and those who watch it."""

    def __init__(self, room: str, view: View) -> None:
        self.room = room
        self.known = Known(room)
        self.picture = Picture(self.known, view)
        self.viewers: set[Viewer] = set()
        self.onlookers: set[SeatViewer] = set()
        """Those who are told that something changed, such as projectors."""
        self.seat_viewers: dict[str, SeatViewer] = {}
        self._erased_row = 0
        """Row of the last erased seat; an older view may still show it."""
        self._timer: asyncio.TimerHandle | None = None
        self._looks: asyncio.TimerHandle | None = None
        self._unsent: set[str] = set()
        """Seats that look different than in the last delta."""
        self._flushed = 0.0
        self._pause = LEAST_PAUSE
        self._snapshot: tuple[int, float, bytes] = (-1, 0.0, b"")

    # What is known --------------------------------------------------------------------

    @property
    def row(self) -> int:
        """The last row that was taken in."""
        return self.known.row

    @property
    def facts(self) -> Mapping[str, SeatFacts]:
        """What is known of each seat."""
        return self.known.facts

    @property
    def room_facts(self) -> RoomFacts:
        """What is known of the room as a whole."""
        return self.known.room_facts

    @property
    def view(self) -> View:
        """How the room and its seats look."""
        return self.picture.view

    def position(self, seat: str) -> int | None:
        """Return a seat's place among the waiting, from 1; None when it does not."""
        return self.known.line.place(seat)[0]

    def status(self, seat: str) -> Status:
        """Return what others and time make of a seat now."""
        self._settle()
        return self.picture.status(seat)

    def seats(self) -> list[str]:
        """Return the seats that somebody holds, by their numbers."""
        self._settle()
        return self.picture.tally.seats()

    def seat(self, seat: str) -> dict[str, Any] | None:
        """Describe one seat; None when nobody holds it."""
        self._settle()
        return self.picture.seat(seat)

    def stuck_on(self, lab: str, step: str) -> list[str]:
        """Return the seats that are stuck on a step now, by their numbers."""
        self._settle()
        tally, key = self.picture.tally, f"{lab}/{step}"
        stuck = {seat for seat, at in tally.stuck_seats().items() if at.step == key}
        return [seat for seat in tally.seats() if seat in stuck]

    def stuck(self) -> dict[str, str]:
        """Return the seats that are stuck now, each with its `<lab>/<step>`."""
        self._settle()
        stuck = self.picture.tally.stuck_seats().items()
        return {seat: found.step for seat, found in stuck}

    def now(self) -> dict[str, Any]:
        """Return the counts by lab and step as they are now; no seat is in them."""
        self._settle()
        return self.picture.tally.now(self.room_facts)

    def _settle(self) -> None:
        """Look at the room as it is now; what changed goes out with the next delta."""
        self._unsent |= self.picture.settle(self.view.now(), whole=True)
        if self._unsent:
            self._schedule()

    # What comes in --------------------------------------------------------------------

    def fold(self, entry: Entry) -> bool:
        """Take in one entry; says whether the line of those who wait changed."""
        moved = self.known.fold(entry)
        if entry.kind == ERASED:
            self._forget(entry)
        return moved

    def _forget(self, entry: Entry) -> None:
        """Forget an erased seat; no delta takes one away, so all get a snapshot."""
        self.picture.forget(entry.seat)
        self._erased_row = entry.id
        self._snapshot = (-1, 0.0, b"")
        for viewer in self.viewers:
            viewer.drop()

    def publish(self, entry: Entry) -> None:
        """Take in a new entry and see that viewers hear of it."""
        moved = self.fold(entry)
        touched = (entry.seat,) if entry.seat and not moved else self.seat_viewers
        for seat in touched:
            if seat in self.seat_viewers:
                self.seat_viewers[seat].touch()
        self._schedule()

    # Who watches ----------------------------------------------------------------------

    async def get_ready(self) -> None:
        """Count a large room piece by piece before the first one watches it."""
        for _ in range(0, len(self.facts), _PIECE):
            if self._watched or not self.picture.prepare(_PIECE):
                return
            await asyncio.sleep(0)

    def watch(self, last: int | None = None) -> Viewer:
        """Add a viewer; its first message is there at once.

        Args:
            last: row id of the last message it saw; None or a row that never was
                means a snapshot.
        """
        viewer = Viewer(self.snapshot_message)
        viewer.offer(self._first_message(last))
        self.viewers.add(viewer)
        self._go_on_looking()
        if self._snapshot[0] != self.row:
            self._schedule()
        return viewer

    def _first_message(self, last: int | None) -> bytes:
        """Return what a new viewer needs to know."""
        if last is None or not max(1, self._erased_row) <= last <= self.row:
            return self.snapshot_message()
        self._settle()
        if self.picture.aggregated:
            return self.snapshot_message()
        return message_of("delta", self.row, self.picture.resumed_text(last))

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self.viewers.discard(viewer)

    def look_on(self) -> SeatViewer:
        """Add somebody who is told when something changed, the time included."""
        onlooker = SeatViewer()
        self.onlookers.add(onlooker)
        self._go_on_looking()
        return onlooker

    def look_away(self, onlooker: SeatViewer) -> None:
        """Forget an onlooker."""
        self.onlookers.discard(onlooker)

    def follow(self, seat: str) -> SeatViewer:
        """Add a seat's own viewer; an earlier one of the same seat ends."""
        if seat in self.seat_viewers:
            self.seat_viewers[seat].end()
        self.seat_viewers[seat] = SeatViewer()
        return self.seat_viewers[seat]

    def unfollow(self, seat: str, viewer: SeatViewer) -> None:
        """Forget a seat's viewer, unless another took its place."""
        if self.seat_viewers.get(seat) is viewer:
            del self.seat_viewers[seat]

    # What goes out --------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """Describe the whole room."""
        self._settle()
        return self.picture.snapshot()

    def snapshot_message(self) -> bytes:
        """Return the snapshot as a server-sent event; made once for many viewers.

        One that is younger than the last delta still holds: the next delta brings what
        it misses. So a storm of viewers costs no more than a few.
        """
        row, made, message = self._snapshot
        age = time.monotonic() - made
        holds = age < 1.0 if row == self.row else self._flushed < made and age < _YOUNG
        if not holds:
            self._settle()
            alone = not self.viewers
            if alone:
                self._unsent.clear()
            text = self.picture.snapshot_text(alone=alone)
            message = message_of("snapshot", self.row, text)
            self._snapshot = (self.row, time.monotonic(), message)
        else:
            self.picture.tell_all()
        return message

    @property
    def _watched(self) -> bool:
        """Somebody watches."""
        return bool(self.viewers or self.onlookers)

    def _schedule(self) -> None:
        """See that what changed goes out soon, if anybody watches."""
        if self._timer is None and self._watched:
            wait = self._flushed + self._pause - time.monotonic()
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(wait, 0.002), self._flush)

    def _go_on_looking(self) -> None:
        """Look again and again at what time changes, until nobody watches."""
        if self._looks is None:
            loop = asyncio.get_running_loop()
            self._looks = loop.call_later(LOOK, self._look)

    def _look(self) -> None:
        """Look once, and again later."""
        self._looks = None
        if self._watched:
            self._go_on_looking()
            self._flush(whole=True)

    def _flush(self, *, whole: bool = False) -> None:
        """Send one delta with everything that changed since the last."""
        started = time.thread_time()
        if self._timer:
            self._timer.cancel()
        self._timer = None
        try:
            self._send(whole=whole)
        except Exception:  # one odd seat must not silence the room
            log.exception("room=%s no delta; viewers get a snapshot", self.room)
            for viewer in self.viewers:
                viewer.drop()
        self._flushed = time.monotonic()
        took = time.thread_time() - started
        self._pause = min(max(LEAST_PAUSE, _SHARE * took), MOST_PAUSE)

    def _send(self, *, whole: bool) -> None:
        """Offer what changed to everybody who watches."""
        self._unsent |= self.picture.settle(self.view.now(), whole=whole)
        changed, self._unsent = self._unsent, set()
        text = self.picture.delta_text(sorted(changed)) if self.viewers else ""
        if text:
            message = message_of("delta", self.row, text)
            for viewer in self.viewers:
                viewer.offer(message)
        for onlooker in self.onlookers:
            onlooker.touch()


class Feeds:
    """The feeds of all rooms; one is folded from the journal when first asked for."""

    def __init__(self, journal: Journal, view: View) -> None:
        self._journal = journal
        self._view = view
        self._feeds: dict[str, RoomFeed] = {}
        self._loading: dict[str, asyncio.Task[RoomFeed]] = {}
        self._arrived: dict[str, list[Entry]] = {}

    @property
    def viewers(self) -> int:
        """How many watch, over all rooms."""
        return sum(len(feed.viewers) for feed in self._feeds.values())

    @property
    def queued(self) -> int:
        """How many messages wait for viewers, over all rooms."""
        return sum(
            viewer.queued for feed in self._feeds.values() for viewer in feed.viewers
        )

    @property
    def behind(self) -> int:
        """How many viewers lost their queue and did not ask again, over all rooms."""
        return sum(
            viewer.behind for feed in self._feeds.values() for viewer in feed.viewers
        )

    @property
    def screens(self) -> int:
        """How many projectors show a room, over all rooms."""
        return sum(len(feed.onlookers) for feed in self._feeds.values())

    @property
    def followers(self) -> int:
        """How many seats follow, over all rooms."""
        return sum(len(feed.seat_viewers) for feed in self._feeds.values())

    async def feed(self, room: str) -> RoomFeed:
        """Return the feed of a room.

        Raises:
            JournalError: the journal could not be read.
        """
        if room in self._feeds:
            return self._feeds[room]
        if room not in self._loading:
            self._arrived[room] = []
            self._loading[room] = asyncio.ensure_future(self._load(room))
        return await asyncio.shield(self._loading[room])

    def publish(self, rows: Sequence[Entry]) -> None:
        """Pass new rows on; a room nobody asked for has nothing to keep up."""
        for row in rows:
            if row.room in self._feeds:
                self._feeds[row.room].publish(row)
            elif row.room in self._arrived:
                self._arrived[row.room].append(row)

    async def _load(self, room: str) -> RoomFeed:
        """Fold a room's journal page by page; rows that arrive meanwhile follow."""
        feed, full = RoomFeed(room, self._view), True
        try:
            while full:

                def page(connection: Connection, after: int = feed.row) -> list[Entry]:
                    return entries_of(connection, room, after, _PAGE)

                entries = await self._journal.read(page)
                for entry in entries:
                    feed.fold(entry)
                full = len(entries) == _PAGE
            for entry in self._arrived[room]:
                if entry.id > feed.row:
                    feed.fold(entry)
            self._feeds[room] = feed
        finally:
            del self._arrived[room], self._loading[room]
        return feed


def message_of(kind: str, row: int, data: str | Mapping[str, Any]) -> bytes:
    """Write one server-sent event; `data` is JSON already, or becomes it."""
    if not isinstance(data, str):
        data = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {kind}\nid: {row}\ndata: {data}\n\n".encode("utf-8", "replace")
