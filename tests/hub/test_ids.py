"""Cells that say which step they are get the id and the metadata of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.authoring.faults import faults
from hub.authoring.ids import set_ids
from hub.authoring.release import ReleaseError
from hub.authoring.scaffold import scaffold
from hub.catalog import Lab, load_lab


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A new lab; nobody imports its checker."""
    places = {name: tmp_path / name for name in ("labs", "checkers", "images")}
    scaffold("trial", "Trial", "python", **places)
    return load_lab(tmp_path / "labs" / "trial")


def cells(lab: Lab) -> list[dict[str, Any]]:
    """Return the cells of the notebook."""
    found: list[dict[str, Any]] = json.loads(lab.source.read_text("utf-8"))["cells"]
    return found


def save(lab: Lab, found: list[dict[str, Any]], **more: Any) -> None:
    """Save the notebook with other cells."""
    data = json.loads(lab.source.read_text("utf-8"))
    lab.source.write_text(json.dumps({**data, "cells": found, **more}), "utf-8")


def notebook_faults(lab: Lab) -> list[str]:
    """Return what is wrong with the notebook."""
    return [str(one) for one in faults(lab.folder) if one.where.startswith("lab.ipynb")]


def test_a_step_written_in_jupyterlab_becomes_one(lab: Lab) -> None:
    """With an id by chance and no metadata; done twice, nothing is left to do."""
    found = cells(lab)
    step = next(cell for cell in found if cell["id"] == "load-week")
    step.update(id="3f2a9c1e", metadata={"tags": ["mine"]})
    save(lab, found)
    assert len(notebook_faults(lab)) == 1
    assert set_ids(lab.folder) == (
        "cell 5 has the id load-week, it had 3f2a9c1e",
        "cell 5 has the nbgrader metadata of load-week",
    )
    assert notebook_faults(lab) == []
    assert cells(lab)[4]["metadata"]["tags"] == ["mine"]
    before = lab.source.read_bytes()
    assert set_ids(lab.folder) == ()
    assert lab.source.read_bytes() == before


def test_an_old_notebook_gets_ids_for_all_its_cells(lab: Lab) -> None:
    """Before nbformat 4.5 no cell had one; copies of cells get one of their own."""
    found = cells(lab)
    for cell in found:
        del cell["id"]
    save(lab, found, nbformat_minor=4)
    set_ids(lab.folder)
    assert notebook_faults(lab) == []
    again = cells(lab)
    save(lab, [*again, again[0]])
    set_ids(lab.folder)
    ids = [cell["id"] for cell in cells(lab)]
    assert len(set(ids)) == len(ids) == len(found) + 1


def test_an_id_that_is_given_is_no_other_cells(lab: Lab) -> None:
    """Even where cells were moved since they got theirs."""
    found = cells(lab)
    found[1]["id"], found[7]["id"] = "cell-4", "cell-5"
    del found[3]["id"]
    save(lab, found)
    assert set_ids(lab.folder) == ("cell 4 has the id cell-6",)
    assert notebook_faults(lab) == []


def test_what_an_author_chose_stays(lab: Lab) -> None:
    """A manually graded cell stays one; a second cell of a step keeps its id."""
    found = cells(lab)
    step = next(cell for cell in found if cell["id"] == "load-week")
    step["metadata"]["nbgrader"].update(grade=True, points=3, grade_id="old")
    save(lab, [*found, {**step, "id": "again"}])
    set_ids(lab.folder)
    last = cells(lab)[-1]
    assert last["id"] == "again"
    table = cells(lab)[4]["metadata"]["nbgrader"]
    assert (table["grade"], table["points"], table["grade_id"]) == (
        True,
        3,
        "load-week",
    )


@pytest.mark.parametrize("text", ["", "[]", '{"cells": 3}', "{"])
def test_what_is_no_notebook_is_left_alone(text: str, lab: Lab) -> None:
    """And said."""
    lab.source.write_text(text)
    with pytest.raises(ReleaseError, match=r"trial/lab\.ipynb: expected a notebook"):
        set_ids(lab.folder)
    assert lab.source.read_text() == text


def test_a_notebook_in_another_encoding_is_not_shown_whole(lab: Lab) -> None:
    """A sentence says what it is; its bytes say nothing."""
    lab.source.write_bytes(lab.source.read_text("utf-8").encode("utf-16"))
    with pytest.raises(ReleaseError) as refused:
        set_ids(lab.folder)
    what = "expected text in UTF-8, got UTF-16; save the file as UTF-8"
    assert str(refused.value) == f"trial/lab.ipynb: {what}"
