"""The seat's entry copies labs once and never touches work."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checkers.engine.seat import MEMORY, copy_labs, main

from .conftest import released


@pytest.fixture
def labs(tmp_path: Path) -> Path:
    """A released lab with a data file."""
    released(tmp_path / "labs")
    data = tmp_path / "labs" / "tiny" / "data"
    data.mkdir()
    (data / "rows.csv").write_text("a,b\n")
    return tmp_path / "labs"


def test_a_first_start_copies_the_lab(labs: Path, tmp_path: Path) -> None:
    """Notebook and data arrive; what is for machines stays out."""
    home = tmp_path / "home"
    assert copy_labs(labs, ["tiny"], home) == ["tiny/data/rows.csv", "tiny/tiny.ipynb"]
    assert (home / "tiny" / "data" / "rows.csv").read_text() == "a,b\n"
    assert not (home / "tiny" / "lab.json").exists()
    assert not list((home / "tiny").rglob("*.airlift"))


def test_work_is_never_overwritten_and_deleted_stays_deleted(
    labs: Path, tmp_path: Path
) -> None:
    """A second start adds only what is new in the lab."""
    home = tmp_path / "home"
    copy_labs(labs, ["tiny"], home)
    (home / "tiny" / "tiny.ipynb").write_text("my work")
    (home / "tiny" / "data" / "rows.csv").unlink()
    (labs / "tiny" / "tiny.ipynb").write_text("a newer version")
    (labs / "tiny" / "more.csv").write_text("new")
    assert copy_labs(labs, ["tiny"], home) == ["tiny/more.csv"]
    assert (home / "tiny" / "tiny.ipynb").read_text() == "my work"
    assert not (home / "tiny" / "data" / "rows.csv").exists()


def test_what_exists_already_is_kept_even_without_a_memory(
    labs: Path, tmp_path: Path
) -> None:
    """A lost memory, a dangling link: nothing there is replaced."""
    home = tmp_path / "home"
    (home / "tiny").mkdir(parents=True)
    (home / "tiny" / "tiny.ipynb").write_text("my work")
    (home / "tiny" / "data").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    (home / MEMORY).parent.mkdir()
    (home / MEMORY).write_text("{torn")
    copy_labs(labs, ["tiny"], home)
    assert (home / "tiny" / "tiny.ipynb").read_text() == "my work"
    (home / "tiny" / "tiny.ipynb").unlink()
    assert copy_labs(labs, ["tiny"], home) == []


def test_a_disk_that_fills_up_leaves_whole_files_and_a_memory(
    labs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was copied is remembered; the rest is copied the next time."""
    home = tmp_path / "home"
    real = shutil.copyfile

    def full(source: Path, target: Path) -> object:
        if source.name == "tiny.ipynb":
            target.write_text("hal")
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", full)
        with pytest.raises(OSError, match="No space"):
            copy_labs(labs, ["tiny"], home)
    assert json.loads((home / MEMORY).read_text()) == ["tiny/data/rows.csv"]
    assert not list((home / "tiny").glob("*.ipynb*"))
    assert copy_labs(labs, ["tiny"], home) == ["tiny/tiny.ipynb"]


def test_a_file_system_without_links_will_do(
    labs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename stands in for the link."""

    def refuse(*args: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert len(copy_labs(labs, ["tiny"], tmp_path / "home")) == 2


def test_the_entry_becomes_the_server(labs: Path, tmp_path: Path) -> None:
    """It copies, changes to the home and runs the command in its own place."""
    home = tmp_path / "home"
    home.mkdir()
    environ = {
        **os.environ,
        "HOME": str(home),
        "AIRLIFT_LABS_DIR": str(labs),
        "AIRLIFT_LABS": "tiny, missing",
    }
    ran = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "checkers.engine.seat",
            "--",
            "sh",
            "-c",
            "echo $$; pwd",
        ],
        env=environ,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, complaint = ran.communicate(timeout=60)
    assert out.split() == [str(ran.pid), str(home)]
    assert "expected the lab missing" in complaint
    assert (home / "tiny" / "tiny.ipynb").exists()


@pytest.mark.parametrize("words", [[], ["--"], ["jupyter"]])
def test_a_wrong_command_line_is_said(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence and exit code 2."""
    assert main(words, {}) == 2
    assert "expected --" in capsys.readouterr().err
