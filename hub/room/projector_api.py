"""The projector's link and its stream: read-only, for a while, without a login.

A link carries its own right: room and end, sealed. It cannot be taken back before its
end, so it says counts only. What waits for a screen is never more than one message,
and one that stopped reading is hung up on.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler

from checkers.engine import fields
from checkers.engine.fields import WireError
from hub.room.board import STATIC, keep_little, page_headers
from hub.room.feed import RoomFeed, message_of
from hub.room.refusal import RefusalError
from hub.room.seal import Pass
from hub.room.staff_api import StaffHandler
from hub.room.viewers import SeatViewer
from hub.room.web import JsonHandler, bearer

HOUR = 3_600_000
LONGEST = 24
"""Hours that a link lasts at most."""
MOST_SCREENS = 20
"""Projectors that show one room at once."""
PAUSE = 0.25
"""Seconds between two messages at least."""
KEEP_ALIVE = 1.0
"""Seconds after which a quiet stream says that it is there."""
PATIENCE = 10.0
"""Seconds that a screen has to take a message."""


class ProjectorHandler(StaffHandler):
    """A link for the screen on the wall."""

    async def post(self, room: str) -> None:
        """Make one that lasts some hours."""
        self.check_presenter(room)
        hours = self.read(_hours)
        expires_at = self.service.clock.now() + hours * HOUR
        ticket = Pass(room, expires_at, secrets.token_urlsafe(9))
        token = self.service.reception.seal.projector(ticket)
        url = f"{self.service.view.public_url}/services/room/projector#{token}"
        self.give({"url": url, "expires_at": expires_at})


class ProjectorPageHandler(RequestHandler):
    """The screen's page: a shell without data, for anybody."""

    def set_default_headers(self) -> None:
        """Keep the page to itself, and its address out of referrers."""
        page_headers(self)
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")

    def get(self) -> None:
        """Show it."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish((STATIC / "projector.html").read_bytes())


class ProjectorStreamHandler(JsonHandler):
    """The screen's stream: its whole state, at once and whenever it changed."""

    viewer: SeatViewer | None = None

    async def get(self) -> None:
        """Send the state until the link, the screen or the service ends."""
        service = self.service
        ticket = self._ticket()
        wait = service.streams.take(ticket)
        if wait:
            raise RefusalError("slow-down", retry_after=round(wait, 1))
        feed = await service.feeds.feed(ticket.room)
        if len(feed.onlookers) >= MOST_SCREENS:
            raise RefusalError("busy", retry_after=10)
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("X-Accel-Buffering", "no")
        self.viewer = viewer = feed.look_on()
        service.streaming.add(viewer.end)
        keep_little(self)
        try:
            await self._send(feed, viewer, ticket)
        except (StreamClosedError, TimeoutError):
            pass
        finally:
            feed.look_away(viewer)
            service.streaming.discard(viewer.end)
            self._hang_up()

    def _ticket(self) -> Pass:
        """Return what the link says, if it holds.

        Raises:
            RefusalError: `not-logged-in`, it is another's, over, or none.
        """
        ticket = self.service.reception.seal.passed(bearer(self))
        known = ticket is not None and ticket.room in self.service.store.rooms
        if ticket is None or not known or ticket.expires_at <= self._now():
            raise RefusalError("not-logged-in", "This projector link has ended.")
        return ticket

    async def _send(self, feed: RoomFeed, viewer: SeatViewer, ticket: Pass) -> None:
        """Send what changed, one message after the other."""
        told: dict[str, Any] = {}
        while not viewer.ended and self._now() < ticket.expires_at:
            changed = await viewer.changed(KEEP_ALIVE)
            state, message = self.service.walls.state(feed), b": keep-alive\n\n"
            if state != told:
                told = state
                times = {"at": self._now(), "expires_at": ticket.expires_at}
                message = message_of("projector", feed.row, {**state, **times})
            self.write(message)
            await asyncio.wait_for(self.flush(), PATIENCE)
            await asyncio.sleep(PAUSE if changed else 0)

    def _now(self) -> int:
        """Return the room's time."""
        return self.service.clock.now()

    def _hang_up(self) -> None:
        """End the connection, whatever it still holds for a screen that is gone."""
        with suppress(AttributeError):
            self.request.connection.stream.close()  # type: ignore[union-attr]

    def on_connection_close(self) -> None:
        """Stop waiting for a screen that is gone."""
        if self.viewer:
            self.viewer.end()


def _hours(data: dict[str, Any]) -> int:
    """Read for how many hours the link lasts."""
    fields.uuid(data, "id")
    hours = fields.number(data, "hours", LONGEST)
    if not hours:
        raise WireError(f"hours: expected 1 to {LONGEST}, got 0")
    return hours
