"""The agent's next move, as a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkers.engine.backoff import (
    BATCH,
    NO_ANSWER,
    NO_REPLY,
    State,
    next_move,
    standing,
)


@pytest.mark.parametrize(
    ("status", "sent", "state", "batch", "refuse"),
    [
        (200, 40, State.CONNECTED, BATCH, False),
        (400, 40, State.CONNECTED, 20, False),
        (413, 3, State.CONNECTED, 1, False),
        (413, 1, State.CONNECTED, BATCH, True),
        (422, 1, State.CONNECTED, BATCH, True),
        (401, 40, State.REFUSED, BATCH, False),
        (403, 1, State.REFUSED, BATCH, False),
        (404, 1, State.REFUSED, BATCH, False),
        (429, 40, State.AWAY, 40, False),
        (500, 1, State.AWAY, 1, False),
        (503, 40, State.AWAY, 40, False),
        (302, 40, State.AWAY, 40, False),
        (NO_ANSWER, 40, State.AWAY, 40, False),
        (NO_REPLY, 40, State.AWAY, 40, False),
    ],
)
def test_the_move_for_each_reply(
    status: int, sent: int, state: State, batch: int, refuse: bool
) -> None:
    """Only what can never be accepted alone is set aside."""
    move = next_move(status, sent=sent, failures=1, chance=0.5)
    assert (move.state, move.batch, move.refuse) == (state, batch, refuse)


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_a_room_that_was_restarted_is_reached_soon(
    failures: int, chance: float
) -> None:
    """Nobody listening: at most a second; a silent room: at most five."""
    gone = next_move(NO_ANSWER, sent=1, failures=failures, chance=chance)
    silent = next_move(NO_REPLY, sent=1, failures=failures, chance=chance)
    assert 0.1 <= gone.wait <= 1.0
    assert 0.1 <= silent.wait <= 5.0


@given(st.integers(1, 50), st.floats(0, 1), st.floats(0, 10**6))
def test_retry_after_is_honoured_up_to_a_minute(
    failures: int, chance: float, seconds: float
) -> None:
    """The room's word counts, within reason."""
    move = next_move(429, sent=1, failures=failures, chance=chance, retry_after=seconds)
    assert min(seconds, 60.0) <= move.wait <= 75.0


@given(st.integers(100, 599), st.integers(1, BATCH), st.floats(0, 1))
def test_a_batch_is_never_empty_and_refusal_is_of_one(
    status: int, sent: int, chance: float
) -> None:
    """Whatever the status."""
    move = next_move(status, sent=sent, failures=1, chance=chance)
    assert 1 <= move.batch <= BATCH
    assert not move.refuse or sent == 1
    assert move.wait > 0 or status in (200, 400, 413, 422)


@pytest.mark.parametrize(
    ("delivery", "line", "together"),
    [
        ("practice", "waiting", "practice"),
        ("waiting", "waiting", "waiting"),
        ("waiting", "connected", "connected"),
        ("waiting", "away", "away"),
        ("connected", "away", "away"),
        ("away", "connected", "away"),
        ("connected", "refused", "refused"),
        ("refused", "connected", "refused"),
        ("connected", None, "connected"),
        ("away", None, "away"),
    ],
)
def test_a_seat_is_connected_when_it_can_both_speak_and_hear(
    delivery: str, line: str | None, together: str
) -> None:
    """The worse of the two; a room without such a line has only the one."""
    heard = State(line) if line else None
    assert standing(State(delivery), heard) is State(together)
