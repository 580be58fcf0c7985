"""Files: notebooks that come beside the attendee's own, and never in their place.

Pristine cells come from the released lab, solved states and corrected versions from
the room. What is here knows notebooks as JSON alone.

Errors:
    FilesError: what was asked for is not there, or is no notebook.
    OSError: a file cannot be written.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from checkers.engine.plain import read_plain
from checkers.engine.seat import settle

MOST_BYTES = 8 * 1024 * 1024
"""Size of a notebook that is read, at most."""
_MOST_NAMES = 1_000

Notebook = Mapping[str, Any]


class FilesError(ValueError):
    """What was asked for is not there, or is no notebook."""


def read_notebook(path: Path) -> Notebook:
    """Read a notebook.

    Raises:
        FilesError: it is not there, too large, or no notebook.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FilesError(f"{path.name}: expected at most {MOST_BYTES} bytes")
        return as_notebook(json.loads(read_plain(path, MOST_BYTES)))
    except (OSError, ValueError, RecursionError) as error:
        raise FilesError(f"{path.name}: expected a notebook, got {error}") from None


def as_notebook(data: object) -> Notebook:
    """Return JSON data that are a notebook.

    Raises:
        FilesError: they are none.
    """
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list) or not all(isinstance(one, dict) for one in cells):
        raise FilesError("expected a notebook")
    return dict(data) if isinstance(data, dict) else {}


def put_beside(folder: Path, stem: str, notebook: Notebook) -> Path:
    """Write a notebook under a name that is free: `stem`, then `stem`-2, and so on.

    It appears whole; what is there already stays, even what appears meanwhile.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{stem}-", suffix=".airlift", dir=folder)
    aside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            json.dump(notebook, file, ensure_ascii=False, indent=1)
            file.write("\n")
        aside.chmod(0o644)
        for number in range(1, _MOST_NAMES):
            ending = f"-{number}" if number > 1 else ""
            target = folder / f"{stem}{ending}.ipynb"
            if target.is_symlink() or target.exists():
                continue
            with suppress(FileExistsError):
                settle(aside, target)
                return target
        raise FileExistsError(f"{stem}.ipynb")
    finally:
        aside.unlink(missing_ok=True)


def cells_of(notebook: Notebook, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the cells with these ids, in order, each source in one piece."""
    return [
        {**cell, "source": source_of(cell)}
        for cell in notebook["cells"]
        if cell.get("id") in ids
    ]


def source_of(cell: Mapping[str, Any]) -> str:
    """Return a cell's source, which may be a list of lines."""
    source = cell.get("source", "")
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def is_locked(cell: Mapping[str, Any]) -> bool:
    """Say whether a cell is the author's alone, by nbgrader's or Jupyter's word."""
    metadata = cell.get("metadata")
    if not isinstance(metadata, dict):
        return False
    table = metadata.get("nbgrader")
    if isinstance(table, dict) and table.get("locked") is True:
        return True
    return metadata.get("deletable") is False or metadata.get("editable") is False


def corrections(
    offered: Notebook, released: Notebook, own: Notebook | None = None
) -> list[dict[str, Any]]:
    """Return the cells of an offered version that may take the place of others.

    Those that differ from the release the seat began with and that the attendee has
    not touched, or that are locked; new ones with the id of the cell before them.

    Args:
        offered: the notebook of the corrected version.
        released: the notebook that the seat began with.
        own: the attendee's notebook as it is saved; None when it cannot be read.
    """
    began = _by_id(released)
    mine = None if own is None else _by_id(own)
    found, after = [], None
    for cell in offered["cells"]:
        cell_id = cell.get("id")
        if not isinstance(cell_id, str) or not cell_id:
            continue
        before = began.get(cell_id)
        if _is_wanted(cell, before, mine):
            found.append(
                {
                    "id": cell_id,
                    "cell_type": cell.get("cell_type", "code"),
                    "source": source_of(cell),
                    "was": None if before is None else source_of(before),
                    "locked": is_locked(before or cell),
                    "after": after,
                }
            )
        after = cell_id
    return found


def _by_id(notebook: Notebook) -> dict[str, Mapping[str, Any]]:
    """Return the cells that have an id."""
    cells = notebook["cells"]
    return {cell["id"]: cell for cell in cells if isinstance(cell.get("id"), str)}


def _is_wanted(
    cell: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    mine: Mapping[str, Mapping[str, Any]] | None,
) -> bool:
    """Say whether an offered cell is news to the attendee and takes nothing away."""
    new = source_of(cell)
    own = mine.get(str(cell["id"])) if mine is not None else None
    if before is None:
        return own is None
    if new == source_of(before):
        return False
    if mine is None:
        return True
    if own is None or source_of(own) == new:
        return False  # deleted by the attendee, or taken already
    return is_locked(before) or source_of(own) == source_of(before)
