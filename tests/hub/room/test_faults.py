"""Promises under injected faults: nothing acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.hub.room import killed
from tests.hub.room.process import RoomProcess, StandInHub, an_attempt, batch

pytestmark = pytest.mark.slow


def kept(root: Path) -> Counter[tuple[str, str]]:
    """Count the journal's attempts by (seat, id), read from the file itself."""
    path = root / ".airlift" / "room" / "journal.sqlite"
    with sqlite3.connect(path) as database:
        rows = database.execute(
            "SELECT seat, uid FROM journal WHERE kind = 'attempt'"
        ).fetchall()
    return Counter((str(seat), str(uid)) for seat, uid in rows)


@dataclass
class StandInSeat:
    """Sends attempts as the agent does and writes down what was acknowledged."""

    room: RoomProcess
    seat: str
    token: str
    made: list[str] = field(default_factory=list)
    acked: list[str] = field(default_factory=list)
    seen_errors: set[int] = field(default_factory=set)
    waiting: list[dict[str, Any]] = field(default_factory=list)

    def work(self, until: threading.Event) -> None:
        """Make attempts and send them until told to stop, then send the rest."""
        while not until.is_set():
            self.make()
            self.send()
        while self.waiting:
            self.send()

    def make(self) -> None:
        """Make one attempt; it waits in the outbox until it is acknowledged."""
        attempt = an_attempt(
            outcome=random.choice(["passed", "failed", "error"]),
            epoch="00000000-0000-4000-8000-000000000000",
            seq=len(self.made) + 1,
        )
        self.made.append(attempt["id"])
        self.waiting.append(attempt)

    def send(self) -> None:
        """Send up to five; what is not acknowledged stays in the outbox."""
        try:
            answer = self.room.post(
                "api/attempts", batch(*self.waiting[:5]), self.token
            )
        except (OSError, HTTPException):
            time.sleep(0.05)
            return
        if answer.status != 200:
            self.seen_errors.add(answer.status)
            time.sleep(0.05)
            return
        assert answer.body["refused"] == []
        self.acked.extend(answer.body["acked"])
        gone = set(answer.body["acked"])
        self.waiting = [item for item in self.waiting if item["id"] not in gone]


@pytest.mark.parametrize("point", ["before", "after"])
def test_killed_around_the_commit_nothing_is_lost_or_doubled(
    point: str, root: Path, hub: StandInHub
) -> None:
    """Before the commit it is not kept and not acked; after it, kept and not acked.

    Sent again, it is acknowledged and there once, either way.
    """
    room = RoomProcess(root, hub, [str(Path(killed.__file__))]).start()
    evening = room.make_room()
    seat, token = room.seat(evening["code"])
    sent = an_attempt()
    (root / "kill").write_text(point)
    with pytest.raises((OSError, HTTPException)):
        room.post("api/attempts", batch(sent), token)
    assert room.process is not None
    assert room.process.wait(60) == -9
    assert kept(root)[seat, sent["id"]] == {"before": 0, "after": 1}[point]
    (root / "kill").unlink()
    room.start()
    assert room.post("api/attempts", batch(sent), token).body["acked"] == [sent["id"]]
    assert kept(root)[seat, sent["id"]] == 1
    facts = room.get("api/seat/progress", token).body["seat"]["steps"]
    assert facts["first_flight/load-data"]["attempts"] == 1
    room.kill()


def test_killed_at_random_nothing_acknowledged_is_lost_or_doubled(
    own_room: RoomProcess, root: Path
) -> None:
    """Five kills under load; every seat's log of acks is in the journal, once."""
    room = own_room
    evening = room.make_room()
    seats = [
        StandInSeat(room, *room.seat(evening["code"], f"P{number}"))
        for number in range(4)
    ]
    done = threading.Event()
    threads = [threading.Thread(target=seat.work, args=(done,)) for seat in seats]
    for thread in threads:
        thread.start()
    for _ in range(5):
        time.sleep(random.uniform(0.05, 0.6))
        room.kill()
        room.start()
    done.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    rows = kept(root)
    assert set(rows.values()) == {1}
    for seat in seats:
        assert seat.acked
        assert {uid for who, uid in rows if who == seat.seat} == set(seat.made)
        assert set(seat.acked) == set(seat.made)
        facts = room.get("api/seat/progress", seat.token).body["seat"]
        assert facts["gaps"] == 0
        assert facts["steps"]["first_flight/load-data"]["attempts"] == len(seat.made)


@pytest.fixture
def small_disk(root: Path) -> Iterator[Path]:
    """Mount a disk of two megabytes under the journal; needs root."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("needs root to mount a small disk")
    folder = root / ".airlift" / "room"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "airlift-test", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"cannot mount here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Fill the disk to its last byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return filler


def test_a_full_disk_refuses_honestly_and_recovers_without_a_restart(
    small_disk: Path, root: Path, hub: StandInHub
) -> None:
    """503 and no false ack while it is full; all is well once there is space."""
    room = RoomProcess(root, hub).start()
    evening = room.make_room()
    seat = StandInSeat(room, *room.seat(evening["code"]))
    for _ in range(5):
        seat.make()
        seat.send()
    assert len(seat.acked) == 5
    filler = fill(small_disk)
    for _ in range(60):
        seat.make()
        seat.send()
    assert seat.seen_errors == {503}
    refused = room.post("api/attempts", batch(an_attempt()), seat.token)
    assert refused.body["error"]["code"] == "cannot-save"
    assert int(refused.headers["Retry-After"]) >= 1
    assert room.get("health").status == 503
    assert room.claim(evening["code"], "Ben").status == 503
    assert set(seat.acked) <= {uid for _, uid in kept(root)}
    filler.unlink()
    deadline = time.monotonic() + 60
    while room.get("health").status != 200:
        assert time.monotonic() < deadline, "expected health to come back by itself"
        time.sleep(0.1)
    while seat.waiting:
        seat.send()
    rows = kept(root)
    assert {uid for _, uid in rows} == set(seat.made) == set(seat.acked)
    assert set(rows.values()) == {1}
    assert room.claim(evening["code"], "Ben").body["number"] == 2
    assert room.process is not None
    assert room.process.poll() is None
    assert room.stop() == 0
