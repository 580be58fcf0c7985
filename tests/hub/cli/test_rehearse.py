"""`airlift rehearse --simulate`, on a real room service."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from checkers.engine.attempt import Attempt
from hub.authoring.mistakes import load_mistakes
from hub.catalog import load_lab
from hub.cli import main
from hub.cli.rehearse import _run
from hub.desk import DeskAwayError
from hub.doors.people import people
from hub.doors.rehearsal import Task, plan
from hub.secrets import ensure_secrets
from tests.harness import REPOSITORY, free_ports, wait_for
from tests.hub.room.process import RoomProcess, StandInHub

pytestmark = pytest.mark.slow

SEATS, MINUTES = 6, 40


@dataclass(frozen=True)
class Place:
    """A running room service, and how the command finds it."""

    room: RoomProcess
    environ: dict[str, str]

    def rooms(self) -> list[dict[str, Any]]:
        """Return the rooms there are."""
        found: list[dict[str, Any]] = self.room.desk("GET", "/rooms").body["rooms"]
        return found

    def whole(self) -> dict[str, Any]:
        """Return the only room with its seats and progress."""
        [room] = self.rooms()
        found: dict[str, Any] = self.room.desk("GET", f"/rooms/{room['id']}").body
        return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Run a room service with the real labs where the command looks for one."""
    (tmp_path / "labs").symlink_to(REPOSITORY / "labs")
    ensure_secrets(tmp_path / ".airlift" / "secrets")
    port, hub = free_ports(), StandInHub()
    room = RoomProcess(tmp_path, hub, port=port + 3, desk_port=port + 4).start()
    environ = {
        "AIRLIFT_ROOT": str(REPOSITORY),
        "AIRLIFT_STATE": str(tmp_path / ".airlift"),
        "AIRLIFT_PORT": str(port),
        "AIRLIFT_ENGINE": "local",
    }
    yield Place(room, environ)
    room.kill()
    hub.close()


def test_people_do_in_the_room_what_the_plan_says(place: Place) -> None:
    """Forty minutes in a few seconds; kept, the closed room holds all of it."""
    flags = f"--simulate --seats {SEATS} --minutes {MINUTES} --begin 10 --speed 900"
    words = ["rehearse", *flags.split(), "--seed", "5", "--keep"]
    result = CliRunner().invoke(main, words, env=place.environ)
    assert result.exit_code == 0, result.output
    room = place.whole()
    for shown in (room["code"], room["presenter_key"], "/hub/staff", room["id"]):
        assert shown in result.output
    assert (room["state"], room["rehearsal"], room["claimed"]) == ("closed", True, 6)
    crowd = people(SEATS, 5)
    lab = load_lab(REPOSITORY / "labs" / "first_flight")
    deeds = plan(crowd, [Task(lab, load_mistakes(lab))], 5)
    by_name = {seat["name"]: seat for seat in room["progress"]["seats"]}
    assert set(by_name) == {person.name for person in crowd}
    for person in crowd:
        mine = [
            deed
            for deed in deeds
            if deed.who == person.number and deed.at <= 60 * MINUTES
        ]
        steps = by_name[person.name]["steps"].values()
        assert by_name[person.name]["zone"] == person.table
        passed = sum(step["state"] == "passed" for step in steps)
        assert passed == sum(deed.passes for deed in mine)
        tried = sum(step["attempts"] for step in steps)
        assert tried == sum(isinstance(deed.what, Attempt) for deed in mine)


def test_a_rehearsal_hears_its_staff_and_ctrl_c_erases_it(place: Place) -> None:
    """It begins in mid-evening with true times; a message is seen by its people."""
    airlift = str(Path(sys.executable).with_name("airlift"))
    flags = {"--seats": "6", "--begin": "12", "--speed": "20"}
    words = [word for flag in flags.items() for word in flag]
    line = [airlift, "rehearse", "--simulate", *words]
    environ = {**os.environ, **place.environ}
    with subprocess.Popen(
        line, cwd=REPOSITORY, env=environ, stdout=subprocess.PIPE, text=True
    ) as process:
        seats = wait_for("people", lambda: _at_work(place))
        room = place.whole()
        first = min(seat["claimed_at"] for seat in seats)
        assert room["progress"]["at"] - first > 8 * 60_000
        token = place.room.staff(room)
        said = {"id": str(uuid.uuid4()), "to": "all", "text": "Five minutes more."}
        sent = place.room.post(f"api/rooms/{room['id']}/messages", said, token)
        assert sent.status == 200
        wait_for("everybody to see it", lambda: _seen(place) >= len(seats))
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=60)[0]
    assert process.returncode == 0
    assert "its people are erased" in told
    after = place.whole()
    assert (after["state"], after["claimed"]) == ("closed", 0)
    assert {seat["name"] for seat in after["seats"]} <= {None, ""}


def _at_work(place: Place) -> list[dict[str, Any]]:
    """Return the seats once some of them have passed a step."""
    if not place.rooms():
        return []
    seats: list[dict[str, Any]] = place.whole()["progress"]["seats"]
    steps = [step for seat in seats for step in seat["steps"].values()]
    return seats if any(step["state"] == "passed" for step in steps) else []


def _seen(place: Place) -> int:
    """Return how many saw the message."""
    [message] = place.whole()["progress"]["room"]["messages"]
    return int(message["seen"])


class StandInPlay:
    """Nobody to play; the room is away at the first try."""

    def __init__(self) -> None:
        self.tries: list[float] = []

    def act(self, now: float, _speed: float) -> None:
        """Do what is due, or fail."""
        self.tries.append(now)
        if self.tries[1:] == [now]:  # the first one is what was before
            raise DeskAwayError

    def listen(self, now: float) -> None:
        """Hear of nothing."""

    def words(self, now: float, end: float) -> str:
        """Say nothing."""
        return ""


def test_a_rehearsal_ends_when_the_room_has_taken_all_of_it() -> None:
    """A room that is away just then is asked again."""
    play = StandInPlay()
    _run(play, 0.0, 1.0, 1e9, lambda *_: None)  # type: ignore[arg-type]
    assert play.tries == [0.0, 1.0, 1.0]


def test_a_rehearsal_without_simulate_is_refused() -> None:
    """There is no other one yet."""
    result = CliRunner().invoke(main, ["rehearse"])
    assert result.exit_code == 2
    assert "expected --simulate" in result.output
