"""`airlift room`: make, list, open, close and show rooms."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hub.catalog import load_labs
from hub.cli.lab.named import named_lab
from hub.cli.terminal import (
    Terminal,
    aside,
    console,
    json_flag,
    print_json,
    print_qr_code,
    print_table,
)
from hub.desk import Desk
from hub.machine import seat_images
from hub.machine.installation import running_settings
from hub.machine.ports import door_url
from hub.seats import MOST_SEATS
from hub.settings import Settings
from hub.strings import LANGUAGES
from hub.vouchers import read_keys

TIME_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%H:%M")


@click.group()
def room() -> None:
    """Make, list, open, close and show rooms."""


@room.command()
@click.option("--title", required=True, help="What the evening is called.")
@click.option("--host", required=True, help="Who invites, such as a user group.")
@click.option("--lab", "labs", multiple=True, required=True, help="Lab; repeatable.")
@click.option(
    "--seats", type=click.IntRange(1, MOST_SEATS), default=20, show_default=True
)
@click.option("--code", help="Join code such as KUPA-37; else drawn by lot.")
@click.option(
    "--closes",
    type=click.DateTime(TIME_FORMATS),
    help="When nobody new may join any more, in this machine's time.",
)
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    help="Language of its pages; else each browser's own.",
)
@click.option(
    "--vouchers",
    multiple=True,
    metavar="[LAB=]FILE",
    help="List of keys (CSV: key, expires), one a seat; repeatable.",
)
@json_flag
def new(
    title: str,
    host: str,
    labs: tuple[str, ...],
    seats: int,
    code: str | None,
    closes: datetime | None,
    language: str | None,
    vouchers: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make a room; `room open` lets people in.

    What its seats need that is not built yet, is built first; this can take minutes.
    """
    airlift = running_settings()
    known = load_labs(airlift.labs_dir)
    wanted = [known[slug] for slug in labs if slug in known]
    seat_images.bring_for(airlift, wanted, Terminal(aside if as_json else console))
    body = {
        "title": title,
        "host": host,
        "labs": list(labs),
        "capacity": seats,
        "code": code,
        "closes_at": _milliseconds(closes),
        "language": language or "",
        "vouchers": _key_lists(airlift, labs, vouchers),
    }
    made = Desk.of(airlift).call("POST", "/rooms", body)
    if as_json:
        print_json(made)
        return
    for early in made["expiring"]:
        console.print(_expiring(early, closes is not None), markup=False)
    print_keys(airlift, made)
    console.print(f"Let people in: airlift room open {made['id']}", markup=False)


def _key_lists(
    airlift: Settings, labs: tuple[str, ...], named: tuple[str, ...]
) -> dict[str, list[dict[str, Any]]]:
    """Read the lists of keys by lab; one without a lab is for the one that gives."""
    found: dict[str, list[dict[str, Any]]] = {}
    for words in named:
        slug, _, path = words.rpartition("=")
        if not slug:
            there = (named_lab(airlift, lab) for lab in labs)
            giving = [lab.slug for lab in there if lab.vouchers]
            if len(giving) != 1:
                raise click.ClickException(
                    f"expected LAB={words}, since {len(giving)} labs of this room have "
                    f"[vouchers] ({', '.join(giving) or 'none'})"
                )
            slug = giving[0]
        if slug in found:
            raise click.ClickException(f"expected one list of keys for {slug}, got two")
        found[slug] = read_keys(Path(path))
    return found


def _expiring(early: dict[str, Any], closes: bool) -> str:
    """Warn of keys that do not last as long as the room."""
    first = datetime.fromtimestamp(early["first_at"] / 1000)
    lines = [str(line) for line in early["lines"][:10]]
    lines += ["…"] if len(early["lines"]) > len(lines) else []
    when = "before the room closes" if closes else "within a day (no --closes given)"
    return (
        f"Warning: keys of {early['lab']} that end {when}: {len(early['lines'])}, the "
        f"first on {first:%d %B %Y %H:%M} (lines {', '.join(lines)})."
    )


