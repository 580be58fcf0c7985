"""What is taken home is complete, and what stays out is named."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest

from checkers.engine import parcel, take_home
from checkers.engine.parcel import open_zip
from checkers.engine.place import Place, place_of
from tests.checkers.conftest import released

ROOT = Path(__file__).parents[2]


@pytest.fixture
def seat(tmp_path: Path) -> Place:
    """A seat with the lab `tiny`, some work and some progress."""
    released(tmp_path / "labs", steps=("first", "second", "third"))
    (tmp_path / "labs" / "tiny" / "handbook").mkdir()
    (tmp_path / "labs" / "tiny" / "handbook" / "index.html").write_text("handbook")
    home = tmp_path / "home"
    (home / "tiny" / "data").mkdir(parents=True)
    (home / "tiny" / "tiny.ipynb").write_text('{"mine": true}')
    (home / "tiny" / "data" / "a.csv").write_text("a,b")
    (home / "own.ipynb").write_text("{}")
    outbox = home / ".airlift" / "outbox"
    (outbox / "new").mkdir(parents=True)
    lines = [
        {"lab": "tiny", "step": "first", "outcome": "failed", "hint": "<b>no</b>"},
        {"lab": "tiny", "step": "first", "outcome": "passed", "hint": ""},
        {"lab": "tiny", "step": "second", "outcome": "failed", "hint": "<b>not</b> 4"},
    ]
    with (outbox.parent / "progress.jsonl").open("w") as file:
        for line in lines:
            more = {"id": str(uuid4()), "at": 1_790_000_000_000, "generation": 0}
            file.write(json.dumps({**line, **more}) + "\n")
    (home / ".airlift" / "token").write_text("hush-hush")
    return Place(home, outbox, tmp_path / "labs", ("tiny",))


def taken(seat: Place) -> dict[str, bytes]:
    """Return the files of the zip."""
    target = io.BytesIO()
    take_home.take_home(seat, target)
    with open_zip(target) as opened:
        return {name: opened.read(name) for name in opened.sizes}


def test_a_zip_has_all_that_is_needed_to_go_on(seat: Place) -> None:
    """Work, progress, labs, checkers, a program, its packages and three lines."""
    files = taken(seat)
    assert files["work/tiny/tiny.ipynb"] == b'{"mine": true}'
    assert files["work/tiny/data/a.csv"] == b"a,b"
    assert files["work/own.ipynb"] == b"{}"
    assert files["labs/tiny/handbook/index.html"] == b"handbook"
    assert json.loads(files["labs/tiny/lab.json"])["slug"] == "tiny"
    own = (seat.outbox.parent / "progress.jsonl").read_bytes()
    assert files["progress.jsonl"] == own
    for path in (ROOT / "checkers").glob("engine/*.py"):
        assert files[f"checkers/engine/{path.name}"] == path.read_bytes()
    assert files["checkers/panel/package.json"]
    vendored = [name for name in files if name.startswith("checkers/panel/js/vendor/")]
    assert vendored, "the panel's vendored files lie behind a link"
    manifest = json.loads(files["airlift.json"])
    assert manifest["v"] == 1
    assert abs(manifest["made"] / 1000 - time.time()) < 600
    assert manifest["labs"] == [
        {"slug": "tiny", "title": "The tiny lab", "version": "1.0.0"}
    ]
    assert (manifest["seat_labs"], manifest["left_out"]) == (["tiny"], [])
    assert len(files["README.txt"].decode().splitlines()) == 3
    assert b"jupyterlab==" in files["requirements.txt"]


def test_nothing_of_the_seats_own_comes_along(seat: Place) -> None:
    """Neither secrets, outbox, sockets, caches, checkpoints nor configuration."""
    home = seat.home
    for name in (".cache", ".ipython", "tiny/.ipynb_checkpoints", "tiny/__pycache__"):
        (home / name).mkdir(parents=True)
        (home / name / "x").write_text("x")
    (home / ".bashrc").write_text("x")
    names = [name for name in taken(seat) if name.startswith("work/")]
    assert sorted(names) == [
        *("work/own.ipynb", "work/tiny/data/a.csv", "work/tiny/tiny.ipynb")
    ]
    assert b"hush-hush" not in b"".join(taken(seat).values())


def test_a_folder_that_is_shut_and_a_record_that_is_none_cost_themselves_only(
    seat: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is taken home, and nobody waits for a pipe to speak."""
    (seat.home / "tiny" / "shut").mkdir()
    is_open = os.access
    monkeypatch.setattr(
        os, "access", lambda path, how: path.name != "shut" and is_open(path, how)
    )
    record = seat.outbox.parent / "progress.jsonl"
    record.unlink()
    os.mkfifo(record)
    files = taken(seat)
    assert files["work/tiny/data/a.csv"] == b"a,b"
    assert files["progress.jsonl"] == b""
    (left,) = json.loads(files["airlift.json"])["left_out"]
    assert left["path"] == "tiny/shut"
    assert left["why"] == "it cannot be read: Permission denied"


