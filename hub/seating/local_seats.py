"""LocalSeatSpawner: seats as processes of this machine, where there is no engine.

They listen on loopback only and run as the user `airlift-seat` when the hub is root,
else as the hub's own user. Seats are not isolated from each other: limits hold for
each process, not for a seat.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import re
import resource
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from jupyterhub.spawner import LocalProcessSpawner
from traitlets import Instance, Integer, Unicode

from hub.desk import Desk
from hub.engine import BASE, Engine
from hub.machine.accounts import SEAT
from hub.machine.ports import held_port
from hub.seating.boarding import PATIENCE, Boarding, refusal, wait_ready
from hub.seating.placement import (
    SEAT_COMMAND,
    Placement,
    accepted_language,
    check_image,
    find_placement,
    first_page,
    seat_environment,
    seat_language,
)
from hub.settings import Settings

PATH = "/usr/local/bin:/usr/bin:/bin"
PROCESSES = 4096
"""Processes and threads of all local seats together; the kernel counts by user."""
OPEN_FILES = 4096
FILE_SIZE = 1024**3
DATA_SHARE = 2
"""Private memory of one process, in seat memories: untouched stacks count too."""
_SEAT = re.compile(r"s[a-z0-9]{10}")
_UNITS = {"M": 1024**2, "G": 1024**3}


class LocalSeatSpawner(LocalProcessSpawner):
    """Start, watch and stop the process of one seat."""

    settings = Instance(Settings, help="The installation's settings.").tag(config=True)
    engine = Instance(Engine, help="The installation's engine.").tag(config=True)
    boarding = Instance(Boarding, ())
    place = Instance(Placement, allow_none=True)
    language = Unicode("", help="Language of the seat when it last started.")
    born = Integer(0, help="When the process started, in ticks since boot.")

    def options_from_form(self, form: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Take no options from anybody."""
        return {}

    async def start(self) -> str:
        """Start the process; returns its address once its server answers.

        Raises:
            SpawnException: with a sentence for the person who waits.
        """
        accepted = accepted_language(self.handler)
        self.language = seat_language("", accepted, self.language)
        self.boarding = Boarding(self.language)
        with self.boarding.in_words():
            return await self._start()

    async def _start(self) -> str:
        """Start it where the room says; returns its address."""
        self.boarding.say(3, "Looking for your seat.")
        desk = Desk.of(self.settings)
        place = await find_placement(desk, self.user.name, self.boarding.say)
        self.language = seat_language(place.language, "", self.language)
        self.boarding.speak(self.language)
        place = replace(place, language=self.language)
        self.popen_kwargs = self._take(place)
        self.boarding.say(20, "Starting your lab.")
        with held_port() as self.port:
            host, port = await self._launch(place)
            path = f"{self.server.base_url}api"
            await wait_ready(host, port, path, self.poll, PATIENCE * self.start_timeout)
        self.boarding.say(95, "Your lab is ready.")
        return f"http://{host}:{port}"

    async def _launch(self, place: Placement) -> tuple[str, int]:
        """Start the process; returns where it is going to answer."""
        try:
            with self._log_file(place.seat) as file:
                self.popen_kwargs = {**self.popen_kwargs, "stdout": file}
                host, port = await super().start()
        except OSError as error:
            raise refusal(
                "The machine could not start your lab just now. Please tell a helper.",
                reason="engine",
                log=f"the seat's process could not start: {error}",
            ) from error
        self.born = born(self.pid)
        self.log.info("seat started room=%s seat=%s", place.room, place.seat)
        return host, port

    def _take(self, place: Placement) -> dict[str, Any]:
        """Set what LocalProcessSpawner is to do; returns Popen's own arguments."""
        check_image(place, [BASE])
        prefix = seat_prefix(self.settings)
        self.place = place
        self.ip = "127.0.0.1"
        self.default_url = first_page(place)
        self.cmd = [
            *limits(self.settings, own_user=seat_user() is not None),
            str(prefix / "bin" / "python"),
            *SEAT_COMMAND,
            str(prefix / "bin" / "jupyterhub-singleuser"),
        ]
        home = make_home(self.settings, place.seat)
        self.notebook_dir = str(home)
        return {
            "cwd": home,
            "umask": 0o077,
            "stdin": subprocess.DEVNULL,
            "stderr": subprocess.STDOUT,
            **as_seat_user(),
        }

    def _log_file(self, seat: str) -> BinaryIO:
        """Open the seat's own log, begun anew: the hub's goes away with the hub."""
        path = self.settings.log_dir / f"seat-{seat}.log"
        return path.open("wb")

    def make_preexec_fn(self, name: str) -> None:  # noqa: ARG002
        """Run nothing between fork and exec: Popen itself changes user and folder."""
        return

    def _env_keep_default(self) -> list[str]:
        """Keep nothing of the hub's environment."""
        return []

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Add what a login would set, and the seat's own variables."""
        if self.place is None:
            return env
        prefix = seat_prefix(self.settings)
        home = self.settings.seats_dir / self.place.seat
        return {
            **env,
            "HOME": str(home),
            "USER": seat_user() or pwd.getpwuid(os.getuid()).pw_name,
            "SHELL": "/bin/bash",
            "LANG": "C.UTF-8",
            "PATH": f"{prefix / 'bin'}:{PATH}",
            "AIRLIFT_LABS_DIR": str(self.settings.released_dir),
            **seat_environment(self.place, self.settings, self.engine),
        }

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the stages of the start for the page of the person who waits."""
        async for event in self.boarding.events():
            yield event

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a process that outlived the hub."""
        pid, self.born = state.get("pid", 0), state.get("born", 0)
        if pid and born(pid) != self.born:
            pid = 0  # the number belongs to another process by now
        super().load_state({**state, "pid": pid})
        self.language = state.get("language", "")

    def get_state(self) -> dict[str, Any]:
        """Remember the process by number and birth: numbers are used again."""
        state: dict[str, Any] = super().get_state()
        state["language"] = self.language  # for a start that no browser asks for
        return {**state, "born": self.born} if self.pid else state

    async def stop(self, now: bool = False) -> None:
        """End the server, then whatever it left in its session."""
        session = self.pid
        await super().stop(now)
        if session:
            kill_session(session)

    async def delete_forever(self) -> None:
        """Remove the seat's home, with every file in it.

        Raises:
            OSError: something could not be removed; it can be tried again.
        """
        await asyncio.to_thread(remove_home, self.settings, self.user.name)
        self.log.info("seat deleted for good seat=%s", self.user.name)


