"""What the agent does next, given the room's answer. Pure; a table in the tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

BATCH = 100
_FIRST = 0.2
_AWAY = 1.0
_BUSY = 5.0
_SLOW = 20.0
_LONGEST = 60.0
NO_ANSWER = 0
"""Stands for a status when nobody listens: cheap to try again soon."""
NO_REPLY = 599
"""Stands for a status when the room was reached and then fell silent."""


class State(StrEnum):
    """How the agent stands with its room."""

    PRACTICE = "practice"
    WAITING = "waiting"
    CONNECTED = "connected"
    AWAY = "away"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Move:
    """The next move.

    Args:
        state: how the agent stands with its room now.
        wait: seconds until the next try.
        batch: how many attempts the next try may hold.
        refuse: the one attempt that was sent can never be accepted.
    """

    state: State
    wait: float = 0.0
    batch: int = BATCH
    refuse: bool = False


def next_move(
    status: int,
    *,
    sent: int,
    failures: int,
    chance: float,
    retry_after: float | None = None,
) -> Move:
    """Decide after one try.

    Args:
        status: the reply's status, NO_ANSWER or NO_REPLY.
        sent: how many attempts the try held.
        failures: tries in a row that failed, this one included.
        chance: from 0 to 1, so that a room's seats do not return in step.
        retry_after: seconds the room asked for.
    """
    if status == 200:
        return Move(State.CONNECTED)
    if status in (400, 413, 422):
        # Too big, or one of them is not what the room understands: find which.
        if sent > 1:
            return Move(State.CONNECTED, 0.0, sent // 2)
        return Move(State.CONNECTED, 0.0, BATCH, refuse=True)
    if status in (401, 403, 404):
        return Move(State.REFUSED, _SLOW * (0.5 + chance), BATCH)
    most = _AWAY if status == NO_ANSWER else _BUSY
    wait = min(most, _FIRST * 2.0 ** min(failures - 1, 10)) * (0.5 + 0.5 * chance)
    if retry_after is not None:
        wait = max(wait, min(retry_after, _LONGEST) * (1.0 + 0.25 * chance))
    return Move(State.AWAY, wait, min(sent, BATCH))


def standing(delivery: State, line: State | None) -> State:
    """Return how a seat stands with its room, by what it sends and what it hears.

    Args:
        delivery: how the last delivery went.
        line: how the room's stream stands; None where the room has none.
    """
    if delivery is State.PRACTICE or line is None:
        return delivery
    for state in (State.REFUSED, State.AWAY, State.CONNECTED):
        if state in (delivery, line):
            return state
    return State.WAITING
