"""Projector: what a room's screen on the wall shows, as a function of its counts.

There is no name and no seat's id in it, so it can be shown to anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import segno

from hub.room.past import milestone_kinds
from hub.room.progress import SeatFacts
from hub.room.room_facts import RoomFacts

LASTS = 10 * 60_000
"""Milliseconds that a message to all stays on the wall."""
_ROOM = ("title", "host", "state", "language", "rehearsal")
_COUNTS = ("passed", "trying", "stuck", "none")


@dataclass(frozen=True, slots=True)
class Wall:
    """What the screen is made of.

    Args:
        room: as the board is told of it.
        labs: outlines of its labs, in order; each has a step.
        now: counts by lab, as the board is told of them; each of the labs is there.
        facts: of the room.
        seats: facts of those who sit there.
        message: text and time of the last message to all that stands; None for none.
        at: the room's time.
    """

    room: Mapping[str, Any]
    labs: Sequence[Mapping[str, Any]]
    now: Mapping[str, Mapping[str, Any]]
    facts: RoomFacts
    seats: Sequence[SeatFacts]
    message: tuple[str, int] | None
    at: int


def describe(wall: Wall) -> dict[str, Any]:
    """Return the whole state of the screen, without the times of its message."""
    room, place = wall.room, current_lab(wall)
    shown = {
        "v": 1,
        "room": {key: room[key] for key in _ROOM},
        "join": _join(room),
        "seats": {"taken": room["claimed"], "capacity": room["capacity"]},
        "countdown": wall.facts.countdown.to_json(),
        "message": _message(wall),
    }
    if place is None:
        nothing = {"lab": None, "step": None, "gate": False, "milestone": None}
        return {**shown, **nothing, "counts": dict.fromkeys(_COUNTS, 0), "steps": []}
    return {**shown, **_progress(wall, place)}


def _progress(wall: Wall, place: int) -> dict[str, Any]:
    """Describe the lab that the room is at."""
    lab = wall.labs[place]
    slug, outline = lab["slug"], lab["steps"]
    steps = [
        {"number": number, "id": step["id"], "title": step["title"], **_counted(counts)}
        for number, (step, counts) in enumerate(
            zip(outline, wall.now[slug]["steps"], strict=True), 1
        )
    ]
    goal, ids = wall.facts.goal, [step["id"] for step in outline]
    at = wall.now[slug]["front"]
    if goal.lab == slug and goal.step in ids:
        at = ids.index(goal.step)
    here = {"slug": slug, "title": lab["title"], "number": place + 1}
    step = {"number": at + 1, "of": len(ids), "title": outline[at]["title"]}
    return {
        "lab": {**here, "of": len(wall.labs)},
        "step": step,
        "counts": _counted(wall.now[slug]["steps"][at]),
        "steps": steps,
        "gate": f"{slug}/{ids[at]}" in wall.facts.closed,
        "milestone": milestone([f"{slug}/{step}" for step in ids], wall.seats),
    }


def _counted(counts: Mapping[str, Any]) -> dict[str, int]:
    """Return the four counts of a step."""
    return {key: counts[key] for key in _COUNTS}


def current_lab(wall: Wall) -> int | None:
    """Return the place of the lab that the room is at; None where there is none.

    It is the goal's, else the one that was started last, else the last one that half
    the room has begun, else the first.
    """
    slugs = [lab["slug"] for lab in wall.labs]
    places = {lab["slug"]: place for place, lab in enumerate(wall.labs)}
    if not slugs:
        return None
    if wall.facts.goal.lab in slugs:
        return places[wall.facts.goal.lab]
    started = {lab: row for lab, (row, _) in wall.facts.starts.items() if lab in slugs}
    if started:
        return places[max(started, key=started.__getitem__)]
    begun = [slug for slug in slugs if _half_began(wall.now[slug]["steps"][0])]
    return places[begun[-1] if begun else slugs[0]]


def _half_began(counts: Mapping[str, Any]) -> bool:
    """Say whether at least half of the people have begun a step."""
    people = sum(_counted(counts).values())
    return people > 0 and 2 * counts["none"] <= people


def milestone(
    steps: Sequence[str], seats: Iterable[SeatFacts]
) -> dict[str, Any] | None:
    """Return the last moment at which all, half or the first had passed a step.

    Args:
        steps: keys of the lab's steps, in order.
        seats: facts of everybody who sits there.
    """
    known = list(seats)
    kinds, found = milestone_kinds(len(known)), []
    for number, key in enumerate(steps, 1):
        passes = sorted(
            seat.steps[key].passed_at or 0
            for seat in known
            if key in seat.steps and seat.steps[key].passed_at is not None
        )
        for rank, (kind, need) in enumerate(
            (("first", 1), ("half", (len(known) + 1) // 2), ("all", len(known)))
        ):
            if kind in kinds and 0 < need <= len(passes):
                found.append((passes[need - 1], rank, number, kind))
    if not found:
        return None
    at, _, number, kind = max(found)
    return {"kind": kind, "step": number, "at": at}


def _message(wall: Wall) -> dict[str, Any] | None:
    """Describe the last message to all, as long as it is fresh."""
    if wall.message is None or wall.at - wall.message[1] > LASTS:
        return None
    text, at = wall.message
    return {"text": text, "at": at}


def _join(room: Mapping[str, Any]) -> dict[str, Any] | None:
    """Describe the way in; None once nobody can come in any more."""
    if room["state"] != "open" or room["claimed"] >= room["capacity"]:
        return None
    url = room["join_url"]
    return {"code": room["code"], "url": url, "qr": qr(url)}


@lru_cache(maxsize=64)
def qr(url: str) -> str:
    """Return the QR code of an address as a picture's data URI."""
    made = segno.make(url, error="m")
    return str(made.svg_data_uri(border=2, dark="#000", light="#fff"))
