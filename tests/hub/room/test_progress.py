"""Facts are a function of the set of entries: order and repetition do not matter."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.room.entry import CLAIMED, Entry
from hub.room.progress import MOST_GAPS, SeatFacts, fold, fold_all

STEP = "first_flight/load-data"


def entry(number: int, outcome: str = "failed", **changes: Any) -> Entry:
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
            kind=draw(st.sampled_from(["attempt", "attempt", "claimed", "later"])),
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
    """Every attempt is one of passed, failed or error; errors never count as failed."""
    facts = fold_all(rows)
    steps = [step for seat in facts.values() for step in seat.steps.values()]
    attempts = [row.body["outcome"] for row in rows if row.kind == "attempt"]
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
    """A claim is no attempt; an unknown kind is left for those who know it."""
    claimed = Entry("r1", "s1", CLAIMED, "claimed", 5, body={"number": 1}, id=7)
    assert fold_all([claimed]) == {"s1": SeatFacts(row=7)}
    assert fold_all([entry(9, kind="from-the-future")])["s1"].row == 9
