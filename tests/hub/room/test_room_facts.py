"""RoomFacts are a function of the set of entries, like the facts of a seat."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.room.entry import (
    COUNTDOWN,
    GATE,
    GOAL,
    HINTS,
    MESSAGE,
    OFFER,
    ROOM,
    START,
    WITHDRAW_MESSAGE,
    Entry,
)
from hub.room.room_facts import MOST_MESSAGES, RoomFacts, fold_room


def fold_all(entries: list[Entry]) -> RoomFacts:
    """Fold entries in this order."""
    facts = RoomFacts()
    for entry in entries:
        facts = fold_room(facts, entry)
    return facts


KINDS = [GATE, HINTS, MESSAGE, OFFER, ROOM, COUNTDOWN, GOAL, START, "attempt"]


@st.composite
def journals(draw: st.DrawFn) -> list[Entry]:
    """Draw the rows of one room."""
    return [
        Entry(
            "r1",
            draw(st.sampled_from(["", "s1"])),
            draw(st.sampled_from([*KINDS, WITHDRAW_MESSAGE])),
            f"r1:u{row}",
            draw(st.integers(1, 9)),
            body={
                "lab": draw(st.sampled_from(["l1", "l2"])),
                "step": draw(st.sampled_from(["a", "b"])),
                "closed": draw(st.booleans()),
                "held": draw(st.booleans()),
                "version": draw(st.sampled_from(["1.0.0", "1.0.10", "1.0.9"])),
                "to": draw(st.sampled_from(["all", "step", "stuck"])),
                "seats": draw(st.sampled_from([["s1"], ["s1", "s2"]])),
                "message": f"u{draw(st.integers(1, 15))}",
                "state": draw(st.sampled_from(["open", "closed"])),
                "ends_at": draw(st.sampled_from([None, 5_000])),
                "by": "p1",
                **draw(st.sampled_from([{}, {"strict": True}])),
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
    assert (facts.closed, facts.without_hints, facts.row) == ({"l/b": "soft"}, [], 4)


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


def entry(row: int, kind: str, **body: object) -> Entry:
    """Return an entry of the whole room, at row * 100."""
    return Entry("r1", "", kind, f"r1:u{row}", 100 * row, body=body, id=row)


def test_a_gate_is_soft_or_strict() -> None:
    """As the last word says; a row from before strict gates is soft."""
    gate = {"lab": "l", "step": "a", "closed": True}
    rows = [entry(1, GATE, **gate), entry(2, GATE, **gate, strict=True)]
    assert fold_all(rows[:1]).closed == {"l/a": "soft"}
    assert fold_all(rows).closed == {"l/a": "strict"}
    assert fold_all([*rows, entry(3, GATE, **{**gate, "closed": False})]).closed == {}


def test_a_countdown_is_moved_and_stopped() -> None:
    """It keeps when it began; the last word counts."""
    begun = entry(1, COUNTDOWN, ends_at=9_000, lab="l", step="a")
    more = entry(2, COUNTDOWN, ends_at=9_900, started_at=100, lab="l", step="a")
    facts = fold_all([begun, more]).countdown
    assert (facts.started_at, facts.ends_at, facts.step) == (100, 9_900, "a")
    stopped = entry(3, COUNTDOWN, ends_at=None)
    assert fold_all([begun, more, stopped]).countdown.ends_at is None


def test_a_goal_can_be_taken_back() -> None:
    """The last word counts."""
    rows = [entry(1, GOAL, lab="l", step="b"), entry(2, GOAL, lab="", step="")]
    assert fold_all(rows[:1]).goal.step == "b"
    assert fold_all(rows).goal.step == ""


def test_a_lab_begins_with_its_start_or_its_first_attempt() -> None:
    """Attempts move no row of the room."""
    attempts = [entry(5, "attempt", lab="l"), entry(4, "attempt", lab="l")]
    facts = fold_all(attempts)
    assert (facts.started_at("l"), facts.started_at("other"), facts.row) == (
        400,
        None,
        0,
    )
    facts = fold_all([*attempts, entry(6, START, lab="l")])
    assert (facts.started_at("l"), facts.row) == (600, 6)


def test_a_message_that_is_taken_back_is_known() -> None:
    """By the id that the call had; also before the message itself is."""
    said = entry(1, MESSAGE, to="all")
    back = entry(2, WITHDRAW_MESSAGE, message="u1")
    for rows in ([said, back], [back, said]):
        facts = fold_all(rows)
        assert [one.id in facts.withdrawn for one in facts.messages] == [True]


def test_a_room_is_open_between_its_turns() -> None:
    """New, open, closed."""
    rows = [entry(1, ROOM, state="open"), entry(2, ROOM, state="closed")]
    assert [fold_all(rows[:count]).open for count in range(3)] == [False, True, False]
