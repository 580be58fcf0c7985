"""Release: from a lab's folder to what a seat gets.

``<out>/<slug>/`` holds the attendee version of the notebook, its handbook, the data,
the texts of licences and lab.json, the steps as the seat and its panel need them.
Nothing else of the lab's folder comes along: mistakes, hidden tests, the ledger of
licences and what made the data stay with its author. The same lab gives the same bytes,
so an image or a kit changes only when a lab does.

Errors:
    ReleaseError: names the file, the cell, what was expected and what was there.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat

from hub.authoring.formulas import FormulaError
from hub.authoring.handbook import handbook
from hub.authoring.leavings import is_left
from hub.authoring.licences.ledger import is_text
from hub.authoring.notebook import read_notebook
from hub.authoring.solutions import SolutionError, cleared
from hub.authoring.swapping import whole
from hub.catalog import BESIDE, Lab

VERSION = 1
KEPT_METADATA = ("kernelspec", "language_info")
NOTES = "presenter-notes"
"""Tag of the cells that presenters alone read."""


class ReleaseError(ValueError):
    """A lab cannot be released as it is."""


def release(lab: Lab, out: Path) -> Path:
    """Write the released lab below `out` and return its folder.

    It appears whole: an earlier release of the lab stays until the new one is ready.

    Raises:
        ReleaseError: the notebook or a data file cannot be used.
        OSError: `out` cannot be written.
    """
    notebook = attendee_version(lab)
    out.mkdir(parents=True, exist_ok=True)
    target = out / lab.slug
    with whole(target) as new:
        text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
        _write(new / f"{lab.slug}.ipynb", text + "\n")
        page = _handbook(lab, notebook)
        _write(new / f"{lab.slug}-handbook.html", page)
        _write(new / "lab.json", json.dumps(description(lab), indent=1) + "\n")
        for name, path in files(lab).items():
            place = new / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
            place.chmod(0o644)
        for folder, _, _ in os.walk(new):
            os.chmod(folder, 0o755)  # noqa: S103 - released labs are read by all seats
    return target


def _handbook(lab: Lab, notebook: Any) -> str:
    """Return the handbook that the seat's panel opens."""
    try:
        return handbook(lab, notebook, source_notebook(lab))
    except FormulaError as error:
        raise ReleaseError(f"{lab.slug}/{lab.source.name}: {error}") from None


def source_notebook(lab: Lab) -> Any:
    """Read the lab's source notebook, without the presenters' notes.

    Raises:
        ReleaseError: it is missing, no notebook, or has cells without an id.
    """
    notebook = whole_notebook(lab)
    notebook.cells = [cell for cell in notebook.cells if not is_note(cell)]
    return notebook


def is_note(cell: Any) -> bool:
    """Say whether a cell is for presenters alone."""
    return NOTES in cell.metadata.get("tags", ())


def whole_notebook(lab: Lab) -> Any:
    """Read the lab's source notebook with everything in it.

    Raises:
        ReleaseError: it is missing, no notebook, or has cells without an id.
    """
    notebook, problems = read_notebook(lab.source)
    if problems:
        where = f"{lab.slug}/{lab.source.name}"
        raise ReleaseError("\n".join(f"{where}: {what}" for what in problems))
    return notebook


def kernel_name(lab: Lab) -> str:
    """Return the name of the kernelspec of a lab's notebook, such as python3.

    Raises:
        ReleaseError: as `source_notebook`.
    """
    spec = source_notebook(lab).metadata.get("kernelspec", {})
    return str(spec.get("name") or "python3")


def attendee_version(lab: Lab) -> Any:
    """Return the lab's notebook without solutions, outputs and counts.

    Its metadata say of which version it is.

    Raises:
        ReleaseError: the notebook or its solution markers cannot be used.
    """
    try:
        notebook = cleared(source_notebook(lab))
    except SolutionError as error:
        raise ReleaseError(f"{lab.slug}/{lab.source.name}: {error}") from None
    for key in set(notebook.metadata) - set(KEPT_METADATA):
        del notebook.metadata[key]
    notebook.metadata["airlift"] = {"lab": lab.slug, "version": lab.version}
    for cell in notebook.cells:
        for key in ("execution", "collapsed", "scrolled", "alt"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    return notebook


def description(lab: Lab) -> dict[str, Any]:
    """Return lab.json, version 1: what a seat has to know of the lab."""
    return {
        "v": VERSION,
        "slug": lab.slug,
        "title": lab.title,
        "version": lab.version,
        "minutes": lab.minutes,
        "level": lab.level,
        "language": lab.language,
        "interface": lab.interface,
        "image": lab.seat_image,
        "notebook": f"{lab.slug}.ipynb",
        "handbook": True,
        "steps": [
            {
                "id": step.id,
                "title": step.title,
                "minutes": step.minutes,
                "points": step.points,
                "cells": list(step.cells),
                "hints": list(step.hints),
                "needs": list(step.needs),
                "watch": step.watch,
                "question": asdict(step.question) if step.question else None,
            }
            for step in lab.steps
        ],
    }


def files(lab: Lab) -> dict[str, Path]:
    """Return the files that go with the notebook, by their names in the release.

    These are the texts of licences, data/, and what lies in files/.

    Raises:
        ReleaseError: there are links among them, or names that are taken; names each.
    """
    found: dict[str, Path] = {}
    problems = []
    taken = {f"{lab.slug}.ipynb", f"{lab.slug}-handbook.html", "lab.json"}
    for path in _beside(lab):
        inside = path.relative_to(lab.folder)
        own = inside.relative_to(BESIDE) if inside.parts[0] == BESIDE else inside
        what = ""
        if path.is_symlink() or not path.is_file():
            what = "expected a plain file, got a link"
        elif own.as_posix() in taken | found.keys():
            what = "expected a name that the release does not have itself"
        if what:
            problems.append(f"{lab.slug}/{inside}: {what}")
        found[own.as_posix()] = path
    if problems:
        raise ReleaseError("\n".join(problems))
    return found


def _beside(lab: Lab) -> Iterator[Path]:
    """Yield what goes with the notebook, in order; links are not followed."""
    texts = [path for path in sorted(lab.folder.iterdir()) if is_text(path.name)]
    for place in (*texts, lab.folder / "data", lab.folder / BESIDE):
        if place.is_dir() and not place.is_symlink():
            for path in sorted(place.rglob("*")):
                left = is_left(path.relative_to(place).as_posix())
                if not left and (path.is_symlink() or not path.is_dir()):
                    yield path
        elif place.exists() or place.is_symlink():
            yield place


def _write(path: Path, text: str) -> None:
    """Write a text file with the same line ends everywhere."""
    path.write_text(text, encoding="utf-8", newline="\n")
    path.chmod(0o644)
