"""`airlift seat`: the seats that run, and what one person may ask for."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from pathlib import Path

import click

from hub.cli.terminal import ago, console, json_flag, print_json, print_table
from hub.desk import Desk
from hub.engine import Engine
from hub.machine.export import write_export
from hub.machine.installation import running_settings
from hub.machine.running import running_seats, stop_seat


@click.group()
def seat() -> None:
    """List and stop seats; export, erase and let back in their people."""


@seat.command(name="list")
@json_flag
def list_seats(as_json: bool) -> None:
    """List the seats that have a container or process."""
    airlift = running_settings()
    seats = running_seats(airlift, Engine.load(airlift))
    if as_json:
        print_json([asdict(item) for item in seats])
    elif not seats:
        console.print("No seat runs.")
    else:
        rows = [(item.seat, item.room, item.state, ago(item.since)) for item in seats]
        print_table(("seat", "room", "is", "for"), rows)


@seat.command()
@click.argument("names", metavar="SEAT…", nargs=-1, required=True)
def stop(names: tuple[str, ...]) -> None:
    """Stop seats by name; files stay, and a seat starts again when its person comes."""
    airlift = running_settings()
    engine = Engine.load(airlift)
    running = {item.seat: item for item in running_seats(airlift, engine)}
    for name in names:
        if name not in running:
            raise click.ClickException(
                f"No seat {name} runs. `airlift seat list` shows those that do."
            )
    for name in names:
        stop_seat(engine, running[name])
        console.print(f"Seat {name} is stopped; its files stay.", markup=False)


@seat.command()
@click.argument("seat_id", metavar="SEAT")
@click.option("--out", type=click.Path(path_type=Path), help="File to write.")
def export(seat_id: str, out: Path | None) -> None:
    """Write everything about one person into a zip: data, words and files."""
    airlift = running_settings()
    desk = Desk.of(airlift)
    name = find_seat(desk, seat_id)
    path = out or Path(f"seat-{name}.zip")
    known = desk.call("GET", f"/seats/{name}/export")
    try:
        count = write_export(airlift, Engine.load(airlift), name, known, path)
    except FileExistsError:
        raise click.ClickException(
            f"{path} is there already: name another file with --out"
        ) from None
    words = f"Written to {path}: what the room knows, and {count} files."
    console.print(words, markup=False)


@seat.command()
@click.argument("seat_id", metavar="SEAT")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def erase(seat_id: str, yes: bool) -> None:
    """Erase everything about one person for good: data, words and files."""
    desk = Desk.of(running_settings())
    name = find_seat(desk, seat_id)
    if not yes:
        click.confirm(
            f"Seat {name}: name, phrase, words and files go for good, nobody can bring "
            "them back. Erase them",
            abort=True,
        )
    done = desk.call("POST", f"/seats/{name}/erase")
    files = "Files and server are gone, too."
    soon = "Files and server go within a minute or two, as soon as the hub is there."
    console.print(f"Erased. {files if done['swept'] else soon}", markup=False)


@seat.command()
@click.argument("seat_id", metavar="SEAT")
def phrase(seat_id: str) -> None:
    """Give a seat a new return phrase; the lost one no longer works."""
    desk = Desk.of(running_settings())
    name = find_seat(desk, seat_id)
    body = {"id": str(uuid.uuid4())}
    console.print(desk.call("POST", f"/seats/{name}/phrase", body)["phrase"])


def find_seat(desk: Desk, given: str) -> str:
    """Return the id of a seat given as id, or as code of its room and number."""
    code, slash, number = given.partition("/")
    if not slash:
        return given
    for room in desk.call("GET", "/rooms")["rooms"]:
        if room["code"].casefold() == code.strip().casefold():
            for found in desk.call("GET", f"/rooms/{room['id']}")["seats"]:
                if str(found["number"]) == number.strip():
                    return str(found["seat"])
    raise click.ClickException(
        "expected a seat's id, or a room's code and a seat's number such as KUPA-37/4; "
        f"got {given}. `airlift room show` lists the seats of a room."
    )
