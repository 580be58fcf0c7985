"""Writing: the files of an imported lab."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import nbformat

from hub.authoring.course import hidden
from hub.authoring.course.folder import Source
from hub.authoring.course.rights import Rights, ledger
from hub.authoring.course.steps import Group
from hub.authoring.course.text import literal, toml
from hub.authoring.licences.ledger import NAME, is_text
from hub.catalog import BESIDE

LONGEST = 20.0
"""Seconds a check may take in a trial, in which nothing is known of it yet."""
MINUTES = 5
PACKAGES = ("apt.txt", "requirements.txt")
"""Files of packages for a lab's image, as repo2docker names them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A lab about to be written.

    Args:
        slug: its name.
        source: the notebook it comes from.
        notebook: regular, its solutions marked, its hidden parts taken out.
        whole: the whole texts of cells with hidden parts.
        groups: its steps.
        limits: seconds that a step's check may take, by step.
        rights: what its course says of its licences.
        unsolved: ids of the answer cells that have no solution.
        links: addresses outside that its text names.
    """

    slug: str
    source: Source
    notebook: Any
    whole: Mapping[str, str]
    groups: Sequence[Group]
    limits: Mapping[str, float]
    rights: Rights
    unsolved: frozenset[str] = frozenset()
    links: tuple[str, ...] = ()


def write(draft: Draft, labs: Path, checkers: Path) -> None:
    """Write a lab's folder and its checker into empty places.

    Raises:
        OSError: they cannot be written.
    """
    folder = labs / draft.slug
    folder.mkdir(parents=True)
    checkers.mkdir(parents=True, exist_ok=True)
    texts = {folder / "lab.toml": lab_toml(draft)}
    if draft.whole:
        texts[folder / hidden.FILE] = hidden.text(draft.slug, draft.whole)
    texts[checkers / f"{draft.slug}.py"] = checker(draft)
    texts[folder / "lab.ipynb"] = _text(_marked(draft))
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    brought = [(path.name, path) for path in draft.rights.texts]
    for name, path in (*draft.source.files, *brought):
        target = folder / _place(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    text = ledger(folder, draft.slug, draft.rights, draft.source.shown)
    (folder / NAME).write_text(text, encoding="utf-8", newline="\n")


def _place(name: str) -> str:
    """Return where a file beside the notebook goes in the lab's folder."""
    first = name.partition("/")[0]
    known = name in PACKAGES or (first == name and is_text(name))
    return name if known else f"{BESIDE}/{name}"


def lab_toml(draft: Draft) -> str:
    """Return lab.toml."""
    steps = [group for group in draft.groups if group.live]
    about = draft.source
    handed_on = ["lab.ipynb", *(_place(name) for name, _path in about.files)]
    table = {
        "title": _title(draft),
        "version": "1.0.0",
        "summary": f"From the nbgrader assignment {about.assignment}.",
        "minutes": MINUTES * max(1, len(steps)),
        "license": draft.rights.license(handed_on),
        "authors": ["not stated"],
        "feedback": "not stated",
        "imported": "nbgrader",
    }
    lines = ["[lab]", *(f"{key} = {toml(value)}" for key, value in table.items())]
    for group in steps:
        row = {
            "id": group.id,
            "title": group.title,
            "minutes": MINUTES,
            "points": ceil(group.points),
            "cells": group.cells,
            "needs": group.needs,
        }
        kept = {key: value for key, value in row.items() if value != ()}
        lines += ["", "[[steps]]"]
        lines += [f"{key} = {toml(value)}" for key, value in kept.items()]
    if draft.links:
        lines += ["", "[prove]", f"links = {toml(draft.links)}"]
    return "\n".join(lines) + "\n"


def _title(draft: Draft) -> str:
    """Return the lab's title: the notebook's first heading of the first level."""
    for cell in draft.notebook.cells:
        if cell.cell_type == "markdown":
            found = re.search(r"(?m)^# +(.+?)\s*#*$", cell.source)
            if found:
                return found[1].strip(" *_")
    name = draft.source.assignment
    if not draft.source.alone:
        name = f"{name}: {draft.source.path.stem}"
    return name.replace("_", " ")


def checker(draft: Draft, *, whole: bool = False) -> str:
    """Return the lab's checker.

    Args:
        draft: the lab.
        whole: with the hidden tests, for a proof or a verification; no seat gets it.
    """
    about = draft.source
    parts = [
        f'"""The tests of {draft.slug}, as they stand in the nbgrader notebook.',
        "",
        f"Made by `airlift lab import` from {_plain(about.shown)}. Attendees can read",
        "them, and these lines may be changed like those of any checker.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from checkers import Work, check",
        "from checkers.graded import Cell, hold",
    ]
    used: set[str] = set()
    for group in draft.groups:
        tests = group.tests if whole else group.live
        if not tests:
            continue
        names = [_constant(test.cell, used) for test in tests]
        for name, test in zip(names, tests, strict=True):
            source = test.whole if whole else test.source
            before = test.before_whole if whole else test.before
            more = f"    before={literal(before)},\n" if before else ""
            more += f"    makes={test.makes!r},\n" if test.makes else ""
            parts += [
                "",
                f"{name} = Cell(\n    {toml(test.reason)},\n    {literal(source)},\n"
                f"    points={test.points!r},\n{more})",
            ]
        limit = draft.limits.get(group.id, LONGEST)
        parts += [
            "",
            "",
            f"@check({toml(group.id)}, limit={limit!r})",
            f"def check_{group.id.replace('-', '_')}(work: Work) -> None:",
            f'    """Run its tests in nbgrader: {", ".join(t.cell for t in tests)}."""',
            f"    hold(work, {', '.join(names)})",
            "",
        ]
    return "\n".join(parts).rstrip("\n") + "\n"


def _plain(text: str) -> str:
    """Return a text that can stand in a docstring."""
    return re.sub(r"[^ -~]|[\"\\]", "?", text)


def _constant(cell: str, used: set[str]) -> str:
    """Return a name for a test's constant."""
    name = re.sub(r"\W", "_", cell).upper()
    name = name if name[:1].isalpha() else f"TEST_{name}"
    while name in used:
        name += "_"
    used.add(name)
    return name


def _marked(draft: Draft) -> Any:
    """Return the notebook with a marker in each step's cells."""
    notebook = deepcopy(draft.notebook)
    steps = {c: group.id for group in draft.groups if group.live for c in group.cells}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.source = unmarked(cell.source)
        if cell.id in steps:
            cell.source = _with_marker(cell.source, steps[cell.id])
    rules = draft.source.rules
    notebook.metadata["airlift"] = {
        "assignment": draft.source.assignment,
        "notebook": draft.source.path.stem,
        "code_stub": rules.code_stub,
        "text_stub": rules.text_stub,
    }
    return notebook


_MARKER = re.compile(r"^# step: [a-z0-9-]+\n?")


def _with_marker(source: str, step: str) -> str:
    """Return a cell with its marker on top, but below a cell magic."""
    marker = f"# step: {step}"
    if source.startswith("%%"):
        magic, _, rest = source.partition("\n")
        return f"{magic}\n{marker}\n{rest}"
    return f"{marker}\n{source}"


def unmarked(source: str) -> str:
    """Return a cell without the marker that says which step it is."""
    if source.startswith("%%"):
        magic, _, rest = source.partition("\n")
        return f"{magic}\n{_MARKER.sub('', rest, count=1)}" if rest else source
    return _MARKER.sub("", source, count=1)


def _text(notebook: Any) -> str:
    """Return a notebook as text."""
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return text + "\n"
