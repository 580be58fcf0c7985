"""Apart: copies of the values that a test can reach, so that it changes no original."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

MOST_PARTS = 100_000
"""Parts of a value at most, all of them counted, for it to be copied."""
MOST_BYTES = 64 * 2**20
"""Bytes of an array or table at most."""
_PLAIN = (int, float, complex, bool, str, bytes, type(None))
_HOMES = ("builtins", "collections", "numpy", "pandas", "array", "__main__")


def copies(names: Mapping[str, Any], *codes: CodeType) -> dict[str, Any]:
    """Return deep copies of the values that some code can change, by their names.

    Args:
        names: the namespace.
        codes: compiled code; what the attendee's functions it calls use counts, too.
    """
    memo: dict[int, Any] = {}
    found = {}
    for name in _reached(names, codes):
        value = names[name]
        try:
            if _can_change(value) and _is_small(value):
                found[name] = copy.deepcopy(value, memo)
        except Exception:  # noqa: S112 - whatever a class of theirs does not like
            continue
    return found


def _reached(names: Mapping[str, Any], codes: Iterable[CodeType]) -> list[str]:
    """Return the names that code reads, directly or in functions it may call."""
    found: dict[str, None] = {}
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        waiting += [part for part in code.co_consts if isinstance(part, CodeType)]
        for name in code.co_names:
            if name not in found and name in names:
                found[name] = None
                waiting += _codes_of(names[name])
    return list(found)


def _codes_of(value: object) -> Iterator[CodeType]:
    """Yield the code of a function, or of a class's or an object's methods."""
    if type(value) is FunctionType:
        yield value.__code__
        return
    kind = value if isinstance(value, type) else type(value)
    if kind.__module__ == "__main__":
        for part in vars(kind).values():
            if type(part) is FunctionType:
                yield part.__code__


def _can_change(value: object) -> bool:
    """Tell whether a value is of a kind that is worth a copy."""
    kind = type(value)
    if kind in _PLAIN or isinstance(value, (type, FunctionType)):
        return False
    return str(kind.__module__).partition(".")[0] in _HOMES


def _is_small(value: object) -> bool:
    """Tell whether a value is quick to copy."""
    left, waiting = MOST_PARTS, [value]
    while waiting and left > 0:
        part = waiting.pop()
        left -= 1
        if type(part) in _PLAIN:
            continue
        if isinstance(part, dict):
            left -= len(part)
            waiting += part.values() if left > 0 else ()
        elif isinstance(part, (list, tuple, set, frozenset)):
            waiting += part if len(part) < left else ()
            left -= len(part) if len(part) >= left else 0
        elif _bytes(part) > MOST_BYTES:
            return False
        else:
            waiting += getattr(part, "__dict__", {}).values()
    return left > 0


def _bytes(value: Any) -> int:
    """Return the size of an array or table; 0 for anything else."""
    try:
        if type(value).__module__ == "numpy":
            return int(value.nbytes)
        used = value.memory_usage(index=True)
        return int(used if isinstance(used, int) else used.sum())
    except Exception:
        return 0  # no table, or one of their own making
