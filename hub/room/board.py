"""The board's side of the service: pages, their files, and the live stream."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler, StaticFileHandler

from hub.room.discreet import WATCHES, mute_message
from hub.room.refusal import RefusalError
from hub.room.service import Service
from hub.room.viewers import Viewer
from hub.room.web import UserHandler, refusal

STATIC = Path(__file__).parent / "static"
LOOK = Path(__file__).parent.parent / "look"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
KEEP_ALIVE = 1.0
"""Seconds after which a quiet stream says that it is there. Short, since the proxy
holds a viewer's connection open when this service dies: silence is the only sign."""
MOST_VIEWERS = 500
"""Streams open at once, over all rooms."""
SEND_BUFFER = 128 * 1024
"""Bytes that the system keeps for one viewer at most; by itself it takes megabytes for
one that does not read."""
_ROW = re.compile(r"[0-9]{1,18}")


def page_headers(handler: RequestHandler) -> None:
    """Set what keeps a page to itself."""
    handler.set_header("Content-Security-Policy", CSP)
    handler.set_header("X-Content-Type-Options", "nosniff")
    handler.set_header("Referrer-Policy", "same-origin")


class PageHandler(HubOAuthenticated, RequestHandler):
    """A page for people: a static shell without data; its script asks the API."""

    def initialize(self, service: Service, page: str) -> None:
        """Take the service's parts and the page's file."""
        self.service = service
        self.hub_auth = service.auth
        self.page = page

    def set_default_headers(self) -> None:
        """Keep the page to itself, and never in a cache."""
        page_headers(self)
        self.set_header("Cache-Control", "no-store")

    async def prepare(self) -> None:
        """Find out who asks; send strangers to log in."""
        user = await self.hub_auth.get_user(self, sync=False)
        if not user:
            self.redirect(self.get_login_url())
            return
        self.current_user = user

    def get(self, _room: str = "") -> None:
        """Show the page, and give the browser the token its script sends along."""
        self.xsrf_token  # noqa: B018 - sets the cookie
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish((STATIC / self.page).read_bytes())

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer a refusal with its own status."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        super().send_error(refusal(error, status_code).status, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say in one sentence what is wrong."""
        error = refusal((kwargs.get("exc_info") or (None, None))[1], status_code)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(error.message)


class CallbackHandler(HubOAuthCallbackHandler):
    """The end of JupyterHub's OAuth, with our look-ups."""

    def initialize(self, service: Service) -> None:
        """Take the service's parts."""
        self.hub_auth = service.auth

    async def prepare(self) -> None:
        """Find out who is logged in already, without blocking."""
        self.current_user = await self.hub_auth.get_user(self, sync=False)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say in one sentence what to do."""
        del kwargs
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(
            f"Logging in did not work ({status_code}). Please go back and retry."
        )


class FileHandler(StaticFileHandler):
    """Files of our pages."""

    def set_extra_headers(self, path: str) -> None:
        """Let browsers keep a file as long as it does not change."""
        del path
        page_headers(self)
        self.set_header("Cache-Control", "no-cache")


def keep_little(handler: RequestHandler) -> None:
    """Let the system keep little of a stream, so that it is felt who does not read."""
    connection: Any = handler.request.connection
    if connection is not None and connection.stream.socket is not None:
        connection.stream.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER
        )


class StreamHandler(UserHandler):
    """The live stream of one room: a snapshot, then deltas."""

    viewer: Viewer | None = None

    async def get(self, room: str) -> None:
        """Send events until the viewer or the service goes."""
        service = self.service
        role = service.role(self.user, room)
        if service.feeds.viewers >= MOST_VIEWERS:
            raise RefusalError("busy", retry_after=10)
        wait = service.streams.take(self.user["name"])
        if wait:
            raise RefusalError("slow-down", retry_after=round(wait, 1))
        feed = await service.feeds.feed(room)
        await feed.get_ready()
        last = self.request.headers.get("Last-Event-ID", "")
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("X-Accel-Buffering", "no")
        self.viewer = viewer = feed.watch(int(last) if _ROW.fullmatch(last) else None)
        service.streaming.add(viewer.end)
        keep_little(self)
        try:
            while not viewer.ended:
                message = await viewer.next(KEEP_ALIVE)
                if not message and not viewer.ended:
                    role = await self._check(room)
                if role == WATCHES:
                    message = mute_message(message)
                self.write(message or b": keep-alive\n\n")
                await self.flush()
        except (StreamClosedError, RefusalError):
            pass
        finally:
            feed.leave(viewer)
            service.streaming.discard(viewer.end)

    async def _check(self, room: str) -> str:
        """See from time to time that the viewer may still watch; returns the role."""
        del self._cached_hub_user
        user = await self.hub_auth.get_user(self, sync=False)
        if not user:
            raise RefusalError("not-logged-in")
        return self.service.role(user, room)

    def on_connection_close(self) -> None:
        """Stop waiting for a viewer who is gone."""
        if self.viewer:
            self.viewer.end()
