"""View: how rooms, labs and seats look to viewers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.room.asks import newest
from hub.room.catalogue import Catalogue
from hub.room.clock import Clock
from hub.room.messages import Message
from hub.room.picture import Status
from hub.room.progress import SeatFacts, StepFacts
from hub.room.store import Store
from hub.room.stuck import Rules, Stuck
from hub.versions import Versions, numbers


@dataclass(frozen=True, slots=True)
class StoreView:
    """How rooms and seats look to viewers: the store's names beside the facts."""

    store: Store
    catalogue: Catalogue
    clock: Clock
    public_url: str
    versions: Versions
    rules: Rules
    subdomains: bool = False
    """Seats have origins of their own, so staff may look into one."""

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
            "subdomains": self.subdomains,
        }

    def outlines(self, room: str) -> list[dict[str, Any]]:
        """Describe the labs of a room to anybody in it."""
        self.catalogue.refresh()
        outlines = map(self.catalogue.outline, self.store.rooms[room].labs)
        return [outline for outline in outlines if outline]

    def labs(self, room: str, offers: Mapping[str, str]) -> list[dict[str, Any]]:
        """Describe the labs of a room to its staff: hints, and a version to offer."""
        labs = self.outlines(room)
        for outline in labs:
            lab = self.catalogue.lab(outline["slug"])
            outline["newer"] = self._newer(outline["slug"], outline["version"], offers)
            for step in lab.steps if lab else ():
                shown = next(one for one in outline["steps"] if one["id"] == step.id)
                shown["hints"] = list(step.hints)
        return labs

    def _newer(self, slug: str, version: str, offers: Mapping[str, str]) -> str:
        """Return the version that is released and can be offered; "" for none."""
        known = self.versions.newest(slug, offers)
        newer = bool(known) and numbers(version) > numbers(known)
        return version if newer and self.versions.has(slug, version) else ""

    def message(self, room: str, message: Message) -> dict[str, Any]:
        """Describe one message of the staff."""
        return {
            "id": message.id,
            "at": message.at,
            "to": message.to,
            "lab": message.lab,
            "step": message.step,
            "seat": message.seat,
            "text": self.store.texts.of(message.seat, message.uid) or "",
            "by": self.store.staff_name(room, message.by),
        }

    def seat(
        self, seat: str, facts: SeatFacts, status: Status
    ) -> dict[str, Any] | None:
        """Describe a claimed seat; None when nobody holds it."""
        found = self.store.seats.get(seat)
        if found is None or found.claimed_at is None or found.erased_at:
            return None
        skipped = self._caught_up(found.room, facts)
        touched = {step for step in facts.steps if not step.endswith("/")}
        return {
            "seat": found.id,
            "number": found.number,
            "name": self.store.shown_name(found),
            "zone": self._zone(seat),
            "claimed_at": found.claimed_at,
            "last_at": facts.last_at,
            "heard_at": facts.heard_at,
            "gaps": facts.gaps,
            "stuck": _stuck(status.stuck),
            "away": status.away,
            "visit": self.store.staff_name(found.room, facts.visited[1]),
            "ask": self.ask(seat, facts, status),
            "shared": facts.shared,
            "steps": {
                step: _step(facts.steps.get(step, StepFacts()), step in skipped)
                for step in sorted(touched | skipped)
            },
        }

    def _zone(self, seat: str) -> str:
        """Return the table or zone that a seat's person named; "" for none."""
        person = self.store.people.get(seat)
        return person.zone if person else ""

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

    def ask(self, seat: str, facts: SeatFacts, status: Status) -> dict[str, Any] | None:
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
            "position": status.position,
            "at": ask.at,
            "words": self.store.texts.of(seat, name) or "",
            "same": ask.same,
            "also": status.also,
            "by": ask.by,
            "who": self.store.staff_name(self.store.seats[seat].room, ask.by),
        }

    def now(self) -> int:
        """Return the room's time."""
        return self.clock.now()


def _stuck(found: Stuck | None) -> dict[str, Any] | None:
    """Describe on which step somebody is stuck, and why."""
    if found is None:
        return None
    lab, _, step = found.step.partition("/")
    return {
        "lab": lab,
        "step": step,
        "why": found.why.value,
        "since": found.since,
        "count": found.count,
    }


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
        "sent": known.sent,
        "feedback": known.feedback[1],
    }
