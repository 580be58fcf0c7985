"""Real courses are full of oddities: each is converted, or said with its reason."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hub.authoring.course.notes import CourseError
from hub.authoring.course.writing import checker, write
from hub.authoring.release import release
from hub.authoring.solutions import cleared
from hub.catalog import load_lab
from tests.hub.course.cells import (
    STUB,
    answer,
    autograded,
    by_hand,
    code,
    draft_of,
    said,
    save,
    solved,
    task,
    text,
)

TWICE = solved("twice", "def twice(x):", "return 2 * x")
HOLDS = autograded("twice_test", "assert twice(2) == 4")
CASES = (
    "### BEGIN HIDDEN TESTS\nsecret_cases = [(7, 14), (-3, -6)]\n### END HIDDEN TESTS"
)
NO_TEST = "cell 2 (t): no test: "

GALLERY: dict[str, tuple[list[dict[str, Any]], list[str], list[str]]] = {
    "nothing odd": ([TWICE, HOLDS], [], ["twice"]),
    "two tests of one answer": (
        [TWICE, HOLDS, autograded("more", "assert twice(0) == 0")],
        [],
        ["twice"],
    ),
    "two answers before one test": (
        [answer("a", "a = 1"), answer("B_2", "b = 2"), autograded("t", "assert a < b")],
        [],
        ["a"],
    ),
    "no grade_id": (
        [answer(None, "x = 1"), autograded("", "assert x == 1")],
        [
            "cell 1: it has no grade_id: called cell-1",
            "cell 2: it has no grade_id: called cell-2",
        ],
        ["step-1"],
    ),
    "grade_ids that nbgrader made up": (
        [
            answer("cell-0123456789abcdef", "x = 1"),
            autograded("cell-1123456789abcdef", "assert x == 1"),
            text("## Part B (2 points)\n\nWrite it."),
            answer("cell-2123456789abcdef", "import os\n\ndef twice(x):\n    return 2"),
            autograded("cell-3123456789abcdef", "assert twice(1) == 2"),
            answer("cell-4123456789abcdef", "y = 1"),
            autograded("cell-5123456789abcdef", "assert y == 1"),
        ],
        [],
        ["step-1", "twice", "part-b"],
    ),
    "a grade_id twice": (
        [answer("x", "x = 1"), autograded("x", "assert x == 1")],
        ["cell 2: its grade_id 'x' is there twice: called x-2"],
        ["x"],
    ),
    "ids that differ in capitals and dashes alone": (
        [
            answer("the_x", "x = 1"),
            autograded("t", "assert x == 1"),
            answer("The-X", "x = 2"),
            autograded("t2", "assert x == 2"),
        ],
        ["cell 3: its grade_id 'The-X' is there twice: called The-X-2"],
        ["the-x", "the-x-2"],
    ),
    "a grade_id with other signs": (
        [answer("a b/ä", "x = 1"), autograded("t", "assert x == 1")],
        ["cell 1: its grade_id 'a b/ä' has other signs, or too many: called a-b"],
        ["a-b"],
    ),
    "metadata on every cell": (
        [
            text("# Title", nbgrader={"grade": False, "solution": False}),
            code("1", nbgrader={"grade": False, "locked": False, "solution": False}),
            code("2", nbgrader={}),
            TWICE,
            HOLDS,
        ],
        ["nbgrader metadata of schema none, an older one, are upgraded"],
        ["twice"],
    ),
    "schema none and 1": (
        [
            answer("x", "x = 1", schema_version=None, locked=None),
            autograded("t", "assert x == 1", "2"),
            autograded("t2", "assert x", None),
        ],
        [
            "nbgrader metadata of schema none, an older one, are upgraded",
            "cell 2 (t): expected points of at least 0, got '2': taken as 0",
            "cell 3 (t2): expected points of at least 0, got None: taken as 0",
        ],
        ["x"],
    ),
    "answers and tasks graded by hand": (
        [
            TWICE,
            HOLDS,
            by_hand("why", "Because."),
            task("essay", "Write.\n### BEGIN MARK SCHEME\nsecret\n### END MARK SCHEME"),
            answer("own", "own = 1", grade=True, points=3),
        ],
        [
            "cell 3 (why): graded by hand: left as it is, no step",
            "cell 4 (essay): a task, graded by hand: left as text",
            "cell 5 (own): graded by hand: left as it is, no step",
        ],
        ["twice"],
    ),
    "a text answer that counts nothing": (
        [TWICE, HOLDS, text("Because.", **answer("why", "")["metadata"])],
        [
            "cell 3 (why): a text answer without points: nbgrader wants some, has 0",
            "cell 3 (why): graded by hand: left as it is, no step",
        ],
        ["twice"],
    ),
    "a test of code graded by hand": (
        [answer("own", "own = 1", grade=True, points=3), autograded("t", "assert own")],
        ["cell 1 (own): graded by hand: left as it is, no step"],
        ["own"],
    ),
    "an answer that nothing tests": (
        [TWICE, HOLDS, answer("alone", "alone = 1")],
        [
            "cell 3 (alone): no autograded test follows: nothing checks it, it is no "
            "step"
        ],
        ["twice"],
    ),
    "a test of nothing": (
        [autograded("t", "assert 1 + 1 == 2"), TWICE, HOLDS],
        ["cell 1 (t): no answer cell stands above it: it tests none"],
        ["twice"],
    ),
    "an empty test": (
        [TWICE, autograded("t", "# nothing\n")],
        [NO_TEST + "it is empty, so it checks nothing"],
        [],
    ),
    "a test that is never called": (
        [TWICE, autograded("t", "def test_twice():\n    assert twice(1) == 3")],
        [NO_TEST + "it defines test_twice and never uses it, so it checks nothing"],
        [],
    ),
    "assertions that always hold": (
        [
            TWICE,
            autograded("t", "import math\nassert (twice(2) == 5, 'no')\nprint('ok')"),
        ],
        [NO_TEST + "it asserts nothing, so it checks nothing"],
        [],
    ),
    "AUTOTEST without its file": (
        [TWICE, autograded("t", "### AUTOTEST twice(2)")],
        [
            "its AUTOTEST lines are no tests: there is no autotests.yml beside it or "
            "in the course's folder: put nbgrader's there and import it again",
            NO_TEST + "its AUTOTEST lines could not be made into tests",
        ],
        [],
    ),
    "magics that a check does without": (
        [TWICE, autograded("t", "%matplotlib inline\nassert twice(2) == 4")],
        [],
        ["twice"],
    ),
    "a timed test": (
        [TWICE, autograded("t", "%%time\nassert twice(2) == 4")],
        [],
        ["twice"],
    ),
    "a test that runs a program": (
        [TWICE, autograded("t", "!ls\nassert twice(2) == 4")],
        [NO_TEST + "it uses !ls, which no check can: write it in Python"],
        [],
    ),
    "a test in another language": (
        [TWICE, autograded("t", "%%bash\ntest -f x")],
        [NO_TEST + "it uses %%bash, which no check can: write it in Python"],
        [],
    ),
    "a test that is no Python": (
        [
            TWICE,
            autograded("t", "assert twice(2 == 4"),
            autograded("t2", "assert twice"),
        ],
        [NO_TEST + "no Python: '(' was never closed in line 1"],
        ["twice"],
    ),
    "a test that asks": (
        [TWICE, autograded("t", "assert twice(int(input())) == 4")],
        [NO_TEST + "it asks with input(), and nobody types into a check"],
        [],
    ),
    "a cell that asks": (
        [code("n = input('How many? ')"), TWICE, HOLDS],
        ["cell 1: it asks with input(): nobody types in a trial, so it stops there"],
        ["twice"],
    ),
    "hidden tests alone": (
        [
            TWICE,
            autograded(
                "t",
                "### BEGIN HIDDEN TESTS\nassert twice(3) == 6\n### END HIDDEN TESTS",
            ),
        ],
        [
            "cell 2 (t): what attendees see of it is no test (it is empty, so it "
            "checks nothing): not run live"
        ],
        [],
    ),
    "hidden tests that use what hidden ones before define": (
        [
            TWICE,
            autograded("t", f"import math\nassert twice(2) == 4\n{CASES}"),
            autograded(
                "t2",
                "assert math.isclose(twice(1), 2)\n### BEGIN HIDDEN TESTS\n"
                "for x, y in secret_cases:\n    assert twice(x) == y\n"
                "### END HIDDEN TESTS",
            ),
        ],
        [],
        ["twice"],
    ),
    "tests that use what hidden ones define": (
        [
            TWICE,
            HOLDS,
            autograded(
                "t", f"def said():\n    return secret_cases\nassert twice(2)\n{CASES}"
            ),
            answer("y", "y = twice(1)"),
            autograded("t2", "assert y in dict(said())"),
            autograded("t3", "assert y == secret_cases[0][1]"),
        ],
        [
            "cell 3 (t): what attendees see of it is no test (it uses secret_cases, "
            "which only hidden tests define): not run live",
            "cell 5 (t2): what attendees see of it is no test (it uses secret_cases, "
            "which only hidden tests define): not run live",
            "cell 6 (t3): what attendees see of it is no test (it uses secret_cases, "
            "which only hidden tests define): not run live",
        ],
        ["twice"],
    ),
    "hidden tests without an end": (
        [
            TWICE,
            autograded("t", "assert twice(2)\n### BEGIN HIDDEN TESTS\nassert twice(3)"),
        ],
        [
            "cell 2 (t): its hidden part has no end: all to the end of the cell is "
            "hidden"
        ],
        ["twice"],
    ),
    "no solution": (
        [
            answer("f", f"def f():\n    {STUB.replace(chr(10), chr(10) + '    ')}"),
            HOLDS,
        ],
        [
            "cell 1 (f): it has no solution, so nothing shows that its tests can be "
            "passed: put one into lab.ipynb between its markers"
        ],
        ["f"],
    ),
    "markers that do not pair": (
        [answer("x", "### BEGIN SOLUTION\nx = 1"), autograded("t", "assert x == 1")],
        [
            "cell 1 (x): its solution markers do not pair: the whole cell is its "
            "solution"
        ],
        ["x"],
    ),
    "markers outside of an answer cell": (
        [
            code("### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
            autograded("t", "assert x == 1"),
        ],
        ["cell 1 (code-1): it has solution markers, so it is taken for an answer cell"],
        ["code-1"],
    ),
    "a solution that another cell shows": (
        [
            text("Write this: return 'a rather long solution'"),
            solved("f", "def f():", "return 'a rather long solution'"),
            autograded("t", "assert f()"),
        ],
        ["cell 1: shows the solution of f"],
        ["f"],
    ),
    "a package that is not here": (
        [code("import nowhere_at_all, sys"), TWICE, HOLDS],
        [
            "it imports nowhere_at_all: not installed here, so what needs it cannot be "
            "proved here; name its package in the lab's requirements.txt unless the "
            "seat's image has it"
        ],
        ["twice"],
    ),
}


@pytest.mark.parametrize("name", GALLERY)
def test_an_oddity_is_converted_or_said(name: str, tmp_path: Path) -> None:
    """The notes name the cell and the reason; only what is checked is a step."""
    cells, expected, steps = GALLERY[name]
    draft, notes = draft_of(save(tmp_path / "ps1.ipynb", *cells))
    assert said(notes) == expected
    assert [group.id for group in draft.groups if group.live] == steps


_HIDDEN = re.compile(
    r"### BEGIN (?:HIDDEN TESTS|MARK SCHEME)\n(.*?)(?:\n### END .*|\Z)", re.DOTALL
)


@pytest.mark.parametrize("name", GALLERY)
def test_no_line_of_a_hidden_part_reaches_a_seat(name: str, tmp_path: Path) -> None:
    """Neither by the checker nor by the release."""
    cells, _expected, steps = GALLERY[name]
    draft, _notes = draft_of(save(tmp_path / "ps1.ipynb", *cells))
    write(draft, tmp_path / "labs", tmp_path / "checkers")
    files = list((tmp_path / "checkers").rglob("*"))
    if steps:
        lab = load_lab(tmp_path / "labs" / "lab")
        files += release(lab, tmp_path / "released").rglob("*")
    given = "\n".join(path.read_text() for path in files if path.is_file())
    hidden = "\n".join(part for c in cells for part in _HIDDEN.findall(c["source"]))
    lines = [line.strip() for line in hidden.splitlines()]
    assert [line for line in lines if line and line in given] == []


KERNELS = {
    "ir": ({"name": "ir", "language": "R"}, "the kernel 'ir' (R)"),
    "a shell": ({"name": "bash", "language": "bash"}, "the kernel 'bash' (bash)"),
    "by its language alone": ({"name": "mine", "language": "julia"}, "'mine' (julia)"),
    "unknown": ({"name": "xeus"}, "the kernel 'xeus'"),
    "Python 2": ({"name": "python2", "language": "python"}, "expected Python 3"),
}


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_of_another_language_is_refused_by_name(
    name: str, tmp_path: Path
) -> None:
    """There is no check for it, and no trial."""
    spec, expected = KERNELS[name]
    path = save(tmp_path / "x.ipynb", TWICE, HOLDS, kernelspec=spec)
    with pytest.raises(CourseError, match="expected") as error:
        draft_of(path)
    assert expected in str(error.value)


@pytest.mark.parametrize(
    "spec",
    [
        {"name": "conda-env-course-py", "language": "python"},
        {"name": "py39", "display_name": "Python 3.9 (mine)"},
        {},
    ],
)
def test_odd_names_of_python_are_mapped(spec: dict[str, str], tmp_path: Path) -> None:
    """A conda environment's name means nothing in a seat."""
    draft, notes = draft_of(save(tmp_path / "x.ipynb", TWICE, HOLDS, kernelspec=spec))
    assert draft.notebook.metadata.kernelspec.name == "python3"
    told = [f"the kernel {spec['name']!r} is taken for python3"] if spec else []
    assert said(notes) == told


