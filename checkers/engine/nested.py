"""Cells that run inside other cells: one run by a person is one try.

``%%capture`` runs the rest of its cell as a cell of its own, and so does code that
calls `run_cell`. What such inner cells did is added to the outer one.
"""

from __future__ import annotations

from threading import get_ident
from typing import Any

from checkers.engine.steps import Found


class Nested:
    """The outermost cell that runs in each thread, and what its inner cells were."""

    def __init__(self) -> None:
        self._outer: dict[int, Any] = {}
        self._inner: dict[int, list[Found]] = {}
        self._error: dict[int, BaseException] = {}

    def begin(self, info: Any) -> None:
        """Note that a cell begins; one with an id comes from a front end."""
        thread = get_ident()
        if info.cell_id or thread not in self._outer:
            self._outer[thread] = info
            self._inner.pop(thread, None)
            self._error.pop(thread, None)

    def source(self) -> str:
        """Return the source of the outermost cell that runs in this thread now."""
        info = self._outer.get(get_ident())
        return "" if info is None else str(info.raw_cell)

    def end(
        self, info: Any, found: tuple[Found, ...], error: BaseException | None
    ) -> tuple[tuple[Found, ...], BaseException | None]:
        """Note that a cell has ended; return what is to be checked now, and its error.

        Nothing for an inner cell: its outer one has it. A cell whose beginning was
        not seen is an outer one.
        """
        thread = get_ident()
        if self._outer.get(thread, info) is not info:
            if found:
                self._inner.setdefault(thread, []).extend(found)
                if error is not None:
                    self._error[thread] = error
            return (), None
        self._outer.pop(thread, None)
        if thread in self._inner:
            found = tuple(dict.fromkeys((*self._inner.pop(thread), *found)))
            error = self._error.pop(thread, None) if error is None else error
        return found, error
