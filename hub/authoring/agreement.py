"""Agreement: the files of a lab name the same steps in the same way.

Lab.toml, the notebook's cell ids, markers and nbgrader metadata, and the checker. All
that does not agree is said at once, with what was probably meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from checkers.engine.steps import marked
from hub.authoring.checker_source import checker_faults
from hub.authoring.finding import Finding
from hub.authoring.notebook import (
    code_cells,
    first_line,
    language,
    marker_line,
    place,
    read_notebook,
    shown,
)
from hub.authoring.solutions import (
    BEGIN,
    END,
    SolutionError,
    cleared,
    is_solution,
    regions,
)
from hub.catalog import Lab, Step
from hub.tables import like

_MARKER = re.compile(
    r"[ \t]*(?:\#|//|--)[ \t\#]*([a-z]{2,7})[ \t]*[:=.-]?"
    r"[ \t]*([a-z0-9][\w -]*?)[ \t]*",
    re.IGNORECASE,
)
_COMMENT = re.compile(
    r"[ \t]*(?:\#|//|--)[ \t\#]*([a-z]+[ \t_-]*[a-z]*)", re.IGNORECASE
)
_NEAR = 0.75
_BEGINNING = 3
"""Markers are looked for in so many lines of a cell."""
_Said = Iterator[tuple[str, str]]
"""The place in the notebook, and the sentence."""


def ids_agree(lab: Lab) -> tuple[Finding, ...]:
    """Compare the ids in lab.toml, the notebook, its metadata and the checker."""
    notebook, problems = read_notebook(lab.source)
    name = lab.source.name
    found = [Finding(lab.slug, name, what) for what in problems]
    if notebook is not None:
        for where, what in (
            *_steps(lab, notebook),
            *solution_faults(notebook, not lab.imported),
        ):
            place_of = f"{name}, {where}" if where else name
            found.append(Finding(lab.slug, place_of, what))
    return (*found, *checker_faults(lab))


def solution_faults(notebook: Any, near: bool = True) -> _Said:
    """Say which solution markers cannot be used, and which solution would be left.

    Args:
        notebook: the lab's notebook.
        near: whether lines that only look like a marker are meant as one, as in a lab
            that was written for us.
    """
    whole = True
    for cell in notebook.cells:
        for number, line in enumerate(str(cell.source).split("\n"), 1):
            if near and (marker := _meant_solution(line)):
                whole = False
                got = f"expected '### {marker}', got {shown(line.strip())}"
                yield f"{place(notebook, cell)}, line {number}", got
        if is_solution(cell) or not marked(first_line(cell)):
            # else `_steps` says that a step's cell has no metadata
            try:
                regions(cell)
            except SolutionError as error:
                whole = False
                yield place(notebook, cell), _unprefixed(error)[1]
        else:
            whole = False
    if whole:
        try:
            cleared(notebook)
        except SolutionError as error:
            yield _unprefixed(error)


def _unprefixed(error: SolutionError) -> tuple[str, str]:
    """Return place and sentence of an error that begins with its cell."""
    where, _, what = str(error).partition(": ")
    return where, what


def _meant_solution(line: str) -> str:
    """Return the solution marker that a line was probably meant to be, or ""."""
    found = _COMMENT.match(line)
    if found is None or BEGIN in line or END in line:
        return ""
    words = re.sub(r"[ \t_-]+", " ", found[1]).upper()
    near = get_close_matches(words, (BEGIN, END), n=1, cutoff=0.85)
    return near[0] if near else ""


def _steps(lab: Lab, notebook: Any) -> _Said:
    """Compare the notebook's cells with the steps."""
    cells = {cell.id: cell for cell in notebook.cells}
    known = [cell_id for step in lab.steps for cell_id in step.cells]
    python = language(notebook).startswith("python")
    adrift = _adrift(notebook, known)
    for step in lab.steps:
        for cell_id in step.cells:
            if cell_id not in cells:
                yield _absent(lab, step, cell_id, notebook, adrift)
            elif what := _other_id(cells[cell_id]):
                yield f"cell {cell_id}", what
        if first := cells.get(step.cells[0] if step.cells else ""):
            for what in _first_cell(step, first, lab.slug, python=python):
                yield f"cell {first.id}", what
    there = [cell.id for cell in notebook.cells if cell.id in known]
    if there != [cell_id for cell_id in known if cell_id in cells]:
        yield "", f"expected the steps' cells in the order of lab.toml, got {there}"
    yield from _strays(lab, notebook, [*known, *adrift.values()])
    yield from _unwatched(lab, language(notebook))


