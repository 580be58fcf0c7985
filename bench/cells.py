"""A cell's way there and back through the proxy: `python bench/cells.py`.

From the browser's websocket by proxy and server to the kernel until the kernel is idle
again: a seat of ours (hook loaded, small messages sent at once) beside a server of a
plain JupyterHub with the same versions (bench/seats.py), in turns of ten cells: one
right after the other, as "run all" does, and each after a pause, as a person does. A
receiver that was idle acknowledges at once: TCP_NODELAY shows in the first.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from seats import ROOT, Ours, Stock, stock, stock_image

import websocket  # isort: skip - seats.py puts the repository on the path first
from tests.harness import running  # isort: skip
from tests.visitor import Kernel, Visitor  # isort: skip

PAUSES = {"at once": 0.0, "after a pause": 0.5}
"""Seconds before each cell."""
TURN = 10
CELLS = {
    "an empty result": "x = 3",
    "one line printed": "print(3)",
    "10 lines printed in turn": "for n in range(10): print(n, flush=True)",
}
STEP = "# step: load-data\nx = 3"


class StockKernel(Kernel):
    """A kernel of the plain hub's server, opened with a token."""

    def __init__(self, peer: Stock, number: int) -> None:
        self.visitor = Visitor(peer.url)
        self.session = uuid.uuid4().hex
        base = f"/user/person-{number}/api/kernels"
        headers = dict(peer.http)
        made = self.visitor.post(base, {"name": "python3"}, headers=headers)
        assert made.ok, made.text[:500]
        self.id = made.json()["id"]
        path = f"{base}/{self.id}/channels?session_id={self.session}"
        self.socket = websocket.create_connection(
            f"ws://{urlsplit(peer.url).netloc}{path}", header=headers, timeout=60
        )


def turn(kernel: Kernel, code: str, pause: float) -> list[float]:
    """Run a cell ten times; returns milliseconds of all but the first."""
    times = []
    for _ in range(TURN):
        time.sleep(pause)
        cell = "load-data" if code == STEP else ""
        times.append(kernel.run(code, cell).seconds * 1000)
    return times[1:]


def row(title: str, ours: list[float], peer: list[float]) -> None:
    """Print medians and the slowest of twenty."""
    mine, other = statistics.median(ours), statistics.median(peer)
    late = [statistics.quantiles(times, n=20)[-1] for times in (ours, peer)]
    print(
        f"{title:<44}{mine:>8.1f} ms{late[0]:>8.1f} ms"
        f"{other:>8.1f} ms{late[1]:>8.1f} ms{mine / other:>7.2f}"
    )


def main() -> None:
    """Measure each cell on both sides in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    turns = parser.parse_args().turns
    build = [sys.executable, str(ROOT / "images/build.py"), "--root", str(ROOT)]
    built = subprocess.run(build, check=True, stdout=subprocess.PIPE, text=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), image=built.stdout.strip()) as airlift,
        stock(stock_image(), 1) as peer,
    ):
        side = Ours(airlift, 1)
        side.people[0].start()
        peer.start(0)
        kernels = (side.people[0].kernel(), StockKernel(peer, 0))
        for kernel in kernels:
            kernel.run("import time", seconds=120)
        head = ("airlift", "slow 5 %", "stock", "slow 5 %", "ratio")
        print(
            f"{'cell':<44}{head[0]:>11}{head[1]:>11}{head[2]:>11}{head[3]:>11}", end=""
        )
        print(f"{head[4]:>7}")
        cells = [*CELLS.items(), ("a step, checked (stock: not)", STEP)]
        for (how, pause), (title, code) in product(PAUSES.items(), cells):
            times: tuple[list[float], list[float]] = ([], [])
            for _ in range(turns):
                for taken, kernel in zip(times, kernels, strict=True):
                    taken += turn(kernel, code, pause)
            row(f"{how}: {title}", *times)


if __name__ == "__main__":
    main()
