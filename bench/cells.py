"""A cell's way there and back through the proxy: `python bench/cells.py`.

From the browser's websocket by proxy and server to the kernel until the kernel is idle
again: a seat of ours (hook loaded, small messages sent at once) beside a server of a
plain JupyterHub with the same versions (bench/seats.py), in turns, with a short pause
before each cell as between two cells of a person.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from seats import ROOT, Ours, Stock, stock, stock_image

import websocket  # isort: skip - seats.py puts the repository on the path first
from tests.harness import running  # isort: skip
from tests.visitor import Kernel, Visitor  # isort: skip

PAUSE = 0.05
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


def one(kernel: Kernel, code: str, cell: str = "") -> float:
    """Run a cell after a pause; returns milliseconds."""
    time.sleep(PAUSE)
    return kernel.run(code, cell).seconds * 1000


def row(title: str, ours: list[float], peer: list[float]) -> None:
    """Print medians and the slowest of twenty."""
    mine, other = statistics.median(ours), statistics.median(peer)
    late = [statistics.quantiles(times, n=20)[-1] for times in (ours, peer)]
    print(
        f"{title:<28}{mine:>8.1f} ms{late[0]:>8.1f} ms"
        f"{other:>8.1f} ms{late[1]:>8.1f} ms{mine / other:>7.2f}"
    )


def main() -> None:
    """Measure each cell on both sides in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    build = [sys.executable, str(ROOT / "images/build.py"), "--root", str(ROOT)]
    built = subprocess.run(build, check=True, stdout=subprocess.PIPE, text=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), image=built.stdout.strip()) as airlift,
        stock(stock_image(), 1) as peer,
    ):
        side = Ours(airlift, 1)
        side.start(0)
        peer.start(0)
        kernels = (side.people[0].kernel(), StockKernel(peer, 0))
        for kernel in kernels:
            kernel.run("import time", seconds=120)
        head = ("airlift", "slow 5 %", "stock", "slow 5 %", "ratio")
        print(
            f"{'cell':<28}{head[0]:>11}{head[1]:>11}{head[2]:>11}{head[3]:>11}", end=""
        )
        print(f"{head[4]:>7}")
        for title, code in [*CELLS.items(), ("a step, checked (stock: not)", STEP)]:
            times: tuple[list[float], list[float]] = ([], [])
            for _ in range(rounds):
                for taken, kernel in zip(times, kernels, strict=True):
                    taken.append(one(kernel, code, "load-data" if code == STEP else ""))
            row(title, *times)


if __name__ == "__main__":
    main()
