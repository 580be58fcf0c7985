"""Versions: the released labs as the room keeps them, with the states to catch up.

``<folder>/<slug>/<version>/`` holds lab.json, lab.ipynb (what attendees get) and
before/<step>.ipynb. The states hold solutions, so the folder is the room's alone and no
part of an image. `hub.authoring.versions` writes them; everybody else reads them here.

Errors:
    VersionsError: what is there cannot be used; says what to do.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.catalog import Lab

MOST_BYTES = 4 * 1024 * 1024
"""Size of one notebook at most; pictures in it count."""
SEATED = "seated.json"
"""File that says which version the seats' image has."""
STAMP = "made-of"
"""File of a version that says what it was made of."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_VERSION = re.compile(r"\d{1,9}\.\d{1,9}\.\d{1,9}")
_PACKAGE = Path(__file__).parent


class VersionsError(ValueError):
    """What is there cannot be used."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions below one folder."""

    folder: Path

    def path(self, slug: str, version: str) -> Path:
        """Return the folder of one version.

        Raises:
            VersionsError: no slug or no version, such as a path.
        """
        if not _NAME.fullmatch(slug) or not _VERSION.fullmatch(version):
            raise VersionsError(f"expected a lab's version, got {slug!r} {version!r}")
        return self.folder / slug / version

    def has(self, slug: str, version: str) -> bool:
        """Say whether a version is there."""
        return (self.path(slug, version) / "lab.json").is_file()

    def stale(self, labs: Iterable[Lab]) -> list[Lab]:
        """Return the labs whose version is missing or was made of something else."""
        return [lab for lab in labs if self._stamp(lab) != made_of(lab)]

    def _stamp(self, lab: Lab) -> str:
        """Return what a version was made of; "" when it is not there."""
        try:
            return (self.path(lab.slug, lab.version) / STAMP).read_text().strip()
        except OSError:
            return ""

    def description(self, slug: str, version: str) -> dict[str, Any]:
        """Return the lab.json of a version.

        Raises:
            VersionsError: it is not there, or no lab.json.
        """
        try:
            data = json.loads(self._text(slug, version, "lab.json"))
        except ValueError as error:
            raise VersionsError(f"{slug} {version}: {error}") from None
        return dict(data)

    def notebook(self, slug: str, version: str) -> str:
        """Return the notebook of a version as attendees get it.

        Raises:
            VersionsError: it is not there, or too large.
        """
        return self._text(slug, version, "lab.ipynb")

    def before(self, slug: str, version: str, step: str) -> str:
        """Return the notebook with everything done before a step.

        Raises:
            VersionsError: it is not there, or too large.
        """
        if not _NAME.fullmatch(step):
            raise VersionsError(f"expected a step's id, got {step!r}")
        return self._text(slug, version, f"before/{step}.ipynb")

    def _text(self, slug: str, version: str, name: str) -> str:
        """Read a file of a version."""
        path = self.path(slug, version) / name
        try:
            if path.stat().st_size > MOST_BYTES:
                raise VersionsError(
                    f"{slug} {version}: expected {name} of at most {MOST_BYTES} bytes"
                )
            return path.read_text(encoding="utf-8")
        except OSError:
            raise VersionsError(
                f"expected {name} of {slug} {version}, there is none: "
                f"`airlift lab release {slug}` writes it"
            ) from None

    def seated(self) -> dict[str, str]:
        """Return the version of each lab that the seats' image has."""
        try:
            data = json.loads((self.folder / SEATED).read_text(encoding="utf-8"))
            return {str(slug): str(version) for slug, version in data.items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def seat(self, labs: Iterable[Lab]) -> None:
        """Note that the seats' image was just built from these labs."""
        path = self.folder / SEATED
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps({lab.slug: lab.version for lab in labs}) + "\n")
        draft.chmod(0o600)
        draft.replace(path)

    def newest(self, slug: str, offers: Mapping[str, str]) -> str:
        """Return the newest version that seats may know: offered, or in their image.

        "" when there is none.
        """
        known = (offers.get(slug, ""), self.seated().get(slug, ""))
        return max((version for version in known if version), key=numbers, default="")


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers to compare; nonsense is below all."""
    if not _VERSION.fullmatch(version):
        return ()
    return tuple(int(part) for part in version.split("."))


def made_of(lab: Lab) -> str:
    """Return a hash of everything that decides about a lab's version."""
    total = hashlib.sha256()
    tools = sorted((_PACKAGE / "authoring").glob("*.py"))
    for path in (lab.folder / "lab.toml", lab.source, _PACKAGE / "catalog.py", *tools):
        data = path.read_bytes() if path.is_file() else b""
        total.update(f"{path.name}:{len(data)}:".encode())
        total.update(data)
    return total.hexdigest()[:32]
