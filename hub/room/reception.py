"""The reception: what the desk can do, in terms of rooms, seats and people.

Each call decides by the pure rules of `hub.seats` and keeps the outcome in the store.
Guesses of codes, phrases and keys are slowed per browser and per code; never per
address, since a whole venue shares one.

Errors:
    RefusalError: with the sentence for the person who asked.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hub.room.catalogue import Catalogue
from hub.room.clock import Clock, wall_ms
from hub.room.entry import CLAIMED, ROOM, Entry
from hub.room.guesses import Guesses
from hub.room.refusal import RefusalError
from hub.room.seal import Seal
from hub.room.store import Store
from hub.room.terms import Terms, agree, check_terms, terms_of
from hub.room.vouchers import Dealt, deal, rows
from hub.room.wanted import capacity_of, language_of, title_of
from hub.seats import (
    ZONE_LENGTH,
    Claim,
    Decision,
    Participant,
    Room,
    Seat,
    State,
    clean_code,
    clean_key,
    clean_name,
    clean_phrase,
    decide,
    fresh_code,
    fresh_id,
)
from hub.staff import ROLES

DAY = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody sits after a claim; `phrase` is None once it was noted."""

    seat: Seat
    person: Participant
    phrase: str | None
    new: bool


class Reception:
    """Takes people to their seats and keeps the rooms."""

    def __init__(
        self,
        store: Store,
        seal: Seal,
        clock: Clock,
        catalogue: Catalogue,
        erase_days: int,
        guesses: Guesses | None = None,
        practice_seats: int = 50,
        lack: Callable[[str, str], str] = lambda _lab, _image: "",
    ) -> None:
        self.store = store
        self.seal = seal
        self.clock = clock
        self.catalogue = catalogue
        self.erase_days = erase_days
        self.guesses = guesses or Guesses()
        self.practice_seats = practice_seats
        self.lack = lack
        """Says why seats of a lab and its image cannot be started; "" when they can."""

    # People -------------------------------------------------------------------------

    def room_of(self, code: str, browser: str) -> Room:
        """Return the room that a typed code names."""
        known = self.store.room_by_code(clean_code(code))
        mark = self.seal.browser_mark(browser)
        if known and (known.id, mark) in self.store.claims:
            return known
        self.guesses.check(mark)
        if known is None:
            self.guesses.wrong(mark)
            raise RefusalError("wrong-code")
        return known

    async def claim(
        self,
        code: str,
        name: str,
        browser: str,
        zone: str = "",
        age_ms: int = 0,
        accepted: Sequence[str] = (),
    ) -> Place:
        """Give a free seat to a browser, or the one that it holds already.

        In a rehearsal, somebody may have come `age_ms` ago.
        """
        mark = self.seal.browser_mark(browser)
        async with self.store.lock:
            room, name = self.room_of(code, browser), clean_name(name)
            held, free = self.held(room.id, browser), self.free(room)
            decision = decide(
                Claim(room.state, held is not None, bool(name), free is not None)
            )
            if held and decision is Decision.KEEP:
                await self._accept(held, accepted)
                return self.place(held)
            if free is None or decision is not Decision.TAKE:
                raise RefusalError(decision.value)
            came = self.clock.now() - (age_ms if room.rehearsal else 0)
            person = Participant(
                free.id, name, phrase_mark="", zone=clean_name(zone, ZONE_LENGTH)
            )
            terms = agree(self.missing_terms(room), accepted)
            return await self._take(free, person, mark, came, terms)

    def missing_terms(self, room: Room, seat: str = "") -> list[Terms]:
        """Return the terms of a room's labs that somebody has yet to accept.

        Args:
            room: in a rehearsal people are played, and accept nothing.
            seat: of the person; "" is somebody new.

        Raises:
            RefusalError: `lab-away`: nobody can say what somebody new has to accept.
        """
        if room.rehearsal:
            return []
        if not seat and self.catalogue.unread(room.labs):
            raise RefusalError("lab-away", retry_after=10)
        labs = (self.catalogue.lab(slug) for slug in room.labs)
        return self.store.accepted.missing(seat, terms_of(lab for lab in labs if lab))

    async def _accept(self, seat: Seat, accepted: Sequence[str]) -> None:
        """Keep what the person of a seat accepts now, if anything is open.

        Raises:
            RefusalError: `terms`, when something stays open.
        """
        missing = self.missing_terms(self.store.rooms[seat.room], seat.id)
        if missing:
            terms = agree(missing, accepted)
            await self.store.accept(seat.id, terms, self.clock.now())

    async def accept(self, seat_id: str, accepted: Sequence[str]) -> None:
        """Keep which terms the person of a claimed seat accepts."""
        async with self.store.lock:
            await self._accept(self.place_of(seat_id).seat, accepted)

    def free(self, room: Room) -> Seat | None:
        """Return a free seat; a practice room gets one more as long as it may."""
        found = self.store.free(room.id)
        few = len(self.store.claimed(room.id)) < self.practice_seats
        if found or not (room.practice and few):
            return found
        number = 1 + max(
            (self.store.seats[seat].number for seat in self.store.seats_of[room.id]),
            default=0,
        )
        return Seat(fresh_id("s"), room.id, number)

    async def _take(
        self,
        free: Seat,
        person: Participant,
        mark: str,
        came: int,
        terms: Sequence[Terms],
    ) -> Place:
        """Give a free seat to a new participant, who gets a phrase."""
        generation = free.generation
        while True:  # two seats of a room never share a phrase
            words = self.seal.phrase(free.id, generation)
            phrase_mark = self.seal.phrase_mark(free.room, words)
            if self.store.seat_by_phrase(free.room, phrase_mark) is None:
                break
            generation += 1
        seat = replace(free, claimed_at=came, generation=generation)
        person = replace(person, phrase_mark=phrase_mark)
        entry = self.entry(seat.room, seat.id, CLAIMED, "claimed")
        entry = replace(entry, at=came, body={"number": seat.number})
        await self.store.take_seat(seat, person, mark, entry, terms)
        return Place(seat, person, words, new=True)

    async def come_back(
        self, code: str, phrase: str, browser: str, accepted: Sequence[str] = ()
    ) -> Place:
        """Take a browser to the seat that a return phrase names."""
        mark = self.seal.browser_mark(browser)
        async with self.store.lock:
            room = self.room_of(code, browser)
            self.guesses.check(mark, room.code)
            words = clean_phrase(phrase)
            seat = self.store.seat_by_phrase(
                room.id, self.seal.phrase_mark(room.id, words)
            )
            if seat is None:
                self.guesses.wrong(mark, room.code)
                raise RefusalError("wrong-phrase")
            await self._accept(seat, accepted)
            await self.store.add_browser(seat, mark, self.clock.now())
            return replace(self.place(seat), phrase=None)

    def held(self, room: str, browser: str) -> Seat | None:
        """Return the seat of a room that a browser holds."""
        seat = self.store.claims.get((room, self.seal.browser_mark(browser)))
        return self.store.seats[seat] if seat else None

    def room_held(self, browser: str) -> Room | None:
        """Return the newest room in which a browser holds a seat."""
        mark = self.seal.browser_mark(browser)
        rooms = [
            self.store.rooms[room] for room, other in self.store.claims if other == mark
        ]
        return max(rooms, key=lambda room: room.created_at, default=None)

    def place(self, seat: Seat) -> Place:
        """Return the place of a claimed seat, its phrase until it was noted."""
        person = self.store.people[seat.id]
        words = None if person.seen else self.seal.phrase(seat.id, seat.generation)
        return Place(seat, person, words, new=False)

    def place_of(self, seat_id: str) -> Place:
        """Return the place of a claimed seat by its id."""
        seat = self.store.seats.get(seat_id)
        if seat is None or seat.id not in self.store.people:
            raise RefusalError("not-found")
        return self.place(seat)

    async def note(self, seat_id: str) -> None:
        """Keep that a phrase was noted: it is not shown again."""
        async with self.store.lock:
            place = self.place_of(seat_id)
            await self._accept(place.seat, ())
            if not place.person.seen:
                await self.store.see_phrase(seat_id)

    async def forget(self, browser: str) -> None:
        """Let a browser forget its seats; the seats stay their participants'."""
        async with self.store.lock:
            await self.store.forget_browser(self.seal.browser_mark(browser))

    async def enrol(self, key: str, browser: str) -> tuple[str, dict[str, str]]:
        """Make a browser's owner staff; returns the user and its role in each room."""
        mark, cleaned = self.seal.browser_mark(browser), clean_key(key)
        async with self.store.lock:
            self.guesses.check(mark)
            known = self.store.keys.get(self.seal.key_mark(cleaned))
            if known is None:
                self.guesses.wrong(mark)
                raise RefusalError("wrong-key")
            room, role = known
            user = self.store.staff_browsers.get(mark) or fresh_id("p")
            held = self.store.staff.get((user, room))
            if held is None or ROLES.index(role) < ROLES.index(held):
                await self.store.add_staff(user, room, role, mark)
            return user, self.store.roles(user)

    # Rooms --------------------------------------------------------------------------

    async def make_room(
        self,
        title: str,
        host: str,
        labs: list[str],
        capacity: int,
        closes_at: int | None,
        code: str | None,
        language: str = "",
        *,
        rehearsal: bool = False,
        keys: Dealt | None = None,
    ) -> tuple[Room, Dealt]:
        """Make a room with all its seats; it opens later.

        Returns it with the keys that its seats got.
        """
        traits = self.catalogue.traits(labs)
        why = "" if rehearsal else self.lack(labs[0], traits["image"])
        if why:
            raise RefusalError("no-image", why)
        room = Room(
            id=fresh_id("r"),
            title=title_of("title", title),
            host=title_of("host", host),
            labs=tuple(dict.fromkeys(labs)),
            **traits,
            capacity=capacity_of(capacity),
            code="",
            created_at=wall_ms(),
            closes_at=closes_at,
            language=language_of(language),
            rehearsal=rehearsal,
        )
        seats = [
            Seat(fresh_id("s"), room.id, number) for number in range(1, capacity + 1)
        ]
        found = [lab for slug in room.labs if (lab := self.catalogue.lab(slug))]
        check_terms(found)
        async with self.store.lock:
            room = replace(room, code=self._code(code))
            known = self.store.vouchers
            giving = [] if rehearsal else found
            dealt = deal(giving, keys or {}, capacity, known, wall_ms())
            await self.store.add_room(room, seats, rows(dealt, seats))
        return room, dealt

    def _code(self, wanted: str | None) -> str:
        """Return a code that no other room has."""
        if wanted:
            code = clean_code(wanted)
            if not code:
                raise RefusalError(
                    "bad-room", f"code: expected one like KUPA-37, got {wanted[:20]!r}"
                )
            if self.store.room_by_code(code):
                raise RefusalError(
                    "bad-room", f"code: {code} is another room's already"
                )
            return code
        return self.fresh_code()

    def fresh_code(self) -> str:
        """Return a random code that no other room has."""
        while self.store.room_by_code(code := fresh_code()):
            pass
        return code

    async def turn(self, room_id: str, state: State, age_ms: int = 0) -> Room:
        """Open or close a room; doing it twice changes nothing.

        A rehearsal may have opened `age_ms` ago.
        """
        async with self.store.lock:
            room = self.store.rooms.get(room_id)
            if room is None:
                raise RefusalError("not-found")
            if room.state is state:
                return room
            age_ms = age_ms if room.rehearsal else 0
            now = wall_ms() - age_ms
            if state is State.OPEN:
                opened = room.opened_at or now
                overdue = room.closes_at is not None and room.closes_at <= now
                room = replace(
                    room,
                    opened_at=opened,
                    erase_at=opened + self.erase_days * DAY,
                    closes_at=None if overdue else room.closes_at,
                )
            room = replace(room, state=state)
            entry = self.entry(room.id, "", ROOM, f"{room.id}:{secrets.token_hex(8)}")
            at, body = entry.at - age_ms, {"state": state.value}
            await self.store.change_room(room, replace(entry, at=at, body=body))
            return room

    async def close_due(self) -> None:
        """Close the rooms whose closing time has come."""
        now = wall_ms()
        for room in list(self.store.rooms.values()):
            due = room.closes_at is not None and room.closes_at <= now
            if due and room.state is State.OPEN:
                await self.turn(room.id, State.CLOSED)

    def key(self, room: str, role: str) -> str:
        """Return the staff key of a room."""
        return self.seal.key(room, role)

    def entry(self, room: str, seat: str, kind: str, uid: str) -> Entry:
        """Return an entry of this moment."""
        clock = self.clock
        return Entry(room, seat, kind, uid, clock.now(), clock.mono(), clock.boot)
