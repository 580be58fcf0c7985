"""The live stream of one seat: its whole state, at once and whenever it changed.

Counted apart from the boards' streams. What waits for a seat is never more than the
message it is reading, so one that stopped reading costs nothing and slows nobody.
"""

from __future__ import annotations

import asyncio
from typing import Any

from tornado.iostream import StreamClosedError

from hub.room.feed import RoomFeed, message_of
from hub.room.intake import SeatHandler
from hub.room.progress import SeatFacts
from hub.room.refusal import RefusalError
from hub.room.seat_state import SeatState
from hub.room.viewers import SeatViewer

KEEP_ALIVE = 10.0
"""Seconds after which a quiet stream says that it is there."""
PAUSE = 0.1
"""Seconds in which changes are gathered into one message."""
MOST_FOLLOWERS = 1_000
"""Seats that follow at once, over all rooms."""


class SeatStreamHandler(SeatHandler):
    """The stream of the seat that asks."""

    viewer: SeatViewer | None = None

    async def get(self) -> None:
        """Send the state until the seat or the service goes."""
        service, seat = self.service, self.seat.id
        if service.feeds.followers >= MOST_FOLLOWERS:
            raise RefusalError("busy", retry_after=10)
        wait = service.streams.take(seat)
        if wait:
            raise RefusalError("slow-down", retry_after=round(wait, 1))
        feed = await service.feeds.feed(self.room.id)
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("X-Accel-Buffering", "no")
        self.viewer = viewer = feed.follow(seat)
        service.streaming.add(viewer.end)
        try:
            await self._send(feed, viewer)
        except (StreamClosedError, RefusalError):
            pass
        finally:
            feed.unfollow(seat, viewer)
            service.streaming.discard(viewer.end)

    async def _send(self, feed: RoomFeed, viewer: SeatViewer) -> None:
        """Send what changed, one message after the other."""
        told: dict[str, Any] = {}
        while not viewer.ended:
            changed = await viewer.changed(KEEP_ALIVE)
            if viewer.ended:
                return
            message = b""
            if changed:
                if told:
                    await asyncio.sleep(PAUSE)
                state = self._state(feed)
                if state != told:
                    told = state
                    times = {"row": feed.row, "at": feed.view.now()}
                    message = message_of("seat", feed.row, {**state, **times})
            else:
                message = b": keep-alive\n\n"
                await self._check()
            if message:
                self.write(message)
                await self.flush()

    def _state(self, feed: RoomFeed) -> dict[str, Any]:
        """Return the seat's state as it is now."""
        labs = map(self.service.catalogue.lab, self.room.labs)
        steps = {lab.slug: lab.step_ids for lab in labs if lab}
        service, seat = self.service, self.seat.id
        last_at = feed.facts.get(seat, SeatFacts()).last_at
        erase_at = service.erasing.erase_at(service.store.seats[seat], last_at)
        return SeatState(service.store, self.room, seat, steps, erase_at).describe(feed)

    async def _check(self) -> None:
        """See from time to time that the seat is still one."""
        del self._cached_hub_user
        user = await self.hub_auth.get_user(self, sync=False)
        if not user or user["name"] != self.seat.id:
            raise RefusalError("not-logged-in")

    def on_connection_close(self) -> None:
        """Stop waiting for a seat that is gone."""
        if self.viewer:
            self.viewer.end()
