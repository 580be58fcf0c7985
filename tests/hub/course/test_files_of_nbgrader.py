"""The notebooks that nbgrader tests itself with are converted, or said with reasons."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbgrader
import pytest

from hub.authoring.course.notes import CourseError
from hub.authoring.course.writing import checker
from tests.hub.course.cells import draft_of, said

FILES = Path(str(nbgrader.__file__)).parent / "tests" / "apps" / "files"
SQUARES = "squares sum-of-squares"
UNSOLVED = "it has no solution, so nothing shows that its tests can be passed"
NO_TESTS = "its AUTOTEST lines are no tests: there is no autotests.yml beside it"
NO_ANSWER = "no answer cell stands above it: it tests none"
UNMARKED = "no autograded test follows: nothing checks it, it is no step"
SCHEMA = "nbgrader metadata of schema {}, an older one, are upgraded"
BY_HAND = "graded by hand: left as it is, no step"
EMPTY = "no test: it asserts nothing, so it checks nothing"
EXPECTED = {
    "autotest-hashed": ("", NO_TESTS),
    "autotest-hashed-changed": ("soln", ""),
    "autotest-hashed-unchanged": ("soln", UNSOLVED),
    "autotest-hidden": ("", NO_TESTS),
    "autotest-hidden-changed-right": ("soln", ""),
    "autotest-hidden-changed-wrong": ("soln", ""),
    "autotest-hidden-unchanged": ("soln", UNSOLVED),
    "autotest-multi": ("", NO_TESTS),
    "autotest-multi-changed": ("soln", ""),
    "autotest-multi-unchanged": ("soln", UNSOLVED),
    "autotest-simple": ("", NO_TESTS),
    "autotest-simple-changed": ("soln", ""),
    "autotest-simple-unchanged": ("soln", UNSOLVED),
    "infinite-loop": ("", ""),
    "infinite-loop-with-output": ("", ""),
    "open_relative_file": ("", NO_ANSWER),
    "side-effects": ("", ""),
    "submitted-changed": ("set-a", EMPTY),
    "submitted-cheat-attempt": ("set-a", EMPTY),
    "submitted-cheat-attempt-alternative": ("set-a", EMPTY),
    "submitted-grade-cell-changed": ("", "no test: it is empty, so it checks nothing"),
    "submitted-locked-cell-changed": ("set-a", UNSOLVED),
    "submitted-unchanged": ("set-a", UNSOLVED),
    "test": (SQUARES, BY_HAND),
    "test-hidden-tests": (SQUARES, UNSOLVED),
    "test-no-metadata": ("", UNMARKED),
    "test-no-metadata-autotest": ("", NO_TESTS),
    "test-v0": (SQUARES, SCHEMA.format("none")),
    "test-v0-invalid": (SQUARES, "it has no grade_id: called cell-17"),
    "test-v1": (SQUARES, SCHEMA.format(1)),
    "test-v2": (SQUARES, SCHEMA.format(2)),
    "test-with-output": (SQUARES, BY_HAND),
    "timeout": ("squares", ""),
    "too-new": (None, "schema 3 or older, got 10: written by a newer nbgrader"),
    "validating-environment-variable": ("", NO_ANSWER),
    "validation-zero-points": ("squares", ""),
}


def test_each_notebook_of_the_package_is_expected() -> None:
    """A new version of nbgrader may bring others: look at them."""
    assert {path.stem for path in FILES.glob("*.ipynb")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_notebook_of_nbgraders_is_converted_or_said(
    name: str, tmp_path: Path
) -> None:
    """Its steps, what is said of it, "" when nothing is; None where it is refused."""
    steps, reason = EXPECTED[name]
    path = Path(shutil.copy(FILES / f"{name}.ipynb", tmp_path))
    if steps is None:
        with pytest.raises(CourseError, match=reason):
            draft_of(path)
        return
    draft, notes = draft_of(path)
    assert [group.id for group in draft.groups if group.live] == steps.split()
    assert reason in "\n".join(said(notes))
    assert bool(reason) == bool(notes)
    compile(checker(draft), "checker", "exec")
