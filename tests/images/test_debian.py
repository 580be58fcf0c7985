"""Where a base without a registry comes from: this machine's own apt sources."""

from __future__ import annotations

from pathlib import Path

import pytest

import debian
from client import Client, ClientError
from debian import Source

NEWER = """\
# a comment
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb-src deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: trixie
Components: main
"""
OLDER = """\
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/some/key.gpg] http://mirror.example/debian bookworm main
deb-src http://sources.example/debian bookworm main
deb http://mirror.example/security bookworm-security main
deb http://short.example
"""


def etc(folder: Path, name: str, text: str) -> Path:
    """Write one of apt's files below a folder that stands for /etc."""
    path = folder / "apt" / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("suite", "expected"),
    [
        (
            "bookworm",
            Source(
                "http://mirror.example/debian",
                "bookworm",
                "/usr/share/keyrings/debian-archive-keyring.gpg",
            ),
        ),
        (
            "bookworm-security",
            Source("http://mirror.example/security", "bookworm-security"),
        ),
        ("trixie", None),
    ],
)
def test_the_newer_form_is_read(
    tmp_path: Path, suite: str, expected: Source | None
) -> None:
    """A source that is switched off does not count."""
    etc(tmp_path, "sources.list.d/debian.sources", NEWER)
    assert debian.find_source(tmp_path, suite) == expected


@pytest.mark.parametrize(
    ("suite", "mirror"),
    [
        ("bookworm", "http://mirror.example/debian"),
        ("bookworm-security", "http://mirror.example/security"),
        ("trixie-security", None),
    ],
)
def test_the_older_form_is_read(tmp_path: Path, suite: str, mirror: str | None) -> None:
    """Comments, sources of sources and lines cut short do not count."""
    etc(tmp_path, "sources.list", OLDER)
    found = debian.find_source(tmp_path, suite)
    assert (found.mirror if found else None) == mirror


def test_a_machine_without_sources_names_none(tmp_path: Path) -> None:
    """Then debootstrap uses the distribution's own mirror."""
    assert debian.find_source(tmp_path, "noble") is None


def test_without_root_the_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is tried that cannot work."""
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(debian, "_family", lambda: ("debian", "bookworm"))
    with pytest.raises(ClientError, match="Run once `sudo "):
        debian.make_base(Client("docker", buildx=False), tmp_path)
    assert list(tmp_path.iterdir()) == []
