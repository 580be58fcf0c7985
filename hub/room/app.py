"""The room service put together: parts, routes, start and stop."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from hub.engine import lack
from hub.room import (
    api,
    board,
    care,
    desk,
    help_api,
    intake,
    keys_api,
    messages_api,
    notes,
    pace_api,
    phrases,
    projector_api,
    rehearsal,
    releases,
    seat_stream,
    seats_api,
    watch_api,
)
from hub.room.auth import room_auth
from hub.room.catalogue import Catalogue
from hub.room.clock import Clock
from hub.room.erasing import Erasing
from hub.room.feed import Feeds
from hub.room.journal import Journal, JournalError
from hub.room.limits import Buckets
from hub.room.metrics import Metrics
from hub.room.practice import Practice
from hub.room.reception import Reception
from hub.room.replay import Replays
from hub.room.rows import last_time
from hub.room.seal import Seal
from hub.room.service import PREFIX, Service
from hub.room.staff_api import StaffHandler
from hub.room.store import Store
from hub.room.stuck import Rules
from hub.room.view import StoreView
from hub.room.walls import Walls
from hub.room.web import NobodyHandler
from hub.secrets import read_secret
from hub.settings import Settings
from hub.versions import Versions

log = logging.getLogger(__name__)

TICK = 1.0
"""Seconds between two looks at what is due."""
FAREWELL = 5.0
"""Seconds that open requests get when the service stops."""
_ROOM = "(r[a-z0-9]{10})"
_SLUG = "([a-z0-9][a-z0-9_-]{0,63})"
_UUID = "([0-9a-f-]{36})"
_TURN = "(claim|release|answer)"
_SEAT = "([sp][a-z0-9]{10})"
_LAB = "([a-z][a-z0-9_]{0,63})"
_STEP = "([a-z0-9][a-z0-9-]{0,63})"


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the service listens and finds the hub."""

    address: str
    port: int
    desk_port: int
    hub_url: str
    public_url: str


def public_routes(service: Service) -> list[tuple[Any, ...]]:
    """Return the routes of the public side."""
    parts = {"service": service}
    return [
        (f"{PREFIX}api/attempts", api.AttemptsHandler, parts),
        (f"{PREFIX}api/notes", notes.NotesHandler, parts),
        (f"{PREFIX}api/seat/progress", api.SeatProgressHandler, parts),
        (f"{PREFIX}api/seat/labs/{_LAB}/before/{_STEP}", releases.BeforeHandler, parts),
        (f"{PREFIX}api/seat/labs/{_LAB}/released", releases.ReleasedHandler, parts),
        (f"{PREFIX}api/seat/stream", seat_stream.SeatStreamHandler, parts),
        (f"{PREFIX}api/rooms", api.RoomsHandler, parts),
        *watch_routes(parts),
        *staff_routes(parts),
        (f"{PREFIX}health", api.HealthHandler, parts),
        (f"{PREFIX}metrics", api.MetricsHandler, parts),
        (f"{PREFIX}openapi.json", api.OpenApiHandler, parts),
        (f"{PREFIX}oauth_callback", board.CallbackHandler, parts),
        (f"{PREFIX}static/(.*)", board.FileHandler, {"path": str(board.STATIC)}),
        (f"{PREFIX}look/(.*)", board.FileHandler, {"path": str(board.LOOK)}),
        (f"{PREFIX}api/projector/stream", projector_api.ProjectorStreamHandler, parts),
        (f"{PREFIX}projector", projector_api.ProjectorPageHandler),
        (PREFIX, board.PageHandler, {**parts, "page": "rooms.html"}),
        (
            f"{PREFIX}progress",
            board.PageHandler,
            {**parts, "page": "progress.html"},
        ),
        (f"{PREFIX}{_ROOM}", board.PageHandler, {**parts, "page": "board.html"}),
    ]