def test_what_stays_out_is_named_with_its_reason(
    seat: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large files, links, pipes, environments, strange names, each with why."""
    home = seat.home
    monkeypatch.setattr(take_home, "MOST_FILE", 200_000)
    (home / "big.bin").write_bytes(bytes(200_001))
    (home / "link").symlink_to("/etc/passwd")
    os.mkfifo(home / "pipe")
    (home / "v" / "lib").mkdir(parents=True)
    (home / "v" / "pyvenv.cfg").write_text("")
    (home / "tiny" / ".env").write_text("x")
    (home / "a\nb").write_text("x")
    files = taken(seat)
    left = {one["path"]: one for one in json.loads(files["airlift.json"])["left_out"]}
    assert set(left) == {"big.bin", "link", "pipe", "v", "tiny/.env", r"'a\nb'"}
    assert left["big.bin"]["bytes"] == 200_001
    readme = files["README.txt"].decode()
    assert all(f"  {name}: " in readme for name in left)
    assert not any(name.startswith("work/v") for name in files)


def test_the_whole_stays_within_its_size_the_lab_first(
    seat: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it is too much, the lab's own folder is in and the rest is named."""
    monkeypatch.setattr(take_home, "MOST_BYTES", 3_000_000)
    (seat.home / "a-first").mkdir()
    for number in range(20):
        (seat.home / "a-first" / f"{number}.bin").write_bytes(bytes(200_000))
    files = taken(seat)
    assert "work/tiny/tiny.ipynb" in files
    left = json.loads(files["airlift.json"])["left_out"]
    assert left
    assert all(one["path"].startswith("a-first/") for one in left)
    assert sum(len(data) for data in files.values()) < 3_200_000


def test_every_zip_that_is_made_can_be_opened(seat: Place) -> None:
    """What one side packs the other side takes: their limits fit."""
    assert take_home.MOST_FILES == parcel.MOST_FILES
    for number in range(300):
        (seat.home / f"{number}.txt").write_text(str(number))
    assert len(taken(seat)) > 300


def test_the_own_progress_is_a_page_that_loads_nothing(seat: Place) -> None:
    """A sentence and a table; what came from elsewhere is text."""
    page = taken(seat)["progress.html"].decode()
    assert "1 of 3 steps passed." in page
    assert "&lt;b&gt;not&lt;/b&gt; 4" in page
    assert "<b>" not in page
    for word in ("<script", "<link", "<img", "http://", "https://", "url("):
        assert word not in page


def test_the_program_writes_the_same_to_its_output(seat: Place) -> None:
    """The seat's server only passes on what this program writes."""
    environ = {
        "HOME": str(seat.home),
        "AIRLIFT_LABS_DIR": str(seat.labs_dir),
        "AIRLIFT_LABS": "tiny, gone",
        "PYTHONPATH": str(ROOT),
    }
    assert place_of(environ).labs().keys() == {"tiny"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "checkers.engine.take_home"],
        env=environ,
        capture_output=True,
        check=True,
    )
    with open_zip(io.BytesIO(done.stdout)) as opened:
        assert opened.read("work/tiny/data/a.csv") == b"a,b"
    zipfile.ZipFile(io.BytesIO(done.stdout)).testzip()


def test_a_file_that_grows_meanwhile_does_no_harm(seat: Place) -> None:
    """A log that is written to is as long as it was when it was looked at."""
    path = seat.home / "log.txt"
    path.write_text("x" * 100)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        out = take_home._Out(archive)
        with path.open("rb") as source:
            path.write_text("x" * 500)
            info = zipfile.ZipInfo("work/log.txt")
            out._copy(source, info, 100)
    assert zipfile.ZipFile(target).read("work/log.txt") == b"x" * 100
