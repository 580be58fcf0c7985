"""A process and all it started: kept together, and ended together.

Linux only, by /proc. A process that adopts gets what its descendants leave behind, so
nobody escapes it by starting children and ending first.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

_PDEATHSIG, _SUBREAPER = 1, 36
_ROUNDS, _PAUSE = 50, 0.01
"""How often is looked again for processes that were started meanwhile."""


def adopt() -> None:
    """Keep what descendants of this process leave behind; die with its own parent."""
    with contextlib.suppress(AttributeError):  # practice on a system without it
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        prctl(_SUBREAPER, 1, 0, 0, 0)
        prctl(_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def descendants(pid: int) -> list[int]:
    """Return all processes below one; none when that cannot be read."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = [one for one in _children(waiting.pop()) if not _has_ended(one)]
        found += below
        waiting += below
    return found


def _children(pid: int) -> Iterator[int]:
    """Give the processes that the threads of one have started or adopted."""
    threads = Path("/proc", str(pid), "task")
    try:
        names = os.listdir(threads)
    except OSError:
        return  # it has ended meanwhile
    for name in names:
        with contextlib.suppress(OSError):  # the thread has ended meanwhile
            yield from map(int, (threads / name / "children").read_text().split())


def end_descendants(pid: int) -> None:
    """Kill everything below a process; those that it started itself are reaped."""
    for _ in range(_ROUNDS):
        # Twice: one whose parent ends between two looks is adopted behind the first.
        found = descendants(pid) or descendants(pid)
        for one in found:
            _send(one, signal.SIGKILL)
        if pid == os.getpid():
            _reap()
        if not found:
            return
        time.sleep(_PAUSE)


def _has_ended(pid: int) -> bool:
    """Tell whether a process only waits for its exit code to be taken."""
    try:  # bytes: a program's name need not be text
        state = Path("/proc", str(pid), "stat").read_bytes().rpartition(b")")[2]
    except OSError:
        return True
    return state.split()[0] == b"Z"


def end(pid: int) -> None:
    """Kill a process of this one's children with everything below it."""
    _send(pid, signal.SIGSTOP)  # it starts nothing more, and adopts what is left
    end_descendants(pid)
    _send(pid, signal.SIGKILL)


def _send(pid: int, what: signal.Signals) -> None:
    """Send a signal to a process that may have ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, what)


def _reap() -> None:
    """Take the exit codes of children nobody waits for."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
