"""lab.toml: what is wrong with it is said with file, key, expectation and value."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.authoring.faults import faults
from hub.catalog import (
    LabError,
    Question,
    Terms,
    Vouchers,
    load_lab,
    load_labs,
)

GOOD = """\
[lab]
title = "Small"
version = "1.0.0"
summary = "A small lab."
minutes = 5
license = "CC0-1.0"
authors = ["Ada"]
feedback = "mailto:ada@example.org"

[[steps]]
id = "one"
title = "The first"

[[steps]]
id = "two"
title = "The second"
needs = ["one"]
"""
TYPOS = {
    "unknown key": (
        "minutes = 5",
        "minuets = 5\nminutes = 5",
        "lab.minuets: expected one of title, version, summary, minutes",
    ),
    "missing key": (
        'title = "Small"\n',
        "",
        "lab.title: expected a value, it is missing",
    ),
    "empty text": (
        '"Small"',
        '"  "',
        "lab.title: expected a string that is not empty, got '  '",
    ),
    "version": (
        '"1.0.0"',
        '"1.0"',
        "lab.version: expected a version like 1.0.0, got '1.0'",
    ),
    "minutes as text": (
        "minutes = 5",
        'minutes = "5"',
        "lab.minutes: expected a whole number of at least 1, got '5'",
    ),
    "minutes as truth": (
        "minutes = 5",
        "minutes = true",
        "lab.minutes: expected a whole number of at least 1, got True",
    ),
    "no time at all": (
        "minutes = 5",
        "minutes = 0",
        "lab.minutes: expected a whole number of at least 1, got 0",
    ),
    "interface": (
        "minutes = 5",
        'minutes = 5\ninterface = "labs"',
        "lab.interface: expected one of lab, notebook, got 'labs'",
    ),
    "level": (
        "minutes = 5",
        'minutes = 5\nlevel = "easy"',
        "lab.level: expected one of beginner, intermediate, advanced, got 'easy'",
    ),
    "level as number": (
        "minutes = 5",
        "minutes = 5\nlevel = 1",
        "lab.level: expected one of beginner, intermediate, advanced, got 1",
    ),
    "egress": (
        "minutes = 5",
        'minutes = 5\negress = "no"',
        "lab.egress: expected true or false, got 'no'",
    ),
    "authors": (
        '["Ada"]',
        '"Ada"',
        "lab.authors: expected a list of strings, got 'Ada'",
    ),
    "step id": (
        'id = "two"',
        'id = "Two steps"',
        "steps[2].id: expected an id of a-z, 0-9 and -, got 'Two steps'",
    ),
    "same step": ('id = "two"', 'id = "one"', "steps[2].id: 'one' is there twice"),
    "step key": (
        'needs = ["one"]',
        'need = ["one"]',
        "steps[2].need: expected one of id, title, minutes, points",
    ),
    "unknown need": (
        'needs = ["one"]',
        'needs = ["on"]',
        "steps[2].needs: expected an earlier step (one), got 'on'",
    ),
    "need of a later step": (
        'title = "The first"',
        'title = "The first"\nneeds = ["two"]',
        "steps[1].needs: expected an earlier step (there is none), got 'two'",
    ),
    "other table": (
        "[lab]",
        "[extra]\nx = 1\n[lab]",
        "expected only [lab], [prove], [terms], [vouchers] and [[steps]], got 'extra'",
    ),
    "not TOML": ("[lab]", "[lab", "expected TOML, got: "),
}


def write(folder: Path, text: str) -> Path:
    """Write a lab.toml and return the lab's folder."""
    folder.mkdir(parents=True)
    (folder / "lab.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_good_lab_is_read_with_its_defaults(tmp_path: Path) -> None:
    """One cell a step, five minutes, one point, the base image, JupyterLab."""
    lab = load_lab(write(tmp_path / "small", GOOD))
    assert (lab.slug, lab.image, lab.interface, lab.egress) == (
        "small",
        "base",
        "lab",
        False,
    )
    assert lab.step_ids == ("one", "two")
    step = lab.steps[1]
    assert (step.cells, step.minutes, step.points) == (("two",), 5, 1)
    assert (step.needs, step.hints, step.watch) == (("one",), (), False)


@pytest.mark.parametrize("name", TYPOS)
def test_an_authors_typo_is_named(name: str, tmp_path: Path) -> None:
    """File, key, what was expected, and what was there."""
    old, new, sentence = TYPOS[name]
    assert GOOD.count(old) >= 1
    with pytest.raises(LabError, match=re.escape(sentence)) as caught:
        load_lab(write(tmp_path / "small", GOOD.replace(old, new, 1)))
    assert str(caught.value).startswith("small/lab.toml:")
    (only,) = caught.value.problems
    assert only == str(caught.value)


def test_everything_wrong_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    """A misspelt key counts once, not as missing too; a missing key has its table."""
    text = GOOD.replace("minutes = 5", "minuets = 5").replace('"1.0.0"', '"1"')
    text = text.replace('title = "The second"', "watch = 1").replace('"one"]', '"on"]')
    with pytest.raises(LabError) as caught:
        load_lab(write(tmp_path / "small", text))
    said = [problem.removeprefix("small/lab.toml") for problem in caught.value.problems]
    assert [problem.split(",")[0] for problem in said] == [
        ":3: lab.version: expected a version like 1.0.0",
        ":16: steps[2].watch: expected true or false",
        ":17: steps[2].needs: expected an earlier step (one)",
        ":14: steps[2].title: expected a value",
        ":5: lab.minuets: expected one of title",
    ]
    assert said[2].endswith("got 'on'; did you mean 'one'?")
    assert said[4].endswith("; did you mean 'minutes'?")
    assert caught.value.lab is not None
    assert caught.value.lab.step_ids == ("one", "two")


def test_several_labs_are_said_at_once(tmp_path: Path) -> None:
    """Those that are good do not hide those that are not."""
    write(tmp_path / "alpha", GOOD.replace('"1.0.0"', '"1"'))
    write(tmp_path / "beta", GOOD)
    write(tmp_path / "gamma", GOOD.replace("[lab]", "[lab"))
    with pytest.raises(LabError) as caught:
        load_labs(tmp_path)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "alpha/lab.toml",
        "gamma/lab.toml",
    ]


