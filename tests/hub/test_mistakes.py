"""mistakes.toml: wrong answers by step, and an author's slip is named."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from hub.authoring.mistakes import MistakesError, load_excuses, load_mistakes
from hub.catalog import Lab, load_lab

LAB = Path(__file__).parents[2] / "labs" / "first_flight"
GOOD = """
[[mistakes]]
step = "load-data"
reason = "rows-lost"
code = "x = 1"
"""
SLIPS = {
    "unknown step": (
        GOOD.replace("load-data", "load"),
        "mistakes[1].step: expected one of load-data, clean-data",
    ),
    "bad reason": (
        GOOD.replace("rows-lost", "Rows lost"),
        "mistakes[1].reason: expected a key like 'rows-lost', got 'Rows lost'",
    ),
    "empty code": (
        GOOD.replace("x = 1", " "),
        "mistakes[1].code: expected a string that is not empty, got ' '",
    ),
    "missing code": (
        GOOD.replace('code = "x = 1"', ""),
        "mistakes[1].code: expected a value, it is missing",
    ),
    "unknown key": (
        GOOD + "hints = 'x'",
        "mistakes[1].hints: expected one of step, reason, code, hint; did you mean",
    ),
    "other table": ("[x]", "expected only [[mistakes]] and [[excused]], got 'x'"),
    "not a list": ("mistakes = 3", "mistakes: expected tables [[mistakes]], got 3"),
    "not TOML": ("[[mistakes]", "expected TOML, got: "),
}


def lab_with(tmp_path: Path, text: str | None) -> Lab:
    """Return the lab with another mistakes.toml, or with none."""
    folder = tmp_path / "first_flight"
    folder.mkdir()
    shutil.copyfile(LAB / "lab.toml", folder / "lab.toml")
    if text is not None:
        (folder / "mistakes.toml").write_text(text, encoding="utf-8")
    return load_lab(folder)


def test_a_mistake_becomes_a_cell_with_its_marker(tmp_path: Path) -> None:
    """Its code takes the place of the step's cell."""
    (mistake,) = load_mistakes(lab_with(tmp_path, GOOD))
    assert (mistake.step, mistake.reason) == ("load-data", "rows-lost")
    assert mistake.cell == "# step: load-data\nx = 1"
    assert mistake.hint == ""


def test_a_mistake_may_say_what_its_person_reads(tmp_path: Path) -> None:
    """A rehearsal shows it; without it the reason is all there is."""
    (mistake,) = load_mistakes(lab_with(tmp_path, GOOD + 'hint = "Rows are gone."'))
    assert mistake.hint == "Rows are gone."


def test_no_file_is_no_mistakes(tmp_path: Path) -> None:
    """An author begins without."""
    assert load_mistakes(lab_with(tmp_path, None)) == ()


def test_an_excuse_may_be_copied_as_it_was_printed(tmp_path: Path) -> None:
    """With the lines around it and their indent; what changed is what counts."""
    table = '[[excused]]\nstep = "load-data"\nreason = "The same."\nchange = """\n{}"""'
    bare, printed = "-x = 1\n+x = 2", "     y\n    -x = 1\n    +x = 2\n     z\n"
    for number, change in enumerate((bare, printed)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (excuse,) = load_excuses(lab_with(folder, table.format(change)))
        assert excuse.change == bare


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_the_file_is_named(name: str, tmp_path: Path) -> None:
    """File, table, key, what was expected, what was there."""
    text, sentence = SLIPS[name]
    with pytest.raises(MistakesError, match=re.escape(sentence)) as caught:
        load_mistakes(lab_with(tmp_path, text))
    assert str(caught.value).startswith("first_flight/mistakes.toml:")
