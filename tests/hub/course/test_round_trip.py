"""There and back: what an import and an export leave of a notebook is the notebook."""

from __future__ import annotations

import json
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

from hub.authoring.agreement import ids_agree
from hub.authoring.course.exporting import give_back
from hub.authoring.course.notes import CourseError
from hub.authoring.course.trial import opened
from hub.authoring.course.writing import unmarked, write
from hub.authoring.release import attendee_version, release
from hub.catalog import Lab, load_lab
from tests.hub.course.cells import (
    answer,
    autograded,
    by_hand,
    code,
    draft_of,
    notebook,
    said,
    save,
    solved,
    task,
    text,
)

HIDDEN = "### BEGIN HIDDEN TESTS\nassert f(%d)  # secret\n### END HIDDEN TESTS"
SCHEME = "### BEGIN MARK SCHEME\nsecret %d\n### END MARK SCHEME"
KINDS: dict[str, Any] = {
    "text": lambda n: [text(f"# Part {n}\n\nDo it.")],
    "code": lambda n: [code(f"f({n})")],
    "answer": lambda n: [
        solved(f"f_{n}", f"def f(x):\n    '''No {n}.'''", f"return x + {n}"),
        autograded(f"t_{n}", f"assert f(1) == {n + 1}", n / 2),
    ],
    "whole cell": lambda n: [
        answer(f"V{n}", f"v{n} = {n}"),
        autograded(f"t-{n}", f"assert v{n} == {n}\n{HIDDEN % n}\nassert v{n} + 1", n),
    ],
    "magic": lambda n: [
        answer(f"m{n}", f"%%writefile m{n}.py\nx = {n}"),
        autograded(f"cell-{n:08x}", f"import m{n}\nassert m{n}.x", 1),
    ],
    "hidden": lambda n: [autograded(f"h_{n}", HIDDEN % n)],
    "hidden names": lambda n: [
        autograded(
            f"n_{n}",
            f"def near_{n}(x):\n    return x\nassert f({n})\n### BEGIN HIDDEN TESTS\n"
            f"cases = {{'secret': {n}}}\ndef twin(x):\n    return 'secret'\n"
            "### END HIDDEN TESTS",
        )
    ],
    "uses of hidden names": lambda n: [
        autograded(f"u_{n}", f"assert f(1)\n{HIDDEN % n}\nassert twin(cases)"),
        autograded(
            f"w_{n}", f"assert f(1)\n{HIDDEN.replace('f(', 'twin(cases, ') % n}"
        ),
    ],
    "by hand": lambda n: [by_hand(f"hand{n}", f"Because of {n}.", 2.5)],
    "task": lambda n: [task(f"task{n}", f"Write {n} words.\n{SCHEME % n}\nNo more.")],
}


@st.composite
def notebooks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw cells of a notebook with at least one step."""
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=8))
    place = draw(st.integers(0, len(kinds)))
    kinds.insert(place, "answer")
    return [cell for n, kind in enumerate(kinds) for cell in KINDS[kind](n)]


def taken_in(folder: Path, cells: list[dict[str, Any]]) -> Lab:
    """Import a notebook without its trial."""
    save(folder / "source" / "ps1" / "two words.ipynb", *cells)
    (folder / "source" / "ps1" / "data").mkdir()
    (folder / "source" / "ps1" / "data" / "a b.csv").write_text("1,2\n")
    draft, _notes = draft_of(folder / "source" / "ps1")
    write(draft, folder / "labs", folder / "checkers")
    return load_lab(folder / "labs" / "lab")


def regular(cells: list[dict[str, Any]]) -> Any:
    """Return the notebook as nbgrader sees it."""
    found = nbformat.from_dict(notebook(*deepcopy(cells)))
    MetadataValidator().upgrade_notebook_metadata(found)
    return found


def essence(found: Any) -> list[Any]:
    """Return what makes a notebook: kinds, texts and nbgrader's metadata."""
    return [
        (cell.cell_type, cell.source, dict(cell.metadata.get("nbgrader", {})))
        for cell in found.cells
    ]


