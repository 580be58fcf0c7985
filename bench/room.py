"""How much one room process takes: `python bench/room.py [--seconds N] [--seats N]`.

Stand-in seats speak real HTTP over keep-alive connections to `python -m hub.room`,
one attempt a request, each waiting for its acknowledgement (`synchronous=FULL`). Two
peers run beside it on the same machine in the same minute: the same service with one
commit per attempt, and a bare Tornado handler that keeps nothing. Then attempts arrive
at a fixed rate, and a viewer's stream says when each was on the board.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from hub.secrets import ensure_secrets, read_secret

LABS = Path(__file__).parents[1] / "labs"
LAB = "first_flight"
STEPS = ("load-data", "clean-data", "join-airports")
ROOM = "from hub.room.__main__ import main\nimport sys\nsys.exit(main())"
ONE_BY_ONE = "from hub.room import journal\njournal.BATCH = 1\n" + ROOM
BARE = """
import asyncio, json, sys
from tornado.web import Application, RequestHandler
class Bare(RequestHandler):
    def post(self):
        ids = [item["id"] for item in json.loads(self.request.body)["attempts"]]
        self.finish(json.dumps({"acked": ids, "refused": []}))
async def main():
    app = Application([("/services/room/api/attempts", Bare)], log_function=id)
    app.listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()
asyncio.run(main())
"""


class StandInHub:
    """Says of every token that it belongs to the user of that name."""

    async def start(self) -> str:
        """Serve and return the API's address."""

        class Whose(RequestHandler):
            def get(self) -> None:
                name = self.request.headers["Authorization"][6:]
                scopes = ["access:services!service=room", "custom:room:presenter"]
                self.finish({"kind": "user", "name": name, "scopes": scopes})

        app = Application([("/hub/api/user", Whose)], log_function=lambda _: None)
        sockets = bind_sockets(0, "127.0.0.1")
        self.server = HTTPServer(app)
        self.server.add_sockets(sockets)
        return f"http://127.0.0.1:{sockets[0].getsockname()[1]}/hub/api"


class Client(asyncio.Protocol):
    """One keep-alive connection that sends one request at a time."""

    def __init__(self) -> None:
        self.buffer = b""
        self.waiting: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: Any) -> None:
        """Keep the transport."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Finish the answer once its body is complete."""
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or self.waiting is None:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) >= length:
            self.buffer = b""
            status = head.split(b" ", 2)[1]
            if status != b"200":
                self.waiting.set_exception(RuntimeError(f"{head!r} {body!r}"))
            else:
                self.waiting.set_result(body)

    async def post(self, token: str, body: bytes) -> bytes:
        """Send one batch and return the answer's body."""
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(
            b"POST /services/room/api/attempts HTTP/1.1\r\nHost: bench\r\n"
            b"Authorization: token " + token.encode() + b"\r\n"
            b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
        )
        return await self.waiting


def attempt(lab: str = LAB, steps: Sequence[str] = STEPS) -> bytes:
    """Return the body of a request with one attempt."""
    data = {
        "v": 1,
        "id": str(uuid.uuid4()),
        "lab": lab,
        "lab_version": "1.0.0",
        "notebook": f"{lab}/{lab}.ipynb",
        "step": random.choice(steps),
        "trigger": "cell",
        "outcome": random.choice(["passed", "failed"]),
        "reason": "rows-lost",
        "hint": "expected 336 rows, your table has 312",
        "ms": 3,
        "age_ms": 1,
        "epoch": "",
        "seq": 0,
    }
    return json.dumps({"v": 1, "attempts": [data]}).encode()


