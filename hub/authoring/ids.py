"""Ids: the cells that say which step they are get the id and metadata of one.

An author writes the marker ``# step: load-data``; JupyterLab gives the cell an id by
chance, and offers no way to change it.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import nbformat

from checkers.engine.steps import marked
from hub.authoring.notebook import code_cells, first_line
from hub.authoring.release import ReleaseError
from hub.tables import text_of

_MAJOR, _MINOR = 4, 5
"""Notebooks of nbformat 4.5 have cells with ids."""


def set_ids(folder: Path) -> tuple[str, ...]:
    """Write ids and nbgrader metadata into a lab's source; return what was done.

    Nothing else of the lab is read, so the rest may be as wrong as it likes.

    Raises:
        ReleaseError: it is no notebook.
    """
    path = folder / "lab.ipynb"
    where = f"{folder.name}/{path.name}"
    try:
        text = text_of(path)
    except FileNotFoundError:
        raise ReleaseError(f"{where}: expected this file, there is none") from None
    except ValueError as error:
        raise ReleaseError(f"{where}: {error}") from None
    try:
        # not nbformat.reads, which gives ids of its own and does not say so
        notebook = nbformat.v4.reads(text)  # type: ignore[no-untyped-call]
        if notebook.nbformat == _MAJOR:
            _ = [(cell.source, cell.metadata) for cell in notebook.cells]
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ReleaseError(f"{where}: expected a notebook, got {error!r}") from None
    if notebook.nbformat != _MAJOR:
        raise ReleaseError(
            f"{where}: expected a notebook of nbformat 4, got {notebook.nbformat}"
        )
    notebook.nbformat_minor = max(notebook.nbformat_minor, _MINOR)
    done = [*_named(notebook), *_steps(notebook)]
    if done:
        _write(path, notebook)
    return tuple(done)


def _named(notebook: Any) -> list[str]:
    """Give an id to cells that have none, or that of another cell."""
    done, taken = [], set()
    there = {cell.get("id") for cell in notebook.cells}
    for number, cell in enumerate(notebook.cells, 1):
        if not cell.get("id") or cell.id in taken:
            free = (f"cell-{n}" for n in count(number))
            cell.id = next(name for name in free if name not in there)
            there.add(cell.id)
            done.append(f"cell {number} has the id {cell.id}")
        taken.add(cell.id)
    return done


def _steps(notebook: Any) -> list[str]:
    """Give cells with a marker the id and the metadata of a step."""
    done = []
    taken = {cell.id for cell in notebook.cells}
    for number, cell in enumerate(notebook.cells, 1):
        ids = marked(first_line(cell)) if cell in code_cells(notebook) else ()
        if not ids:
            continue
        step = ids[0]
        if cell.id != step and step not in taken:
            done.append(f"cell {number} has the id {step}, it had {cell.id}")
            cell.id = step
            taken.add(step)
        table = cell.metadata.get("nbgrader")
        table = table if isinstance(table, dict) else {}
        if cell.id == step and table.get("grade_id") != step:
            cell.metadata["nbgrader"] = _metadata(step, table)
            done.append(f"cell {number} has the nbgrader metadata of {step}")
    return done


def _metadata(step: str, before: dict[str, Any]) -> dict[str, Any]:
    """Return the nbgrader metadata of a step's cell; what was there stays."""
    return {
        "grade": False,
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
        **before,
        "grade_id": step,
    }


def _write(path: Path, notebook: Any) -> None:
    """Write a notebook as Jupyter does; the file is whole at every moment."""
    aside = path.with_name(f".{path.name}.new")
    text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    aside.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    aside.replace(path)
