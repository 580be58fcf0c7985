"""Erasing: everything that tells of a person goes for good, and stays gone.

A room's people are erased at its erase date, the person of a practice seat some days
after they were last there, anybody when the organiser says so. Names, phrases, browsers
and what people wrote are deleted, and the fields of attempts that can quote them are
emptied; the rest of the journal holds opaque ids alone. Deleted pages are overwritten
(`secure_delete`) and the write-ahead log is truncated, so the files hold nothing of it.

The seat's server, files and Hub user are the caretaker's: it asks for the erased seats
that are not swept yet, and says when they are.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, delete, func, select, update

from hub.room import tables
from hub.room.clock import wall_ms
from hub.room.entry import ATTEMPT, ERASED
from hub.room.journal import Journal
from hub.room.reception import DAY, Reception
from hub.room.refusal import RefusalError
from hub.room.rows import run
from hub.seats import Seat, State

log = logging.getLogger(__name__)

LOOK = 600.0
"""Seconds between two looks at how long practice seats have been quiet."""


class Erasing:
    """Erases people when they are due; call `due` every second."""

    def __init__(self, journal: Journal, reception: Reception) -> None:
        self.journal = journal
        self.reception = reception
        self.store = reception.store
        self._looked = float("-inf")
        self._log_holds = True
        """The write-ahead log may hold what was erased, maybe before a restart."""

    async def due(self) -> None:
        """Erase whoever is due, and truncate the log until that worked.

        Raises:
            JournalError: the disk refused; it is tried again.
        """
        for room in list(self.store.rooms.values()):
            late = room.erase_at is not None and room.erase_at <= wall_ms()
            if late and self.store.claimed(room.id):
                await self.reception.turn(room.id, State.CLOSED)
                await self.erase(self.store.claimed(room.id), room.id)
        if time.monotonic() - self._looked > LOOK:
            self._looked = time.monotonic()
            await self.erase(await self._quiet())
        if self._log_holds:
            self._log_holds = not await self.journal.read(_truncate_log)

    async def _quiet(self) -> list[str]:
        """Return the practice seats that were last used `erase_days` ago or longer."""
        rooms = [room.id for room in self.store.rooms.values() if room.practice]
        last = await self.journal.read(partial(_last_entries, rooms))
        before = wall_ms() - self.reception.erase_days * DAY
        held = [seat for room in rooms for seat in self.store.claimed(room)]
        return [
            seat
            for seat in held
            if max(last.get(seat, 0), self.store.seats[seat].claimed_at or 0) <= before
        ]

    async def erase(self, seats: Sequence[str], room: str = "") -> None:
        """Erase the people of some seats; those erased already stay as they are.

        Args:
            seats: their ids.
            room: erase what its staff wrote to all, too.
        """
        if not seats:
            return
        reception, now = self.reception, wall_ms()
        async with self.store.lock:
            known = [self.store.seats[seat] for seat in seats]
            gone = [replace(seat, erased_at=seat.erased_at or now) for seat in known]
            entries = [
                reception.entry(seat.room, seat.id, ERASED, ERASED) for seat in gone
            ]
            self._log_holds = True

            def then() -> None:
                self.store.forget(gone)
                if room:
                    self.store.texts.forget_room(room)

            await self.journal.write(partial(_erase, seats, room, now), entries, then)
            self._log_holds = not await self.journal.read(_truncate_log)
        log.info("erased seats=%s", len(gone))

    async def erase_one(self, seat_id: str) -> None:
        """Erase the person of one seat; doing it twice changes nothing."""
        seat = self.store.seats.get(seat_id)
        if seat is None:
            raise RefusalError("not-found", "There is no such seat.")
        if seat.claimed_at is None:
            raise RefusalError("not-found", "Nobody has taken this seat.")
        if seat.erased_at is None:
            await self.erase([seat.id])

    def unswept(self) -> list[str]:
        """Return the erased seats whose server, files or Hub user may be there yet."""
        seats = self.store.seats.values()
        return [seat.id for seat in seats if seat.erased_at and not seat.swept]

    async def sweep(self, seat_id: str) -> None:
        """Keep that server, files and Hub user of an erased seat are gone.

        What the seat sent while it was being erased is emptied now.
        """
        seat = self.store.seats.get(seat_id)
        if seat is None or seat.erased_at is None:
            raise RefusalError("not-found", "There is no such erased seat.")
        if seat.swept:
            return
        await self.erase([seat.id])
        async with self.store.lock:
            swept = replace(self.store.seats[seat.id], swept=True)
            table = tables.seats
            statement = update(table).where(table.c.id == seat.id).values(swept=True)
            await self.journal.write(
                partial(run, statement),
                (),
                partial(self.store.forget, [swept]),
            )

    def erase_at(self, seat: Seat, last_at: int | None) -> int | None:
        """Return when a seat's person is due, as it stands; None when nobody knows.

        Args:
            seat: one that is held.
            last_at: when its last attempt was; it counts in practice rooms alone.
        """
        room = self.store.rooms[seat.room]
        if room.practice and seat.claimed_at:
            last = max(seat.claimed_at, last_at or 0)
            return last + self.reception.erase_days * DAY
        return room.erase_at


def _erase(seats: Sequence[str], room: str, at: int, connection: Connection) -> None:
    """Delete what is personal of some seats, and empty what may quote a person."""
    people, claims, texts = tables.participants, tables.claims, tables.texts
    journal, held = tables.journal, tables.seats
    agreed = tables.acceptances
    connection.execute(delete(agreed).where(agreed.c.seat.in_(seats)))
    connection.execute(delete(people).where(people.c.seat.in_(seats)))
    connection.execute(delete(claims).where(claims.c.seat.in_(seats)))
    connection.execute(delete(texts).where(texts.c.seat.in_(seats)))
    if room:
        connection.execute(delete(texts).where(texts.c.room == room))
    quotes = (journal.c.kind == ATTEMPT) & journal.c.seat.in_(seats)
    emptied = func.json_replace(journal.c.body, "$.hint", "", "$.notebook", "")
    connection.execute(update(journal).where(quotes).values(body=emptied))
    unknown = held.c.id.in_(seats) & held.c.erased_at.is_(None)
    connection.execute(update(held).where(unknown).values(erased_at=at))


def _truncate_log(connection: Connection) -> bool:
    """Move the write-ahead log into the database and empty it; says if it could."""
    busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
    return not busy


def _last_entries(rooms: Sequence[str], connection: Connection) -> dict[str, int]:
    """Return when each seat of some rooms was last heard of."""
    table = tables.journal
    query = select(table.c.seat, func.max(table.c.at)).where(table.c.room.in_(rooms))
    found = connection.execute(query.group_by(table.c.seat))
    return {str(seat): int(at) for seat, at in found}