def test_a_newer_schema_is_refused_by_cell(tmp_path: Path) -> None:
    """What a newer nbgrader wrote may mean something else."""
    path = save(tmp_path / "x.ipynb", TWICE, answer("new", "x = 1", schema_version=4))
    with pytest.raises(CourseError, match="newer nbgrader") as error:
        draft_of(path)
    assert str(error.value) == (
        "cell 2 (new): expected nbgrader metadata of schema 3 or older, got 4: written "
        "by a newer nbgrader"
    )


@pytest.mark.parametrize(
    "content", ["<html>", "[]", "{}", '{"nbformat": 4}', "", "[" * 100_000]
)
def test_what_is_no_notebook_is_said(content: str, tmp_path: Path) -> None:
    """Such as a page of a web server saved as .ipynb."""
    path = tmp_path / "x.ipynb"
    path.write_text(content)
    with pytest.raises(CourseError, match=r"x.ipynb: expected a notebook, got"):
        draft_of(path)


def test_metadata_that_are_none_are_left_out(tmp_path: Path) -> None:
    """Some tools write null where there is nothing."""
    odd = [code("1", nbgrader=None), code("2", nbgrader="x"), code("3", nbgrader=[])]
    path = save(tmp_path / "x.ipynb", *odd, TWICE, HOLDS, kernelspec=None)
    draft, notes = draft_of(path)
    assert [group.id for group in draft.groups] == ["twice"]
    assert said(notes) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nbgrader_config.json", "[]"),
        ("nbgrader_config.py", "c.ClearSolutions.code_stub = {[]: 1"),
    ],
)
def test_a_configuration_that_is_none_is_said(
    name: str, text: str, tmp_path: Path
) -> None:
    """Its name, and what was expected."""
    (tmp_path / name).write_text(text)
    path = save(tmp_path / "x.ipynb", TWICE, HOLDS)
    with pytest.raises(CourseError, match=rf"^{name}: expected a configuration: "):
        draft_of(path)


