"""Practice on this machine: a lab made ready to go, and the seat's image to run it in.

What practice does is `checkers.engine.practice`, a program that needs nothing of ours.
This prepares what it takes, as somebody's zip has it, and can run its server in a
container with a seat's limits instead of as a process.

Errors:
    PractisingError: a sentence on what is missing.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import docker
import requests

from hub.authoring.leavings import FOLDERS
from hub.catalog import load_lab
from hub.engine import BASE, Engine, EngineError
from hub.machine import dockerd, seat_images
from hub.seating import container
from hub.settings import Settings

MANIFEST = "airlift.json"
BESIDE = ("python", "-P", "-m", "checkers.engine.beside", "--")
"""Runs a server with what its image declares to run beside it."""
PORT = 8888
_PATIENCE = 60.0
_MOST = 4_000
"""Characters of what a tool complained about."""
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
_NAME = re.compile(r"^([a-z0-9][a-z0-9._-]*)", re.MULTILINE)


class PractisingError(Exception):
    """Something that practice needs is missing."""


def library() -> Path:
    """Return the folder that holds the package `checkers`."""
    found = find_spec("checkers")
    if found is None or found.origin is None:
        raise PractisingError("expected the package checkers beside hub")
    return Path(found.origin).parents[1]


def write_parcel(
    airlift: Settings, lab_folder: Path, out: Path, *, way: str = "release"
) -> None:
    """Write a lab as if it had been taken home untouched.

    Args:
        airlift: the settings of its place.
        lab_folder: the lab.
        out: a folder to be made.
        way: ``release``, or ``renew`` for a preview: to read all its files first and
            say what is wrong with any.

    Raises:
        PractisingError: it cannot be released; has all that is wrong.
    """
    labs = out / "labs"
    words = [way, str(lab_folder.parent), str(labs), lab_folder.name]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "hub.authoring", *words],
        cwd=airlift.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PractisingError(done.stderr.strip()[-_MOST:])
    lab = load_lab(lab_folder)
    for checkers in (library() / "checkers", airlift.checkers_dir):
        if checkers.is_dir():
            unwanted = shutil.ignore_patterns(*FOLDERS)
            here = out / "checkers"
            shutil.copytree(checkers, here, ignore=unwanted, dirs_exist_ok=True)
    notebook = json.loads((labs / lab.slug / f"{lab.slug}.ipynb").read_text("utf-8"))
    kernel = notebook["metadata"].get("kernelspec", {}).get("name")
    text = requirements(airlift.software / "images" / BASE, bash=kernel == "bash")
    (out / "requirements.txt").write_text(text, encoding="utf-8")
    manifest = {
        "v": 1,
        "made": time.time_ns() // 1_000_000,
        "language": lab.language,
        "preview": way == "renew",
        "labs": [{"slug": lab.slug, "title": lab.title, "version": lab.version}],
    }
    (out / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def requirements(image: Path, *, bash: bool = False) -> str:
    """Return what an image was asked to have, in the versions of its lock.

    Args:
        image: the folder of the image.
        bash: whether the lab has bash cells.
    """
    wanted = set(_NAME.findall((image / "requirements.in").read_text("utf-8")))
    lock = (image / "requirements.lock").read_text("utf-8")
    unwanted = {"jupyterhub", "supervisor"} | (set() if bash else {"bash-kernel"})
    return "".join(
        f"{name}=={version}\n"
        for name, version in _PIN.findall(lock)
        if name in wanted - unwanted
    )


def prepare(python: str, source: str, folder: str) -> dict[str, Any]:
    """Fill a practice folder; return what its server needs inside a container.

    Raises:
        PractisingError: the program's own sentence.
    """
    words = ["--prepare", container.HOME, *(["--folder", folder] if folder else [])]
    done = subprocess.run(
        program(python, [*([source] if source else []), *words]),
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PractisingError("Nothing was prepared; the line above says why.")
    prepared: dict[str, Any] = json.loads(done.stdout)
    return prepared


def program(python: str, words: list[str]) -> list[str]:
    """Return the command of the practice program."""
    return [python, "-P", "-m", "checkers.engine.practice", *words]


def environment() -> dict[str, str]:
    """Return its environment: our package, wherever this was installed."""
    return {**os.environ, "PYTHONPATH": str(library())}


@contextmanager
def in_container(
    airlift: Settings,
    prepared: Mapping[str, Any],
    *,
    token: str = "",
    port: int = 0,
) -> Iterator[tuple[str, Any]]:
    """Run a practice folder's server in the seat's image.

    Gives the page's address and a function that waits for the server's end, at most as
    many seconds as it is told, and tells whether it has ended.

    Args:
        airlift: the settings of this place.
        prepared: what `prepare` returned.
        token: what lets a browser in; a fresh one by itself.
        port: a port of loopback; one that the engine chooses by itself.

    Raises:
        PractisingError: no engine or image is here, or the server did not start.
    """
    name = str(prepared["image"])
    if not dockerd.answers():
        raise PractisingError(_without_engine(name))
    image = _image(airlift, name)
    token = token or secrets.token_urlsafe(24)
    with contextlib.closing(docker.APIClient()) as client:
        made = _start(client, airlift, image, prepared, token, port)
        try:
            port = _published(client, made)
            _wait_ready(client, made, f"http://127.0.0.1:{port}/api/status", token)
            page = f"http://127.0.0.1:{port}/{prepared['first_page']}?token={token}"
            yield page, lambda seconds=None: _ended(client, made, seconds)
        finally:
            if name != BASE:  # its services are to end well
                client.stop(made, timeout=container.ENDING)
            client.remove_container(made, v=True, force=True)


def _ended(client: Any, made: str, seconds: float | None) -> bool:
    """Wait for a container's end; tell whether it came."""
    try:
        client.wait(made, timeout=seconds)
    except (requests.exceptions.Timeout, requests.exceptions.ConnectionError):
        return False  # how the engine's client says that time is up
    return True


