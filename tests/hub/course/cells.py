"""Cells and notebooks as people write them for nbgrader, made for these tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hub.authoring.course.folder import found
from hub.authoring.course.importing import drafted
from hub.authoring.course.notes import Note
from hub.authoring.course.writing import Draft

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def code(source: str, **metadata: Any) -> dict[str, Any]:
    """Return a code cell that nbgrader knows nothing of."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def text(source: str, **metadata: Any) -> dict[str, Any]:
    """Return a markdown cell."""
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


def _grader(name: str | None, **flags: Any) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell."""
    table: dict[str, Any] = {"grade": False, "solution": False, "locked": False}
    table |= {"schema_version": 3, "task": False, **flags}
    if name is not None:
        table["grade_id"] = name
    return {"nbgrader": {key: flag for key, flag in table.items() if flag is not None}}


def answer(name: str | None, source: str, **flags: Any) -> dict[str, Any]:
    """Return an answer cell."""
    return code(source, **_grader(name, solution=True, **flags))


def solved(name: str, head: str, body: str) -> dict[str, Any]:
    """Return an answer cell with a function, its body being the solution."""
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    return answer(
        name, f"{head}\n    ### BEGIN SOLUTION\n{lines}\n    ### END SOLUTION"
    )


def autograded(name: str | None, source: str, points: Any = 1) -> dict[str, Any]:
    """Return an autograded test cell."""
    return code(source, **_grader(name, grade=True, locked=True, points=points))


def by_hand(name: str, source: str, points: float = 1) -> dict[str, Any]:
    """Return a markdown answer that somebody grades by hand."""
    return text(source, **_grader(name, grade=True, solution=True, points=points))


def task(name: str, source: str, points: float = 1) -> dict[str, Any]:
    """Return a task that somebody grades by hand."""
    return text(source, **_grader(name, locked=True, task=True, points=points))


def notebook(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """Return a notebook of cells."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": list(cells),
        "metadata": {"kernelspec": kernel, **metadata},
        "nbformat": 4,
        "nbformat_minor": 2,
    }


def save(path: Path, *cells: dict[str, Any], **metadata: Any) -> Path:
    """Write a notebook; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(*cells, **metadata)), encoding="utf-8")
    return path


def draft_of(path: Path) -> tuple[Draft, list[Note]]:
    """Read one notebook as an import does before its trial."""
    sources, _skipped = found(path)
    return drafted(sources[0], "lab")


def said(notes: list[Note]) -> list[str]:
    """Return notes as sentences."""
    return [str(note) for note in notes]
