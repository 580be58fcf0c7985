"""Garbage: values that an attendee may have where a check looks for an answer.

`hub.authoring.stand.garbage` runs this file's text inside a namespace like an
attendee's, so that what raises here is, for the checks, the attendee's own code.
Nothing imports it.
"""

from __future__ import annotations

import signal as _signal
import sys
from collections.abc import Iterator
from typing import Any, NoReturn


def _raise(*_args: Any, **_kwargs: Any) -> NoReturn:
    """Stand in for any method."""
    raise RuntimeError("this value does not like to be looked at")


_TRAPS = (
    *("__bool__", "__call__", "__contains__", "__eq__", "__float__", "__format__"),
    *("__ge__", "__getitem__", "__gt__", "__hash__", "__index__", "__int__"),
    *("__iter__", "__le__", "__len__", "__lt__", "__ne__", "__repr__", "__str__"),
    *("strip", "casefold", "tolist"),
)
_IN_ONE_COLUMN = ("nothing", "huge number", "a list", "quits", "closed")
_traps = dict.fromkeys(_TRAPS, _raise)
_SOON, _AGAIN = 0.001, 0.2
"""Seconds until a check is told to stop that waits for what never ends."""


class Quits:
    """Ends the program when it is compared, counted or shown."""

    def __eq__(self, other: object) -> bool:
        raise SystemExit(3)

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        raise SystemExit(3)

    def __repr__(self) -> str:
        raise SystemExit(3)


class Closed:
    """Has no attribute that can be read."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


def _forever(*_args: Any, **_kwargs: Any) -> NoReturn:
    """Stand in for any method, and never end.

    The time that the check has left is over at once, so that nobody has to wait for it;
    what it does about that is the same.
    """
    _signal.setitimer(_signal.ITIMER_REAL, _SOON, _AGAIN)
    while True:
        pass


def _endless() -> Iterator[int]:
    """Yield for ever."""
    while True:
        yield 0


def plain() -> dict[str, Any]:
    """Return garbage that needs no package."""
    hostile = type("Hostile", (), dict(_traps))
    liar: Any = type("Liar", (str,), dict(_traps))
    number: Any = type("Number", (float,), dict(_traps))
    listed: Any = type("Listed", (list,), dict(_traps))
    return {
        "None": None,
        "Ellipsis": ...,
        "True": True,
        "zero": 0,
        "huge number": 10**5000,
        "not a number": float("nan"),
        "infinity": float("inf"),
        "empty text": "",
        "huge text": "x" * 10_000_000,
        "lone surrogate": "\ud800",
        "bytes": b"\xff",
        "empty list": [],
        "huge list": [0] * 1_000_000,
        "empty dictionary": {},
        "set": {1, "a"},
        "function": _raise,
        "class": Quits,
        "module": sys,
        "generator": _endless(),
        "exception": KeyError("x"),
        "hostile object": hostile(),
        "hostile text": liar("x"),
        "hostile number": number(1),
        "hostile list": listed(),
        "quits": Quits(),
        "closed": Closed(),
    }


def tables(real: Any) -> dict[str, Any]:
    """Return garbage made of a pandas table: its shape is right, what is in it not."""
    pandas: Any = sys.modules["pandas"]
    traps = ("__len__", "__getitem__", "__iter__", "__eq__", "__repr__")
    kind: Any = type("Table", (type(real),), dict.fromkeys(traps, _raise))
    named: Any = type("Named", (type(real),), {"columns": property(_raise)})
    found = {
        "empty table": pandas.DataFrame(),
        "no rows": real.head(0),
        "three rows": real.head(3),
        "columns twice": pandas.concat([real, real], axis=1),
        "rows twice": pandas.concat([real, real]),
        "columns in two levels": pandas.concat({"a": real}, axis=1),
        "turned": real.head(50).T,
        "a column": real.iloc[:, 0],
        "an array": real.head(50).to_numpy(),
        "hostile table": kind(real),
        "hostile columns": named(real),
        "index named twice": real.set_axis(
            pandas.MultiIndex.from_arrays([range(len(real))] * 2, names=["city"] * 2)
        ),
    }
    cells = {
        "nothing": None,
        "text": "x",
        "empty text": "",
        "bytes": b"\xff",
        "huge number": 10**400,
        "infinity": float("inf"),
        "a list": [1],
        "missing": pandas.NA,
        "no time": pandas.NaT,
        "a class": Quits,
        "quits": Quits(),
        "closed": Closed(),
    }
    for name, cell in cells.items():
        full = {column: [cell] * len(real) for column in real.columns}
        found[f"all cells: {name}"] = pandas.DataFrame(
            full, index=real.index, dtype=object
        )
        for column in list(real.columns)[:12] if name in _IN_ONE_COLUMN else ():
            table = real.copy()
            table[column] = pandas.Series([cell] * len(real), real.index, dtype=object)
            found[f"column {column}: {name}"] = table
    return found


def pictures(real: Any) -> dict[str, Any]:
    """Return garbage made of matplotlib axes."""
    figure: Any = sys.modules["matplotlib.figure"].Figure()
    traps = dict.fromkeys(("get_xlabel", "get_ylabel", "get_title"), _raise)
    kind: Any = type("Axes", (type(real),), traps)
    words = figure.add_subplot()
    words.bar(["a"] * 10, [float("nan")] * 10)
    uneven = figure.add_subplot()
    uneven.containers = [None, "x", []]
    return {
        "empty axes": figure.add_subplot(),
        "hostile axes": kind(figure, (0, 0, 1, 1)),
        "bars without length": words,
        "strange containers": uneven,
        "figure": figure,
    }


def endless(real: Any) -> dict[str, Any]:
    """Return values whose methods never end: of no kind, and of that of a right one."""
    traps = dict.fromkeys(_TRAPS, _forever)
    found = {"endless object": type("Endless", (), dict(traps))()}
    for kind in (str, int, float, list, dict):
        if isinstance(real, kind) and not isinstance(real, bool):
            like: Any = type("Endless", (kind,), dict(traps))
            found[f"endless {kind.__name__}"] = like(real)
    frames = getattr(sys.modules.get("pandas"), "DataFrame", None)
    if frames and isinstance(real, frames):
        names = ("__len__", "__getitem__", "__iter__", "__eq__")
        table: Any = type("Endless", (type(real),), dict.fromkeys(names, _forever))
        found["endless table"] = table(real)
    return found


def garbage(real: Any) -> dict[str, Any]:
    """Return everything to put in the place of one right value."""
    found = plain() | endless(real)
    pandas = sys.modules.get("pandas")
    if pandas and isinstance(real, pandas.DataFrame):
        found |= tables(real)
    axes = getattr(sys.modules.get("matplotlib.axes"), "Axes", None)
    if axes and isinstance(real, axes):
        found |= pictures(real)
    return found