def _without_engine(name: str) -> str:
    """Say what is missing where no engine answers."""
    if name == BASE:
        return "No Docker engine answers; see `airlift doctor`, or leave --docker out."
    return (
        f"This lab needs the image {name}, so it runs with Docker only, and no Docker "
        "engine answers. `airlift doctor` says more."
    )


def _image(airlift: Settings, name: str) -> str:
    """Return the id of an image, built here if need be."""
    try:
        built = Engine.load(airlift).images.get(name, "")
    except EngineError:
        built = ""
    return built or seat_images.build(airlift, name)


def _start(
    client: Any,
    airlift: Settings,
    image: str,
    prepared: Mapping[str, Any],
    token: str,
    port: int,
) -> str:
    """Make and start the container with a seat's limits; return its id."""
    folder = Path(prepared["folder"])
    user = os.getuid(), os.getgid()
    if user[0] == 0:  # no container of ours runs as root
        user = container.UID, container.UID
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, *user, follow_symlinks=False)
    host = client.create_host_config(
        **container.limits(airlift, *user),
        mem_limit=airlift.seat_memory,
        cpu_period=100_000,
        cpu_quota=int(100_000 * airlift.seat_cpus),
        binds={
            str(folder): {"bind": container.HOME, "mode": "rw"},
            # a database asks for the name of its user
            str(_accounts(folder, *user)): {"bind": "/etc/passwd", "mode": "ro"},
        },
        port_bindings={PORT: ("127.0.0.1", port or None)},
    )
    made = client.create_container(
        image,
        [*BESIDE, *prepared["command"]],
        user=f"{user[0]}:{user[1]}",
        working_dir=container.HOME,
        hostname="practice",
        ports=[PORT],
        environment={**prepared["environment"], "JUPYTER_TOKEN": token},
        host_config=host,
    )
    client.start(made["Id"])
    return str(made["Id"])


def _published(client: Any, made: str) -> int:
    """Return the port of loopback that leads to a container; 0 if it has ended."""
    ports = client.inspect_container(made)["NetworkSettings"]["Ports"]
    return int((ports.get(f"{PORT}/tcp") or [{"HostPort": 0}])[0]["HostPort"])


def _accounts(folder: Path, user: int, group: int) -> Path:
    """Write the list of accounts for a container; return its path."""
    path = folder / ".airlift" / "practice" / "passwd"
    root = "root:x:0:0:root:/root:/bin/sh"
    own = f"seat:x:{user}:{group}::{container.HOME}:/bin/bash"
    path.write_text(f"{root}\n{own}\n")
    path.chmod(0o644)
    return path


def _wait_ready(client: Any, made: str, url: str, token: str) -> None:
    """Wait until the server answers."""
    ask = urllib.request.Request(  # noqa: S310 - http on loopback
        url, headers={"Authorization": f"token {token}"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if not client.inspect_container(made)["State"]["Running"]:
            break
        with contextlib.suppress(OSError, urllib.error.URLError):
            opener.open(ask, timeout=5).close()
            return
        time.sleep(0.2)
    log = client.logs(made, tail=15).decode(errors="replace")
    raise PractisingError(f"The lab did not start. It said:\n{log}")
