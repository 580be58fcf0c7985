"""Owners of tokens: asked once, kept a while, kept on while the hub is away."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tornado.web import HTTPError

from hub.room import auth
from hub.room.auth import Tokens, room_auth
from hub.room.refusal import RefusalError

INES = {"name": "s1", "kind": "user", "scopes": []}


class Hub:
    """A hub that the test switches off, and a clock that it moves."""

    def __init__(self) -> None:
        self.asked = 0
        self.down = False
        self.users: dict[str, dict[str, Any]] = {"t": INES}
        self.now = 1000.0
        self.tokens = Tokens(self.ask, lambda: self.now)

    async def ask(self, token: str) -> dict[str, Any] | None:
        """Answer as the hub would."""
        self.asked += 1
        await asyncio.sleep(0)
        if self.down:
            raise HTTPError(502)
        return self.users.get(token)


def test_many_requests_ask_the_hub_once() -> None:
    """Fifty at once share one look-up, and later ones its answer."""
    hub = Hub()

    async def story() -> None:
        asking = (hub.tokens.owner("t") for _ in range(50))
        assert await asyncio.gather(*asking) == [INES] * 50
        assert await hub.tokens.owner("t") == INES

    asyncio.run(story())
    assert hub.asked == 1


def test_an_answer_is_asked_again_after_a_minute() -> None:
    """A token taken back at the hub stops working here."""
    hub = Hub()

    async def story() -> None:
        assert await hub.tokens.owner("t") == INES
        del hub.users["t"]
        hub.now += auth.FRESH + 1
        assert await hub.tokens.owner("t") is None

    asyncio.run(story())


def test_a_known_token_outlives_the_hub_and_does_not_wait_for_it() -> None:
    """While the hub is away it is asked every few seconds, not at every request."""
    hub = Hub()

    async def story() -> None:
        await hub.tokens.owner("t")
        hub.down = True
        hub.now += auth.FRESH + 1
        for _ in range(20):
            assert await hub.tokens.owner("t") == INES
        assert hub.asked == 2
        hub.now += auth.STALE
        with pytest.raises(RefusalError):
            await hub.tokens.owner("t")

    asyncio.run(story())


def test_an_unknown_token_while_the_hub_is_away_is_neither_yes_nor_no() -> None:
    """The seat is told to come again, not that its token is wrong."""
    hub = Hub()
    hub.down = True

    async def story() -> None:
        with pytest.raises(RefusalError) as refused:
            await hub.tokens.owner("t")
        assert refused.value.code == "hub-away"
        hub.down = False
        assert await hub.tokens.owner("t") == INES

    asyncio.run(story())


def test_a_hub_that_hangs_counts_as_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """An open connection without an answer is given up."""
    monkeypatch.setattr(auth, "PATIENCE", 0.01)

    async def hang(_token: str) -> None:
        await asyncio.sleep(3600)

    async def story() -> None:
        with pytest.raises(RefusalError):
            await Tokens(hang).owner("t")

    asyncio.run(story())


def test_another_session_asks_again() -> None:
    """After a logout the browser has another session, and the hub decides anew."""
    hub = Hub()

    async def story() -> None:
        await hub.tokens.owner("t", "one")
        del hub.users["t"]
        assert await hub.tokens.owner("t", "two") is None

    asyncio.run(story())


def test_wrong_tokens_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many answers are kept, the oldest go first; tokens are not kept."""
    monkeypatch.setattr(auth, "MOST", 10)
    hub = Hub()

    async def story() -> None:
        for number in range(50):
            assert await hub.tokens.owner(f"wrong-{number}") is None
        assert len(hub.tokens._answers) == 10
        assert not any("wrong" in key for key in hub.tokens._answers)

    asyncio.run(story())


def test_a_blocking_look_up_is_refused() -> None:
    """It would stop the loop for every seat."""
    with pytest.raises(RuntimeError, match="sync=False"):
        room_auth("http://127.0.0.1:1/hub/api", "/x/", "t").user_for_token("t")