def free_port() -> int:
    """Return a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(line: list[str]) -> Iterator[int]:
    """Run a process as long as the block; gives its id."""
    child = subprocess.Popen([sys.executable, "-c", *line], stderr=subprocess.DEVNULL)
    try:
        yield child.pid
    finally:
        child.terminate()
        child.wait(30)


async def answering(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(500):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    raise RuntimeError("expected a service that answers, got none")


def call(root: Path, port: int, path: str, body: object) -> Any:
    """Call the desk."""
    token = read_secret(root / ".airlift" / "secrets", "desk")
    headers = {"Authorization": f"token {token}"}
    url = f"http://127.0.0.1:{port}/desk{path}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


async def fill(
    root: Path, port: int, seats: int, lab: str = LAB
) -> tuple[str, list[str], str]:
    """Open a room and fill its seats; returns its id, the seats, a presenter."""
    wanted = {"title": "B", "host": "B", "labs": [lab], "capacity": seats}
    room = await asyncio.to_thread(call, root, port, "/rooms", wanted)
    await asyncio.to_thread(call, root, port, f"/rooms/{room['id']}/open", {})
    names = []
    for number in range(seats):
        body = {"code": room["code"], "name": f"P{number}", "browser": f"b{number}"}
        claim = await asyncio.to_thread(call, root, port, "/claims", body)
        names.append(claim["seat"])
    key = {"key": room["presenter_key"], "browser": "staff"}
    staff = await asyncio.to_thread(call, root, port, "/staff", key)
    return room["id"], names, staff["user"]


async def clients(port: int, count: int) -> list[Client]:
    """Open connections."""
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(Client, "127.0.0.1", port) for _ in range(count)
    ]
    return [client for _, client in made]


def processor_time(pid: int) -> float:
    """Return the seconds of processor time that a process has used."""
    numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


async def hammer(
    port: int, pid: int, seats: list[str], seconds: float
) -> tuple[float, float]:
    """Let every seat send as fast as it is acknowledged.

    Returns attempts per second, and per second of the process's processor time: what
    a whole core for itself would do.
    """
    many = await clients(port, len(seats))
    for client, seat in zip(many, seats, strict=True):
        await client.post(seat, attempt())
    acked, used = 0, processor_time(pid)
    end = time.perf_counter() + seconds

    async def work(client: Client, seat: str) -> None:
        nonlocal acked
        while time.perf_counter() < end:
            answer = await client.post(seat, attempt())
            acked += len(json.loads(answer)["acked"])

    started = time.perf_counter()
    await asyncio.gather(*map(work, many, seats))
    took = time.perf_counter() - started
    used = processor_time(pid) - used
    for client in many:
        client.transport.close()
    return acked / took, acked / used


class Board:
    """A viewer that notes how long after its sending each attempt showed up."""

    def __init__(self, seats: list[str]) -> None:
        self.sent: dict[str, list[float]] = {seat: [] for seat in seats}
        self.seen: dict[str, int] = {}
        self.waits: list[float] = []
        self.ready = asyncio.Event()

    async def watch(self, port: int, room: str, staff: str) -> None:
        """Read the stream until cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        path = f"/services/room/api/rooms/{room}/stream"
        head = f"GET {path} HTTP/1.1\r\nHost: bench\r\n"
        writer.write(f"{head}Authorization: token {staff}\r\n\r\n".encode())
        while line := await reader.readline():
            if line.startswith(b"data: "):
                now = time.perf_counter()
                for seat in json.loads(line[6:])["seats"]:
                    if seat["seat"] in self.sent:
                        self.note(seat, now)
                self.ready.set()

    def note(self, seat: dict[str, Any], now: float) -> None:
        """Note the attempts of a seat that are new on the board."""
        name = seat["seat"]
        count = sum(step["attempts"] for step in seat["steps"].values())
        if name in self.seen:
            new = self.sent[name][self.seen[name] : count]
            self.waits.extend(now - at for at in new)
        else:
            self.sent[name] = [0.0] * count
        self.seen[name] = count


