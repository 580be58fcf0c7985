"""The handbook: what attendees read, on paper, with room to write each step's code.

It is made of the released notebook, so it holds no solution, no hint and no note of the
presenters.

Errors:
    FormulaError: a formula cannot be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from hub.authoring.chapters import chapters
from hub.authoring.notebook import language
from hub.authoring.prose import code_html
from hub.authoring.sheet import markdown, ours, sheet
from hub.authoring.solutions import STUBS, regions
from hub.catalog import Lab, Question, Step

FEWEST_LINES, MOST_LINES = 4, 14


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a chapter: text, or what a step leaves to be written.

    Args:
        html: what stands there; may be empty.
        lines: how many lines to write on follow it.
        question: what the step asks here, if it does.
    """

    html: Markup
    lines: int = 0
    question: Question | None = None


def handbook(lab: Lab, released: Any, source: Any, *, large: bool = False) -> str:
    """Return the handbook as a page that needs no other file.

    Args:
        lab: the lab.
        released: its notebook as attendees get it; all text is from it.
        source: its source, for nothing but how much there is to write.
        large: whether to set it in large print, 18 pt and more.
    """
    room = {cell.id: _room(cell) for cell in source.cells}
    spoken = language(released)
    lead, *steps, end = (
        (
            chapter,
            [_piece(lab, chapter.step, cell, spoken, room) for cell in chapter.cells],
        )
        for chapter in chapters(lab, released)
    )
    return sheet(
        "handbook.html", lab, large=large, lead=lead[1], steps=steps, end=end[1]
    )


def _piece(
    lab: Lab, step: Step | None, cell: Any, spoken: str, room: dict[str, int]
) -> Piece:
    """Return a cell as it is printed."""
    is_step = step is not None and cell.id in step.cells
    if cell.cell_type == "markdown":
        cell = {**cell, "source": cell.source.removeprefix(f"# {lab.title}\n")}
        return Piece(markdown(lab, cell), room[cell["id"]] if is_step else 0)
    if step is not None and is_step and step.question:
        return Piece(Markup(), question=step.question)
    lines = [line for line in cell.source.split("\n") if line.strip() not in STUBS]
    text = "\n".join(lines).strip("\n")
    html = ours(code_html(text, spoken)) if text else Markup()
    return Piece(html, room[cell.id] if is_step else 0)


def _room(cell: Any) -> int:
    """Return how many lines somebody may want for a cell's solution."""
    written = sum(text.count("\n") + 1 for text in regions(cell))
    return min(MOST_LINES, max(FEWEST_LINES, 2 * written))
