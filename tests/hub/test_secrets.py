"""Secrets: fresh, long, kept, and for their owner's eyes only."""

from __future__ import annotations

import os
from pathlib import Path

from hub.secrets import NAMES, ensure_secrets, read_secret


def test_each_secret_is_fresh_and_its_owners_alone(tmp_path: Path) -> None:
    """64 hex digits each, mode 0600 whatever the umask, none twice."""
    before = os.umask(0)
    try:
        ensure_secrets(tmp_path / "one")
        ensure_secrets(tmp_path / "two")
    finally:
        os.umask(before)
    found = [
        read_secret(tmp_path / folder, name)
        for folder in ("one", "two")
        for name in NAMES
    ]
    assert len(set(found)) == 2 * len(NAMES)
    assert all(len(bytes.fromhex(secret)) == 32 for secret in found)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "one").iterdir()}
    assert modes == {0o600}


def test_secrets_are_kept(tmp_path: Path) -> None:
    """A second start makes none anew: cookies, phrases and tokens stay valid."""
    ensure_secrets(tmp_path)
    before = [read_secret(tmp_path, name) for name in NAMES]
    ensure_secrets(tmp_path)
    assert [read_secret(tmp_path, name) for name in NAMES] == before
