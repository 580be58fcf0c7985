"""Questions in a real kernel: shown as a form, answered there or by a command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checkers.engine.given import read
from tests.checkers.conftest import Seat

CHECKER = """
from checkers import Work, check
from checkers.answers import choice, number, text

@check("colour", limit=30)
def colour(work: Work) -> None:
    choice(work, "colour", "red", {"blue": ("took-blue", "`blue` is the sky.")})

@check("speed", limit=30)
def speed(work: Work) -> None:
    number(work, "speed", 12, within=1)

@check("word", limit=30)
def word(work: Work) -> None:
    text(work, "word", "$x {y}")
"""
STEPS: list[dict[str, Any]] = [
    {
        "id": "colour",
        "title": "A colour",
        "question": {
            "kind": "choice",
            "text": "Which `colour` <b>?",
            "options": ["blue", "red"],
        },
    },
    {
        "id": "speed",
        "title": "A speed",
        "question": {"kind": "number", "text": "How fast?", "unit": "km/h"},
    },
    {"id": "word", "title": "A word", "question": {"kind": "text", "text": "What?"}},
    {"id": "plain", "title": "No question"},
]
WIDGETS = """
from ipywidgets.widgets import widget
def found(name):
    kind = getattr(__import__("ipywidgets"), name)
    return [one for one in widget._instances.values() if type(one) is kind]
def said():
    print(*(one.value for one in found("HTML")))
"""


@pytest.fixture(scope="module")
def asking(
    seats: Callable[..., Seat], tmp_path_factory: pytest.TempPathFactory
) -> Seat:
    """A seat whose lab asks."""
    root: Path = tmp_path_factory.mktemp("asking")
    (root / "labs" / "tiny").mkdir(parents=True)
    data = {"slug": "tiny", "title": "Tiny", "version": "1.0.0", "steps": STEPS}
    (root / "labs" / "tiny" / "lab.json").write_text(json.dumps(data))
    seat = seats(root)
    (root / "lib" / "tiny.py").write_text(CHECKER)
    seat.run(WIDGETS)
    return seat


def reasons(seat: Seat) -> list[str]:
    """Return the reasons of the attempts since the last time, oldest first."""
    found = [one["reason"] or one["outcome"] for one in seat.attempts()]
    for path in (seat.outbox / "new").glob("*"):
        path.unlink()
    return found


def test_a_cell_that_only_asks_is_no_attempt(asking: Seat) -> None:
    """The form is there, and the same in words for who has no widgets."""
    ran = asking.run("# step: colour\n%question colour")
    (shown,) = ran.shown
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert (
        shown["text/plain"]
        == "Which `colour` <b>?\n  1 blue\n  2 red\n%answer colour …"
    )
    text = asking.run("said()").stream
    assert "Which <code>colour</code> &lt;b&gt;?" in text
    assert reasons(asking) == []
    assert "not started" in asking.run("%check colour").plain


def test_an_answer_is_checked_once_after_its_cell(asking: Seat) -> None:
    """With the step's marker or without, and kept for the next kernel."""
    ran = asking.run("# step: colour\n%question colour\n%answer colour blue")
    assert "Not yet. `blue` is the sky." in ran.plain
    assert reasons(asking) == ["took-blue"]
    again = asking.run("# step: colour\n%question colour")
    assert "Not yet. `blue` is the sky." in again.plain
    assert reasons(asking) == []
    asking.run("%answer colour blue")
    assert reasons(asking) == ["took-blue"]
    assert asking.run("%answer colour 2").plain == "✓ A colour: Passed."
    assert reasons(asking) == ["passed"]
    assert read(asking.outbox.parent, "tiny") == {"colour": "red"}
    asking.run("%answer word $x {y}")
    assert reasons(asking) == ["passed"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%answer colour green", "There are: 1 blue, 2 red."),
        ("%answer plain 3", "There are: colour, speed, word."),
        ("%question", "There are: colour, speed, word."),
    ],
)
def test_what_is_no_answer_is_no_attempt(asking: Seat, line: str, said: str) -> None:
    """It is said what there is."""
    assert said in asking.run(line).plain
    assert reasons(asking) == []


def test_a_form_says_below_itself_what_came_of_it(asking: Seat) -> None:
    """On the main thread and off it, as JupyterLab's widgets may be."""
    asking.run("# step: speed\n%question speed")
    assert reasons(asking) == []
    assert asking.run("print(found('Text')[0].description)").stream == (
        "Your answer in km/h\n"
    )
    asking.run("found('Button')[-1].click()")
    assert "Write your answer" in asking.run("said()").stream
    asking.run("found('Text')[0].value = '3'\nfound('Button')[-1].click()")
    assert "3 is too small." in asking.run("said()").stream
    assert reasons(asking) == ["too-far"]
    asking.run(
        "import threading\nfound('Text')[0].value = '12'\n"
        "thread = threading.Thread(target=found('Button')[-1].click)\n"
        "thread.start()\nthread.join()"
    )
    assert "Passed." in asking.run("said()").stream
    assert reasons(asking) == ["passed"]


def test_the_authors_own_answer_counts_for_nothing(asking: Seat) -> None:
    """In a notebook that was caught up with, its cells may be run as they are."""
    before = read(asking.outbox.parent, "tiny")
    ran = asking.run("# caught up: speed\n%question speed\n%answer speed 99")
    assert "application/vnd.jupyter.widget-view+json" in ran.shown[0]
    assert reasons(asking) == []
    assert read(asking.outbox.parent, "tiny") == before


def test_a_form_in_the_authors_own_cell_sends_nothing(asking: Seat) -> None:
    """It shows the question, and says why its answer is left alone."""
    before = read(asking.outbox.parent, "tiny")
    asking.run("# caught up: colour\n%question colour")
    asking.run("found('RadioButtons')[-1].value = 'red'\nfound('Button')[-1].click()")
    assert "caught up, not checked" in asking.run("said()").stream
    assert reasons(asking) == []
    assert read(asking.outbox.parent, "tiny") == before