def test_an_old_notebook_is_read(tmp_path: Path) -> None:
    """Format 3 of Jupyter had worksheets."""
    cell = {"cell_type": "code", "collapsed": False, "input": "x = 1", "outputs": []}
    cell |= {"language": "python", "metadata": TWICE["metadata"]}
    test = {**cell, "input": "assert x == 1", "metadata": HOLDS["metadata"]}
    old = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({**old, "worksheets": [{"cells": [cell, test]}]}))
    draft, _notes = draft_of(path)
    assert [group.id for group in draft.groups] == ["twice"]


def test_the_courses_own_delimiters_and_stubs_count(tmp_path: Path) -> None:
    """As nbgrader_config.py has them; what it computes is said."""
    (tmp_path / "nbgrader_config.py").write_text(
        "\ufeffc = get_config()\n"
        "c.ClearSolutions.begin_solution_delimeter = 'VVVV'\n"
        "c.ClearSolutions.end_solution_delimeter = '^^^^'\n"
        "c.ClearHiddenTests.begin_test_delimeter = 'SECRET'\n"
        "c.ClearHiddenTests.end_test_delimeter = 'OPEN'\n"
        "c.InstantiateTests.autotest_delimiter = 'TRY'\n"
        "c.InstantiateTests.hashed_delimiter = 'DIGEST'\n"
        "c.ClearSolutions.code_stub = {'python': 'pass  # yours', 'R': 'stop()'}\n"
        "c.ClearSolutions.text_stub = words()\n"
        "c.CourseDirectory.course_id = 'c1'\n"
    )
    cells = [
        answer("f", "def f():\n    # VVVV\n    return 1\n    # ^^^^"),
        autograded("t", "assert f() == 1\n# SECRET\nassert f() < 2\n# OPEN"),
        autograded("t2", "RETRY = 1\n### DIGEST TRY f()"),
    ]
    save(tmp_path / "source" / "ps1" / "x.ipynb", *cells)
    draft, notes = draft_of(tmp_path)
    assert said(notes)[1:] == [
        "cell 3 (t2): no test: its AUTOTEST lines could not be made into tests"
    ]
    assert draft.notebook.cells[2].source == "RETRY = 1\n### HASHED AUTOTEST f()"
    assert draft.groups[0].tests[0].source == "assert f() == 1"
    assert "f() < 2" in draft.groups[0].tests[0].whole
    assert draft.source.rules.code_stub == "pass  # yours"
    assert said(list(draft.source.rules.notes)) == [
        "nbgrader_config.py: c.ClearSolutions.text_stub is computed there: nbgrader's "
        "default counts instead"
    ]


