"""States: the lab as it is when the work before a step is done, as a notebook.

For somebody who catches up: the cells before the step carry the author's solutions,
those from the step on are as released. Nothing in the solved part counts as a step:
no marker, no cell id and no grade_id of it is one.

Errors:
    ReleaseError: a solved cell would still count as a step; names the cell.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import nbformat

from checkers.engine.steps import marked
from hub.authoring.release import ReleaseError, attendee_version, source_notebook
from hub.authoring.solutions import BEGIN, END
from hub.catalog import Lab, Step

CAUGHT_UP = "caught-up"
"""First part of the ids in the solved part, and the id of the cell that explains."""
_LONGEST = 64
_MARKER = re.compile(
    r"^([ \t]*(?:\#|//|--)[ \t\#]*)step(?=[ \t]*:)", re.IGNORECASE | re.MULTILINE
)
_WORDS = """\
# Caught up: before *{title}*

This notebook was made for you. Everything before **{title}** is done in it, in the \
author's way; from there on it is yours.

* Click into the cell of **{title}**, then choose *Run*, *Run All Above Selected \
Cell*: now you have what the step builds on.
* It is a notebook of its own with a kernel of its own. Your own notebook is as you \
left it.
* What is done here does not count as passed. You can pass those steps in your own \
notebook at any time."""


def before(lab: Lab, step_id: str) -> Any:
    """Return the notebook of the lab with all work before a step done.

    Raises:
        ReleaseError: the notebook cannot be used, or a solved cell is still a step.
    """
    source, released = source_notebook(lab), attendee_version(lab)
    step = next(step for step in lab.steps if step.id == step_id)
    ids = [cell.id for cell in source.cells]
    first = min(ids.index(cell) for cell in step.cells if cell in ids)
    solved = [
        _solved(lab, cell, plain)
        for cell, plain in zip(source.cells[:first], released.cells, strict=False)
    ]
    released.cells = [_explained(step), *solved, *released.cells[first:]]
    released.metadata["airlift"] = {
        "lab": lab.slug,
        "version": lab.version,
        "before": step.id,
    }
    return released


def _explained(step: Step) -> Any:
    """Return the cell that says what this notebook is."""
    cell = nbformat.v4.new_markdown_cell(  # type: ignore[no-untyped-call]
        _WORDS.format(title=step.title)
    )
    cell.id = CAUGHT_UP
    return cell


def _solved(lab: Lab, cell: Any, released: Any) -> Any:
    """Return a released cell with the source's solution, no longer a step."""
    known = {cell_id for step in lab.steps for cell_id in step.cells}
    lines = cell.source.split("\n")
    kept = [line for line in lines if BEGIN not in line and END not in line]
    released.source = "\n".join(kept)
    if cell.cell_type == "code":
        released.source = _MARKER.sub(r"\1caught up", released.source)
        if marked(released.source):
            raise ReleaseError(
                f"{lab.slug}/{lab.source.name}: cell {cell.id}: expected a marker that "
                f"can be taken out, got {', '.join(marked(released.source))}"
            )
    table = released.metadata.get("nbgrader")
    if cell.id in known or table:
        released.id = fresh_id(cell.id)
    if table:
        released.metadata["nbgrader"] = {
            "grade": False,
            "grade_id": released.id,
            "locked": False,
            "schema_version": table.get("schema_version", 3),
            "solution": False,
            "task": False,
        }
    return released


def fresh_id(cell_id: str) -> str:
    """Return an id for a solved cell, as short as nbformat wants it."""
    name = f"{CAUGHT_UP}-{cell_id}"
    if len(name) <= _LONGEST:
        return name
    return f"{CAUGHT_UP}-{hashlib.sha256(cell_id.encode()).hexdigest()[:32]}"
