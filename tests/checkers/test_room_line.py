"""The room's line against stand-in rooms that stutter, stall, flood and leave.

With the real room it is driven in test_panel_api.py.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from checkers.engine import room_line
from checkers.engine.backoff import State
from checkers.engine.room_line import Events, RoomLine, read_state

Script = Callable[[RequestHandler, int], Awaitable[None]]


def state(row: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a seat state."""
    nothing = {"steps": {}, "ask": None, "messages": [], "shared": [], "offers": {}}
    later = {"countdown": None, "goal": None, "visit": ""}
    known = {"v": 1, "row": row, "at": 1, "room": {"id": "r"}, **nothing, **later}
    return {**known, **changes}


def event(row: int = 1, **changes: Any) -> str:
    """Return a seat state as the room sends it."""
    data = json.dumps(state(row, **changes))
    return f"event: seat\nid: {row}\ndata: {data}\n\n"


class StandIn:
    """A server in the room's place; `script` plays each stream."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.headers: list[dict[str, str]] = []
        self.closed = 0
        self.port = 0

    def start(self) -> None:
        """Listen, on the same port as before."""
        room = self

        class Stream(RequestHandler):
            async def get(self) -> None:
                room.headers.append(dict(self.request.headers.get_all()))
                await room.script(self, len(room.headers))

            def on_connection_close(self) -> None:
                room.closed += 1

        app = Application([("/services/room/api/seat/stream", Stream)])
        self._server = HTTPServer(app)
        self._server.listen(self.port, "127.0.0.1")
        sockets = list(self._server._sockets.values())
        self.port = sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        self._server.stop()
        await self._server.close_all_connections()


@asynccontextmanager
async def listening(
    path: Path, script: Script
) -> AsyncIterator[tuple[StandIn, RoomLine, list[int]]]:
    """Run a line and its stand-in room; the list grows with each change."""
    room = StandIn(script)
    room.start()
    changes: list[int] = []
    line = RoomLine(
        f"http://127.0.0.1:{room.port}/services/room",
        "seat-token",
        path / "room.json",
        lambda: changes.append(1),
    )
    task = asyncio.create_task(line.run())
    try:
        yield room, line, changes
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await room.stop()


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        await asyncio.sleep(0.01)


async def send(handler: RequestHandler, text: str) -> None:
    """Send a piece of a stream."""
    handler.write(text)
    await handler.flush()


async def hold(handler: RequestHandler) -> None:
    """Keep a stream open."""
    await asyncio.sleep(60)


def test_the_state_is_heard_kept_and_told_once(tmp_path: Path) -> None:
    """In pieces of any size; the same state again is no change; junk is passed over."""

    async def script(handler: RequestHandler, number: int) -> None:
        for piece in event(7):
            await send(handler, piece)
        await send(handler, ": keep-alive\n\n" + event(7))
        await send(handler, "event: seat\ndata: {}\n\nevent: other\ndata: 1\n\n")
        await send(handler, event(8, shared=["l/s"]).replace("\n", "\r\n"))
        await hold(handler)

    async def scene() -> None:
        async with listening(tmp_path, script) as (room, line, changes):
            await until(lambda: line.state.get("row") == 8, "heard")
            assert line.state["shared"] == ["l/s"]
            assert line.standing is State.CONNECTED
            assert len(changes) == 3  # connected, two states
            headers = room.headers[0]
            assert headers["Authorization"] == "Bearer seat-token"
            assert "Last-Event-Id" not in headers
        again = RoomLine("http://h", "t", tmp_path / "room.json", lambda: None)
        assert again.state == state(8, shared=["l/s"])
        assert (tmp_path / "room.json").stat().st_mode & 0o077 == 0

    asyncio.run(scene())


def test_a_line_that_ends_comes_back_and_names_what_it_heard(tmp_path: Path) -> None:
    """At once and without being called away; with Last-Event-ID."""

    async def script(handler: RequestHandler, number: int) -> None:
        await send(handler, event(number))
        if number > 1:
            await hold(handler)

    async def scene() -> None:
        async with listening(tmp_path, script) as (room, line, changes):
            await until(lambda: line.state.get("row") == 2, "came back")
            assert room.headers[1]["Last-Event-Id"] == "1"
            assert len(changes) == 3  # connected, two states; never away

    asyncio.run(scene())


def test_a_room_that_goes_and_comes_is_told_so(tmp_path: Path) -> None:
    """Away while nobody listens, what was said is still known, then connected."""

    async def script(handler: RequestHandler, number: int) -> None:
        await send(handler, event(number))
        await hold(handler)

    async def scene() -> None:
        async with listening(tmp_path, script) as (room, line, _):
            await until(lambda: line.standing is State.CONNECTED, "connected")
            await until(lambda: line.state, "heard")
            await room.stop()
            await until(lambda: line.standing is State.AWAY, "away")
            assert line.state["row"] == 1
            room.start()
            await until(lambda: line.state.get("row") == 2, "back")
            assert line.standing is State.CONNECTED

    asyncio.run(scene())


def test_a_room_that_falls_silent_is_left_and_called_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frozen room keeps its connections open; the line hangs up by itself."""
    monkeypatch.setattr(room_line, "_SILENCE", 1.0)

    async def script(handler: RequestHandler, number: int) -> None:
        if number == 1:
            await hold(handler)
        await send(handler, event(number))
        while True:
            await send(handler, ": keep-alive\n\n")
            await asyncio.sleep(0.05)

    async def scene() -> None:
        async with listening(tmp_path, script) as (room, line, _):
            await until(lambda: line.standing is State.AWAY, "called away")
            await until(lambda: line.standing is State.CONNECTED, "called again")
            await until(lambda: room.closed, "hung up")
            while True:  # signs of life keep it, unless the machine stood still
                calls = len(room.headers)
                await asyncio.sleep(1.6)
                if (len(room.headers), line.standing) == (calls, State.CONNECTED):
                    break
                assert calls < 60, "hung up on again and again"

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        (404, None),
        (401, State.REFUSED),
        (403, State.REFUSED),
        (500, State.AWAY),
        (503, State.AWAY),
        (302, State.AWAY),
        (400, State.AWAY),
    ],
)
def test_what_a_room_answers_instead(
    tmp_path: Path, status: int, standing: State | None
) -> None:
    """An older room has no line; a stranger's token is refused; all else is away."""

    async def script(handler: RequestHandler, number: int) -> None:
        handler.set_status(status)
        handler.set_header("Location", "/hub/login")

    async def scene() -> None:
        async with listening(tmp_path, script) as (room, line, _):
            await until(lambda: line.standing is standing, "understood")
            assert room.headers

    asyncio.run(scene())


