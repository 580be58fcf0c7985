"""The agent against a stand-in room that drops, refuses, doubles and dies.

It is no substitute for tests with the real room: here every reply that a room, or
something in its place, may give is given on purpose.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from checkers.engine.agent import Agent, agent_from
from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.numbering import Numbering
from checkers.engine.outbox import put

ETC = Path(__file__).parents[2] / "images" / "base" / "etc" / "jupyter"
Script = Callable[["StandInRoom", list[Attempt]], tuple[int, Any, dict[str, str]]]


class StandInRoom:
    """A small HTTP server in the room's place; `script` decides each reply."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.calls: list[list[Attempt]] = []
        self.tokens: set[str] = set()
        self.facts: dict[str, Attempt] = {}
        self.port = 0
        self._server: HTTPServer | None = None

    def accept(self, attempts: list[Attempt]) -> tuple[int, Any, dict[str, str]]:
        """Keep all and say so."""
        self.facts.update({one.id: one for one in attempts})
        return 200, {"acked": [one.id for one in attempts], "refused": []}, {}

    def start(self) -> None:
        """Listen, on the same port as before."""
        room = self

        class Attempts(RequestHandler):
            def post(self) -> None:
                token = self.request.headers.get("Authorization", "")
                room.tokens.add(token)
                data = json.loads(self.request.body)
                attempts = [Attempt.from_json(one) for one in data["attempts"]]
                room.calls.append(attempts)
                status, body, headers = room.script(room, attempts)
                self.set_status(status)
                for name, value in headers.items():
                    self.set_header(name, value)
                if body == "drop":
                    self.request.connection.stream.close()  # type: ignore[attr-defined]
                    return
                self.finish(body if isinstance(body, str) else json.dumps(body))

        app = Application([("/services/room/api/attempts", Attempts)])
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
    deadline = time.monotonic() + 20
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

    def script(room: StandInRoom, attempts: list[Attempt]) -> Any:
        for one in attempts:
            numbers.setdefault(one.id, set()).add(one.seq)
        reply = replies.pop(0) if replies else None
        if reply == "first-only":
            return room.accept(attempts[:1])
        return reply or room.accept(attempts)

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

    def script(room: StandInRoom, attempts: list[Attempt]) -> Any:
        answer = room.accept(attempts)
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

    def script(room: StandInRoom, attempts: list[Attempt]) -> Any:
        if len(attempts) > 4:
            return 413, {}, {}
        if any(one.id in bad for one in attempts):
            return 400, {}, {}
        return room.accept(attempts)

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

    def script(room: StandInRoom, attempts: list[Attempt]) -> Any:
        room.accept(attempts[1:])
        refused = {"id": attempts[0].id, "code": "unknown-step", "message": "No."}
        return 200, {"acked": [a.id for a in attempts[1:]], "refused": [refused]}, {}

    async def scene() -> None:
        fill(tmp_path, 3)
        async with delivering(tmp_path, script) as (room, agent):
            await until(lambda: agent.status()["pending"] == 0, "settled")
            assert len(room.calls) == 1
            assert agent.status()["refused"] == 1

    asyncio.run(scene())


def test_a_seat_that_is_not_let_in_keeps_its_attempts(tmp_path: Path) -> None:
    """401 and 403 keep everything and are tried again slowly."""

    def script(room: StandInRoom, attempts: list[Attempt]) -> Any:
        return (401, {}, {}) if len(room.calls) == 1 else room.accept(attempts)

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

    def script(room: StandInRoom, attempts: list[Attempt]) -> Any:
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

    asyncio.run(scene())


def test_without_a_room_it_is_practice(tmp_path: Path) -> None:
    """No address or no token: nothing is sent and nothing fails."""
    for environ in ({}, {"AIRLIFT_ROOM_URL": "http://x/"}):
        agent = agent_from({"AIRLIFT_OUTBOX": str(tmp_path), **environ})
        assert agent.status()["state"] == "practice"
    agent = agent_from(
        {
            "AIRLIFT_OUTBOX": str(tmp_path),
            "AIRLIFT_ROOM_URL": "http://h:1/services/room/",
            "JUPYTERHUB_API_TOKEN": "t",
        }
    )
    assert agent.room_url == "http://h:1/services/room"


def test_age_is_the_time_since_it_happened(tmp_path: Path) -> None:
    """A waiting attempt grows older by a clock that nobody can set."""
    fill(tmp_path, 1)
    numbering = Numbering(tmp_path)
    numbering.hold()
    numbering.collect()
    one = numbering.waiting(1)[0]
    later = {**one.stamp, "mono": one.stamp["mono"] + 61_000, "wall": 0}
    assert one.to_json(later)["age_ms"] == 61_000


def test_a_real_server_runs_the_agent_and_tells_its_status(tmp_path: Path) -> None:
    """Enabled by the shipped configuration; the status needs the server's token."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    enabled = ETC / "jupyter_server_config.d" / "airlift.json"
    config = tmp_path / "etc" / "jupyter_server_config.d"
    config.mkdir(parents=True)
    (config / "airlift.json").write_text(enabled.read_text())
    fill(tmp_path / "outbox", 1)
    environ = {
        **os.environ,
        "HOME": str(tmp_path),
        "JUPYTER_CONFIG_PATH": str(tmp_path / "etc"),
        "AIRLIFT_OUTBOX": str(tmp_path / "outbox"),
        "JUPYTER_TOKEN": "secret",
    }
    environ.pop("AIRLIFT_ROOM_URL", None)
    words = [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser"]
    words += [f"--ServerApp.port={port}", "--ServerApp.base_url=/user/x/"]
    log = tmp_path / "log"
    with log.open("w") as out:
        server = subprocess.Popen(
            words, env=environ, cwd=tmp_path, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        status = _status(port, server, log)
        assert (status["state"], status["pending"]) == ("practice", 1)
        request = f"http://127.0.0.1:{port}/user/x/airlift/status"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert refused.value.code == 403
        deadline = time.monotonic() + 20
        while not list((tmp_path / "outbox" / "numbered").glob("*")):
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
    finally:
        server.terminate()
        server.wait()


def _status(port: int, server: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    """Ask a starting server until it answers."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/user/x/airlift/status",
        headers={"Authorization": "token secret"},
    )
    deadline = time.monotonic() + 40
    while True:
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        try:
            with urllib.request.urlopen(request) as reply:
                data: dict[str, Any] = json.loads(reply.read())
                return data
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
