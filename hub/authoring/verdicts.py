"""Verdicts: what each check of a lab looks at and can say, read from its source.

The checker is not run. A reason counts for a check when the check names it, or a
function of the same module that it calls.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One check: its docstring's sentence, and the reasons it can give, in order."""

    looks_at: str
    reasons: tuple[str, ...]


def verdicts(source: str) -> dict[str, Verdicts]:
    """Return the verdicts of a checker by step; none of source that is no Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return {}
    functions = {
        node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)
    }
    found = {}
    for name, node in functions.items():
        for step in _steps(node):
            said = inspect.cleandoc(ast.get_docstring(node) or "")
            reasons = _reasons(name, functions, set())
            found[step] = Verdicts(said, tuple(dict.fromkeys(reasons)))
    return found


def _steps(node: ast.FunctionDef) -> Iterator[str]:
    """Yield the steps that a function checks."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _name(decorator) == "check":
            yield from _texts(decorator.args[0]) if decorator.args else ()


def _reasons(
    name: str, functions: dict[str, ast.FunctionDef], seen: set[str]
) -> Iterator[str]:
    """Yield the reasons of a function and of those it calls, each function once."""
    seen.add(name)
    nodes = list(ast.walk(functions[name]))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    said = {name: value for node in nodes for name, value in _assigned(node)}
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        called = _name(call)
        if called == "fail" and call.args:
            given = call.args[0]
            if isinstance(given, ast.Name):
                given = said.get(given.id, given)
            yield from _texts(given)
        elif called in functions and called not in seen:
            yield from _reasons(called, functions, seen)


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the name and the value of an assignment to one name."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        yield node.targets[0].id, node.value


def _name(call: ast.Call) -> str:
    """Return the name of what is called."""
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the strings that an expression can be."""
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
