"""Courses imported with their trial: real kernels, nbgrader's own course among them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import nbgrader
import pytest

from hub.authoring.agreement import ids_agree
from hub.authoring.course import importing, trial
from hub.authoring.course.exporting import give_back
from hub.authoring.course.importing import take_in
from hub.authoring.course.notes import CourseError
from hub.authoring.course.trial import Tried, opened
from hub.authoring.prove import prove
from hub.authoring.release import release
from hub.authoring.texts import links_are_known
from hub.authoring.versions import write_version
from hub.catalog import load_lab
from hub.versions import Versions
from tests.hub.course.cells import (
    answer,
    autograded,
    by_hand,
    code,
    draft_of,
    said,
    save,
    solved,
    text,
)

GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
CONFIG = """c = get_config()
c.CourseDirectory.course_id = "course101"
c.IncludeHeaderFooter.header = "source/header.ipynb"
"""


def quickstart(folder: Path) -> Path:
    """Make the course that `nbgrader quickstart` makes, with its AUTOTEST twin."""
    shutil.copytree(GUIDE / "source", folder / "source")
    shutil.copy(GUIDE / "autotests.yml", folder)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    return folder


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder with what the quickstart became, and the report."""
    folder = tmp_path_factory.mktemp("course")
    root = quickstart(folder / "course101")
    said = take_in(root, folder / "labs", folder / "checkers")
    with opened(folder / "checkers"):
        yield folder, said


def test_nbgraders_own_course_becomes_labs_that_prove(course: tuple[Path, str]) -> None:
    """Every autograded test proves; what is graded by hand is said cell by cell."""
    folder, said = course
    lines = said.splitlines()
    assert lines[:7] == [
        "source/ps1/problem1.ipynb → labs/ps1_problem1",
        "  the course's header (source/header.ipynb) is part of it",
        "  cell 18 (sum_of_squares_equation): graded by hand: left as it is, no step",
        "  cell 20 (sum_of_squares_application): graded by hand: left as it is, no "
        "step",
        "  cell 21 (cell-938593c4a215c6cc): a task, graded by hand: left as text",
        "  LICENSES.toml: nothing says the licence of 3 files: put it in for "
        "LicenseRef-not-stated",
        "  2 of 2 steps prove",
    ]
    assert lines[7] == "source/ps1/problem2.ipynb: no lab"
    assert "  its AUTOTEST lines were made into tests by nbgrader" in lines
    assert lines[-1] == "Labs: 2. 5 of 5 steps prove"
    lab = load_lab(folder / "labs" / "ps1_problem1")
    assert [(step.id, step.title, step.points, step.needs) for step in lab.steps] == [
        ("squares", "Part A", 2, ()),
        ("sum-of-squares", "Part B", 1, ("squares",)),
    ]
    assert (lab.imported, lab.minutes) == ("nbgrader", 10)
    assert (lab.folder / "files" / "jupyter.png").is_file()
    for path in (folder / "labs").iterdir():
        assert ids_agree(load_lab(path)) == ()
        assert links_are_known(load_lab(path)).findings == ()


def test_an_imported_lab_proves(course: tuple[Path, str], tmp_path: Path) -> None:
    """In every way that ours do, but for mistakes; its tests tell mutants, too."""
    folder, _said = course
    proof = prove(load_lab(folder / "labs" / "ps1_problem1"), tmp_path / "p", mutants=1)
    findings = [one for result in proof.results for one in result.findings]
    assert [str(finding) for finding in findings] == []
    assert {score.step: score.kill for score in proof.scores} == {
        "squares": 1,
        "sum-of-squares": 1,
    }


def test_its_handbook_shows_its_pictures(
    course: tuple[Path, str], tmp_path: Path
) -> None:
    """They lie beside the notebook, not in data/."""
    folder, _said = course
    out = release(load_lab(folder / "labs" / "ps1_problem1"), tmp_path)
    page = (out / "ps1_problem1-handbook.html").read_text()
    assert 'src="data:image/png;base64,' in page


