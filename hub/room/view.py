"""View: how rooms, labs and seats look to viewers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.room.catalogue import Catalogue
from hub.room.clock import Clock
from hub.room.progress import SeatFacts
from hub.room.store import Store


@dataclass(frozen=True, slots=True)
class StoreView:
    """How rooms and seats look to viewers: the store's names beside the facts."""

    store: Store
    catalogue: Catalogue
    clock: Clock
    public_url: str

    def room(self, room: str) -> dict[str, Any]:
        """Describe a room, its join code included."""
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
        }

    def labs(self, room: str) -> list[dict[str, Any]]:
        """Describe the labs of a room."""
        self.catalogue.refresh()
        outlines = map(self.catalogue.outline, self.store.rooms[room].labs)
        return [outline for outline in outlines if outline]

    def seats(self, room: str) -> list[str]:
        """List the claimed seats of a room."""
        return self.store.claimed(room)

    def seat(self, seat: str, facts: SeatFacts) -> dict[str, Any] | None:
        """Describe a claimed seat; None when nobody holds it."""
        found = self.store.seats.get(seat)
        if found is None or found.claimed_at is None:
            return None
        return {
            "seat": found.id,
            "number": found.number,
            "name": self.store.shown_name(found),
            "claimed_at": found.claimed_at,
            "last_at": facts.last_at,
            "gaps": facts.gaps,
            "steps": {
                step: {
                    "state": known.state,
                    "attempts": known.attempts,
                    "failed": known.failed,
                    "errors": known.errors,
                    "reason": known.reason,
                    "hint": known.hint,
                    "first_at": known.first_at,
                    "last_at": known.last_at,
                    "passed_at": known.passed_at,
                }
                for step, known in facts.steps.items()
            },
        }

    def now(self) -> int:
        """Return the room's time."""
        return self.clock.now()
