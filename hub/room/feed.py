"""Feed: what viewers of a room receive: first a snapshot, then coalesced deltas.

A delta replaces whole seats, so it may come twice or skip others without harm, and any
row id a viewer names can be resumed from. Queues are bounded: a viewer that does not
keep up loses its queue and gets a snapshot when it reads again. This is a boundary of
the design: whatever happens to one viewer or one seat, the room goes on.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection

from hub.room.asks import ASK_KINDS, AskState, newest
from hub.room.entry import CLAIMED, ERASED, Entry
from hub.room.journal import Journal
from hub.room.progress import SeatFacts, StepFacts, fold
from hub.room.room_facts import RoomFacts, fold_room
from hub.room.rows import entries_of

log = logging.getLogger(__name__)

QUEUE = 32
"""Deltas that wait for one viewer at most."""
LEAST_PAUSE = 0.05
"""Seconds between two deltas of a quiet room."""
MOST_PAUSE = 0.25
"""Seconds between two deltas of a busy one."""
_SHARE = 10
"""A delta that took t seconds to make is followed by a pause of `_SHARE` times t."""
_PAGE = 2_000


class View(Protocol):
    """How a room and its seats look to viewers; the feed knows no names."""

    def room(self, room: str) -> dict[str, Any]:
        """Describe the room itself."""

    def labs(self, room: str) -> list[dict[str, Any]]:
        """Describe its labs and their steps."""

    def seats(self, room: str) -> list[str]:
        """List its claimed seats."""

    def seat(
        self, seat: str, facts: SeatFacts, position: int | None
    ) -> dict[str, Any] | None:
        """Describe one seat and its place in the queue; None when nobody holds it."""

    def now(self) -> int:
        """Return the room's time."""


class Viewer:
    """One who watches; a bounded queue of messages ready to be sent."""

    def __init__(self, feed: RoomFeed) -> None:
        self.behind = False
        """The queue was dropped; a snapshot comes next."""
        self.ended = False
        """Nothing comes any more."""
        self._feed = feed
        self._queue: deque[bytes] = deque()
        self._wake = asyncio.Event()

    def offer(self, message: bytes) -> None:
        """Queue a message, or drop the queue when it is full."""
        if self.behind:
            return
        self._queue.append(message)
        if len(self._queue) > QUEUE:
            self.drop()
        self._wake.set()

    def drop(self) -> None:
        """Drop the queue: a snapshot comes next."""
        self._queue.clear()
        self.behind = True
        self._wake.set()

    def end(self) -> None:
        """Let whoever waits for the next message stop waiting."""
        self.ended = True
        self._wake.set()

    @property
    def queued(self) -> int:
        """How many messages wait for it."""
        return len(self._queue)

    async def next(self, patience: float) -> bytes:
        """Return the next message; b"" when none came for `patience` seconds."""
        if self.ended:
            return b""
        if not self._queue and not self.behind:
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), patience)
            except TimeoutError:
                return b""
        if self.ended:
            return b""
        if self.behind:
            self.behind = False
            self._queue.clear()
            return self._feed.snapshot_message()
        return self._queue.popleft()


class SeatViewer:
    """One seat that follows what concerns it; nothing is queued for it.

    It is told that something changed and asks for the state as it is by then, so a
    seat that does not read costs nothing.
    """

    def __init__(self) -> None:
        self.ended = False
        """Nothing comes any more."""
        self._wake = asyncio.Event()
        self._wake.set()

    def touch(self) -> None:
        """Say that something may have changed."""
        self._wake.set()

    def end(self) -> None:
        """Let whoever waits stop waiting."""
        self.ended = True
        self._wake.set()

    async def changed(self, patience: float) -> bool:
        """Wait for a change, `patience` seconds at most; says whether one came."""
        try:
            await asyncio.wait_for(self._wake.wait(), patience)
        except TimeoutError:
            return False
        self._wake.clear()
        return True


