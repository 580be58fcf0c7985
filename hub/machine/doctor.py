"""The doctor: looks at one thing after the other and says what to do about each."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import docker
from docker.errors import DockerException, ImageNotFound
from requests.exceptions import RequestException

from hub.engine import BASE, Engine, EngineError
from hub.machine import old_images, ports, probe, proxy
from hub.machine.supervision import Supervision, SupervisionError
from hub.settings import Settings

Level = Literal["ok", "warn", "bad"]
ERRORS = (DockerException, RequestException)
GIGABYTE = 1024**3
REBUILD = "`make down`, then `make up` builds it"
SEAT_SHARE = 200 * 1024**2
"""Memory that a seat working with a small table takes, about."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor looked at."""

    about: str
    level: Level
    says: str
    todo: str = ""


def examine(airlift: Settings) -> Iterator[Finding]:
    """Look at everything, in the order in which one would mend it."""
    try:
        engine = Engine.load(airlift)
    except EngineError:
        engine = None
    yield from _versions()
    yield _proxy()
    yield _disk("disk", airlift.root)
    yield _memory()
    yield from _parts(airlift, engine)
    if engine is None:
        yield Finding("engine", "warn", "nothing is set up yet", "`make up` sets it up")
    elif engine.engine == "local":
        yield Finding(
            "engine",
            "warn",
            "local: seats are processes, not isolated from each other",
            "for containers install Docker, then `make down` and `make up`",
        )
    else:
        yield from _docker(airlift, engine)


def _versions() -> Iterator[Finding]:
    """Say what runs here; Python older than 3.11 never gets this far."""
    names = ("jupyterhub", "dockerspawner", "jupyterhub-airlift")
    said = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("versions", "ok", f"Python {python}, {said}")
    locked = _locked(Path(__file__).parents[2] / "requirements.lock")
    other = [
        f"{name} {importlib.metadata.version(name)} (expected {version})"
        for name, version in locked.items()
        if name in names and importlib.metadata.version(name) != version
    ]
    if other:
        yield Finding(
            "lock", "warn", f"not as locked: {', '.join(other)}", "run `make up` again"
        )


def _locked(path: Path) -> dict[str, str]:
    """Read names and versions of a lock file; empty where there is none."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split(" ")[0].partition("==") for line in lines if "==" in line)
    return {name: version for name, _, version in pairs}


def _proxy() -> Finding:
    """Look for node, npm's proxy and its look-alike."""
    try:
        proxy.refuse_look_alike()
        node = proxy.find_node()
    except proxy.ProxyError as error:
        return Finding("proxy", "bad", str(error), "then `make up`")
    if not proxy.installed():
        return Finding("proxy", "warn", "not installed yet", "`make up` installs it")
    return Finding("proxy", "ok", f"node {proxy.node_version(node)} at {node}")


def _disk(about: str, place: Path) -> Finding:
    """Look at the room on the disk that holds `place`."""
    free = shutil.disk_usage(place).free
    says = f"{free / GIGABYTE:.1f} GB free at {place}"
    if free < GIGABYTE:
        return Finding(about, "bad", says, "make room: the journal needs the disk")
    if free < 5 * GIGABYTE:
        return Finding(about, "warn", says, "make room before an evening")
    return Finding(about, "ok", says)


def _memory() -> Finding:
    """Look at the memory that seats could take."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    kilobytes = next(int(line.split()[1]) for line in lines if "MemAvailable" in line)
    seats = max(0, kilobytes * 1024 - GIGABYTE) // SEAT_SHARE
    says = f"{kilobytes / 1024**2:.1f} GB available: about {seats} small seats"
    if seats < 5:
        return Finding("memory", "warn", says, "use a larger machine, or fewer seats")
    return Finding("memory", "ok", says)


def _parts(airlift: Settings, engine: Engine | None) -> Iterator[Finding]:
    """Look at the parts that run, or at the ports they would take."""
    supervision = Supervision(airlift)
    try:
        parts = supervision.parts()
    except SupervisionError:
        yield _free_ports(airlift, engine)
        return
    for part in parts:
        if not part.up or part.restarts >= 3:
            log = airlift.log_dir / f"{part.name}.log"
            says = f"{part.word}, {part.restarts} restarts in 5 min: {_last_line(log)}"
            yield Finding(part.name, "bad", says, f"read {log}")
        else:
            yield Finding(part.name, "ok", f"up, process {part.pid}")


def _last_line(log: Path) -> str:
    """Return the last line of a log."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1][:200] if lines else "its log is empty"


def _free_ports(airlift: Settings, engine: Engine | None) -> Finding:
    """Look whether the five ports are free."""
    says = f"{airlift.port} to {airlift.desk_port}"
    try:
        ports.check_ports(airlift, engine.gateway if engine else "127.0.0.1")
    except ports.PortError as error:
        return Finding("ports", "bad", str(error), "")
    return Finding("ports", "ok", f"{says} are free")


