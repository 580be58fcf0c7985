"""Messages of the staff, and taking them back; the presenter's.

Whom "the stuck" are is decided here, at the moment of the call, and kept.
"""

from __future__ import annotations

from typing import Any

from checkers.engine import fields
from checkers.engine.fields import WireError
from hub.room import texts
from hub.room.entry import MESSAGE, WITHDRAW_MESSAGE
from hub.room.refusal import RefusalError
from hub.room.staff_api import StaffHandler
from hub.room.targets import field_seats
from hub.room.texts import Text

MESSAGE_LENGTH = 1_000
"""Characters of a message, at most."""
TO = ("all", "step", "stuck", "seats", "seat")
"""Whom a message can be for."""


class MessagesHandler(StaffHandler):
    """A message to all, to whoever is on a step or stuck there, or to some seats."""

    async def post(self, room: str) -> None:
        """Keep it; its text apart from the journal."""
        self.check_presenter(room)
        uid, to, text, lab, step = self.read(_message)
        if lab or step:
            self.check_place(room, lab, step)
        body: dict[str, Any] = {"to": to, "lab": lab, "step": step}
        seat = ""
        if to == "seat":
            seat = self.read(lambda data: fields.text(data, "seat", 64))
            self.seat_here(room, seat)
        elif to == "seats":
            body["seats"] = field_seats(self, room)
        elif to == "stuck":
            body["seats"] = (await self.feed(room)).stuck_on(lab, step)
        entry = self.entry(room, seat, MESSAGE, uid, **body)
        if body.get("seats") == [] and not await self.done(entry):
            raise RefusalError("not-found", "Nobody is stuck there just now.")
        said = {"text": text}
        written = Text(room, seat, entry.uid, MESSAGE, lab, step, entry.at, said)
        service = self.service
        await texts.keep(service.journal, service.store.texts, [entry], [written])
        self.give({"id": uid})


class WithdrawHandler(StaffHandler):
    """A message that is taken back."""

    async def post(self, room: str, message: str) -> None:
        """Show it to nobody any more; what was read, was read."""
        self.check_presenter(room)
        uid = self.field_id()
        known = (await self.feed(room)).room_facts.messages
        if message not in {one.id for one in known}:
            raise RefusalError("not-found", "Nobody said this here.")
        entry = self.entry(room, "", WITHDRAW_MESSAGE, uid, message=message)
        await self.append(entry)
        self.give({"id": uid})


def _message(data: dict[str, Any]) -> tuple[str, str, str, str, str]:
    """Read id, whom it is for, text, lab and step."""
    uid, to = fields.uuid(data, "id"), data.get("to")
    text = fields.text(data, "text", MESSAGE_LENGTH).strip()
    lab, step = (fields.text(data, key, 64, "") for key in ("lab", "step"))
    if to not in TO or not text:
        raise WireError(f"expected a text, and to: one of {', '.join(TO)}")
    if to in ("step", "stuck") and not step:
        raise WireError("step: expected a step's id")
    return uid, to, text, lab, step
