"""What attendees get: no solution, no output, the same bytes every time."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from hub.authoring.release import ReleaseError, release, source_notebook
from hub.authoring.solutions import STUB, regions
from hub.catalog import Lab, load_lab

LAB = Path(__file__).parents[2] / "labs" / "first_flight"
Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab that a test may change."""
    return shutil.copytree(LAB, tmp_path / "labs" / "first_flight")


def edited(folder: Path, edit: Edit) -> Lab:
    """Change the notebook's JSON and return the lab."""
    path = folder / "lab.ipynb"
    data = json.loads(path.read_text(encoding="utf-8"))
    edit(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    return load_lab(folder)


def cell_of(data: dict[str, Any], cell_id: str) -> dict[str, Any]:
    """Return one cell of a notebook's JSON."""
    found: dict[str, Any] = next(c for c in data["cells"] if c["id"] == cell_id)
    return found


def digest(folder: Path) -> dict[str, str]:
    """Return the hash of each file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_release_holds_notebook_data_licence_and_description(tmp_path: Path) -> None:
    """Those files and no other: no mistakes, no generator, no source."""
    found = release(load_lab(LAB), tmp_path)
    assert found == tmp_path / "first_flight"
    assert sorted(digest(found)) == [
        "data/LICENSE",
        "data/airports.csv",
        "data/flights.csv",
        "first_flight-handbook.html",
        "first_flight.ipynb",
        "lab.json",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["first_flight"]


def test_texts_of_licences_go_along_and_what_is_the_authors_stays(
    folder: Path, tmp_path: Path
) -> None:
    """A licence's words have to go with what it covers; the ledger is no such text."""
    before = digest(release(load_lab(folder), tmp_path / "before"))
    texts = {"LICENSE", "LICENCE.md", "COPYING", "NOTICE.txt", "LICENSES/MIT.txt"}
    private = {"hidden.py", "EULA.txt", "requirements.txt", "LICENSES/.draft"}
    tool = {"data/tool/__init__.py", "data/tool/__main__.py"}
    left = {"data/__pycache__/a.pyc", "data/.DS_Store", "data/__MACOSX/a"}
    for name in texts | private | tool | left:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name)
    after = digest(release(load_lab(folder), tmp_path / "after"))
    assert set(after) - set(before) == texts | tool
    assert {path.name for path in LAB.iterdir()} - set(after) == {
        *("LICENSES.toml", "lab.ipynb", "lab.toml", "make_data.py", "mistakes.toml"),
        "data",
    }


def test_the_description_says_what_a_seat_needs(tmp_path: Path) -> None:
    """lab.json, version 1, has every key of the contract."""
    lab = load_lab(LAB)
    found = json.loads((release(lab, tmp_path) / "lab.json").read_text("utf-8"))
    steps = found.pop("steps")
    assert found == {
        "v": 1,
        "slug": "first_flight",
        "title": "First flight",
        "version": lab.version,
        "minutes": lab.minutes,
        "level": "beginner",
        "language": "en",
        "interface": "lab",
        "image": "base",
        "notebook": "first_flight.ipynb",
        "handbook": True,
    }
    assert [step["id"] for step in steps] == list(lab.step_ids)
    keys = {"id", "title", "minutes", "points", "cells", "hints", "needs"}
    keys |= {"watch", "question"}
    assert [set(step) for step in steps] == [keys] * len(steps)


def test_no_solution_is_left_and_cells_keep_their_ids(tmp_path: Path) -> None:
    """A stub stands where each solution was; marker and comments stay."""
    lab = load_lab(LAB)
    source = source_notebook(lab)
    path = release(lab, tmp_path) / "first_flight.ipynb"
    released = nbformat.read(path, as_version=4)
    assert [cell.id for cell in released.cells] == [cell.id for cell in source.cells]
    solutions = [text for cell in source.cells for text in regions(cell)]
    assert len(solutions) == len(lab.steps)
    text = path.read_text(encoding="utf-8")
    assert "SOLUTION" not in text
    for step in lab.step_ids:
        (cell,) = [cell for cell in released.cells if cell.id == step]
        assert cell.source.startswith(f"# step: {step}\n")
        assert cell.source.endswith(STUB)
        assert cell.metadata.nbgrader.grade_id == step


