"""The container of a seat: what it may do, and why it ended. Pure functions.

The baseline: no new privileges, no capability, default seccomp, not root, a read-only
root with sized tmpfs, and limits for processes, memory, processor, open files, file
size and log. Mounts, network and image are decided here and by the room alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docker.types import LogConfig, Ulimit

from hub.engine import BASE, Engine
from hub.settings import Settings
from hub.strings import noted

if TYPE_CHECKING:  # the CLI reads names and labels here and needs no JupyterHub
    from hub.seating.placement import Placement

UID = 1000
"""The user `seat` of every image."""
HOME = "/home/seat"
INSTALLATION = "org.airlift.installation"
SEAT = "org.airlift.seat"
ROOM = "org.airlift.room"
IMAGE = "org.airlift.image"
"""Labels of everything that belongs to a seat."""

NOWHERE = "192.0.2.1"
"""A resolver that is not there (RFC 5737). On an internal network the engine would ask
the machine's own resolver on the seat's behalf, which is a way out (CVE-2024-29018);
a resolver that has to be reached from inside the seat is none."""

ENDING = 10
"""Seconds that a seat's services have to end well."""
OPEN_FILES = 4096
FILE_SIZE = 1024**3


def seat_name(engine: Engine, seat: str) -> str:
    """Return the name of a seat's container and volume; both parts are opaque."""
    return f"{engine.name}-{seat}"


def labels(engine: Engine, place: Placement) -> dict[str, str]:
    """Return the labels of a seat's container and volume."""
    return {
        INSTALLATION: engine.name,
        SEAT: place.seat,
        ROOM: place.room,
        IMAGE: place.image,
    }


def network(engine: Engine, place: Placement) -> str:
    """Return the network of a seat: with a way out only where its labs need one."""
    return engine.egress_network if place.egress else engine.network


def create_arguments(engine: Engine, place: Placement) -> dict[str, Any]:
    """Return what Docker's create call is told beside the host configuration."""
    return {
        "user": f"{UID}:{UID}",
        "working_dir": HOME,
        "hostname": "seat",
        "labels": labels(engine, place),
    }


def host_arguments(settings: Settings, place: Placement) -> dict[str, Any]:
    """Return the limits of a seat, as arguments of docker's host configuration."""
    arguments = limits(settings)
    if not place.egress:
        arguments["dns"] = [NOWHERE]
        arguments["dns_opt"] = ["timeout:1", "attempts:1"]  # else a name takes 10 s
    return arguments


def tmpfs(user: int = UID, group: int = UID) -> dict[str, str]:
    """Return what of a container's own files can be written, beside the home."""
    own = f"uid={user},gid={group}"
    return {
        "/tmp": "rw,nosuid,nodev,size=128m,mode=1777",  # noqa: S108 - inside the seat
        "/run": f"rw,nosuid,nodev,noexec,size=8m,mode=0755,{own}",
    }


def limits(settings: Settings, user: int = UID, group: int = UID) -> dict[str, Any]:
    """Return what a container is held to wherever it may reach, in the same form."""
    return {
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "read_only": True,
        "tmpfs": tmpfs(user, group),
        "shm_size": "64m",
        "ipc_mode": "private",
        "init": True,
        "pids_limit": settings.seat_pids,
        "memswap_limit": settings.seat_memory,
        "oom_score_adj": 500,
        "ulimits": [
            Ulimit(name="nofile", soft=OPEN_FILES, hard=OPEN_FILES),
            Ulimit(name="fsize", soft=FILE_SIZE, hard=FILE_SIZE),
            Ulimit(name="core", soft=0, hard=0),
        ],
        "log_config": LogConfig(
            type="json-file", config={"max-size": "1m", "max-file": "2"}
        ),
        "restart_policy": {"Name": "no"},
    }


def has_services(found: dict[str, Any]) -> bool:
    """Say whether services may run in a container; `found` is Docker's inspect."""
    labels = found["Config"]["Labels"] or {}
    return bool(found["State"]["Running"]) and labels.get(IMAGE, BASE) != BASE


def why_ended(state: dict[str, Any], memory: str) -> str:
    """Say why a container is not running; `state` as Docker's inspect gives it."""
    code = int(state.get("ExitCode", 0))
    if state.get("Status") == "created":
        return noted("it was made but never started")
    if state.get("Error"):
        return f"the engine could not start it: {state['Error']}"
    if state.get("OOMKilled") and code == 137:
        return f"it ran out of memory ({memory})"
    if code == 0:
        return noted("its server ended by itself")
    return _SIGNALS.get(code, f"its server ended with code {code}")


_SIGNALS = {
    134: noted("its server aborted"),
    137: noted("it was killed"),
    139: noted("its server crashed"),
    143: noted("it was stopped"),
}
