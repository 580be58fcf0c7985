"""Settings: what an organiser can choose, from airlift.toml and AIRLIFT_* variables.

An environment variable beats the file. Everything that Airlift keeps lies below
`state`; the properties name the files there, so that no other module spells a path.

Errors:
    SettingsError: names where the value came from, the key, the value and what was
        expected.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CONFIG = "jupyterhub_config.py"
"""The hub's configuration; it marks a checkout."""
FILE = "airlift.toml"
"""The settings of a place; it marks the root of an installed Airlift."""
ENGINES = ("auto", "docker", "local")
_MEMORY = re.compile(r"[1-9][0-9]*[MG]")
_HOST = re.compile(r"|(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+")
_LABS = re.compile(r"|[a-z][a-z0-9_]*( *, *[a-z][a-z0-9_]*)*")


class SettingsError(ValueError):
    """A setting cannot be used as it is."""


def _setting(default: Any, doc: str) -> Any:
    """Declare a setting with its default and its one-line description."""
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one installation."""

    root: Path = Path()
    """Folder of the checkout, or of airlift.toml; not a setting."""

    engine: str = _setting(
        "auto", "where seats run: auto, docker or local (processes, not isolated)"
    )
    address: str = _setting("0.0.0.0", "address the door listens on")  # noqa: S104
    port: int = _setting(
        8000, "port of the door; the next four ports serve its parts on this machine"
    )
    public_url: str = _setting(
        "", "address people type, such as http://labs.example; empty: found by itself"
    )
    subdomains: str = _setting(
        "", "host whose subdomains are the seats' own, such as labs.example; empty: off"
    )
    state: Path = _setting(
        Path(".airlift"), "folder for everything that is kept, relative to the root"
    )
    labs: Path = _setting(Path("labs"), "folder of the labs, relative to the root")
    checkers: Path = _setting(
        Path("checkers"), "folder of the labs' checkers, relative to the root"
    )
    images: Path = _setting(
        Path("images"), "folder of this place's own images, relative to the root"
    )
    base_image: str = _setting(
        "python:3.11-slim-bookworm",
        "official image the seat's image starts from, when a registry answers",
    )
    seat_memory: str = _setting("1G", "memory of one seat, such as 512M or 2G")
    seat_cpus: float = _setting(1.0, "processor share of one seat, in cores")
    seat_pids: int = _setting(256, "processes and threads of one seat")
    erase_days: int = _setting(
        30, "days after opening until everything of the people of a room is erased"
    )
    practice_labs: str = _setting(
        "", "labs that anybody may start alone: empty for none, all, or slugs by comma"
    )
    practice_seats: int = _setting(50, "seats of one practice lab at a time")
    idle_minutes: int = _setting(
        60, "minutes without use until a practice seat stops; never in an open room"
    )
    stuck_same: int = _setting(
        3, "failed attempts in a row with the same reason that make somebody stuck"
    )
    stuck_failures: int = _setting(
        4, "failed attempts of a step that make somebody stuck, whatever the reasons"
    )
    stuck_minutes: int = _setting(
        5, "minutes on a step in which nobody counts as slow and so stuck"
    )
    away_minutes: int = _setting(
        30, "minutes without a sign after which a seat counts as away"
    )

    @property
    def state_dir(self) -> Path:
        """The state folder, absolute."""
        return (self.root / self.state).absolute()

    @property
    def labs_dir(self) -> Path:
        """The labs folder, absolute."""
        return (self.root / self.labs).absolute()

    @property
    def checkers_dir(self) -> Path:
        """The folder of this place's own checkers, absolute; it may be away."""
        return (self.root / self.checkers).absolute()

    @property
    def images_dir(self) -> Path:
        """The folder of this place's own images, absolute; it may be away."""
        return (self.root / self.images).absolute()

    @property
    def places(self) -> dict[str, str]:
        """Variables by which another program finds the same folders."""
        return {
            "AIRLIFT_STATE": str(self.state_dir),
            "AIRLIFT_LABS": str(self.labs_dir),
            "AIRLIFT_CHECKERS": str(self.checkers_dir),
            "AIRLIFT_IMAGES": str(self.images_dir),
        }

    @property
    def software(self) -> Path:
        """Folder that holds jupyterhub_config.py and images/ of Airlift itself.

        The root of a checkout; of an installed Airlift what its wheel brought along.
        """
        if (self.root / CONFIG).exists():
            return self.root
        return Path(sys.prefix) / "share" / "jupyterhub-airlift"

    def image_folder(self, name: str) -> Path:
        """Folder of an image: this place's own, else Airlift's."""
        own = self.images_dir / name
        return own if own.is_dir() else self.software / "images" / name

    @property
    def secrets_dir(self) -> Path:
        """Folder of the secret files; see `hub.secrets`."""
        return self.state_dir / "secrets"

    @property
    def room_dir(self) -> Path:
        """Folder of the room service: the journal and its lock."""
        return self.state_dir / "room"

    @property
    def hub_dir(self) -> Path:
        """Folder of the hub: its database."""
        return self.state_dir / "hub"

    @property
    def log_dir(self) -> Path:
        """Folder of the logs of proxy, hub and room."""
        return self.state_dir / "log"

    @property
    def run_dir(self) -> Path:
        """Folder of the supervisor's socket, pid and configuration."""
        return self.state_dir / "run"

    @property
    def seats_dir(self) -> Path:
        """Folder of the seats' homes; the local engine only."""
        return self.state_dir / "seats"

    @property
    def released_dir(self) -> Path:
        """Folder of the released labs; the local engine only."""
        return self.state_dir / "released"

    def practises(self, lab: str) -> bool:
        """Say whether anybody may start this lab for practice."""
        slugs = self.practice_labs.split(",")
        return self.practice_labs == "all" or lab in [slug.strip() for slug in slugs]

    @property
    def versions_dir(self) -> Path:
        """Folder of the labs' versions with their solved states; the room's alone."""
        return self.state_dir / "versions"

    @property
    def proxy_api_port(self) -> int:
        """Port of the proxy's own API, on loopback."""
        return self.port + 1

    @property
    def hub_port(self) -> int:
        """Port of the hub's API, on the seats' gateway address."""
        return self.port + 2

    @property
    def room_port(self) -> int:
        """Port of the room service, on the seats' gateway address."""
        return self.port + 3

    @property
    def desk_port(self) -> int:
        """Port of the room service's loopback API for hub and CLI."""
        return self.port + 4


