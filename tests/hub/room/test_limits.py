"""Token buckets with a clock of the test's own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.room.limits import Buckets


class Hand:
    """A clock that the test moves."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_a_burst_goes_through_and_then_the_rate_counts() -> None:
    """Five at once, then one a second, and the wait says how long."""
    clock = Hand()
    buckets = Buckets(rate=1, burst=5, clock=clock)
    assert [buckets.take("a") for _ in range(5)] == [0.0] * 5
    assert buckets.take("a") == 1.0
    clock.now += 0.5
    assert buckets.take("a") == 0.5
    clock.now += 0.5
    assert buckets.take("a") == 0.0


def test_one_key_does_not_cost_another() -> None:
    """Each key has its own bucket."""
    buckets = Buckets(rate=1, burst=1, clock=Hand())
    assert buckets.take("a") == 0.0
    assert buckets.take("a") > 0
    assert buckets.take("b") == 0.0


def test_more_than_a_burst_waits_for_a_full_bucket() -> None:
    """A cost above the burst is not refused for ever."""
    clock = Hand()
    buckets = Buckets(rate=10, burst=5, clock=clock)
    assert buckets.take("a", 50) == 0.0
    assert buckets.take("a", 50) == 0.5
    clock.now += 0.5
    assert buckets.take("a", 50) == 0.0


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0.1, 4)), max_size=60))
def test_nobody_gets_more_than_burst_and_rate(steps: list[tuple[float, float]]) -> None:
    """Over any time: at most the burst plus the rate times that time."""
    clock = Hand()
    buckets = Buckets(rate=2, burst=4, clock=clock)
    granted = 0.0
    for pause, cost in steps:
        clock.now += pause
        if buckets.take("a", cost) == 0.0:
            granted += cost
    assert granted <= 4 + 2 * (clock.now - 100.0) + 1e-6


def test_memory_stays_bounded() -> None:
    """A flood of keys does not grow the buckets, and the empty ones stay known."""
    clock = Hand()
    buckets = Buckets(rate=0.001, burst=2, clock=clock, most=100)
    buckets.take("thief", 2)
    for number in range(1000):
        buckets.take(number, 0.5)
    assert len(buckets._levels) <= 100
    assert buckets.take("thief") > 0
