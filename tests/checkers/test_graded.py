"""Test cells of nbgrader as checks: what passes, what fails, what stays as it was."""

from __future__ import annotations

import builtins
import os
import random
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest

from checkers import Work
from checkers.engine.attempt import Attempt
from checkers.engine.check import Check
from checkers.engine.run import run
from checkers.graded import Cell, hold

SQUARES = "def squares(n):\n    return [i ** 2 for i in range(1, n + 1)]"


def tried(work: str, test: str, *, limit: float = 5.0, **how: Any) -> Attempt:
    """Run a test cell on what a cell of the attendee's defines."""
    return checked(kernel(work), test, limit=limit, **how)


def kernel(source: str) -> dict[str, Any]:
    """Return the names that a kernel has after a cell."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "<cell>", "exec", dont_inherit=True), names)
    return names


def checked(names: dict[str, Any], test: str, *, limit: float = 5.0, **how: Any) -> Any:
    """Run a test cell in a kernel's names."""
    cell = Cell("a-test", test, **how)
    work = Work(names, Path(__file__).parent / "nowhere")
    return run(Check("lab", "step", lambda work: hold(work, cell), limit), work)


SAID = {
    "passes": (SQUARES, "assert squares(2) == [1, 4]", "passed", "", ""),
    "what came out is said": (
        "def squares(n):\n    return [n]",
        "assert squares(2) == [1, 4]",
        "failed",
        "a-test",
        "`squares(2)` gives [2]; expected [1, 4].",
    ),
    "the expected side may come first": (
        "x = 3",
        "assert 4 == x",
        "failed",
        "a-test",
        "`x` gives 3; expected 4.",
    ),
    "a numpy number is a number": (
        "import numpy\nx = numpy.int64(3)",
        "assert x == 4",
        "failed",
        "a-test",
        "`x` gives 3; expected 4.",
    ),
    "of a table only the type": (
        "import pandas\nx = pandas.DataFrame()",
        "assert x is None",
        "failed",
        "a-test",
        "This does not hold yet: `assert x is None`; `x` gives a DataFrame.",
    ),
    "a message of its own": (
        "x = 3",
        'assert x == 4, "x is four"',
        "failed",
        "a-test",
        "x is four",
    ),
    "no comparison": (
        "x = 3",
        "assert isinstance(x, str)",
        "failed",
        "a-test",
        "This does not hold yet: `assert isinstance(x, str)`",
    ),
    "raised by hand": (
        "x = 3",
        'raise AssertionError("did not raise")',
        "failed",
        "a-test",
        "did not raise",
    ),
    "the stub is still there": (
        "def f():\n    raise NotImplementedError()",
        "assert f() == 1",
        "failed",
        "not-done",
        "There is still NotImplementedError in your code: put your solution in its "
        "place.",
    ),
    "their code raises": (
        "def f(x):\n    return 1 / x",
        "assert f(0) == 1",
        "failed",
        "code-raised",
        "Your code raised ZeroDivisionError: division by zero when the test ran "
        "`assert f(0) == 1`.",
    ),
    "a name is not there yet": (
        "Squares = 1",
        "assert squares(1) == [1]",
        "failed",
        "missing-name",
        "There is no `squares` yet, but there is `Squares`: capital and small letters "
        "differ.",
    ),
    "called the wrong way": (
        "def f():\n    pass",
        "assert f(1) is None",
        "failed",
        "a-test",
        "The test stopped at `assert f(1) is None` with TypeError: f() takes 0 "
        "positional arguments but 1 was given.",
    ),
    "it asks": (
        'def f():\n    return input("number? ")',
        "assert f() == 1",
        "failed",
        "asks-input",
        "Your code asks with input(), and nobody can type while it is checked. Take "
        "the value as an argument instead.",
    ),
    "it never ends": (
        "def f():\n    while True: pass",
        "assert f() == 1",
        "failed",
        "too-slow",
        "Your code took more than 0.2 s when the check used it. Is there a loop that "
        "never ends?",
    ),
    "it swallows everything but the limit": (
        "def f():\n    while True:\n        try:\n            1 / 0\n"
        "        except Exception: pass",
        "assert f() == 1",
        "failed",
        "too-slow",
        "Your code took more than 0.2 s when the check used it. Is there a loop that "
        "never ends?",
    ),
    "it quits": (
        "def f():\n    raise SystemExit(0)",
        "assert f() == 1",
        "failed",
        "code-raised",
        "Your code raised SystemExit when the check used it",
    ),
    "hostile values": (
        "class X:\n    def __eq__(self, other):\n        raise KeyError('no')\n"
        "    def __repr__(self):\n        raise KeyError('no')\nx = [X()]",
        "assert x == 4, x",
        "failed",
        "a-test",
        "This does not hold yet: `assert x == 4, x`",
    ),
    "the test asks for a package that is not here": (
        "x = 1",
        "import nowhere\nassert x == 1",
        "error",
        "checker-error",
        "graded.py line 0: TestCellError",
    ),
    "the test is no Python": (
        "x = 1",
        "assert x ==",
        "error",
        "checker-error",
        "graded.py line 0: TestCellError",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_an_outcome_says_what_was_seen(name: str) -> None:
    """Who is to blame decides; the hint comes from the test and the values."""
    work, test, outcome, reason, hint = SAID[name]
    slow = "never ends" in hint
    made = tried(work, test, limit=0.2 if slow else 5.0)
    said = made.hint if outcome != "error" else "graded.py line 0: TestCellError"
    assert (made.outcome.value, made.reason, said) == (outcome, reason, hint)
    assert "TestCellError" in made.hint or outcome != "error"


def test_a_test_may_rebind_what_the_attendees_functions_use() -> None:
    """As nbgrader's own quickstart does, and nothing of it stays."""
    names = kernel(f"{SQUARES}\ndef total(n):\n    return sum(squares(n))")
    test = (
        "orig = squares\ndel squares\ntry:\n    total(1)\nexcept NameError:\n    pass\n"
        "else:\n    raise AssertionError('it does not use squares')\n"
        "finally:\n    squares = orig"
    )
    before = dict(names)
    assert checked(names, test).outcome.value == "passed"
    assert names == before
    names.update(kernel("def total(n):\n    return 1"))
    assert checked(names, test).hint == "it does not use squares"


def test_values_that_a_test_changes_stay_as_they_were() -> None:
    """Lists, tables, arrays and objects, also when only a function reaches them."""
    names = kernel(
        "import numpy, pandas\nlisted = alias = [1]\n"
        "table = pandas.DataFrame({'a': [1]})\n"
        "array = numpy.zeros(2)\nmemo = {}\n"
        "class Stack:\n    def __init__(self):\n        self.items = []\n"
        "    def push(self, x):\n        self.items.append(x)\n        memo[x] = 1\n"
        "stack = Stack()\ndef remember(x):\n    memo[x] = x"
    )
    made = checked(
        names,
        "listed.append(2)\nassert alias == [1, 2]\n"
        "table.loc[0, 'a'] = 5\narray[0] = 7\n"
        "stack.push(3)\nremember(4)\nassert memo == {3: 1, 4: 4}\n"
        "assert stack.items == [3]",
    )
    assert (made.outcome.value, made.hint) == ("passed", "")
    assert (names["listed"], names["memo"], names["stack"].items) == ([1], {}, [])
    assert names["listed"] is names["alias"]
    assert names["table"]["a"].tolist() == [1]
    assert names["array"].tolist() == [0, 0]


def test_what_is_large_is_not_copied() -> None:
    """A copy costs time and memory: beyond a bound the test has the value itself."""
    names = kernel("large = [0] * 200_000\nsmall = [0]\nnested = [[0] * 60_000] * 2")
    test = "large[0] = small[0] = nested[0][0] = 1"
    assert checked(names, test).outcome.value == "passed"
    assert (names["large"][0], names["small"][0], names["nested"][0][0]) == (1, 0, 1)


@pytest.mark.parametrize(
    "work",
    [
        "class Odd(dict):\n    def values(self):\n        raise KeyError('no')\n"
        "odd = Odd(a=1)",
        "class Odd:\n    @property\n    def __dict__(self):\n        raise KeyError\n"
        "odd = Odd()",
        "class Odd:\n    __dict__ = 3\nodd = Odd()",
        "class Odd(list):\n    def __len__(self):\n        raise KeyError('no')\n"
        "odd = Odd()",
    ],
)
def test_what_cannot_be_looked_through_is_not_copied(work: str) -> None:
    """A class of theirs may refuse; the test has the value itself and can be right."""
    made = tried(work, "assert type(odd).__name__ == 'Odd'")
    assert (made.outcome.value, made.hint) == ("passed", "")


def test_what_is_not_a_name_is_put_back_too() -> None:
    """Built-in functions, random numbers and the working folder."""
    random.seed(1)
    numpy.random.seed(1)
    expected = (random.random(), float(numpy.random.rand()))
    random.seed(1)
    numpy.random.seed(1)
    folder, printing = Path.cwd(), builtins.print
    made = tried(
        "x = 1",
        "import builtins, os, random, numpy\nbuiltins.print = builtins.extra = None\n"
        "os.chdir('/')\nrandom.seed(9)\nnumpy.random.seed(9)\nassert x == 1",
    )
    assert made.outcome.value == "passed"
    assert (random.random(), float(numpy.random.rand())) == expected
    assert (Path.cwd(), builtins.print) == (folder, printing)
    assert not hasattr(builtins, "extra")
    assert os.getcwd() == str(folder)


def test_a_module_that_they_write_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails while there is none, and a corrected one counts at once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    test = "import their_tools\nassert their_tools.one() == 1"

    def made() -> tuple[str, str]:
        """Return what comes of it now."""
        found = tried("x = 1", test, makes=("their_tools",))
        return found.outcome.value, found.hint

    assert made() == (
        "failed",
        "The test stopped at `import their_tools` with ModuleNotFoundError: No module "
        "named 'their_tools'.",
    )
    for value, expected in ((2, "failed"), (1, "passed"), (3, "failed")):
        Path("their_tools.py").write_text(f"def one():\n    return {value}\n")
        assert made()[0] == expected
    assert "their_tools" not in sys.modules


@pytest.mark.parametrize(
    ("last", "hint"),
    [
        ("0.5", "0.5 of 2 points: not all of it is right yet."),
        ("0", "0 of 2 points: not all of it is right yet."),
        ("2", ""),
        ("'text'", ""),
        ("True", ""),
        ("0.5;", ""),
        ("print(0.5)", ""),
    ],
)
def test_a_number_in_the_last_line_is_a_part_of_the_points(
    last: str, hint: str
) -> None:
    """As nbgrader reads it: a number from 0 to the points."""
    made = tried("x = 1", f"assert x\n{last}", points=2)
    assert (made.hint, made.outcome.value) == (hint, "failed" if hint else "passed")


def test_what_earlier_tests_define_is_there() -> None:
    """Lines are those of the test, not of what goes before."""
    made = tried("x = 1", "same(x, 2)", before="def same(a, b):\n    assert a == b")
    assert made.hint == "`a` gives 1; expected 2."
