"""The program behind `airlift lab import` and `export`: what it prints, how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.authoring.course.__main__ import main as program
from hub.cli import main
from tests.hub.course.cells import by_hand, save

LABS = Path(__file__).parents[3] / "labs"


def test_a_refusal_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And exit code 1, so that a script stops."""
    assert program(["export", str(LABS), "first_flight", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("first_flight: expected a lab that")
    places = (str(tmp_path / "labs"), str(tmp_path / "checkers"))
    assert program(["import", *places, str(tmp_path)]) == 1
    assert "there is no notebook to take in" in capsys.readouterr().err
    assert not (tmp_path / "labs").exists()


def test_a_notebook_without_tests_makes_no_lab(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report says why; nothing is written."""
    path = save(tmp_path / "essay.ipynb", by_hand("why", "Because."))
    places = (str(tmp_path / "labs"), str(tmp_path / "checkers"))
    assert program(["import", *places, str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "essay.ipynb: no lab",
        "  cell 1 (why): graded by hand: left as it is, no step",
        "  no autograded test that checks anything: it makes no lab",
    ]
    assert not (tmp_path / "labs").exists()


def test_the_command_line_knows_them(tmp_path: Path) -> None:
    """A place that is not there, and a lab that nobody has."""
    run = CliRunner().invoke
    done = run(main, ["lab", "import", str(tmp_path / "nowhere.ipynb")])
    assert (done.exit_code, "does not exist" in done.output) == (2, True)
    done = run(main, ["lab", "export", "nowhere", "--nbgrader", str(tmp_path)])
    assert (done.exit_code, "got nowhere" in done.output) == (1, True)