async def to_board(
    port: int, room: str, seats: list[str], staff: str, rate: float, seconds: float
) -> list[float]:
    """Send at a fixed rate; returns seconds from sending to the viewer, sorted."""
    board = Board(seats)
    watching = asyncio.create_task(board.watch(port, room, staff))
    await board.ready.wait()
    free = list(zip(seats, await clients(port, len(seats)), strict=True))
    tasks = set()

    async def one() -> None:
        seat, client = free.pop(random.randrange(len(free)))
        board.sent[seat].append(time.perf_counter())
        await client.post(seat, attempt())
        free.append((seat, client))

    began, number = time.perf_counter(), 0
    while (now := time.perf_counter() - began) < seconds:
        while number < now * rate and free:
            task = asyncio.create_task(one())
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            number += 1
            await asyncio.sleep(0)
        await asyncio.sleep(0.001)
    await asyncio.gather(*tasks)
    await asyncio.sleep(1)
    watching.cancel()
    return sorted(board.waits)


@dataclass(frozen=True, slots=True)
class Running:
    """A room service that runs: its folder, its two ports, its process."""

    root: Path
    port: int
    desk: int
    pid: int


@asynccontextmanager
async def running(program: str, hub: str, labs: Path = LABS) -> AsyncIterator[Running]:
    """Run a room service of its own as long as the block."""
    with tempfile.TemporaryDirectory(dir=Path.home()) as folder:
        root, port, desk = Path(folder), free_port(), free_port()
        ensure_secrets(root / ".airlift" / "secrets")
        (root / "labs").symlink_to(labs)
        flags = {
            "--root": folder,
            "--address": "127.0.0.1",
            "--port": str(port),
            "--desk-port": str(desk),
            "--hub-url": hub,
            "--public-url": "http://b",
        }
        line = [program, *(word for flag in flags.items() for word in flag)]
        with process(line) as pid:
            await answering(desk)
            yield Running(root, port, desk, pid)


async def service(
    program: str, hub: str, seats: int, seconds: float, rate: float
) -> tuple[tuple[float, float], list[float]]:
    """Measure the room service; with a rate above 0 its way to the board, too."""
    async with running(program, hub) as here:
        room, names, staff = await fill(here.root, here.desk, seats)
        acked = await hammer(here.port, here.pid, names, seconds)
        waits = (
            await to_board(here.port, room, names[:40], staff, rate, seconds)
            if rate
            else []
        )
    return acked, waits


async def bare(seats: int, seconds: float) -> tuple[float, float]:
    """Measure a Tornado handler that keeps nothing."""
    port = free_port()
    with process([BARE, str(port)]) as pid:
        await answering(port)
        return await hammer(port, pid, [f"s{n}" for n in range(seats)], seconds)


async def bench(flags: argparse.Namespace) -> None:
    """Run everything and print the table."""
    hub = await StandInHub().start()
    alone = await bare(flags.seats, flags.seconds)
    single, _ = await service(ONE_BY_ONE, hub, flags.seats, flags.seconds, 0)
    acked, waits = await service(ROOM, hub, flags.seats, flags.seconds, flags.rate)
    p50, p99 = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
    print(f"one room process, {flags.seats} seats, {flags.seconds:g} s each")
    print(f"{'acknowledged attempts':34}{'per s':>8}{'per core s':>12}{'ratio':>8}")
    for name, (rate, core) in (
        ("  group commit", acked),
        ("  one commit per attempt", single),
        ("  bare Tornado, keeping nothing", alone),
    ):
        print(f"{name:34}{rate:8.0f}{core:12.0f}{acked[0] / rate:8.2f}")
    print(f"check to board at {flags.rate:g}/s over 40 seats, {len(waits)} attempts")
    print(f"  p50 {1000 * p50:.0f} ms   p99 {1000 * p99:.0f} ms", end="")
    print(f"   mean {1000 * statistics.fmean(waits):.0f} ms")


def main() -> None:
    """Read the flags and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seats", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rate", type=float, default=300)
    asyncio.run(bench(parser.parse_args()))


if __name__ == "__main__":
    main()
