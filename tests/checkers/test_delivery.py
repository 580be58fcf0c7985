"""Delivery against a stand-in room that drops, refuses, doubles and dies.

It is no substitute for tests with the real room: here every reply that a room, or
something in its place, may give is given on purpose.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from checkers.engine.agent import Agent
from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.note import Kind, Note
from checkers.engine.numbering import Numbering
from checkers.engine.outbox import put

Items = list[Attempt] | list[Note]
Script = Callable[["StandInRoom", Items], tuple[int, Any, dict[str, str]]]


class StandInRoom:
    """A small HTTP server in the room's place; `script` decides each reply."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.calls: list[Items] = []
        self.tokens: set[str] = set()
        self.facts: dict[str, Attempt | Note] = {}
        self.port = 0
        self._server: HTTPServer | None = None

    def accept(self, items: Items) -> tuple[int, Any, dict[str, str]]:
        """Keep all and say so."""
        self.facts.update({one.id: one for one in items})
        return 200, {"acked": [one.id for one in items], "refused": []}, {}

    def start(self) -> None:
        """Listen, on the same port as before."""
        room = self

        class Intake(RequestHandler):
            def post(self) -> None:
                token = self.request.headers.get("Authorization", "")
                room.tokens.add(token)
                data = json.loads(self.request.body)
                form = self.request.path.rpartition("/")[2]
                read = (Attempt if form == "attempts" else Note).from_json
                items: Any = [read(one) for one in data[form]]
                room.calls.append(items)
                status, body, headers = room.script(room, items)
                self.set_status(status)
                for name, value in headers.items():
                    self.set_header(name, value)
                if body == "drop":
                    self.request.connection.stream.close()  # type: ignore[attr-defined]
                    return
                self.finish(body if isinstance(body, str) else json.dumps(body))

        app = Application([("/services/room/api/(?:attempts|notes)", Intake)])
        self._server = HTTPServer(app)
        self._server.listen(self.port, "127.0.0.1")
        sockets = list(self._server._sockets.values())
        self.port = sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        assert self._server is not None
        self._server.stop()
        await self._server.close_all_connections()


@asynccontextmanager
async def delivering(
    folder: Path, script: Script
) -> AsyncIterator[tuple[StandInRoom, Agent]]:
    """Run an agent and its stand-in room."""
    room = StandInRoom(script)
    room.start()
    url = f"http://127.0.0.1:{room.port}/services/room/"
    agent = Agent(folder, url, "seat-token")
    task = asyncio.create_task(agent.run())
    try:
        yield room, agent
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await room.stop()


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        await asyncio.sleep(0.01)


def fill(folder: Path, count: int) -> list[str]:
    """Put attempts into the outbox; return their ids."""
    ids = [str(uuid4()) for _ in range(count)]
    for one in ids:
        put(
            folder,
            Attempt(one, "lab", "1", "", "step", Trigger.CELL, Outcome.PASSED),
        )
    return ids


def tell(
    folder: Path, kind: Kind = Kind.ASK, body: dict[str, Any] | None = None
) -> str:
    """Put a note into the outbox; return its id."""
    note = Note(str(uuid4()), kind, "lab", "step", body or {"words": ""})
    put(folder, note)
    return note.id


def test_attempts_arrive_once_in_order_and_in_batches(tmp_path: Path) -> None:
    """250 attempts: three batches, numbered without gap, with the seat's token."""

    async def scene() -> None:
        ids = fill(tmp_path, 250)
        async with delivering(tmp_path, StandInRoom.accept) as (room, agent):
            await until(lambda: len(room.facts) == 250, "all arrived")
            await until(lambda: agent.status()["pending"] == 0, "all dropped")
            assert [len(call) for call in room.calls] == [100, 100, 50]
            assert list(room.facts) == ids
            assert [one.seq for one in room.facts.values()] == list(range(1, 251))
            assert room.tokens == {"Bearer seat-token"}
            assert agent.status()["state"] == "connected"
            assert agent.status()["last_ack"] > 0
            later = fill(tmp_path, 1)
            await until(lambda: later[0] in room.facts, "a later one arrived")

    asyncio.run(scene())


