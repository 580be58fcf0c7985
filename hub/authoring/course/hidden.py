"""Hidden: the parts of cells that attendees never see, and their file.

``labs/<slug>/hidden.py`` holds the whole text of each cell that has hidden tests or a
marking scheme. The lab's notebook has these cells without them, so that no tool that
reads the notebook can show them; no release and no image has the file.

Errors:
    CourseError: a hidden.py that cannot be read.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from hub.authoring.course.notebook import label
from hub.authoring.course.notes import CourseError, Note
from hub.authoring.course.rules import Rules
from hub.authoring.course.text import literal
from hub.catalog import Lab
from hub.tables import text_of

FILE = "hidden.py"
_NAME = "CELLS"
_HEAD = '''\
"""What attendees of {slug} never see: cells with hidden tests and marking schemes.

Made by `airlift lab import`. No seat gets this file; `airlift lab export` needs it.
"""

{name} = {{
{cells}}}
'''


def taken_out(notebook: Any) -> tuple[dict[str, str], list[Note]]:
    """Take the hidden parts out of a notebook, in place.

    Returns:
        the whole text of each cell that had some, by its id; and notes.
    """
    whole: dict[str, str] = {}
    notes: list[Note] = []
    for number, cell in enumerate(notebook.cells, 1):
        seen, missing = visible(cell.source)
        if seen != cell.source:
            end = f"\n### {missing}" if missing else ""
            whole[cell.id] = cell.source + end
            cell.source = seen
        if missing:
            what = "its hidden part has no end: all to the end of the cell is hidden"
            notes.append(Note(label(number, cell), what))
    return whole, notes


def visible(source: str) -> tuple[str, str]:
    """Return a cell without its hidden parts, and the end that these lack, or ""."""
    kept: list[str] = []
    until = ""
    for line in source.split("\n"):
        if until:
            until = "" if until in line else until
            continue
        until = next((end for begin, end in _pairs() if begin in line), "")
        if not until and not any(end in line for _begin, end in _pairs()):
            kept.append(line)
    return "\n".join(kept), until


def _pairs() -> tuple[tuple[str, str], ...]:
    """Return the delimiters of hidden parts."""
    usual = Rules()
    return (
        (usual.begin_hidden, usual.end_hidden),
        (usual.begin_scheme, usual.end_scheme),
    )


def text(slug: str, whole: Mapping[str, str]) -> str:
    """Return hidden.py."""
    cells = "".join(f"    {key!r}: {literal(value)},\n" for key, value in whole.items())
    return _HEAD.format(slug=slug, name=_NAME, cells=cells)


def hidden_cells(lab: Lab) -> dict[str, str]:
    """Read a lab's hidden.py: the whole text of cells by id; {} without the file.

    The file is read, not run.

    Raises:
        CourseError: it is not as `airlift lab import` wrote it.
    """
    path = lab.folder / FILE
    if not path.exists():
        return {}
    try:
        for node in ast.parse(text_of(path)).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == _NAME:
                found = ast.literal_eval(node.value)
                return {str(key): str(value)[1:-1] for key, value in found.items()}
    except (OSError, SyntaxError, ValueError, AttributeError) as error:
        raise CourseError(f"{lab.slug}/{FILE}: expected {_NAME}: {error}") from None
    raise CourseError(f"{lab.slug}/{FILE}: expected {_NAME}, there is none")
