"""Chapters: a lab's notebook cut into what belongs to each step. Pure.

A step's chapter begins with the heading that leads to its cells and ends before the
heading that leads to the next one's; without headings, after its own last cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hub.catalog import Lab, Step

_HEADING = re.compile(r"#{1,2}[ \t]")


@dataclass(frozen=True, slots=True)
class Chapter:
    """Cells that belong together; without a step it leads in or ends the lab."""

    step: Step | None
    cells: tuple[Any, ...]

    @property
    def has_heading(self) -> bool:
        """Whether it begins with a heading of its own."""
        return bool(self.cells) and _is_heading(self.cells[0])


def chapters(lab: Lab, notebook: Any) -> tuple[Chapter, ...]:
    """Return the lead-in, a chapter for each step in order, and the end.

    The first and the last may be empty. A step without a cell has an empty chapter.
    """
    cells = list(notebook.cells)
    starts, after = [], 0
    for step in lab.steps:
        places = [at for at, cell in enumerate(cells) if cell.id in step.cells]
        if places:
            starts.append(_start(cells, after, places[0]))
            after = places[-1] + 1
        else:
            starts.append(after)
    ends = [*starts[1:], _end(cells, after)]
    found = [Chapter(None, tuple(cells[: starts[0]]))]
    for step, start, end in zip(lab.steps, starts, ends, strict=True):
        found.append(Chapter(step, tuple(cells[start:end])))
    return (*found, Chapter(None, tuple(cells[ends[-1] :])))


def _start(cells: list[Any], after: int, place: int) -> int:
    """Return where the chapter of a step begins whose first cell is at `place`."""
    headings = [at for at in range(after, place) if _is_heading(cells[at])]
    return headings[-1] if headings else after


def _end(cells: list[Any], after: int) -> int:
    """Return where the last step's chapter ends."""
    headings = [at for at in range(after, len(cells)) if _is_heading(cells[at])]
    return headings[0] if headings else len(cells)


def _is_heading(cell: Any) -> bool:
    """Say whether a cell begins with a heading."""
    return cell.cell_type == "markdown" and bool(_HEADING.match(cell.source.lstrip()))