def test_outputs_counts_and_traces_of_running_are_gone(
    folder: Path, tmp_path: Path
) -> None:
    """An author may save the notebook after running it."""

    def run(data: dict[str, Any]) -> None:
        data["metadata"]["widgets"] = {"secret": 1}
        cell = cell_of(data, "load-data")
        cell["execution_count"] = 7
        cell["metadata"]["execution"] = {"iopub.execute_input": "2026-11-22"}
        text = {"name": "stdout", "output_type": "stream", "text": "the answer"}
        cell["outputs"] = [text]

    plain = digest(release(load_lab(folder), tmp_path / "one"))
    assert digest(release(edited(folder, run), tmp_path / "two")) == plain


def test_the_same_lab_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Twice, over an earlier release, and from another folder: one hash."""
    first = digest(release(load_lab(LAB), tmp_path / "one"))
    stale = tmp_path / "two" / "first_flight" / "stale.txt"
    stale.parent.mkdir(parents=True)
    stale.touch()
    assert digest(release(load_lab(folder), tmp_path / "two")) == first
    assert digest(release(load_lab(folder), tmp_path / "two")) == first


def test_a_lab_that_cannot_be_released_leaves_the_earlier_release(
    folder: Path, tmp_path: Path
) -> None:
    """A broken notebook costs nothing that is already there."""
    found = release(load_lab(folder), tmp_path / "out")
    before = digest(found)
    (folder / "lab.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(ReleaseError):
        release(load_lab(folder), tmp_path / "out")
    assert digest(found) == before
    assert [path.name for path in found.parent.iterdir()] == ["first_flight"]


def test_a_whole_solution_cell_keeps_its_marker(folder: Path, tmp_path: Path) -> None:
    """A solution cell without regions is cleared whole; the step stays."""

    def no_region(data: dict[str, Any]) -> None:
        cell_of(data, "load-data")["source"] = "# step: load-data\nflights = 1"

    path = release(edited(folder, no_region), tmp_path) / "first_flight.ipynb"
    cells = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}
    assert cells["load-data"].source == f"# step: load-data\n{STUB}"


def source(text: str, cell_id: str = "load-data") -> Edit:
    """Return an edit that gives a cell another source."""

    def edit(data: dict[str, Any]) -> None:
        cell_of(data, cell_id)["source"] = text

    return edit


def without(key: str) -> Edit:
    """Return an edit that takes a key from the cell of the first step."""

    def edit(data: dict[str, Any]) -> None:
        cell_of(data, "load-data").pop(key)

    return edit


B, E = "### BEGIN SOLUTION", "### END SOLUTION"
REFUSED = {
    "no end": (
        source(f"# step: load-data\n{B}\n1"),
        "cell load-data: expected '### END SOLUTION' after line 2, got none at line 3",
    ),
    "no begin": (
        source(f"1\n{E}"),
        "cell load-data: expected '### BEGIN SOLUTION' first, got '### END SOLUTION' "
        "at line 2",
    ),
    "begin twice": (
        source(f"{B}\n{B}\n{E}"),
        "cell load-data: expected '### END SOLUTION' after line 1, "
        "got '### BEGIN SOLUTION' at line 2",
    ),
    "not a solution cell": (
        source(f"{B}\n1\n{E}", "scratch"),
        "cell scratch: expected nbgrader metadata with solution = true",
    ),
    "solution shown elsewhere": (
        source('flights = pd.read_csv("data/flights.csv")', "welcome"),
        "cell welcome: expected no solution text, got 'flights = pd.read_csv",
    ),
    "no id": (without("id"), "cell 8: expected an id (nbformat 4.5), got none"),
    "no source": (without("source"), "expected a notebook, got"),
    "no cells": (lambda data: data.pop("cells"), "expected a notebook, got"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_authors_slip_is_named(name: str, folder: Path, tmp_path: Path) -> None:
    """File, cell, what was expected, what was there."""
    edit, sentence = REFUSED[name]
    with pytest.raises(ReleaseError, match=re.escape(sentence)) as caught:
        release(edited(folder, edit), tmp_path / "out")
    assert str(caught.value).startswith("first_flight/lab.ipynb: ")
    assert not (tmp_path / "out").exists()


def test_a_link_in_the_data_is_refused(folder: Path, tmp_path: Path) -> None:
    """A link could carry any file of the author's machine into every seat."""
    (folder / "data" / "more.csv").symlink_to("/etc/hostname")
    with pytest.raises(ReleaseError, match=r"data/more\.csv: expected a plain file"):
        release(load_lab(folder), tmp_path / "out")
