"""Facts are a function of the set of entries: order and repetition do not matter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.room.asks import AskState
from hub.room.entry import CLAIMED, Entry
from hub.room.progress import (
    MOST_FAILURES,
    MOST_GAPS,
    MOST_SEEN,
    SeatFacts,
    fold,
)

STEP = "first_flight/load-data"


def fold_all(entries: Iterable[Entry]) -> dict[str, SeatFacts]:
    """Fold entries of one room into facts by seat; entries without seat are left."""
    facts: dict[str, SeatFacts] = {}
    for entry in entries:
        if entry.seat:
            facts[entry.seat] = fold(facts.get(entry.seat, SeatFacts()), entry)
    return facts


def entry(number: int, /, outcome: str = "failed", **changes: Any) -> Entry:
    """Return an attempt as row `number`."""
    body = {
        "lab": "first_flight",
        "step": "load-data",
        "outcome": outcome,
        "reason": "rows-lost" if outcome == "failed" else "",
        "hint": f"hint {number}" if outcome == "failed" else "",
        "epoch": "",
        "seq": 0,
    }
    at = changes.pop("at", 1000 * number)
    seat = changes.pop("seat", "s1")
    kind = changes.pop("kind", "attempt")
    return Entry(
        "r1", seat, kind, f"u{number}", at, body={**body, **changes}, id=number
    )


KINDS = [
    *["attempt"] * 3,
    *("claimed", "later", "hint", "reset", "caught-up", "feedback", "share", "unshare"),
    *("ask", "withdraw", "ask-claimed", "ask-released", "ask-answered", "refused"),
    *("ask-same", "hint-sent", "visit", "seen"),
]


@st.composite
def journals(draw: st.DrawFn) -> list[Entry]:
    """Draw the rows of one journal: several seats, steps, outboxes and times."""
    count = draw(st.integers(0, 25))
    return [
        entry(
            number,
            draw(st.sampled_from(["passed", "failed", "error"])),
            at=draw(st.integers(0, 5)),
            seat=draw(st.sampled_from(["s1", "s2"])),
            step=draw(st.sampled_from(["load-data", "clean-data"])),
            reason=draw(st.sampled_from(["", "rows-lost", "cell-raised"])),
            epoch=draw(st.sampled_from(["", "e1", "e2"])),
            seq=draw(st.integers(0, 9)),
            kind=draw(st.sampled_from(KINDS)),
            generation=draw(st.integers(0, 2)),
            number=draw(st.integers(1, 3)),
            face=draw(st.sampled_from(["clear", "broken"])),
            ask=f"u{draw(st.integers(1, 25))}",
            by=draw(st.sampled_from(["p1", "p2"])),
            same=draw(st.sampled_from(["", "u1", "u9"])),
            open=draw(st.booleans()),
            message=draw(st.sampled_from(["m1", "m2"])),
        )
        for number in range(1, count + 1)
    ]


def journal_of(arrivals: list[Entry]) -> list[Entry]:
    """Return what the journal keeps of arrivals: the first of each (seat, uid)."""
    kept: dict[tuple[str, str], Entry] = {}
    for arrival in arrivals:
        kept.setdefault((arrival.seat, arrival.uid), arrival)
    return list(kept.values())


@given(journals(), st.data())
def test_shuffles_and_duplicates_give_the_same_facts(
    rows: list[Entry], data: st.DataObject
) -> None:
    """Whatever order and however often entries arrive, the facts are the same."""
    again = data.draw(st.lists(st.sampled_from(rows), max_size=10)) if rows else []
    arrivals = data.draw(st.permutations([*rows, *again]))
    assert fold_all(journal_of(arrivals)) == fold_all(rows)


@given(journals())
def test_counts_add_up(rows: list[Entry]) -> None:
    """Every attempt of a step's highest generation is one of passed, failed, error."""
    facts = fold_all(rows)
    steps = [step for seat in facts.values() for step in seat.steps.values()]
    tried = [row for row in rows if row.kind in ("attempt", "reset")]
    highest: dict[tuple[str, str], int] = {}
    for row in tried:
        key, generation = (row.seat, row.body["step"]), row.body["generation"]
        highest[key] = max(highest.get(key, 0), generation)
    attempts = [
        row.body["outcome"]
        for row in tried
        if row.kind == "attempt"
        and row.body["generation"] == highest[row.seat, row.body["step"]]
    ]
    assert sum(step.attempts for step in steps) == len(attempts)
    assert sum(step.failed for step in steps) == attempts.count("failed")
    assert sum(step.errors for step in steps) == attempts.count("error")