def test_nothing_is_lost_or_numbered_anew_over_faults(tmp_path: Path) -> None:
    """Dropped connections, 500s, junk, partial acks: each arrives under one number."""
    replies: list[Any] = [
        (500, {"error": {}}, {}),
        (200, "drop", {}),
        (200, "not json", {}),
        (200, {"acked": "x", "refused": [1]}, {}),
        (200, {"acked": [], "refused": []}, {}),
        (302, "", {"Location": "/hub/login"}),
        (503, {}, {"Retry-After": "0"}),
        "first-only",
    ]
    numbers: dict[str, set[int]] = {}

    def script(room: StandInRoom, items: Items) -> Any:
        for one in items:
            numbers.setdefault(one.id, set()).add(one.seq)
        reply = replies.pop(0) if replies else None
        if reply == "first-only":
            return room.accept(items[:1])
        return reply or room.accept(items)

    async def scene() -> None:
        ids = fill(tmp_path, 3)
        async with delivering(tmp_path, script) as (room, agent):
            await until(lambda: _soon(agent) == 0, "all delivered")
            assert set(room.facts) == set(ids)
        assert {len(seen) for seen in numbers.values()} == {1}

    asyncio.run(scene())


def _soon(agent: Agent) -> int:
    """Return what is pending; let the agent try again at once."""
    agent.delivery.not_before = 0.0
    agent.delivery.poke()
    return int(agent.status()["pending"])


def test_an_ack_lost_on_the_way_means_the_same_attempt_again(tmp_path: Path) -> None:
    """The room has it, the agent does not know: it is sent again under its number."""
    dropped: list[int] = []

    def script(room: StandInRoom, items: Items) -> Any:
        answer = room.accept(items)
        if not dropped:
            dropped.append(1)
            return 200, "drop", {}
        return answer

    async def scene() -> None:
        fill(tmp_path, 2)
        async with delivering(tmp_path, script) as (room, agent):
            await until(lambda: agent.status()["pending"] == 0, "delivered")
            first, second = room.calls
            assert [(one.id, one.seq) for one in first] == [
                (one.id, one.seq) for one in second
            ]

    asyncio.run(scene())


def test_a_batch_too_big_is_halved_and_a_bad_one_is_found(tmp_path: Path) -> None:
    """413 and 400 shrink the batch; only what fails alone is set aside."""
    bad: list[str] = []

    def script(room: StandInRoom, items: Items) -> Any:
        if len(items) > 4:
            return 413, {}, {}
        if any(one.id in bad for one in items):
            return 400, {}, {}
        return room.accept(items)

    async def scene() -> None:
        ids = fill(tmp_path, 30)
        bad.append(ids[7])
        async with delivering(tmp_path, script) as (room, agent):
            await until(lambda: agent.status()["pending"] == 0, "delivered")
            assert set(room.facts) == set(ids) - set(bad)
            assert agent.status()["refused"] == 1

    asyncio.run(scene())


def test_what_the_room_refuses_is_set_aside(tmp_path: Path) -> None:
    """A refused attempt is not sent again and kept for whoever looks."""

    def script(room: StandInRoom, items: Items) -> Any:
        room.accept(items[1:])
        refused = {"id": items[0].id, "code": "unknown-step", "message": "No."}
        return 200, {"acked": [a.id for a in items[1:]], "refused": [refused]}, {}

    async def scene() -> None:
        fill(tmp_path, 3)
        async with delivering(tmp_path, script) as (room, agent):
            await until(lambda: agent.status()["pending"] == 0, "settled")
            assert len(room.calls) == 1
            assert agent.status()["refused"] == 1

    asyncio.run(scene())


def test_a_seat_that_is_not_let_in_keeps_its_attempts(tmp_path: Path) -> None:
    """401 and 403 keep everything and are tried again slowly."""

    def script(room: StandInRoom, items: Items) -> Any:
        return (401, {}, {}) if len(room.calls) == 1 else room.accept(items)

    async def scene() -> None:
        fill(tmp_path, 1)
        async with delivering(tmp_path, script) as (room, agent):
            await until(lambda: agent.status()["state"] == "refused", "refused")
            assert agent.status()["pending"] == 1
            assert agent.delivery.not_before - time.monotonic() > 5
            await until(lambda: _soon(agent) == 0, "delivered in the end")
            assert len(room.facts) == 1

    asyncio.run(scene())


def test_retry_after_is_waited_for(tmp_path: Path) -> None:
    """A room that asks for time gets it."""

    def script(room: StandInRoom, items: Items) -> Any:
        return 429, {}, {"Retry-After": "30"}

    async def scene() -> None:
        fill(tmp_path, 1)
        async with delivering(tmp_path, script) as (room, agent):
            await until(lambda: agent.status()["state"] == "away", "asked to wait")
            assert agent.delivery.not_before - time.monotonic() > 25
            fill(tmp_path, 1)
            await until(
                lambda: len(agent.delivery.numbering.waiting(9)) == 2, "numbered"
            )
            assert len(room.calls) == 1

    asyncio.run(scene())


