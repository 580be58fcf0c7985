"""One seat in the hands of the staff: where its person sits, and looking in.

A seat is opened only in an origin of its own, and its person is told.
"""

from __future__ import annotations

from checkers.engine import fields
from hub import subdomains
from hub.room.entry import VISIT, ZONE
from hub.room.refusal import RefusalError
from hub.room.staff_api import StaffHandler
from hub.seats import ZONE_LENGTH, clean_name
from hub.staff import VISIT as VISIT_SCOPE

_TYPED = 200
"""Characters of a zone that are looked at."""


class ZoneHandler(StaffHandler):
    """Where somebody sits, such as a table."""

    async def post(self, room: str, seat: str) -> None:
        """Keep it beside the person's name; the journal says only that it changed."""
        self.check_staff(room)
        self.seat_here(room, seat)
        uid, typed = self.read(
            lambda data: (fields.uuid(data, "id"), fields.text(data, "zone", _TYPED))
        )
        zone, store = clean_name(typed, ZONE_LENGTH), self.service.store
        async with store.lock:
            entry = self.entry(room, self.seat_here(room, seat), ZONE, uid)
            if not await self.done(entry):
                await store.change_zone(seat, zone, entry)
        self.give({"seat": seat, "zone": store.people[seat].zone})


class VisitHandler(StaffHandler):
    """Staff at somebody's seat."""

    async def post(self, room: str, seat: str) -> None:
        """Tell the seat that somebody looks in, or has left; answer with its address.

        Whether the seat's own server lets them in is the Hub's to say.
        """
        self.check_staff(room)
        url = subdomains.seat_url(self.service.settings, self.seat_here(room, seat))
        if not url:
            raise RefusalError(
                "not-allowed",
                "Seats share an address with this page, so nobody can open them. "
                "The setting `subdomains` gives each its own.",
            )
        if not self.service.auth.allowed(self.user, VISIT_SCOPE):
            raise RefusalError("not-allowed", "Only a presenter can open a seat.")
        uid, opens = self.field_id(), self.field_flag("open")
        await self.append(self.entry(room, seat, VISIT, uid, open=opens))
        self.give({"id": uid, "url": url})
