"""Notebook: a lab's source notebook read, with all that is wrong with it at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat.validator import iter_validate

from hub.tables import text_of

_RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}")
_SHOWN = 40
_MOST = 5
"""How many ways in which a file is no notebook are worth telling."""


def read_notebook(path: Path) -> tuple[Any, tuple[str, ...]]:
    """Read a notebook; return it, or None and every sentence on what is wrong."""
    try:
        text = text_of(path)
    except FileNotFoundError:
        return None, ("expected this file, there is none",)
    except IsADirectoryError:
        return None, ("expected a file, got a folder",)
    except ValueError as error:
        return None, (str(error),)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        return None, (f"expected a notebook, got no JSON: {error}",)
    found = tuple(_faults(data, path.parent.name))
    if found:
        return None, found
    return nbformat.reads(text, as_version=4), ()  # type: ignore[no-untyped-call]


def place(notebook: Any, cell: Any) -> str:
    """Return the words for a cell: its id, and its number where that says nothing."""
    if not _RANDOM.fullmatch(cell.id):
        return f"cell {cell.id}"
    number = [other.id for other in notebook.cells].index(cell.id) + 1
    return f"cell {number} ({shown(first_line(cell))})"


def first_line(cell: Any) -> str:
    """Return the first line of a cell."""
    return str(cell.source).split("\n", 1)[0]


def marker_line(cell: Any) -> str:
    """Return the line that says which step a cell is: the first but a cell magic."""
    lines = [*str(cell.source).split("\n"), ""]
    return lines[1] if lines[0].startswith("%%") else lines[0]


def shown(text: str) -> str:
    """Return a line in quotation marks, not too long."""
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")


def code_cells(notebook: Any) -> list[Any]:
    """Return the code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def language(notebook: Any) -> str:
    """Return the language of a notebook's kernel; python where it does not say."""
    spec = notebook.metadata.get("kernelspec", {})
    return str(spec.get("language") or spec.get("name") or "python")


def _faults(data: Any, slug: str) -> Iterator[str]:
    """Say what keeps JSON from being a notebook whose cells have ids."""
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list) or not all(isinstance(c, dict) for c in cells):
        yield "expected a notebook, got JSON without cells"
        return
    if not isinstance(data.get("nbformat"), int) or data["nbformat"] != 4:
        yield f"expected a notebook of nbformat 4, got {data.get('nbformat')!r}"
        return
    yield from _nbgrader(cells)
    wrong = tuple(_ids(cells))
    for what in wrong:
        yield f"{what}; `airlift lab ids {slug}` sets it"
    if not wrong:
        errors = list(iter_validate(data))  # type: ignore[no-untyped-call]
        for error in errors[:_MOST]:
            where = _where(list(error.absolute_path), cells)
            yield f"{where}expected a notebook, got: {_first(error.message)}"


def _ids(cells: list[dict[str, Any]]) -> Iterator[str]:
    """Say which cells have no id, or that of another one."""
    ids: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        name = cell.get("id")
        if not name:
            what = "expected an id (nbformat 4.5), got none"
            yield f"cell {number}: {what} {_beginning(cell)}"
        elif name in ids:
            what = f"expected an id of its own, got {name!r}, that of cell {ids[name]}"
            yield f"cell {number}: {what}"
        else:
            ids[str(name)] = number


def _beginning(cell: dict[str, Any]) -> str:
    """Say how a cell begins that has no other name."""
    source = cell.get("source", "")
    text = "".join(source) if isinstance(source, list) else str(source)
    return f"(it begins {shown(text.split(chr(10), 1)[0])})"


def _nbgrader(cells: list[dict[str, Any]]) -> Iterator[str]:
    """Say which cells have nbgrader metadata that are no table."""
    for number, cell in enumerate(cells, 1):
        about = cell.get("metadata")
        table = about.get("nbgrader", {}) if isinstance(about, dict) else {}
        if not isinstance(table, dict):
            what = f"expected nbgrader metadata as a table, got {table!r}"
            yield f"cell {cell.get('id', number)}: {what}"


def _where(path: list[str | int], cells: list[Any]) -> str:
    """Return a place in a notebook as a person reads it, with a colon behind it."""
    if path[:1] == ["cells"] and len(path) > 1:
        cell = cells[int(path[1])]
        path = [f"cell {cell.get('id', int(path[1]) + 1)}", *path[2:]]
    return "".join(f"{part}: " for part in path)


def _first(message: str) -> str:
    """Return the first line of a message, not too long."""
    return message.splitlines()[0][:200]
