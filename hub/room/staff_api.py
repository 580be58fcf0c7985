"""What staff do in a room: say something, set the pace, go to who asks for help.

Each call carries an id of its own and does its work once, however often it is sent.
Messages, gates and hints are the presenter's; helpers go to asks, read shared cells
and give new phrases.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from checkers.engine import fields
from checkers.engine.fields import WireError
from hub.room import texts
from hub.room.asks import Answer, AskFacts, Turn, decide
from hub.room.entry import (
    ANSWER_ASK,
    CLAIM_ASK,
    GATE,
    HINTS,
    MESSAGE,
    RELEASE_ASK,
    Entry,
)
from hub.room.feed import RoomFeed
from hub.room.intake import OddItemError, check_place
from hub.room.refusal import RefusalError
from hub.room.service import Service
from hub.room.texts import Text
from hub.room.web import UserHandler

MESSAGE_LENGTH = 1_000
"""Characters of a message, at most."""
_KINDS = {
    Turn.CLAIM: CLAIM_ASK,
    Turn.RELEASE: RELEASE_ASK,
    Turn.ANSWER: ANSWER_ASK,
}


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

    def field_id(self) -> str:
        """Return the id that makes this call one."""
        try:
            return fields.uuid(self.body(), "id")
        except WireError as error:
            raise RefusalError("bad-request", str(error)) from None

    def seat_here(self, room: str, seat: str) -> str:
        """Return a seat of this room that somebody holds.

        Raises:
            RefusalError: `not-found`.
        """
        if seat not in self.service.store.claimed(room):
            raise RefusalError("not-found", "Nobody sits there in this room.")
        return seat

    def entry(self, room: str, seat: str, kind: str, uid: str, **body: Any) -> Entry:
        """Return an entry of this moment, by this user."""
        body["by"] = self.user["name"]
        entry = self.service.reception.entry(room, seat, kind, uid)
        return replace(entry, body=body)


class MessagesHandler(StaffHandler):
    """A message to all, to whoever is on a step, or to one seat."""

    async def post(self, room: str) -> None:
        """Keep it; its text apart from the journal."""
        self.check_presenter(room)
        data = self.body()
        try:
            uid, to = fields.uuid(data, "id"), data.get("to")
            text = fields.text(data, "text", MESSAGE_LENGTH).strip()
            lab, step = (fields.text(data, key, 64, "") for key in ("lab", "step"))
            seat = fields.text(data, "seat", 64, "") if to == "seat" else ""
        except WireError as error:
            raise RefusalError("bad-request", str(error)) from None
        if to not in ("all", "step", "seat") or not text:
            raise RefusalError(
                "bad-request", 'expected a text, and to: "all", "step" or "seat"'
            )
        if to == "seat":
            self.seat_here(room, seat)
        if to == "step" or lab:
            check_step(self, room, lab, step)
        key = uid if seat else f"{room}:{uid}"
        entry = self.entry(room, seat, MESSAGE, key, to=to, lab=lab, step=step)
        written = Text(room, seat, key, MESSAGE, lab, step, entry.at, {"text": text})
        service = self.service
        await texts.keep(service.journal, service.store.texts, [entry], [written])
        self.give({"id": uid})


GATES = {"kind": GATE, "key": "closed"}
"""What a SwitchHandler needs to close gates."""
HELD = {"kind": HINTS, "key": "held"}
"""What a SwitchHandler needs to hold hints back."""


class SwitchHandler(StaffHandler):
    """Something of a step that is on or off: a gate, or hints held back."""

    def initialize(self, service: Service, kind: str = "", key: str = "") -> None:
        """Take the entry's kind and the name of its flag."""
        super().initialize(service)
        self.kind = kind
        self.key = key

    async def post(self, room: str) -> None:
        """Switch it for the whole room."""
        self.check_presenter(room)
        data = self.body()
        try:
            uid = fields.uuid(data, "id")
            lab = fields.pattern(data, "lab", fields.SLUG, "a lab's slug")
            step = fields.pattern(data, "step", fields.SLUG, "a step's id")
        except WireError as error:
            raise RefusalError("bad-request", str(error)) from None
        flag = data.get(self.key)
        if not isinstance(flag, bool):
            raise RefusalError("bad-request", f"{self.key}: expected true or false")
        check_step(self, room, lab, step)
        body = {"lab": lab, "step": step, self.key: flag}
        entry = self.entry(room, "", self.kind, f"{room}:{uid}", **body)
        await self.service.journal.append([entry])
        self.give({"id": uid})


class AskHandler(StaffHandler):
    """Going to somebody who asked for help."""

    async def post(self, room: str, ask: str, turn: str) -> None:
        """Claim, release or answer; of two who claim at once, one is told who won."""
        self.check_staff(room)
        uid, user = self.field_id(), str(self.user["name"])
        feed = await self.service.feeds.feed(room)
        async with self.service.store.lock:
            seat, facts = find_ask(feed, ask)
            answer = decide(Turn(turn), facts, user, self.role)
            if answer is Answer.WRITE:
                entry = self.entry(room, seat, _KINDS[Turn(turn)], uid, ask=ask)
                await self.service.journal.append([entry])
        if answer is Answer.TAKEN:
            who = self.service.store.staff_name(room, facts.goes)
            raise RefusalError(answer.value, f"{who.capitalize()} goes there already.")
        if answer is Answer.OVER:
            raise RefusalError(answer.value)
        view, known = self.service.view, feed.facts[seat]
        self.give({"seat": seat, "ask": view.ask(seat, known, feed.position(seat))})


class SharedHandler(StaffHandler):
    """A cell that a seat shares with the helpers."""

    async def get(self, room: str, seat: str, lab: str, step: str) -> None:
        """Answer with its source as long as it is shared."""
        self.check_staff(room)
        feed = await self.service.feeds.feed(room)
        known = feed.facts.get(self.seat_here(room, seat))
        found = None
        if known and f"{lab}/{step}" in known.shared:
            read = partial(texts.shared_source, seat=seat, lab=lab, step=step)
            found = await self.service.journal.read(read)
        if found is None:
            raise RefusalError("not-found", "This cell is not shared.")
        self.give(found)


def find_ask(feed: RoomFeed, ask: str) -> tuple[str, AskFacts]:
    """Return seat and facts of an ask.

    Raises:
        RefusalError: `not-found`.
    """
    for seat, facts in feed.facts.items():
        if ask in facts.asks and facts.asks[ask].row:
            return seat, facts.asks[ask]
    raise RefusalError("not-found", "Nobody asked this here.")


def check_step(handler: StaffHandler, room: str, lab: str, step: str) -> None:
    """See that a step is one of the room's.

    Raises:
        RefusalError: `not-found`, naming what was expected.
    """
    service = handler.service
    try:
        check_place(service, service.store.rooms[room], lab, step)
    except OddItemError as error:
        raise RefusalError("not-found", error.message) from None
    if not step:
        raise RefusalError("bad-request", "step: expected a step's id")
