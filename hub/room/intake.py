"""Intake: how batches of a seat's outbox come in, attempts and notes alike.

Bounded in bytes, in items and in rate; what can never be kept is refused one by one,
the rest is acknowledged after the commit. The number of a refused item is kept, so
that it does not look lost.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import Counter
from tornado.web import stream_request_body

from checkers.engine import fields
from checkers.engine.attempt import MAX_SEQ, VERSION
from checkers.engine.fields import WireError
from hub.room.entry import REFUSED, Entry
from hub.room.refusal import RefusalError
from hub.room.service import Service
from hub.room.texts import Text
from hub.room.web import UserHandler, parse_object
from hub.seats import Room, Seat

BODY_CAP = 512 * 1024
"""Bytes of one request at most."""
BATCH = 100
"""Items of one request at most."""


class OddItemError(Exception):
    """One item is well formed but can never belong to this room."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True)
class Batch:
    """What a request brought: entries to keep, and what can never be kept."""

    entries: list[Entry] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    """What people wrote in them."""
    refused: list[dict[str, str]] = field(default_factory=list)
    numbers: list[Entry] = field(default_factory=list)
    """Outbox numbers of what was refused."""


Reader = Callable[[Any, Batch], None]
"""Adds one item to the batch, or raises WireError or OddItemError."""


def read_batch(items: object, key: str, read: Reader, entry: EntryMaker) -> Batch:
    """Read a request's items; what cannot be kept is refused one by one.

    Args:
        items: the request's JSON value under `key`.
        key: "attempts" or "notes".
        read: adds one item to the batch.
        entry: makes an entry of this seat and moment: kind, uid, body, age.

    Raises:
        RefusalError: `bad-request`, the request as a whole has another shape.
    """
    if not isinstance(items, list):
        raise RefusalError("bad-request", f'expected {{"v": {VERSION}, "{key}": […]}}')
    if len(items) > BATCH:
        raise RefusalError(
            "bad-request", f"expected at most {BATCH} {key}, got {len(items)}"
        )
    batch = Batch()
    for item in items:
        try:
            read(item, batch)
        except WireError as error:
            odd = OddItemError(f"bad-{key[:-1]}", str(error))
        except OddItemError as error:
            odd = error
        else:
            continue
        batch.refused.append(_refused(item, odd))
        with suppress(WireError, KeyError, TypeError, AttributeError):
            body = {"code": odd.code, **_number(item)}
            uid = f"refused:{body['epoch']}:{body['seq']}"
            batch.numbers.append(entry(REFUSED, uid, body, 0))
    return batch


EntryMaker = Callable[[str, str, dict[str, Any], int], Entry]


def _number(item: Any) -> dict[str, Any]:
    """Return epoch and number of an item that may be anything else but numbered."""
    epoch, seq = fields.uuid(item, "epoch"), fields.number(item, "seq", MAX_SEQ)
    if not seq:
        raise WireError("seq: expected at least 1, got 0")
    return {"epoch": epoch, "seq": seq}


def _refused(item: Any, odd: OddItemError) -> dict[str, str]:
    """Return one refused item; its id as far as it can be shown."""
    given = item.get("id") if isinstance(item, dict) else None
    return {
        "id": given[:64] if isinstance(given, str) else "",
        "code": odd.code,
        "message": odd.message,
    }


def check_place(service: Service, room: Room, lab: str, step: str) -> None:
    """See that a lab is the room's and the step the lab's; "" is the whole lab.

    Raises:
        OddItemError: it is not, and never will be.
    """
    if lab not in room.labs:
        expected = ", ".join(room.labs)
        raise OddItemError("unknown-lab", f"lab: expected one of {expected}; got {lab}")
    if step and not service.catalogue.has_step(lab, step):
        raise OddItemError("unknown-step", f"step: expected one of {lab}'s, got {step}")


def seat_of(service: Service, name: str) -> tuple[Seat, Room]:
    """Return the seat and room of a Hub user.

    Raises:
        RefusalError: `not-allowed`, this user is no seat.
    """
    seat = service.store.seats.get(name)
    if seat is None or seat.erased_at:
        raise RefusalError("not-allowed", "Only a seat can do this.")
    return seat, service.store.rooms[seat.room]


class SeatHandler(UserHandler):
    """A handler for a seat's bearer token; a cookie does not count."""

    async def prepare(self) -> None:
        """Find out which seat asks."""
        await self.find_seat()

    async def find_seat(self) -> None:
        """Take seat and room from the token."""
        if not self.service.auth.get_token(self, in_cookie=False):
            raise RefusalError("not-logged-in", "A seat's token is needed here.")
        await UserHandler.prepare(self)
        self.seat, self.room = seat_of(self.service, self.user["name"])


@stream_request_body
class IntakeHandler(SeatHandler):
    """One kind of item in; acknowledged after the commit."""

    key = ""
    """Where the request's items are: "attempts" or "notes"."""

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

    async def post(self, _seat: str = "") -> None:
        """Keep the items, then acknowledge them."""
        data = parse_object(b"".join(self._chunks))
        items = data.get(self.key) if data.get("v") == VERSION else None
        await self.get_ready()
        batch = read_batch(items, self.key, self.read, self.entry)
        cost = max(1, len(batch.entries) + len(batch.refused))
        wait = self.service.attempts.take(self.seat.id, cost)
        if wait:
            raise RefusalError("slow-down", retry_after=round(wait, 1))
        new = await self.keep(batch)
        fresh = sum(1 for entry in new if entry.kind != REFUSED)
        counter = self.counter()
        counter.labels("new").inc(fresh)
        counter.labels("known").inc(len(batch.entries) - fresh)
        counter.labels("refused").inc(len(batch.refused))
        acked = [entry.uid for entry in batch.entries]
        self.give({"acked": acked, "refused": batch.refused})

    def entry(self, kind: str, uid: str, body: dict[str, Any], age_ms: int) -> Entry:
        """Return an entry of this seat by the room's clock, `age_ms` ago."""
        clock = self.service.clock
        return Entry(
            room=self.seat.room,
            seat=self.seat.id,
            kind=kind,
            uid=uid,
            at=clock.now() - age_ms,
            mono=clock.mono() - age_ms,
            boot=clock.boot,
            body=body,
        )

    def check_place(self, lab: str, step: str) -> None:
        """See that lab and step are the room's."""
        check_place(self.service, self.room, lab, step)

    def counter(self) -> Counter:
        """Return what counts these items."""
        raise NotImplementedError

    async def get_ready(self) -> None:
        """Fetch what reading the items needs."""

    def read(self, item: Any, batch: Batch) -> None:
        """Add one item to the batch."""
        raise NotImplementedError

    async def keep(self, batch: Batch) -> list[Entry]:
        """Write the batch; returns the entries that were not known yet."""
        entries = [*batch.entries, *batch.numbers]
        return await self.service.journal.append(entries) if entries else []
