"""An exported lab is opened by nbgrader itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from hub.authoring.course.exporting import give_back
from hub.authoring.course.writing import write
from hub.catalog import load_lab
from tests.hub.course.cells import answer, autograded, by_hand, draft_of, save, solved

pytestmark = pytest.mark.slow


def test_nbgrader_makes_its_assignment_of_an_export(tmp_path: Path) -> None:
    """Solutions and hidden tests are gone in it, and points are in its gradebook."""
    hidden = "### BEGIN HIDDEN TESTS\nassert f(2) == 3\n### END HIDDEN TESTS"
    cells = (
        solved("f", "def f(x):", "return x + 1"),
        autograded("t", f"assert f(1) == 2\n{hidden}", 1.5),
        answer("whole", "y = f(3)"),
        autograded("t2", "assert y == 4", 2),
        by_hand("why", "Because."),
    )
    save(tmp_path / "given" / "source" / "ps 1" / "two words.ipynb", *cells)
    draft, _notes = draft_of(tmp_path / "given")
    write(draft, tmp_path / "labs", tmp_path / "checkers")
    course = tmp_path / "course"
    give_back(load_lab(tmp_path / "labs" / "lab"), course)
    program = Path(sys.executable)
    done = subprocess.run(
        [str(program), "-m", "nbgrader", "generate_assignment", "ps 1"],
        cwd=course,
        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    made = nbformat.read(course / "release" / "ps 1" / "two words.ipynb", 4)
    stub = "# YOUR CODE HERE\nraise NotImplementedError()"
    assert [cell.source for cell in made.cells] == [
        "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        "assert f(1) == 2",
        stub,
        "assert y == 4",
        "YOUR ANSWER HERE",
    ]
    points = [cell.metadata.nbgrader.get("points") for cell in made.cells]
    assert points == [None, 1.5, None, 2, 1]
    assert (course / "gradebook.db").is_file()