def settings(
    root: Path, environ: Mapping[str, str] | None = None, **overrides: Any
) -> Settings:
    """Read the settings of the installation at `root`.

    Order, the last one wins: defaults, `root`/airlift.toml, AIRLIFT_* variables,
    `overrides` (a command's flags; None means not given).

    Raises:
        SettingsError: an unknown key or a value that cannot be used.
    """
    environ = os.environ if environ is None else environ
    known = {item.name: item for item in fields(Settings) if item.metadata}
    values: dict[str, Any] = {}
    for key, value in _file(root / FILE).items():
        if key not in known:
            raise SettingsError(
                f"airlift.toml: {key}: expected one of {', '.join(known)}"
            )
        values[key] = _checked(f"airlift.toml: {key}", key, value)
    for key in known:
        name = f"AIRLIFT_{key.upper()}"
        if environ.get(name):
            values[key] = _checked(name, key, environ[name])
    for key, value in overrides.items():
        if value is not None:
            values[key] = _checked(f"--{key.replace('_', '-')}", key, value)
    found = Settings(root=root.absolute(), **values)
    host = urlsplit(found.public_url).hostname
    if found.subdomains and host not in (None, found.subdomains):
        raise SettingsError(
            f"public_url: expected an address at {found.subdomains}, as subdomains "
            f"says, got {found.public_url!r}"
        )
    return found


def _file(path: Path) -> dict[str, Any]:
    """Read the [airlift] keys of a TOML file; a missing file is empty."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path.name}: expected TOML, got: {error}") from None


def _checked(where: str, key: str, value: Any) -> Any:
    """Return `value` in the setting's type, or say what was expected."""
    kind = type(getattr(Settings(), key))
    try:
        value = kind(value)
    except (TypeError, ValueError):
        raise SettingsError(f"{where}: expected {_NOUN[kind]}, got {value!r}") from None
    expected = _EXPECTED.get(key)
    if expected and not expected[1](value):
        raise SettingsError(f"{where}: expected {expected[0]}, got {value!r}")
    return value


_NOUN = {str: "a string", int: "a whole number", float: "a number", Path: "a path"}
_EXPECTED: dict[str, tuple[str, Any]] = {
    "engine": ("one of " + ", ".join(ENGINES), lambda value: value in ENGINES),
    "port": ("a port from 1024 to 65531", lambda value: 1024 <= value <= 65531),
    "subdomains": (
        "a host's name with a dot, such as labs.example",
        lambda value: bool(_HOST.fullmatch(value)),
    ),
    "seat_memory": (
        "a size such as 512M or 2G",
        lambda value: bool(_MEMORY.fullmatch(value)),
    ),
    "seat_cpus": ("more than 0", lambda value: value > 0),
    "seat_pids": ("at least 64", lambda value: value >= 64),
    "erase_days": ("1 to 365", lambda value: 1 <= value <= 365),
    "practice_labs": (
        "all or slugs of labs such as first_flight, with commas between",
        lambda value: bool(_LABS.fullmatch(value)),
    ),
    "practice_seats": ("1 to 500", lambda value: 1 <= value <= 500),
    "idle_minutes": ("1 to 1440", lambda value: 1 <= value <= 1440),
    "stuck_same": ("2 to 10", lambda value: 2 <= value <= 10),
    "stuck_failures": ("2 to 100", lambda value: 2 <= value <= 100),
    "stuck_minutes": ("1 to 240", lambda value: 1 <= value <= 240),
    "away_minutes": ("2 to 1440", lambda value: 2 <= value <= 1440),
}
