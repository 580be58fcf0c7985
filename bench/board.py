"""How the board holds: `python bench/board.py [--seats N] [--seconds N] [--hour N]`.

A room of 1,000 stand-in seats with a lab of ten steps, attempts at a fixed rate, and 20
boards open that read the stream, beside a real Chromium with the real page. The way
from sending an attempt to the page having drawn it, the processor's share of the room
and its memory are measured. Three peers run on the same machine in the same minutes:
the same service with a delta for every entry, with every seat shown however large the
room, and with the whole picture instead of deltas.
Then an hour's worth of attempts goes in as fast as it is acknowledged, to see whether
memory stays, and the room grows from 10 seats to 10,000.

Every attempt is one row of the journal, and a board says which row it shows: the k-th
attempt sent is on a screen once the screen shows k rows more than before.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.room import (
    ROOM,
    Running,
    StandInHub,
    attempt,
    clients,
    fill,
    processor_time,
    running,
)

LAB = "ten_steps"
STEPS = [f"step-{number}" for number in range(1, 11)]
LARGE = "from hub.room import feed, picture, reception\nreception.MOST_SEATS = 20_000\n"
AS_IT_IS = LARGE + ROOM
EACH = LARGE + "feed.LEAST_PAUSE = feed.MOST_PAUSE = 0.0\n" + ROOM
SEATS = LARGE + "picture.MOST_WHOLE = 20_000\n"
WHOLE = (
    SEATS
    + "told = picture.Picture.snapshot_text\n"
    + "picture.Picture.delta_text = lambda self, seats: told(self, alone=False)\n"
    + ROOM
)
SEATS += ROOM
CONNECTIONS = 50
OBSERVER = """
window.shown = [];
const look = () => {
  const row = Number(document.querySelector("[data-row]")?.dataset.row);
  if (row && row !== window.shown.at(-1)?.[0]) {
    window.shown.push([row, performance.timeOrigin + performance.now()]);
  }
};
new MutationObserver(() => requestAnimationFrame(look)).observe(document, {
  subtree: true, childList: true, attributes: true, attributeFilter: ["data-row"],
});
"""
"""Notes when a frame was drawn that shows another row."""


@dataclass
class Screen:
    """What one board showed, and when: rows and times, both growing."""

    rows: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    bytes: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, row: int, at: float) -> None:
        """Note a row that is shown from now on."""
        if not self.rows or row > self.rows[-1]:
            self.rows.append(row)
            self.times.append(at)
            self.ready.set()

    def waits(self, base: int, sent: Sequence[float]) -> list[float]:
        """Return the seconds from each sending to its showing, sorted."""
        found = []
        for number, at in enumerate(sent, 1):
            place = bisect_left(self.rows, base + number)
            if place < len(self.rows):
                found.append(max(0.0, self.times[place] - at))
        return sorted(found)


async def watch(here: Running, room: str, staff: str, screen: Screen) -> None:
    """Read a room's stream until cancelled, noting rows and bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port, limit=2**26)
    path = f"/services/room/api/rooms/{room}/stream"
    head = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: token {staff}\r\n\r\n"
    writer.write(head.encode())
    row = 0
    try:
        while line := await reader.readline():
            screen.bytes += len(line)
            if line.startswith(b"id: "):
                row = int(line[4:])
            elif line.startswith(b"data: "):
                screen.note(row, time.time())
    finally:
        writer.close()


@asynccontextmanager
async def board_page(
    browser: Browser | None, here: Running, room: str, staff: str
) -> AsyncIterator[Page | None]:
    """Open the real board in a real browser, logged in by a token."""
    if browser is None:
        yield None
        return
    context = await browser.new_context(
        extra_http_headers={"Authorization": f"token {staff}"}
    )
    await context.add_init_script(OBSERVER)
    page = await context.new_page()
    await page.goto(f"http://127.0.0.1:{here.port}/services/room/{room}")
    await page.wait_for_selector("[data-row]", timeout=60_000)
    yield page
    await context.close()


async def send(
    here: Running, seats: Sequence[str], rate: float, seconds: float
) -> list[float]:
    """Send attempts of random seats at a rate; returns when each was sent."""
    free = await clients(here.port, CONNECTIONS)
    sent: list[float] = []
    tasks: set[asyncio.Task[None]] = set()

    async def one() -> None:
        client = free.pop()
        sent.append(time.time())
        await client.post(random.choice(seats), attempt(LAB, STEPS))
        free.append(client)

    began, number = time.perf_counter(), 0
    while (now := time.perf_counter() - began) < seconds:
        while number < now * rate and free:
            task = asyncio.create_task(one())
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            number += 1
            await asyncio.sleep(0)
        await asyncio.sleep(0.002)
    await asyncio.gather(*tasks)
    for client in free:
        client.transport.close()
    return sent


def memory(pid: int) -> float:
    """Return the memory that a process holds, in MB."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB", text, re.M)
    return int(found[1]) / 1024 if found else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What came out: seconds, share of a core, MB, bytes and attempts a second."""

    stream: list[float]
    page: list[float]
    core: float
    memory: float
    traffic: float
    rate: float


