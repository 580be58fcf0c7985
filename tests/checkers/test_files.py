"""Notebooks beside the attendee's own: never in their place, never half."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from checkers.engine.files import (
    MOST_BYTES,
    FilesError,
    as_notebook,
    cells_of,
    corrections,
    put_beside,
    read_notebook,
    source_of,
)


def cell(cell_id: str, source: object, **metadata: Any) -> dict[str, Any]:
    """Return a code cell."""
    return {"cell_type": "code", "id": cell_id, "metadata": metadata, "source": source}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook of these cells."""
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


def test_a_notebook_comes_under_a_name_that_is_free(tmp_path: Path) -> None:
    """What has the name stays: a file, a folder, a link that leads nowhere."""
    (tmp_path / "lab.ipynb").write_text("my work")
    (tmp_path / "lab-2.ipynb").mkdir()
    (tmp_path / "lab-3.ipynb").symlink_to(tmp_path / "nowhere")
    found = put_beside(tmp_path, "lab", notebook(cell("a", "1")))
    assert found == tmp_path / "lab-4.ipynb"
    assert read_notebook(found)["cells"][0]["id"] == "a"
    assert found.stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "lab.ipynb").read_text() == "my work"
    assert (tmp_path / "lab-3.ipynb").is_symlink()
    assert not list(tmp_path.glob(".*"))


def test_a_folder_that_is_gone_is_made_again(tmp_path: Path) -> None:
    """Somebody may have deleted or renamed the lab's folder."""
    found = put_beside(tmp_path / "lab", "lab-again", notebook())
    assert found == tmp_path / "lab" / "lab-again.ipynb"


def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is passed on, and no half of a notebook stays."""

    def full(*_words: object, **_more: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(json, "dump", full)
    with pytest.raises(OSError, match="No space"):
        put_beside(tmp_path, "lab", notebook())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "data", [None, [], {}, {"cells": 1}, {"cells": ["a"]}, {"cells": {"a": 1}}, "x"]
)
def test_what_is_no_notebook_is_refused(data: object, tmp_path: Path) -> None:
    """From the room as from a file."""
    with pytest.raises(FilesError):
        as_notebook(data)
    (tmp_path / "lab.ipynb").write_text(json.dumps(data))
    with pytest.raises(FilesError):
        read_notebook(tmp_path / "lab.ipynb")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """One that is gone, one that is too large, one that is no JSON."""
    with pytest.raises(FilesError, match="No such file"):
        read_notebook(tmp_path / "gone.ipynb")
    (tmp_path / "huge.ipynb").write_bytes(b" " * (MOST_BYTES + 1))
    with pytest.raises(FilesError, match="at most"):
        read_notebook(tmp_path / "huge.ipynb")
    (tmp_path / "half.ipynb").write_bytes(b'{"cells": [\xff')
    with pytest.raises(FilesError):
        read_notebook(tmp_path / "half.ipynb")


def test_the_cells_of_a_step_come_as_they_are() -> None:
    """In the notebook's order, all of a step's."""
    found = cells_of(notebook(cell("a", "1"), cell("b", "2"), cell("c", "3")), "ca")
    assert [source_of(one) for one in found] == ["1", "3"]


RELEASED = notebook(
    cell("intro", ["Read ", "this."]),
    cell("step", "# step: one\n# your code here"),
    cell("data", "open('wrong.csv')"),
    cell("tests", "assert a", nbgrader={"locked": True}),
    cell("end", "Bye."),
)
OFFERED = notebook(
    cell("intro", "Read this."),
    cell("new", "A word more."),
    cell("step", "# step: one\n# your code here, in one line"),
    cell("data", "open('right.csv')"),
    cell("tests", "assert b", nbgrader={"locked": True}),
    cell("end", "Bye."),
)


def ids(own: dict[str, Any] | None) -> list[str]:
    """Return the ids of the cells that are offered beside somebody's own."""
    return [one["id"] for one in corrections(OFFERED, RELEASED, own)]


def test_only_what_differs_is_offered() -> None:
    """With its source, what it was, where it goes; equal text in lines is equal."""
    found = corrections(OFFERED, RELEASED, RELEASED)
    assert [one["id"] for one in found] == ["new", "step", "data", "tests"]
    assert found[0] == {
        "id": "new",
        "cell_type": "code",
        "source": "A word more.",
        "was": None,
        "locked": False,
        "after": "intro",
    }
    assert found[2]["was"] == "open('wrong.csv')"
    assert [one["locked"] for one in found] == [False, False, False, True]
    assert corrections(RELEASED, RELEASED) == []
    assert corrections(OFFERED, RELEASED, None) == found


def test_what_the_attendee_touched_is_left_alone_unless_it_is_locked() -> None:
    """Own work, deleted cells and what was taken already are not offered."""
    mine = {one["id"]: dict(one) for one in RELEASED["cells"]}
    mine["step"]["source"] = "# step: one\nx = 1"
    mine["tests"]["source"] = "assert True"
    assert ids(notebook(*mine.values())) == ["new", "data", "tests"]
    del mine["data"]
    assert ids(notebook(*mine.values())) == ["new", "tests"]
    assert ids(OFFERED) == []


@pytest.mark.parametrize(
    ("metadata", "locked"),
    [
        ({"deletable": False}, True),
        ({"editable": False}, True),
        ({"nbgrader": {"locked": True}}, True),
        ({"nbgrader": {"locked": False}}, False),
        ({"nbgrader": "x"}, False),
        ({}, False),
    ],
)
def test_a_cell_is_locked_by_nbgrader_or_by_jupyter(
    metadata: dict[str, Any], locked: bool
) -> None:
    """Either way it is the author's alone."""
    before = notebook(cell("a", "1", **metadata))
    after, own = notebook(cell("a", "2", **metadata)), notebook(cell("a", "mine"))
    assert bool(corrections(after, before, own)) is locked


def test_strange_cells_harm_nothing() -> None:
    """A room that went mad, or a notebook that another program wrote."""
    strange = notebook({"id": 7}, {}, {"id": "a", "source": 3, "metadata": None})
    assert corrections(strange, RELEASED, strange) == []
    assert [one["id"] for one in corrections(strange, RELEASED)] == ["a"]
