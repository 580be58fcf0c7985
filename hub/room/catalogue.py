"""The catalogue as the room sees it: the labs on disk, read again when they change.

A lab that is mended in mid-evening reaches the room without a restart; while its
lab.toml is broken, the last good one stays.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hub.catalog import Lab, LabError, load_lab
from hub.room.refusal import RefusalError

log = logging.getLogger(__name__)


class Catalogue:
    """Labs by slug."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trouble = ""
        """Why some lab could not be read; empty when all could."""
        self._labs: dict[str, Lab] = {}
        self._stamp: tuple[object, ...] = ()
        self.refresh()

    def refresh(self) -> None:
        """Read the labs again if a lab.toml came, went or changed."""
        try:
            paths = sorted(self.folder.glob("*/lab.toml"))
            stats = [(path, path.stat()) for path in paths]
        except OSError as error:
            self.trouble = str(error)
            log.error("labs stay as they were: %s", error)
            return
        stamp = tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats)
        if stamp != self._stamp:
            self._stamp, self.trouble = stamp, ""
            labs = (self._read(path.parent) for path in paths)
            self._labs = {lab.slug: lab for lab in labs if lab}

    def _read(self, folder: Path) -> Lab | None:
        """Read one lab; while it is broken, the last good one stays."""
        try:
            return load_lab(folder)
        except (LabError, OSError) as error:
            self.trouble = str(error)
            log.error("lab=%s stays as it was: %s", folder.name, error)
            return self._labs.get(folder.name)

    def lab(self, slug: str) -> Lab | None:
        """Return one lab."""
        return self._labs.get(slug)

    def all(self) -> list[Lab]:
        """Return every lab as it is on disk now, in the order of titles."""
        self.refresh()
        return sorted(self._labs.values(), key=lambda lab: lab.title.casefold())

    def unread(self, slugs: Iterable[str]) -> bool:
        """Say whether one of these labs is there and could not be read yet."""
        away = [slug for slug in slugs if slug not in self._labs]
        if away:
            self.refresh()
        return any(
            slug not in self._labs and (self.folder / slug / "lab.toml").exists()
            for slug in away
        )

    def has_step(self, slug: str, step: str) -> bool:
        """Say whether a lab has a step; looks at the disk before it says no.

        Raises:
            RefusalError: `lab-away`: it may have it, but cannot be read just now.
        """
        for _ in range(2):
            lab = self._labs.get(slug)
            if lab and step in lab.step_ids:
                return True
            self.refresh()
        if self.trouble or slug not in self._labs:
            raise RefusalError("lab-away", retry_after=10)
        return False

    def hints(self, slug: str, step: str) -> int:
        """Return how many hints a step has; 0 where it is not known."""
        lab = self._labs.get(slug)
        steps = lab.steps if lab else ()
        return next((len(one.hints) for one in steps if one.id == step), 0)

    def traits(self, slugs: list[str]) -> dict[str, Any]:
        """Return image, interface and egress that the labs of a room share.

        Raises:
            RefusalError: unknown-lab or mixed-labs, naming the labs.
        """
        self.refresh()
        if not slugs:
            raise RefusalError("bad-room", "labs: expected at least one lab, got none")
        for slug in slugs:
            if slug not in self._labs:
                known = ", ".join(self._labs) or "there is none"
                raise RefusalError(
                    "unknown-lab", f"labs: expected some of {known}; got {slug[:64]!r}"
                )
        first = self._labs[slugs[0]]
        for lab in (self._labs[slug] for slug in slugs[1:]):
            for trait, value in _traits(lab).items():
                here = _traits(first)[trait]
                if here != value:
                    raise RefusalError(
                        "mixed-labs",
                        f"{first.slug} and {lab.slug} cannot share a room: {trait} is "
                        f"{here!r} in one and {value!r} in the other",
                    )
        return _traits(first)

    def outline(self, slug: str) -> dict[str, Any] | None:
        """Describe a lab and its steps for viewers."""
        lab = self._labs.get(slug)
        if lab is None:
            return None
        return {
            "slug": lab.slug,
            "title": lab.title,
            "version": lab.version,
            "summary": lab.summary,
            "license": lab.license,
            "language": lab.language,
            "minutes": lab.minutes,
            "level": lab.level,
            "steps": [
                {
                    "id": step.id,
                    "title": step.title,
                    "minutes": step.minutes,
                    "points": step.points,
                }
                for step in lab.steps
            ],
        }


def _traits(lab: Lab) -> dict[str, Any]:
    """Return what the labs of a room have to share."""
    return {
        "image": lab.seat_image,
        "interface": lab.interface,
        "egress": lab.egress,
    }