def _unwatched(lab: Lab, kernel: str) -> _Said:
    """Say which steps nobody would check, as only Python kernels check their cells."""
    for step in lab.steps:
        if not (kernel.startswith("python") or step.watch or step.question):
            what = f"expected watch = true in lab.toml, since the kernel is {kernel}"
            yield f"step {step.id}", what


def _adrift(notebook: Any, known: list[str]) -> dict[str, str]:
    """Return the ids of cells that say which step they are, but only that, by step."""
    there = {cell.id for cell in notebook.cells}
    found = {}
    for cell in code_cells(notebook):
        ids = marked(first_line(cell))
        if ids and cell.id not in known and ids[0] in known and ids[0] not in there:
            found[ids[0]] = cell.id
    return found


def _absent(
    lab: Lab, step: Step, cell_id: str, notebook: Any, adrift: dict[str, str]
) -> tuple[str, str]:
    """Say that a step has no cell, and which cell was probably meant."""
    if cell_id == step.id and step.id in adrift:
        (cell,) = [c for c in notebook.cells if c.id == adrift[step.id]]
        what = f"expected the id {step.id!r}, got {cell.id!r}"
        return place(notebook, cell), f"{what}; `airlift lab ids {lab.slug}` sets it"
    what = f"expected this cell for step {step.id!r}, there is none"
    steps = {other for one in lab.steps for other in one.cells}
    free = [cell.id for cell in code_cells(notebook) if cell.id not in steps]
    near = like(cell_id, free)
    if not near and cell_id == step.id:
        near = f"; begin a code cell with '# step: {step.id}'"
    return f"cell {cell_id}", what + near


def _first_cell(step: Step, cell: Any, slug: str, *, python: bool) -> Iterator[str]:
    """Say what is wrong with the first cell of a step."""
    if cell.cell_type != "code":
        return
    marker = f"# step: {step.id}"
    if marker_line(cell) != marker:
        yield f"expected the first line {marker!r}, got {shown(first_line(cell))}"
    table = cell.metadata.get("nbgrader")
    if not table:
        what = "expected nbgrader metadata with solution = true, got none"
        yield f"{what}; `airlift lab ids {slug}` writes it"
    elif not table.get("solution"):
        yield "expected solution = true in its nbgrader metadata, got false"
    asking = f"%question {step.id}"
    second = [*cell.source.split("\n"), ""][1]
    if step.question and python and second.strip() != asking:
        yield f"expected the second line {asking!r}, got {shown(second)}"


def _other_id(cell: Any) -> str:
    """Say that nbgrader knows a cell by another id than the notebook."""
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
    return (
        ""
        if grade_id == cell.id
        else f"expected grade_id {cell.id!r}, got {grade_id!r}"
    )


def _strays(lab: Lab, notebook: Any, known: list[str]) -> _Said:
    """Say which cells look like a step's, but are none."""
    for cell in code_cells(notebook):
        if cell.id in known:
            continue
        for step_id in marked(cell.source):
            what = f"expected no marker outside a step's cell, got {step_id!r}"
            if step_id not in lab.step_ids:
                what = f"expected a step of lab.toml, got the marker of {step_id!r}"
            yield place(notebook, cell), what + like(step_id, lab.step_ids)
        if not (marked(cell.source) or lab.imported):
            lines = cell.source.split("\n")[:_BEGINNING]
            for number, line in enumerate(lines, 1):
                if step_id := _meant_step(line, lab.step_ids):
                    what = f"expected '# step: {step_id}', got {shown(line.strip())}"
                    yield f"{place(notebook, cell)}, line {number}", what


def _meant_step(line: str, steps: tuple[str, ...]) -> str:
    """Return the step that a line was probably meant to mark, or ""."""
    found = _MARKER.fullmatch(line)
    if found is None:
        return ""
    if SequenceMatcher(None, found[1].lower(), "step").ratio() < _NEAR:
        return ""
    name = re.sub(r"[ _]+", "-", found[2].strip()).lower()
    near = get_close_matches(name, steps, n=1, cutoff=0.7)
    return near[0] if near else ""
