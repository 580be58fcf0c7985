"""Search: whom somebody may mean, as a table."""

from __future__ import annotations

import pytest

from hub.room.search import MOST_BLOCK, MOST_FOUND, Label, between, search

LABELS = [
    Label("s1", 1, "Ana", "3"),
    Label("s2", 2, "Anna (2)", ""),
    Label("s3", 3, "Zoë Banana", "window"),
    Label("s12", 12, "Jo", "3"),
]


@pytest.mark.parametrize(
    ("typed", "seats"),
    [
        ("", []),
        ("   ", []),
        ("an", ["s1", "s2", "s3"]),
        ("ANA", ["s1", "s3"]),
        ("zoe", ["s3"]),
        ("  zoë   ban", ["s3"]),
        ("3", ["s3", "s1", "s12"]),
        ("12", ["s12"]),
        ("Window", ["s3"]),
        ("nobody", []),
        ("(2)", ["s2"]),
    ],
)
def test_names_zones_and_numbers_are_found(typed: str, seats: list[str]) -> None:
    """Without case and accents; the likeliest first."""
    assert search(LABELS, typed) == seats


def test_a_range_is_in_the_order_of_numbers() -> None:
    """Both ends are in it."""
    assert between(reversed(LABELS), 2, 12) == ["s2", "s3", "s12"]


def test_what_is_found_is_bounded() -> None:
    """A large room does not come back whole."""
    many = [Label(f"s{number}", number, "Ana", "") for number in range(1, 400)]
    assert len(search(many, "ana")) == MOST_FOUND
    assert len(between(many, 1, 400)) == MOST_BLOCK
