"""Which notebooks of a place become labs, what goes with them, and what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.authoring.course.folder import found
from hub.authoring.course.importing import slugs
from hub.authoring.course.notes import CourseError
from tests.hub.course.cells import answer, autograded, said, save

CELLS = (answer("x", "x = 1"), autograded("t", "assert x == 1"))


def write(root: Path, *names: str) -> None:
    """Write files; those that end so are notebooks."""
    for name in names:
        path = root / name
        if name.endswith(".ipynb"):
            save(path, *CELLS)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x = 1\n")


def test_an_assignment_with_everything_people_leave_in_it(tmp_path: Path) -> None:
    """Notebooks become labs; copies, checkpoints and answers do not, and are said."""
    folder = tmp_path / "Problem Set 1"
    write(
        folder,
        *("Part A.ipynb", "part_b.ipynb", "Part A-Copy1.ipynb", "Copy of part_b.ipynb"),
        *("part_b (1).ipynb", "part_b_solution.ipynb", "notes-Copy2.ipynb"),
        *(".ipynb_checkpoints/Part A-checkpoint.ipynb", "Part A-checkpoint.ipynb"),
        *("helper.py", "data/table.csv", "package/__init__.py", "more/deep.ipynb"),
        *("solutions/Part A.ipynb", "solutions/answers.txt", "__pycache__/x.pyc"),
        *("autotests.yml", ".DS_Store", "requirements.txt"),
        *("gradebook.db", "submitted/anna/helper.py", "autograded/anna/helper.py"),
    )
    (folder / "link.csv").symlink_to("data/table.csv")
    sources, skipped = found(folder)
    assert [(one.shown, one.assignment) for one in sources] == [
        ("Part A.ipynb", "Problem Set 1"),
        ("notes-Copy2.ipynb", "Problem Set 1"),
        ("part_b.ipynb", "Problem Set 1"),
    ]
    twins = [one.twin.relative_to(folder) if one.twin else None for one in sources]
    assert twins == [
        Path("solutions/Part A.ipynb"),
        None,
        Path("part_b_solution.ipynb"),
    ]
    assert [name for name, _path in sources[0].files] == [
        *("helper.py", "requirements.txt", "data/table.csv", "package/__init__.py")
    ]
    assert said(skipped) == [
        "Copy of part_b.ipynb: a copy of part_b.ipynb",
        "Part A-Copy1.ipynb: a copy of Part A.ipynb",
        "Part A-checkpoint.ipynb: a copy of Part A.ipynb",
        "part_b (1).ipynb: a copy of part_b.ipynb",
        "part_b_solution.ipynb: the answers to part_b.ipynb: read from here",
        ".ipynb_checkpoints: Jupyter's checkpoints",
        "solutions: a folder of answers",
        "link.csv: no plain file",
        "more/deep.ipynb: a notebook in a folder below: nbgrader grades none there",
    ]
    assert slugs(sources, "") == [
        *("problem_set_1_part_a", "problem_set_1_notes_copy2", "problem_set_1_part_b")
    ]


@pytest.mark.parametrize("start", ["", "source"])
def test_a_course_holds_assignments(start: str, tmp_path: Path) -> None:
    """Those below source; headers beside them, and a folder of answers, are none."""
    write(
        tmp_path,
        *("source/header.ipynb", "source/ps1/problem1.ipynb", "source/ps2/a.ipynb"),
        *("source/ps1_solutions/problem1.ipynb", "release/ps1/problem1.ipynb"),
        *("source/notes/readme.txt", "submitted/anna/ps1/problem1.ipynb"),
        "source/ps2/.ipynb_checkpoints/a-checkpoint.ipynb",
    )
    sources, skipped = found(tmp_path / start)
    assert [one.path.relative_to(tmp_path).as_posix() for one in sources] == [
        "source/ps1/problem1.ipynb",
        "source/ps2/a.ipynb",
    ]
    assert [one.twin is not None for one in sources] == [True, False]
    assert slugs(sources, "") == ["ps1", "ps2"]
    assert slugs(sources, "Course 1") == ["course_1_ps1", "course_1_ps2"]
    above = "" if start else "source/"
    assert [str(note) for note in skipped] == [
        f"{above}ps1_solutions: the answers to ps1: read from here",
        f"{above}ps2/.ipynb_checkpoints: Jupyter's checkpoints",
    ]


def test_a_release_alone_is_taken_too(tmp_path: Path) -> None:
    """Somebody has only what students got."""
    write(tmp_path, "release/ps1/problem1.ipynb")
    sources, _skipped = found(tmp_path)
    assert [one.shown for one in sources] == ["release/ps1/problem1.ipynb"]


def test_a_single_notebook_takes_the_files_that_it_names(tmp_path: Path) -> None:
    """It may lie in a folder full of other things."""
    write(tmp_path, "other.csv", "table.csv", "tools.py", "mine.py", "private.txt")
    write(tmp_path, "data", "able.csv", "names", "own/__init__.py", "grün.csv")
    source = "import tools, own; 'table.csv'; open('grün.csv') # data, names"
    path = save(tmp_path / "2nd try.ipynb", answer("x", source + "\nopen('names')"))
    sources, _skipped = found(path)
    assert sorted(name for name, _path in sources[0].files) == [
        *("grün.csv", "names", "table.csv", "tools.py")
    ]
    assert slugs(sources, "") == ["lab_2nd_try"]
    assert slugs(sources, "My lab") == ["my_lab"]


def test_names_of_the_package_are_not_taken(tmp_path: Path) -> None:
    """A lab called `values` would hide checkers.values."""
    write(tmp_path, "values.ipynb", "Values .ipynb")
    names = slugs(found(tmp_path)[0], "values")
    assert slugs(found(tmp_path / "values.ipynb")[0], "") == ["values_2"]
    assert len(set(names)) == 2


def test_a_place_without_a_notebook_is_refused(tmp_path: Path) -> None:
    """What was expected is said."""
    write(tmp_path, "readme.txt")
    with pytest.raises(CourseError, match="there is no notebook to take in"):
        found(tmp_path)
    with pytest.raises(CourseError, match=r"expected a notebook \(.ipynb\)"):
        found(tmp_path / "readme.txt")
    with pytest.raises(CourseError, match="there is none"):
        found(tmp_path / "nowhere")
