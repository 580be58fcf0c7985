"""Asserting: what was on both sides of an assertion that did not hold.

A test says `assert squares(2) == [1, 4]`; an attendee wants to know what `squares(2)`
gave. So comparisons in assertions without a message remember their sides.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from contextlib import suppress
from reprlib import Repr
from typing import Any

from checkers import _, name_of, noun

_OPERATORS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
NAME = "__airlift_seen__"
_SHOWN = (
    *(int, float, complex, bool, str, bytes, type(None)),
    *(list, tuple, dict, set, frozenset),
)
_short = Repr()
_short.maxlist = _short.maxtuple = _short.maxset = _short.maxdict = 12
_short.maxstring = _short.maxother = _short.maxlong = 60
_short.maxlevel = 3


class Seen:
    """The sides of the comparison that an assertion made last."""

    def __init__(self) -> None:
        self.sides: tuple[str, str, object, object] | None = None

    def __call__(
        self, sign: str, words: str, turned: bool, left: Any, right: Any
    ) -> Any:
        """Compare as the assertion would, and remember."""
        self.sides = (
            (sign, words, right, left) if turned else (sign, words, left, right)
        )
        compare = next(f for kind, f in _OPERATORS.items() if kind.__name__ == sign)
        return compare(left, right)


def recorded(tree: ast.Module) -> ast.Module:
    """Return code whose assertions tell the `Seen` under `NAME` what they compare."""
    changed: ast.Module = _Recorder().visit(tree)
    return ast.fix_missing_locations(changed)


class _Recorder(ast.NodeTransformer):
    """Puts a call of `Seen` in the place of single comparisons."""

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        """Change `assert a == b`, unless it has a message of its own."""
        test = node.test
        if node.msg is None and isinstance(test, ast.Compare) and len(test.ops) == 1:
            left, right = test.left, test.comparators[0]
            sign = type(test.ops[0]).__name__
            turned = sign == "Eq" and _is_plain(left)
            words = ast.unparse(right if turned else left)
            told = [ast.Constant(value) for value in (sign, words, turned)]
            call = ast.Call(ast.Name(NAME, ast.Load()), [*told, left, right], [])
            node.test = ast.copy_location(call, test)
        return node


def _is_plain(node: ast.expr) -> bool:
    """Tell whether an expression is a value as it stands."""
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def spoken(said: str, seen: Seen, line: str) -> str:
    """Return the hint for an assertion that did not hold.

    Args:
        said: its own message, or "".
        seen: what was compared last.
        line: the line of the test.
    """
    if said:
        return said
    if seen.sides is None or not line.startswith("assert"):
        return _("This does not hold yet: `{line}`").format(line=line)
    sign, words, left, right = seen.sides
    if sign == "Eq":
        text = _("`{words}` gives {left}; expected {right}.")
        return text.format(words=words, left=shown(left), right=shown(right))
    text = _("This does not hold yet: `{line}`; `{words}` gives {left}.")
    return text.format(line=line, words=words, left=shown(left))


def shown(value: Any) -> str:
    """Show a value in a few characters; of what is not plain, only the type."""
    kind = type(value)
    with suppress(Exception):  # too large, or hostile inside
        if kind.__module__ == "numpy" and value.size <= _short.maxlist:
            return _short.repr(value.tolist())
        if kind in _SHOWN:
            return _short.repr(value)
    return noun(name_of(value))