@settings(max_examples=25)
@given(notebooks())
def test_an_export_gives_back_what_was_imported(cells: list[dict[str, Any]]) -> None:
    """Cell by cell, hidden tests and marking schemes included; and files beside it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lab = taken_in(folder, cells)
        give_back(lab, folder / "out")
        path = folder / "out" / "source" / "ps1" / "two words.ipynb"
        assert essence(nbformat.read(path, 4)) == essence(regular(cells))
        assert (path.parent / "data" / "a b.csv").read_text() == "1,2\n"
        again, _notes = draft_of(folder / "out")
        write(again, folder / "again", folder / "again")
        for one in ("lab.toml", "lab.ipynb"):
            assert (folder / "again" / "lab" / one).read_text() == (
                (folder / "labs" / "lab" / one).read_text()
            )


@settings(max_examples=25)
@given(notebooks())
def test_a_release_is_what_nbgrader_would_hand_out(cells: list[dict[str, Any]]) -> None:
    """But for the markers of steps; nothing hidden is in any file of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lab = taken_in(folder, cells)
        given = regular(cells)
        for kind in (ClearSolutions, ClearHiddenTests, ClearMarkScheme):
            given, _ = kind().preprocess(given, {})
        found = attendee_version(lab)
        for cell in found.cells:
            cell.source = unmarked(cell.source)
        assert [row[:2] for row in essence(found)] == [r[:2] for r in essence(given)]
        out = release(lab, folder / "released")
        texts = [path.read_text() for path in out.rglob("*") if path.is_file()]
        texts.append((folder / "checkers" / "lab.py").read_text())
        assert [text for text in texts if "secret" in text or "BEGIN" in text] == []
        assert (out / "data" / "a b.csv").exists()


def test_a_changed_test_keeps_its_hidden_part(tmp_path: Path) -> None:
    """An author may change lab.ipynb after the import; the export says so."""
    lab = taken_in(tmp_path, [*KINDS["whole cell"](1), *KINDS["answer"](2)])
    text = lab.source.read_text().replace("assert v1 + 1", "assert v1 + 2")
    lab.source.write_text(text)
    assert give_back(lab, tmp_path / "out")[1:] == [
        "cell t-1: changed since its import, so its hidden part is at the end"
    ]
    path = tmp_path / "out" / "source" / "ps1" / "two words.ipynb"
    assert nbformat.read(path, 4).cells[1].source == (
        "assert v1 == 1\nassert v1 + 2\n" + HIDDEN % 1
    )
    with pytest.raises(CourseError, match="expected no file yet"):
        give_back(lab, tmp_path / "out")


def test_stubs_of_a_course_come_back_with_it(tmp_path: Path) -> None:
    """Without them formgrader would hand out other words than the course does."""
    config = "c = get_config()\nc.ClearSolutions.code_stub = {'python': 'pass'}\n"
    (tmp_path / "nbgrader_config.py").write_text(config)
    lab = taken_in(tmp_path, KINDS["answer"](1))
    assert "    pass" in attendee_version(lab).cells[0].source
    give_back(lab, tmp_path / "out")
    assert (tmp_path / "out" / "nbgrader_config.py").read_text() == config
    (tmp_path / "out" / "source" / "ps1" / "two words.ipynb").unlink()
    assert len(give_back(lab, tmp_path / "out")) == 1
    (tmp_path / "out" / "source" / "ps1" / "two words.ipynb").unlink()
    (tmp_path / "out" / "nbgrader_config.py").write_text("c = get_config()\n")
    assert give_back(lab, tmp_path / "out")[1] == (
        f"{tmp_path}/out/nbgrader_config.py is there: see that it has "
        "c.ClearSolutions.code_stub = {'python': 'pass'}"
    )


def test_packages_of_an_assignment_make_an_image(tmp_path: Path) -> None:
    """As repo2docker names them; a licence lies where a lab has it."""
    folder = tmp_path / "source" / "ps1"
    folder.mkdir(parents=True)
    for name in ("requirements.txt", "LICENSE.md", "helper.py"):
        (folder / name).write_text("numpy\n")
    lab = taken_in(tmp_path, KINDS["answer"](1))
    assert lab.seat_image == "lab"
    assert (lab.folder / "LICENSE.md").is_file()
    assert (lab.folder / "files" / "helper.py").is_file()
    _draft, notes = draft_of(folder)
    assert said(notes) == [
        "requirements.txt: its packages make an image of this lab's own"
    ]
    give_back(lab, tmp_path / "back")
    (back,) = (tmp_path / "back" / "source").iterdir()
    assert (back / "requirements.txt").read_text() == "numpy\n"


def test_a_lab_of_our_own_is_not_given_back(tmp_path: Path) -> None:
    """Its checks are no test cells."""
    lab = load_lab(Path(__file__).parents[3] / "labs" / "first_flight")
    with pytest.raises(CourseError, match="expected a lab that `airlift lab import`"):
        give_back(lab, tmp_path)


