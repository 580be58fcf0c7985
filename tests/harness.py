"""A whole installation of Airlift for tests: real proxy, hub, room, engine and seats.

`Airlift` starts, kills and restarts each part by name on free ports below a temporary
folder, and takes everything away again: processes, containers, volumes, networks.
What it says when something fails ends with the parts' own logs.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import docker
import requests

from hub.catalog import load_labs
from hub.desk import Desk
from hub.engine import Engine, fresh_name
from hub.machine import accounts, dockerd, proxy
from hub.machine.ports import door_url
from hub.machine.running import environment
from hub.seating import container
from hub.secrets import ensure_secrets, read_secret
from hub.settings import Settings, settings
from hub.versions import Versions
from tests.visitor import Visitor

REPOSITORY = Path(__file__).parents[1]
PARTS = ("room", "proxy", "hub")
"""The parts, in the order in which they start."""

_TENS = itertools.count(random.randrange(300))
"""Numbers of tens of ports, from a random one on."""

T = TypeVar("T")


class NotInTimeError(AssertionError):
    """Something did not happen within its deadline."""


def wait_for(what: str, ask: Callable[[], T], seconds: float = 120) -> T:
    """Ask until the answer is true; returns it.

    At first often, then four times a second, which a room always answers.

    Raises:
        NotInTimeError: the deadline passed; says what was waited for.
    """
    began = time.monotonic()
    while True:
        answer = ask()
        if answer:
            return answer
        waited = time.monotonic() - began
        if waited > seconds:
            raise NotInTimeError(f"expected {what} within {seconds} s, got {answer!r}")
        time.sleep(min(0.05 + waited / 20, 0.25))


def wait_stopped(visitor: Visitor) -> None:
    """Wait until the hub has stopped a visitor's seat to the end.

    While it still does so there is no server any more, and none can be started.
    """
    wait_for(
        "the hub to have stopped the seat",
        lambda: not visitor.get("/hub/api/user").json()["servers"],
    )


def free_ports(count: int = 5) -> int:
    """Return the first of `count` free ports in a row, at most ten.

    Tests that run side by side look in places of their own, and in one run each gets
    others than those before: what one has found free stays so until its parts listen.
    Below 32768, where the system takes ports for whoever names none.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw2")[2:]) % 3
    while True:
        first = 21000 + 3000 * worker + 10 * (next(_TENS) % 300)
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("0.0.0.0", port))
        except OSError:
            continue
        return first