class RoomFeed:
    """Facts of one room and those who watch them."""

    def __init__(self, room: str, view: View) -> None:
        self.room = room
        self.row = 0
        self.facts: dict[str, SeatFacts] = {}
        self.room_facts = RoomFacts()
        self.viewers: set[Viewer] = set()
        self.seat_viewers: dict[str, SeatViewer] = {}
        self.onlookers: set[SeatViewer] = set()
        """Those who are told that something changed, such as projectors."""
        self.view = view
        self._changed: set[str] = set()
        self._room_changed = False
        self._waiting: dict[str, int] = {}
        """Seat with a waiting ask -> the ask's row."""
        self._queue: dict[str, int] = {}
        self._erased_row = 0
        """Row of the last erased seat; an older view may still show it."""
        self._timer: asyncio.TimerHandle | None = None
        self._flushed = 0.0
        self._pause = LEAST_PAUSE
        self._snapshot: tuple[int, float, bytes] = (-1, 0.0, b"")

    def fold(self, entry: Entry) -> None:
        """Take in one entry of this room."""
        self.row = max(self.row, entry.id)
        try:
            self.room_facts = fold_room(self.room_facts, entry)
            if entry.seat:
                facts = self.facts.get(entry.seat, SeatFacts())
                self.facts[entry.seat] = fold(facts, entry)
        except (KeyError, TypeError, ValueError):
            log.exception("room=%s row=%s not folded", self.room, entry.id)
        if entry.kind == ERASED:
            self._forget(entry)
        if entry.kind in (*ASK_KINDS, ERASED):
            self._line_up(entry.seat)

    def _forget(self, entry: Entry) -> None:
        """Forget an erased seat; no delta takes one away, so all get a snapshot."""
        self.facts.pop(entry.seat, None)
        self._erased_row = entry.id
        for viewer in self.viewers:
            viewer.drop()

    def _line_up(self, seat: str) -> None:
        """Put a seat into the queue or take it out; who asked first is first."""
        self._waiting.pop(seat, None)
        found = newest(self.facts.get(seat, SeatFacts()).asks)
        if found and found[1].state is AskState.WAITING:
            self._waiting[seat] = found[1].row
        line = sorted(self._waiting, key=self._waiting.__getitem__)
        self._queue = {name: place for place, name in enumerate(line, 1)}

    def position(self, seat: str) -> int | None:
        """Return a seat's place among the waiting, from 1; None when it does not."""
        return self._queue.get(seat)

    def publish(self, entry: Entry) -> None:
        """Take in a new entry and see that viewers hear of it."""
        self.fold(entry)
        if entry.seat:
            self._changed.add(entry.seat)
        if entry.kind in ASK_KINDS:
            self._changed.update(self._waiting)
        whole = not entry.seat or entry.kind in ASK_KINDS
        touched = self.seat_viewers if whole else (entry.seat,)
        for seat in touched:
            if seat in self.seat_viewers:
                self.seat_viewers[seat].touch()
        for onlooker in self.onlookers:
            onlooker.touch()
        if not entry.seat or entry.kind == CLAIMED:
            self._room_changed = True
        if self._timer is None:
            wait = self._flushed + self._pause - time.monotonic()
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(wait, 0.002), self._flush)

    def watch(self, last: int | None = None) -> Viewer:
        """Add a viewer; its first message is there at once.

        Args:
            last: row id of the last message it saw; None or a row that never was
                means a snapshot.
        """
        viewer = Viewer(self)
        if last is None or not max(1, self._erased_row) <= last <= self.row:
            viewer.offer(self.snapshot_message())
        else:
            changed = [seat for seat, facts in self.facts.items() if facts.row > last]
            changed += self._waiting.keys() - set(changed)
            viewer.offer(message_of("delta", self.row, self._delta(changed, room=True)))
        self.viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self.viewers.discard(viewer)

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

    def look_on(self) -> SeatViewer:
        """Add somebody who is told when something changed, the time included."""
        onlooker = SeatViewer()
        self.onlookers.add(onlooker)
        return onlooker

    def look_away(self, onlooker: SeatViewer) -> None:
        """Forget an onlooker."""
        self.onlookers.discard(onlooker)

    def stuck_on(self, lab: str, step: str) -> list[str]:
        """Return the seats that failed a step often; the rule of the board follows."""
        known = {
            seat: self.facts.get(seat, SeatFacts()).steps.get(f"{lab}/{step}")
            for seat in self.view.seats(self.room)
        }
        return [
            seat
            for seat, facts in known.items()
            if facts and facts.failed >= 4 and facts.passed_at is None
        ]

    def now(self) -> dict[str, Any]:
        """Return the counts by lab and step; the stuck and the front follow."""
        found: dict[str, Any] = {}
        seats = self.view.seats(self.room)
        for lab in self.view.labs(self.room):
            steps = []
            for step in lab["steps"]:
                key = f"{lab['slug']}/{step['id']}"
                states = [
                    self.facts.get(seat, SeatFacts()).steps.get(key, StepFacts()).state
                    for seat in seats
                ]
                passed, trying = states.count("passed"), states.count("trying")
                none = len(states) - passed - trying
                steps.append(
                    {"passed": passed, "trying": trying, "stuck": 0, "none": none}
                )
            found[lab["slug"]] = {"steps": steps, "front": 0}
        return found

    def snapshot(self) -> dict[str, Any]:
        """Describe the whole room."""
        return {
            "v": 1,
            "row": self.row,
            "at": self.view.now(),
            "room": self._room(),
            "labs": self.view.labs(self.room),
            "seats": self._seats(self.view.seats(self.room)),
        }

    def snapshot_message(self) -> bytes:
        """Return the snapshot as a server-sent event; made once for many viewers."""
        row, made, message = self._snapshot
        if row != self.row or time.monotonic() - made > 1.0:
            message = message_of("snapshot", self.row, self.snapshot())
            self._snapshot = (self.row, time.monotonic(), message)
        return message

    def _delta(self, seats: Sequence[str], *, room: bool) -> dict[str, Any]:
        """Describe what changed."""
        delta: dict[str, Any] = {"v": 1, "row": self.row, "at": self.view.now()}
        if room:
            delta["room"] = self._room()
        return {**delta, "seats": self._seats(seats)}

    def _room(self) -> dict[str, Any]:
        """Describe the room itself, and what the staff set there."""
        facts = self.room_facts
        return {
            **self.view.room(self.room),
            "gates": facts.closed,
            "held": facts.without_hints,
            "offers": dict(facts.offers),
        }

    def _seats(self, seats: Sequence[str]) -> list[dict[str, Any]]:
        """Describe seats; those that nobody holds are left out."""
        found = (
            self.view.seat(seat, self.facts.get(seat, SeatFacts()), self.position(seat))
            for seat in seats
        )
        return [seat for seat in found if seat is not None]

    def _flush(self) -> None:
        """Send one delta with everything that changed since the last."""
        started = time.monotonic()
        changed, room = sorted(self._changed), self._room_changed
        self._changed, self._room_changed, self._timer = set(), False, None
        if self.viewers and (changed or room):
            try:
                message = message_of("delta", self.row, self._delta(changed, room=room))
                for viewer in self.viewers:
                    viewer.offer(message)
            except Exception:  # one odd seat must not silence the room
                log.exception("room=%s no delta; viewers get a snapshot", self.room)
                for viewer in self.viewers:
                    viewer.drop()
        self._flushed = time.monotonic()
        took = self._flushed - started
        self._pause = min(max(LEAST_PAUSE, _SHARE * took), MOST_PAUSE)


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


def message_of(kind: str, row: int, data: Mapping[str, Any]) -> bytes:
    """Write one server-sent event."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {kind}\nid: {row}\ndata: {text}\n\n".encode("utf-8", "replace")
