"""Rehearsal: what played people send, by the desk, in rooms that are made for it.

It comes in by the same code as what real seats send; only who it is from is said by
the desk's address instead of a seat's token.
"""

from __future__ import annotations

from hub.room.api import AttemptsHandler
from hub.room.intake import IntakeHandler, seat_of
from hub.room.notes import NotesHandler
from hub.room.refusal import RefusalError
from hub.room.web import JsonHandler, check_desk_token
from hub.seats import Room, Seat


def played(handler: IntakeHandler) -> tuple[Seat, Room]:
    """Return the seat that the address names, and its room.

    Raises:
        RefusalError: `not-logged-in`, without the desk's token; `not-allowed`, real
            people sit there.
    """
    JsonHandler.prepare(handler)
    check_desk_token(handler)
    seat, room = seat_of(handler.service, handler.path_args[0])
    if not room.rehearsal:
        raise RefusalError("not-allowed", "Only seats of a rehearsal can be played.")
    return seat, room


class PlayedAttemptsHandler(AttemptsHandler):
    """Attempts of a played seat."""

    async def find_seat(self) -> None:
        """Take the seat from the address."""
        self.seat, self.room = played(self)


class PlayedNotesHandler(NotesHandler):
    """Notes of a played seat."""

    async def find_seat(self) -> None:
        """Take the seat from the address."""
        self.seat, self.room = played(self)
