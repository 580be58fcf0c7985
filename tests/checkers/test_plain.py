"""What a seat keeps, where somebody has put something else: no wait, no lost word."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from checkers.engine import given
from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.gates import Gates
from checkers.engine.numbering import Numbering
from checkers.engine.outbox import put
from checkers.engine.plain import open_plain, read_plain, write_plain
from checkers.engine.progress import Progress
from checkers.engine.room_line import RoomLine
from checkers.engine.seat import MEMORY, copy_labs
from checkers.engine.steps import SeatLab

LAB = SeatLab("lab", "Lab", "1", ())
MADE = Attempt(str(uuid4()), "lab", "1", "", "step", Trigger.CELL, Outcome.PASSED)


def bound(path: Path) -> None:
    """Leave a socket there."""
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


IN_THE_WAY: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "folder": lambda path: (path / "x").mkdir(parents=True),
    "loop": lambda path: path.symlink_to(path.name),
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "socket": bound,
    "two gigabytes": lambda path: (path.touch(), os.truncate(path, 2**31)),
    "junk": lambda path: path.write_bytes(b"\xff\xfe\x00 no text \x9c\n"),
    "deep": lambda path: path.write_text("[" * 100_000),
    "shut": lambda path: (path.touch(), path.chmod(0)),
}


@pytest.fixture(params=IN_THE_WAY)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Path]:
    """Put something in the way where a file is expected; returns the path."""

    def put_there(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        IN_THE_WAY[request.param](path)
        return path

    return put_there


def test_answers_are_kept(place: Callable[[str], Path]) -> None:
    """None is read from what is no file of ours; the next one is written over it."""
    folder = place(given.FILE).parent
    assert given.read(folder, "lab") == {}
    given.write(folder, "lab", "step", "red")
    assert given.read(folder, "lab") == {"step": "red"}


def test_progress_is_kept(place: Callable[[str], Path]) -> None:
    """What was there is passed over."""
    progress = Progress(Path(), place("progress.jsonl"))
    assert progress.step("lab", "step").attempts == 0
    progress.add(MADE)
    assert progress.step("lab", "step").passed


@pytest.mark.parametrize("name", ["counter.json", "agent.lock"])
def test_attempts_are_numbered(place: Callable[[str], Path], name: str) -> None:
    """The agent gets its outbox, and everything in it a number."""
    numbering = Numbering(place(name).parent)
    put(numbering.folder, MADE)
    assert numbering.hold()
    numbering.collect()
    assert [one.item.seq for one in numbering.waiting(9)] == [1]
    numbering.release()


def test_gates_and_the_rooms_state_are_left_open(place: Callable[[str], Path]) -> None:
    """And a kept state is one that can be read."""
    path = place("room.json")
    assert not Gates(path.parent).shut(LAB, "step")
    line = RoomLine("http://127.0.0.1:1", "t", path, lambda: None)
    assert line.state == {}
    line._keep()
    assert read_plain(path, 10) == b"{}"


def test_a_seat_starts(place: Callable[[str], Path], tmp_path: Path) -> None:
    """What it remembers of its files is lost; the files come."""
    home = place(str(MEMORY)).parents[1]
    (tmp_path / "labs" / "lab").mkdir(parents=True)
    (tmp_path / "labs" / "lab" / "a.txt").touch()
    assert copy_labs(tmp_path / "labs", ["lab"], home) == ["lab/a.txt"]
    assert copy_labs(tmp_path / "labs", ["lab"], home) == []


def test_what_was_in_the_way_is_kept_aside(tmp_path: Path) -> None:
    """Nothing of the attendee's is deleted to make a place."""
    (tmp_path / "file" / "mine").mkdir(parents=True)
    os.close(open_plain(tmp_path / "file", os.O_WRONLY | os.O_CREAT))
    assert [path.name for path in tmp_path.glob("file.*/*")] == ["mine"]


def test_a_folder_that_is_gone_is_made_and_nothing_torn_stays(tmp_path: Path) -> None:
    """Whole or not at all."""
    write_plain(tmp_path / "gone" / "file", "text")
    assert [path.name for path in (tmp_path / "gone").iterdir()] == ["file"]
    assert (tmp_path / "gone" / "file").stat().st_mode & 0o077 == 0
    (tmp_path / "no-folder").touch()
    with pytest.raises(OSError, match="no-folder"):
        write_plain(tmp_path / "no-folder" / "file", "text")
