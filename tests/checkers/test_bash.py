"""The kernel for bash: a real one is given long cells, and nothing waits in between."""

from __future__ import annotations

import os
from pathlib import Path

import pexpect
import pytest
from ipykernel.kernelapp import IPKernelApp

from checkers.engine import bash
from hub.authoring.stand.kernel import Kernel, Shown

CELL = f"""\
for word in one two; do
    echo $word
done
cat <<'END'
as it is: $word
END
read -t 0.01 line; echo "read: $line"
long={"x" * 6000}
echo ${{#long}}
{"true; " * 3000}
""" + "\n".join(f"echo {number}" for number in range(100))
SHOWN = ["one", "two", "as it is: $word", "read: ", "6000", *map(str, range(100))]


def test_a_long_cell_is_run_line_by_line(tmp_path: Path) -> None:
    """No line is lost, cut, shown itself, or read by a command before it."""
    kernel = Kernel("bash", tmp_path, {**os.environ, "HOME": str(tmp_path)})
    kernel.start()
    try:
        shown: Shown = []
        assert kernel.execute(CELL, 60, shown) == ""
    finally:
        kernel.stop()
    text = "".join(one["content"].get("text", "") for one in shown)
    assert text.splitlines() == SHOWN


def test_no_line_waits_before_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever pexpect sets for a program of its own."""
    monkeypatch.setattr(pexpect.spawn, "delaybeforesend", 1, raising=False)
    monkeypatch.setattr(IPKernelApp, "launch_instance", lambda **_: None)
    bash.main()
    child = pexpect.spawn("true")
    child.delaybeforesend = 1
    assert child.delaybeforesend is None
    child.close()
