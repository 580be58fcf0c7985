"""Walls: what the projectors of each room show, made once for all of a room's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.room.feed import RoomFeed
from hub.room.progress import SeatFacts
from hub.room.projector import Wall, describe
from hub.room.view import StoreView

AGE = 1_000
"""Milliseconds after which a state is made anew though nothing was written: time alone
makes people stuck and takes messages off the wall."""


class Walls:
    """States of rooms, by room, with the row and time they were made of."""

    def __init__(self, view: StoreView) -> None:
        self._view = view
        self._made: dict[str, tuple[int, int, dict[str, Any]]] = {}

    def state(self, feed: RoomFeed) -> dict[str, Any]:
        """Return what a room's projectors show now, without its time."""
        room, now = feed.room, self._view.now()
        row, at, state = self._made.get(room, (-1, 0, {}))
        if row != feed.row or now - at >= AGE:
            state = describe(self._wall(feed, now))
            self._made[room] = (feed.row, now, state)
        return state

    def _wall(self, feed: RoomFeed, now: int) -> Wall:
        """Gather what a room's state is made of."""
        view, room, counts = self._view, feed.room, feed.now()
        return Wall(
            room=view.room(room),
            labs=[lab for lab in view.outlines(room) if _counted(lab, counts)],
            now=counts,
            facts=feed.room_facts,
            seats=[
                feed.facts.get(seat, SeatFacts()) for seat in view.store.claimed(room)
            ],
            message=self._message(feed),
            at=now,
        )

    def _message(self, feed: RoomFeed) -> tuple[str, int] | None:
        """Return text and time of the last message to all that stands."""
        facts, words = feed.room_facts, self._view.store.texts
        for one in reversed(facts.messages):
            if one.to == "all" and one.id not in facts.withdrawn:
                text = words.of("", one.uid)
                return (text, one.at) if text else None
        return None


def _counted(lab: Mapping[str, Any], counts: Mapping[str, Any]) -> bool:
    """Say whether there are counts of each step; a lab may just have been mended."""
    steps = counts[lab["slug"]]["steps"] if lab["slug"] in counts else ()
    return 0 < len(lab["steps"]) == len(steps)
