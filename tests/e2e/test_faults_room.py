"""Faults of the room, its way and its disk, while people in real seats work on."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import requests

from tests.evening import Attendee, Evening
from tests.harness import wait_for

pytestmark = pytest.mark.docker

KILLS = 5
MINUTE = 60.0
FILLER = "filler"


class Crowd:
    """All attendees working at once, until the block ends."""

    def __init__(self, attendees: list[Attendee]) -> None:
        self.attendees = attendees
        self.over = threading.Event()
        self.working: list[Future[None]] = []

    def _work(self, who: Attendee) -> None:
        """Run cell after cell, like somebody who types fast."""
        while not self.over.wait(0.1):
            who.work()

    def wait_for_cells(self, count: int) -> None:
        """Wait until every attendee has begun and finished `count` more cells."""
        goal = [len(who.ran) + count + 1 for who in self.attendees]

        def reached() -> bool:
            """Say whether all have; raises what an attendee ran into."""
            for one in self.working:
                if one.done():
                    one.result()
            return all(
                len(who.ran) >= most
                for who, most in zip(self.attendees, goal, strict=True)
            )

        wait_for("cells of every attendee", reached, 60)

    def __enter__(self) -> Crowd:
        self.pool = ThreadPoolExecutor(len(self.attendees))
        self.working = [self.pool.submit(self._work, who) for who in self.attendees]
        return self

    def __exit__(self, *_error: object) -> None:
        self.over.set()
        self.pool.shutdown()
        for one in self.working:
            one.result()


def test_a_room_killed_at_random_moments_loses_and_doubles_nothing(
    evening: Evening,
) -> None:
    """Kill -9 again and again; cells go on meanwhile, and acks are true each time."""
    airlift = evening.airlift
    with Crowd(evening.attendees) as crowd:
        for _ in range(KILLS):
            crowd.wait_for_cells(1)
            time.sleep(random.uniform(0, 0.5))
            airlift.kill("room")
            evening.assert_nothing_acknowledged_is_lost()
            crowd.wait_for_cells(2)
            airlift.launch("room")
            airlift.wait_up("room")
    evening.assert_all_arrived_once()


def test_a_room_that_is_away_for_a_minute_gets_everything_once(
    evening: Evening,
) -> None:
    """Every cell of that minute has its reply at once, and arrives afterwards."""
    evening.airlift.kill("room")
    back = time.monotonic() + MINUTE
    while time.monotonic() < back:
        for who in evening.attendees:
            who.work()
        time.sleep(1)
    for who in evening.attendees:
        evening.wait_away(who)
    evening.mend()
    evening.assert_all_arrived_once()


@pytest.mark.parametrize("fault", ["cut", "stall", "half_close"])
def test_a_broken_way_to_the_room_costs_no_cell_and_no_attempt(
    evening: Evening, fault: str
) -> None:
    """Refused, silent or half-closed: cells go on, and all arrive once it is whole."""
    getattr(evening.wire, fault)()
    for _ in range(3):
        for who in evening.attendees:
            who.work()
    for who in evening.attendees:
        evening.wait_away(who)
        who.work()
        assert who.status()["pending"] > 0
    evening.wire.mend()
    evening.assert_all_arrived_once()


def test_an_attempt_whose_acknowledgement_was_lost_counts_once(
    evening: Evening,
) -> None:
    """The room has it, the seat does not know, sends it again, and it stays one."""
    who = evening.attendees[0]
    evening.wire.half_close()
    who.work()
    evening.wait_kept(who)
    evening.wait_away(who)
    kept = evening.kept(who.seat)[-1]
    assert kept.id not in evening.acked()
    assert who.status()["pending"] == 1
    evening.wire.mend()
    evening.assert_all_arrived_once()
    assert kept.id in evening.acked()


@contextmanager
def small_disk(evening: Evening) -> Iterator[Path]:
    """Move the journal to a small disk of its own and back; yields its folder."""
    airlift, folder = evening.airlift, evening.airlift.settings.room_dir
    aside = folder.with_name("room-aside")
    airlift.kill("room", signal.SIGTERM)
    shutil.copytree(folder, aside)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "airlift", str(folder)]
    subprocess.run(mount, check=True)
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, aside)
        undo.callback(shutil.copytree, aside, folder, dirs_exist_ok=True)
        undo.callback(subprocess.run, ["umount", str(folder)], check=True)
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        try:
            airlift.launch("room")
            airlift.wait_up("room")
            evening.mend()
            yield folder
        finally:
            airlift.kill("room", signal.SIGTERM)
            (folder / FILLER).unlink(missing_ok=True)
            shutil.copytree(folder, aside, dirs_exist_ok=True)


def fill(folder: Path) -> Path:
    """Write a file until the disk has no page left; returns it."""
    filler = folder / FILLER
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)
    return filler


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_under_the_journal_keeps_seats_waiting_and_lies_to_nobody(
    evening: Evening,
) -> None:
    """The room says 503, acknowledges nothing, and catches up when there is space."""
    with small_disk(evening) as folder:
        filler = fill(folder)
        for who in evening.attendees:
            who.work()
            evening.wait_away(who)
        health = requests.get(f"{evening.airlift.room_url}/health", timeout=10)
        assert health.status_code == 503
        assert health.json()["error"]["code"] == "cannot-save"
        for who in evening.attendees:
            assert len(evening.kept(who.seat)) == len(who.ran) - 1
            assert who.status()["pending"] == 1
        evening.assert_nothing_acknowledged_is_lost()
        filler.unlink()
        evening.assert_all_arrived_once()
    evening.mend().assert_all_arrived_once()
