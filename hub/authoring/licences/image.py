"""The packages of an image, read from the image itself, and of a seat's environment.

`hub.authoring.licences.scan` runs inside, in a container without a network.

Errors:
    ScanError: it could not run; says what to do.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hub.authoring.licences.ledger import Item, Ledger
from hub.authoring.licences.names import debian_license, python_license
from hub.authoring.licences.policy import plain
from hub.catalog import Lab
from hub.engine import Engine, EngineError
from hub.machine import seat_images
from hub.settings import Settings

_SCAN = Path(__file__).with_name("scan.py")
_INSIDE = (
    *("docker", "run", "--rm", "--interactive", "--network", "none", "--read-only"),
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges:true"),
    *("--memory", "512m", "--pids-limit", "64", "--entrypoint", "python"),
)
_WITHIN = 120
"""Seconds for one scan."""


class ScanError(Exception):
    """An image's packages could not be read."""


def seat_packages(airlift: Settings, lab: Lab) -> list[dict[str, Any]]:
    """Return the packages of a lab's seats, wherever they run here.

    Raises:
        SeatImageError: the lab's image is not here and could not be built.
        ScanError: what seats are made of cannot be read, or these need another engine.
    """
    with suppress(EngineError):
        engine = Engine.load(airlift)
        if engine.engine == "local":
            if lack := engine.lack(lab.slug, lab.seat_image):
                raise ScanError(lack)
            return environment_packages(airlift.state_dir / "seat-venv/bin/python")
    return image_packages(seat_images.image_of(airlift, lab))


def image_packages(image: str) -> list[dict[str, Any]]:
    """Return the packages of an image as `scan` prints them.

    Raises:
        ScanError: no engine, no such image, or no Python in it.
    """
    return _scan([*_INSIDE, image, "-P", "-"], f"the image {image}")


def environment_packages(python: Path) -> list[dict[str, Any]]:
    """Return the packages of the seats' environment without an engine.

    Debian's packages are this machine's own there and go with no kit.

    Raises:
        ScanError: there is no such environment.
    """
    found = _scan([str(python), "-P", "-"], f"the seats' environment {python}")
    return [package for package in found if package["kind"] != "debian"]


def _scan(command: Sequence[str], where: str) -> list[dict[str, Any]]:
    """Run the scan and read what it prints."""
    try:
        done = subprocess.run(
            command,
            input=_SCAN.read_text(encoding="utf-8"),
            capture_output=True,
            text=True,
            timeout=_WITHIN,
            check=True,
        )
        return list(json.loads(done.stdout)["packages"])
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        last = str(said).strip().splitlines()[-1:]
        raise ScanError(
            f"expected the packages of {where}, got: {' '.join(last)}. "
            "`airlift up --prepare` builds what seats are made of"
        ) from None


def package_items(
    packages: Sequence[dict[str, Any]], ledgers: Sequence[Ledger]
) -> list[Item]:
    """Return packages with their licences; what a ledger says holds."""
    items = []
    for package in packages:
        debian = package["kind"] == "debian"
        words = debian_license(package) if debian else python_license(package)
        item = Item(
            package["kind"],
            package["name"],
            plain(words) or words,
            version=package["version"],
        )
        for ledger in ledgers:
            item = ledger.corrected(item)
        items.append(item)
    return items