def watch_routes(parts: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return the routes of what staff and observers read in a room."""
    room = f"{PREFIX}api/rooms/{_ROOM}"
    return [
        (f"{room}/progress", api.ProgressHandler, parts),
        (f"{room}/stream", board.StreamHandler, parts),
        (f"{room}/seats", watch_api.SeatsHandler, parts),
        (f"{room}/seats/{_SEAT}/timeline", watch_api.TimelineHandler, parts),
        (f"{room}/replay", watch_api.ReplayHandler, parts),
    ]


def staff_routes(parts: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return the routes of what staff do in a room."""
    room = f"{PREFIX}api/rooms/{_ROOM}"
    seat = f"{room}/seats/{_SEAT}"
    handlers: dict[str, type[StaffHandler]] = {
        f"{room}/messages": messages_api.MessagesHandler,
        f"{room}/messages/{_UUID}/withdraw": messages_api.WithdrawHandler,
        f"{room}/gates": pace_api.GatesHandler,
        f"{room}/hints": pace_api.HintsHandler,
        f"{room}/hints/send": help_api.SendHintsHandler,
        f"{room}/countdown": pace_api.CountdownHandler,
        f"{room}/goal": pace_api.GoalHandler,
        f"{room}/start": pace_api.StartHandler,
        f"{room}/offers": pace_api.OffersHandler,
        f"{room}/asks/{_UUID}/{_TURN}": help_api.AskHandler,
        f"{room}/asks/{_UUID}/same": help_api.SameHandler,
        f"{room}/projector": projector_api.ProjectorHandler,
        f"{room}/keys": keys_api.KeysHandler,
        f"{seat}/phrase": phrases.PhraseHandler,
        f"{seat}/zone": seats_api.ZoneHandler,
        f"{seat}/visit": seats_api.VisitHandler,
        f"{seat}/shared/{_SLUG}/{_SLUG}": help_api.SharedHandler,
    }
    return [(path, handler, parts) for path, handler in handlers.items()]


def desk_routes(service: Service) -> list[tuple[Any, ...]]:
    """Return the routes of the desk."""
    parts = {"service": service}
    return [
        ("/desk/claims", desk.ClaimsHandler, parts),
        (f"/desk/claims/{_SEAT}", desk.ClaimHandler, parts),
        (f"/desk/claims/{_SEAT}/seen", desk.SeenHandler, parts),
        (f"/desk/claims/{_SEAT}/terms", desk.TermsHandler, parts),
        ("/desk/returns", desk.ReturnsHandler, parts),
        ("/desk/door", desk.DoorHandler, parts),
        ("/desk/forget", desk.ForgetHandler, parts),
        ("/desk/staff", desk.StaffHandler, parts),
        ("/desk/practice", care.PracticeHandler, parts),
        ("/desk/care", care.CareHandler, parts),
        (f"/desk/seats/{_SEAT}/swept", care.SweptHandler, parts),
        (f"/desk/seats/{_SEAT}/erase", care.EraseHandler, parts),
        (f"/desk/seats/{_SEAT}/export", care.ExportHandler, parts),
        (f"/desk/seats/{_SEAT}", desk.SeatHandler, parts),
        (f"/desk/seats/{_SEAT}/phrase", phrases.DeskPhraseHandler, parts),
        ("/desk/rooms", desk.RoomsHandler, parts),
        (f"/desk/rooms/{_ROOM}", desk.RoomHandler, parts),
        (f"/desk/rooms/{_ROOM}/(open|close)", desk.TurnHandler, parts),
        (
            f"/desk/rehearsals/{_SEAT}/attempts",
            rehearsal.PlayedAttemptsHandler,
            parts,
        ),
        (f"/desk/rehearsals/{_SEAT}/notes", rehearsal.PlayedNotesHandler, parts),
        ("/desk/health", api.HealthHandler, parts),
        ("/desk/offers", releases.OffersHandler, parts),
        ("/desk/metrics", desk.DeskMetricsHandler, parts),
    ]


class RoomApp:
    """One running room service."""

    def __init__(self, settings: Settings, place: Listening) -> None:
        self.settings = settings
        self.place = place
        self.journal = Journal(settings.room_dir)
        self._servers: list[HTTPServer] = []
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the journal, read the small tables, listen.

        Raises:
            OSError: a port is taken; FileNotFoundError: a secret is missing.
            JournalError: a second writer, or a disk that refuses.
        """
        secrets = {
            name: read_secret(self.settings.secrets_dir, name)
            for name in ("room", "desk", "seal")
        }
        here = self.place
        public = bind_sockets(here.port, here.address)
        loopback = bind_sockets(here.desk_port, "127.0.0.1")
        self.journal.open()
        self.service = await self._service(secrets)
        cookie = hmac.digest(bytes.fromhex(secrets["room"]), b"cookie", hashlib.sha256)
        common: dict[str, Any] = {
            "default_handler_class": NobodyHandler,
            "default_handler_args": {"service": self.service},
            "log_function": log_request,
        }
        self._listen(
            Application(public_routes(self.service), cookie_secret=cookie, **common),
            public,
        )
        self._listen(Application(desk_routes(self.service), **common), loopback)
        self._ticking = asyncio.create_task(self._tick())
        log.info("room service at http://%s:%s%s", here.address, here.port, PREFIX)

    def _listen(self, app: Application, sockets: Any) -> None:
        """Serve an application on sockets that are bound already."""
        server = HTTPServer(
            app,
            xheaders=True,
            max_body_size=2 * intake.BODY_CAP,
            max_header_size=32 * 1024,
            idle_connection_timeout=300,
            body_timeout=60,
        )
        server.add_sockets(sockets)
        self._servers.append(server)

    async def _service(self, secrets: dict[str, str]) -> Service:
        """Put the parts together."""
        journal, place = self.journal, self.place
        seal = Seal(bytes.fromhex(secrets["seal"]))
        store = Store(journal, seal)
        await store.load()
        clock = Clock.start(await journal.read(last_time))
        catalogue = Catalogue(self.settings.labs_dir)
        versions = Versions(self.settings.versions_dir)
        view = StoreView(
            store,
            catalogue,
            clock,
            place.public_url,
            versions,
            rules_of(self.settings),
            subdomains=bool(self.settings.subdomains),
        )
        feeds = Feeds(journal, view)
        metrics = Metrics()
        metrics.watch("airlift_viewers", "Open boards", lambda: feeds.viewers)
        metrics.watch(
            "airlift_viewers_queued",
            "Deltas that wait for boards",
            lambda: feeds.queued,
        )
        metrics.watch(
            "airlift_viewers_behind",
            "Boards that do not keep up and get a snapshot next",
            lambda: feeds.behind,
        )
        metrics.watch("airlift_screens", "Open projectors", lambda: feeds.screens)
        metrics.watch("airlift_followers", "Seats that follow", lambda: feeds.followers)
        metrics.watch(
            "airlift_seats_claimed",
            "Seats that somebody holds",
            lambda: len(store.people),
        )
        journal.on_rows = feeds.publish
        journal.on_commit = metrics.committed
        reception = Reception(
            store,
            seal,
            clock,
            catalogue,
            self.settings.erase_days,
            practice_seats=self.settings.practice_seats,
            lack=partial(lack, self.settings),
        )
        return Service(
            auth=room_auth(place.hub_url, PREFIX, secrets["room"]),
            journal=journal,
            store=store,
            clock=clock,
            catalogue=catalogue,
            reception=reception,
            practice=Practice(reception, self.settings),
            erasing=Erasing(journal, reception),
            feeds=feeds,
            view=view,
            metrics=metrics,
            desk_token=secrets["desk"],
            attempts=Buckets(rate=20, burst=300, clock=time.monotonic),
            actions=Buckets(rate=5, burst=60, clock=time.monotonic),
            streams=Buckets(rate=2, burst=30, clock=time.monotonic),
            files=Buckets(rate=0.5, burst=20, clock=time.monotonic),
            versions=versions,
            replays=Replays(journal, view),
            walls=Walls(view),
            settings=self.settings,
        )

    async def _tick(self) -> None:
        """Look every second at what is due: rooms to close, people to erase, a disk."""
        while True:
            await asyncio.sleep(TICK)
            try:
                if self.journal.failing:
                    await self.journal.probe()
                await self.service.reception.close_due()
                await self.service.erasing.due()
            except JournalError as error:
                log.warning("not yet: %s", error)

    async def stop(self) -> None:
        """Take no new requests, finish what is open, write everything, close."""
        if self._ticking:
            self._ticking.cancel()
        for server in self._servers:
            server.stop()
        if hasattr(self, "service"):
            self.service.stopping = True
            for end in list(self.service.streaming):
                end()
        await self.journal.settle(FAREWELL)
        for server in self._servers:
            try:
                await asyncio.wait_for(server.close_all_connections(), FAREWELL)
            except TimeoutError:
                log.warning("some connections did not end in %s s", FAREWELL)
        await self.journal.close()
        log.info("room service stopped")


def rules_of(settings: Settings) -> Rules:
    """Return where being stuck begins, as the organiser set it."""
    return Rules(
        same=settings.stuck_same,
        failures=settings.stuck_failures,
        minutes=settings.stuck_minutes,
        away=settings.away_minutes,
    )


def log_request(handler: RequestHandler) -> None:
    """Log one request by its path alone: queries may name browsers."""
    status = handler.get_status()
    level = logging.WARNING if status >= 500 else logging.DEBUG
    took = 1000 * handler.request.request_time()
    log.log(
        level,
        "%s %s status=%s ms=%.1f",
        handler.request.method,
        handler.request.path,
        status,
        took,
    )
