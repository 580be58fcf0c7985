"""Answers to questions: several hands at once lose none."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from checkers.engine import given

WRITES = """
import sys
from pathlib import Path
from checkers.engine import given
for number in range(20):
    given.write(Path(sys.argv[1]), "lab", f"{sys.argv[2]}-{number}", "x")
"""


def test_answers_of_the_same_moment_are_all_kept(tmp_path: Path) -> None:
    """From threads of a kernel, and from other processes beside it."""
    words = [sys.executable, "-P", "-c", WRITES, str(tmp_path)]
    others = [subprocess.Popen([*words, name]) for name in ("terminal", "agent")]
    with ThreadPoolExecutor(8) as pool:
        for number in range(80):
            pool.submit(given.write, tmp_path, "lab", str(number), "x")
    assert [one.wait(60) for one in others] == [0, 0]
    assert len(given.read(tmp_path, "lab")) == 120
    assert [path.name for path in tmp_path.iterdir()] == [given.FILE]


def test_who_holds_the_folder_keeps_nobody_from_answering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for a moment only."""
    monkeypatch.setattr(given, "_PATIENCE", 0.1)
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        given.write(tmp_path, "lab", "step", "red")
    finally:
        os.close(handle)
    assert given.read(tmp_path, "lab") == {"step": "red"}