def _milliseconds(moment: datetime | None) -> int | None:
    """Return a time of day (of today) or a date and time in epoch milliseconds."""
    if moment is None:
        return None
    if moment.year == 1900:
        moment = datetime.combine(datetime.now().date(), moment.time())
    return int(moment.timestamp() * 1000)


@room.command(name="list")
@json_flag
def list_rooms(as_json: bool) -> None:
    """List all rooms."""
    rooms = Desk.of(running_settings()).call("GET", "/rooms")["rooms"]
    if as_json:
        print_json(rooms)
    elif not rooms:
        console.print("There is no room yet. `airlift room new` makes one.")
    else:
        columns = ("room", "title", "host", "state", "code", "seats taken")
        ordered = sorted(rooms, key=lambda item: bool(item.get("practice")))
        print_table(columns, [_row(item) for item in ordered])


def _row(item: dict[str, Any]) -> tuple[object, ...]:
    """Return a room as a row."""
    taken = f"{item.get('claimed', 0)} of {item.get('capacity', '?')}"
    state = "practice" if item.get("practice") else item["state"]
    names = (item["id"], item["title"], item.get("host", ""), state)
    return *names, item.get("code", ""), taken


@room.command(name="open")
@click.argument("room_id", metavar="ROOM")
@json_flag
def open_room(room_id: str, as_json: bool) -> None:
    """Let people join a room."""
    airlift = running_settings()
    desk = Desk.of(airlift)
    desk.call("POST", f"/rooms/{room_id}/open")
    found = desk.call("GET", f"/rooms/{room_id}")
    if as_json:
        print_json(found)
    else:
        print_room(airlift, found)


@room.command()
@click.argument("room_id", metavar="ROOM")
@json_flag
def close(room_id: str, as_json: bool) -> None:
    """Let nobody new into a room; seats stay for practice."""
    closed = Desk.of(running_settings()).call("POST", f"/rooms/{room_id}/close")
    if as_json:
        print_json(closed)
        return
    console.print(
        "The room is closed: nobody new can join. Everybody keeps seat, files and "
        "checks for practice. A seat that nobody uses stops by itself and starts again "
        "when its person comes; its files stay until the erase date.",
        markup=False,
    )


@room.command()
@click.argument("room_id", metavar="ROOM")
@json_flag
def show(room_id: str, as_json: bool) -> None:
    """Show a room: address, code, QR code, keys, who is in."""
    airlift = running_settings()
    found = Desk.of(airlift).call("GET", f"/rooms/{room_id}")
    if as_json:
        print_json(found)
        return
    print_room(airlift, found)
    seats = found["progress"]["seats"]
    if seats:
        print_table(
            ("seat", "name", "id", "steps passed"), [_seat_row(seat) for seat in seats]
        )


def _seat_row(seat: dict[str, Any]) -> tuple[object, ...]:
    """Return a taken seat of the progress as a row."""
    passed = [step for step in seat["steps"].values() if step["state"] == "passed"]
    return seat["number"], seat["name"], seat["seat"], len(passed)


def join_url(airlift: Settings, found: dict[str, Any]) -> str:
    """Return the address with the room's code in it."""
    return str(
        found.get("join_url") or f"{door_url(airlift)}/hub/join?code={found['code']}"
    )


def print_room(airlift: Settings, found: dict[str, Any]) -> None:
    """Print how to join a room, with a QR code, and its keys."""
    url = join_url(airlift, found)
    print_qr_code(url)
    console.print(f"Join:      [bold]{url}[/bold]")
    print_keys(airlift, found)


def print_keys(airlift: Settings, found: dict[str, Any]) -> None:
    """Print a room's code, staff address and keys."""
    door = door_url(airlift)
    console.print(f"Room:      {found['title']} ({found['state']})", markup=False)
    console.print(f"Code:      {found['code']}", markup=False)
    if found.get("practice"):
        return
    console.print(f"Presenter: {door}/hub/staff", markup=False)
    console.print(f"  presenter's key: {found['presenter_key']}", markup=False)
    console.print(f"  helpers' key:    {found['helper_key']}", markup=False)
    console.print(f"  observers' key:  {found['observer_key']}", markup=False)
    console.print(f"Board:     {door}/services/room/{found['id']}", markup=False)
