"""The seats that run just now, found where they run: containers or processes.

Stopping one keeps its files: a container's volume, or the folder of a local seat. The
hub notices within seconds, and the seat starts again when its person comes back.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import docker
from docker.errors import DockerException, NotFound
from requests.exceptions import RequestException

from hub.engine import Engine, EngineError
from hub.seating.container import INSTALLATION, ROOM, SEAT, seat_name
from hub.settings import Settings

ERRORS = (DockerException, RequestException)
GRACE = 5.0
"""Seconds that a local seat gets to end by itself."""


@dataclass(frozen=True, slots=True)
class RunningSeat:
    """One seat with a container or process; `room` is empty where nobody noted it."""

    seat: str
    room: str
    state: str
    since: float
    """When it started, in seconds since the epoch."""
    process: int = 0
    """The first process of a local seat."""


def running_seats(settings: Settings, engine: Engine) -> list[RunningSeat]:
    """List the seats of this installation that have a container or process.

    Raises:
        EngineError: the Docker engine does not answer.
    """
    if engine.engine == "local":
        return sorted(_processes(settings), key=lambda seat: seat.seat)
    try:
        found = docker.from_env().containers.list(
            all=True, filters={"label": f"{INSTALLATION}={engine.name}"}
        )
    except ERRORS as error:
        raise EngineError(f"the Docker engine does not answer: {error}") from None
    seats = [_seat_of(item.labels, item.attrs) for item in found]
    return sorted(seats, key=lambda seat: seat.seat)


def _seat_of(labels: dict[str, str], attrs: dict[str, Any]) -> RunningSeat:
    """Read one container as Docker's inspect gives it."""
    started = attrs["State"]["StartedAt"][:19]
    return RunningSeat(
        seat=labels.get(SEAT, "?"),
        room=labels.get(ROOM, ""),
        state=attrs["State"]["Status"],
        since=datetime.fromisoformat(f"{started}+00:00").timestamp(),
    )


def stop_seat(engine: Engine, seat: RunningSeat) -> None:
    """Stop one seat; its files stay.

    Raises:
        EngineError: the Docker engine refused.
    """
    if engine.engine == "local":
        _end(seat.process)
        return
    try:
        client = docker.from_env()
        client.api.remove_container(seat_name(engine, seat.seat), v=False, force=True)
    except NotFound:
        return
    except ERRORS as error:
        raise EngineError(f"Docker could not stop seat {seat.seat}: {error}") from None


def _processes(settings: Settings) -> list[RunningSeat]:
    """Find the first process of each local seat: its server, not the server's kernels.

    Kernels and terminals lead sessions of their own; one whose server is gone counts.
    """
    leaders = _leaders(settings)
    return [
        seat for seat in leaders.values() if _starter(seat.process) not in leaders
    ]


def _leaders(settings: Settings) -> dict[int, RunningSeat]:
    """Find the processes of local seats that lead a session, by their number."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        try:
            if os.getsid(pid) != pid:
                continue
            pairs = (folder / "environ").read_bytes().split(b"\0")
            born = folder.stat().st_mtime
        except OSError:
            continue
        environ = dict(pair.partition(b"=")[::2] for pair in pairs)
        seat = environ.get(b"AIRLIFT_SEAT", b"").decode()
        if seat and environ.get(b"HOME") == os.fsencode(settings.seats_dir / seat):
            found[pid] = RunningSeat(seat, "", "running", born, pid)
    return found


def _starter(pid: int) -> int:
    """Return the session whose process started this one; 0 when that is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
        return os.getsid(int(text.rpartition(")")[2].split()[1]))
    except OSError:
        return 0


def _end(process: int) -> None:
    """Ask a session's first process to end, then kill what is left of its group."""
    deadline = time.monotonic() + GRACE
    try:
        os.kill(process, signal.SIGTERM)
    except ProcessLookupError:
        return
    while _alive(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    try:
        os.killpg(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def _alive(process: int) -> bool:
    """Say whether a process runs; one that only waits to be reaped does not."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"
