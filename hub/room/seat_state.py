"""SeatState: what one seat is told of its room, built anew from the facts each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.room.asks import newest
from hub.room.feed import RoomFeed
from hub.room.messages import concerns
from hub.room.progress import SeatFacts, StepFacts
from hub.room.room_facts import Goal, RoomFacts
from hub.room.store import Store
from hub.seats import Room, State

SHOWN = 20
"""Messages that a seat is shown at most; the newest ones."""


@dataclass(frozen=True, slots=True)
class SeatState:
    """One seat of one room, as the seat may see it.

    Args:
        steps_of: ids of a lab's steps, in order; empty when it is not known.
        erase_at: when its person's data are erased; None when nobody knows.
    """

    store: Store
    room: Room
    seat: str
    steps_of: Mapping[str, tuple[str, ...]]
    erase_at: int | None = None

    def describe(self, feed: RoomFeed) -> dict[str, Any]:
        """Return the state, without row and time."""
        facts = feed.facts.get(self.seat, SeatFacts())
        return {
            "v": 1,
            "room": self._room(),
            "steps": _steps(feed.room_facts, facts),
            "countdown": feed.room_facts.countdown.to_json(),
            "goal": self._goal(facts, feed.room_facts.goal),
            "visit": self.store.staff_name(self.room.id, facts.visited[1]),
            "ask": self._ask(facts, feed.position(self.seat)),
            "messages": self._messages(facts, feed.room_facts),
            "shared": facts.shared,
            "offers": dict(feed.room_facts.offers),
        }

    def _room(self) -> dict[str, Any]:
        """Describe the room to somebody in it; practice has no clock."""
        room = self.store.rooms[self.room.id]
        timed = room.state is not State.CLOSED and not room.practice
        return {
            "id": room.id,
            "title": room.title,
            "host": room.host,
            "state": room.state.value,
            "opened_at": room.opened_at,
            "closes_at": room.closes_at if timed else None,
            "erase_at": self.erase_at,
            "practice": room.practice,
        }

    def _ask(self, facts: SeatFacts, position: int | None) -> dict[str, Any] | None:
        """Describe the newest ask; of the staff only that one of them comes."""
        found = newest(facts.asks)
        if found is None:
            return None
        name, ask = found
        role = self.store.staff.get((ask.by, self.room.id), "helper")
        return {
            "id": name,
            "lab": ask.lab,
            "step": ask.step,
            "state": ask.state.value,
            "position": position,
            "at": ask.at,
            "by": f"a {role}" if ask.by else "",
        }

    def _goal(self, facts: SeatFacts, goal: Goal) -> dict[str, Any] | None:
        """Describe where everybody is asked to come, and whether this seat is not."""
        if not goal.step:
            return None
        steps = self.steps_of.get(goal.lab, ())
        late = behind(facts, goal.lab, steps, goal.step)
        return {"lab": goal.lab, "step": goal.step, "at": goal.at, "behind": late}

    def _messages(self, facts: SeatFacts, room: RoomFacts) -> list[dict[str, Any]]:
        """Describe the newest messages that concern this seat, oldest first."""
        mine = [
            one
            for one in room.messages
            if one.id not in room.withdrawn
            and concerns(one, self.seat, facts, self.steps_of)
        ]
        shown = []
        for one in mine[-SHOWN:]:
            text = self.store.texts.of(one.seat, one.uid)
            if text is not None:
                line = {"id": one.id, "at": one.at, "text": text, "to": one.to}
                shown.append(line)
        return shown


def _steps(room: RoomFacts, facts: SeatFacts) -> dict[str, dict[str, Any]]:
    """Describe the steps that have a gate, or whose hints are held back or sent."""
    held, gates = set(room.without_hints), room.closed
    sent = {step: known.sent for step, known in facts.steps.items() if known.sent}
    return {
        step: {
            "held": step in held,
            "gate": gates.get(step, ""),
            "sent": sent.get(step, 0),
            "verified": False,
        }
        for step in sorted({*held, *gates, *sent})
    }


def behind(facts: SeatFacts, lab: str, steps: tuple[str, ...], goal: str) -> bool:
    """Say whether a step before the goal has neither passed nor been skipped."""
    known = [facts.steps.get(f"{lab}/{step}", StepFacts()) for step in steps]
    skipped = max((at for at, step in enumerate(known) if step.caught_up), default=0)
    place = steps.index(goal) if goal in steps else 0
    return any(step.passed_at is None for step in known[skipped:place])
