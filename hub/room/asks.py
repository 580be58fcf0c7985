"""Asks: a seat's calls for help, as a function of the set of their entries.

Who goes where is decided in turn, so the order of claims and releases is that of
their rows. Answered beats withdrawn, that beats solved, and each ends the ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from checkers.engine.note import Kind
from hub.room.entry import ANSWER_ASK, CLAIM_ASK, RELEASE_ASK, SAME_ASK, Entry

ASK_KINDS = frozenset(
    {Kind.ASK, Kind.WITHDRAW, CLAIM_ASK, RELEASE_ASK, ANSWER_ASK, SAME_ASK}
)
"""Kinds of entries that change an ask and with it everybody's place in the queue."""
MOST_ASKS = 200
"""Asks that one seat may make; what comes after is refused."""


class AskState(StrEnum):
    """Where an ask is in its life."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    SOLVED = "solved"
    """Its step passed after it was asked."""


@dataclass(frozen=True, slots=True)
class AskFacts:
    """What is known of one ask.

    Args:
        row: of the ask itself, and its place among others; 0 until it came.
        lab: slug of the lab.
        step: id of the step; "" for the whole lab.
        at: when it was asked.
        turn: row of the last claim or release.
        goes: who claimed it last; "" after a release.
        withdrawn: the seat took it back.
        answered_by: who answered it; "" before.
        solved: its step passed after it was asked.
        likened: row and id of the ask that has the same question; "" is none.
    """

    row: int = 0
    lab: str = ""
    step: str = ""
    at: int = 0
    turn: int = 0
    goes: str = ""
    withdrawn: bool = False
    answered_by: str = ""
    solved: bool = False
    likened: tuple[int, str] = (0, "")

    @property
    def state(self) -> AskState:
        """Where it is."""
        if self.answered_by:
            return AskState.ANSWERED
        if self.withdrawn:
            return AskState.WITHDRAWN
        if self.solved:
            return AskState.SOLVED
        return AskState.CLAIMED if self.goes else AskState.WAITING

    @property
    def open(self) -> bool:
        """Somebody still has to come."""
        return self.state in (AskState.WAITING, AskState.CLAIMED)

    @property
    def by(self) -> str:
        """The staff user who goes there or was there; "" for nobody."""
        return self.answered_by or self.goes

    @property
    def same(self) -> str:
        """The id of another ask that has the same question; "" for none."""
        return self.likened[1]


def fold_ask(asks: Mapping[str, AskFacts], entry: Entry) -> Mapping[str, AskFacts]:
    """Return a seat's asks, by id, with one more entry of ASK_KINDS."""
    body = entry.body
    name = entry.uid if entry.kind == Kind.ASK else body["ask"]
    ask = asks.get(name, AskFacts())
    if entry.kind == Kind.ASK:
        ask = replace(
            ask, row=entry.id, lab=body["lab"], step=body["step"], at=entry.at
        )
    elif entry.kind == Kind.WITHDRAW:
        ask = replace(ask, withdrawn=True)
    elif entry.kind == ANSWER_ASK:
        first = min(filter(None, (ask.answered_by, body["by"])))
        ask = replace(ask, answered_by=first)
    elif entry.kind == SAME_ASK:
        ask = replace(ask, likened=max(ask.likened, (entry.id, body["same"])))
    elif entry.id > ask.turn:
        goes = body["by"] if entry.kind == CLAIM_ASK else ""
        ask = replace(ask, turn=entry.id, goes=goes)
    return {**asks, name: ask}


def settle(
    asks: Mapping[str, AskFacts], lab: str, step: str, passed_at: int | None
) -> Mapping[str, AskFacts]:
    """Return a seat's asks with those of a step solved that passed since.

    `passed_at` is the step's first pass as far as it is known now.
    """
    solved = {}
    for name, ask in asks.items():
        if ask.row and (ask.lab, ask.step) == (lab, step):
            passed = passed_at is not None and passed_at >= ask.at
            if passed != ask.solved:
                solved[name] = replace(ask, solved=passed)
    return {**asks, **solved} if solved else asks


def newest(asks: Mapping[str, AskFacts]) -> tuple[str, AskFacts] | None:
    """Return id and facts of a seat's newest ask; None when it never asked."""
    came = [(name, ask) for name, ask in asks.items() if ask.row]
    return max(came, key=lambda item: item[1].row, default=None)


class Turn(StrEnum):
    """What staff do with an ask."""

    CLAIM = "claim"
    RELEASE = "release"
    ANSWER = "answer"


class Answer(StrEnum):
    """What becomes of it."""

    WRITE = "write"
    """It is done, and the journal says so."""
    KEEP = "keep"
    """It is so already."""
    TAKEN = "ask-taken"
    """Somebody else goes there."""
    OVER = "ask-over"
    """The ask was answered or withdrawn before."""


def decide(turn: Turn, ask: AskFacts, user: str, role: str) -> Answer:
    """Decide about one turn; the first line that applies wins.

    A presenter may release what a helper claimed; everybody may answer.
    """
    state, mine = ask.state, ask.goes == user
    waiting, claimed = state is AskState.WAITING, state is AskState.CLAIMED
    answers = turn is Turn.ANSWER
    table = (
        (answers and state is AskState.ANSWERED, Answer.KEEP),
        (not ask.open, Answer.OVER),
        (answers, Answer.WRITE),
        (turn is Turn.CLAIM and waiting, Answer.WRITE),
        (turn is Turn.CLAIM and mine, Answer.KEEP),
        (turn is Turn.RELEASE and waiting, Answer.KEEP),
        (turn is Turn.RELEASE and claimed and mine, Answer.WRITE),
        (turn is Turn.RELEASE and role == "presenter", Answer.WRITE),
    )
    return next((answer for applies, answer in table if applies), Answer.TAKEN)