def remove_home(settings: Settings, seat: str) -> None:
    """Remove a seat's home and log, following no link; what is not there is fine.

    Raises:
        OSError: something could not be removed; it can be tried again.
    """
    if not _SEAT.fullmatch(seat):
        return
    home = settings.seats_dir / seat
    (settings.log_dir / f"seat-{seat}.log").unlink(missing_ok=True)
    if home.is_symlink():
        home.unlink()
    elif home.exists():
        _open_folders(home)
        shutil.rmtree(home)


def _open_folders(home: Path) -> None:
    """Let ourselves into folders that their owner closed, when we are that owner."""
    if os.geteuid() == 0:
        return
    home.chmod(0o700)
    for folder, names, _ in os.walk(home):
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o700)


def seat_prefix(settings: Settings) -> Path:
    """Return the seats' virtual environment; images/build.py --local makes it."""
    return settings.state_dir / "seat-venv"


def seat_user() -> str | None:
    """Return the user that local seats run as; None: the hub's own user."""
    return SEAT if os.geteuid() == 0 else None


def as_seat_user() -> dict[str, Any]:
    """Return Popen's arguments that leave the hub's user and all its groups.

    Raises:
        SpawnException: the hub is root and there is no user for seats.
    """
    name = seat_user()
    if name is None:
        return {}
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise refusal(
            "This machine is not ready for seats. Please tell the organiser.",
            reason="no-seat-user",
            log=f"expected the system user {name}: `airlift up` makes it",
        ) from None
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def make_home(settings: Settings, seat: str) -> Path:
    """Return the seat's home, made for its user alone if it is not there yet."""
    home = settings.seats_dir / seat
    try:
        home.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        return home
    user = as_seat_user()
    if user:
        os.chown(home, user["user"], user["group"])
    return home


def born(pid: int) -> int:
    """Return when a process started, in ticks since boot; 0 if there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(fields.rpartition(")")[2].split()[19])


def limits(settings: Settings, *, own_user: bool) -> list[str]:
    """Return the command that limits a seat's first process; the others inherit.

    util-linux's prlimit, run as the seat's user: it can lower limits only, so none is
    above the hub's own.
    """
    size, unit = settings.seat_memory[:-1], settings.seat_memory[-1]
    wanted = {
        "data": DATA_SHARE * int(size) * _UNITS[unit],
        "nofile": OPEN_FILES,
        "fsize": FILE_SIZE,
        "core": 0,
    }
    if own_user:
        wanted["nproc"] = PROCESSES
    flags = []
    for name, value in wanted.items():
        hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        flags.append(f"--{name}={value}:{value}")
    return ["prlimit", *flags, "--"]


def kill_session(session: int) -> None:
    """Kill what is left of a seat's process group."""
    try:
        os.killpg(session, signal.SIGKILL)
    except ProcessLookupError:
        return
