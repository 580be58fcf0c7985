"""The wait for a seat's server, and the words shown meanwhile."""

from __future__ import annotations

import asyncio

import pytest
from jupyterhub.spawner import SpawnException

from hub.seating import boarding
from hub.seating.boarding import Boarding, answers, refusal, wait_ready


async def serve(reply: bytes) -> asyncio.Server:
    """Start a server that answers everything with `reply`."""

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Read the request and answer it."""
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


def port_of(server: asyncio.Server) -> int:
    """Return the port a server listens on."""
    return int(server.sockets[0].getsockname()[1])


@pytest.mark.parametrize(
    ("reply", "ready"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 302 Found\r\n\r\n", True),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", True),
        (b"HTTP/1.1 503 Not yet\r\n\r\n", False),
        (b"SSH-2.0 hello\r\n", False),
        (b"", False),
    ],
)
def test_only_an_http_answer_of_its_own_counts_as_ready(
    monkeypatch: pytest.MonkeyPatch, reply: bytes, ready: bool
) -> None:
    """A server that fails, or is something else, is not ready."""
    for patience in ("_CONNECT", "_ANSWER"):  # it is asked once; seats again and again
        monkeypatch.setattr(boarding, patience, 60.0)

    async def ask() -> bool:
        """Ask that server once."""
        server = await serve(reply)
        async with server:
            return await answers("127.0.0.1", port_of(server), "/api")

    assert asyncio.run(ask()) is ready


def test_nobody_listening_is_not_ready() -> None:
    """A closed port is an answer like any other: not yet."""

    async def ask() -> bool:
        """Ask a port that was free a moment ago."""
        server = await serve(b"")
        port = port_of(server)
        server.close()
        await server.wait_closed()
        return await answers("127.0.0.1", port, "/api")

    assert asyncio.run(ask()) is False


def test_a_seat_that_ends_while_starting_ends_the_wait() -> None:
    """Nobody waits two minutes for a container that is gone."""

    async def ended() -> str:
        """Say that the container ended."""
        return "it ran out of memory (1G)"

    with pytest.raises(SpawnException) as caught:
        asyncio.run(wait_ready("", 8888, "/api", ended, 10))
    assert caught.value.message.startswith("The seat stopped while it started.")
    assert "it ran out of memory (1G)" in caught.value.log_message


def test_a_seat_that_never_answers_ends_the_wait_in_words() -> None:
    """A machine that is too busy is said to be busy."""

    async def wait() -> None:
        """Wait for a server that always says: not yet."""

        async def running() -> None:
            """Say that the container runs."""

        server = await serve(b"HTTP/1.1 503 Not yet\r\n\r\n")
        async with server:
            await wait_ready("127.0.0.1", port_of(server), "/api", running, 0.2)

    with pytest.raises(SpawnException) as caught:
        asyncio.run(wait())
    assert "the machine is busy" in caught.value.message


def test_stages_are_told_once_and_later_ones_follow() -> None:
    """The waiting page sees every stage, also those said after it opened."""

    async def follow() -> list[str]:
        """Read three stages, the last said while reading."""
        boarding = Boarding()
        boarding.say(5, "one")
        boarding.say(6, "one")
        boarding.say(10, "two")
        heard: list[str] = []
        async for event in boarding.events():
            heard.append(event["message"])
            if event["message"] == "two":
                boarding.say(20, "three")
            if event["message"] == "three":
                break
        return heard

    assert asyncio.run(follow()) == ["one", "two", "three"]


def test_the_wait_is_told_in_the_persons_language() -> None:
    """Stages, what is filled in, and refusals; the log keeps the English words."""
    boarding = Boarding("de")
    boarding.say(
        3, "Your seat had stopped: {why}. Your files are kept.", why="it was stopped"
    )
    assert boarding.stages[0]["message"] == (
        "Dein Platz war angehalten: Er wurde gestoppt. Deine Dateien sind noch da."
    )
    with pytest.raises(SpawnException) as caught, boarding.in_words():
        raise refusal("This room has no lab.", reason="no-lab")
    assert caught.value.jupyterhub_message == "Dieser Raum hat kein Lab."
    assert caught.value.jupyterhub_html_message == "Dieser Raum hat kein Lab."
    assert caught.value.log_message == "This room has no lab."
