"""`airlift up`: from a checkout to an open room."""

from __future__ import annotations

import http.client
import signal
import subprocess
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import click

from hub import subdomains
from hub.catalog import load_labs
from hub.cli.room import print_room
from hub.cli.terminal import Terminal, console
from hub.desk import Desk, DeskAwayError
from hub.engine import Engine
from hub.machine import seat_images
from hub.machine.installation import running_settings, save_running
from hub.machine.ports import near_url
from hub.machine.preparation import prepare
from hub.machine.supervision import PARTS, Supervision, SupervisionError
from hub.seats import MOST_SEATS
from hub.settings import ENGINES, Settings, SettingsError

PATIENCE = 60.0
"""Seconds until all parts must answer."""
DEMO = "first_flight"
"""The lab of the demo room, where the catalogue has it."""
_HEALTH = {"hub": "/hub/health", "room": "/services/room/health"}
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@click.command()
@click.option("--address", help="Address the door listens on.")
@click.option("--port", type=int, help="Port of the door; the next four are used too.")
@click.option("--engine", help=f"Where seats run: {', '.join(ENGINES)}.")
@click.option("--public-url", help="Address people type; else found by itself.")
@click.option("--lab", "labs", multiple=True, help="Lab of the demo room; repeatable.")
@click.option(
    "--seats", type=click.IntRange(1, MOST_SEATS), default=20, show_default=True
)
@click.option("--foreground", is_flag=True, help="Stay attached; Ctrl-C stops.")
@click.option("--prepare", "only_prepare", is_flag=True, help="Set up, start nothing.")
def up(
    labs: tuple[str, ...],
    seats: int,
    foreground: bool,
    only_prepare: bool,
    **flags: Any,
) -> None:
    """Set up what is missing, start all parts and open a room.

    When Airlift runs already, this prints its room again.
    """
    airlift = running_settings(**flags)
    supervision = Supervision(airlift)
    process = None
    if only_prepare or not supervision.running():
        check_practice(airlift)
        airlift, _ = prepare(airlift, Terminal(), labs)
        if only_prepare:
            console.print("All is prepared; `airlift up` starts it.")
            return
        supervision = Supervision(airlift)
        save_running(airlift)
        process = supervision.start(foreground=foreground)
    try:
        _welcome(airlift, labs, seats)
        if process:
            _stay(process)
    finally:
        if process:
            supervision.stop()


def check_practice(airlift: Settings) -> None:
    """See that the labs of the setting `practice_labs` are there.

    Raises:
        SettingsError: one is not.
    """
    known = list(load_labs(airlift.labs_dir))
    chosen = airlift.practice_labs.split(",") if airlift.practice_labs else []
    for slug in (slug.strip() for slug in chosen):
        if slug not in ("all", *known):
            raise SettingsError(
                f"practice_labs: expected all or some of {', '.join(known)}; got {slug}"
            )


def _welcome(airlift: Settings, labs: tuple[str, ...], seats: int) -> None:
    """Wait for all parts, see that a room is there, and print how to join it."""
    with Terminal().step("Proxy, hub and room"):
        await_parts(airlift)
    room = ensure_room(airlift, labs, seats)
    engine = Engine.load(airlift)
    if room is None:
        console.print("No room is open. `airlift room new` makes one.", markup=False)
    else:
        print_room(airlift, room)
    where = "containers" if engine.engine == "docker" else "processes, not isolated"
    console.print(f"Seats run as {where}. Stop all of it: make down", markup=False)


def await_parts(airlift: Settings) -> None:
    """Wait until the door leads to hub and room.

    Raises:
        SupervisionError: one does not answer in time, or keeps dying; carries the end
            of its log.
    """
    supervision = Supervision(airlift)
    deadline = time.monotonic() + PATIENCE
    while True:
        silent = [name for name, path in _HEALTH.items() if not _answers(airlift, path)]
        if not silent:
            return
        dying = [part.name for part in supervision.parts() if part.restarts >= 5]
        if dying or time.monotonic() > deadline:
            raise SupervisionError(_what_happened(airlift, dying or silent))
        time.sleep(0.1)


def _answers(airlift: Settings, path: str) -> bool:
    """Say whether a page behind the door answers well."""
    try:
        url = near_url(airlift) + path
        host = urlsplit(subdomains.address(airlift) or url).netloc
        request = urllib.request.Request(url, headers={"Host": host})  # noqa: S310
        with _opener.open(request, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False


def _what_happened(airlift: Settings, names: list[str]) -> str:
    """Say which parts do not answer, with the end of the first one's log."""
    name = next(name for name in PARTS if name in names)
    log = airlift.log_dir / f"{name}.log"
    try:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
    except OSError:
        last = ""
    return (
        f"{' and '.join(names)} did not answer within {PATIENCE:.0f} s or kept dying. "
        f"`airlift doctor` looks for the reason, `make down` stops all. {log}:\n{last}"
    )


def ensure_room(
    airlift: Settings, labs: tuple[str, ...], seats: int
) -> dict[str, Any] | None:
    """Return the room to show: the newest open one, of these labs if any are named.

    Else a demo room is made, called after its labs. None when no lab is named, and
    there are rooms and none of them is open.
    """
    desk = Desk.of(airlift)
    rooms = _patiently(desk)
    found = (room_of(desk, one["id"]) for one in rooms if one["state"] == "open")
    latest = [one for one in found if not labs or one["labs"] == list(labs)][-1:]
    if latest:
        return latest[0]
    if rooms and not labs:
        return None
    known = load_labs(airlift.labs_dir)
    chosen = list(labs) or ([DEMO] if DEMO in known else list(known)[:1])
    wanted = [known[slug] for slug in chosen if slug in known]
    seat_images.bring_for(airlift, wanted, Terminal())
    body = {
        "title": ", ".join(lab.title for lab in wanted) or "Demo room",
        "host": "Airlift",
        "labs": chosen,
        "capacity": seats,
    }
    made = desk.call("POST", "/rooms", body)
    desk.call("POST", f"/rooms/{made['id']}/open")
    return room_of(desk, made["id"])


def room_of(desk: Desk, room: str) -> dict[str, Any]:
    """Return one room with its code and keys."""
    answer: dict[str, Any] = desk.call("GET", f"/rooms/{room}")
    return answer


def _patiently(desk: Desk) -> list[dict[str, Any]]:
    """List the evenings' rooms; a room service just restarting is asked again."""
    deadline = time.monotonic() + 10
    while True:
        try:
            rooms = desk.call("GET", "/rooms")["rooms"]
            return [room for room in rooms if not room["practice"]]
        except DeskAwayError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _stay(process: subprocess.Popen[bytes]) -> None:
    """Stay until the supervisor ends or somebody asks us to stop."""
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        console.print("Attached; Ctrl-C stops all parts.")
        process.wait()
    except KeyboardInterrupt:
        console.print("Stopping.")