def _docker(airlift: Settings, engine: Engine) -> Iterator[Finding]:
    """Look at engine, image and networks."""
    try:
        client = docker.from_env(timeout=10)
        version, about = client.version()["Version"], client.info()
    except ERRORS as error:
        yield Finding(
            "engine",
            "bad",
            f"Docker does not answer: {error}",
            "start it: `systemctl start docker`, or `make up` as root",
        )
        return
    yield Finding("engine", "ok", f"Docker {version}")
    root = Path(about["DockerRootDir"])
    if os.access(root, os.X_OK):
        yield _disk("engine's disk", root)
    wanted = engine.images or {BASE: "none"}
    findings = [_image(client, name, held) for name, held in wanted.items()]
    yield from findings
    if number := len(old_images.look(client, engine)):
        says = f"{number} that nothing needs: `airlift doctor --tidy` removes them"
        yield Finding("old images", "ok", says)
    if worst(findings) == "bad":
        return
    yield from _network(airlift, engine)


def _image(client: docker.DockerClient, name: str, held: str) -> Finding:
    """Look for one of the seats' images."""
    about = "image" if name == BASE else f"image {name}"
    try:
        image = client.images.get(held)
    except ImageNotFound:
        return Finding(about, "bad", "the seats' image is missing", REBUILD)
    return Finding(about, "ok", f"{image.short_id}, made {image.attrs['Created'][:10]}")


def _network(airlift: Settings, engine: Engine) -> Iterator[Finding]:
    """Try from inside a container what a seat reaches."""
    needed = {
        "hub": (engine.gateway, airlift.hub_port),
        "room": (engine.gateway, airlift.room_port),
    }
    others = probe.open_places(engine.gateway) - set(needed.values())
    others = {place for place in others if place[1] != airlift.port}
    with ExitStack() as stack:
        for place in needed.values():
            stack.enter_context(_stand_in(*place))
        try:
            found = probe.from_inside(
                engine, [*needed.values(), *sorted(others), *probe.OUTSIDE]
            )
            internal = bool(
                docker.from_env().networks.get(engine.network).attrs["Internal"]
            )
        except ERRORS as error:
            yield Finding("network", "bad", f"no probe could run: {error}", "see above")
            return
    for name, place in needed.items():
        yield _reached(name, *place, found[place])
    yield _outside(found, internal=internal)
    for address, port in sorted(others):
        if found[address, port] == "connected":
            yield Finding(
                "network",
                "warn",
                f"seats reach {address}:{port} of this machine: {ports.holder(port)}",
                "bind it to 127.0.0.1, or let the firewall refuse it from the bridge "
                f"of {engine.network}",
            )


def _stand_in(address: str, port: int) -> ExitStack:
    """Listen in place of a part that does not run, so that the way can be tried."""
    stack = ExitStack()
    listener = stack.enter_context(socket.socket())
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(1)
    except OSError:
        stack.close()  # the part itself listens there
    return stack


def _reached(name: str, gateway: str, port: int, how: str) -> Finding:
    """Judge whether seats reach a part that they need."""
    if how == "connected":
        return Finding("network", "ok", f"seats reach the {name} at {gateway}:{port}")
    return Finding(
        "network",
        "bad",
        f"seats do not reach the {name} at {gateway}:{port} ({how})",
        f"let the firewall accept it: `{_firewall(gateway, port)}`",
    )


def _firewall(gateway: str, port: int) -> str:
    """Return the command that opens one port at the gateway."""
    if shutil.which("ufw"):
        return f"ufw allow in to {gateway} port {port} proto tcp"
    return f"iptables -I INPUT -d {gateway} -p tcp --dport {port} -j ACCEPT"


def _outside(found: dict[probe.Target, str], *, internal: bool) -> Finding:
    """Judge what seats must not reach; an answer of any kind is a way out."""
    answers = {target: found[target] for target in probe.OUTSIDE}
    leaks = [
        f"{host} ({how})"
        for (host, _), how in answers.items()
        if how not in ("no way", "no answer")
    ]
    if internal and not leaks:
        return Finding("network", "ok", "seats have no way to internet or metadata")
    says = ", ".join(leaks) or "the network is not internal"
    return Finding(
        "network",
        "bad",
        f"seats have a way out: {says}",
        "make the network anew: `make down`, `docker network rm`, `make up`",
    )


def worst(findings: list[Finding]) -> Level:
    """Return the worst level of all findings."""
    order: list[Level] = ["ok", "warn", "bad"]
    return max((finding.level for finding in findings), key=order.index, default="ok")
