"""Pace: decision tables, and what holds for all numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.room.pace import MINUTE, front, lag, median, patience


@pytest.mark.parametrize(
    ("begun", "seats", "expected"),
    [
        ([], 0, 0),
        ([0, 0], 4, 0),
        ([4, 1], 4, 0),
        ([4, 2, 1], 4, 1),
        ([0, 2, 0], 4, 1),
        ([5, 3, 3, 2], 5, 2),
    ],
)
def test_the_front_is_the_furthest_step_that_half_have_begun(
    begun: list[int], seats: int, expected: int
) -> None:
    """At first it is the first step."""
    assert front(begun, seats) == expected


@given(st.lists(st.integers(0, 12), max_size=30))
def test_the_median_is_the_lower_middle_of_the_seats(passed: list[int]) -> None:
    """As sorting them would say."""
    counts = {steps: passed.count(steps) for steps in range(13)}
    expected = sorted(passed)[(len(passed) - 1) // 2] if passed else None
    assert median(counts) == expected


@pytest.mark.parametrize(
    ("passed", "elapsed", "expected"),
    [
        (0, 0, 0),
        (0, 5, 0),
        (0, 5.9, 0),
        (0, 6, 1),
        (0, 30, 25),
        (1, 5, 0),
        (1, 4.5, 0),
        (1, 1, -4),
        (2, 14, -1),
        (2, 20, 0),
        (3, 60, None),
    ],
)
def test_a_room_is_ahead_or_behind_by_the_authors_minutes(
    passed: int, elapsed: float, expected: int | None
) -> None:
    """Steps of 5, 10 and 5 minutes; on plan while its own minutes run."""
    assert lag((5, 10, 5), passed, int(elapsed * MINUTE)) == expected


@pytest.mark.parametrize(
    ("times", "minutes", "expected"),
    [
        ([], 5, 10),
        ([], 1, 3),
        ([60, 60, 60, 60], 5, 10),
        ([1, 2, 3, 4, 8], 5, 8),
        ([1, 1, 1, 1, 1], 5, 3),
        (list(range(1, 11)), 5, 9),
    ],
)
def test_a_step_may_take_what_nine_in_ten_needed(
    times: list[int], minutes: int, expected: int
) -> None:
    """From five on; before that twice the author's minutes; at least three here."""
    milliseconds = [time * MINUTE for time in times]
    assert patience(milliseconds, minutes, 3) == expected * MINUTE
