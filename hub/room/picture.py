"""Picture: what viewers of a room see, live or as of some time ago.

It is written as JSON text part by part. Seats are described when they changed and kept
as text, so whoever comes costs little, and a part goes out when its text is another.
A room of more than MOST_WHOLE seats is shown aggregated: counts, blocks of seats, and
of the seats those that need somebody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from typing import Any, Protocol

from hub.room.known import Known
from hub.room.messages import Message, concerns
from hub.room.pace import plans_of
from hub.room.progress import SeatFacts
from hub.room.room_facts import RoomFacts
from hub.room.stuck import Rules, Stuck
from hub.room.tally import Tally

MOST_WHOLE = 300
"""Seats of a room that is shown whole."""
MOST_URGENT = 100
"""Seats that are shown of a larger one."""
MOST_SHOWN = 20
"""Messages of the staff that are shown; the newest ones."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the others and the time make of a seat.

    Args:
        position: its place among those that wait for help, from 1.
        also: others who ask the same.
        stuck: it does not get on.
        away: it gave no sign for long.
    """

    position: int | None = None
    also: int = 0
    stuck: Stuck | None = None
    away: bool = False


class View(Protocol):
    """How a room and its seats look to viewers; facts know no names."""

    @property
    def rules(self) -> Rules:
        """Where being stuck begins."""

    def room(self, room: str) -> dict[str, Any]:
        """Describe the room itself."""

    def labs(self, room: str, offers: Mapping[str, str]) -> list[dict[str, Any]]:
        """Describe its labs and their steps for the staff."""

    def seat(
        self, seat: str, facts: SeatFacts, status: Status
    ) -> dict[str, Any] | None:
        """Describe one seat; None when nobody holds it."""

    def message(self, room: str, message: Message) -> dict[str, Any]:
        """Describe one message of the staff."""

    def now(self) -> int:
        """Return the room's time."""


