"""`airlift down`: stop all of it, lose nothing."""

from __future__ import annotations

import click

from hub.cli.terminal import Terminal
from hub.engine import Engine, EngineError
from hub.machine.installation import running_settings
from hub.machine.running import running_seats, stop_seat
from hub.machine.supervision import Supervision
from hub.settings import Settings


@click.command()
def down() -> None:
    """Stop all parts and all seats; journal and people's files stay."""
    airlift = running_settings()
    terminal = Terminal()
    supervision = Supervision(airlift)
    if supervision.pid():
        with terminal.step("Stopping proxy, hub and room"):
            supervision.stop()
    else:
        terminal.say("Proxy, hub and room do not run.")
    stopped = _stop_seats(airlift, terminal)
    where = "in Docker volumes" if stopped == "docker" else "there too"
    terminal.say(
        f"Kept: rooms and journal in {airlift.state_dir}, people's files {where}. "
        "`make up` goes on where this ended."
    )


def _stop_seats(airlift: Settings, terminal: Terminal) -> str:
    """Stop every seat; returns the kind of engine, or "" where there is none yet."""
    try:
        engine = Engine.load(airlift)
    except EngineError:
        return ""
    seats = running_seats(airlift, engine)
    if seats:
        with terminal.step(f"Stopping the seats ({len(seats)})"):
            for seat in seats:
                stop_seat(engine, seat)
    return engine.engine
