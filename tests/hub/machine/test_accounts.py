"""Accounts: who may read which file, and passing through closed folders."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hub.machine import accounts
from hub.secrets import NAMES
from hub.settings import Settings, settings

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def prepared(tmp_path: Path) -> Settings:
    """Settings with their state folders and secrets."""
    airlift = settings(tmp_path, {})
    accounts.ensure_accounts(print)
    accounts.prepare_state(airlift)
    return airlift


def can_read(name: str, path: Path) -> bool:
    """Say whether an account can read a file whose folders it can pass."""
    line = ["cat", str(path)]
    done = subprocess.run(line, user=name, group=name, extra_groups=[], cwd="/")
    return done.returncode == 0


def test_secrets_and_folders_are_closed_to_others(prepared: Settings) -> None:
    """Each secret is 0600; no folder but the released labs can be listed."""
    for name in NAMES:
        assert (prepared.secrets_dir / name).stat().st_mode & 0o777 == 0o600
    for folder in prepared.state_dir.iterdir():
        assert folder == prepared.released_dir or not folder.stat().st_mode & 0o066


@as_root
def test_the_service_account_reads_its_own_secrets_alone(prepared: Settings) -> None:
    """The room needs `room`, `desk`, `seal`, the proxy `proxy`; `cookie` is the hub's.

    Seats of the engine `local` read none.
    """
    for name in (accounts.SERVICE, accounts.SEAT):
        accounts.let_pass(name, [prepared.secrets_dir], print)
    readable = {
        secret
        for secret in NAMES
        if can_read(accounts.SERVICE, prepared.secrets_dir / secret)
    }
    assert readable == set(NAMES) - {"cookie"}
    assert not [
        secret
        for secret in NAMES
        if can_read(accounts.SEAT, prepared.secrets_dir / secret)
    ]


@as_root
def test_a_closed_folder_can_be_passed_but_not_listed(tmp_path: Path) -> None:
    """What lies below is reached; the folder's names stay unknown; it is announced."""
    accounts.ensure_accounts(print)
    closed = tmp_path / "closed"
    inner = closed / "inner"
    inner.mkdir(parents=True)
    (inner / "file").write_text("hello")
    closed.chmod(0o700)
    said: list[str] = []
    opened = accounts.let_pass(accounts.SERVICE, [inner], said.append)
    assert closed in opened
    assert str(closed) in " ".join(said)
    assert can_read(accounts.SERVICE, inner / "file")
    line = ["ls", str(closed)]
    listed = subprocess.run(
        line, user=accounts.SERVICE, group=accounts.SERVICE, extra_groups=[], cwd="/"
    )
    assert listed.returncode != 0
    said.clear()
    assert accounts.let_pass(accounts.SERVICE, [inner], said.append) == []
    assert said == []


@as_root
def test_a_checkout_that_others_cannot_read_is_a_sentence(tmp_path: Path) -> None:
    """Settings and labs are read as the account before any part starts."""
    accounts.ensure_accounts(print)
    (tmp_path / "airlift.toml").touch(0o600)
    airlift = settings(tmp_path, {})
    accounts.prepare_state(airlift)
    with pytest.raises(accounts.AccountError, match="chmod -R go"):
        accounts.open_ways(airlift, [accounts.SERVICE], print)


def test_preparing_twice_changes_nothing(prepared: Settings) -> None:
    """Secrets, modes and owners stay as they are."""

    def look() -> dict[str, tuple[int, int, bytes]]:
        return {
            str(path): (
                path.stat().st_mode,
                path.stat().st_uid,
                path.read_bytes() if path.is_file() else b"",
            )
            for path in prepared.state_dir.rglob("*")
        }

    before = look()
    accounts.prepare_state(prepared)
    assert look() == before
