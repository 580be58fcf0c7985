"""What happened at a seat is told in the order in which it happened."""

from __future__ import annotations

from hub.room.entry import ATTEMPT, HINT_SENT, Entry
from hub.room.timeline import told


def entry(row: int, at: int, seq: int = 0) -> Entry:
    """Return an attempt that the seat has numbered, or what staff did without one."""
    body = {"lab": "l", "step": "s", "outcome": "failed", "epoch": "e", "seq": seq}
    return Entry(
        "r", "s", ATTEMPT if seq else HINT_SENT, f"u{row}", at, body=body, id=row
    )


def rows(*entries: Entry) -> list[int]:
    """Return the rows of a timeline in its order."""
    lines = told(entries, lambda _: "", lambda _: "")
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    return [line["row"] for line in lines]


def test_a_slow_way_to_the_room_turns_no_two_attempts_round() -> None:
    """The first was long on its way, so that its time is later than it was."""
    assert rows(entry(1, 5_300, 1), entry(2, 5_000, 2), entry(3, 5_100, 3)) == [1, 2, 3]


def test_what_was_brought_back_stands_where_it_happened() -> None:
    """Though it has arrived later; so does what staff did while the room was away."""
    home = (entry(2, 100_000, 2), entry(3, 100_500, 3))
    assert rows(entry(1, 900_000, 1), *home) == [2, 3, 1]
    assert rows(entry(1, 900_000), entry(2, 899_000, 1)) == [2, 1]
