"""Inside: what a trial asks in the kernel, once a step's solution has run there."""

from __future__ import annotations

import json
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from checkers.engine.attempt import Outcome
from checkers.engine.check import Check, checker_for
from checkers.engine.guard import NamesKept
from checkers.engine.run import run
from checkers.engine.work import Work
from checkers.graded import Cell, hold


def tell(
    names: dict[str, Any],
    checker: str,
    whole: str,
    step: str,
    made: list[str],
    tests: list[str],
    out: str,
) -> None:
    """Write what else is to be known of a step as JSON.

    Args:
        names: the kernel's namespace.
        checker: module of the lab's checker.
        whole: module of the checker with the hidden tests, "" for none.
        step: the step.
        made: names that its solution gave a value.
        tests: reasons of its test cells that are run each by itself.
        out: the file: ``whole`` is what the hidden tests say, "" when they hold;
            ``hollow`` whether the check passes as well with nothing in these names;
            ``passing`` those of `tests` that hold.
    """
    work = Work(names, Path.cwd())
    passing = _passing(checker, step, tests, work) if tests else []
    said = ""
    if whole:
        attempt = run(checker_for(whole)[step], work)
        if attempt.outcome is Outcome.ERROR:
            said = _error(checker_for(whole)[step], work)
        elif attempt.outcome is not Outcome.PASSED:
            said = f"{attempt.reason}: {attempt.hint}"
    there = [name for name in made if name in names]
    hollow = False
    if there:
        with NamesKept(names):
            names.update({name: _emptied(names[name]) for name in there})
            attempt = run(checker_for(checker)[step], Work(names, Path.cwd()))
            hollow = attempt.outcome is Outcome.PASSED
    found = {"whole": said, "hollow": hollow, "passing": passing}
    Path(out).write_text(json.dumps(found))


def _passing(checker: str, step: str, tests: list[str], work: Work) -> list[str]:
    """Return those test cells that hold, each run by itself."""
    check = checker_for(checker)[step]
    there = vars(import_module(checker))
    # those that its check names: another step's may have the same reason
    cells = [there.get(name) for name in check.function.__code__.co_names]
    alone = {
        cell.id: check._replace(function=partial(_hold, cell))
        for cell in cells
        if isinstance(cell, Cell) and cell.id in tests
    }
    return [
        name for name, one in alone.items() if run(one, work).outcome is Outcome.PASSED
    ]


def _hold(cell: Cell, work: Work) -> None:
    """Run one test cell."""
    hold(work, cell)


def _error(check: Check, work: Work) -> str:
    """Return what a check that cannot be run says itself, for its author."""
    try:
        check.function(work)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "it cannot be run"


def _emptied(value: object) -> object:
    """Return what stands for no solution: a function that does nothing, or None."""
    if isinstance(value, ModuleType):
        return value
    return _nothing if callable(value) else None


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    """Stand for a function that was not written."""
