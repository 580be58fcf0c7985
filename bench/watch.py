"""What watched steps cost a seat, and how soon they see what somebody has done.

Run: ``python bench/watch.py [--seconds 60]``. Two real servers of seats with the agent,
side by side: the lab of one has watched steps (a file and two commands of git), that of
the other has none. Processor time is that of the server with all it started, read at
the same moments: while nobody is there, while somebody types, and after that, when
looks become rare. Then a line typed in a terminal, until its attempt is kept.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from checkers.engine.family import descendants
from tests.checkers.seat_server import SeatServer
from tests.checkers.terminal_lab import LAB, set_up
from tests.hub.room.process import call

CHECKER = """
from checkers import Work, check, fail

def look(work: Work, name: str) -> None:
    work.run(["git", "status", "--short"])
    text = work.file("note.txt").read_text().strip()
    fail(f"not-{name}", f"`note.txt` says {text!r}.")

@check("file")
def file(work: Work) -> None:
    fail("other-text", work.file("note.txt").read_text().strip() or "nothing")

@check("one")
def one(work: Work) -> None:
    look(work, "one")

@check("two")
def two(work: Work) -> None:
    look(work, "two")
"""
SETTLE = 5.0
KEPT = ("HOME", "AIRLIFT_CHECKERS", "AIRLIFT_LABS_DIR", "AIRLIFT_LABS")
Terminal = WebSocketClientConnection
HEADERS = {"Authorization": "token secret"}


def seat(root: Path, *, watch: bool) -> SeatServer:
    """Start a seat whose three steps are watched or not."""
    steps = [{"id": i, "title": i, "watch": watch} for i in ("file", "one", "two")]
    environ = set_up(root, tuple(steps))
    (root / "lib" / f"{LAB}.py").write_text(CHECKER)
    os.system(f"git init -q {root / 'home' / LAB}")
    return SeatServer(root, **{key: environ[key] for key in KEPT}).start()


def used(server: SeatServer) -> float:
    """Return the processor seconds of a server and of all it has started."""
    assert server.process is not None
    pid, total = server.process.pid, 0.0
    for one in (pid, *descendants(pid)):
        try:
            for path in Path(f"/proc/{one}/task").glob("*/schedstat"):
                total += int(path.read_text().split()[0]) / 1e9
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    return total


async def terminal(server: SeatServer) -> Terminal:
    """Open a terminal of a seat."""
    made = call("POST", f"{server.url}api/terminals", {}, HEADERS)
    url = f"{server.url.replace('http', 'ws')}terminals/websocket/{made.body['name']}"
    found = await websocket_connect(HTTPRequest(url, headers=HEADERS))
    asyncio.get_running_loop().create_task(read(found))
    return found


async def read(socket: Terminal) -> None:
    """Read what a terminal says, as a page does."""
    while await socket.read_message():
        pass


async def type_line(socket: Terminal, line: str) -> None:
    """Type a line."""
    await socket.write_message(json.dumps(["stdin", line + "\r"]))


async def measure(title: str, servers: list[SeatServer], seconds: float) -> None:
    """Print a row: the processor's share of both seats over a while."""
    before = [used(one) for one in servers]
    await asyncio.sleep(seconds)
    shares = [
        100 * (used(one) - old) / seconds
        for one, old in zip(servers, before, strict=True)
    ]
    watched, plain = shares
    more = watched - plain
    ratio = watched / plain if plain else float("nan")
    print(
        f"{title:<38}{plain:>8.3f} %{watched:>8.3f} %{more:>9.3f} %{ratio:>8.2f}",
        flush=True,
    )


async def delay(server: SeatServer, socket: Terminal, number: int) -> float:
    """Return the seconds from a line typed to the attempt kept."""
    kept = server.outbox.parent / "progress.jsonl"
    size = kept.stat().st_size if kept.exists() else 0
    started = time.perf_counter()
    words = "abcdefghijklmnop"[number]  # a figure alone would be no news
    await type_line(socket, f"echo {words} > ~/{LAB}/note.txt")
    await asyncio.to_thread(wait_for_more, kept, size)
    return time.perf_counter() - started


def wait_for_more(path: Path, size: int) -> None:
    """Wait until a file has grown."""
    while not path.exists() or path.stat().st_size == size:
        time.sleep(0.005)


async def bench(servers: list[SeatServer], seconds: float) -> None:
    """Measure all and print the table."""
    heads = f"{'without':>10}{'watched':>10}{'more':>11}{'ratio':>8}"
    print(f"{'processor of a seat':<38}{heads}")
    await asyncio.sleep(SETTLE)
    await measure("nobody there", servers, seconds)
    sockets = [await terminal(one) for one in servers]
    typing = asyncio.create_task(keep_typing(sockets))
    await asyncio.sleep(SETTLE)
    await measure("somebody types a line each second", servers, seconds / 2)
    typing.cancel()
    await asyncio.sleep(60)
    await measure("a minute after the last line", servers, seconds)
    slow, quick = [], []
    for number in range(12):
        await asyncio.sleep(12 if number % 3 == 0 else 2.5)
        found = slow if number % 3 == 0 else quick
        found.append(await delay(servers[0], sockets[0], number))
    print()
    for title, times in (("while working", quick), ("after a pause", slow)):
        print(
            f"from a line in a terminal to the attempt, {title}: "
            f"median {statistics.median(times):.2f} s, most {max(times):.2f} s"
        )


async def keep_typing(sockets: list[Terminal]) -> Any:
    """Type a line each second in each terminal."""
    while True:
        for socket in sockets:
            await type_line(socket, "ls")
        await asyncio.sleep(1)


def main() -> None:
    """Measure both and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="airlift-") as folder:
        servers = [
            seat(Path(folder) / name, watch=name == "watched")
            for name in ("watched", "plain")
        ]
        try:
            asyncio.run(bench(servers, seconds))
        finally:
            for server in servers:
                server.stop()


if __name__ == "__main__":
    main()
