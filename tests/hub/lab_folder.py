"""Small labs, written into a folder: a notebook, a checker and mistakes as texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import checkers
from hub.catalog import Lab, load_lab

_LAB = """\
[lab]
title = "A lab of a test"
version = "1.0.0"
summary = "Small."
minutes = 10
license = "CC-BY-4.0"
authors = ["A test"]
feedback = "mailto:labs@airlift.example"
"""


def write_lab(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    slug: str,
    cells: dict[str, str],
    steps: str,
    checker: str,
    mistakes: str = "",
    kernel: str = "python3",
) -> Lab:
    """Write a lab below `folder` and return it; its checker can be imported.

    Args:
        folder: an empty folder.
        monkeypatch: brings the checker to the programs that the test starts, too.
        slug: of the lab, unlike that of any other test.
        cells: by id; those that begin with ``# step:`` are solution cells, those whose
            id begins with ``text`` are markdown.
        steps: more of lab.toml.
        checker: the module.
        mistakes: mistakes.toml.
        kernel: name of the kernelspec.
    """
    lab = folder / "labs" / slug
    lab.mkdir(parents=True)
    (lab / "lab.toml").write_text(_LAB + steps)
    (lab / "mistakes.toml").write_text(mistakes)
    language = kernel.rstrip("3")
    notebook = {
        "cells": [_cell(name, source) for name, source in cells.items()],
        "metadata": {
            "kernelspec": {"name": kernel, "display_name": kernel, "language": language}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (lab / "lab.ipynb").write_text(json.dumps(notebook))
    modules = folder / "checkers"
    modules.mkdir()
    (modules / f"{slug}.py").write_text(checker)
    monkeypatch.setenv("AIRLIFT_CHECKERS", str(modules))
    monkeypatch.setattr(checkers, "__path__", [*checkers.__path__, str(modules)])
    return load_lab(lab)


def _cell(name: str, source: str) -> dict[str, object]:
    """Return one cell."""
    if name.startswith("text"):
        return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}
    table = {
        "grade": False,
        "grade_id": name,
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    metadata = {"nbgrader": table} if source.startswith("# step:") else {}
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
        "source": source,
    }


def solved(step: str, *lines: str) -> str:
    """Return the cell of a step with its solution."""
    return "\n".join(
        [f"# step: {step}", "### BEGIN SOLUTION", *lines, "### END SOLUTION"]
    )
