"""Notebook: one of nbgrader's, read and made regular.

Afterwards its metadata are of nbgrader's newest schema, each nbgrader cell's id is its
grade_id, ids are there once, the kernel is Python's, delimiters are the standard ones.

Errors:
    CourseError: no notebook, a newer schema, or a kernel that is not Python's.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.nbgraderformat import SCHEMA_VERSION
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3

from hub.authoring.course.notes import CourseError, Note
from hub.authoring.course.rules import Rules

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_PYTHON = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
_NO_NOTEBOOK = (
    *(OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError),
    nbformat.ValidationError,
)
_FLAGS = ("grade", "solution", "locked", "task")


def read(path: Path) -> Any:
    """Return a notebook in the newest format of Jupyter.

    Raises:
        CourseError: it is none.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        if not isinstance(json.loads(text).get("nbformat"), int):
            raise CourseError(f"{path.name}: expected a notebook, got other JSON")
        notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
        for cell in notebook.cells:
            cell.source = cell.source.replace("\r\n", "\n").replace("\r", "\n")
            cell.setdefault("metadata", type(notebook)())
            if not isinstance(cell.metadata.get("nbgrader", {}), dict):
                del cell.metadata["nbgrader"]
            if cell.cell_type not in ("code", "markdown", "raw"):
                raise CourseError(f"{path.name}: a cell of the kind {cell.cell_type!r}")
    except _NO_NOTEBOOK as error:
        first = str(error).splitlines()[0][:100] if str(error) else repr(error)
        raise CourseError(f"{path.name}: expected a notebook, got: {first}") from None
    return notebook


def label(number: int, cell: Any) -> str:
    """Name a cell in a note: its number from 1, and its id."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id") or ""
    return f"cell {number} ({name})" if name else f"cell {number}"


def regular(notebook: Any, rules: Rules) -> list[Note]:
    """Make a notebook regular, in place; returns what was not.

    Raises:
        CourseError: a newer schema, or a kernel that is not Python's.
    """
    notes = _kernel(notebook)
    notes += _schema(notebook)
    notes += _names(notebook)
    for cell in notebook.cells:
        _standard(cell, rules)
    return notes


def is_a(cell: Any, flag: str) -> bool:
    """Tell whether nbgrader's metadata of a cell have a flag set."""
    return bool(cell.metadata.get("nbgrader", {}).get(flag, False))


def _kernel(notebook: Any) -> list[Note]:
    """Give a notebook the Python kernel; another language is refused by name."""
    spec = notebook.metadata.get("kernelspec") or {}
    about = notebook.metadata.get("language_info") or {}
    name = str(spec.get("name", ""))
    language = str(spec.get("language") or about.get("name") or "")
    version = str(about.get("version", ""))
    if not language and (not name or "py" in name.lower()):
        language = "python"
    if language.lower() not in ("python", "ipython"):
        raise CourseError(
            f"expected a notebook in Python, got the kernel {name!r}"
            + (f" ({language})" if language else "")
        )
    if version.startswith("2") or re.search(r"python ?-?2", name.lower()):
        raise CourseError(f"expected Python 3, got the kernel {name!r} ({version})")
    notebook.metadata["kernelspec"] = {**_PYTHON, "language": "python"}
    notebook.metadata.pop("celltoolbar", None)
    if name in ("python3", "python", ""):
        return []
    return [Note("", f"the kernel {name!r} is taken for python3")]


def _schema(notebook: Any) -> list[Note]:
    """Bring nbgrader's metadata to its newest schema, by nbgrader itself."""
    notes, older = [], set()
    newest = MetadataValidatorV3()
    newest.log.disabled = True
    for number, cell in enumerate(notebook.cells, 1):
        table = cell.metadata.get("nbgrader")
        if not table:
            cell.metadata.pop("nbgrader", None)
            continue
        where = label(number, cell)
        version = table.get("schema_version", 0)
        if not isinstance(version, int) or version > SCHEMA_VERSION:
            raise CourseError(
                f"{where}: expected nbgrader metadata of schema {SCHEMA_VERSION} or "
                f"older, got {version!r}: written by a newer nbgrader"
            )
        if version < SCHEMA_VERSION:
            older.add(version)
        try:
            newest.upgrade_cell_metadata(cell)
        except (ValueError, TypeError) as error:
            table["points"] = 0
            newest.upgrade_cell_metadata(cell)
            notes.append(Note(where, f"its points are no number ({error}): taken as 0"))
        for key in ("checksum", "cell_type"):
            cell.metadata.get("nbgrader", {}).pop(key, None)
        notes += _points(cell, where)
    if older:
        shown = ", ".join(str(version or "none") for version in sorted(older))
        notes.insert(
            0,
            Note(
                "", f"nbgrader metadata of schema {shown}, an older one, are upgraded"
            ),
        )
    return notes