def test_autotests_are_tests_and_no_comments(course: tuple[Path, str]) -> None:
    """The checker has what nbgrader made of the lines, values and hashes."""
    folder, _said = course
    text = (folder / "checkers" / "ps1_autotest_problem1.py").read_text()
    assert "AUTOTEST" not in text
    assert 'assert str(squares(1)) == """[1]"""' in text
    assert "sha1(str(squares(3))" in text


def test_autotests_behind_a_cell_that_fails_are_said(tmp_path: Path) -> None:
    """The error that nbgrader raises has no text; it must not end a course's import."""
    lines = autograded("t", "### AUTOTEST half(4)")
    cells = (answer("half", "import nowhere_at_all"), lines)
    path = save(quickstart(tmp_path) / "source" / "ps2" / "a.ipynb", *cells)
    draft, notes = draft_of(path)
    assert [group.live for group in draft.groups] == [()]
    assert (
        "its AUTOTEST lines are no tests: 'import nowhere_at_all' stops with "
        "ModuleNotFoundError: No module named 'nowhere_at_all'"
    ) in said(notes)


def test_an_export_opens_in_nbgrader(course: tuple[Path, str]) -> None:
    """Cells and metadata are those of the source; the header stays a part of it."""
    folder, _said = course
    said = give_back(load_lab(folder / "labs" / "ps1_problem1"), folder / "back")
    path = folder / "back" / "source" / "ps1" / "problem1.ipynb"
    assert said == [str(path)]
    assert (path.parent / "jupyter.png").is_file()
    given = nbformat.read(GUIDE / "source" / "ps1" / "problem1.ipynb", 4)
    back = nbformat.read(path, 4)
    assert [cell.source for cell in back.cells[3:]] == [c.source for c in given.cells]
    points = [cell.metadata.get("nbgrader", {}).get("points") for cell in back.cells]
    assert [one for one in points if one is not None] == [1, 1, 0.5, 0.5, 1, 2, 4]


VISIBLE = "assert half(4) == 2"
SECRET = "assert half(5) == 2.5  # the secret"
ODD = (
    text(
        "See [the manual](https://docs.python.org/3/) and ![it](https://x.org/a.png)."
    ),
    code("import time"),
    solved("half", "def half(x):", "return x / 2"),
    autograded(
        "halves",
        f"{VISIBLE}\n### BEGIN HIDDEN TESTS\n{SECRET}\n### END HIDDEN TESTS",
    ),
    autograded("cell-0123456789ab", "try:\n    half(4)\nexcept Exception:\n    pass"),
    solved("wrong", "def wrong(x):", "return x // 2"),
    autograded(
        "not_right",
        "assert wrong(4) == 2\n### BEGIN HIDDEN TESTS\nassert wrong(5) == 2.5\n"
        "### END HIDDEN TESTS",
    ),
    answer("untouched", "a = 1"),
    autograded("never_fails", "try:\n    assert a == 1\nexcept Exception:\n    pass"),
    solved("hollow", "def shown(x):", "print(x)"),
    autograded("only_calls", "shown(3)"),
    answer("broken", "z = 1 / 0"),
    autograded("tests_z", "assert z == 1"),
    solved("slow", "def slow():", "time.sleep(0.9)\nreturn 1"),
    autograded("tests_slow", "assert slow() == 1", 0.5),
    code("while True:\n    time.sleep(0.01)"),
    answer("last", "last = half(3)"),
    autograded("tests_last", "assert last == 1.5"),
    autograded("cell-ba9876543210", "assert last > 0"),
    by_hand("why", "Because."),
    answer("old", "old = 1"),
    autograded("tests_old", "from nose_like.tools import equal\nequal(old, 1)"),
)
TRIED = [
    "odd.ipynb → labs/odd",
    "  cell 20 (why): graded by hand: left as it is, no step",
    "  it imports nose_like: not installed here, so what needs it cannot be proved "
    "here; name its package in the lab's requirements.txt unless the seat's image "
    "has it",
    "  it names 2 addresses outside: lab.toml allows them",
    "  cell 16: it did not end in time, so it was stopped; in a seat it runs on",
    "  step half, test cell-0123456789ab: it passes before anybody has done anything: "
    "it is left out",
    "  step wrong (not_right): not proved: its hidden tests say not-right: "
    "`wrong(5)` gives 2; expected 2.5.",
    "  step untouched (never_fails): its tests pass before anybody has done "
    "anything: it is no step",
    "  step hollow (only_calls): its tests pass as well with nothing in the place of "
    "the solution: it is no step",
    "  step broken (tests_z): not proved: with the solution it says failed: "
    "cell-raised: The cell stopped with ZeroDivisionError: the last line of the "
    "message above says why.",
    "  step slow (tests_slow): 0.5 points are 1 in lab.toml; its tests keep theirs",
    "  step slow (tests_slow): its tests take 0.9 s: more than 1 s are too long after "
    "a cell, it is no step",
    "  step old (tests_old): not proved: with the solution it says error: "
    "TestCellError: tests-old: ModuleNotFoundError: No module named 'nose_like'",
    "  LICENSES.toml: nothing says the licence of 3 files: put it in for "
    "LicenseRef-not-stated",
    "  2 of 8 steps prove",
]


