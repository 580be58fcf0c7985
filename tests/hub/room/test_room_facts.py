"""RoomFacts are a function of the set of entries, like the facts of a seat."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.room.entry import GATE, HINTS, MESSAGE, OFFER, Entry
from hub.room.room_facts import MOST_MESSAGES, RoomFacts, fold_room


def fold_all(entries: list[Entry]) -> RoomFacts:
    """Fold entries in this order."""
    facts = RoomFacts()
    for entry in entries:
        facts = fold_room(facts, entry)
    return facts


@st.composite
def journals(draw: st.DrawFn) -> list[Entry]:
    """Draw the rows of one room."""
    return [
        Entry(
            "r1",
            draw(st.sampled_from(["", "s1"])),
            draw(st.sampled_from([GATE, HINTS, MESSAGE, OFFER, "attempt"])),
            f"r1:u{row}",
            row,
            body={
                "lab": draw(st.sampled_from(["l1", "l2"])),
                "step": draw(st.sampled_from(["a", "b"])),
                "closed": draw(st.booleans()),
                "held": draw(st.booleans()),
                "version": draw(st.sampled_from(["1.0.0", "1.0.10", "1.0.9"])),
                "to": draw(st.sampled_from(["all", "step"])),
                "by": "p1",
            },
            id=row,
        )
        for row in range(1, draw(st.integers(0, 15)) + 1)
    ]


@given(journals(), st.data())
def test_order_does_not_matter(rows: list[Entry], data: st.DataObject) -> None:
    """Every order of the same rows gives the same facts."""
    assert fold_all(data.draw(st.permutations(rows))) == fold_all(rows)


@given(journals())
def test_folding_a_row_again_changes_nothing(rows: list[Entry]) -> None:
    """Once or twice is the same."""
    assert fold_all([*rows, *rows]) == fold_all(rows)


def test_the_last_word_on_gates_and_hints_counts() -> None:
    """Closed, open and closed again is closed."""
    rows = [
        Entry(
            "r1",
            "",
            GATE,
            f"g{row}",
            1,
            body={"lab": "l", "step": step, "closed": on},
            id=row,
        )
        for row, (step, on) in enumerate(
            [("a", True), ("a", False), ("b", False), ("b", True)], 1
        )
    ]
    facts = fold_all(rows)
    assert (facts.closed, facts.without_hints, facts.row) == (["l/b"], [], 4)


def test_versions_compare_as_numbers() -> None:
    """1.0.10 is newer than 1.0.9."""
    rows = [
        Entry("r1", "", OFFER, v, 1, body={"lab": "l", "version": v}, id=row)
        for row, v in enumerate(["1.0.9", "1.0.10", "1.0.2"], 1)
    ]
    assert fold_all(rows).offers == {"l": "1.0.10"}


def test_only_the_newest_messages_are_kept_in_mind() -> None:
    """Bounded; the oldest go first."""
    rows = [
        Entry("r1", "", MESSAGE, f"m{row}", row, body={"to": "all"}, id=row)
        for row in range(1, MOST_MESSAGES + 6)
    ]
    facts = fold_all(rows)
    assert len(facts.messages) == MOST_MESSAGES
    assert facts.messages[0].row == 6