def _points(cell: Any, where: str) -> list[Note]:
    """Give a graded cell its points, at least 0."""
    table = cell.metadata.get("nbgrader", {})
    is_text = cell.cell_type == "markdown" and not table.get("task")
    if is_text and table.get("solution") and not table.get("grade"):
        table |= {"grade": True, "points": 0}
        return [Note(where, "a text answer without points: nbgrader wants some, has 0")]
    if not (table.get("grade") or table.get("task")):
        table.pop("points", None)
        return []
    points = table.get("points")
    if isinstance(points, (int, float)) and points >= 0:
        return []
    table["points"] = 0
    return [Note(where, f"expected points of at least 0, got {points!r}: taken as 0")]


def _names(notebook: Any) -> list[Note]:
    """Give every cell an id that is there once; nbgrader's own is its grade_id."""
    notes: list[Note] = []
    taken: set[str] = set()
    for number, cell in enumerate(notebook.cells, 1):
        table = cell.metadata.get("nbgrader", {})
        if any(table.get(flag) for flag in _FLAGS):
            wanted = str(table.get("grade_id") or "")
            name = _free(_fit(wanted) or f"cell-{number}", taken)
            table["grade_id"] = cell["id"] = name
            if name != wanted:
                why = _why_other(wanted)
                notes.append(Note(f"cell {number}", f"{why}: called {name}"))
        elif table:
            cell.metadata.pop("nbgrader")
    for number, cell in enumerate(notebook.cells, 1):
        if "nbgrader" not in cell.metadata:
            wanted = str(cell.get("id") or "")
            fit = wanted if _ID.fullmatch(wanted) else f"{cell.cell_type}-{number}"
            cell["id"] = _free(fit, taken)
    return notes


def _why_other(wanted: str) -> str:
    """Say why a cell could not keep its grade_id."""
    if not wanted:
        return "it has no grade_id"
    if not _ID.fullmatch(wanted):
        return f"its grade_id {wanted!r} has other signs, or too many"
    return f"its grade_id {wanted!r} is there twice"


def _fit(name: str) -> str:
    """Return a name with the signs and length that ids may have."""
    return re.sub(r"[^a-zA-Z0-9_-]+", "-", name).strip("-")[:64]


def _free(name: str, taken: set[str]) -> str:
    """Take a name, with a number behind it where it is taken, and return it.

    Capitals and underscores make no other name, since those of steps have none.
    """
    found, number = name, 1
    while found.lower().replace("_", "-") in taken:
        number += 1
        found = f"{name[:60]}-{number}"
    taken.add(found.lower().replace("_", "-"))
    return found


def _standard(cell: Any, rules: Rules) -> None:
    """Put nbgrader's usual delimiters in the place of a course's own."""
    usual = Rules()
    names = [
        f"{side}_{what}"
        for what in ("solution", "hidden", "scheme")
        for side in ("begin", "end")
    ]
    own = [(getattr(rules, name), getattr(usual, name)) for name in names]
    lines = []
    for line in cell.source.split("\n"):
        for mine, theirs in own:
            if mine in line and mine != theirs:
                indent = line[: len(line) - len(line.lstrip())]
                line = f"{indent}### {theirs}"
                break
        lines.append(_autotest(line, rules))
    cell.source = "\n".join(lines)


def _autotest(line: str, rules: Rules) -> str:
    """Return an AUTOTEST line with nbgrader's usual delimiters; others as they are."""
    head, sign, rest = line.partition(rules.autotest)
    if not sign or not line.lstrip().startswith("#"):
        return line
    usual = Rules()
    return head.replace(rules.hashed, usual.hashed) + usual.autotest + rest
