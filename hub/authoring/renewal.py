"""Renewal: a newer release of a lab taken into the folder of somebody who works in it.

What was left as it came is renewed; what somebody has written stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Cell = Mapping[str, Any]


def renew(home: Path, before: Path, now: Path) -> tuple[str, ...]:
    """Bring a lab's folder from one release to the next; return what was kept.

    Args:
        home: the attendee's folder of the lab.
        before: the release that it came from.
        now: the newer release.
    """
    kept = []
    names = {
        str(path.relative_to(folder))
        for folder in (before, now)
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lab.json"
    }
    for name in sorted(names):
        was, new, own = _bytes(before / name), _bytes(now / name), _bytes(home / name)
        if new == was or own == new or (was is not None and own is None):
            continue  # no news, or it was deleted or never brought
        if own == was:
            _put(home / name, new)
        elif name.endswith(".ipynb") and own and was and new:
            text, changed = merged(json.loads(was), json.loads(new), json.loads(own))
            _put(home / name, text)
            kept += [f"{name}, cell {cell}" for cell in changed]
        else:
            kept.append(name)
    return tuple(kept)


def merged(
    was: dict[str, Any], new: dict[str, Any], own: dict[str, Any]
) -> tuple[bytes, tuple[str, ...]]:
    """Return a notebook of the new release with what somebody wrote in the old one.

    Cells they did not write in are those of the new release, with their outputs where
    the text is the same. Also returns the cells that have news which were not taken.
    """
    old, mine = _by_id(was), _by_id(own)
    kept: list[str] = []
    cells: list[Cell] = []
    for cell in new["cells"]:
        name = str(cell.get("id"))
        there, before = mine.get(name), old.get(name)
        if there is None or _text(there) in (_text(before), ""):
            same = there is not None and _text(there) == _text(cell)
            cells.append(there if same and there is not None else cell)
            continue
        cells.append(there)
        if _text(before) != _text(cell) != _text(there):
            kept.append(name)
    for number, cell in enumerate(own["cells"]):
        if str(cell.get("id")) not in old.keys() | _by_id(new).keys():
            cells.insert(min(number, len(cells)), cell)
    text = json.dumps({**new, "cells": cells}, indent=1, ensure_ascii=False)
    return f"{text}\n".encode(), tuple(kept)


def _by_id(notebook: Mapping[str, Any]) -> dict[str, Cell]:
    """Return the cells of a notebook by their ids."""
    return {str(cell.get("id")): cell for cell in notebook["cells"]}


def _text(cell: Cell | None) -> str:
    """Return the text of a cell; "" when there is none."""
    source = cell.get("source", "") if cell else ""
    return "".join(source) if isinstance(source, list) else str(source)


def _bytes(path: Path) -> bytes | None:
    """Return what a file holds; None when it is not there."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _put(path: Path, data: bytes | None) -> None:
    """Write a file whole, or take it away."""
    if data is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(data)
    aside.replace(path)
