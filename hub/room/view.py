"""View: how rooms, labs and seats look to viewers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.room.asks import newest
from hub.room.catalogue import Catalogue
from hub.room.clock import Clock
from hub.room.progress import SeatFacts, StepFacts
from hub.room.store import Store


@dataclass(frozen=True, slots=True)
class StoreView:
    """How rooms and seats look to viewers: the store's names beside the facts."""

    store: Store
    catalogue: Catalogue
    clock: Clock
    public_url: str

    def room(self, room: str) -> dict[str, Any]:
        """Describe a room for its staff, join code included."""
        found = self.store.rooms[room]
        return {
            "id": found.id,
            "title": found.title,
            "host": found.host,
            "state": found.state.value,
            "code": found.code,
            "join_url": f"{self.public_url}/hub/join?code={found.code}",
            "capacity": found.capacity,
            "claimed": len(self.store.claimed(room)),
            "opened_at": found.opened_at,
            "closes_at": found.closes_at,
            "erase_at": found.erase_at,
            "language": found.language,
            "practice": found.practice,
            "rehearsal": found.rehearsal,
        }

    def labs(self, room: str) -> list[dict[str, Any]]:
        """Describe the labs of a room."""
        self.catalogue.refresh()
        outlines = map(self.catalogue.outline, self.store.rooms[room].labs)
        return [outline for outline in outlines if outline]

    def seats(self, room: str) -> list[str]:
        """List the claimed seats of a room."""
        return self.store.claimed(room)

    def seat(
        self, seat: str, facts: SeatFacts, position: int | None
    ) -> dict[str, Any] | None:
        """Describe a claimed seat; None when nobody holds it.

        `position` is the place of its ask among those that wait, if it does.
        """
        found = self.store.seats.get(seat)
        if found is None or found.claimed_at is None or found.erased_at:
            return None
        skipped = self._caught_up(found.room, facts)
        touched = {step for step in facts.steps if not step.endswith("/")}
        return {
            "seat": found.id,
            "number": found.number,
            "name": self.store.shown_name(found),
            "claimed_at": found.claimed_at,
            "last_at": facts.last_at,
            "gaps": facts.gaps,
            "ask": self.ask(seat, facts, position),
            "shared": facts.shared,
            "steps": {
                step: _step(facts.steps.get(step, StepFacts()), step in skipped)
                for step in sorted(touched | skipped)
            },
        }

    def _caught_up(self, room: str, facts: SeatFacts) -> set[str]:
        """Return the steps before those whose starting state was opened."""
        skipped: set[str] = set()
        for slug in self.store.rooms[room].labs:
            lab = self.catalogue.lab(slug)
            steps = [f"{slug}/{step}" for step in lab.step_ids] if lab else []
            opened = [
                place
                for place, step in enumerate(steps)
                if step in facts.steps and facts.steps[step].caught_up
            ]
            skipped.update(steps[: max(opened, default=0)])
        return skipped

    def ask(
        self, seat: str, facts: SeatFacts, position: int | None
    ) -> dict[str, Any] | None:
        """Describe a seat's newest ask for the staff."""
        found = newest(facts.asks)
        if found is None:
            return None
        name, ask = found
        return {
            "id": name,
            "lab": ask.lab,
            "step": ask.step,
            "state": ask.state.value,
            "position": position,
            "at": ask.at,
            "words": self.store.texts.of(seat, name) or "",
            "by": ask.by,
            "who": self.store.staff_name(self.store.seats[seat].room, ask.by),
        }

    def now(self) -> int:
        """Return the room's time."""
        return self.clock.now()


def _step(known: StepFacts, caught_up: bool) -> dict[str, Any]:
    """Describe one step of one seat."""
    return {
        "state": known.state,
        "attempts": known.attempts,
        "failed": known.failed,
        "errors": known.errors,
        "reason": known.reason,
        "hint": known.hint,
        "first_at": known.first_at,
        "last_at": known.last_at,
        "passed_at": known.passed_at,
        "generation": known.generation,
        "caught_up": caught_up,
        "hints": known.hints,
        "feedback": known.feedback[1],
    }
