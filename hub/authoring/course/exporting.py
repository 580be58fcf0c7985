"""Exporting: an imported lab given back as an assignment in nbgrader's own layout.

``<out>/source/<assignment>/<notebook>.ipynb`` with everything beside it, as
`nbgrader generate_assignment` and formgrader take it.

Errors:
    CourseError: no imported lab, or another notebook is in its place.
"""

from __future__ import annotations

import re
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.nbgraderformat import MetadataValidator, ValidationError
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

from hub.authoring.course.autotest import FILE as AUTOTESTS
from hub.authoring.course.hidden import hidden_cells, visible
from hub.authoring.course.notes import CourseError
from hub.authoring.course.rules import Rules
from hub.authoring.course.testcells import autotests
from hub.authoring.course.writing import unmarked
from hub.authoring.licences.ledger import is_text
from hub.authoring.release import source_notebook
from hub.catalog import BESIDE, Lab, packages_of

CONFIGURATION = "nbgrader_config.py"


def give_back(lab: Lab, out: Path) -> list[str]:
    """Write a lab's assignment; returns what was written, and what to know of it.

    Args:
        lab: an imported lab.
        out: the course's folder; other assignments in it stay.

    Raises:
        CourseError: no imported lab, or another notebook is in its place.
        ReleaseError: its notebook cannot be read.
    """
    notebook = source_notebook(lab)
    about = notebook.metadata.pop("airlift", {})
    names = _names(about) if lab.imported == "nbgrader" else ()
    if not names:
        raise CourseError(
            f"{lab.slug}: expected a lab that `airlift lab import` made: the checks of "
            "others are no test cells that nbgrader could run"
        )
    assignment = re.sub(r"[+*?[\]]", "_", names[0]).strip()
    folder = out / "source" / assignment
    path = folder / f"{names[1]}.ipynb"
    if path.exists():
        raise CourseError(f"{path}: expected no file yet; take it away, or another OUT")
    notes = _whole(lab, notebook) + _refused(notebook)
    if assignment != names[0]:
        what = "nbgrader takes no assignment of that name"
        notes.append(f"{names[0]!r}: {what}, it is called {assignment!r}")
    try:
        MetadataValidator().validate_nb(notebook)
    except ValidationError as error:
        first = str(error).splitlines()[0]
        raise CourseError(f"{lab.slug}/lab.ipynb: nbgrader says: {first}") from None
    folder.mkdir(parents=True, exist_ok=True)
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    said = [str(path)]
    packages = packages_of(lab.folder)
    for place in sorted(lab.folder.iterdir()):
        if place.name == BESIDE:
            shutil.copytree(place, folder, dirs_exist_ok=True)
        elif place in packages or (is_text(place.name) and place.is_file()):
            shutil.copyfile(place, folder / place.name)
    return [*said, *_configured(out, about), *_autotests(notebook, out), *notes]


def _names(about: object) -> tuple[str, ...]:
    """Return the names of assignment and notebook; () where they cannot be files'."""
    if not isinstance(about, dict):
        return ()
    found = tuple(about.get(key) for key in ("assignment", "notebook"))
    fit = all(
        isinstance(name, str) and name.strip(".") and Path(name).name == name
        for name in found
    )
    return tuple(map(str, found)) if fit else ()


def _whole(lab: Lab, notebook: Any) -> list[str]:
    """Put hidden parts back into a notebook and take markers out; returns notes."""
    hidden = hidden_cells(lab)
    notes = []
    for cell in notebook.cells:
        cell.source = unmarked(cell.source)
        if cell.id not in hidden:
            continue
        whole = hidden.pop(cell.id)
        if visible(whole)[0] == cell.source:
            cell.source = whole
            continue
        cell.source = "\n".join([cell.source, *_hidden(whole)])
        what = "changed since its import, so its hidden part is at the end"
        notes.append(f"cell {cell.id}: {what}")
    return notes + [f"cell {name} is gone, and its hidden part, too" for name in hidden]


def _refused(notebook: Any) -> list[str]:
    """Say which cells nbgrader itself would not release, and why."""
    notes = []
    for cell in deepcopy(notebook.cells):
        try:
            if cell.cell_type == "raw" and "nbgrader" in cell.metadata:
                raise RuntimeError("expected code or text, got a raw cell")
            for kind in (ClearSolutions, ClearHiddenTests, ClearMarkScheme):
                work = kind()
                work.log.disabled = True
                work.preprocess_cell(cell, {"language": "python"}, 0)
        except RuntimeError as error:
            what = " ".join(str(error).split())
            notes.append(f"cell {cell.id}: nbgrader will not release it: {what}")
    return notes


def _hidden(source: str) -> list[str]:
    """Return the lines of a cell that are hidden, in order."""
    seen = visible(source)[0].split("\n")
    kept = []
    for line in source.split("\n"):
        if seen and seen[0] == line:
            seen.pop(0)
        else:
            kept.append(line)
    return kept


def _autotests(notebook: Any, out: Path) -> list[str]:
    """Say that lines which became no tests need nbgrader's file of their templates."""
    if (out / AUTOTESTS).is_file() or not any(
        autotests(cell.source) for cell in notebook.cells
    ):
        return []
    what = f"nbgrader releases it once {out / AUTOTESTS} is there"
    return [f"it has AUTOTEST lines: {what}"]


def _configured(out: Path, about: dict[str, str]) -> list[str]:
    """Write the configuration that the course's own stubs need, if there is none."""
    usual = Rules()
    lines = []
    if about.get("code_stub", usual.code_stub) != usual.code_stub:
        stub = {"python": about["code_stub"]}
        lines.append(f"c.ClearSolutions.code_stub = {stub!r}")
    if about.get("text_stub", usual.text_stub) != usual.text_stub:
        lines.append(f"c.ClearSolutions.text_stub = {about['text_stub']!r}")
    path = out / CONFIGURATION
    if not lines:
        return []
    if path.exists():
        there = path.read_text(encoding="utf-8", errors="replace")
        lines = [line for line in lines if line not in there]
        return [f"{path} is there: see that it has {line}" for line in lines]
    path.write_text("\n".join(["c = get_config()", *lines]) + "\n", encoding="utf-8")
    return [str(path)]
