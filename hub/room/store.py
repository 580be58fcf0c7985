"""Store: rooms, seats, participants, claims and staff, held in memory.

Reads are look-ups in dictionaries. Every change goes through the journal first and is
taken into memory after its commit, one change at a time, so a decision never rests on
something another caller is about to change.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from hub.room import tables
from hub.room.entry import Entry
from hub.room.journal import Journal
from hub.room.rows import run
from hub.room.seal import Seal
from hub.room.terms import Accepted, Terms
from hub.room.terms import write as write_terms
from hub.room.texts import Texts
from hub.room.vouchers import Keys
from hub.room.vouchers import write as write_vouchers
from hub.seats import Participant, Room, Seat, State, display_names
from hub.staff import ROLES


class Store:
    """The small tables of one installation; change them under `lock`."""

    def __init__(self, journal: Journal, seal: Seal) -> None:
        self.lock = asyncio.Lock()
        self.rooms: dict[str, Room] = {}
        self.seats: dict[str, Seat] = {}
        self.seats_of: dict[str, list[str]] = {}
        """Seats of a room, in the order of their numbers."""
        self.people: dict[str, Participant] = {}
        self.claims: dict[tuple[str, str], str] = {}
        """(room, browser's mark) -> seat."""
        self.staff: dict[tuple[str, str], str] = {}
        """(user, room) -> role."""
        self.staff_browsers: dict[str, str] = {}
        """Browser's mark -> staff user."""
        self.keys: dict[str, tuple[str, str]] = {}
        """Staff key's mark -> (room, role)."""
        self.texts = Texts()
        self.accepted = Accepted()
        self.vouchers = Keys()
        self._journal = journal
        self._seal = seal
        self._names: dict[str, dict[str, str]] = {}

    async def load(self) -> None:
        """Read everything from the database."""
        await self._journal.read(self._load)

    def _load(self, connection: Connection) -> None:
        """Read the tables, seats in order."""
        for row in connection.execute(select(tables.rooms)):
            data = dict(row._mapping)
            data.update(labs=tuple(data["labs"]), state=State(data["state"]))
            self._know_room(Room(**data))
        order = (tables.seats.c.room, tables.seats.c.number)
        for row in connection.execute(select(tables.seats).order_by(*order)):
            self._know_seat(Seat(**row._mapping))
        for row in connection.execute(select(tables.participants)):
            self.people[row.seat] = Participant(**row._mapping)
        for row in connection.execute(select(tables.claims)):
            self.claims[row.room, row.browser_mark] = row.seat
        for row in connection.execute(select(tables.staff)):
            self.staff[row.user, row.room] = row.role
        for row in connection.execute(select(tables.staff_browsers)):
            self.staff_browsers[row.browser_mark] = row.user
        self.texts.load(connection)
        self.accepted.load(connection)
        self.vouchers.load(connection)

    def _know_room(self, room: Room) -> None:
        """Take a room into memory, and the marks of its staff's keys."""
        self.rooms[room.id] = room
        self.seats_of.setdefault(room.id, [])
        for role in () if room.practice else ROLES:
            mark = self._seal.key_mark(self._seal.key(room.id, role))
            self.keys[mark] = (room.id, role)

    def _know_seat(self, seat: Seat) -> None:
        """Take a seat into memory; the numbers of a room come in order."""
        self.seats[seat.id] = seat
        self.seats_of[seat.room].append(seat.id)

    # Look-ups -----------------------------------------------------------------------

    def room_by_code(self, code: str) -> Room | None:
        """Return the room with this join code in its one form."""
        rooms = self.rooms.values()
        return next((room for room in rooms if room.code == code), None)

    def claimed(self, room: str) -> list[str]:
        """Return the seats of a room that somebody holds, in the order of numbers."""
        seats = (self.seats[seat] for seat in self.seats_of[room])
        return [seat.id for seat in seats if seat.claimed_at and not seat.erased_at]

    def free(self, room: str) -> Seat | None:
        """Return the free seat with the lowest number."""
        seats = (self.seats[seat] for seat in self.seats_of[room])
        free = (seat for seat in seats if not seat.claimed_at and not seat.erased_at)
        return next(free, None)

    def seat_by_phrase(self, room: str, mark: str) -> Seat | None:
        """Return the seat of a room whose phrase has this mark."""
        for seat in self.claimed(room):
            if seat in self.people and self.people[seat].phrase_mark == mark:
                return self.seats[seat]
        return None

    def shown_name(self, seat: Seat) -> str:
        """Return the name to show of a seat; "" when nobody is known there."""
        names = self._names.get(seat.room)
        if names is None:
            known = (self.people.get(item) for item in self.claimed(seat.room))
            names = display_names(person for person in known if person)
            self._names[seat.room] = names
        return names.get(seat.id, "")

    def roles(self, user: str) -> dict[str, str]:
        """Return the rooms that list this user as staff, with the role in each."""
        return {room: role for (who, room), role in self.staff.items() if who == user}

    def forget(self, seats: Sequence[Seat]) -> None:
        """Let erased seats, as they are now, know nobody; see `hub.room.erasing`."""
        for seat in seats:
            self.seats[seat.id] = seat
            self.people.pop(seat.id, None)
            self._names.pop(seat.room, None)
            self.texts.forget_seat(seat.id)
            self.accepted.forget_seat(seat.id)
        gone = {seat.id for seat in seats}
        for key in [key for key, seat in self.claims.items() if seat in gone]:
            del self.claims[key]

    def staff_name(self, room: str, user: str) -> str:
        """Return what to call a user of the staff: people there have no names."""
        role = self.staff.get((user, room))
        if role is None:
            return "somebody" if user else ""
        peers = [
            who
            for (who, where), held in self.staff.items()
            if where == room and held == role
        ]
        if len(peers) == 1:
            return f"the {role}"
        return f"{role} {peers.index(user) + 1}"

    def still(self, room: str) -> Store:
        """Return a copy of what concerns one room; it never changes, for a thread."""
        still = copy.copy(self)
        seats = self.seats_of[room]
        still.rooms = {room: self.rooms[room]}
        still.seats_of = {room: list(seats)}
        still.seats = {seat: self.seats[seat] for seat in seats}
        still.people = {s: self.people[s] for s in seats if s in self.people}
        still.staff = dict(self.staff)
        still.texts = self.texts.still(room)
        still._names = {}
        return still

    # Changes ------------------------------------------------------------------------

    async def add_room(
        self,
        room: Room,
        seats: Sequence[Seat],
        keys: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Keep a new room with its seats and their keys."""
        row = {
            **asdict(room),
            "labs": list(room.labs),
            "state": room.state.value,
        }

        def work(connection: Connection) -> None:
            connection.execute(insert(tables.rooms), [row])
            if seats:
                rows = [asdict(seat) for seat in seats]
                connection.execute(insert(tables.seats), rows)
            write_vouchers(connection, keys)

        def then() -> None:
            self._know_room(room)
            for seat in seats:
                self._know_seat(seat)
            self.vouchers.take(keys)

        await self._journal.write(work, (), then)

    async def change_room(self, room: Room, entry: Entry) -> None:
        """Keep a room's new state and times."""
        table = tables.rooms
        statement = (
            update(table)
            .where(table.c.id == room.id)
            .values(
                state=room.state.value,
                opened_at=room.opened_at,
                closes_at=room.closes_at,
                erase_at=room.erase_at,
            )
        )

        def then() -> None:
            self.rooms[room.id] = room

        await self._journal.write(partial(run, statement), [entry], then)

    async def take_seat(
        self,
        seat: Seat,
        person: Participant,
        mark: str,
        entry: Entry,
        terms: Sequence[Terms] = (),
    ) -> None:
        """Keep that somebody took a free seat; `seat` has its new claimed_at.

        A seat that is not known yet, of a practice room, is added.
        """
        row = upsert(tables.seats).values(asdict(seat))
        taken = {"claimed_at": seat.claimed_at, "generation": seat.generation}
        row = row.on_conflict_do_update(index_elements=["id"], set_=taken)

        def work(connection: Connection) -> None:
            connection.execute(row)
            connection.execute(insert(tables.participants), [asdict(person)])
            connection.execute(insert(tables.claims), [_claim(seat, mark, entry.at)])
            write_terms(connection, seat.id, terms, entry.at)

        def then() -> None:
            if seat.id not in self.seats:
                self._know_seat(seat)
            self.seats[seat.id] = seat
            self.people[seat.id] = person
            self.claims[seat.room, mark] = seat.id
            self._names.pop(seat.room, None)
            self.accepted.take(seat.id, terms)

        await self._journal.write(work, [entry], then)

    async def accept(self, seat: str, terms: Sequence[Terms], at: int) -> None:
        """Keep which terms the person of a seat accepted."""
        work = partial(write_terms, seat=seat, terms=terms, at=at)
        await self._journal.write(work, (), partial(self.accepted.take, seat, terms))

    async def add_browser(self, seat: Seat, mark: str, at: int) -> None:
        """Keep that one more browser holds a seat; it lets go of another there."""
        statement = (
            upsert(tables.claims)
            .values(_claim(seat, mark, at))
            .on_conflict_do_update(
                index_elements=["room", "browser_mark"],
                set_={"seat": seat.id, "at": at},
            )
        )

        def then() -> None:
            self.claims[seat.room, mark] = seat.id

        await self._journal.write(partial(run, statement), (), then)

    async def forget_browser(self, mark: str) -> None:
        """Forget which seats a browser holds."""
        statement = delete(tables.claims).where(tables.claims.c.browser_mark == mark)

        def then() -> None:
            for key in [key for key in self.claims if key[1] == mark]:
                del self.claims[key]

        await self._journal.write(partial(run, statement), (), then)

    async def change_phrase(
        self, seat: Seat, person: Participant, entry: Entry
    ) -> None:
        """Keep that a seat has another phrase; both have it already."""
        seats, people = tables.seats, tables.participants

        def work(connection: Connection) -> None:
            connection.execute(
                update(seats)
                .where(seats.c.id == seat.id)
                .values(generation=seat.generation)
            )
            connection.execute(
                update(people)
                .where(people.c.seat == seat.id)
                .values(phrase_mark=person.phrase_mark, seen=person.seen)
            )

        def then() -> None:
            self.seats[seat.id] = seat
            self.people[seat.id] = person

        await self._journal.write(work, [entry], then)

    async def change_zone(self, seat: str, zone: str, entry: Entry) -> None:
        """Keep where the person of a seat sits."""
        table = tables.participants
        statement = update(table).where(table.c.seat == seat).values(zone=zone)

        def then() -> None:
            self.people[seat] = replace(self.people[seat], zone=zone)

        await self._journal.write(partial(run, statement), [entry], then)

    async def see_phrase(self, seat: str) -> None:
        """Keep that the phrase of a seat was shown and noted."""
        table = tables.participants
        statement = update(table).where(table.c.seat == seat).values(seen=True)

        def then() -> None:
            self.people[seat] = replace(self.people[seat], seen=True)

        await self._journal.write(partial(run, statement), (), then)

    async def add_staff(self, user: str, room: str, role: str, mark: str) -> None:
        """Keep that a user is staff of a room, and the browser it came from."""
        seen = upsert(tables.staff_browsers).values(browser_mark=mark, user=user)
        listed = upsert(tables.staff).values(user=user, room=room, role=role)
        listed = listed.on_conflict_do_update(
            index_elements=["user", "room"], set_={"role": role}
        )

        def work(connection: Connection) -> None:
            connection.execute(seen.on_conflict_do_nothing())
            connection.execute(listed)

        def then() -> None:
            self.staff_browsers[mark] = user
            self.staff[user, room] = role

        await self._journal.write(work, (), then)


def _claim(seat: Seat, mark: str, at: int) -> dict[str, Any]:
    """Return a row of claims."""
    return {"room": seat.room, "browser_mark": mark, "seat": seat.id, "at": at}
