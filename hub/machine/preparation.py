"""Preparation: everything that `airlift up` brings before the parts start, in order.

Each step looks first and does nothing when it is done already, so that a second `up`
takes seconds.

Errors:
    PreparationError: the seat's image or environment could not be built.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from hub import engine
from hub.catalog import Lab, load_labs
from hub.engine import Engine
from hub.machine import accounts, dockerd, ports, proxy, releasing
from hub.machine.installation import on_loopback
from hub.settings import Settings
from hub.versions import Versions


class PreparationError(Exception):
    """The seat's image or environment could not be built."""


class Teller(Protocol):
    """Who tells the organiser what is going on."""

    def say(self, sentence: str) -> None:
        """Print one sentence."""

    def step(self, title: str) -> AbstractContextManager[Callable[[str], None]]:
        """Show a step while it runs; the function it gives shows what it is at."""


def prepare(airlift: Settings, teller: Teller) -> tuple[Settings, Engine]:
    """Bring everything; returns the settings as they hold and the engine.

    The address becomes loopback when `auto` ends at the engine `local`.
    """
    proxy.refuse_look_alike()
    labs = load_labs(airlift.labs_dir)
    _check_door(airlift)
    accounts.ensure_accounts(teller.say)
    accounts.prepare_state(airlift)
    choice = _choose_engine(airlift, teller)
    if choice.use == "local":
        airlift = on_loopback(airlift) if airlift.engine == "auto" else airlift
    found = _networks(
        airlift, choice.use, way_out=any(lab.egress for lab in labs.values())
    )
    ports.check_ports(airlift, found.gateway)
    _install_proxy(teller)
    found = replace(found, image=_build(airlift, found, teller))
    _keep_versions(airlift, labs.values(), teller)
    users = [accounts.SERVICE]
    users += [accounts.SEAT] if choice.use == "local" else []
    accounts.open_ways(airlift, users, teller.say)
    found.save(airlift)
    return airlift, found


def _check_door(airlift: Settings) -> None:
    """Check before the long steps that the ports known by now are free."""
    ports.check_port(airlift.address, airlift.port, "door")
    ports.check_port("127.0.0.1", airlift.proxy_api_port, "proxy")
    ports.check_port("127.0.0.1", airlift.desk_port, "desk")


def _choose_engine(airlift: Settings, teller: Teller) -> engine.Choice:
    """Choose the engine, say so, and bring it."""
    choice = engine.choose(airlift.engine, dockerd.look())
    if choice.say:
        teller.say(choice.say)
    log = airlift.log_dir / "dockerd.log"
    if choice.install or choice.start:
        with teller.step("Docker engine"):
            dockerd.bring(choice, teller.say, log)
    return choice


def _networks(airlift: Settings, kind: engine.Kind, *, way_out: bool) -> Engine:
    """Return the engine with its networks; the installation keeps its name."""
    try:
        name = Engine.load(airlift).name
    except engine.EngineError:
        name = engine.fresh_name()
    url = ports.door_url(airlift)
    if kind == "local":
        return Engine("local", "127.0.0.1", name, public_url=url)
    gateway = dockerd.ensure_network(name, name, way_out=False)
    outside = f"{name}-out"
    if way_out:
        dockerd.ensure_network(outside, name, way_out=True)
    return Engine("docker", gateway, name, name, outside, public_url=url)


def _install_proxy(teller: Teller) -> None:
    """Install the proxy unless this very version is there."""
    if not proxy.installed():
        with teller.step("Proxy from npm"):
            proxy.install()


def _build(airlift: Settings, found: Engine, teller: Teller) -> str:
    """Build the seat's image, or with `local` its environment; returns the image's id.

    Raises:
        PreparationError: images/build.py failed; carries the end of what it said.
    """
    docker = found.engine == "docker"
    line = [
        sys.executable,
        str(airlift.software / "images" / "build.py"),
        *("--root", str(airlift.root)),
    ]
    if not docker:
        line.append("--local")
    with teller.step("Image of the seats" if docker else "Seats' environment") as at:
        return _run_build(line, airlift, at)


def _keep_versions(airlift: Settings, labs: Iterable[Lab], teller: Teller) -> None:
    """Write the labs that changed for the room, and note what seats have now."""
    labs, versions = list(labs), Versions(airlift.versions_dir)
    stale = versions.stale(labs)
    if stale:
        with teller.step("Labs for the room"):
            releasing.keep_versions(airlift, stale)
    versions.seat(labs)
    accounts.give_versions(airlift)


def _run_build(line: list[str], airlift: Settings, at: Callable[[str], None]) -> str:
    """Run images/build.py; its last line on stdout is the image's id."""
    log = airlift.log_dir / "build.log"
    said: list[str] = []
    with (
        log.open("w") as file,
        subprocess.Popen(
            line,
            cwd=airlift.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            umask=0o022,
        ) as build,
    ):
        if build.stderr is None or build.stdout is None:  # pragma: no cover
            raise PreparationError("expected pipes, got none")
        for words in build.stderr:
            file.write(words)
            said = [*said[-19:], words.rstrip()]
            at(words.strip())
        answer = build.stdout.read().strip()
    if build.returncode:
        last = "\n".join(said)
        raise PreparationError(
            f"images/build.py failed; {Path(log)} has all of it. It ended with:\n{last}"
        )
    return answer.splitlines()[-1] if answer else ""
