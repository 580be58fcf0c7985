"""What the stand says of a home and its services after one change of a solution."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest
from jupyter_client.kernelspec import NoSuchKernel

from checkers.engine import given
from hub.authoring.stand import __main__ as stand
from hub.authoring.stand.home import Home
from hub.authoring.stand.kernel import Kernel


def test_another_answer_is_another_home(tmp_path: Path) -> None:
    """Answers lie hidden and count; what else is hidden does not, nor does its time."""
    hidden = tmp_path / ".airlift"
    hidden.mkdir()
    given.write(hidden, "lab", "which", "pear")
    home = Home(tmp_path)
    pear = home.content()
    (hidden / "log").write_text("something")
    given.write(hidden, "lab", "which", "pear")
    assert home.content() == pear
    given.write(hidden, "lab", "which", "plum")
    assert home.content() != pear


def everything(folder: Path) -> dict[str, tuple[int, str]]:
    """Return kind, rights and content of all that lies in a folder but the copies."""
    found = {}
    for path in sorted(folder.rglob("*")):
        rel, mode = str(path.relative_to(folder)), path.lstat().st_mode
        if not rel.startswith(".airlift"):
            text = path.read_text() if stat.S_ISREG(mode) else ""
            found[rel] = mode, os.readlink(path) if stat.S_ISLNK(mode) else text
    return found


def test_a_home_is_put_back_as_it_was_kept_last(tmp_path: Path) -> None:
    """Files, links and folders in each other's place, pipes, what cannot be written.

    Each time as it was kept last, however often it is kept and whatever comes between.
    """
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "folder" / "inner" / "file").write_text("one")
    (tmp_path / "read-only").write_text("one")
    (tmp_path / "read-only").chmod(0o444)
    (tmp_path / "link").symlink_to("nowhere")
    home = Home(tmp_path)
    home.keep("step")
    first = everything(tmp_path)
    (tmp_path / "folder" / "inner" / "file").unlink()
    (tmp_path / "folder" / "inner").rmdir()
    (tmp_path / "folder" / "inner").write_text("two")
    (tmp_path / "read-only").unlink()
    (tmp_path / "read-only").write_text("two")
    (tmp_path / "link").unlink()
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "file").write_text("two")
    os.mkfifo(tmp_path / "pipe")
    home.restore("step")
    assert everything(tmp_path) == first
    (tmp_path / "folder" / "inner" / "file").unlink()
    (tmp_path / "folder" / "inner").rmdir()
    (tmp_path / "folder" / "inner").symlink_to("elsewhere")
    (tmp_path / "read-only").unlink()
    (tmp_path / "link").unlink()
    (tmp_path / "link").write_text("three")
    home.keep("step")
    second = everything(tmp_path)
    for change in ("four", "five"):
        (tmp_path / "folder" / "inner").unlink()
        (tmp_path / "folder" / "inner").mkdir()
        (tmp_path / "folder" / "inner" / "file").write_text(change)
        (tmp_path / "link").write_text(change)
        (tmp_path / "folder").chmod(0o700)
        home.restore("step")
        assert everything(tmp_path) == second


def test_with_services_nothing_is_like_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a database keeps is no open file, so nobody can say it is the same."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AIRLIFT_OUTBOX", str(tmp_path / ".airlift" / "outbox"))
    (tmp_path / "lab").mkdir()
    alike = {}
    for there in (False, True):
        if there:
            (tmp_path / "services.toml").touch()
        monkeypatch.setattr(stand, "SERVICES", tmp_path / "services.toml")
        with asyncio.Runner() as runner:
            one = stand.Stand("lab", "1.0.0", "bash", [], hook=False, runner=runner)
            alike[there] = one.content() == one.content()
    assert alike == {False: True, True: False}


def test_a_kernel_that_is_not_there_says_which_are(tmp_path: Path) -> None:
    """Its name is in the notebook, where a slip is easily made."""
    kernel = Kernel("pyton3", tmp_path, {"HOME": str(tmp_path)})
    with pytest.raises(NoSuchKernel, match=r"pyton3; the kernelspec in .* of bash"):
        kernel.start()
