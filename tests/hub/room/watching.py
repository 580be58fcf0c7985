"""Boards by the hundred: stand-ins that read a room's stream as a browser does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

DEADLINE = 60.0
VOLATILE = ("v", "at", "row")
"""Keys of a picture that say when it was made, not how the room is."""


class Watching:
    """One board: what it was told, put together as the page does."""

    def __init__(self, port: int, room: str, token: str) -> None:
        self.port = port
        self.room = room
        self.token = token
        self.row: int | None = None
        self.state: dict[str, Any] = {}
        self.kinds: list[str] = []
        """Kinds of the messages of the present connection."""
        self.rows: list[int] = []
        """Row ids of all messages that ever came."""
        self._grown = asyncio.Event()

    async def read(self) -> None:
        """Connect, resume where it was, and read until the connection breaks."""
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, limit=2**24
        )
        writer.write(request(self.room, self.token, self.row))
        await self.read_from(reader)
        writer.close()

    async def read_from(self, reader: asyncio.StreamReader) -> None:
        """Read until the connection breaks."""
        self.kinds, kind = [], ""
        with suppress(ConnectionError):
            while line := await reader.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    self.take(kind, json.loads(value))

    def take(self, kind: str, data: dict[str, Any]) -> None:
        """Put a snapshot in the place of everything, or a delta on top of it."""
        seats = {} if kind == "snapshot" else self.state.get("seats", {})
        came = {seat["seat"]: seat for seat in data.get("seats", [])}
        before = {} if kind == "snapshot" else self.state
        self.state = {**before, **data, "seats": {**seats, **came}}
        self.row = data["row"]
        self.kinds.append(kind)
        self.rows.append(data["row"])
        self._grown.set()

    async def until(self, what: Callable[[Watching], bool]) -> None:
        """Wait until something is true of this board."""
        async with asyncio.timeout(DEADLINE):
            while not what(self):
                self._grown.clear()
                await self._grown.wait()

    @property
    def truth(self) -> dict[str, Any]:
        """How the room is, as far as this board knows."""
        return truth_of({**self.state, "seats": list(self.state["seats"].values())})


def truth_of(picture: dict[str, Any]) -> dict[str, Any]:
    """Return how the room is in a picture: nothing of when it was made."""
    kept = {key: value for key, value in picture.items() if key not in VOLATILE}
    return {**kept, "seats": {seat["seat"]: seat for seat in picture["seats"]}}


def request(room: str, token: str, row: int | None = None) -> bytes:
    """Return the request for a room's stream, resuming after a row if there is one."""
    resume = f"Last-Event-ID: {row}\r\n" if row is not None else ""
    return (
        f"GET /services/room/api/rooms/{room}/stream HTTP/1.1\r\nHost: test\r\n"
        f"Authorization: token {token}\r\n{resume}\r\n"
    ).encode()
