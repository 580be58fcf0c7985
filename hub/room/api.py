"""The public API: what seats send and what staff ask for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tornado.web import stream_request_body

from checkers.engine.attempt import VERSION, Attempt
from checkers.engine.fields import WireError
from hub.room.clock import Clock
from hub.room.entry import ATTEMPT, Entry
from hub.room.progress import SeatFacts
from hub.room.refusal import RefusalError
from hub.room.service import Service
from hub.room.web import JsonHandler, UserHandler, check_desk_token, parse_object
from hub.seats import Room, Seat

BODY_CAP = 512 * 1024
"""Bytes of one request at most."""
BATCH = 100
"""Attempts of one request at most."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a request brought: entries to keep, and what can never be kept."""

    entries: list[Entry]
    refused: list[dict[str, str]]


def seat_of(service: Service, name: str) -> tuple[Seat, Room]:
    """Return the seat and room of a Hub user.

    Raises:
        RefusalError: `not-allowed`, this user is no seat.
    """
    seat = service.store.seats.get(name)
    if seat is None:
        raise RefusalError("not-allowed", "Only a seat can do this.")
    return seat, service.store.rooms[seat.room]


def read_batch(data: dict[str, Any], seat: Seat, room: Room, service: Service) -> Batch:
    """Read a request's attempts; what is no attempt is refused one by one.

    Raises:
        RefusalError: `bad-request`, the request as a whole has another shape.
    """
    attempts = data.get("attempts")
    if data.get("v") != VERSION or not isinstance(attempts, list):
        raise RefusalError(
            "bad-request", f'expected {{"v": {VERSION}, "attempts": […]}}'
        )
    if len(attempts) > BATCH:
        raise RefusalError(
            "bad-request", f"expected at most {BATCH} attempts, got {len(attempts)}"
        )
    batch = Batch([], [])
    for item in attempts:
        try:
            attempt = Attempt.from_json(item)
        except WireError as error:
            batch.refused.append(_refused(item, "bad-attempt", str(error)))
            continue
        problem = _problem(attempt, room, service)
        if problem:
            batch.refused.append(_refused(item, *problem))
        else:
            batch.entries.append(entry_of(attempt, seat, service.clock))
    return batch


def _problem(attempt: Attempt, room: Room, service: Service) -> tuple[str, str] | None:
    """Say why a well-formed attempt can never belong to this room."""
    if attempt.lab not in room.labs:
        expected = ", ".join(room.labs)
        return "unknown-lab", f"lab: expected one of {expected}; got {attempt.lab}"
    if not service.catalogue.has_step(attempt.lab, attempt.step):
        return (
            "unknown-step",
            f"step: expected one of {attempt.lab}'s, got {attempt.step}",
        )
    return None


def _refused(item: Any, code: str, message: str) -> dict[str, str]:
    """Return one refused attempt; its id as far as it can be shown."""
    given = item.get("id") if isinstance(item, dict) else None
    return {
        "id": given[:64] if isinstance(given, str) else "",
        "code": code,
        "message": message,
    }


def entry_of(attempt: Attempt, seat: Seat, clock: Clock) -> Entry:
    """Return an attempt as the journal keeps it: by the room's clock, at this seat."""
    return Entry(
        room=seat.room,
        seat=seat.id,
        kind=ATTEMPT,
        uid=attempt.id,
        at=clock.now() - attempt.age_ms,
        mono=clock.mono() - attempt.age_ms,
        boot=clock.boot,
        body={
            "lab": attempt.lab,
            "lab_version": attempt.lab_version,
            "notebook": attempt.notebook,
            "step": attempt.step,
            "trigger": attempt.trigger.value,
            "outcome": attempt.outcome.value,
            "reason": attempt.reason,
            "hint": attempt.hint,
            "ms": attempt.ms,
            "epoch": attempt.epoch,
            "seq": attempt.seq,
        },
    )


class SeatHandler(UserHandler):
    """A handler for a seat's bearer token; a cookie does not count."""

    async def prepare(self) -> None:
        """Find out which seat asks."""
        if not self.service.auth.get_token(self, in_cookie=False):
            raise RefusalError("not-logged-in", "A seat's token is needed here.")
        await super().prepare()
        self.seat, self.room = seat_of(self.service, self.user["name"])


@stream_request_body
class AttemptsHandler(SeatHandler):
    """Attempts in; acknowledged after the commit."""

    async def prepare(self) -> None:
        """Refuse before the body is read whatever can be refused by then."""
        self._chunks: list[bytes] = []
        self._size = 0
        length = self.request.headers.get("Content-Length", "0")
        if length.isdecimal() and int(length) > BODY_CAP:
            raise RefusalError("too-large", f"expected at most {BODY_CAP} bytes")
        await super().prepare()

    def data_received(self, chunk: bytes) -> None:
        """Collect the body up to its cap."""
        self._size += len(chunk)
        if self._size > BODY_CAP:
            raise RefusalError("too-large", f"expected at most {BODY_CAP} bytes")
        self._chunks.append(chunk)

    async def post(self) -> None:
        """Keep the attempts, then acknowledge them."""
        service = self.service
        batch = read_batch(
            parse_object(b"".join(self._chunks)), self.seat, self.room, service
        )
        cost = max(1, len(batch.entries) + len(batch.refused))
        wait = service.attempts.take(self.seat.id, cost)
        if wait:
            raise RefusalError("slow-down", retry_after=round(wait, 1))
        new = await service.journal.append(batch.entries) if batch.entries else []
        metrics = service.metrics
        metrics.new.inc(len(new))
        metrics.known.inc(len(batch.entries) - len(new))
        metrics.refused.inc(len(batch.refused))
        self.give(
            {
                "acked": [entry.uid for entry in batch.entries],
                "refused": batch.refused,
            }
        )


class SeatProgressHandler(SeatHandler):
    """A seat's own facts, and nobody else's."""

    async def get(self) -> None:
        """Answer with the seat's facts."""
        feed = await self.service.feeds.feed(self.room.id)
        view, facts = feed.view, feed.facts.get(self.seat.id, SeatFacts())
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
                },
                "labs": view.labs(self.room.id),
                "seat": view.seat(self.seat.id, facts),
            }
        )


class RoomsHandler(UserHandler):
    """The rooms that list somebody as staff."""

    async def get(self) -> None:
        """Answer with the rooms, the newest first."""
        auth, store = self.service.auth, self.service.store
        if not auth.allowed(self.user, "custom:room:helper"):
            raise RefusalError("not-allowed")
        mine = store.roles(self.user["name"])
        rooms = [
            store.rooms[room]
            for room, role in mine.items()
            if auth.allowed(self.user, f"custom:room:{role}")
        ]
        rooms.sort(key=lambda room: room.created_at, reverse=True)
        self.give(
            {
                "rooms": [
                    {
                        "id": room.id,
                        "title": room.title,
                        "host": room.host,
                        "state": room.state.value,
                    }
                    for room in rooms
                ]
            }
        )


class ProgressHandler(UserHandler):
    """The whole room, once."""

    async def get(self, room: str) -> None:
        """Answer with the snapshot."""
        self.service.role(self.user, room)
        feed = await self.service.feeds.feed(room)
        self.give(feed.snapshot())


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
