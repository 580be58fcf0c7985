"""Snapshot: a kernel's names as they were, for one wrong answer after the other.

These functions run inside a `LabKernel`. What a mistake does to a value in place is
undone too, since a snapshot holds copies; what cannot be copied (a module, an open
file) is the same object again.
"""

from __future__ import annotations

import copy
import hashlib
import io
import itertools
import pickle
import sys
from collections.abc import Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

IPYTHONS = frozenset(("In", "Out", "exit", "get_ipython", "open", "quit"))
"""Names that a kernel gives itself; a copy of them would copy the kernel."""
_kept: dict[str, Any] = {}
_put: dict[str, Any] = {}
"""What `restore` put there last: the same object is as it was."""
_unlike = itertools.count()


def keep(namespace: dict[str, Any]) -> None:
    """Remember the names and values that there are."""
    _kept.clear()
    _kept.update(_copied(namespace))


def restore(namespace: dict[str, Any]) -> None:
    """Make the namespace what it was when it was kept."""
    for name in [name for name in namespace if _is_attendees(name)]:
        if name not in _kept:
            del namespace[name]
    _put.clear()
    _put.update(_copied(_kept))
    namespace.update(_put)


def _copied(names: Mapping[str, Any]) -> dict[str, Any]:
    """Copy values deeply; one value under two names stays one value."""
    memo: dict[int, Any] = {}
    return {
        name: _copy(value, memo) for name, value in names.items() if _is_attendees(name)
    }


def _is_attendees(name: str) -> bool:
    """Tell whether a name was made by a cell."""
    return not name.startswith("_") and name not in IPYTHONS


def _copy(value: Any, memo: dict[int, Any]) -> Any:
    """Copy one value, or return it where that is not possible."""
    try:
        return copy.deepcopy(value, memo)
    except (TypeError, AttributeError, NotImplementedError, ValueError):
        return value


def contents(namespace: dict[str, Any]) -> dict[str, str]:
    """Return a hash of each value's content; what has none is never like another."""
    return {
        name: content(value) or _unsaid(name, value)
        for name, value in namespace.items()
        if _is_attendees(name)
    }


def _unsaid(name: str, value: object) -> str:
    """Return what stands for a value whose content nobody can tell."""
    return "as it was" if _put.get(name) is value else f"unlike {next(_unlike)}"


def content(value: object) -> str:
    """Return a hash of a value's content; "" when nothing can be told of that."""
    if isinstance(value, FunctionType):
        return _function(value)
    if isinstance(value, ModuleType):
        return value.__name__
    if isinstance(value, type):
        return ""  # pickled by its name alone
    if picture := _picture(value):
        return picture
    try:
        once, again = pickle.dumps(value), pickle.dumps(value)
    except Exception:  # whatever an attendee's value does when it is pickled
        return ""
    return hashlib.sha256(once).hexdigest() if once == again else ""


def _function(function: FunctionType) -> str:
    """Return a hash of a function: its code, and the values that it holds; else ""."""
    named = dict(sorted((function.__kwdefaults__ or {}).items()))
    try:
        closed = [cell.cell_contents for cell in function.__closure__ or ()]
        held = [*(function.__defaults__ or ()), *named.values(), *closed]
        parts = [content(value) for value in held]
    except (ValueError, RecursionError):  # a cell still empty; one that holds itself
        return ""
    if not all(parts):
        return ""
    whole = (_code(function.__code__), list(named), parts)
    return hashlib.sha256(repr(whole).encode()).hexdigest()


def _picture(value: object) -> str:
    """Return a hash of what a matplotlib figure, or that of axes, shows; else ""."""
    figures = getattr(sys.modules.get("matplotlib.figure"), "Figure", None)
    figure: Any = getattr(value, "figure", None)
    if figures is None or not isinstance(figure, figures):
        return ""
    try:
        picture = io.BytesIO()
        figure.savefig(picture, format="raw", dpi=50)
        return hashlib.sha256(picture.getvalue()).hexdigest()
    except Exception:  # whatever somebody did to the figure
        return ""


def _code(code: CodeType) -> tuple[Any, ...]:
    """Return what makes a function's code, without its place."""
    constants = [_code(c) if isinstance(c, CodeType) else c for c in code.co_consts]
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
    names = (code.co_names, code.co_varnames, code.co_freevars)
    return code.co_code, constants, counts, code.co_flags, names