def test_what_was_not_tried_without_its_solution_does_not_prove() -> None:
    """As when the kernel was lost before that."""
    assert not Tried(solved="passed").proved
    assert Tried(solved="passed", untouched=False).proved
    assert not Tried(solved="passed", untouched=True).proved


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder with what a notebook of oddities became, and the report."""
    folder = tmp_path_factory.mktemp("odd")
    path = save(folder / "odd.ipynb", *ODD)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(trial, "SECONDS", 3.0)
        patched.setattr(importing, "MOST", 4.0)
        said = take_in(path, folder / "labs", folder / "checkers")
    with opened(folder / "checkers"):
        yield folder, said


def test_nothing_counts_that_checks_nothing(odd: tuple[Path, str]) -> None:
    """A trial with and without solutions tells; only what proves is counted."""
    folder, said = odd
    said = re.sub(r"take \d\.\d s", "take 0.9 s", said)  # a busy machine takes longer
    assert said.splitlines() == TRIED
    lab = load_lab(folder / "labs" / "odd")
    assert lab.step_ids == ("half", "wrong", "broken", "last", "old")
    assert lab.steps[-2].needs == ("half",)
    assert lab.steps[0].points == 1
    assert "except Exception" not in (folder / "checkers" / "odd.py").read_text()
    assert lab.links == ("https://docs.python.org/3/", "https://x.org/a.png")
    assert links_are_known(lab).findings == ()


def test_hidden_tests_never_leave_the_labs_folder(odd: tuple[Path, str]) -> None:
    """No release, no state to catch up and no checker has a word of them."""
    folder, _said = odd
    lab = load_lab(folder / "labs" / "odd")
    assert SECRET in (lab.folder / "hidden.py").read_text()
    assert SECRET not in lab.source.read_text()
    released = release(lab, folder / "released")
    write_version(lab, Versions(folder / "versions"))
    places = (released, folder / "versions", folder / "checkers")
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        assert path.name != "hidden.py"
        assert b"secret" not in path.read_bytes(), path
        assert b"wrong(5)" not in path.read_bytes(), path


def test_a_lab_that_is_there_is_not_written_over(odd: tuple[Path, str]) -> None:
    """Unless somebody says so."""
    folder, _said = odd
    places = (folder / "odd.ipynb", folder / "labs", folder / "checkers")
    with pytest.raises(CourseError, match=r"--slug, or --force to write over it$"):
        take_in(*places)
    (folder / "checkers" / "mine.py").write_text("")
    with pytest.raises(CourseError, match="nothing writes over it"):
        take_in(*places, "mine", over=folder / "over")