def test_what_students_get_stays_the_same_without_solutions(tmp_path: Path) -> None:
    """A release version has stubs in the place of solutions: it releases as it is."""
    given = f"def f():\n    '''Say one.'''\n    {STUB.splitlines()[0]}\n"
    given += "    raise NotImplementedError()"
    cells = [answer("f", given), HOLDS, answer("g", ""), autograded("t", "assert g")]
    draft, _notes = draft_of(save(tmp_path / "x.ipynb", *cells))
    draft.notebook.metadata["airlift"] = {"assignment": "x", "code_stub": STUB}
    released = cleared(draft.notebook)
    assert released.cells[0].source == given
    assert released.cells[2].source == STUB


def test_answers_of_a_twin_are_taken_in(tmp_path: Path) -> None:
    """What students get is the notebook's; the solution is the twin's."""
    given = "def f(x):\n    '''Twice.'''\n    # YOUR CODE HERE\n    raise "
    given += "NotImplementedError()\n\nprint(f)"
    right = "def f(x):\n    '''Twice.'''\n    y = 2 * x\n    return y\n\nprint(f)"
    save(
        tmp_path / "ps1.ipynb", answer("f", given), autograded("t", "assert f(1) == 2")
    )
    save(tmp_path / "ps1-solution.ipynb", answer("f", right), autograded("t", "1"))
    draft, notes = draft_of(tmp_path / "ps1.ipynb")
    assert said(notes) == ["answers are taken from ps1-solution.ipynb"]
    assert draft.notebook.cells[0].source == (
        "def f(x):\n    '''Twice.'''\n    ### BEGIN SOLUTION\n    y = 2 * x\n"
        "    return y\n    ### END SOLUTION\n\nprint(f)"
    )
    draft.notebook.metadata["airlift"] = {"assignment": "x", "code_stub": STUB}
    assert cleared(draft.notebook).cells[0].source == given


