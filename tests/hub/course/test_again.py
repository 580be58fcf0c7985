"""A course imported a second time: what a person wrote stays, or is kept aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.authoring.course import again
from hub.authoring.course.importing import take_in
from hub.authoring.course.writing import write
from hub.authoring.licences.ledger import load_ledger
from hub.catalog import load_lab
from hub.tables import text_of
from tests.hub.course.cells import autograded, draft_of, said, save, solved, text

TITLE = text("# Halves")
HALF = (
    solved("half", "def half(x):", "return x / 2"),
    autograded("halves", "assert half(4) == 2"),
)
THIRD = (
    solved("third", "def third(x):", "return x / 3"),
    autograded("thirds", "assert third(9) == 3", 2),
)
EDITS = {
    "lab.toml": [
        ('authors = ["not stated"]', 'authors = ["Ada"]  # and nobody else'),
        ('license = "LicenseRef-not-stated"', 'license = "CC-BY-4.0"'),
        ('version = "1.0.0"', 'version = "1.2.0"'),
        ('id = "half"', f'id = "half"\nhints = ["{"Two " * 200}\\u007f", "½ \\"x\\""]'),
        ('cells = ["half"]', 'cells = ["half"]\n[steps.question]\nkind = "number"\n'
         'text = "How many?"\n[prove]\nfloor = 0.9\n[terms]\ntitle = "T"\nfile = "t"'),
    ],
    "LICENSES.toml": [
        ("# Written by", "# Read by Ada on 3 May.\n# Written by"),
        ('ipynb"\nlicense = "LicenseRef-not-stated"', 'ipynb"\nlicense = "MIT"'),
    ],
}  # fmt: skip


def written(root: Path, out: Path, *cells: dict[str, object], **files: str) -> Path:
    """Write a course of one notebook, and its lab without a trial; returns the lab."""
    save(root / "halves.ipynb", TITLE, *cells)
    for name, words in files.items():
        (root / name.replace("__", ".")).write_text(words)
    draft, _notes = draft_of(root)
    write(draft, out / "labs", out / "checkers")
    return out / "labs" / "lab"


def edited(folder: Path) -> Path:
    """Do what an author does to an imported lab, with an editor of Windows."""
    for name, changes in EDITS.items():
        words = (folder / name).read_text()
        for before, after in changes:
            assert before in words
            words = words.replace(before, after, 1)
        (folder / name).write_text(words, encoding="utf-8-sig", newline="\r\n")
    (folder / "mistakes.toml").write_text("# mine\n")
    (folder / "t").write_text("the terms\n")
    return folder


def replaced(old: Path, new: Path, into: Path) -> list[str]:
    """Put one lab over another as an import does; returns what is said."""
    places = [(lab, lab.parents[1] / "checkers" / "lab.py") for lab in (new, old)]
    notes = [*again.kept(new, old), *again.set_aside("lab", *places, into)]
    return said(notes)


def test_the_same_course_again_changes_nothing_of_its_authors(tmp_path: Path) -> None:
    """lab.toml with its comments, ledger, own files; and nothing is put aside."""
    course = tmp_path / "course"
    old = edited(written(course, tmp_path / "old", *HALF))
    new = written(course, tmp_path / "new", *HALF)
    before = {path.name: path.read_bytes() for path in old.iterdir()}
    assert replaced(old, new, tmp_path / "over") == [
        "lab.toml: kept as its author has it: version, license, authors, "
        "step half.hints, step half.question, prove, terms",
        "LICENSES.toml: kept as its author has it",
        "LICENSES.toml: nothing says the licence of 1 file: put it in for "
        "LicenseRef-not-stated",
        "kept, since no import writes them: mistakes.toml, t",
    ]
    assert {path.name: path.read_bytes() for path in new.iterdir()} == before
    assert not (tmp_path / "over").exists()


def test_a_course_that_went_on_is_taken_in_beside_what_its_author_wrote(
    tmp_path: Path,
) -> None:
    """Steps and tests are the course's, texts the author's; what was is kept aside."""
    course = tmp_path / "course"
    old = edited(written(course, tmp_path / "old", *HALF))
    hints, question = load_lab(old).steps[0].hints, load_lab(old).steps[0].question
    new = written(course, tmp_path / "new", *HALF, *THIRD, help__csv="1\n")
    (course / "LICENSE").write_text("SPDX-License-Identifier: CC0-1.0\n")
    new = written(course, tmp_path / "newer", *HALF, *THIRD)
    told = replaced(old, new, tmp_path / "over")
    lab = load_lab(new)
    assert [(step.id, step.points) for step in lab.steps] == [("half", 1), ("third", 2)]
    assert (lab.steps[0].hints, lab.steps[0].question) == (hints, question)
    assert (lab.version, lab.authors, lab.license, lab.minutes, lab.floor) == (
        *("1.2.0", ("Ada",), "CC-BY-4.0", 10, 0.9),
    )
    assert lab.terms
    ledger = load_ledger(new)
    assert ledger
    assert text_of(new / "LICENSES.toml").startswith("# Read by Ada on 3 May.\n")
    names = ("lab.ipynb", "lab.toml", "files/help.csv", "checkers/lab.py")
    assert [ledger.item("file", name).license for name in names] == [
        *("MIT", "CC0-1.0", "CC0-1.0", "CC0-1.0")
    ]
    assert "LICENSES.toml: it says MIT of 1 file, the course CC0-1.0: look which" in (
        "\n".join(told)
    )
    (place,) = (tmp_path / "over").iterdir()
    assert told[-1] == (
        "written anew or gone: lab.ipynb, lab.toml, checkers/lab.py; the lab as it "
        f"was: {place}"
    )
    for name in ("labs/lab/lab.toml", "labs/lab/mistakes.toml", "checkers/lab.py"):
        assert (place / name).read_bytes() == (tmp_path / "old" / name).read_bytes()


def test_a_step_that_the_course_has_no_more_is_said(tmp_path: Path) -> None:
    """Its hints are aside; so is a file that went, and a ledger that cannot be read."""
    course = tmp_path / "course"
    old = written(course, tmp_path / "old", *HALF, *THIRD, help__csv="1\n")
    (old / "LICENSES.toml").write_text("[[files]\n")
    (course / "help.csv").unlink()
    new = written(course, tmp_path / "new", *HALF)
    told = replaced(old, new, tmp_path / "over")
    assert told[:2] == [
        "lab.toml: step third: the course has no such step any more",
        "LICENSES.toml: kept as it is, nothing added, since it is not right: "
        "lab/LICENSES.toml:1: expected TOML, got: Expected ']]' at the end of an array "
        "declaration in '[[files]'",
    ]
    assert "files/help.csv" in told[2]
    assert (new / "LICENSES.toml").read_text() == "[[files]\n"


def test_an_import_over_a_lab_keeps_it(tmp_path: Path) -> None:
    """With its trial, and in its place; a lab.toml that is not right stops it."""
    path = save(tmp_path / "halves.ipynb", TITLE, *HALF)
    places = (path, tmp_path / "labs", tmp_path / "checkers")
    take_in(*places)
    folder = tmp_path / "labs" / "halves"
    edited(folder)
    (tmp_path / "checkers" / "halves.py").write_text("# mine\n")
    report = take_in(*places, over=tmp_path / "over").splitlines()
    assert report[0] == "halves.ipynb → labs/halves"
    assert report[-2].startswith("  written anew or gone: checkers/halves.py; the lab")
    assert report[-1] == "  1 of 1 steps prove"
    assert load_lab(folder).authors == ("Ada",)
    (kept,) = (tmp_path / "over").glob("*/checkers/halves.py")
    assert kept.read_text() == "# mine\n"
    assert "hold(work" in (tmp_path / "checkers" / "halves.py").read_text()
    (folder / "lab.toml").write_text("[lab")
    with pytest.raises(Exception, match="nobody can tell whether it was imported"):
        take_in(*places, over=tmp_path / "over")
