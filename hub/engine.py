"""The engine: where seats run, as `airlift up` found it and wrote it down.

`airlift up` writes engine.json before anything starts; `jupyterhub_config.py` and the
spawner read it. Choosing an engine is a pure function of what the machine has.

Errors:
    EngineError: there is no engine to use; says what to do.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from typing import Literal

from hub.settings import Settings

Kind = Literal["docker", "local"]
BASE = "base"
"""The image that every other is built on."""
CONTENT = "org.airlift.content"
"""Label of every image that Airlift builds: what it was made from."""
PACKAGES = ("docker.io", "apparmor", "ca-certificates")
"""Debian's engine, and what it needs to confine containers and to trust registries."""
INSTALL = f"apt-get install -y --no-install-recommends {' '.join(PACKAGES)}"
"""The command that brings Debian's Docker engine."""


class EngineError(Exception):
    """There is no engine to use."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Where seats run; the networks and the images are empty with `local`."""

    engine: Kind
    gateway: str
    """Address at which seats reach hub and room."""
    name: str
    """Name of this installation: `airlift-` and 8 hex digits, kept for good."""
    network: str = ""
    egress_network: str = ""
    images: dict[str, str] = field(default_factory=dict)
    """Ids of the seats' images, `sha256:…`, by name."""
    public_url: str = ""
    """Address of the door as people type it."""

    @property
    def image(self) -> str:
        """Id of an image for chores beside seats; "" when there is none."""
        return self.images.get(BASE) or next(iter(self.images.values()), "")

    def lack(self, lab: str, image: str) -> str:
        """Say why a lab's seats cannot be started here; "" when they can."""
        if self.engine == "local" and image != BASE:
            return (
                f"{lab} needs the image {image}, and seats without Docker have only "
                f"{BASE}. With a Docker engine it works: `airlift doctor` says more."
            )
        if self.engine == "docker" and image not in self.images:
            return (
                f"{lab} needs the image {image}, which is not built here: "
                f"`airlift room new --lab {lab}` builds it."
            )
        return ""

    @classmethod
    def load(cls, settings: Settings) -> Engine:
        """Read engine.json.

        Raises:
            EngineError: it is not there, or is not what `save` writes.
        """
        path = settings.state_dir / "engine.json"
        try:
            found = json.loads(path.read_text())
            if "image" in found:  # written before December 2026, when there was one
                found["images"] = {BASE: found.pop("image")}
            return cls(**found)
        except FileNotFoundError:
            raise EngineError(
                f"expected {path}, there is none: `airlift up` writes it"
            ) from None
        except (TypeError, ValueError) as error:
            raise EngineError(f"{path}: expected engine.json, got: {error}") from None

    def save(self, settings: Settings) -> None:
        """Write engine.json in one piece; readable by all, it holds no secret."""
        path = settings.state_dir / "engine.json"
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n")
        os.chmod(draft, 0o644)
        draft.replace(path)


def lack(settings: Settings, lab: str, image: str) -> str:
    """Say why a lab's seats cannot be started here; "" when they can, or none knows."""
    try:
        return Engine.load(settings).lack(lab, image)
    except EngineError:
        return ""


def fresh_name() -> str:
    """Return the name of a new installation, such as `airlift-1a2b3c4d`."""
    return f"airlift-{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides about the engine: who we are and what there is."""

    root: bool
    debian: bool
    """Debian or Ubuntu, so that apt-get can install docker.io."""
    answers: bool
    """A Docker engine answers."""
    installed: bool
    """dockerd is installed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What `airlift up` does about the engine, in order: install, start, use."""

    use: Kind
    install: bool = False
    start: bool = False
    say: str = ""
    """A sentence for the organiser; empty when there is nothing to say."""


def choose(wanted: str, machine: Machine) -> Choice:
    """Choose the engine; `wanted` is the setting: auto, docker or local.

    Raises:
        EngineError: docker was forced, and this user cannot bring it.
    """
    if wanted == "local":
        return Choice("local", say=NOT_ISOLATED)
    if machine.answers:
        return Choice("docker")
    if machine.root and machine.installed:
        return Choice("docker", start=True, say="Docker does not run: starting it.")
    if machine.root and machine.debian:
        return Choice(
            "docker",
            install=True,
            start=True,
            say=f"No Docker engine here: installing Debian's ({INSTALL}).",
        )
    todo = _what_to_do(machine)
    if wanted == "docker":
        raise EngineError(f"expected a Docker engine that answers, got none. {todo}")
    return Choice("local", say=f"No Docker engine answers. {todo} {NOT_ISOLATED}")


NOT_ISOLATED = (
    "Seats run as processes on this machine: they are not isolated from each other, "
    "and only people at this machine should join."
)


def _what_to_do(machine: Machine) -> str:
    """Say how this user gets an engine."""
    if machine.installed:
        return (
            "Docker is installed: start it (`sudo service docker start`), and let "
            'this user in (`sudo usermod -aG docker "$USER"`, then log in again).'
        )
    if machine.debian:
        return (
            f"For containers run `sudo {INSTALL}` and "
            '`sudo usermod -aG docker "$USER"`, log in again, then `make up`.'
        )
    return "For containers install Docker Engine (docs.docker.com/engine), then retry."
