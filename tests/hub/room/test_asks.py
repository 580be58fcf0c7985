"""Asks: a state for every set of entries, and a decision for every turn."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from hub.room.asks import Answer, AskFacts, AskState, Turn, decide, fold_ask, newest
from hub.room.entry import Entry

ASK = "a1"


def entry(row: int, kind: str, by: str = "") -> Entry:
    """Return one entry about the ask."""
    body: dict[str, Any] = {"lab": "l", "step": "s", "ask": ASK, "by": by}
    return Entry(
        "r1", "s1", kind, ASK if kind == "ask" else f"u{row}", 1, body=body, id=row
    )


HISTORIES: list[tuple[list[tuple[str, str]], AskState, str]] = [
    ([("ask", "")], AskState.WAITING, ""),
    ([("ask", ""), ("ask-claimed", "p1")], AskState.CLAIMED, "p1"),
    (
        [("ask", ""), ("ask-claimed", "p1"), ("ask-released", "p1")],
        AskState.WAITING,
        "",
    ),
    (
        [
            *(("ask", ""), ("ask-claimed", "p1"), ("ask-released", "p1")),
            ("ask-claimed", "p2"),
        ],
        AskState.CLAIMED,
        "p2",
    ),
    ([("ask", ""), ("ask-answered", "p1")], AskState.ANSWERED, "p1"),
    (
        [("ask", ""), ("ask-claimed", "p1"), ("ask-answered", "p2")],
        AskState.ANSWERED,
        "p2",
    ),
    ([("ask", ""), ("withdraw", "")], AskState.WITHDRAWN, ""),
    (
        [("ask", ""), ("ask-claimed", "p1"), ("withdraw", "")],
        AskState.WITHDRAWN,
        "p1",
    ),
    (
        [("ask", ""), ("withdraw", ""), ("ask-answered", "p1")],
        AskState.ANSWERED,
        "p1",
    ),
]


@pytest.mark.parametrize(("history", "state", "by"), HISTORIES)
def test_the_state_is_a_function_of_the_set_of_entries(
    history: list[tuple[str, str]], state: AskState, by: str
) -> None:
    """Every order of the same rows gives the same."""
    rows = [entry(row, kind, by) for row, (kind, by) in enumerate(history, 1)]
    for order in itertools.permutations(rows):
        asks: Any = {}
        for row in order:
            asks = fold_ask(asks, row)
        assert (asks[ASK].state, asks[ASK].by) == (state, by)
        assert newest(asks) == (ASK, asks[ASK])


def test_the_last_word_on_the_same_question_counts() -> None:
    """Likened to one ask, then to another, then to none after all."""
    rows = [entry(1, "ask"), *(entry(row, "ask-same") for row in (2, 3, 4))]
    for row, same in zip(rows[1:], ("a2", "a3", ""), strict=True):
        row.body["same"] = same  # type: ignore[index]
    for order in itertools.permutations(rows):
        asks: Any = {}
        for row in order:
            asks = fold_ask(asks, row)
        assert asks[ASK].same == ""
        assert asks[ASK].likened == (4, "")


def test_what_nobody_asked_is_no_ask() -> None:
    """A claim alone, of an ask that was not seen, shows nothing."""
    assert newest(fold_ask({}, entry(3, "ask-claimed", "p1"))) is None


WAITING = AskFacts(row=1)
MINE = AskFacts(row=1, turn=2, goes="me")
THEIRS = AskFacts(row=1, turn=2, goes="other")
ANSWERED = AskFacts(row=1, answered_by="other")
WITHDRAWN = AskFacts(row=1, withdrawn=True)
SOLVED = AskFacts(row=1, turn=2, goes="me", solved=True)
TABLE = [
    (Turn.CLAIM, WAITING, "helper", Answer.WRITE),
    (Turn.CLAIM, MINE, "helper", Answer.KEEP),
    (Turn.CLAIM, THEIRS, "helper", Answer.TAKEN),
    (Turn.CLAIM, THEIRS, "presenter", Answer.TAKEN),
    (Turn.CLAIM, ANSWERED, "helper", Answer.OVER),
    (Turn.CLAIM, WITHDRAWN, "helper", Answer.OVER),
    (Turn.CLAIM, SOLVED, "helper", Answer.OVER),
    (Turn.RELEASE, SOLVED, "helper", Answer.OVER),
    (Turn.ANSWER, SOLVED, "helper", Answer.OVER),
    (Turn.RELEASE, WAITING, "helper", Answer.KEEP),
    (Turn.RELEASE, MINE, "helper", Answer.WRITE),
    (Turn.RELEASE, THEIRS, "helper", Answer.TAKEN),
    (Turn.RELEASE, THEIRS, "presenter", Answer.WRITE),
    (Turn.RELEASE, ANSWERED, "presenter", Answer.OVER),
    (Turn.RELEASE, WITHDRAWN, "helper", Answer.OVER),
    (Turn.ANSWER, WAITING, "helper", Answer.WRITE),
    (Turn.ANSWER, MINE, "helper", Answer.WRITE),
    (Turn.ANSWER, THEIRS, "helper", Answer.WRITE),
    (Turn.ANSWER, ANSWERED, "helper", Answer.KEEP),
    (Turn.ANSWER, WITHDRAWN, "helper", Answer.OVER),
]


@pytest.mark.parametrize(("turn", "ask", "role", "answer"), TABLE)
def test_every_turn_is_decided(
    turn: Turn, ask: AskFacts, role: str, answer: Answer
) -> None:
    """By the ask's state, whose it is, and the role of who asks."""
    assert decide(turn, ask, "me", role) is answer