class Picture:
    """One room as its viewers see it."""

    def __init__(self, known: Known, view: View) -> None:
        self.known = known
        self.view = view
        self.at = 0
        """The time that it shows."""
        self.labs: list[dict[str, Any]] = []
        self.tally = Tally((), view.rules)
        self._texts: dict[str, str] = {}
        """Seat -> its description as JSON."""
        self._told: dict[str, str] = {}
        """Part -> its text as it last went out in a delta."""
        self._places: Mapping[str, tuple[int | None, int]] = {}
        self._moved: dict[str, int] = {}
        """Seat -> row at which it changed by time or by others alone."""
        self._reached: dict[str, int] = {}
        """Id of a message to a step -> seats that it was for."""
        self._drawn = False
        self._counted: set[str] = set()
        """Changed seats that were counted for a first look."""

    # Keeping up -----------------------------------------------------------------------

    def prepare(self, most: int) -> bool:
        """Count some seats that changed, for a first look; says whether more are left.

        A room of thousands is so counted piece by piece, before anybody watches.
        """
        known = self.known
        if not self._drawn:
            self._read_labs()
        if known.clock_changed:
            known.clock_changed = False
            known.changed.update(known.facts)
        some = set(islice(known.changed, most))
        self._count(some)
        known.changed -= some
        self._counted |= some
        return bool(known.changed)

    def _count(self, seats: Iterable[str]) -> None:
        """Count some seats as they are now."""
        known = self.known
        for seat in seats:
            self.tally.put(seat, known.facts.get(seat, SeatFacts()), known.room_facts)

    def settle(self, now: int, *, whole: bool) -> set[str]:
        """Bring it up to date; returns the seats that look different now.

        Args:
            now: the time.
            whole: look at the labs, and at what time changed at seats of which nothing
                came.
        """
        self.at, known = now, self.known
        whole = whole or known.clock_changed or not self._drawn
        if whole:
            self._read_labs()
        changed, known.changed = known.changed, set()
        anew, known.clock_changed = known.clock_changed, False
        self._count(known.facts.keys() | changed if anew else changed)
        changed, self._counted = changed | self._counted, set()
        looked = None if whole else changed
        moved = set(self.tally.look(now, known.room_facts, looked))
        moved |= self._line()
        self._moved.update(dict.fromkeys(moved - changed, known.row))
        changed |= moved
        for seat in changed:
            self._texts.pop(seat, None)
        return changed

    def _read_labs(self) -> None:
        """Count anew when the labs are others than before."""
        labs = self.view.labs(self.known.room, self.known.room_facts.offers)
        plans = plans_of(labs)
        if plans != self.tally.plans or not self._drawn:
            self.tally = Tally(plans, self.view.rules)
            self.known.changed.update(self.known.facts)
            self._reached.clear()
        self.labs, self._drawn = labs, True

    def _line(self) -> set[str]:
        """Return the seats whose place among those that wait is another one."""
        before, places = self._places, self.known.line.places()
        self._places = places
        if places is before:
            return set()
        seats = before.keys() | places.keys()
        return {seat for seat in seats if before.get(seat) != places.get(seat)}

    def forget(self, seat: str) -> None:
        """Forget a seat that was erased."""
        self._texts.pop(seat, None)
        self._moved.pop(seat, None)

    def since(self, row: int) -> list[str]:
        """Return the seats that look different than they did at a row."""
        facts, moved = self.known.facts, self._moved
        changed = {seat for seat, known in facts.items() if known.row > row}
        return sorted(changed | {seat for seat, at in moved.items() if at >= row})

    # What is shown --------------------------------------------------------------------

    @property
    def aggregated(self) -> bool:
        """The room is too large to be shown seat by seat."""
        return len(self.tally) > MOST_WHOLE

    def status(self, seat: str) -> Status:
        """Return what others and time make of a seat, by the last look."""
        position, also = self.known.line.place(seat)
        tally = self.tally
        return Status(position, also, tally.stuck_at(seat), tally.is_away(seat))

    def seat(self, seat: str) -> dict[str, Any] | None:
        """Describe one seat; None when nobody holds it."""
        facts = self.known.facts.get(seat)
        if facts is None or facts.claimed_at is None:
            return None
        return self.view.seat(seat, facts, self.status(seat))

    def shown(self) -> list[str]:
        """Return the seats to show: all by number, or the most urgent ones."""
        if not self.aggregated:
            return self.tally.seats()
        return nsmallest(MOST_URGENT, self._urgent(), key=self._urgency)

    def _urgent(self) -> set[str]:
        """Return the seats that need somebody."""
        return {*self.known.line.places(), *self.tally.stuck_seats()}

    def _urgency(self, seat: str) -> tuple[int, int, str]:
        """Order seats: those in line, those helped, those stuck for the longest."""
        places = self.known.line.places()
        if seat in places:
            position = places[seat][0]
            return (0, position, seat) if position else (1, 0, seat)
        found = self.tally.stuck_at(seat)
        return (2, found.since if found else 0, seat)

    def snapshot(self) -> dict[str, Any]:
        """Describe everything."""
        seats = map(self.seat, self.shown())
        return {
            **self._stamp(),
            **{part: self._part(part) for part in self._parts()},
            "seats": [seat for seat in seats if seat],
        }

    def snapshot_text(self, *, alone: bool) -> str:
        """Describe everything, as JSON.

        Args:
            alone: nobody else watches, so the next delta is what changed from here.
        """
        texts = self._all_texts(self.shown())
        self._told = dict(texts) if alone else {}
        self.known.room_changed = False
        return self._joined(texts)

    def _all_texts(self, seats: Iterable[str]) -> dict[str, str]:
        """Return every part as JSON, with these seats."""
        texts = {part: _json(self._part(part)) for part in self._parts()}
        return {**texts, "seats": self._seats(seats)}

    def delta_text(self, seats: Iterable[str]) -> str:
        """Describe what is different from the last delta; "" when nothing is.

        Args:
            seats: those that look different.
        """
        texts = {}
        for part in self._parts():
            if part != "room" or self.known.room_changed or "room" not in self._told:
                texts[part] = _json(self._part(part))
        self.known.room_changed = False
        if self.aggregated:
            texts["seats"] = self._seats(self.shown())
        changed = {p: t for p, t in texts.items() if t != self._told.get(p)}
        self._told.update(changed)
        if not self.aggregated:
            held = self._seats(seats)
            if held != "[]":
                changed["seats"] = held
        return self._joined(changed) if changed else ""

    def resumed_text(self, row: int) -> str:
        """Describe what a viewer misses who has seen all up to a row, as JSON."""
        self.tell_all()
        return self._joined(self._all_texts(self.since(row)))

    def tell_all(self) -> None:
        """Let the next delta hold every part: somebody came in between."""
        self._told.clear()

    def _parts(self) -> tuple[str, ...]:
        """Return the names of the parts beside the seats."""
        parts = ("room", "labs", "now", "groups")
        return (*parts, "aggregated", "heat") if self.aggregated else parts

    def _part(self, part: str) -> Any:
        """Describe one part."""
        how = {
            "room": self._room,
            "labs": lambda: self.labs,
            "now": lambda: self.tally.now(self.known.room_facts),
            "groups": self.tally.groups,
            "aggregated": lambda: True,
            "heat": self.tally.heat.describe,
        }
        return how[part]()

    def _stamp(self) -> dict[str, int]:
        """Return version, row and time."""
        return {"v": 1, "row": self.known.row, "at": self.at}

    def _joined(self, texts: Mapping[str, str]) -> str:
        """Return one JSON object of texts that are JSON."""
        parts = [f'"{part}":{text}' for part, text in texts.items()]
        return "{" + ",".join([_json(self._stamp())[1:-1], *parts]) + "}"

    def _seats(self, seats: Iterable[str]) -> str:
        """Return the descriptions of seats as JSON."""
        texts = (self._seat_text(seat) for seat in seats)
        return "[" + ",".join(text for text in texts if text) + "]"

    def _seat_text(self, seat: str) -> str:
        """Return one seat's description as JSON; "" when nobody holds it.

        While somebody asks for help it is made anew each time, since it says who of the
        staff goes there.
        """
        text = self._texts.get(seat)
        if text is None:
            found = self.seat(seat)
            text = _json(found) if found else ""
            if seat not in self.known.line.places():
                self._texts[seat] = text
        return text

    # The room itself ------------------------------------------------------------------

    def _room(self) -> dict[str, Any]:
        """Describe the room itself, and what the staff set there."""
        room, view, rules = self.known.room_facts, self.view, self.view.rules
        return {
            **view.room(self.known.room),
            "state": room.turned[1],
            "claimed": len(self.tally),
            "gates": room.closed,
            "held": room.without_hints,
            "offers": dict(room.offers),
            "countdown": room.countdown.to_json(),
            "goal": _goal(room),
            "messages": [self._message(one) for one in room.messages[-MOST_SHOWN:]],
            "rules": {
                "same": rules.same,
                "failures": rules.failures,
                "minutes": rules.minutes,
                "away": rules.away,
            },
        }

    def _message(self, message: Message) -> dict[str, Any]:
        """Describe one message of the staff, with how many it reached."""
        name = message.id
        return {
            **self.view.message(self.known.room, message),
            "seats": self._reach(message),
            "seen": self.known.seen.get(name, 0),
            "withdrawn": name in self.known.room_facts.withdrawn,
        }

    def _reach(self, message: Message) -> int:
        """Return for how many seats a message was."""
        if message.seat:
            return 1
        if message.to in ("stuck", "seats"):
            return len(message.seats)
        if message.to != "step":
            return len(self.tally)
        if message.id not in self._reached:
            steps = {
                plan.slug: tuple(step.partition("/")[2] for step in plan.steps)
                for plan in self.tally.plans
            }
            self._reached[message.id] = sum(
                concerns(message, seat, facts, steps)
                for seat, facts in self.known.facts.items()
                if facts.claimed_at is not None
            )
        return self._reached[message.id]


def _goal(room: RoomFacts) -> dict[str, Any] | None:
    """Describe the step that everybody is asked to come to."""
    found = room.goal
    if not found.step:
        return None
    return {"lab": found.lab, "step": found.step, "at": found.at}


def _json(value: Any) -> str:
    """Return a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
