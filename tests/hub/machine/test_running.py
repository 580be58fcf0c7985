"""Which local seats run is read from the processes themselves."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from docker.errors import APIError, NotFound

from hub.engine import Engine
from hub.machine.running import _remove, environment, running_seats, stop_seat
from hub.settings import settings
from tests.harness import wait_for

ENGINE = Engine("local", "127.0.0.1", "airlift-00000000")
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
child = subprocess.Popen(["sleep", "300"])
kernel = subprocess.Popen(["sleep", "300"], start_new_session=True)
print(child.pid, kernel.pid, flush=True)
time.sleep(300)
"""


def seat(home: Path, name: str) -> subprocess.Popen[str]:
    """Start something like a seat's server, with a child and a kernel."""
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN],
        env={"AIRLIFT_SEAT": name, "HOME": str(home), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    return process


def test_local_seats_are_found_and_stopped_with_all_they_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of this installation alone; no process of a stopped one is left."""
    airlift, elsewhere = settings(tmp_path, {}), settings(tmp_path / "elsewhere", {})
    ours = seat(airlift.seats_dir / "sabcdefghjk", "sabcdefghjk")
    others = seat(elsewhere.seats_dir / "sbbbbbbbbbb", "sbbbbbbbbbb")
    try:
        assert ours.stdout is not None
        assert others.stdout is not None
        others.stdout.readline()
        child, kernel = map(int, ours.stdout.readline().split())
        with monkeypatch.context() as patch:  # each look takes long, the first longest
            looks = itertools.count(time.time() + 30, -1)
            patch.setattr(time, "time", lambda: next(looks))
            found = running_seats(airlift, ENGINE)
        assert [(one.seat, one.sessions) for one in found] == [
            ("sabcdefghjk", (ours.pid, kernel))
        ], "a kernel leads a session of its own and is no seat"
        assert abs(found[0].since - time.time()) < 60
        stop_seat(ENGINE, found[0])
        ours.wait(60)
        wait_for("its child to end", lambda: not _alive(child), 60)
        wait_for("its kernel to end", lambda: not _alive(kernel), 60)
        assert running_seats(airlift, ENGINE) == []
        assert others.poll() is None
    finally:
        for place in (airlift, elsewhere):
            for left in running_seats(place, ENGINE):
                stop_seat(ENGINE, left)
        for process in (ours, others):
            process.wait(60)


def test_a_process_that_just_starts_is_known_by_its_environment() -> None:
    """While its program loads it has none for a moment; that is waited out.

    A look that does not wait misses one to three of a hundred.
    """
    for _ in range(300):
        kernel = subprocess.Popen(["sleep", "300"], env={"HOME": "/its/home"})
        try:
            assert environment(kernel.pid) == b"HOME=/its/home\0"
        finally:
            kernel.kill()
            kernel.wait(60)


class StandInEngine:
    """Removes nothing for a while, since somebody else is at it."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)

    def remove_container(self, name: str, **_how: object) -> None:
        """Answer as the engine does."""
        response = requests.Response()
        response.status_code = self.answers.pop(0)
        kind = NotFound if response.status_code == 404 else APIError
        raise kind(name, response=response)


def test_a_container_that_the_hub_removes_is_waited_for() -> None:
    """Until it is gone; another refusal is one."""
    with pytest.raises(NotFound):
        _remove(StandInEngine(409, 409, 404), "a")
    with pytest.raises(APIError, match="500"):
        _remove(StandInEngine(409, 500), "a")


def _alive(pid: int) -> bool:
    """Say whether a process runs; one that only waits to be reaped does not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"
