"""Past: the room as of any time is what folding until then gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.room import past as past_module
from hub.room.entry import GATE, MESSAGE, ROOM, Entry
from hub.room.known import Known
from hub.room.past import Past, mark_of
from hub.room.rows import Glance
from tests.hub.room.rows import attempt, claimed, row
from tests.hub.room.test_tally import stories


def glance(entry: Entry) -> Glance:
    """Return an entry as the past reads it first."""
    body = entry.body
    step = f"{body.get('lab', '')}/{body.get('step', '')}"
    outcome = body.get("outcome", "")
    return (entry.id, entry.at, entry.seat, entry.kind, step, outcome)


def known_at(past: Past, rows: dict[int, Entry], at: int) -> Known:
    """Fold a past up to some time, in pages of three."""
    count = past.count(at)
    place, known = past.nearest(count)
    for start in range(place, count, 3):
        end = min(start + 3, count)
        past.fold(known, [rows[one] for one in past.ids(start, end)], end)
    return known


@given(stories(), st.lists(st.integers(0, 60), min_size=1, max_size=6), st.data())
def test_the_past_is_what_was_folded_until_then(
    entries: list[Entry], minutes: list[int], data: st.DataObject
) -> None:
    """In whichever order one looks back, and however late rows arrived."""
    rows = {entry.id: entry for entry in entries}
    kept, past_module.STRIDE = past_module.STRIDE, 4
    try:
        past, cut = Past("r1", frozenset()), data.draw(st.integers(0, len(entries)))
        past.extend(map(glance, entries[:cut]))
        known_at(past, rows, minutes[0] * 60_000)
        past.extend(map(glance, entries[cut:]))
        for minute in minutes:
            at = minute * 60_000
            found, plain = known_at(past, rows, at), Known("r1")
            for entry in sorted(entries, key=lambda one: (one.at, one.id)):
                if entry.at <= at:
                    plain.fold(entry)
            assert found.facts == plain.facts
            assert found.room_facts == plain.room_facts
            assert found.line.places() == plain.line.places()
            assert found.row == plain.row
    finally:
        past_module.STRIDE = kept


def test_states_on_the_way_are_kept_within_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Going back starts at the nearest; there are never more than so many."""
    monkeypatch.setattr(past_module, "STRIDE", 10)
    rows = {entry.id: entry for entry in [attempt(at, "a") for at in range(900)]}
    past = Past("r1", frozenset())
    past.extend(map(glance, rows.values()))
    known_at(past, rows, 10**9)
    assert len(past._kept) <= past_module.MOST_KEPT + 1
    place, known = past.nearest(past.count(600 * 60_000))
    assert 500 < place <= 601
    assert known.facts["s1"].steps["l/a"].attempts == place


def test_what_was_erased_was_never_there() -> None:
    """Neither in the counts nor in what passed when."""
    rows = [attempt(1, "a", "passed", seat="s1"), attempt(2, "a", "passed", seat="s2")]
    past = Past("r1", frozenset({"s2"}))
    past.extend(map(glance, rows))
    assert len(past) == 1
    assert past.bins(10)["passes"] == [1]


def test_milestones_are_the_first_half_and_all_of_those_who_came() -> None:
    """Who never took a seat does not count."""
    rows = [claimed(0, f"s{number}", number) for number in range(1, 5)]
    rows += [attempt(at, "a", "passed", seat=f"s{at}") for at in range(1, 5)]
    rows += [attempt(1, "b", "passed", seat=seat) for seat in ("s1", "stranger")]
    past = Past("r1", frozenset())
    past.extend(map(glance, rows))
    assert [(one["step"], one["kind"], one["at"]) for one in past.milestones()] == [
        ("a", "first", 60_000),
        ("a", "half", 120_000),
        ("a", "all", 240_000),
        ("b", "first", 60_000),
    ]


def test_the_slider_says_when_steps_passed_and_what_the_staff_did() -> None:
    """First passes only; a room in which nothing happened has none."""
    assert Past("r1", frozenset()).bins(10)["first"] is None
    rows = [
        attempt(0, "a"),
        attempt(1, "a", "passed"),
        attempt(9, "a", "passed"),
        attempt(10, "b", "passed"),
        row(5, GATE, lab="l", step="a", closed=True, strict=True),
    ]
    past = Past("r1", frozenset())
    past.extend(map(glance, rows))
    bins = past.bins(10)
    assert (bins["first"], bins["last"]) == (0, 600_000)
    assert len(bins["passes"]) <= 10
    assert sum(bins["passes"]) == 2
    assert past.marks == [rows[-1].id]
    assert mark_of(rows[-1], "")["words"] == "strict"
    assert mark_of(row(1, ROOM, state="open"), "")["words"] == "open"
    assert mark_of(row(1, MESSAGE, to="all"), "Welcome")["words"] == "Welcome"
