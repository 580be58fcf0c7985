"""What the hook costs a cell, and what importing it costs a kernel.

Run: ``python bench/hook.py``. Figures are of this machine at this moment; the ratios
are of one run.
"""

from __future__ import annotations

import compileall
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

import checkers

ROUNDS = 400
CELLS = {
    "no step, short cell": "x = 3",
    "no step, 1 MB cell": "x = '" + "a step in a row " * 65_000 + "'",
}
STEP = "# step: load\nx = 3"
CHECKER = """
from checkers import check
@check("load")
def load(work):
    work.value("x", "int")
"""
IMPORT = (
    "import time, {first}; start = time.perf_counter();"
    "import {module}; print((time.perf_counter() - start) * 1000)"
)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_lab(root)
        print(f"{'cell':<24}{'without':>12}{'with':>12}{'hook':>12}{'ratio':>8}")
        for title, cell in CELLS.items():
            _row(title, cell, root)
        _row("a step, check, outbox", STEP, root)
    print()
    for title, first, module in (
        ("hook beside a kernel", "ipykernel.ipkernel", "checkers.engine.hook"),
        ("checkers alone", "IPython", "checkers"),
    ):
        print(f"import {title:<28}{_import_ms(first, module):>8.1f} ms")


def write_lab(root: Path) -> None:
    """Write a released lab with one step and its checker."""
    (root / "labs" / "bench_lab").mkdir(parents=True)
    (root / "lib").mkdir()
    (root / "lib" / "bench_lab.py").write_text(CHECKER)
    step = {"id": "load", "title": "Load", "minutes": 1, "cells": ["load"]}
    data = {"slug": "bench_lab", "title": "Bench", "version": "1.0.0", "steps": [step]}
    (root / "labs" / "bench_lab" / "lab.json").write_text(json.dumps(data))


def _row(title: str, cell: str, root: Path) -> None:
    """Print one row: a cell without and with the hook, and the hook alone, in µs."""
    from checkers.engine.hook import Hook

    checkers.__path__.append(str(root / "lib"))
    shell: Any = InteractiveShell.instance()
    shell.display_pub.publish = lambda **_: None
    environ = {
        "AIRLIFT_LABS_DIR": str(root / "labs"),
        "AIRLIFT_OUTBOX": str(root / "outbox"),
        "HOME": str(root),
    }
    hook = Hook(shell, environ)
    result = shell.run_cell(cell, store_history=False)
    without, with_hook = _medians(shell, hook, cell)
    alone = statistics.median(
        _timed(lambda: hook.post_run_cell(result)) for _ in range(ROUNDS)
    )
    print(
        f"{title:<24}{without:>9.1f} µs{with_hook:>9.1f} µs{alone:>9.1f} µs"
        f"{with_hook / without:>8.2f}"
    )


def _medians(shell: Any, hook: Any, cell: str) -> tuple[float, float]:
    """Return a cell's median time without and with the hook, taken in turn, in µs."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS if len(cell) < 1000 else 20):
        times[0].append(_timed(lambda: shell.run_cell(cell, store_history=False)))
        shell.events.register("pre_run_cell", hook.pre_run_cell)
        shell.events.register("post_run_cell", hook.post_run_cell)
        times[1].append(_timed(lambda: shell.run_cell(cell, store_history=False)))
        shell.events.unregister("pre_run_cell", hook.pre_run_cell)
        shell.events.unregister("post_run_cell", hook.post_run_cell)
    return statistics.median(times[0]), statistics.median(times[1])


def _timed(call: Callable[[], object]) -> float:
    """Return the time of one call in microseconds."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1e6


def _import_ms(first: str, module: str) -> float:
    """Return the median of nine imports in new processes, in milliseconds.

    The modules are compiled before, as they are in a seat.
    """
    compileall.compile_dir(checkers.__path__[0], quiet=1)
    code = IMPORT.format(first=first, module=module)
    times = [
        float(
            subprocess.run(
                [sys.executable, "-c", code],
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, "PYTHONPATH": ""},
            ).stdout
        )
        for _ in range(9)
    ]
    return statistics.median(times)


if __name__ == "__main__":
    main()
