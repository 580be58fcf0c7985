"""The board's pure modules, tested by node's own test runner."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from hub.machine.proxy import find_node

STATIC = Path(__file__).parents[2] / "hub/room/static"
TESTS = Path(__file__).with_name("facts.test.mjs")
PURE = ("facts", "order", "queue", "words", "strings", "stream")


def test_the_facts_of_the_board(tmp_path: Path) -> None:
    """State, sentences, order, queue, folding and the reader do what they say."""
    modules = [STATIC / f"{name}.js" for name in PURE]
    for path in (*modules, *(STATIC / "strings").glob("*.json"), TESTS):
        shutil.copy(path, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    done = subprocess.run(
        [find_node(), "--test", TESTS.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert "pass 22" in done.stdout, done.stdout
