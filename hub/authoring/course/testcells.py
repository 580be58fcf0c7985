"""Test cells: which of nbgrader's autograded tests can be a check, and which cannot.

A test that cannot be run, or that checks nothing whatever the work is, is never part
of a step: nothing may count as passed that checks nothing.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from IPython.core.inputtransformer2 import TransformerManager

_HARMLESS = ("matplotlib", "config", "load_ext", "autoreload", "pylab", "precision")
"""Magics that show or load something: a check does without them."""
_WRAPPERS = ("time", "capture")
"""Cell magics whose cell is run all the same."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SHOWS = ("print", "display")


class Judged(NamedTuple):
    """A test cell as a check can run it.

    Args:
        source: Python, without magics.
        why: why it can be no check; "" when it can.
    """

    source: str
    why: str


def judged(source: str) -> Judged:
    """Judge one test cell by its text alone."""
    if autotests(source):
        return Judged(source, "its AUTOTEST lines could not be made into tests")
    try:
        tree = _plain(source)
    except SyntaxError as error:
        return Judged(source, f"no Python: {error.msg} in line {error.lineno}")
    except _MagicError as error:
        return Judged(
            source, f"it uses {error}, which no check can: write it in Python"
        )
    why = _asks(tree) or idle(tree)
    kept = source if _is_python(source) else ast.unparse(tree)
    return Judged(kept, why)


def idle(tree: ast.Module) -> str:
    """Say why code checks nothing, whatever the work is; "" when it may check some."""
    if not any(not _is_constant(node) for node in tree.body):
        return "it is empty, so it checks nothing"
    if any(not _is_quiet(node) for node in tree.body):
        return ""
    named = [node.name for node in tree.body if isinstance(node, _DEFINITIONS)]
    if named:
        return f"it defines {', '.join(named)} and never uses it, so it checks nothing"
    return "it asserts nothing, so it checks nothing"


class _MagicError(Exception):
    """A cell uses a magic that a check cannot."""


def autotests(source: str) -> list[str]:
    """Return the lines of a cell that nbgrader is to make tests of."""
    comments = [line for line in source.split("\n") if line.lstrip().startswith("#")]
    return [line for line in comments if "AUTOTEST" in line]


def _is_python(source: str) -> bool:
    """Tell whether a cell is Python as it stands."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def _plain(source: str) -> ast.Module:
    """Return a cell as Python, without the magics that a check does without."""
    if _is_python(source):
        return ast.parse(source)
    try:
        tree = ast.parse(_transformed(source))
    except ValueError as error:
        raise SyntaxError(str(error)) from None
    body: list[ast.stmt] = []
    for node in tree.body:
        magic, words = _magic(node)
        if magic in _WRAPPERS and len(words) == 3 and words[1] == "":
            return _plain(words[2])
        if magic not in _HARMLESS:
            body.append(node)
    for part in ast.walk(ast.Module(body, [])):
        if isinstance(part, ast.Call) and "get_ipython()" in ast.unparse(part.func):
            raise _MagicError(_named(part))
    return ast.Module(body, [])


def _transformed(source: str) -> str:
    """Return a cell with its magics as calls, as IPython makes them."""
    manager = TransformerManager()  # type: ignore[no-untyped-call]
    return str(manager.transform_cell(source))


def _magic(node: ast.AST) -> tuple[str, list[str]]:
    """Return the name of the magic that a statement is, and all its words."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return "", []
    call = node.value
    if not ast.unparse(call.func).startswith("get_ipython().run_"):
        return "", []
    words = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    texts = [str(word) for word in words]
    return texts[0] if texts else "", texts


def _named(call: ast.Call) -> str:
    """Name what a call of IPython was in the cell."""
    words = [str(arg.value) for arg in call.args if isinstance(arg, ast.Constant)]
    what = ast.unparse(call.func).rpartition(".")[2]
    sign = {"run_line_magic": "%", "run_cell_magic": "%%", "system": "!"}.get(what, "!")
    return f"{sign}{words[0].split()[0] if words and words[0].split() else ''}"


def _asks(tree: ast.Module) -> str:
    """Say that a test asks somebody; "" when it does not."""
    own = any(
        isinstance(node, ast.Name) and node.id == "input" and _is_stored(node)
        for node in ast.walk(tree)
    )
    calls = any(
        isinstance(node, ast.Call) and ast.unparse(node.func) == "input"
        for node in ast.walk(tree)
    )
    return "it asks with input(), and nobody types into a check" if calls > own else ""


def _is_stored(node: ast.Name) -> bool:
    """Tell whether a name is given a value."""
    return isinstance(node.ctx, ast.Store)


def _is_constant(node: ast.AST) -> bool:
    """Tell whether a statement is a value that stands for itself, or nothing."""
    if isinstance(node, ast.Pass):
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_quiet(node: ast.stmt) -> bool:
    """Tell whether a top-level statement can never say that the work is wrong."""
    if _is_constant(node) or isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, _DEFINITIONS):
        return not node.decorator_list
    if isinstance(node, ast.Assert):
        full = isinstance(node.test, ast.Tuple) and bool(node.test.elts)
        return full or (isinstance(node.test, ast.Constant) and bool(node.test.value))
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return node.value is None or _is_plain(node.value)
    return isinstance(node, ast.Expr) and _only_shows(node.value)


def _only_shows(value: ast.expr) -> bool:
    """Tell whether an expression only prints what is written there."""
    if not isinstance(value, ast.Call) or ast.unparse(value.func) not in _SHOWS:
        return _is_plain(value)
    return all(_is_plain(arg) for arg in value.args)


def _is_plain(value: ast.expr) -> bool:
    """Tell whether an expression asks nothing of the work."""
    if isinstance(value, ast.Lambda):
        return True
    names = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Await)
    return not any(isinstance(node, names) for node in ast.walk(value))
