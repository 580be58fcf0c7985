"""The seats that run just now, found where they run: containers or processes.

Stopping one keeps its files: a container's volume, or the folder of a local seat. The
hub notices within seconds, and the seat starts again when its person comes back.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound
from requests.exceptions import RequestException

from hub.engine import Engine, EngineError
from hub.seating.container import (
    ENDING,
    INSTALLATION,
    ROOM,
    SEAT,
    has_services,
    seat_name,
)
from hub.settings import Settings

ERRORS = (DockerException, RequestException)
GRACE = 5.0
"""Seconds that a local seat gets to end by itself."""
REMOVAL = 60.0
"""Seconds to wait at most for a container that somebody else removes."""
CONFLICT = 409
"""What the engine answers while it removes a container already."""
LOADING = 5.0
"""Seconds to wait at most for a process to have loaded its program."""
ENV_END = 48
"""Where `_stat` has the end of the environment."""
BORN = 19
"""Where it has when the process started, in ticks since boot."""
FLAGS, OF_KERNEL = 6, 0x00200000
"""Where it has the flags, and the one of a thread of the system's kernel."""


@dataclass(frozen=True, slots=True)
class RunningSeat:
    """One seat with a container or process; `room` is empty where nobody noted it."""

    seat: str
    room: str
    state: str
    since: float
    """When it started, in seconds since the epoch."""
    sessions: tuple[int, ...] = ()
    """Of a local seat: the server, then its kernels, terminals and what they left."""


def running_seats(settings: Settings, engine: Engine) -> list[RunningSeat]:
    """List the seats of this installation that have a container or process.

    Raises:
        EngineError: the Docker engine does not answer.
    """
    if engine.engine == "local":
        return _local_seats(settings)
    try:
        found = docker.from_env().containers.list(
            all=True,
            filters={"label": f"{INSTALLATION}={engine.name}"},
            ignore_removed=True,  # the hub may be at it
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
        _end(seat.sessions)
        return
    try:
        api, name = docker.from_env().api, seat_name(engine, seat.seat)
        if has_services(api.inspect_container(name)):
            api.stop(name, timeout=ENDING)
        _remove(api, name)
    except NotFound:
        return
    except ERRORS as error:
        raise EngineError(f"Docker could not stop seat {seat.seat}: {error}") from None


def _remove(api: docker.APIClient, name: str) -> None:
    """Remove a container; one that the hub is removing just now is waited for.

    Raises:
        NotFound: it is gone.
        DockerException, RequestException: the engine refused.
    """
    deadline = time.monotonic() + REMOVAL
    while True:
        try:
            return api.remove_container(name, v=False, force=True)
        except APIError as error:
            if error.status_code != CONFLICT or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def _local_seats(settings: Settings) -> list[RunningSeat]:
    """Read from the processes which local seats run, sorted by name."""
    sessions: dict[str, list[tuple[int, int]]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        try:
            if os.getsid(pid) != pid:
                continue
            pairs = environment(pid).split(b"\0")
            born = int(_stat(pid)[BORN])
        except OSError:
            continue
        environ = dict(pair.partition(b"=")[::2] for pair in pairs)
        seat = environ.get(b"AIRLIFT_SEAT", b"").decode()
        if seat and environ.get(b"HOME") == os.fsencode(settings.seats_dir / seat):
            sessions.setdefault(seat, []).append((born, pid))
    found = []
    for seat, known in sorted(sessions.items()):
        known.sort()  # by ticks: moments differ by how long each look took
        pids = tuple(pid for _, pid in known)
        found.append(RunningSeat(seat, "", "running", _since(known[0][0]), pids))
    return found


def environment(pid: int) -> bytes:
    """Return a process's environment; of one that just loads a program, the coming one.

    While the kernel lays out a program's memory, `environ` is empty and so is the
    address of its end (proc(5), `env_end`): a kernel of Jupyter that starts just now
    would look like no one's. For programs started without any environment it is set.
    """
    deadline = time.monotonic() + LOADING
    while True:
        loads = _loads(pid)  # before the read: it may end in between
        text = Path(f"/proc/{pid}/environ").read_bytes()
        if text or not loads or time.monotonic() > deadline:
            return text
        time.sleep(0.001)


def _loads(pid: int) -> bool:
    """Say whether a process is between two programs."""
    stat = _stat(pid)
    runs = stat[0] not in "ZX" and not int(stat[FLAGS]) & OF_KERNEL
    return runs and stat[ENV_END] == "0"


def _since(ticks: int) -> float:
    """Return a moment in seconds since the epoch, given in ticks since boot."""
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """Return what the kernel says of a process, from its state on."""
    text = Path(f"/proc/{pid}/stat").read_text()
    return text.rpartition(")")[2].split()


def _end(sessions: tuple[int, ...]) -> None:
    """Ask a seat's server to end its work, then kill what is left of its sessions."""
    server, deadline = sessions[0], time.monotonic() + GRACE
    with suppress(ProcessLookupError):
        os.kill(server, signal.SIGTERM)
    while _alive(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    for session in sessions:
        with suppress(ProcessLookupError):
            os.killpg(session, signal.SIGKILL)


def _alive(process: int) -> bool:
    """Say whether a process runs; one that only waits to be reaped does not."""
    try:
        return _stat(process)[0] != "Z"
    except OSError:
        return False
