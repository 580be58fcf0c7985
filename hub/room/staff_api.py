"""What the staff's calls share: who may, the call's id, and whom or what it is about.

Each call carries an id of its own and does its work once, however often it is sent.
Helpers go to asks, read shared cells, and mend phrases and zones; the rest is the
presenter's. Observers only watch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from checkers.engine import fields
from checkers.engine.fields import WireError
from hub.room.entry import Entry
from hub.room.feed import RoomFeed
from hub.room.intake import OddItemError, check_place
from hub.room.refusal import RefusalError
from hub.room.rows import entry_of
from hub.room.web import UserHandler

_T = TypeVar("_T")


class StaffHandler(UserHandler):
    """A handler for the staff of a room."""

    role: str
    """The asking user's role in the room, once it was checked."""

    def check_staff(self, room: str) -> None:
        """See that the user may act in this room, and is not too quick.

        Raises:
            RefusalError: `not-allowed`, `slow-down`.
        """
        self.role = self.service.role(self.user, room)
        if self.role == "observer":
            raise RefusalError("not-allowed", "An observer can only watch.")
        wait = self.service.actions.take(self.user["name"])
        if wait:
            raise RefusalError("slow-down", retry_after=round(wait, 1))

    def check_presenter(self, room: str) -> None:
        """See that the user is a presenter of this room."""
        self.check_staff(room)
        if self.role != "presenter":
            raise RefusalError("not-allowed", "Only a presenter can do this.")

    def read(self, how: Callable[[dict[str, Any]], _T]) -> _T:
        """Read fields of the body.

        Raises:
            RefusalError: `bad-request`, naming what was expected.
        """
        try:
            return how(self.body())
        except WireError as error:
            raise RefusalError("bad-request", str(error)) from None

    def field_id(self) -> str:
        """Return the id that makes this call one."""
        return self.read(lambda data: fields.uuid(data, "id"))

    def field_flag(self, key: str) -> bool:
        """Return a field that is true or false."""
        return self.read(partial(flag, key=key))

    async def feed(self, room: str) -> RoomFeed:
        """Return the room's feed."""
        return await self.service.feeds.feed(room)

    def seat_here(self, room: str, seat: str) -> str:
        """Return a seat of this room that somebody holds.

        Raises:
            RefusalError: `not-found`.
        """
        if seat not in self.service.store.claimed(room):
            raise RefusalError("not-found", "Nobody sits there in this room.")
        return seat

    def field_step(self, room: str) -> tuple[str, str]:
        """Return lab and step of the body, which are the room's."""
        lab, step = self.read(
            lambda data: (
                fields.pattern(data, "lab", fields.SLUG, "a lab's slug"),
                fields.pattern(data, "step", fields.SLUG, "a step's id"),
            )
        )
        self.check_place(room, lab, step)
        return lab, step

    def check_place(self, room: str, lab: str, step: str) -> None:
        """See that lab and step are the room's; "" is the whole lab.

        Raises:
            RefusalError: `not-found`, naming what was expected.
        """
        service = self.service
        try:
            check_place(service, service.store.rooms[room], lab, step)
        except OddItemError as error:
            raise RefusalError("not-found", error.message) from None

    def entry(self, room: str, seat: str, kind: str, uid: str, **body: Any) -> Entry:
        """Return an entry of this moment, by this user.

        Without a seat, the room is part of its uid: ids are the callers' own.
        """
        body["by"] = self.user["name"]
        uid = uid if seat else f"{room}:{uid}"
        entry = self.service.reception.entry(room, seat, kind, uid)
        return replace(entry, body=body)

    async def append(self, *entries: Entry) -> None:
        """Write entries; those that are known are not written again."""
        await self.service.journal.append(entries)

    async def done(self, entry: Entry) -> Entry | None:
        """Return what the journal has of an entry already; None when it is new."""
        find = partial(entry_of, seat=entry.seat, uid=entry.uid)
        return await self.service.journal.read(find)


def flag(data: Mapping[str, Any], key: str) -> bool:
    """Read a field that is true or false; absent is false."""
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise WireError(f"{key}: expected true or false")
    return value
