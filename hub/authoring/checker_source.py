"""Checker source: a lab's checker as its author wrote it, against the lab's steps.

Everything wrong is said with file and line, without running a check.
"""

from __future__ import annotations

import ast
import inspect
import sys
import traceback
from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from checkers.engine.check import ID, Check, CheckError, checker_for
from hub.authoring.finding import Finding
from hub.catalog import Lab
from hub.tables import like, text_of

WORK = ("answer", "file", "folder", "http", "namespace", "run", "value")
"""What an author may ask of the work."""
EXAMPLE = "def load_data(work: Work) -> None:"


def checker_faults(lab: Lab) -> Iterator[Finding]:
    """Say what is wrong with the checker of a lab, as far as reading it tells."""
    name = f"checkers.{lab.slug}"
    where = f"checkers/{lab.slug}.py"
    spec = find_spec(name)
    if spec is None or not spec.origin:
        yield Finding(lab.slug, where, "expected this file, there is none")
        return
    path = Path(spec.origin)
    try:
        tree = ast.parse(text_of(path), str(path))
    except SyntaxError as error:
        what = f"expected Python, got {type(error).__name__}: {error.args[0]}"
        yield Finding(lab.slug, f"{where}:{error.lineno}", what)
        return
    except ValueError as error:  # of another encoding, or with null bytes
        yield Finding(lab.slug, where, str(error))
        return
    for line, what in sorted(_slips(tree)):
        yield Finding(lab.slug, f"{where}:{line}", what)
    for place, what in _checks(lab, name, path, tree):
        yield Finding(lab.slug, where + place, what)


def _checks(
    lab: Lab, name: str, path: Path, tree: ast.Module
) -> Iterator[tuple[str, str]]:
    """Import the checker and compare its checks with the steps: place, sentence."""
    try:
        module = _fresh(name)
        checks = checker_for(module).checks
    except (Exception, SystemExit) as error:  # whatever an author's module does
        yield _place(error, path), _why(error)
        return
    lines = {
        node.name: node.lineno
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    meant: list[str] = []
    for check in checks:
        line = lines.get(check.function.__name__)
        place = f":{line}" if line else ""
        if check.step not in lab.step_ids:
            steps = ", ".join(lab.step_ids)
            what = f"expected a check for one of {steps}; got {check.step!r}"
            yield place, what + like(check.step, lab.step_ids)
            meant += get_close_matches(check.step, lab.step_ids, n=1, cutoff=0.6)
        for what in _shape(check):
            yield place, what
    there = [check.step for check in checks]
    for step in lab.step_ids:
        if step not in (*there, *meant):
            yield "", f"expected a check for step {step!r}, there is none"
    both = [step for step in lab.step_ids if step in there]
    known = [step for step in there if step in lab.step_ids]
    if both != known:
        order = f"{', '.join(both)}; got {', '.join(known)}"
        yield "", f"expected the checks in the order of lab.toml: {order}"


def _fresh(name: str) -> ModuleType:
    """Import a checker; one that could not be imported before is tried anew."""
    return sys.modules.get(name) or import_module(name)


def _place(error: BaseException, path: Path) -> str:
    """Return the line of a checker in which its import failed, as ``:12``."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path]
    return f":{lines[-1]}" if lines else ""


def _why(error: BaseException) -> str:
    """Say why a checker cannot be imported."""
    if isinstance(error, CheckError):
        return str(error)
    near = ""
    if isinstance(error, NameError) and error.name:
        near = like(error.name, ("check", "fail", "Work"))
    return f"expected to be imported, got {type(error).__name__}: {error}{near}"


def _shape(check: Check) -> Iterator[str]:
    """Say what is wrong with the way a check is called."""
    name, function = check.function.__name__, check.function
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        yield f"{name}: expected a plain function, got one with async or yield"
    signature = inspect.signature(function)
    try:
        signature.bind(None)
    except TypeError:
        got = f"def {name}{signature}"
        yield f"{name}: expected one parameter, as in {EXAMPLE!r}, got {got!r}"


def _slips(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and sentence of slips that can be seen without running anything."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef():
                for item in node.decorator_list:
                    if isinstance(item, ast.Name) and item.id == "check":
                        what = f'expected @check("the-steps-id") above {node.name}, '
                        yield item.lineno, what + "got @check without a step"
            case ast.Attribute(value=ast.Name(id="work")) if node.attr not in WORK:
                known = f"work.{node.attr}: expected one of {', '.join(WORK)}"
                yield node.lineno, known + like(node.attr, WORK)
            case ast.Name(id="__file__"):
                what = "__file__: expected work.file(…), a seat has no file beside it"
                yield node.lineno, what
            case ast.Call(func=ast.Name(id="fail")):
                yield from _failing(node)


def _failing(call: ast.Call) -> Iterator[tuple[int, str]]:
    """Say what is wrong with ``fail(reason, hint)``."""
    words = [word.arg for word in call.keywords]
    spread = None in words or any(isinstance(a, ast.Starred) for a in call.args)
    if len(call.args) + len(words) != 2 and not spread:
        what = f"expected fail(reason, hint), got {shorter(ast.unparse(call))}"
        yield call.lineno, what
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Constant) and not (
        isinstance(first.value, str) and ID.fullmatch(first.value)
    ):
        what = f"fail: expected a reason like 'rows-lost', got {first.value!r}"
        yield call.lineno, what


def shorter(text: str, most: int = 60) -> str:
    """Return a line of code, cut where it is long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