def test_a_lab_without_steps_is_refused(tmp_path: Path) -> None:
    """There is nothing to pass in it."""
    text = GOOD[: GOOD.index("[[steps]]")]
    with pytest.raises(LabError, match=r"expected at least one \[\[steps\]\]"):
        load_lab(write(tmp_path / "small", text))


def test_a_folder_without_lab_toml_says_so(tmp_path: Path) -> None:
    """The sentence names the file that is not there."""
    with pytest.raises(LabError, match=r"small/lab\.toml: expected this file"):
        load_lab(tmp_path / "small")


def test_a_folder_name_that_is_no_module_name_is_refused(tmp_path: Path) -> None:
    """The checker's module has the folder's name."""
    with pytest.raises(LabError, match=r"of a-z, 0-9 and _, got 'small-lab'"):
        load_lab(write(tmp_path / "small-lab", GOOD))


def test_labs_come_in_the_order_of_their_slugs(tmp_path: Path) -> None:
    """Folders without a lab.toml are passed over."""
    for slug in ("zeta", "alpha"):
        write(tmp_path / slug, GOOD)
    (tmp_path / "notes").mkdir()
    assert list(load_labs(tmp_path)) == ["alpha", "zeta"]


def test_the_tables_beside_the_steps(tmp_path: Path) -> None:
    """A proof, terms, vouchers and questions arrive as they are written."""
    text = GOOD + (
        "[steps.question]\n"
        'kind = "number"\ntext = "How long?"\nunit = "minutes"\n'
        "[prove]\n"
        'floor = 0.5\nlinks = ["https://example.org"]\n'
        "[terms]\n"
        'title = "Acme terms"\nfile = "EULA.txt"\n'
        "[vouchers]\n"
        'title = "Acme key"\nvariable = "ACME_KEY"\n'
    )
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "lab.toml").write_text(text)
    lab = load_lab(folder)
    assert (lab.floor, lab.links) == (0.5, ("https://example.org",))
    assert lab.terms == Terms("Acme terms", "EULA.txt")
    assert lab.vouchers == Vouchers("Acme key", "ACME_KEY")
    asked = Question("number", "How long?", unit="minutes")
    assert [step.question for step in lab.steps] == [None, asked]
    assert lab.seat_image == "base"
    (folder / "apt.txt").write_text("git\n")
    assert load_lab(folder).seat_image == "small"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("x" * 50_000_000, "expected at most 1,000,000 bytes, got more"),
        ('[prove]\nx = """\n' + "a\n" * 400_000, "Unterminated string at the end"),
        (f'[prove]\nx = "{"y" * 900_000}"', "prove.x: expected one of floor, "),
        (f'[prove]\nfloor = "{"y" * 900_000}"', "prove.floor: expected a number"),
    ],
    ids=["too much", "never ends", "long value", "long wrong value"],
)
def test_a_huge_lab_toml_is_said_in_a_few_words(
    tmp_path: Path, more: str, said: str
) -> None:
    """It may come from anybody: nobody waits for minutes or reads pages."""
    with pytest.raises(LabError) as error:
        load_lab(write(tmp_path / "small", f"{GOOD}{more}"))
    assert said in str(error.value)
    assert len(str(error.value)) < 1000


def test_a_file_as_windows_writes_it_is_read(tmp_path: Path) -> None:
    """With a mark at its beginning and its own ends of lines."""
    folder = write(tmp_path / "small", GOOD)
    (folder / "lab.toml").write_bytes(GOOD.replace("\n", "\r\n").encode("utf-8-sig"))
    assert load_lab(folder).step_ids == ("one", "two")


@pytest.mark.parametrize(
    ("encoding", "got"),
    [("utf-16", "UTF-16"), ("latin-1", "the byte 0xe9 in line 2")],
)
def test_a_file_in_another_encoding_says_so(
    encoding: str, got: str, tmp_path: Path
) -> None:
    """And what to do, whichever file of the lab it is."""
    folder = write(tmp_path / "small", GOOD)
    for name in ("lab.toml", "lab.ipynb"):
        (folder / name).write_bytes("# a\n# café\n".encode(encoding))
    what = f"expected text in UTF-8, got {got}; save the file as UTF-8"
    assert [str(one) for one in faults(folder)] == [
        f"small: lab.toml: {what}",
        f"small: lab.ipynb: {what}",
    ]