@given(journals(), journals())
def test_what_is_passed_stays_passed(before: list[Entry], after: list[Entry]) -> None:
    """No later entry takes a pass back."""
    first = fold_all(before)
    facts = dict(first)
    for row in after:
        facts[row.seat] = fold(facts.get(row.seat, SeatFacts()), row)
    for seat, known in first.items():
        for key, step in known.steps.items():
            if step.state == "passed":
                assert facts[seat].steps[key].state == "passed"
                assert facts[seat].steps[key].reason == ""


def test_the_latest_failure_says_why() -> None:
    """By when it happened, not by when it arrived; an error changes nothing."""
    rows = [entry(1, at=300), entry(2, at=100), entry(3, "error", at=900)]
    step = fold_all(rows)["s1"].steps[STEP]
    assert (step.state, step.hint) == ("trying", "hint 1")
    assert (step.attempts, step.failed, step.errors) == (3, 2, 1)
    assert (step.first_at, step.last_at) == (100, 900)


def test_the_first_pass_is_when_it_passed() -> None:
    """Also when the later pass arrived first."""
    rows = [entry(1, "passed", at=500), entry(2, "passed", at=200), entry(3, at=900)]
    step = fold_all(rows)["s1"].steps[STEP]
    assert (step.state, step.passed_at, step.reason, step.hint) == (
        "passed",
        200,
        "",
        "",
    )


@given(journals())
def test_the_earliest_pass_of_any_generation_counts(rows: list[Entry]) -> None:
    """A reset takes no pass away, and a later pass does not move the first."""
    for seat, facts in fold_all(rows).items():
        for key, step in facts.steps.items():
            passes = [
                row.at
                for row in rows
                if (row.kind, row.seat) == ("attempt", seat)
                and f"first_flight/{row.body['step']}" == key
                and row.body["outcome"] == "passed"
            ]
            assert step.passed_at == min(passes, default=None)


def test_a_reset_step_is_untouched_until_it_is_tried_again() -> None:
    """Attempts of the old generation that arrive late change nothing but times."""
    rows = [entry(1), entry(2, kind="reset", generation=1), entry(3, at=9_000)]
    step = fold_all(rows)["s1"].steps[STEP]
    assert (step.state, step.generation, step.attempts) == ("untouched", 1, 0)
    assert (step.reason, step.first_at, step.last_at) == ("", 1000, 9000)
    again = [*rows, entry(4, generation=1)]
    step = fold_all(again)["s1"].steps[STEP]
    assert (step.state, step.attempts, step.hint) == ("trying", 1, "hint 4")


def test_notes_tell_of_a_step() -> None:
    """How many hints, whether it was caught up, the last face, what is shared."""
    rows = [
        entry(1, kind="hint", number=2),
        entry(2, kind="hint", number=1),
        entry(3, kind="caught-up"),
        entry(4, kind="feedback", face="broken"),
        entry(5, kind="feedback", face="clear"),
        entry(6, kind="share"),
        entry(7, kind="share", step="clean-data"),
        entry(8, kind="unshare"),
    ]
    facts = fold_all(rows)["s1"]
    step = facts.steps[STEP]
    assert (step.state, step.hints, step.caught_up) == ("untouched", 2, True)
    assert step.feedback == (5, "clear")
    assert facts.shared == ["first_flight/clean-data"]
    assert (facts.last_at, facts.heard_at) == (None, 8000)
    assert (step.caught_up_at, step.reset_at) == (3000, None)