@pytest.mark.parametrize(
    "about",
    [
        "ps1",
        {"assignment": "ps1"},
        {"assignment": "..", "notebook": "x"},
        {"assignment": "ps1", "notebook": "../../x"},
    ],
)
def test_names_that_lead_elsewhere_are_not_written(about: Any, tmp_path: Path) -> None:
    """What another group made may say what it likes."""
    lab = taken_in(tmp_path, KINDS["answer"](1))
    data = json.loads(lab.source.read_text())
    data["metadata"]["airlift"] = about
    lab.source.write_text(json.dumps(data))
    assert attendee_version(lab).cells
    with pytest.raises(CourseError, match="expected a lab that `airlift lab import`"):
        give_back(lab, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_notes_of_a_drawn_notebook_are_few(tmp_path: Path) -> None:
    """What the properties above draw is what people write: nothing odd is in it."""
    cells = [cell for n, kind in enumerate(KINDS) for cell in KINDS[kind](n)]
    lab = taken_in(tmp_path, cells)
    _draft, notes = draft_of(tmp_path / "source" / "ps1")
    assert lab.step_ids == ("f-2", "v3", "m4")
    with opened(tmp_path / "checkers"):
        assert ids_agree(lab) == ()
    assert {note.split(": ", 1)[1] for note in said(notes)} == {
        "graded by hand: left as it is, no step",
        "a task, graded by hand: left as text",
        "what attendees see of it is no test (it is empty, so it checks nothing): not "
        "run live",
        "what attendees see of it is no test (it uses cases, twin, which only hidden "
        "tests define): not run live",
    }


def test_an_export_says_that_nbgrader_wants_its_file_for_autotest_lines(
    tmp_path: Path,
) -> None:
    """Without it nbgrader refuses the assignment; with it there is nothing to say."""
    lines = autograded("t", "### AUTOTEST f(2)")
    cells = [*KINDS["answer"](1), solved("f", "def f(x):", "return x"), lines]
    draft, _notes = draft_of(save(tmp_path / "p.ipynb", *cells))
    write(draft, tmp_path / "labs", tmp_path / "checkers")
    lab = load_lab(tmp_path / "labs" / "lab")
    assert give_back(lab, tmp_path / "out")[1:] == [
        "it has AUTOTEST lines: nbgrader releases it once "
        f"{tmp_path / 'out' / 'autotests.yml'} is there"
    ]
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "autotests.yml").touch()
    assert give_back(lab, tmp_path / "again")[1:] == []


def given_back(folder: Path, assignment: str, *cells: dict[str, Any]) -> list[str]:
    """Import a notebook without its trial and export it; returns what is said."""
    save(folder / assignment / "p.ipynb", *cells)
    draft, _notes = draft_of(folder / assignment)
    write(draft, folder / "labs", folder / "checkers")
    return give_back(load_lab(folder / "labs" / "lab"), folder / "out")


def test_an_export_says_which_cells_nbgrader_will_not_release(tmp_path: Path) -> None:
    """A traceback would tell it otherwise; an end is put where none is."""
    begin, end = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
    said = given_back(
        tmp_path,
        "ps1",
        *KINDS["answer"](1),
        autograded("open", f"assert f_1\n{begin}\nassert f_1(2)"),
        autograded("nested", f"assert f_1\n{begin}\n{begin}\nassert f_1(2)\n{end}"),
        code(f"{begin}\nx = 1\n{end}"),
        {**by_hand("raw", "Because."), "cell_type": "raw"},
    )
    assert said[1:] == [
        "cell nested: nbgrader will not release it: Encountered nested begin hidden "
        "tests statements",
        "cell code-5: nbgrader will not release it: Hidden test region detected in a "
        "non-grade cell; please make sure all solution regions are within 'Autograder "
        "tests' cells.",
        "cell raw: nbgrader will not release it: expected code or text, got a raw cell",
    ]
    back = nbformat.read(tmp_path / "out" / "source" / "ps1" / "p.ipynb", 4)
    assert back.cells[2].source == f"assert f_1\n{begin}\nassert f_1(2)\n{end}"


def test_an_assignment_has_a_name_that_nbgrader_takes(tmp_path: Path) -> None:
    """It refuses a plus, and finds nothing where brackets are."""
    said = given_back(tmp_path, "c++ [1]", *KINDS["answer"](1))
    assert said == [
        str(tmp_path / "out" / "source" / "c__ _1_" / "p.ipynb"),
        "'c++ [1]': nbgrader takes no assignment of that name, it is called 'c__ _1_'",
    ]
