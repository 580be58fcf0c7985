"""Care: the desk's calls about practice, idle seats, erasing and one person's data."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from hub.room import tables
from hub.room.desk import DeskHandler
from hub.room.refusal import RefusalError
from hub.seats import Room, Seat, State


class PracticeHandler(DeskHandler):
    """The labs that anybody may start, and the seats a browser holds."""

    def get(self) -> None:
        """Answer with both."""
        browser = self.get_query_argument("browser", "")[:1000]
        self.give(self.service.practice.shelf(browser))

    async def post(self) -> None:
        """Give a seat for one lab, or the one that this browser holds there."""
        lab, name, browser = self.texts("lab", "name", "browser")
        start = self.service.practice.start
        self.give_place(await start(lab, name, browser, self.accepted()))


class CareHandler(DeskHandler):
    """What the caretaker asks each minute."""

    def get(self) -> None:
        """Answer with the seats that may be stopped, and those to be taken away."""
        rooms = self.store.rooms.values()
        quiet = [room.id for room in rooms if may_stop(room)]
        self.give(
            {
                "practice": [
                    seat for room in quiet for seat in self.store.claimed(room)
                ],
                "erased": self.service.erasing.unswept(),
            }
        )


class SweptHandler(DeskHandler):
    """Server, files and Hub user of an erased seat are gone."""

    async def post(self, seat: str) -> None:
        """Keep that; doing it twice changes nothing."""
        await self.service.erasing.sweep(seat)
        self.give({})


class EraseHandler(DeskHandler):
    """Everything about the person of one seat."""

    async def post(self, seat: str) -> None:
        """Erase it; doing it twice changes nothing."""
        await self.service.erasing.erase_one(seat)
        self.give({"seat": seat, "swept": self.store.seats[seat].swept})


class ExportHandler(DeskHandler):
    """Everything the room knows about the person of one seat."""

    async def get(self, seat_id: str) -> None:
        """Answer with participant, journal, texts and accepted terms."""
        seat = self.store.seats.get(seat_id)
        if seat is None or seat.id not in self.store.people:
            raise RefusalError("not-found", "Nobody is known at this seat.")
        room = self.store.rooms[seat.room]
        found = await self.service.journal.read(partial(_rows_of, seat.id))
        self.give({"participant": self._participant(seat, room), **found})

    def _participant(self, seat: Seat, room: Room) -> dict[str, Any]:
        """Describe the person and where they sat."""
        return {
            "seat": seat.id,
            "name": self.store.people[seat.id].name,
            "zone": self.store.people[seat.id].zone,
            "number": seat.number,
            "claimed_at": seat.claimed_at,
            "room": room.id,
            "room_title": room.title,
            "labs": list(room.labs),
        }


def may_stop(room: Room) -> bool:
    """Say whether idle seats of a room may be stopped: never in an open room."""
    return room.practice or room.state is State.CLOSED


def _rows_of(seat: str, connection: Connection) -> dict[str, Any]:
    """Read what the journal and the texts hold of one seat, in order."""
    journal, texts, agreed = tables.journal, tables.texts, tables.acceptances
    terms = connection.execute(select(agreed).where(agreed.c.seat == seat))
    rows = connection.execute(
        select(journal).where(journal.c.seat == seat).order_by(journal.c.id)
    )
    said = connection.execute(
        select(texts).where(texts.c.seat == seat).order_by(texts.c.at)
    )
    return {
        "journal": [dict(row._mapping) for row in rows],
        "texts": [dict(row._mapping) for row in said],
        "terms": [dict(row._mapping) for row in terms],
    }