async def measure(
    here: Running,
    filled: tuple[str, list[str], str],
    boards: int,
    rate: float,
    seconds: float,
    browser: Browser | None,
) -> Figures:
    """Let attempts come in at a rate while boards watch."""
    room, seats, staff = filled
    screens = [Screen() for _ in range(boards)]
    watching = [
        asyncio.create_task(watch(here, room, staff, screen)) for screen in screens
    ]
    for screen in screens:
        await screen.ready.wait()
    async with board_page(browser, here, room, staff) as page:
        await asyncio.sleep(2)
        base, drawn = screens[0].rows[-1], Screen()
        sizes, used = [screen.bytes for screen in screens], processor_time(here.pid)
        began = time.perf_counter()
        sent = await send(here, seats, rate, seconds)
        took = time.perf_counter() - began
        used = processor_time(here.pid) - used
        await asyncio.sleep(3)
        for row, at in await page.evaluate("window.shown") if page else []:
            drawn.note(row, at / 1000)
    for task in watching:
        task.cancel()
    grown = sum(screen.bytes for screen in screens) - sum(sizes)
    return Figures(
        sorted(wait for screen in screens for wait in screen.waits(base, sent)),
        drawn.waits(base, sent),
        used / took,
        memory(here.pid),
        grown / took / boards,
        len(sent) / took,
    )


def a_lab(folder: Path) -> Path:
    """Write a lab of ten steps; returns the folder of labs."""
    lines = [
        "[lab]",
        'title = "Ten steps"',
        'version = "1.0.0"',
        'summary = "A lab to measure with."',
        "minutes = 50",
        'license = "CC0-1.0"',
        'authors = ["The bench"]',
        'feedback = "mailto:labs@airlift.example"',
    ]
    for step in STEPS:
        lines += ["[[steps]]", f'id = "{step}"', f'title = "{step}"']
    (folder / LAB).mkdir(parents=True)
    (folder / LAB / "lab.toml").write_text("\n".join(lines) + "\n")
    return folder


async def hour(here: Running, filled: tuple[str, list[str], str], many: int) -> str:
    """Send attempts as fast as they are acknowledged; tell how memory was."""
    _, seats, _ = filled
    free = await clients(here.port, CONNECTIONS)
    held = [memory(here.pid)]
    for _ in range(4):

        async def share(client: Any) -> None:
            for _ in range(many // 4 // CONNECTIONS):
                await client.post(random.choice(seats), attempt(LAB, STEPS))

        await asyncio.gather(*map(share, free))
        held.append(memory(here.pid))
    for client in free:
        client.transport.close()
    return " -> ".join(f"{one:.0f}" for one in held) + " MB"


def line(name: str, figures: Figures) -> str:
    """Return one line of the table."""
    cells = []
    for waits in (figures.stream, figures.page):
        if waits:
            p50, p99 = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
            cells.append(f"{1000 * p50:8.0f}{1000 * p99:8.0f}")
        else:
            cells.append(f"{'-':>8}{'-':>8}")
    return (
        f"{name:34}{figures.rate:6.0f}{''.join(cells)}{100 * figures.core:8.0f} %"
        f"{figures.memory:8.0f}{figures.traffic / 1024:9.0f}"
    )


HEAD = (
    f"{'':34}{'per s':>6}{'stream p50, p99':>16}{'page p50, p99':>16}"
    f"{'core':>10}{'MB':>8}{'kB/s':>9}"
)


async def bench(flags: argparse.Namespace, browser: Browser | None) -> None:
    """Run everything and print the tables."""
    hub = await StandInHub().start()
    with tempfile.TemporaryDirectory() as folder:
        labs = a_lab(Path(folder) / "labs")
        print(
            f"{flags.seats} seats x {len(STEPS)} steps, {flags.rate:g} attempts/s, "
            f"{flags.boards} boards, {flags.seconds:g} s each; ms"
        )
        print(HEAD)
        for name, program in (
            ("as it is", AS_IT_IS),
            ("  a delta for every entry", EACH),
            ("  seat by seat, no heat map", SEATS),
            ("  the whole picture each time", WHOLE),
        ):
            async with running(program, hub, labs) as here:
                filled = await fill(here.root, here.desk, flags.seats, LAB)
                work = (here, filled, flags.boards, flags.rate, flags.seconds)
                real = browser if program is AS_IT_IS else None
                print(line(name, await measure(*work, real)), flush=True)
                if program is AS_IT_IS and flags.hour:
                    told = await hour(here, filled, flags.hour)
                    print(f"  {flags.hour} attempts more: {told}", flush=True)
        print("growth, as it is")
        for seats in flags.growth:
            async with running(AS_IT_IS, hub, labs) as here:
                filled = await fill(here.root, here.desk, seats, LAB)
                work = (here, filled, flags.boards, flags.rate, flags.seconds, browser)
                print(line(f"  {seats} seats", await measure(*work)), flush=True)


async def run(flags: argparse.Namespace) -> None:
    """Start the browser and run."""
    async with async_playwright() as player:
        browser = None
        if not flags.no_browser:
            browser = await player.chromium.launch(
                executable_path=flags.chromium, args=["--no-sandbox"]
            )
        await bench(flags, browser)


def main() -> None:
    """Read the flags and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seats", type=int, default=1000)
    parser.add_argument("--boards", type=int, default=20)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--hour", type=int, default=60_000, help="attempts of an hour")
    parser.add_argument(
        "--growth", type=int, nargs="*", default=[10, 100, 1000, 10_000]
    )
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--no-browser", action="store_true")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