def test_a_room_away_and_back_on_its_port_gets_everything(tmp_path: Path) -> None:
    """What happens meanwhile waits in the outbox and arrives by itself."""

    async def scene() -> None:
        async with delivering(tmp_path, StandInRoom.accept) as (room, agent):
            ids = fill(tmp_path, 1)
            await until(lambda: len(room.facts) == 1, "first arrived")
            await room.stop()
            ids += fill(tmp_path, 5)
            await until(lambda: agent.status()["state"] == "away", "noticed")
            room.start()
            await until(lambda: list(room.facts) == ids, "all arrived")

    asyncio.run(scene())


def test_the_agent_survives_its_folder(tmp_path: Path) -> None:
    """An outbox that vanishes and comes back does not end the agent."""

    async def scene() -> None:
        folder = tmp_path / "outbox"
        async with delivering(folder, StandInRoom.accept) as (room, agent):
            await until(lambda: (folder / "agent.sock").exists(), "started")
            (folder / "new").rmdir()
            agent.delivery.poke()
            await asyncio.sleep(0.05)
            ids = fill(folder, 1)
            await until(lambda: ids[0] in room.facts, "arrived")
            shutil.rmtree(folder)
            ids = fill(folder, 1)
            agent.delivery.poke()
            await until(lambda: ids[0] in room.facts, "arrived in a new folder")

    asyncio.run(scene())


def test_a_poke_at_an_outbox_that_cannot_be_had_leaves_others_their_turn(
    tmp_path: Path,
) -> None:
    """The server goes on meanwhile, and what waits goes once the folder is back."""

    async def scene() -> None:
        folder = tmp_path / "outbox"
        folder.mkdir()
        (folder / "refused").touch()
        async with delivering(folder, StandInRoom.accept) as (room, agent):
            ids = fill(folder, 1)
            agent.delivery.poke()
            await asyncio.sleep(0.05)
            (folder / "refused").unlink()
            agent.delivery.poke()
            await until(lambda: ids[0] in room.facts, "arrived")

    asyncio.run(scene())


def test_age_is_the_time_since_it_happened(tmp_path: Path) -> None:
    """A waiting attempt grows older by a clock that nobody can set."""
    fill(tmp_path, 1)
    numbering = Numbering(tmp_path)
    numbering.hold()
    numbering.collect()
    one = numbering.waiting(1)[0]
    later = {**one.stamp, "mono": one.stamp["mono"] + 61_000, "wall": 0}
    assert one.to_json(later)["age_ms"] == 61_000


def test_notes_go_beside_attempts_in_the_order_they_happened(tmp_path: Path) -> None:
    """One numbering, one request for each run of one form."""

    async def scene() -> None:
        made = [*fill(tmp_path, 2), tell(tmp_path), tell(tmp_path), *fill(tmp_path, 1)]
        async with delivering(tmp_path, StandInRoom.accept) as (room, agent):
            await until(lambda: list(room.facts) == made, "all arrived in order")
            await until(lambda: agent.status()["pending"] == 0, "all dropped")
            assert [len(call) for call in room.calls] == [2, 2, 1]
            assert [one.seq for one in room.facts.values()] == [1, 2, 3, 4, 5]
            epochs = {one.epoch for one in room.facts.values()}
            assert epochs == {agent.delivery.numbering.epoch}

    asyncio.run(scene())


def test_large_notes_are_sent_in_requests_that_a_room_takes(tmp_path: Path) -> None:
    """Ten shared cells of the greatest length never make one request of a megabyte."""
    sizes: list[int] = []

    def script(room: StandInRoom, items: Items) -> Any:
        sizes.append(len(json.dumps([one.to_json() for one in items])))
        return room.accept(items)

    async def scene() -> None:
        for _ in range(10):
            tell(tmp_path, Kind.SHARE, {"source": "\x00" * 20_000})
        async with delivering(tmp_path, script) as (room, _):
            await until(lambda: len(room.facts) == 10, "all arrived")
            assert max(sizes) < 400_000

    asyncio.run(scene())


def test_a_note_that_the_room_refuses_holds_nothing_up(tmp_path: Path) -> None:
    """It is set aside; what comes after it arrives."""

    def script(room: StandInRoom, items: Items) -> Any:
        if isinstance(items[0], Note):
            refused = {"id": items[0].id, "code": "unknown-ask", "message": "No."}
            return 200, {"acked": [], "refused": [refused]}, {}
        return room.accept(items)

    async def scene() -> None:
        tell(tmp_path)
        ids = fill(tmp_path, 1)
        async with delivering(tmp_path, script) as (room, agent):
            await until(lambda: list(room.facts) == ids, "the attempt arrived")
            assert agent.status()["refused"] == 1

    asyncio.run(scene())
