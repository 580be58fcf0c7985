"""What the stand says of a home and its services after one change of a solution."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from checkers.engine import given
from hub.authoring.stand import __main__ as stand
from hub.authoring.stand.home import Home


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
