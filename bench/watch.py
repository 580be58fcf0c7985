"""What watched steps cost a seat, and how soon they see what somebody has done.

Run: ``python bench/watch.py [--seconds 60]``. Two real servers of seats with the agent,
side by side: the lab of one has watched steps (a file and two commands of git), that of
the other has none. Processor time is that of the server with all it started, read at
the same moments: while nobody is there, while somebody types, and after that, when
looks become rare. Then a line typed in a terminal, until its attempt is kept.

At last, or alone with ``--labs``: git_rescue and postgres_tuning in a room, each in a
seat of its own image. The solution of each watched step is typed in the seat's terminal
for some seconds, some mistakes before it; the time runs from the end of the commands,
which may take long themselves, to the attempt that they make.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import websocket
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from checkers.engine.family import descendants
from hub.authoring.mistakes import load_mistakes
from hub.authoring.release import source_notebook
from hub.catalog import Lab, load_lab
from tests.checkers.seat_server import SeatServer
from tests.checkers.terminal_lab import LAB, set_up
from tests.harness import REPOSITORY, Airlift, running, wait_for
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
STORIES = {
    "git_rescue": (("say-who", "no-email"),),
    "postgres_tuning": (
        ("find-by-code", "code-not-first"),
        ("one-day", "too-many-rows"),
        ("waiting-parcels", "not-fast-enough"),
        ("lock", "still-waiting"),
        ("backup", "no-accident-yet"),
    ),
}
"""The labs, and which of their mistakes are made before the step's solution."""
PIECES, PIECE = 40, 0.1
"""In how many pieces a line is typed, and the seconds between them."""
PATIENCE = 120


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


class Typist:
    """Somebody who types in a terminal of a seat, and the attempts that come of it."""

    def __init__(self, airlift: Airlift, lab: Lab) -> None:
        self.airlift, self.lab = airlift, lab
        room = airlift.open_room(lab.title, labs=[lab.slug])
        who = airlift.join(room["code"], "Ana")
        self.seat = who.seat
        name = who.post(f"{who.base}/api/terminals", {}).json()["name"]
        path = f"{who.base}/terminals/websocket/{name}"
        self.socket = websocket.create_connection(
            f"ws{who.url[4:]}{path}", timeout=PATIENCE, cookie=who.cookies(path)
        )
        self.number = 0
        airlift.run_in(who.seat, "services", "wait")
        self.type(f"cd ~/{lab.slug}")

    def type(self, lines: str) -> float:
        """Type lines as a person does; return when the commands have ended."""
        self.number += 1
        text = lines.strip()
        size = -(-len(text) // PIECES)
        for at in range(0, len(text), size):
            self.socket.send(json.dumps(["stdin", text[at : at + size]]))
            time.sleep(PIECE)
        end = f'\necho do""ne-{self.number}\n'
        self.socket.send(json.dumps(["stdin", end]))
        shown = ""
        while f"done-{self.number}" not in shown:
            kind, *words = json.loads(self.socket.recv())
            shown += words[0] if kind == "stdout" else ""
        return time.time()

    def attempt(self, step: str, reason: str) -> dict[str, Any]:
        """Wait for an attempt that ends a step so; return it as the room keeps it."""
        path = self.airlift.settings.room_dir / "journal.sqlite"
        query = (
            "SELECT at, body FROM journal WHERE kind = 'attempt' AND seat = ? "
            "AND json_extract(body, '$.step') = ? "
            "AND json_extract(body, '$.reason') = ? ORDER BY id"
        )

        def found() -> list[tuple[int, str]]:
            """Look once."""
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
                return journal.execute(query, [self.seat, step, reason]).fetchall()

        at, body = wait_for(f"{step} {reason or 'passed'}", found, PATIENCE)[-1]
        return {"at": at / 1000, **json.loads(body)}


def lines_of(lab: Lab) -> Iterator[tuple[str, str, str]]:
    """Give step, reason and the lines to type; step "" for what is not measured."""
    steps = {cell: step for step in lab.steps for cell in step.cells}
    wrong = {(one.step, one.reason): one.code for one in load_mistakes(lab)}
    for cell in source_notebook(lab).cells:
        step = steps.get(cell.id)
        if cell.cell_type != "code" or (step is None and cell.id != "start"):
            continue
        for name, reason in STORIES[lab.slug]:
            if step and name == step.id:
                yield name, reason, wrong[name, reason]
        lines = re.sub(r"^#.*\n?", "", cell.source, flags=re.MULTILINE)
        watched = step is not None and step.watch and step.question is None
        yield (step.id if watched else "", "", lines)


def walk(airlift: Airlift, lab: Lab) -> list[float]:
    """Do a lab in its terminal; print a line a step and return the seconds of each."""
    who, times = Typist(airlift, lab), []
    for step, reason, lines in lines_of(lab):
        ended = who.type(lines)
        if step:
            made = who.attempt(step, reason)
            times.append(max(0.0, made["at"] - ended))
            what = f"  {step}: {reason or 'passed'}"
            print(f"{what:<40}{times[-1]:>7.2f} s{made['ms']:>10} ms", flush=True)
    return times


def labs() -> None:
    """Measure the labs in their images and print the table."""
    found = [load_lab(REPOSITORY / "labs" / slug) for slug in STORIES]
    built = {lab.image: built_image("--image", lab.image) for lab in found}
    print(f"{'from the end of a command to the attempt':<42}{'':>7}{'the check':>13}")
    with (
        tempfile.TemporaryDirectory(prefix="airlift-") as folder,
        running(Path(folder), image=built_image(), images=built) as airlift,
    ):
        times = {lab.slug: walk(airlift, lab) for lab in found}
    first = statistics.median(next(iter(times.values())))
    for slug, one in times.items():
        middle = statistics.median(one)
        print(
            f"{slug}: {len(one)} attempts, median {middle:.2f} s, most {max(one):.2f} s"
            f", ratio {middle / first:.2f}"
        )


def built_image(*flags: str) -> str:
    """Build one of the seats' images unless it is there; return its id."""
    line = [sys.executable, "images/build.py", "--root", str(REPOSITORY), *flags]
    done = subprocess.run(
        line, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip().splitlines()[-1]


async def keep_typing(sockets: list[Terminal]) -> Any:
    """Type a line each second in each terminal."""
    while True:
        for socket in sockets:
            await type_line(socket, "ls")
        await asyncio.sleep(1)


def main() -> None:
    """Measure all and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--labs", action="store_true")
    asked = parser.parse_args()
    if not asked.labs:
        seats(asked.seconds)
        print()
    labs()


def seats(seconds: float) -> None:
    """Measure two seats without containers and print the tables."""
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
