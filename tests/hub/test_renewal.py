"""A newer release comes into a seat: what was left alone is renewed, the rest stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hub.authoring.renewal import merged, renew


def notebook(**cells: str) -> dict[str, Any]:
    """Return a notebook with a code cell for each name."""
    return {
        "cells": [
            {"cell_type": "code", "id": name, "outputs": [], "source": text}
            for name, text in cells.items()
        ],
        "nbformat": 4,
    }


def texts(data: bytes) -> dict[str, str]:
    """Return the texts of a notebook's cells by their ids, in order."""
    return {cell["id"]: cell["source"] for cell in json.loads(data)["cells"]}


def test_cells_that_were_left_are_renewed_and_the_others_stay() -> None:
    """New ones come, old ones go; what was kept and has news is named."""
    was = notebook(title="Old", one="# step: one", two="# step: two", gone="x")
    new = notebook(title="New", more="y", one="# step: 1", two="# step: two")
    own = notebook(title="Old", one="# step: one\n1", two="# step: two\n2", gone="x")
    data, kept = merged(was, new, own)
    assert texts(data) == {
        "title": "New",
        "more": "y",
        "one": "# step: one\n1",
        "two": "# step: two\n2",
    }
    assert kept == ("one",)


def test_outputs_stay_where_the_text_is_the_same_and_own_cells_stay() -> None:
    """Running a cell is no writing in it."""
    was, new = notebook(one="1", two="2"), notebook(one="1", two="3")
    own = notebook(one="1", mine="scratch", two="2")
    for cell in own["cells"]:
        cell["outputs"] = ["shown"]
    data, kept = merged(was, new, own)
    assert texts(data) == {"one": "1", "mine": "scratch", "two": "3"}
    outputs = [cell["outputs"] for cell in json.loads(data)["cells"]]
    assert outputs == [["shown"], ["shown"], []]
    assert kept == ()


def test_files_are_renewed_unless_somebody_changed_them(tmp_path: Path) -> None:
    """Taken away with the release, too; what was deleted in the seat stays deleted."""
    release = {"a.csv": "1", "b.csv": "1", "old.csv": "1", "d.csv": "1"}
    newer = {"a.csv": "2", "b.csv": "2", "c.csv": "2", "d.csv": "2"}
    seat = {"a.csv": "1", "b.csv": "mine", "old.csv": "1"}
    for name, files in (("was", release), ("now", newer), ("seat", seat)):
        for file, text in files.items():
            path = tmp_path / name / "data" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    kept = renew(tmp_path / "seat", tmp_path / "was", tmp_path / "now")
    found = {path.name: path.read_text() for path in tmp_path.glob("seat/data/*")}
    assert found == {"a.csv": "2", "b.csv": "mine", "c.csv": "2"}
    assert kept == ("data/b.csv",)
