"""Practice: labs that anybody may start alone, each in a standing room of its own.

Such a room has no presenter, no clock and no erase date; it is made when somebody first
asks for the lab, and gets seats one by one. Beside the labs, people see the seats that
their browser holds in any room.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hub.catalog import Lab
from hub.room.catalogue import Catalogue
from hub.room.clock import wall_ms
from hub.room.entry import ROOM
from hub.room.reception import Place, Reception
from hub.room.refusal import RefusalError
from hub.room.terms import Terms, terms_of
from hub.seats import Participant, Room, Seat, State, fresh_id
from hub.settings import Settings
from hub.strings import noted

_NOT_HERE = noted("This lab cannot be started here.")
HOST = "Practice"
"""What a practice room says where others name who invites."""


class Practice:
    """The practice side of the reception."""

    def __init__(self, reception: Reception, settings: Settings) -> None:
        self.reception = reception
        self.store = reception.store
        self.catalogue: Catalogue = reception.catalogue
        self.settings = settings

    def labs(self) -> list[Lab]:
        """Return the labs that anybody may start and that have an image here.

        One that gives each seat a key is for rooms alone: keys are dealt there.
        """
        return [
            lab
            for lab in self.catalogue.all()
            if self.settings.practises(lab.slug)
            and not lab.vouchers
            and not self.reception.lack(lab.slug, lab.seat_image)
        ]

    async def start(
        self, slug: str, name: str, browser: str, accepted: Sequence[str] = ()
    ) -> Place:
        """Give a seat for a lab, or the one that this browser holds there.

        An empty name is the one that this browser's owner gave somewhere else.

        Raises:
            RefusalError: unknown-lab, bad-name, terms, room-full or room-closed.
        """
        lab = next((lab for lab in self.labs() if lab.slug == slug), None)
        if lab is None:
            raise RefusalError("unknown-lab", _NOT_HERE)
        known = self._known_as(browser)
        async with self.store.lock:
            room = self._room_for(lab) or await self._make(lab)
        name = name if name.strip() or known is None else known.name
        return await self.reception.claim(room.code, name, browser, accepted=accepted)

    def _room_for(self, lab: Lab) -> Room | None:
        """Return the practice room of a lab as it is now."""
        traits = (lab.seat_image, lab.interface, lab.egress)
        for room in self.store.rooms.values():
            fits = (room.image, room.interface, room.egress) == traits
            if room.practice and room.labs == (lab.slug,) and fits:
                return room
        return None

    async def _make(self, lab: Lab) -> Room:
        """Make and open the practice room of a lab; under the store's lock."""
        reception, now = self.reception, wall_ms()
        room = Room(
            id=fresh_id("r"),
            title=lab.title,
            host=HOST,
            labs=(lab.slug,),
            image=lab.seat_image,
            interface=lab.interface,
            egress=lab.egress,
            capacity=self.settings.practice_seats,
            code=reception.fresh_code(),
            created_at=now,
            opened_at=now,
            practice=True,
        )
        await self.store.add_room(room, [])
        opened = replace(room, state=State.OPEN)
        entry = reception.entry(room.id, "", ROOM, f"{room.id}:opened")
        await self.store.change_room(
            opened, replace(entry, body={"state": opened.state.value})
        )
        return opened

    def shelf(self, browser: str) -> dict[str, Any]:
        """Describe what a browser can start and where it can go on.

        `known` says that a name is on record, so that none needs to be asked for. A lab
        whose terms cannot be read is left out.
        """
        held = self._held(browser)
        at = {seat.room: seat for seat in held}
        terms = self._terms()
        labs = [lab for lab in self.labs() if lab.slug in terms]
        rooms = {lab.slug: self._room_for(lab) for lab in labs}
        own = [
            seat
            for seat in held
            if seat.room not in {room.id for room in rooms.values() if room}
        ]
        return {
            "known": bool(held),
            "labs": [
                {
                    **describe(lab),
                    "room": self._go_on(rooms[lab.slug], at),
                    "terms": [one.shown() for one in terms[lab.slug]],
                }
                for lab in labs
            ],
            "mine": [self._mine(seat) for seat in own],
        }

    def _terms(self) -> dict[str, list[Terms]]:
        """Return the terms of each lab; one where they cannot be read is left out."""
        found = {}
        for lab in self.labs():
            with suppress(RefusalError):
                found[lab.slug] = terms_of([lab])
        return found

    def _go_on(self, room: Room | None, at: dict[str, Seat]) -> dict[str, Any] | None:
        """Return the seat that the browser holds in a lab's practice room."""
        seat = at.get(room.id) if room else None
        return self._mine(seat) if seat else None

    def _mine(self, seat: Seat) -> dict[str, Any]:
        """Describe a seat to the browser that holds it."""
        room = self.store.rooms[seat.room]
        labs = (self.catalogue.lab(slug) for slug in room.labs)
        return {
            "code": room.code,
            "title": room.title,
            "host": room.host,
            "state": room.state.value,
            "practice": room.practice,
            "number": seat.number,
            "labs": [describe(lab) for lab in labs if lab],
        }

    def _held(self, browser: str) -> list[Seat]:
        """Return the seats that a browser holds, the newest room first."""
        mark = self.reception.seal.browser_mark(browser)
        seats = [
            self.store.seats[seat]
            for (_, other), seat in self.store.claims.items()
            if other == mark and seat in self.store.people
        ]
        made = {room.id: room.created_at for room in self.store.rooms.values()}
        return sorted(seats, key=lambda seat: made[seat.room], reverse=True)

    def _known_as(self, browser: str) -> Participant | None:
        """Return who sits where this browser was last."""
        held = self._held(browser)
        return self.store.people[held[0].id] if held else None


def describe(lab: Lab) -> dict[str, Any]:
    """Describe a lab on its card."""
    return {
        "slug": lab.slug,
        "title": lab.title,
        "summary": lab.summary,
        "minutes": lab.minutes,
        "level": lab.level,
        "license": lab.license,
        "version": lab.version,
        "language": lab.language,
    }
