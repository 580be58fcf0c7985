"""Where a step's chapter begins and ends, and what its check is said to look at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from hub.authoring.chapters import chapters
from hub.authoring.mistakes import load_mistakes
from hub.authoring.verdicts import verdicts
from hub.catalog import load_lab

ROOT = Path(__file__).parents[2]
LAB = load_lab(ROOT / "labs" / "first_flight")
SHORT = replace(LAB, steps=LAB.steps[:2])
ONE, TWO = SHORT.step_ids
STANDARD = {
    *("missing-name", "wrong-type", "cell-raised", "column-missing"),
    *("not-a-number", "other-option", "missing-answer"),
}
"""What Work, values and answers say by themselves."""


def notebook(*cells: str) -> nbformat.NotebookNode:
    """Make a notebook: a word with # is text, a step's number its cell, else code."""
    made = nbformat.v4.new_notebook()
    for number, word in enumerate(cells):
        text = word.startswith("#")
        kind = nbformat.v4.new_markdown_cell if text else nbformat.v4.new_code_cell
        cell = kind(word)
        cell.id = {"1": ONE, "2": TWO}.get(word, f"{word.strip('# ')}-{number}")
        made.cells.append(cell)
    return made


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            "# Hi|x|## A|1|look|## B|2|see|## End",
            "# Hi x;## A 1 look;## B 2 see;## End",
        ),
        ("# Hi|1|look|2|see", ";# Hi 1;look 2 see;"),
        ("1|2", ";1;2;"),
        (
            "# Hi|## How|## A|1|### more|## Pause|## B|2",
            "# Hi ## How;## A 1 ### more ## Pause;## B 2;",
        ),
        ("x|## A|1", "x;## A 1;;"),
    ],
)
def test_a_chapter_begins_with_the_heading_that_leads_to_it(
    cells: str, expected: str
) -> None:
    """Lead-in, the first two steps and the end, whatever headings there are."""
    found = chapters(SHORT, notebook(*cells.split("|")))
    texts = [" ".join(cell.source for cell in chapter.cells) for chapter in found]
    assert texts == expected.split(";")
    assert [chapter.step for chapter in found] == [None, *SHORT.steps, None]


def test_every_reason_of_a_mistake_is_read_from_the_checker() -> None:
    """Also what a helper of the module says, or one of two by a condition."""
    said = verdicts((ROOT / "checkers" / "first_flight.py").read_text("utf-8"))
    assert tuple(said) == LAB.step_ids
    assert all(one.looks_at for one in said.values())
    for mistake in load_mistakes(LAB):
        asked = next(s for s in LAB.steps if s.id == mistake.step).question
        if not asked:  # their reasons lie in tables for checkers.answers
            assert mistake.reason in {*said[mistake.step].reasons, *STANDARD}
    assert {"rows-lost", "rows-added"} <= set(said["load-data"].reasons)


def test_source_that_is_no_python_has_no_verdicts() -> None:
    """The guide is printed all the same; `lab prove` says what is wrong."""
    assert verdicts("def (") == {}
