"""The public API: what seats send and what staff ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prometheus_client import Counter

from checkers.engine.attempt import Attempt
from hub.room.discreet import WATCHES, without_words
from hub.room.entry import ATTEMPT
from hub.room.intake import Batch, IntakeHandler, seat_of
from hub.room.picture import Status
from hub.room.progress import SeatFacts
from hub.room.refusal import RefusalError
from hub.room.web import JsonHandler, UserHandler, check_desk_token
from hub.staff import ROLES, scope


class AttemptsHandler(IntakeHandler):
    """Attempts in; acknowledged after the commit."""

    key = "attempts"

    def counter(self) -> Counter:
        """Return what counts attempts."""
        return self.service.metrics.attempts

    def read(self, item: Any, batch: Batch) -> None:
        """Add one attempt as the journal keeps it."""
        attempt = Attempt.from_json(item)
        self.check_place(attempt.lab, attempt.step)
        body = attempt.to_json()
        for key in ("v", "id", "age_ms"):
            del body[key]
        batch.entries.append(self.entry(ATTEMPT, attempt.id, body, attempt.age_ms))


class SeatProgressHandler(UserHandler):
    """A seat's own facts, and nobody else's; for the seat and for its person's page."""

    async def prepare(self) -> None:
        """Find out which seat asks, by its token or its person's login."""
        await super().prepare()
        self.seat, self.room = seat_of(self.service, self.user["name"])

    async def get(self) -> None:
        """Answer with the seat's facts; a step that passed is provisional so far."""
        feed = await self.service.feeds.feed(self.room.id)
        view, facts = self.service.view, feed.facts.get(self.seat.id, SeatFacts())
        status = Status(position=feed.position(self.seat.id))
        seat = view.seat(self.seat.id, facts, status)
        for step in seat["steps"].values() if seat else ():
            step["verified"] = False
        self.give(
            {
                "v": 1,
                "row": facts.row,
                "at": view.now(),
                "room": {
                    "id": self.room.id,
                    "title": self.room.title,
                    "host": self.room.host,
                    "state": self.room.state.value,
                    "language": self.room.language,
                    "interface": self.room.interface,
                    "practice": self.room.practice,
                    "erase_at": self.service.erasing.erase_at(self.seat, facts.last_at),
                },
                "labs": view.outlines(self.room.id),
                "seat": seat,
            }
        )


class RoomsHandler(UserHandler):
    """The rooms that list somebody as staff."""

    async def get(self) -> None:
        """Answer with the rooms, the newest first."""
        auth, store = self.service.auth, self.service.store
        if not any(auth.allowed(self.user, scope(role)) for role in ROLES):
            raise RefusalError("not-allowed")
        mine = store.roles(self.user["name"])
        rooms = [
            store.rooms[room]
            for room, role in mine.items()
            if auth.allowed(self.user, scope(role))
        ]
        rooms.sort(key=lambda room: room.created_at, reverse=True)
        self.give(
            {
                "user": self.user["name"],
                "rooms": [
                    {
                        "id": room.id,
                        "role": mine[room.id],
                        "title": room.title,
                        "host": room.host,
                        "state": room.state.value,
                    }
                    for room in rooms
                ],
            }
        )


class ProgressHandler(UserHandler):
    """The whole room, once."""

    async def get(self, room: str) -> None:
        """Answer with the snapshot."""
        role = self.service.role(self.user, room)
        feed = await self.service.feeds.feed(room)
        await feed.get_ready()
        board = feed.snapshot()
        self.give(without_words(board) if role == WATCHES else board)


class HealthHandler(JsonHandler):
    """Whether the room can do its work."""

    def prepare(self) -> None:
        """Answer while stopping, too."""

    def get(self) -> None:
        """Answer 200, or 503 with what is wrong."""
        problem = "stopping" if self.service.stopping else ""
        if self.service.journal.failing:
            problem = "cannot-save"
        if problem:
            raise RefusalError(problem)
        self.give({"status": "ok"})


class MetricsHandler(JsonHandler):
    """Numbers for Prometheus, for whoever has the desk's token."""

    def get(self) -> None:
        """Answer in Prometheus' text format."""
        check_desk_token(self)
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.finish(self.service.metrics.text())


class OpenApiHandler(JsonHandler):
    """The description of this API."""

    def get(self) -> None:
        """Answer with openapi.json."""
        self.finish((Path(__file__).parent / "openapi.json").read_bytes())
