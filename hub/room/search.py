"""Search: some seats of a room by name, zone or number. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MOST_FOUND = 50
"""Seats that a search gives at most."""
MOST_BLOCK = 100
"""Seats that a range of numbers gives at most: one block of the heat map."""
MOST_TYPED = 100
"""Characters of a question that count."""


@dataclass(frozen=True, slots=True)
class Label:
    """What people call a seat."""

    seat: str
    number: int
    name: str
    zone: str


def search(labels: Iterable[Label], typed: str) -> list[str]:
    """Return the seats that somebody may mean, the likeliest first.

    A number is that seat; a zone is everybody there; of names, those that begin so come
    before those that hold it elsewhere.
    """
    wanted = _plain(typed[:MOST_TYPED])
    if not wanted:
        return []
    ranked = ((_rank(one, wanted), one.number, one.seat) for one in labels)
    found = sorted(line for line in ranked if line[0])
    return [seat for _, _, seat in found[:MOST_FOUND]]


def between(labels: Iterable[Label], first: int, last: int) -> list[str]:
    """Return the seats with numbers of a range, in order."""
    here = ((one.number, one.seat) for one in labels)
    found = sorted(line for line in here if first <= line[0] <= last)
    return [seat for _, seat in found[:MOST_BLOCK]]


def _rank(label: Label, wanted: str) -> int:
    """Return how well a seat fits, from 1; 0 when it does not."""
    name = _plain(label.name)
    ranks = (
        wanted == str(label.number),
        wanted == _plain(label.zone),
        name.startswith(wanted),
        any(word.startswith(wanted) for word in name.split()),
        wanted in name,
    )
    return next((rank for rank, fits in enumerate(ranks, 1) if fits), 0)


def _plain(text: str) -> str:
    """Return a text without case, accents and needless spaces."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    kept = (char for char in parts if not unicodedata.combining(char))
    return " ".join("".join(kept).split())
