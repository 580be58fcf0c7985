"""What the staff may read beside the live stream, observers included.

Some seats of a large room, one seat's timeline, and the room as it was before.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from hub.room import timeline
from hub.room.discreet import WATCHES, mute_text, without_words
from hub.room.entry import Entry
from hub.room.feed import RoomFeed
from hub.room.refusal import RefusalError
from hub.room.replay import MOST_FRAMES
from hub.room.rows import entries_at
from hub.room.search import Label, between, search
from hub.room.web import UserHandler

_NUMBER = re.compile(r"[0-9]{1,15}")


class WatchHandler(UserHandler):
    """A handler for whoever may watch a room."""

    watches: bool
    """The user does nothing else, and reads nobody's words."""

    def check_watcher(self, room: str) -> None:
        """See that the user may watch this room and is not too quick.

        Raises:
            RefusalError: `not-allowed`, `slow-down`.
        """
        self.watches = self.service.role(self.user, room) == WATCHES
        wait = self.service.actions.take(self.user["name"])
        if wait:
            raise RefusalError("slow-down", retry_after=round(wait, 1))

    def number(self, key: str) -> int | None:
        """Return a whole number of the address; None when it is not there.

        Raises:
            RefusalError: `bad-request`.
        """
        typed = self.get_query_argument(key, "")
        if not typed:
            return None
        if not _NUMBER.fullmatch(typed):
            raise RefusalError("bad-request", f"{key}: expected a whole number")
        return int(typed)


class SeatsHandler(WatchHandler):
    """Some seats of a room."""

    async def get(self, room: str) -> None:
        """Answer with those that a name, numbers or an id mean."""
        self.check_watcher(room)
        feed = await self.service.feeds.feed(room)
        found = [feed.seat(seat) for seat in self._meant(room, feed)]
        told = {"seats": [seat for seat in found if seat]}
        self.give(without_words(told) if self.watches else told)

    def _meant(self, room: str, feed: RoomFeed) -> list[str]:
        """Return the seats that the address means."""
        one = self.get_query_argument("seat", "")
        if one:
            return [one] if one in self.service.store.claimed(room) else []
        first, last = self.number("from"), self.number("to")
        labels = [self._label(seat) for seat in feed.seats()]
        if first is not None:
            return between(labels, first, first if last is None else last)
        return search(labels, self.get_query_argument("q", ""))

    def _label(self, seat: str) -> Label:
        """Return what people call a seat."""
        store = self.service.store
        person, found = store.people.get(seat), store.seats[seat]
        zone = person.zone if person else ""
        return Label(seat, found.number, store.shown_name(found), zone)


class TimelineHandler(WatchHandler):
    """What happened at one seat."""

    async def get(self, room: str, seat: str) -> None:
        """Answer with its newest entries, oldest first; words to the staff alone."""
        self.check_watcher(room)
        store = self.service.store
        if seat not in store.claimed(room):
            raise RefusalError("not-found", "Nobody sits there in this room.")
        read = partial(
            entries_at, seat=seat, kinds=timeline.KINDS, most=timeline.MOST_ENTRIES
        )
        entries: list[Entry] = await self.service.journal.read(read)

        def words(ask: str) -> str:
            return "" if self.watches else store.texts.of(seat, ask) or ""

        told = timeline.told(entries, words, partial(store.staff_name, room))
        self.give({"seat": seat, "entries": told})


class ReplayHandler(WatchHandler):
    """The room as it was."""

    async def get(self, room: str) -> None:
        """Answer with the slider, with a snapshot, or with what changed in between."""
        self.check_watcher(room)
        replays = self.service.replays
        at, after, until = map(self.number, ("at", "after", "until"))
        if at is not None:
            self._finish(await replays.at(room, at))
        elif after is not None and until is not None:
            frames = self.number("frames") or 1
            if frames > MOST_FRAMES or until <= after:
                raise RefusalError(
                    "bad-request",
                    f"expected until after `after`, and frames up to {MOST_FRAMES}",
                )
            self._finish(await replays.frames(room, after, until, frames))
        else:
            overview: dict[str, Any] = await replays.overview(room)
            self.give(overview)

    def _finish(self, text: str) -> None:
        """Answer with JSON that is written already."""
        text = mute_text(text) if self.watches else text
        self.finish(text.encode("utf-8", "replace"))
