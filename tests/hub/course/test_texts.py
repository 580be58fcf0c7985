"""Names, hidden parts and literals: the small pieces, over many texts."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.authoring.course import hidden
from hub.authoring.course.names import bound, definitions, modules, read
from hub.authoring.course.notes import CourseError
from hub.authoring.course.testcells import judged
from hub.authoring.course.text import literal, slug, step_id, toml
from hub.catalog import SLUG, load_lab

TEXTS = st.text(st.characters(codec="utf-8"), max_size=80)


@given(TEXTS)
@example("'''\"\"\"\\")
@example("ends in \\")
@example("line\u2028separator")
def test_a_literal_is_the_text_again(source: str) -> None:
    """Whatever a test cell holds, the checker holds just that."""
    assert ast.literal_eval(literal(source))[1:-1] == source


@given(TEXTS)
def test_toml_can_always_be_read(text: str) -> None:
    """Titles come from notebooks."""
    assert isinstance(tomllib.loads(f"x = {toml(text)}")["x"], str)
    assert tomllib.loads(f"x = {toml([text])}")["x"]


@given(TEXTS, TEXTS)
def test_slugs_and_steps_are_fit(one: str, other: str) -> None:
    """Names with spaces, accents, signs, or nothing at all."""
    assert SLUG.fullmatch(slug(one, other))
    assert step_id(one)


def test_names_are_those_of_the_namespace() -> None:
    """What functions keep to themselves does not count."""
    source = (
        "import numpy as np\nfrom a.b import c\n"
        "def f(x):\n    global made\n    made = x + outer\n    return np.sum(x)\n"
        "y = [i for i in z]\n"
    )
    assert read(source) == {"outer", "np", "z"}
    assert bound(source) == {"np", "c", "f", "y", "made"}
    assert modules(source) == {"numpy", "a"}
    assert (read("x ="), bound("x ="), modules("x =")) == (set(), set(), set())


def test_definitions_bring_what_they_need() -> None:
    """And nothing else, in order."""
    source = "import os\nimport re\nn = 3\ndef f():\n    return re, n\nf()\nm = 1"
    found = definitions([source], {"f"})
    assert (
        found.replace("\n\n", "\n") == "import re\nn = 3\ndef f():\n    return (re, n)"
    )


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("assert f(1) == 2", ""),
        ("f(1)", ""),
        ("check(f)", ""),
        ("try:\n    f()\nexcept ValueError:\n    pass", ""),
        ("'''A docstring.'''\nassert f", ""),
        ("@run\ndef test():\n    assert f", ""),
        ("input = lambda: '3'\nassert f(input()) == 3", ""),
        ("%load_ext autoreload\n%autoreload 2\nassert f", ""),
        ("", "it is empty, so it checks nothing"),
        ("'''Only a docstring.'''", "it is empty, so it checks nothing"),
        ("pass", "it is empty, so it checks nothing"),
        ("assert True", "it asserts nothing, so it checks nothing"),
        ("print('Success!')", "it asserts nothing, so it checks nothing"),
        ("x = 3\ny: int = 4", "it asserts nothing, so it checks nothing"),
        ("assert (f(1) == 2, 'wrong')", "it asserts nothing, so it checks nothing"),
        (
            "class Test:\n    def test(self):\n        assert f",
            "it defines Test and never uses it, so it checks nothing",
        ),
        (
            "%run other.ipynb\nassert f",
            "it uses %run, which no check can: write it in Python",
        ),
        ("await f()", ""),
        ("f(", "no Python: '(' was never closed in line 1"),
    ],
)
def test_a_test_cell_is_judged_by_its_text(source: str, why: str) -> None:
    """What can never fail checks nothing; what cannot run is said."""
    assert judged(source).why == why


@given(st.lists(st.sampled_from(["a", "", *map(str, range(3))]), max_size=6))
def test_hidden_parts_are_cut_out_and_kept(lines: list[str]) -> None:
    """What is between the delimiters, and the delimiters."""
    begin, end = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
    seen = "\n".join(["first", *lines])
    whole = "\n".join(["first", begin, "secret", *lines, end, *lines])
    assert hidden.visible(whole) == (seen, "")
    assert hidden.visible(seen) == (seen, "")
    open_end = "\n".join([seen, begin, "secret", *lines])
    assert hidden.visible(open_end) == (seen, "END HIDDEN TESTS")


@given(
    st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), TEXTS, max_size=3)
)
def test_hidden_py_is_read_as_it_was_written(cells: dict[str, str]) -> None:
    """By its text alone: nothing of it is run."""
    text = hidden.text("lab", cells)
    (node,) = [n for n in ast.parse(text).body if isinstance(n, ast.Assign)]
    found = {key: value[1:-1] for key, value in ast.literal_eval(node.value).items()}
    assert found == cells


@pytest.mark.parametrize("text", ["", "CELLS = open('x')", "CELLS = {", "CELLS = 3"])
def test_a_hidden_py_of_other_making_is_refused(text: str, tmp_path: Path) -> None:
    """It would be lost without a word otherwise."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "lab.toml").write_text(
        '[lab]\ntitle = "T"\nversion = "1.0.0"\nsummary = "S"\nminutes = 1\n'
        'license = "CC0-1.0"\nauthors = []\nfeedback = "none"\n'
        '[[steps]]\nid = "a"\ntitle = "A"\n'
    )
    (folder / "hidden.py").write_text(text)
    with pytest.raises(CourseError, match=r"tiny/hidden\.py: expected CELLS"):
        hidden.hidden_cells(load_lab(folder))
