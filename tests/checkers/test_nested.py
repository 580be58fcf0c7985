"""Cells within cells, by what the shell says of their beginnings and ends."""

from __future__ import annotations

from types import SimpleNamespace

from checkers.engine.nested import Nested
from checkers.engine.steps import Found, SeatLab, SeatStep

STEP = SeatStep("a", "A", 1, ("a",))
FOUND = (Found(SeatLab("tiny", "Tiny", "1", (STEP,)), STEP),)
ERROR = ValueError("wrong")


def cell(cell_id: str | None = None) -> SimpleNamespace:
    """Return what the shell says of a cell."""
    return SimpleNamespace(cell_id=cell_id)


def test_an_inner_cell_is_left_to_the_outer_one() -> None:
    """Its steps and its error come with the outer's end, each step once."""
    nested, outer, inner = Nested(), cell("x"), cell()
    nested.begin(outer)
    nested.begin(inner)
    assert nested.end(inner, FOUND, ERROR) == ((), None)
    assert nested.end(outer, FOUND, None) == (FOUND, ERROR)
    assert nested.end(outer, (), None) == ((), None)


def test_a_cell_whose_beginning_was_not_seen_is_an_outer_one() -> None:
    """As the one that loads the extension, and empty ones."""
    assert Nested().end(cell(), FOUND, ERROR) == (FOUND, ERROR)


def test_a_cell_that_never_ended_does_not_swallow_the_next() -> None:
    """A cell from a front end is an outer one, whatever was before."""
    nested, lost, following = Nested(), cell("x"), cell("y")
    nested.begin(lost)
    nested.begin(following)
    assert nested.end(following, FOUND, None) == (FOUND, None)
