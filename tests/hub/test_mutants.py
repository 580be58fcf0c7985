"""Changed solutions are what people get wrong, each once, the same each time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.authoring.mutants import mutants
from hub.authoring.shell_mutants import shell_changes
from hub.catalog import Question
from tests.hub.lab_folder import solved

PYTHON = solved(
    "clean",
    "%time",
    'table["origin"] = table["origin"].str.strip()',
    "if len(table) > 3:",
    "    table = table.head(12)",
    "joined = left.merge(right, how='left')",
)
PYTHON_CHANGES = (
    '-table["origin"] = table["origin"].str.strip()',
    "-if len(table) > 3:\n+if len(table) >= 3:",
    "-if len(table) > 3:\n+if len(table) > 4:",
    "-table = table.head(12)\n+table = table.head(13)",
)
SHELL = {
    "git revert HEAD~2": {"git revert HEAD~3", ""},
    "cp a.txt b.txt": {"cp b.txt a.txt", ""},
    "git reset --hard v1": {"git reset --soft v1", "git reset v1"},
    'psql -c "create index on t (a, b)"': {'psql -c "create index on t (b, a)"'},
    "psql <<SQL\nselect * from t order by a desc;\nSQL": {
        "psql <<SQL\nselect * from t order by a asc;\nSQL"
    },
}


def changes(source: str, question: Question | None = None) -> list[str]:
    """Return what was changed in a cell of a Python lab."""
    return [mutant.change for mutant in mutants(source, question, python=True)]


def test_a_solution_in_python_is_changed_as_people_get_it_wrong() -> None:
    """Statements, calls, signs, numbers and texts; magics stay; others come first."""
    found = changes(PYTHON)
    assert [change for change in PYTHON_CHANGES if change not in found] == []
    assert not [change for change in found if "%time" in change or "magic" in change]
    kinds = [mutant.kind for mutant in mutants(PYTHON, None, python=True)[:5]]
    assert len(set(kinds)) == 5
    assert found == changes(PYTHON)
    assert len(found) == len(set(found))


def test_a_solution_without_markers_is_the_whole_cell() -> None:
    """As nbgrader takes it; the lines that say which step it is stay."""
    assert "-n = 3\n+n = 4" in changes("# step: any\nn = 3")
    question = Question("number", "?")
    found = changes("# step: any\n%question any\n%answer any 12", question)
    assert "-%answer any 12\n+%answer any 25" in found
    kept = mutants("%%time\n# step: any\nn = 3", None, python=True)
    assert {mutant.source[:18] for mutant in kept} == {"%%time\n# step: any"}


@pytest.mark.parametrize("commands", SHELL)
def test_commands_are_changed_as_people_get_them_wrong(commands: str) -> None:
    """Left out, swapped, another number, the opposite; SQL in them, too."""
    found = {text for _, text in shell_changes(commands)}
    assert {text.replace("  ", " ") for text in found} >= SHELL[commands]


def test_what_only_looks_and_what_is_free_stays_as_it_is() -> None:
    """Without `git status` nothing is different, and any message is right."""
    for commands in ("git status", "ls -l work", "# cp a.txt b.txt", "cd work"):
        assert list(shell_changes(commands)) == []
    texts = [
        text for _, text in shell_changes('git commit -am "Version 3 of menu.txt"')
    ]
    assert texts == ["", 'git commit  "Version 3 of menu.txt"']


QUESTIONS = {
    "choice": (Question("choice", "?", ("ham", "egg", "rye")), "egg", {"ham", "rye"}),
    "by number": (Question("choice", "?", ("ham", "egg", "rye")), "2", {"ham", "rye"}),
    "choices": (
        Question("choices", "?", ("ham", "egg", "rye")),
        "ham; egg",
        {"ham", "egg", "ham; egg; rye"},
    ),
    "number": (Question("number", "?"), "12", {"25", "12000", "-13", "0.001"}),
    "nearly nothing": (Question("number", "?"), "-1,0", {"-1000", "0", "0.001"}),
    "nothing": (Question("number", "?"), "0", {"1", "-1"}),
    "text": (Question("text", "?"), "Lima", {"amiL", "not Lima", "Li"}),
    "text read both ways": (Question("text", "?"), "Anna", {"not Anna", "An"}),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_answered_in_every_other_way(name: str) -> None:
    """All other options; numbers of another size; another text."""
    question, right, wrong = QUESTIONS[name]
    cell = solved("which", f"%answer which {right}")
    said = {change.split("%answer which ")[-1] for change in changes(cell, question)}
    assert said == wrong


def test_case_is_no_other_answer() -> None:
    """A variable holds the answer here; elsewhere case may be what a step is about."""
    cell = solved("which", 'which = "Lima"')
    assert '-which = "Lima"\n+which = "lima"' in changes(cell)
    assert {
        change.split("+which = ")[-1] for change in changes(cell, Question("text", "?"))
    } == {'"XXLimaXX"', "None", '-which = "Lima"'}


@given(st.text(alphabet="ab \n\"'()[]{}=:%!#-+<>~^0123.\\", max_size=60), st.booleans())
def test_no_solution_stops_it(text: str, python: bool) -> None:
    """Whatever an author writes: every mutant keeps the marker and differs."""
    if "SOLUTION" in text:
        return
    cell = solved("any", *text.split("\n"))
    for mutant in mutants(cell, None, python=python):
        assert mutant.source.startswith("# step: any\n### BEGIN SOLUTION\n")
        assert mutant.source != cell
