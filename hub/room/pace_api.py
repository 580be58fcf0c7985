"""The pace of a room: gates, hints held back, countdown, goal, start, new versions.

All of it is the presenter's.
"""

from __future__ import annotations

from typing import Any

from checkers.engine import fields
from checkers.engine.fields import WireError
from hub.room.entry import COUNTDOWN, GATE, GOAL, HINTS, START
from hub.room.refusal import RefusalError
from hub.room.releases import offer
from hub.room.room_facts import Countdown
from hub.room.staff_api import StaffHandler, flag

MINUTE = 60_000
LONGEST = 600
"""Minutes of a countdown at most."""
MORE = 60
"""Minutes that a countdown is moved by at most, at once."""


class GatesHandler(StaffHandler):
    """Not beyond this step yet: as a word, or strictly."""

    async def post(self, room: str) -> None:
        """Close or open it for the whole room."""
        self.check_presenter(room)
        uid, strict = self.field_id(), self.field_flag("strict")
        closed = self.read(lambda data: _switch(data, "closed"))
        lab, step = self.field_step(room)
        body = {"lab": lab, "step": step, "closed": closed, "strict": strict}
        await self.append(self.entry(room, "", GATE, uid, **body))
        self.give({"id": uid})


class HintsHandler(StaffHandler):
    """The hints of a step, held back or not."""

    async def post(self, room: str) -> None:
        """Hold them back for the whole room, or release them."""
        self.check_presenter(room)
        uid, held = self.field_id(), self.read(lambda data: _switch(data, "held"))
        lab, step = self.field_step(room)
        await self.append(
            self.entry(room, "", HINTS, uid, lab=lab, step=step, held=held)
        )
        self.give({"id": uid})


class CountdownHandler(StaffHandler):
    """A clock that all see."""

    async def post(self, room: str) -> None:
        """Start it, move its end, or stop it."""
        self.check_presenter(room)
        uid, (turn, minutes) = self.field_id(), self.read(_turn)
        place = await self._place(room, turn)
        feed, now = await self.feed(room), self.service.clock.now()
        async with self.service.store.lock:
            entry = self.entry(room, "", COUNTDOWN, uid)
            known = await self.done(entry)
            if known is None:
                running = feed.room_facts.countdown
                body = moved(running, turn, minutes, now) | place
                known = self.entry(room, "", COUNTDOWN, uid, **body)
                await self.append(known)
        self.give({"id": uid, "ends_at": known.body["ends_at"]})

    async def _place(self, room: str, turn: str) -> dict[str, str]:
        """Return what a new countdown is of; a moved one keeps its place."""
        if turn != "minutes":
            return {}
        lab, step = self.read(
            lambda data: (fields.text(data, "lab", 64, ""), _text(data, "step"))
        )
        if lab or step:
            self.check_place(room, lab, step)
        return {"lab": lab, "step": step}


class GoalHandler(StaffHandler):
    """The step to which everybody is asked to come."""

    async def post(self, room: str) -> None:
        """Set it, or take it back."""
        self.check_presenter(room)
        uid, clear = self.field_id(), self.field_flag("clear")
        lab, step = ("", "") if clear else self.field_step(room)
        await self.append(self.entry(room, "", GOAL, uid, lab=lab, step=step))
        self.give({"id": uid})


class StartHandler(StaffHandler):
    """The beginning of a lab, from which its pace is counted."""

    async def post(self, room: str) -> None:
        """Start it now; a later start counts instead."""
        self.check_presenter(room)
        uid, lab = self.read(
            lambda data: (fields.uuid(data, "id"), fields.text(data, "lab", 64))
        )
        self.check_place(room, lab, "")
        await self.append(self.entry(room, "", START, uid, lab=lab))
        self.give({"id": uid})


class OffersHandler(StaffHandler):
    """A corrected version of a lab, for everybody who sits in it here."""

    async def post(self, room: str) -> None:
        """Offer it as the organiser's command does."""
        self.check_presenter(room)
        uid, lab, version = self.read(
            lambda data: (
                fields.uuid(data, "id"),
                fields.text(data, "lab", 64),
                fields.text(data, "version", 64),
            )
        )
        self.check_place(room, lab, "")
        here, by = [self.service.store.rooms[room]], str(self.user["name"])
        await offer(self.service, here, lab, version, by)
        self.give({"id": uid})


def moved(running: Countdown, turn: str, minutes: int, now: int) -> dict[str, Any]:
    """Return the body of what becomes of a countdown.

    Args:
        running: as it is.
        turn: "minutes" (from now on), "more" (or less) or "stop".
        minutes: how many.
        now: milliseconds since 1970.

    Raises:
        RefusalError: `not-found`, there is none to move.
    """
    if turn == "minutes":
        return {"ends_at": now + minutes * MINUTE, "started_at": now}
    kept = {"lab": running.lab, "step": running.step}
    if turn == "stop":
        return {"ends_at": None, **kept}
    if running.ends_at is None:
        raise RefusalError("not-found", "No countdown is running.")
    ends_at = max(now, max(now, running.ends_at) + minutes * MINUTE)
    return {"ends_at": ends_at, "started_at": running.started_at, **kept}


def _turn(data: dict[str, Any]) -> tuple[str, int]:
    """Read what to do with the countdown, and minutes."""
    if flag(data, "stop"):
        return "stop", 0
    if "more" in data:
        return "more", _minutes(data, "more", -MORE, MORE)
    return "minutes", _minutes(data, "minutes", 1, LONGEST)


def _minutes(data: dict[str, Any], key: str, least: int, most: int) -> int:
    """Read a number of minutes."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise WireError(f"{key}: expected a whole number of minutes")
    if not least <= value <= most:
        raise WireError(f"{key}: expected {least} to {most}, got {fields.short(value)}")
    return value


def _switch(data: dict[str, Any], key: str) -> bool:
    """Read a switch, which has to be there."""
    if key not in data:
        raise WireError(f"{key}: expected true or false")
    return flag(data, key)


def _text(data: dict[str, Any], key: str) -> str:
    """Read a short text; absent is empty."""
    return fields.text(data, key, 64, "")
