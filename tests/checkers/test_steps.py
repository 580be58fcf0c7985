"""Which step does a cell belong to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkers.engine.steps import (
    SeatLabError,
    caught_up,
    lab_of,
    marked,
    seat_labs,
    steps_of,
)

from .conftest import released


@pytest.mark.parametrize(
    ("source", "steps"),
    [
        ("# step: load-data\nx = 1", ["load-data"]),
        ("x = 1\n\n   #   STEP :   Load-Data   \ny = 2", ["load-data"]),
        ("#step:load-data", ["load-data"]),
        ("## step: load_data (5 min)", ["load-data"]),
        ("%%bash\n# step: files\nls", ["files"]),
        ("%%sql\n-- step: query\nselect 1", ["query"]),
        ("%%js\n// step: page\n1", ["page"]),
        ("%%html\n<!-- step: page -->", ["page"]),
        ("# step: b\n# step: a\r\n# step: b", ["b", "a"]),
        ("x = 1  # step: not-at-the-start", []),
        ("# steps: no", []),
        ("# step one: no", []),
        ("step: no", []),
        ("", []),
        ("# step:", []),
        ("# caught up: load-data", []),
    ],
)
def test_markers(source: str, steps: list[str]) -> None:
    """A comment line of its own marks a cell, whatever its spaces and letters."""
    assert list(marked(source)) == steps


@pytest.mark.parametrize(
    ("source", "steps"),
    [
        ("# caught up: load-data\nx = 1", ["load-data"]),
        ("#Caught  Up : load_data", ["load-data"]),
        ("# step: load-data", []),
        ("# we caught up: with them", []),
    ],
)
def test_cells_that_hold_the_authors_work(source: str, steps: list[str]) -> None:
    """They name their step in a line of their own kind, as loosely as a marker."""
    assert list(caught_up(source)) == steps


@given(st.text(max_size=500), st.sampled_from(["a", "load-data", "x9"]))
def test_a_marker_line_is_found_in_any_text(text: str, step: str) -> None:
    """What stands around a marker line does not hide it."""
    assert step in marked(f"{text}\n# step: {step}\n{text}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two released labs that share one step's id."""
    released(tmp_path, "tiny", ("first", "shared"))
    released(tmp_path, "other", ("second", "shared"))
    return tmp_path


def found(
    folder: Path, source: str, cell: str | None, notebook: str
) -> list[tuple[str, str]]:
    """Return lab and step of what a cell belongs to."""
    labs = seat_labs(folder)
    lab = lab_of(Path(notebook), labs)
    return [(one.lab.slug, one.step.id) for one in steps_of(source, cell, lab, labs)]


@pytest.mark.parametrize(
    ("source", "cell", "notebook", "expected"),
    [
        ("# step: shared", None, "/home/tiny/tiny.ipynb", [("tiny", "shared")]),
        ("# step: shared", None, "/home/other/sub/copy.ipynb", [("other", "shared")]),
        ("# step: shared", None, "/tiny/other/x.ipynb", [("other", "shared")]),
        ("# step: shared", None, "/home/x.ipynb", []),
        ("# step: second", None, "/home/x.ipynb", [("other", "second")]),
        ("# step: second", None, "/home/tiny/tiny.ipynb", []),
        ("x = 1", "first", "/home/tiny/tiny.ipynb", [("tiny", "first")]),
        ("# step: nothing", "first", "/home/tiny/tiny.ipynb", [("tiny", "first")]),
        ("# step: shared", "first", "/home/tiny/tiny.ipynb", [("tiny", "shared")]),
        ("x = 1", "first", "/home/x.ipynb", []),
        ("x = 1", None, "/home/tiny/tiny.ipynb", []),
    ],
)
def test_marker_then_cell_id_then_notebook(
    folder: Path,
    source: str,
    cell: str | None,
    notebook: str,
    expected: list[tuple[str, str]],
) -> None:
    """The marker beats the cell's id; the nearest lab folder beats guessing."""
    assert found(folder, source, cell, notebook) == expected


def test_the_only_lab_needs_no_folder(tmp_path: Path) -> None:
    """A notebook anywhere belongs to the seat's only lab."""
    released(tmp_path, "tiny", ("first",))
    assert found(tmp_path, "x", "first", "/tmp/copy.ipynb") == [("tiny", "first")]


def test_only_the_labs_asked_for_are_read(folder: Path) -> None:
    """A seat knows its own room's labs."""
    assert list(seat_labs(folder, ["tiny"])) == ["tiny"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"slug": 1}', "\0"])
def test_a_lab_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    """The error says which file it is."""
    released(tmp_path, "tiny")
    (tmp_path / "tiny" / "lab.json").write_text(text)
    with pytest.raises(SeatLabError, match=r"tiny/lab\.json"):
        seat_labs(tmp_path)


def test_several_cells_of_one_step(tmp_path: Path) -> None:
    """An imported step may have several cells; each leads to it."""
    released(tmp_path, "tiny", ("first",))
    path = tmp_path / "tiny" / "lab.json"
    data = json.loads(path.read_text())
    data["steps"][0]["cells"] = ["one", "two"]
    path.write_text(json.dumps(data))
    assert found(tmp_path, "x", "two", "/tiny/a.ipynb") == [("tiny", "first")]
