"""Line: who waits in which order, and who asks the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.room.asks import AskFacts
from hub.room.line import Line
from hub.room.progress import SeatFacts


def asking(
    row: int, name: str, goes: str = "", same: str = "", **more: bool
) -> SeatFacts:
    """Return the facts of a seat with one ask."""
    ask = AskFacts(row=row, goes=goes, likened=(1, same), **more)  # type: ignore[arg-type]
    return SeatFacts(asks={name: ask})


def test_who_asked_first_is_first() -> None:
    """A claimed ask has no place; an ended one is not in the line."""
    line = Line()
    assert line.put("s1", asking(7, "a1"))
    assert line.put("s2", asking(3, "a2"))
    assert line.put("s3", asking(1, "a3", goes="p1"))
    assert line.places() == {"s3": (None, 0), "s2": (1, 0), "s1": (2, 0)}
    assert not line.put("s1", asking(7, "a1"))
    assert line.put("s2", asking(3, "a2", solved=True))
    assert (line.place("s1"), line.place("s2")) == ((1, 0), (None, 0))
    assert not line.put("s2", SeatFacts())


def test_those_who_ask_the_same_are_counted() -> None:
    """Also where one is the same as another that is the same as a third."""
    line = Line()
    line.put("s1", asking(1, "a1"))
    line.put("s2", asking(2, "a2", same="a1"))
    line.put("s3", asking(3, "a3", same="a2"))
    line.put("s4", asking(4, "a4"))
    assert [line.place(seat)[1] for seat in ("s1", "s2", "s3", "s4")] == [2, 2, 2, 0]
    line.put("s1", SeatFacts())
    assert [line.place(seat)[1] for seat in ("s2", "s3")] == [1, 1]


@given(st.lists(st.sampled_from(["", "a0", "a1", "a2", "a3", "gone"]), max_size=4))
def test_circles_have_an_end(same: list[str]) -> None:
    """Whatever is the same as what; all of a circle agree."""
    line = Line()
    for number, other in enumerate(same):
        line.put(f"s{number}", asking(number + 1, f"a{number}", same=other))
    places = line.places()
    assert len(places) == len(same)
    for number, other in enumerate(same):
        if other[1:].isdecimal() and int(other[1:]) < len(same):
            assert places[f"s{number}"][1] == places[f"s{other[1:]}"][1]
