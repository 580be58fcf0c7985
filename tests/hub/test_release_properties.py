"""Whatever notebook an author writes: no solution leaves it, ids stay, bytes repeat."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.authoring.release import release
from hub.authoring.solutions import BEGIN, END
from hub.catalog import load_lab

SECRET = "the_answer_is_{}"
"""Stands in every solution line; numbered, so that each can be looked for."""
LAB = """\
[lab]
title = "Any"
version = "1.0.0"
summary = "Any notebook."
minutes = 5
license = "CC0-1.0"
authors = ["Ada"]
feedback = "mailto:ada@example.org"

[[steps]]
id = "one"
title = "One"
"""
lines = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029"),
    max_size=20,
).filter(lambda line: "SOLUTION" not in line.upper())
texts = st.lists(lines, max_size=4)
indents = st.sampled_from(["", "    ", "\t"])


@st.composite
def sources(draw: st.DrawFn) -> tuple[str, int]:
    """Return the text of a cell with some solutions, and how many lines they have."""
    parts: list[str] = draw(texts)
    secrets = 0
    for _ in range(draw(st.integers(0, 3))):
        indent = draw(indents)
        parts.append(f"{indent}### {BEGIN}")
        for _ in range(draw(st.integers(0, 3))):
            parts.append(f"{indent}x = '{SECRET}'")
            secrets += 1
        parts += [f"{indent}### {END}", *draw(texts)]
    return "\n".join(parts), secrets


@st.composite
def cells(draw: st.DrawFn) -> dict[str, Any]:
    """Return a cell of any kind, as somebody's Jupyter may have saved it."""
    kind = draw(st.sampled_from(["markdown", "raw", "code", "solution", "solution"]))
    solution = kind == "solution"
    text = draw(sources())[0] if solution else "\n".join(draw(texts))
    cell: dict[str, Any] = {
        "cell_type": "code" if solution else kind,
        "metadata": {"tags": draw(st.lists(st.sampled_from(["a", "b"]), unique=True))},
        "source": draw(st.sampled_from([text, text.splitlines(keepends=True)])),
    }
    if cell["cell_type"] == "code":
        output = {"name": "stdout", "output_type": "stream", "text": SECRET}
        cell["outputs"] = draw(st.sampled_from([[], [output]]))
        cell["execution_count"] = draw(st.none() | st.integers(1, 99))
    if solution:
        cell["metadata"]["nbgrader"] = {
            "grade": False,
            "locked": False,
            "schema_version": 3,
            "solution": True,
            "task": False,
        }
    return cell


@st.composite
def notebooks(draw: st.DrawFn) -> dict[str, Any]:
    """Return a notebook: every cell has an id, every secret a number."""
    found = draw(st.lists(cells(), max_size=6))
    number = 0
    for at, cell in enumerate(found):
        cell["id"] = f"cell-{at}"
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["grade_id"] = cell["id"]
        text = "".join(cell["source"])
        while SECRET in text:
            text = text.replace(SECRET, f"the_answer_is_{number}!", 1)
            number += 1
        cell["source"] = text
    language = draw(st.sampled_from(["python", "bash"]))
    spec = {"display_name": language, "language": language, "name": language}
    return {
        "cells": found,
        "metadata": {"kernelspec": spec, "widgets": {"state": SECRET}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@settings(max_examples=60)
@given(notebooks())
def test_a_release_tells_nothing_and_is_the_same_each_time(
    notebook: dict[str, Any],
) -> None:
    """For any text around, between and in the solutions, with outputs or without."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "any"
        folder.mkdir()
        (folder / "lab.toml").write_text(LAB, encoding="utf-8")
        (folder / "lab.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        lab = load_lab(folder)
        first = (release(lab, Path(place) / "out") / "any.ipynb").read_bytes()
        again = (release(lab, Path(place) / "out") / "any.ipynb").read_bytes()
    assert first == again
    text = first.decode()
    assert "the_answer_is" not in text
    assert "SOLUTION" not in text
    released = json.loads(text)["cells"]
    assert [cell["id"] for cell in released] == [c["id"] for c in notebook["cells"]]
    for cell in released:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
