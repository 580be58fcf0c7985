"""Line: who waits for help, in which order, and who has the same question.

Places are worked out when somebody asks for them, so a hundred calls for help in one
moment cost one sorting.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hub.room.asks import AskState, newest
from hub.room.progress import SeatFacts


@dataclass(frozen=True, slots=True)
class _Ask:
    """An open ask: the newest of its seat."""

    name: str
    row: int
    waits: bool
    same: str


class Line:
    """The open asks of one room."""

    def __init__(self) -> None:
        self._open: dict[str, _Ask] = {}
        self._places: dict[str, tuple[int | None, int]] | None = {}

    def copy(self) -> Line:
        """Return a line that changes apart from this one."""
        line = Line()
        line._open, line._places = dict(self._open), None
        return line

    def put(self, seat: str, facts: SeatFacts) -> bool:
        """Take in a seat's asks as they are now; says whether the line changed."""
        found, ask = newest(facts.asks), None
        if found and found[1].open:
            name, known = found
            waits = known.state is AskState.WAITING
            ask = _Ask(name, known.row, waits, known.same)
        if ask == self._open.get(seat):
            return False
        if ask:
            self._open[seat] = ask
        else:
            del self._open[seat]
        self._places = None
        return True

    def places(self) -> dict[str, tuple[int | None, int]]:
        """Return by seat its place among those that wait, and others who ask the same.

        A place counts from 1 and is None where somebody goes already.
        """
        if self._places is None:
            line = sorted(self._open.items(), key=lambda item: item[1].row)
            waiting = [seat for seat, ask in line if ask.waits]
            place = {seat: number for number, seat in enumerate(waiting, 1)}
            same = {ask.name: ask.same for _, ask in line if ask.same}
            roots = {seat: _root(ask.name, same) for seat, ask in line}
            count = Counter(roots.values())
            self._places = {
                seat: (place.get(seat), count[roots[seat]] - 1) for seat, _ in line
            }
        return self._places

    def place(self, seat: str) -> tuple[int | None, int]:
        """Return one seat's place, and how many others ask the same."""
        return self.places().get(seat, (None, 0))


def _root(name: str, same: dict[str, str]) -> str:
    """Return the ask that an ask is the same as in the end; a circle has one, too."""
    seen = [name]
    while name in same and same[name] not in seen:
        name = same[name]
        seen.append(name)
    return min(seen[seen.index(same[name]) :]) if name in same else name
