"""`airlift seat`: list and stop the seats that run."""

from __future__ import annotations

from dataclasses import asdict

import click

from hub.cli.terminal import ago, console, json_flag, print_json, print_table
from hub.engine import Engine
from hub.machine.installation import running_settings
from hub.machine.running import running_seats, stop_seat


@click.group()
def seat() -> None:
    """List and stop the seats that run."""


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
