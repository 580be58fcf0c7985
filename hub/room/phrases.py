"""Phrases: another return phrase for a seat whose person lost the first one.

The old phrase ends with it; browsers that hold the seat go on. Whoever asks again with
the same id is told the same phrase.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial

from hub.room.desk import ORGANISER, DeskHandler
from hub.room.entry import PHRASE
from hub.room.refusal import RefusalError
from hub.room.rows import entry_of
from hub.room.service import Service
from hub.room.staff_api import StaffHandler


async def new_phrase(service: Service, seat_id: str, by: str, uid: str) -> str:
    """Give a seat another phrase, once for each `uid`.

    Raises:
        RefusalError: `not-found`, nobody sits there, or the phrase of this `uid` was
            replaced since.
    """
    reception, store = service.reception, service.store
    async with store.lock:
        place = reception.place_of(seat_id)
        seat, seal = place.seat, reception.seal
        done = await service.journal.read(partial(entry_of, seat=seat_id, uid=uid))
        if done is not None:
            if done.body.get("generation") != seat.generation:
                raise RefusalError("not-found", "This phrase was replaced since.")
            return seal.phrase(seat.id, seat.generation)
        generation = seat.generation + 1
        while True:  # two seats of a room never share a phrase
            words = seal.phrase(seat.id, generation)
            mark = seal.phrase_mark(seat.room, words)
            if store.seat_by_phrase(seat.room, mark) is None:
                break
            generation += 1
        entry = reception.entry(seat.room, seat.id, PHRASE, uid)
        entry = replace(entry, body={"by": by, "generation": generation})
        person = replace(place.person, phrase_mark=mark, seen=False)
        await store.change_phrase(replace(seat, generation=generation), person, entry)
        return words


class PhraseHandler(StaffHandler):
    """Somebody at the lectern who lost the phrase."""

    async def post(self, room: str, seat: str) -> None:
        """Answer with another one."""
        self.check_staff(room)
        self.seat_here(room, seat)
        user, uid = str(self.user["name"]), self.field_id()
        self.give({"phrase": await new_phrase(self.service, seat, user, uid)})


class DeskPhraseHandler(DeskHandler):
    """The organiser's way to do the same."""

    async def post(self, seat: str) -> None:
        """Answer with another phrase; without an id, each call gives one."""
        uid = str(self.body().get("id") or uuid.uuid4())[:64]
        self.give({"phrase": await new_phrase(self.service, seat, ORGANISER, uid)})
