"""Graded: the autograded test cells of an nbgrader notebook, run as a step's check.

A test cell runs where nbgrader runs it: among the kernel's own names, since such tests
rebind names and expect the attendee's functions to see it. Afterwards everything is as
it was: names (by the engine), mutable values the test can reach (it gets copies),
built-in functions, the state of random numbers, the working folder. Not copied, so
changed by a test that changes them: values of more than `MOST_PARTS` parts or
`MOST_BYTES`, and objects of other libraries, such as figures and connections.

Reasons of `hold`: the test's id, code-raised, not-done, asks-input, missing-name.

Errors:
    TestCellError: the test cell cannot be run at all; never held against anyone.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from types import CodeType
from typing import Any, NamedTuple, NoReturn

from checkers import Work, _, fail, name_of
from checkers.apart import MOST_BYTES, MOST_PARTS, copies
from checkers.asserting import NAME, Seen, recorded, shown, spoken

__all__ = ["MOST_BYTES", "MOST_PARTS", "Cell", "TestCellError", "hold"]


class TestCellError(Exception):
    """A test cell cannot be run, whatever the work is."""


class Cell(NamedTuple):
    """One autograded test cell.

    Args:
        id: short key, the reason when it fails.
        source: the cell as it stands in the notebook.
        points: what it counts; 0 where it ends in no number.
        before: what earlier test cells define and this one uses.
        makes: modules that the attendee writes and the test imports.
    """

    id: str
    source: str
    points: float = 0
    before: str = ""
    makes: tuple[str, ...] = ()


class _Parts(NamedTuple):
    """A test cell compiled: all but its last expression, and that."""

    lines: tuple[str, ...]
    body: CodeType
    last: CodeType | None


def hold(work: Work, *cells: Cell) -> None:
    """Run test cells one after the other; the first that does not hold ends the check.

    Raises:
        TestCellError: a cell that cannot be run.
    """
    for cell in cells:
        _hold(work, cell)


def _hold(work: Work, cell: Cell) -> None:
    """Run one test cell in the kernel's namespace."""
    parts = _parts(cell)
    names: Any = work.origin
    codes = (parts.body, parts.last) if parts.last else (parts.body,)
    names.update(copies(work.namespace, *codes))
    seen = Seen()
    names[NAME] = seen
    last: object = None
    with _alone(cell):
        try:
            exec(parts.body, names)  # noqa: S102 - a test of the lab's author
            if parts.last:
                last = eval(parts.last, names)  # noqa: S307
        except Exception as error:
            _say(work, cell, parts, seen, error)
    _credit(cell, last)


@cache
def _parts(cell: Cell) -> _Parts:
    """Compile a test cell."""
    text = f"{cell.before}\n{cell.source}"
    place = _place(cell)
    try:
        tree = ast.parse(text, place)
        last = tree.body[-1] if tree.body else None
        shows = isinstance(last, ast.Expr) and not text.rstrip().endswith(";")
        rest = recorded(ast.Module(tree.body[: -1 if shows else None], []))
        body = compile(rest, place, "exec", dont_inherit=True)
        value = None
        if shows and isinstance(last, ast.Expr):
            whole = ast.Expression(last.value)
            value = compile(whole, place, "eval", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise TestCellError(f"{cell.id}: {error}") from None
    return _Parts(tuple(text.split("\n")), body, value)


def _place(cell: Cell) -> str:
    """Return what stands in place of a file name for a test cell."""
    return f"<test {cell.id}>"


def _credit(cell: Cell, last: object) -> None:
    """Read the value of the last line, which may be a part of the points."""
    if not cell.points or type(last) not in (int, float):
        return
    if 0 <= last < cell.points:  # type: ignore[operator]
        text = _("{points} of {all} points: not all of it is right yet.")
        fail(cell.id, text.format(points=shown(last), all=f"{cell.points:g}"))


def _say(
    work: Work, cell: Cell, parts: _Parts, seen: Seen, error: Exception
) -> NoReturn:
    """Fail with what a test cell raised.

    Raises:
        TestCellError: it imports what is not here.
    """
    line, theirs = _where(work, cell, parts, error)
    kind = type(error)
    if issubclass(kind, AssertionError):
        fail(cell.id, spoken(_said(error), seen, line))
    if issubclass(kind, NotImplementedError):
        text = _("There is still {error} in your code: put your solution in its place.")
        fail("not-done", text.format(error=_words(error)))
    if theirs:
        text = _("Your code raised {error} when the test ran `{line}`.")
        fail("code-raised", text.format(error=_words(error), line=line))
    if issubclass(kind, ImportError) and getattr(error, "name", "") not in cell.makes:
        raise TestCellError(f"{cell.id}: {_words(error)}") from None
    missing = getattr(error, "name", None)
    if kind is NameError and type(missing) is str:
        work.value(missing)  # fails when it is missing
    text = _("The test stopped at `{line}` with {error}.")
    fail(cell.id, text.format(line=line, error=_words(error)))


def _where(
    work: Work, cell: Cell, parts: _Parts, error: BaseException
) -> tuple[str, bool]:
    """Return the test's line that was running, and whether it ran attendee's code."""
    trace: Any = vars(BaseException)["__traceback__"].__get__(error)
    folder = os.path.abspath(work.folder) + os.sep
    line, theirs = "", False
    while trace is not None:
        frame = trace.tb_frame
        name = frame.f_code.co_filename
        if name == _place(cell):
            line, theirs = parts.lines[trace.tb_lineno - 1].strip(), False
        elif frame.f_globals is work.origin or name.startswith(folder):
            theirs = True
        trace = trace.tb_next
    return line, theirs


def _said(error: BaseException) -> str:
    """Return the message of an exception that Python itself made; else ""."""
    known = getattr(builtins, name_of(error), None) is type(error)
    args = error.args if known else ()
    return args[0].strip() if args and type(args[0]) is str else ""


def _words(error: BaseException) -> str:
    """Name an exception, with its message where that is safe to read."""
    said = _said(error)
    return f"{name_of(error)}: {said}" if said else name_of(error)


@contextmanager
def _alone(cell: Cell) -> Iterator[None]:
    """Keep a test from leaving anything behind; nobody types while it runs.

    Modules of the attendee's are read anew, since they write them again and again.
    """
    sys.dont_write_bytecode, wrote = True, sys.dont_write_bytecode
    loaded = {name: sys.modules.pop(name, None) for name in cell.makes}
    if loaded:
        importlib.invalidate_caches()
    before = dict(vars(builtins))
    folder, state = os.getcwd(), random.getstate()
    numpy: Any = sys.modules.get("numpy.random")
    numpys = numpy.get_state() if numpy else None
    vars(builtins)["input"] = _asked
    try:
        yield
    finally:
        there = vars(builtins)
        there.update(before)
        for name in there.keys() - before.keys():
            del there[name]
        sys.dont_write_bytecode = wrote
        for name, module in loaded.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module
        random.setstate(state)
        if numpy:
            numpy.set_state(numpys)
        with suppress(OSError):
            os.chdir(folder)


def _asked(*_words: object) -> NoReturn:
    """Stand in for `input` while a test runs."""
    fail(
        "asks-input",
        _(
            "Your code asks with input(), and nobody can type while it is checked. "
            "Take the value as an argument instead."
        ),
    )
