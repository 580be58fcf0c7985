"""The state before a step: solved above it, untouched below, nothing counts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from checkers.engine.steps import marked
from hub.authoring.release import attendee_version, source_notebook
from hub.authoring.solutions import regions
from hub.authoring.states import CAUGHT_UP, before, fresh_id
from hub.catalog import Lab, load_lab

LAB = load_lab(Path(__file__).parents[2] / "labs" / "first_flight")


def solutions(lab: Lab) -> dict[str, str]:
    """Return the text of each solution by its cell."""
    cells = source_notebook(lab).cells
    return {cell.id: "\n".join(regions(cell)) for cell in cells if regions(cell)}


def at(notebook: Any, step: str) -> int:
    """Return where a step's cell stands."""
    return next(n for n, cell in enumerate(notebook.cells) if cell.id == step)


@pytest.mark.parametrize("step", LAB.step_ids)
def test_above_the_step_all_is_solved_and_below_nothing(step: str) -> None:
    """The earlier solutions are there, this step's and the later ones are not."""
    state = before(LAB, step)
    nbformat.validate(state)
    here = at(state, step)
    above = "\n".join(cell.source for cell in state.cells[:here])
    below = "\n".join(cell.source for cell in state.cells[here:])
    earlier = LAB.step_ids[: LAB.step_ids.index(step)]
    for other, text in solutions(LAB).items():
        assert (text in above) is (other in earlier)
        assert text not in below
    assert "SOLUTION" not in above + below
    plain = attendee_version(LAB)
    assert state.cells[here:] == plain.cells[at(plain, step) :]


@pytest.mark.parametrize("step", LAB.step_ids)
def test_nothing_above_the_step_counts_as_one(step: str) -> None:
    """No marker, no cell id, no grade_id of a step; the marker says where it was."""
    state = before(LAB, step)
    solved = state.cells[: at(state, step)]
    code = [cell for cell in solved if cell.cell_type == "code"]
    assert [marked(cell.source) for cell in code] == [()] * len(code)
    assert not {cell.id for cell in solved} & set(LAB.step_ids)
    for cell in solved:
        table = cell.metadata.get("nbgrader", {})
        assert table.get("grade_id", cell.id) == cell.id
        assert not table.get("solution")
    for earlier in LAB.step_ids[: LAB.step_ids.index(step)]:
        cell = next(cell for cell in solved if cell.id == fresh_id(earlier))
        assert cell.source.startswith(f"# caught up: {earlier}\n")


def test_it_says_what_it_is(tmp_path: Path) -> None:
    """In words for the person, in the metadata for programs; the same every time."""
    state = before(LAB, "join-airports")
    assert state.cells[0].id == CAUGHT_UP
    assert "before *Join the airports*" in state.cells[0].source
    assert "does not count as passed" in state.cells[0].source
    assert state.metadata["airlift"] == {
        "lab": "first_flight",
        "version": LAB.version,
        "before": "join-airports",
    }
    again = before(LAB, "join-airports")
    assert nbformat.writes(again) == nbformat.writes(state)


def test_a_marker_in_any_writing_is_taken_out(tmp_path: Path) -> None:
    """Markers count on any line, in any letters; each becomes a plain comment."""
    folder = shutil.copytree(LAB.folder, tmp_path / "first_flight")
    path = folder / "lab.ipynb"
    data = json.loads(path.read_text("utf-8"))
    cell = next(cell for cell in data["cells"] if cell["id"] == "load-data")
    cell["source"] += ["\n## Step : Clean-Data\n", "  # STEP:load_data"]
    path.write_text(json.dumps(data), "utf-8")
    state = before(load_lab(folder), "clean-data")
    cell = next(cell for cell in state.cells if cell.id == fresh_id("load-data"))
    assert marked(cell.source) == ()
    assert "## caught up : Clean-Data\n  # caught up:load_data" in cell.source


def test_a_long_id_stays_an_id() -> None:
    """Ids have 64 characters at most; two long ids stay two."""
    assert fresh_id("load-data") == "caught-up-load-data"
    one, two = fresh_id("a" * 64), fresh_id("a" * 63 + "b")
    assert one != two
    assert max(len(one), len(two)) <= 64
