"""Snapshot: a kernel's names as they were, for one wrong answer after the other.

These functions run inside a `LabKernel`. What a mistake does to a value in place is
undone too, since a snapshot holds copies; what cannot be copied (a module, an open
file) is the same object again.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

IPYTHONS = frozenset(("In", "Out", "exit", "get_ipython", "open", "quit"))
"""Names that a kernel gives itself; a copy of them would copy the kernel."""
_kept: dict[str, Any] = {}


def keep(namespace: dict[str, Any]) -> None:
    """Remember the names and values that there are."""
    _kept.clear()
    _kept.update(_copied(namespace))


def restore(namespace: dict[str, Any]) -> None:
    """Make the namespace what it was when it was kept."""
    for name in [name for name in namespace if _is_attendees(name)]:
        if name not in _kept:
            del namespace[name]
    namespace.update(_copied(_kept))


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
