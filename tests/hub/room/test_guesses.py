"""Guesses are slowed by browser and by code, and forgiven with time."""

from __future__ import annotations

import pytest

from hub.room.guesses import Guesses
from hub.room.refusal import RefusalError


class Hand:
    """A clock that the test moves."""

    now = 50.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def tries(guesses: Guesses, browser: str, code: str = "", most: int = 1000) -> int:
    """Guess wrongly until refused; returns how many tries went through."""
    for number in range(most):
        try:
            guesses.check(browser, code)
        except RefusalError:
            return number
        guesses.wrong(browser, code)
    return most


def test_a_browser_has_a_few_tries_and_gets_them_back() -> None:
    """Eight at once, then one each five seconds; another browser is not slowed."""
    clock = Hand()
    guesses = Guesses(clock)
    assert tries(guesses, "eve") == 8
    assert tries(guesses, "ines", most=3) == 3
    clock.now += 5.1
    assert tries(guesses, "eve") == 1
    clock.now += 3600
    assert tries(guesses, "eve") == 8


def test_fresh_browsers_do_not_help_against_one_code() -> None:
    """The room's code has its own bucket: 40 wrong phrases, then one a second."""
    clock = Hand()
    guesses = Guesses(clock)
    made = sum(tries(guesses, f"eve-{n}", "KUPA-37", most=1) for n in range(200))
    assert made == 40
    clock.now += 10.5
    made = sum(tries(guesses, f"bob-{n}", "KUPA-37", most=1) for n in range(200))
    assert made == 10
    assert tries(guesses, "ines", "ZAVI-11", most=1) == 1


def test_fresh_browsers_do_not_find_codes_quickly() -> None:
    """All wrong codes together: 200 at once, then ten a second, of 640,000."""
    clock = Hand()
    guesses = Guesses(clock)
    made = sum(tries(guesses, f"eve-{n}", most=1) for n in range(1000))
    assert made == 200
    clock.now += 10
    made = sum(tries(guesses, f"bob-{n}", most=1) for n in range(1000))
    assert made == 100


def test_a_refusal_says_how_long_to_wait() -> None:
    """And waiting that long is enough."""
    clock = Hand()
    guesses = Guesses(clock)
    tries(guesses, "eve")
    with pytest.raises(RefusalError) as refused:
        guesses.check("eve")
    assert refused.value.code == "slow-down"
    assert refused.value.retry_after
    clock.now += refused.value.retry_after + 0.1
    guesses.check("eve")