def test_what_earlier_tests_define_goes_with_later_ones(tmp_path: Path) -> None:
    """In nbgrader all cells share one kernel, and later tests use earlier helpers."""
    cells = [
        TWICE,
        autograded("t1", "import math\ndef near(a, b):\n    return math.isclose(a, b)\n"
                  "assert near(twice(1), 2)"),
        answer("y", "y = twice(2)"),
        autograded("t2", "assert near(y, 4)"),
    ]  # fmt: skip
    draft, _notes = draft_of(save(tmp_path / "x.ipynb", *cells))
    first, second = draft.groups
    assert first.tests[0].before == ""
    assert second.tests[0].before == (
        "import math\n\ndef near(a, b):\n    return math.isclose(a, b)"
    ).replace("\n\n", "\n")
    assert second.needs == ("twice",)


def test_a_step_needs_what_earlier_tests_that_it_uses_need(tmp_path: Path) -> None:
    """Their names are made again for its test, by the work of another step."""
    cells = [
        TWICE,
        autograded("t1", "seen = [twice(1)]\nassert seen == [2]"),
        answer("y", "y = 3"),
        autograded("t2", "seen.append(y)\nassert seen == [2, 3]"),
    ]
    draft, _notes = draft_of(save(tmp_path / "x.ipynb", *cells))
    assert [group.needs for group in draft.groups] == [(), ("twice",)]


def test_a_seat_gets_no_hidden_definition_and_a_proof_all(tmp_path: Path) -> None:
    """What later tests use is cut from what attendees see, for what they see."""
    cells = GALLERY["hidden tests that use what hidden ones before define"][0]
    draft, _notes = draft_of(save(tmp_path / "x.ipynb", *cells))
    test = draft.groups[0].tests[1]
    assert test.before == "import math"
    assert test.before_whole == "import math\nsecret_cases = [(7, 14), (-3, -6)]"
    assert "secret_cases = " not in checker(draft)
    assert checker(draft, whole=True).count("secret_cases = ") == 2
