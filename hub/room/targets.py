"""Targets: the seats that a call of the staff is about."""

from __future__ import annotations

from hub.room.refusal import RefusalError
from hub.room.staff_api import StaffHandler
from hub.seats import MOST_SEATS


def field_seats(handler: StaffHandler, room: str) -> list[str]:
    """Return the seats that the body names, each once.

    Raises:
        RefusalError: `bad-request`; `not-found`, nobody sits at one of them.
    """
    given = handler.body().get("seats")
    if (
        not isinstance(given, list)
        or not 0 < len(given) <= MOST_SEATS
        or not all(isinstance(seat, str) for seat in given)
    ):
        raise RefusalError("bad-request", "seats: expected a list of seats")
    claimed = set(handler.service.store.claimed(room))
    if not claimed.issuperset(given):
        raise RefusalError("not-found", "Nobody sits at one of these seats.")
    return list(dict.fromkeys(given))