def test_what_staff_do_at_a_seat_is_known() -> None:
    """Hints sent, messages seen, who looks in; none of it is heard of the seat."""
    rows = [
        entry(1, kind="hint-sent", number=2),
        entry(2, kind="hint-sent", number=1),
        entry(3, kind="visit", open=True, by="p1"),
        entry(4, kind="seen", message="m1"),
        entry(5, kind="visit", open=False, by="p1"),
        entry(6, kind="visit", open=True, by="p2"),
    ]
    facts = fold_all(rows)["s1"]
    assert facts.steps[STEP].sent == 2
    assert facts.visited == (6, "p2")
    assert set(facts.saw) == {"m1"}
    assert (facts.heard_at, facts.last_at) == (4000, None)


def test_the_last_failures_are_kept_in_mind_in_order() -> None:
    """Bounded; of this generation only; the checker's own errors are none."""
    rows = [entry(row, at=100 - row, reason=f"r{row}") for row in range(1, 20)]
    step = fold_all([*rows, entry(20, "error", at=500)])["s1"].steps[STEP]
    assert [failure[3] for failure in step.failures] == [
        f"r{row}" for row in range(MOST_FAILURES, 0, -1)
    ]
    again = [*rows, entry(21, kind="reset", generation=1), entry(22, generation=1)]
    step = fold_all(again)["s1"].steps[STEP]
    assert [failure[3] for failure in step.failures] == ["rows-lost"]
    assert step.reset_at == 21_000


def test_a_flood_of_messages_seen_is_bounded() -> None:
    """A seat can name any message; the newest are kept in mind."""
    rows = [entry(row, kind="seen", message=f"m{row}") for row in range(1, 200)]
    saw = fold_all(rows)["s1"].saw
    assert len(saw) == MOST_SEEN
    assert "m199" in saw


@pytest.mark.parametrize(
    ("passed_at", "step", "state"),
    [
        (900, "load-data", AskState.SOLVED),
        (500, "load-data", AskState.SOLVED),
        (499, "load-data", AskState.WAITING),
        (900, "clean-data", AskState.WAITING),
    ],
)
def test_a_pass_after_the_ask_ends_it(
    passed_at: int, step: str, state: AskState
) -> None:
    """Whichever arrives first; a pass before it, or of another step, does not."""
    ask = entry(1, kind="ask", at=500)
    passed = entry(2, "passed", at=passed_at, step=step)
    for rows in ([ask, passed], [passed, ask]):
        assert fold_all(rows)["s1"].asks["u1"].state is state


def test_an_ask_of_a_whole_lab_is_never_solved_by_a_pass() -> None:
    """Nobody knows which step it was about."""
    rows = [entry(1, kind="ask", step=""), entry(2, "passed")]
    assert fold_all(rows)["s1"].asks["u1"].open


def test_what_was_refused_is_no_gap() -> None:
    """Its number came, though nothing else of it is kept."""
    refused = Entry(
        "r1", "s1", "refused", "u2", 1, body={"epoch": "e1", "seq": 2}, id=2
    )
    rows = [
        entry(1, epoch="e1", seq=1),
        refused,
        entry(3, kind="hint", number=1, epoch="e1", seq=3),
    ]
    assert fold_all(rows)["s1"].gaps == 0


def test_gaps_are_numbers_that_did_not_come() -> None:
    """Counted per outbox; a new outbox starts at one again."""
    numbers = [("e1", 1), ("e1", 4), ("e2", 1), ("e2", 2), ("", 0)]
    rows = [
        entry(row, epoch=epoch, seq=seq) for row, (epoch, seq) in enumerate(numbers)
    ]
    assert fold_all(rows)["s1"].gaps == 2


def test_a_boast_of_gaps_is_bounded() -> None:
    """A seat can name any number; the board shows a bounded one."""
    assert fold_all([entry(1, epoch="e1", seq=2**53)])["s1"].gaps == MOST_GAPS


def test_other_kinds_move_the_row_only() -> None:
    """An unknown kind is left for those who know it; a claim is no attempt."""
    claimed = Entry("r1", "s1", CLAIMED, "claimed", 5, body={"number": 1}, id=7)
    taken = SeatFacts(row=7, number=1, claimed_at=5)
    assert fold_all([claimed]) == {"s1": taken}
    assert fold_all([entry(9, kind="from-the-future")])["s1"].row == 9