@functools.cache
def kept_versions() -> Path:
    """Release the labs for a room, once for all installations of this run."""
    folder = Path(tempfile.mkdtemp(prefix="airlift-versions-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    labs = REPOSITORY / "labs"
    line = [sys.executable, "-m", "hub.authoring", "keep", str(labs), str(folder)]
    done = subprocess.run(line, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, f"the labs were not released:\n{done.stderr}"
    Versions(folder).seat(load_labs(labs).values())
    return folder


class Airlift:
    """One installation; `start` it, use it, `close` it.

    `image` is the id of the seats' image, "" with the engine `local`, `images` has
    those of others by name; `prefix` is the virtual environment of local seats, beside
    which lie the released labs. `environ` is added to every part's environment
    (DOCKER_HOST through a test's own TCP proxy, for one), `toml` to airlift.toml.
    """

    def __init__(
        self,
        root: Path,
        *,
        image: str = "",
        images: Mapping[str, str] | None = None,
        prefix: Path | None = None,
        environ: Mapping[str, str] | None = None,
        toml: Mapping[str, Any] | None = None,
    ) -> None:
        self.root = root
        self.image = image
        self.images = dict(images or {})
        self.environ = dict(environ or {})
        self.name = fresh_name()
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.docker = docker.DockerClient() if image else None
        self.settings = self._configure(dict(toml or {}))
        if prefix is not None:
            self._borrow(prefix)
        self.engine = self._engine()
        self.engine.save(self.settings)

    def _configure(self, toml: dict[str, Any]) -> Settings:
        """Write airlift.toml, the state folders and the secrets."""
        values = {
            "address": "127.0.0.1",
            "port": free_ports(),
            "labs": str(REPOSITORY / "labs"),
            "engine": "docker" if self.image else "local",
            **toml,
        }
        lines = [
            f"{key} = {value if isinstance(value, int | float) else repr(str(value))}\n"
            for key, value in values.items()
        ]
        (self.root / "airlift.toml").write_text("".join(lines))
        found = settings(self.root, {})
        accounts.ensure_folders(found)
        ensure_secrets(found.secrets_dir)
        shutil.copytree(kept_versions(), found.versions_dir, dirs_exist_ok=True)
        return found

    def _borrow(self, prefix: Path) -> None:
        """Use a seats' environment and released labs that were built elsewhere."""
        state = self.settings.state_dir
        (state / "seat-venv").symlink_to(prefix)
        self.settings.released_dir.rmdir()
        self.settings.released_dir.symlink_to(prefix.parent / "released")
        accounts.ensure_accounts(print)
        accounts.open_ways(self.settings, [accounts.SEAT], print)
        if os.geteuid() == 0:
            accounts.let_pass(accounts.SEAT, [prefix], print)

    def _engine(self) -> Engine:
        """Make the seats' networks and say where seats run."""
        url = door_url(self.settings)
        if not self.image:
            return Engine("local", "127.0.0.1", self.name, public_url=url)
        inner, outer = self.name, f"{self.name}-out"
        gateway = dockerd.ensure_network(inner, inner, way_out=False)
        dockerd.ensure_network(outer, inner, way_out=True)
        images = {"base": self.image, **self.images}
        return Engine("docker", gateway, inner, inner, outer, images, url)

    # --- parts

    @property
    def url(self) -> str:
        """The door's address."""
        return f"http://{self.settings.address}:{self.settings.port}"

    @property
    def room_url(self) -> str:
        """The room service's address as seats reach it, without the proxy."""
        port = self.settings.room_port
        return f"http://{self.engine.gateway}:{port}/services/room"

    @property
    def hub_url(self) -> str:
        """The hub's address as seats reach it, without the proxy."""
        return f"http://{self.engine.gateway}:{self.settings.hub_port}/hub"

    def start(self, *parts: str) -> Airlift:
        """Start parts (all by default) and wait until each answers."""
        if not proxy.installed():
            proxy.install()
        for part in parts or PARTS:
            self.launch(part)
            self.wait_up(part)
        if not parts:
            self.wait_door()
        return self

    def launch(self, part: str) -> None:
        """Start one part without waiting for it."""
        with self.log_path(part).open("ab") as log:
            self.parts[part] = subprocess.Popen(
                self._command(part),
                cwd=self.root,
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_up(self, part: str, seconds: float = 60) -> None:
        """Wait until a part answers; one that ended instead fails with its log."""
        process = self.parts[part]

        def up() -> bool:
            """Say whether it answers."""
            if process.poll() is not None:
                raise AssertionError(
                    f"{part} ended with code {process.returncode}\n{self.log(part)}"
                )
            return self.answers(part)

        try:
            wait_for(f"{part} to answer", up, seconds)
        except NotInTimeError as error:
            raise NotInTimeError(f"{error}\n{self.log(part)}") from None

    def answers(self, part: str) -> bool:
        """Say whether a part answers its health question."""
        headers = {}
        if part == "proxy":
            token = read_secret(self.settings.secrets_dir, "proxy")
            headers["Authorization"] = f"token {token}"
        with contextlib.suppress(requests.RequestException):
            return requests.get(self._health(part), headers=headers, timeout=5).ok
        return False

    def wait_door(self) -> None:
        """Wait until the proxy knows the hub and the room."""
        for page in ("/hub/health", "/services/room/health"):
            wait_for(f"{page} behind the door", lambda page=page: self._ok(page))

    def _ok(self, page: str) -> bool:
        """Say whether a page behind the door is there."""
        with contextlib.suppress(requests.RequestException):
            host = {"Host": urlsplit(door_url(self.settings)).netloc}
            return requests.get(self.url + page, headers=host, timeout=5).ok
        return False

    def kill(self, part: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to one part and wait for its end; nobody brings it back."""
        process = self.parts[part]
        process.send_signal(number)
        process.wait(30)

    def pause(self, part: str) -> None:
        """Stop a part in its tracks: it holds its sockets and answers nothing."""
        self.parts[part].send_signal(signal.SIGSTOP)

    def resume(self, part: str) -> None:
        """Let a paused part go on."""
        self.parts[part].send_signal(signal.SIGCONT)

    def restart(self, part: str, number: int = signal.SIGKILL) -> None:
        """Kill a part and start it again, as the supervisor would."""
        self.kill(part, number)
        self.launch(part)
        self.wait_up(part)

    def pid(self, part: str) -> int:
        """Return the process id of a part."""
        return self.parts[part].pid

    def log_path(self, part: str) -> Path:
        """Return where a part's log is."""
        return self.settings.log_dir / f"{part}.log"

    def log(self, part: str, lines: int = 60) -> str:
        """Return the last lines of a part's log."""
        path = self.log_path(part)
        text = path.read_text(errors="replace") if path.exists() else ""
        return f"--- {part} ---\n" + "\n".join(text.splitlines()[-lines:])

    def logs(self) -> str:
        """Return the last lines of all parts' and seats' logs."""
        seats = [path.stem for path in self.settings.log_dir.glob("seat-*.log")]
        texts = [self.log(part) for part in (*PARTS, *seats)]
        for seat in self.containers():
            with contextlib.suppress(docker.errors.APIError):  # it may just go
                tail = seat.logs(tail=30).decode(errors="replace")
                texts.append(f"--- {seat.name} ({seat.status}) ---\n{tail}")
        return "\n".join(texts)

    def _environ(self) -> dict[str, str]:
        """Return the environment of a part: nothing of the test's own."""
        keep = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        return {
            **keep,
            "LANG": "C.UTF-8",
            "AIRLIFT_ROOT": str(self.root),
            **self.environ,
        }

    def _command(self, part: str) -> list[str]:
        """Return the command of a part."""
        if part == "hub":
            config = REPOSITORY / "jupyterhub_config.py"
            return [sys.executable, "-m", "jupyterhub", "-f", str(config)]
        module = proxy.__name__ if part == "proxy" else f"hub.{part}"
        return [sys.executable, "-m", module]

    def _health(self, part: str) -> str:
        """Return the address of a part's health question."""
        return {
            "room": f"{self.room_url}/health",
            "hub": f"{self.hub_url}/health",
            "proxy": f"http://127.0.0.1:{self.settings.proxy_api_port}/api/routes",
        }[part]

    # --- the room

    @property
    def desk(self) -> Desk:
        """The room's loopback API."""
        return Desk.of(self.settings)

    def open_room(self, title: str = "Demo", capacity: int = 20, **more: Any) -> Any:
        """Open a room with the demo lab; returns the desk's answer with its keys."""
        body = {
            "title": title,
            "host": "Test group",
            "labs": ["first_flight"],
            "capacity": capacity,
            **more,
        }
        room = self.desk.call("POST", "/rooms", body)
        self.desk.call("POST", f"/rooms/{room['id']}/open")
        return self.desk.call("GET", f"/rooms/{room['id']}")

    def visitor(self) -> Visitor:
        """Return a new browser at the door."""
        return Visitor(self.url)

    def join(self, code: str, name: str) -> Visitor:
        """Join as somebody with a browser of their own; the seat is up when it ends."""
        visitor = self.visitor()
        visitor.join(code, name)
        visitor.start()
        return visitor

    # --- seats

    def containers(self) -> list[Any]:
        """Return the containers of this installation, running or not."""
        if self.docker is None:
            return []
        label = f"{container.INSTALLATION}={self.name}"
        found = self.docker.containers.list(
            all=True, filters={"label": label}, ignore_removed=True
        )
        return list(found)

    def container(self, seat: str) -> Any:
        """Return the container of a seat."""
        assert self.docker is not None
        return self.docker.containers.get(container.seat_name(self.engine, seat))

    def run_in(self, seat: str, *command: str) -> tuple[int, str]:
        """Run a command inside a seat as its user; returns exit code and output."""
        code, output = self.container(seat).exec_run(list(command))
        return int(code), output.decode(errors="replace")

    def python_in(self, seat: str, code: str) -> tuple[int, str]:
        """Run Python code inside a seat as its user; returns exit code and output."""
        return self.run_in(seat, "python", "-c", code)

    # --- the end

    def close(self) -> None:
        """Take everything away."""
        for process in self.parts.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait(30)
        if self.docker is not None:
            remove_installation(self.docker, self.name)
            self.docker.close()
        for home in self.settings.seats_dir.glob("*"):
            end_processes_of(home)


def remove_installation(client: Any, name: str) -> None:
    """Remove what an installation has in the engine.

    The engine may still be at what a killed hub had asked for: what is just being
    removed cannot be (409), nor what hangs on it, and all is looked at again.
    """
    label = {"label": f"{container.INSTALLATION}={name}"}

    def gone() -> bool:
        """Remove what is there, the containers first; say whether nothing was."""
        seats = client.containers.list(all=True, filters=label, ignore_removed=True)
        volumes, networks = (
            kind.list(filters=label) for kind in (client.volumes, client.networks)
        )
        removals = [functools.partial(one.remove, force=True, v=True) for one in seats]
        removals += [functools.partial(one.remove, force=True) for one in volumes]
        removals += [one.remove for one in networks]
        for remove in removals:
            with contextlib.suppress(docker.errors.APIError):
                remove()
        return not removals

    wait_for(f"nothing of {name} in the engine", gone)


def end_processes_of(home: Path) -> None:
    """End the processes whose HOME is a local seat's, and what they start meanwhile."""

    def ended() -> bool:
        """Kill those there are; say whether there were none."""
        found = processes_of(home)
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not found

    wait_for(f"the end of all processes of {home}", ended)


def processes_of(home: Path) -> list[int]:
    """List the processes whose HOME is a local seat's; dead ones have no HOME."""
    found, mark = [], f"HOME={home}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in environment(int(entry.name)).split(b"\0"):
                found.append(int(entry.name))
    return found


@contextlib.contextmanager
def running(root: Path, **how: Any) -> Iterator[Airlift]:
    """Run an installation for as long as the block lasts."""
    airlift = Airlift(root, **how)
    try:
        yield airlift.start()
    finally:
        airlift.close()
