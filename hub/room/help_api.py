"""Help: going to whoever asked, what they shared, and hints for whoever is stuck."""

from __future__ import annotations

from functools import partial
from typing import Any

from checkers.engine import fields
from hub.room import texts
from hub.room.asks import Answer, AskFacts, Turn, decide
from hub.room.entry import ANSWER_ASK, CLAIM_ASK, HINT_SENT, RELEASE_ASK, SAME_ASK
from hub.room.feed import RoomFeed
from hub.room.progress import SeatFacts, StepFacts
from hub.room.refusal import RefusalError
from hub.room.rows import entries_with
from hub.room.staff_api import StaffHandler
from hub.room.targets import field_seats

_KINDS = {
    Turn.CLAIM: CLAIM_ASK,
    Turn.RELEASE: RELEASE_ASK,
    Turn.ANSWER: ANSWER_ASK,
}


class AskHandler(StaffHandler):
    """Going to somebody who asked for help."""

    async def post(self, room: str, ask: str, turn: str) -> None:
        """Claim, release or answer; of two who claim at once, one is told who won."""
        self.check_staff(room)
        uid, user = self.field_id(), str(self.user["name"])
        feed = await self.feed(room)
        async with self.service.store.lock:
            seat, facts = find_ask(feed, ask)
            answer = decide(Turn(turn), facts, user, self.role)
            if answer is Answer.WRITE:
                await self.append(
                    self.entry(room, seat, _KINDS[Turn(turn)], uid, ask=ask)
                )
        if answer is Answer.TAKEN:
            who = self.service.store.staff_name(room, facts.goes)
            raise RefusalError(answer.value, f"{who.capitalize()} goes there already.")
        if answer is Answer.OVER:
            raise RefusalError(answer.value)
        give_ask(self, feed, seat)


class SameHandler(StaffHandler):
    """Two asks with one question."""

    async def post(self, room: str, ask: str) -> None:
        """Say that an ask is the same as another, or with "" that it is not."""
        self.check_staff(room)
        uid, same = self.read(
            lambda data: (
                fields.uuid(data, "id"),
                fields.uuid(data, "as") if data.get("as") else "",
            )
        )
        feed = await self.feed(room)
        async with self.service.store.lock:
            seat, facts = find_ask(feed, ask)
            if not facts.open:
                raise RefusalError("ask-over")
            same = first_of(feed, same) if same else ""
            if same == ask:
                raise RefusalError("bad-request", "as: expected another ask than this")
            await self.append(self.entry(room, seat, SAME_ASK, uid, ask=ask, same=same))
        give_ask(self, feed, seat)


class SharedHandler(StaffHandler):
    """A cell that a seat shares with the helpers."""

    async def get(self, room: str, seat: str, lab: str, step: str) -> None:
        """Answer with its source as long as it is shared."""
        self.check_staff(room)
        feed = await self.feed(room)
        known = feed.facts.get(self.seat_here(room, seat))
        found = None
        if known and f"{lab}/{step}" in known.shared:
            read = partial(texts.shared_source, seat=seat, lab=lab, step=step)
            found = await self.service.journal.read(read)
        if found is None:
            raise RefusalError("not-found", "This cell is not shared.")
        self.give(found)


class SendHintsHandler(StaffHandler):
    """The next hint of a step, for some seats or for whoever is stuck there."""

    async def post(self, room: str) -> None:
        """Open one more rung of the ladder to each of them."""
        self.check_presenter(room)
        uid, (lab, step) = self.field_id(), self.field_step(room)
        feed = await self.feed(room)
        async with self.service.store.lock:
            numbers = await self._sent(room, uid)
            if not numbers:
                numbers = self._next(feed, lab, step, self._seats(feed, lab, step))
                place = {"lab": lab, "step": step}
                entries = [
                    self.entry(room, seat, HINT_SENT, uid, **place, number=number)
                    for seat, number in numbers.items()
                ]
                await self.append(*entries)
        self.give({"id": uid, "seats": len(numbers), "numbers": numbers})

    async def _sent(self, room: str, uid: str) -> dict[str, int]:
        """Return what a call with this id sent before."""
        find = partial(entries_with, seats=self.service.store.claimed(room), uid=uid)
        return {
            entry.seat: entry.body["number"]
            for entry in await self.service.journal.read(find)
            if entry.kind == HINT_SENT
        }

    def _seats(self, feed: RoomFeed, lab: str, step: str) -> list[str]:
        """Return the seats that the body names, or those that are stuck."""
        if self.body().get("to") == "stuck":
            return feed.stuck_on(lab, step)
        return field_seats(self, feed.room)

    def _next(
        self, feed: RoomFeed, lab: str, step: str, seats: list[str]
    ) -> dict[str, int]:
        """Return the next rung of each seat that has one left and has not passed.

        Raises:
            RefusalError: `not-found`, for nobody there is one.
        """
        ladder = self.service.catalogue.hints(lab, step)
        known = {seat: _step(feed, seat, f"{lab}/{step}") for seat in seats}
        numbers = {
            seat: max(facts.hints, facts.sent) + 1
            for seat, facts in known.items()
            if facts.passed_at is None
        }
        found = {seat: rung for seat, rung in numbers.items() if rung <= ladder}
        if not found:
            raise RefusalError("not-found", "There is no further hint for anybody.")
        return found


def _step(feed: RoomFeed, seat: str, step: str) -> StepFacts:
    """Return what is known of a step at a seat."""
    return feed.facts.get(seat, SeatFacts()).steps.get(step, StepFacts())


def find_ask(feed: RoomFeed, ask: str) -> tuple[str, AskFacts]:
    """Return seat and facts of an ask.

    Raises:
        RefusalError: `not-found`.
    """
    for seat, facts in feed.facts.items():
        if ask in facts.asks and facts.asks[ask].row:
            return seat, facts.asks[ask]
    raise RefusalError("not-found", "Nobody asked this here.")


def first_of(feed: RoomFeed, ask: str) -> str:
    """Return the ask that an ask is the same as, or itself."""
    seen = set()
    while ask not in seen:
        seen.add(ask)
        _, facts = find_ask(feed, ask)
        ask = facts.same or ask
    return ask


def give_ask(handler: StaffHandler, feed: RoomFeed, seat: str) -> None:
    """Answer with a seat's newest ask, as it is now."""
    shown: dict[str, Any] | None = handler.service.view.ask(
        seat, feed.facts[seat], feed.status(seat)
    )
    handler.give({"seat": seat, "ask": shown})