def test_an_endless_event_is_hung_up_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded whatever is sent."""
    monkeypatch.setattr(room_line, "_MOST_BYTES", 10_000)

    async def script(handler: RequestHandler, number: int) -> None:
        if number == 1:
            await send(handler, "data: " + "x" * 30_000)
            await hold(handler)
        await send(handler, event(number))
        await hold(handler)

    async def scene() -> None:
        async with listening(tmp_path, script) as (_, line, _changes):
            await until(lambda: line.state.get("row") == 2, "came back")

    asyncio.run(scene())


def test_a_home_that_cannot_be_written_costs_only_the_memory(tmp_path: Path) -> None:
    """The state is known all the same."""
    (tmp_path / "air").write_text("in the way")

    async def script(handler: RequestHandler, number: int) -> None:
        await send(handler, event(number))
        await hold(handler)

    async def scene() -> None:
        async with listening(tmp_path / "air", script) as (_, line, _changes):
            await until(lambda: line.state, "heard")

    asyncio.run(scene())


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_any_bytes_in_any_pieces_give_the_same_events(pieces: list[bytes]) -> None:
    """Where a stream is cut makes no difference."""
    whole, cut = Events(), Events()
    expected = whole.feed(b"".join(pieces))
    assert [one for piece in pieces for one in cut.feed(piece)] == expected


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '{"v": 2}', '{"v": 1}', "[" * 9_999]
    + [
        json.dumps(state(**{key: 3}))
        for key in ("room", "steps", "ask", "messages", "countdown", "goal", "visit")
    ],
)
def test_what_is_no_state_is_none(text: str) -> None:
    """Of another version, torn, of other kinds."""
    assert read_state(text) == {}


def test_what_an_older_room_does_not_tell_is_nothing() -> None:
    """No countdown, no goal, no visitor; all else is heard as ever."""
    older = state(7)
    for key in ("countdown", "goal", "visit"):
        del older[key]
    assert read_state(json.dumps(older)) == state(7)


def test_the_rooms_clock_is_known(tmp_path: Path) -> None:
    """An hour ahead of this seat, a countdown still ends when the room says so."""
    hour = 3_600_000

    async def script(handler: RequestHandler, number: int) -> None:
        at = time.time_ns() // 1_000_000 + hour
        await send(handler, event(1, at=at))
        await hold(handler)

    async def scene() -> None:
        async with listening(tmp_path, script) as (_, line, _changes):
            await until(lambda: line.state, "heard")
            assert hour - 60_000 < line.skew <= hour

    asyncio.run(scene())


def test_a_room_that_is_away_for_long_holds_nobody_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its gates open, also for kernels, which read the file; back, it says anew."""
    monkeypatch.setattr(room_line, "_LONG", 0.2)
    gates = {"l/s": {"held": True, "gate": "strict"}}

    async def script(handler: RequestHandler, number: int) -> None:
        await send(handler, event(number, steps=gates))
        await hold(handler)

    async def scene() -> None:
        async with listening(tmp_path, script) as (room, line, _):
            await until(lambda: line.state.get("steps") == gates, "the gate")
            await room.stop()
            opened = {"l/s": {"held": True, "gate": ""}}
            await until(lambda: line.state["steps"] == opened, "let go")
            kept = json.loads((tmp_path / "room.json").read_text())
            assert kept["steps"] == opened
            room.start()
            await until(lambda: line.state["steps"] == gates, "said anew")

    asyncio.run(scene())
