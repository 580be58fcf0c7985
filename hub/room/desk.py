"""The desk: the loopback API for the hub's door and spawner and for the CLI.

Whoever has the desk's token decides about seats and rooms, so it listens on loopback
only. What it answers to claims is shown to people as it is.
"""

from __future__ import annotations

from typing import Any

from checkers.engine import fields
from checkers.engine.attempt import MAX_AGE_MS
from checkers.engine.fields import WireError
from hub.room.api import MetricsHandler
from hub.room.clock import wall_ms
from hub.room.reception import DAY, Place
from hub.room.refusal import RefusalError
from hub.room.vouchers import expiring, fits, read_lists
from hub.room.web import JsonHandler, check_desk_token
from hub.seats import Room, State
from hub.staff import ROLES
from hub.strings import noted

ORGANISER = "organiser"
"""Who acts at the desk, as the journal says it."""
_TERMS_FIRST = noted(
    "This lab has terms that you have not accepted yet. "
    "Please come in by the join page once more."
)
_FIELD = 20_000
"""Characters of a text field at most."""


class DeskHandler(JsonHandler):
    """A handler for whoever has the desk's token."""

    def prepare(self) -> None:
        """Refuse everybody else."""
        super().prepare()
        check_desk_token(self)
        self.reception = self.service.reception
        self.store = self.service.store

    def texts(self, *keys: str) -> list[str]:
        """Return string fields of the body."""
        body = self.body()
        return [_text(body, key) for key in keys]

    def age_ms(self) -> int:
        """Return how long ago something of a rehearsal happened; absent is now."""
        try:
            body = self.body() if self.request.body else {}
            return fields.number(body, "age_ms", MAX_AGE_MS)
        except WireError as error:
            raise RefusalError("bad-request", str(error)) from None

    def accepted(self) -> list[str]:
        """Return the versions of terms that somebody accepts; absent is none."""
        value = self.body().get("accepted", [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise RefusalError("bad-request", "accepted: expected a list of versions")
        return value

    def give_place(self, place: Place) -> None:
        """Answer with where somebody sits."""
        room = self.store.rooms[place.seat.room]
        self.give(
            {
                "room": room.id,
                "title": room.title,
                "seat": place.seat.id,
                "number": place.seat.number,
                "name": place.person.name,
                "phrase": place.phrase,
                "code": room.code,
                "practice": room.practice,
                "language": room.language,
                "new": place.new,
                "terms": [
                    terms.title
                    for terms in self.reception.missing_terms(room, place.seat.id)
                ],
            }
        )

    def describe(self, room: Room) -> dict[str, Any]:
        """Describe a room for its organiser, staff keys included; practice has none."""
        roles = () if room.practice else ROLES
        keys = {f"{role}_key": self.reception.key(room.id, role) for role in roles}
        return {
            **self.service.view.room(room.id),
            "labs": list(room.labs),
            "image": room.image,
            "interface": room.interface,
            "egress": room.egress,
            "created_at": room.created_at,
            **keys,
        }

    def room(self, room: str) -> Room:
        """Return a room by its id."""
        if room not in self.store.rooms:
            raise RefusalError("not-found", "There is no such room.")
        return self.store.rooms[room]


class ClaimsHandler(DeskHandler):
    """Somebody at the door with code and name."""

    async def post(self) -> None:
        """Give a seat, or the one this browser holds."""
        code, name, browser = self.texts("code", "name", "browser")
        zone = _text({"zone": "", **self.body()}, "zone")
        self.give_place(
            await self.reception.claim(
                code, name, browser, zone, self.age_ms(), self.accepted()
            )
        )


class ClaimHandler(DeskHandler):
    """Where somebody sits who is logged in already."""

    def get(self, seat: str) -> None:
        """Answer as the claim did; the phrase until it was noted."""
        self.give_place(self.reception.place_of(seat))


class SeenHandler(DeskHandler):
    """The phrase was shown and noted."""

    async def post(self, seat: str) -> None:
        """Show it no more."""
        await self.reception.note(seat)
        self.give({})


class TermsHandler(DeskHandler):
    """Somebody who sits already accepts terms that are new."""

    async def post(self, seat: str) -> None:
        """Keep that; doing it twice changes nothing."""
        await self.reception.accept(seat, self.accepted())
        self.give({})


class ReturnsHandler(DeskHandler):
    """Somebody at the door with code and phrase."""

    async def post(self) -> None:
        """Take them to their seat."""
        code, phrase, browser = self.texts("code", "phrase", "browser")
        self.give_place(
            await self.reception.come_back(code, phrase, browser, self.accepted())
        )


class DoorHandler(DeskHandler):
    """What the door says to a browser."""

    def get(self) -> None:
        """Answer with the room and with the seat that the browser holds there."""
        code = self.get_query_argument("code", "")[:100]
        browser = self.get_query_argument("browser", "")[:_FIELD]
        if code.strip():
            room: Room | None = self.reception.room_of(code, browser)
        else:
            room = self._only_open() or self.reception.room_held(browser)
        seat = self.reception.held(room.id, browser) if room else None
        held = seat.id if seat else ""
        terms = self.reception.missing_terms(room, held) if room else []
        shown = bool(code.strip()) or seat is not None
        self.give(
            {
                "room": self._room(room, shown) if room else None,
                "practice": bool(self.service.practice.settings.practice_labs),
                "terms": [one.shown() for one in terms],
                "seat": {
                    "seat": seat.id,
                    "number": seat.number,
                    "name": self.store.people[seat.id].name,
                    "seen": self.store.people[seat.id].seen,
                }
                if seat
                else None,
            }
        )

    def _only_open(self) -> Room | None:
        """Return the room if exactly one is open."""
        rooms = [
            room
            for room in self.store.rooms.values()
            if room.state is State.OPEN and not room.practice
        ]
        return rooms[0] if len(rooms) == 1 else None

    def _room(self, room: Room, shown: bool) -> dict[str, Any]:
        """Describe a room at its door; its code only to who knows it.

        Practice has no clock.
        """
        timed = room.state is not State.CLOSED and not room.practice
        return {
            "id": room.id,
            "title": room.title,
            "host": room.host,
            "state": room.state.value,
            "code": room.code if shown else None,
            "practice": room.practice,
            "language": room.language,
            "opened_at": room.opened_at if timed else None,
            "closes_at": room.closes_at if timed else None,
            "erase_at": room.erase_at,
        }


class ForgetHandler(DeskHandler):
    """Somebody who is not who this browser was."""

    async def post(self) -> None:
        """Let the browser forget its seats."""
        await self.reception.forget(*self.texts("browser"))
        self.give({})


class StaffHandler(DeskHandler):
    """Somebody at the door with a staff key."""

    async def post(self) -> None:
        """Make them staff of the key's room."""
        user, roles = await self.reception.enrol(*self.texts("key", "browser"))
        role = min(roles.values(), key=ROLES.index)
        self.give({"user": user, "role": role, "rooms": list(roles)})


class SeatHandler(DeskHandler):
    """The spawner's question: what runs at this seat."""

    def get(self, seat_id: str) -> None:
        """Answer with labs, image, interface and egress."""
        seat = self.store.seats.get(seat_id)
        if seat is None or seat.erased_at:
            raise RefusalError("not-found", "There is no such seat.")
        room = self.store.rooms[seat.room]
        if seat.claimed_at and self.reception.missing_terms(room, seat.id):
            raise RefusalError("terms", _TERMS_FIRST)
        self.give(
            {
                "seat": seat.id,
                "room": room.id,
                "number": seat.number,
                "vouchers": self._vouchers(seat.id),
                "labs": list(room.labs),
                "image": room.image,
                "interface": room.interface,
                "egress": room.egress,
                "language": room.language,
                "practice": room.practice,
                "room_state": room.state.value,
            }
        )

    def _vouchers(self, seat: str) -> dict[str, str]:
        """Return the seat's keys by the variables that hold them."""
        found = {}
        for slug, key in self.store.vouchers.of(seat).items():
            lab = self.service.catalogue.lab(slug)
            if lab and lab.vouchers and fits(lab.vouchers.variable):
                found[lab.vouchers.variable] = key
        return found


class RoomsHandler(DeskHandler):
    """All rooms of this installation."""

    def get(self) -> None:
        """List them, the oldest first."""
        rooms = sorted(self.store.rooms.values(), key=lambda room: room.created_at)
        self.give({"rooms": [self.describe(room) for room in rooms]})

    async def post(self) -> None:
        """Make one."""
        body = self.body()
        labs = body.get("labs")
        if not isinstance(labs, list) or not all(isinstance(lab, str) for lab in labs):
            raise RefusalError("bad-room", "labs: expected a list of labs")
        code = body.get("code")
        closes_at = _number(body, "closes_at", None)
        room, dealt = await self.reception.make_room(
            title=_text(body, "title"),
            host=_text(body, "host"),
            labs=labs,
            capacity=_number(body, "capacity", 20) or 0,
            closes_at=closes_at,
            code=_text(body, "code") if code is not None else None,
            language=_text({"language": "", **body}, "language"),
            rehearsal=body.get("rehearsal") is True,
            keys=read_lists(body.get("vouchers", {})),
        )
        until = closes_at or wall_ms() + DAY
        self.give({**self.describe(room), "expiring": expiring(dealt, until)})


class RoomHandler(DeskHandler):
    """One room."""

    async def get(self, room_id: str) -> None:
        """Answer with the room, its seats, and its progress."""
        room = self.room(room_id)
        feed = await self.service.feeds.feed(room.id)
        seats = [self.store.seats[seat] for seat in self.store.seats_of[room.id]]
        self.give(
            {
                **self.describe(room),
                "seats": [
                    {
                        "seat": seat.id,
                        "number": seat.number,
                        "claimed_at": seat.claimed_at,
                        "erased_at": seat.erased_at,
                        "name": self.store.shown_name(seat),
                    }
                    for seat in seats
                ],
                "progress": feed.snapshot(),
            }
        )


class TurnHandler(DeskHandler):
    """Opening and closing a room."""

    async def post(self, room_id: str, turn: str) -> None:
        """Open or close it."""
        state = State.OPEN if turn == "open" else State.CLOSED
        room = await self.reception.turn(room_id, state, self.age_ms())
        self.give(self.describe(room))


class DeskMetricsHandler(MetricsHandler):
    """The same numbers on loopback."""


def _text(body: dict[str, Any], key: str) -> str:
    """Return a string field."""
    value = body.get(key)
    if not isinstance(value, str):
        raise RefusalError("bad-request", f"{key}: expected a string")
    return value[:_FIELD]


def _number(body: dict[str, Any], key: str, default: int | None) -> int | None:
    """Return a whole number; absent or null is the default."""
    value = body.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int):
        raise RefusalError("bad-room", f"{key}: expected a whole number")
    return value
