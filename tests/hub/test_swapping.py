"""Parts renamed into their places: all or none, whatever ends the process."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hub.authoring.proof import PROOFS
from hub.authoring.swapping import put_back
from hub.settings import Settings, settings

PROGRAM = """
import os, signal, sys
from pathlib import Path
from hub.authoring.swapping import swap
from hub.settings import settings

root, last = Path(sys.argv[1]), int(sys.argv[2])
place, renames, rename = settings(root, {}), iter(range(99)), Path.rename

def killed(path, target):
    "Rename, and die in the place of one of the renames."
    if next(renames) == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(path, target)

Path.rename = killed
swap(
    [(root / f"new/{name}", root / name) for name in ("labs/a", "labs/b")]
    + [(root / "new/checkers/a.py", root / "checkers/a.py")]
    + [(root / "new/proof.json", place.state_dir / "proofs/a.json")],
    place,
)
"""


def written(root: Path, *names: str, text: str) -> None:
    """Write files below a folder."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def parts(place: Settings) -> dict[str, str]:
    """Return the files in their places."""
    folders = (place.labs_dir, place.checkers_dir, place.state_dir / PROOFS)
    files = (p for folder in folders for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(place.root).as_posix(): p.read_text() for p in files}


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    """A place with one lab, which another one and its proof are to replace."""
    (tmp_path / "airlift.toml").touch()
    found = settings(tmp_path, {})
    proof = (found.state_dir / PROOFS / "a.json").relative_to(tmp_path).as_posix()
    written(tmp_path, "labs/a/lab.toml", "checkers/a.py", proof, text="old")
    new = ("labs/a/lab.toml", "labs/b/lab.toml", "checkers/a.py", "proof.json")
    written(tmp_path / "new", *new, text="new")
    return found


def swapped(place: Settings, last: int) -> int:
    """Replace in a process that is killed instead of a rename; returns its code."""
    line = [sys.executable, "-c", PROGRAM, str(place.root), str(last)]
    return subprocess.run(line, check=False, timeout=60).returncode


@pytest.mark.parametrize("last", range(7))
def test_a_process_that_is_killed_leaves_what_can_be_put_back(
    place: Settings, last: int
) -> None:
    """Before whichever rename: the next `lab add` finds the old parts again."""
    before = parts(place)
    assert swapped(place, last) == -signal.SIGKILL
    put = put_back(place)
    assert parts(place) == before
    assert put == ["labs/a", "checkers/a.py"]
    assert not [*place.root.rglob(".arriving-*")]
    assert put_back(place) == []


def test_what_is_whole_is_left_alone(place: Settings) -> None:
    """All new parts are in their places; nothing is put back."""
    assert swapped(place, 99) == 0
    assert set(parts(place).values()) == {"new"}
    assert len(parts(place)) == 4
    assert put_back(place) == []
    assert set(parts(place).values()) == {"new"}


def test_what_an_older_airlift_left_is_put_back(place: Settings) -> None:
    """It wrote down nothing: what is missing lies beside its place."""
    left = place.labs_dir / ".arriving-1"
    left.mkdir()
    (place.labs_dir / "a").rename(left / "before-a")
    assert put_back(place) == ["labs/a"]
    assert parts(place)["labs/a/lab.toml"] == "old"
    assert not left.exists()
