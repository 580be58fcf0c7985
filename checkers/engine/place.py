"""A place where labs are worked on: a seat, or a practice folder at home."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from checkers.engine.outbox import outbox_folder
from checkers.engine.steps import SeatLab, SeatLabError, seat_labs


@dataclass(frozen=True, slots=True)
class Place:
    """A seat or a practice folder.

    Args:
        home: where the work lies.
        outbox: its outbox; the own record lies beside it.
        labs_dir: where its released labs lie.
        slugs: which of them it has.
        requirements: a requirements.txt to hand on; without one, what is installed.
    """

    home: Path
    outbox: Path
    labs_dir: Path
    slugs: tuple[str, ...]
    requirements: Path | None = None

    def labs(self) -> dict[str, SeatLab]:
        """Return the labs that can be read."""
        found: dict[str, SeatLab] = {}
        for slug in self.slugs:
            try:
                found |= seat_labs(self.labs_dir, [slug])
            except (SeatLabError, OSError):
                continue
        return found


def place_of(environ: Mapping[str, str] = os.environ) -> Place:
    """Return the seat or practice folder that these variables describe."""
    slugs = [slug.strip() for slug in environ.get("AIRLIFT_LABS", "").split(",")]
    handed_on = environ.get("AIRLIFT_REQUIREMENTS")
    return Place(
        home=Path(environ.get("HOME") or Path.home()),
        outbox=outbox_folder(environ),
        labs_dir=Path(environ.get("AIRLIFT_LABS_DIR") or "/opt/airlift/labs"),
        slugs=tuple(slug for slug in slugs if slug),
        requirements=Path(handed_on) if handed_on else None,
    )
