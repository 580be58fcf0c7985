"""`airlift status`: which parts are up, which rooms there are, how many seats run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from hub.cli.terminal import ago, console, json_flag, print_json, print_table
from hub.desk import Desk, DeskError
from hub.engine import Engine, EngineError
from hub.machine.installation import running_settings
from hub.machine.ports import door_url
from hub.machine.running import running_seats
from hub.machine.supervision import Part, Supervision, SupervisionError
from hub.settings import Settings


@click.command()
@json_flag
def status(as_json: bool) -> None:
    """Show parts, rooms and seats; exit code 1 when a part is not up."""
    airlift = running_settings()
    parts = _parts(airlift)
    rooms, trouble = _rooms(airlift)
    seats, images = _seats(airlift)
    well = bool(parts) and all(part.up and part.restarts < 3 for part in parts)
    if as_json:
        print_json(
            {
                "up": well,
                "door": door_url(airlift),
                "parts": [asdict(part) for part in parts],
                "rooms": rooms,
                "seats_running": seats,
                "images": images,
            }
        )
    else:
        _print(airlift, parts, rooms, trouble, seats)
        if images[1:]:
            console.print(f"Images: {', '.join(images)}", markup=False)
    if not well:
        raise SystemExit(1)


def _print(
    airlift: Settings,
    parts: list[Part],
    rooms: list[dict[str, Any]],
    trouble: str,
    seats: int | None,
) -> None:
    """Print the status for a person."""
    if not parts:
        console.print("Airlift does not run. `make up` starts it.")
    else:
        rows = [(part.name, _words(part), ago(part.since)) for part in parts]
        print_table(("part", "is", "for"), rows)
        console.print(f"\nDoor: {door_url(airlift)}", markup=False)
    if rooms:
        console.print()
        columns = ("room", "title", "state", "code", "seats taken")
        ordered = sorted(rooms, key=lambda room: bool(room.get("practice")))
        print_table(columns, [_room_row(room) for room in ordered])
    elif trouble and parts:
        console.print(trouble, markup=False)
    if seats is not None:
        console.print(f"\nSeats running: {seats}")


def _words(part: Part) -> str:
    """Say how a part is."""
    if part.restarts:
        return f"{part.word} ({part.restarts} restarts in 5 min; .airlift/log)"
    return part.word


def _room_row(room: dict[str, Any]) -> tuple[object, ...]:
    """Return a room as a row."""
    taken = f"{room.get('claimed', 0)} of {room.get('capacity', '?')}"
    state = "practice" if room.get("practice") else room["state"]
    return room["id"], room["title"], state, room.get("code", ""), taken


def _parts(airlift: Settings) -> list[Part]:
    """Return the parts; none when the supervisor does not run."""
    try:
        return Supervision(airlift).parts()
    except SupervisionError:
        return []


def _rooms(airlift: Settings) -> tuple[list[dict[str, Any]], str]:
    """Return the rooms, or none and why."""
    try:
        return list(Desk.of(airlift).call("GET", "/rooms")["rooms"]), ""
    except DeskError as error:
        return [], error.message
    except FileNotFoundError:
        return [], ""


def _seats(airlift: Settings) -> tuple[int | None, list[str]]:
    """Return how many seats run and the images for them; None when nobody can say."""
    try:
        engine = Engine.load(airlift)
        seats = running_seats(airlift, engine)
    except EngineError:
        return None, []
    return sum(seat.state == "running" for seat in seats), list(engine.images)
