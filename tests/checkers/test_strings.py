"""The seat's sentences: English costs nothing, a broken catalogue is English again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from checkers.engine.strings import _, catalogue, language, ngettext

LANGUAGES = [
    ("", "en"),
    ("en", "en"),
    ("de", "de"),
    ("de-AT", "de"),
    ("de_DE", "de"),
    ("DE", "de"),
    ("../../etc", "en"),
    ("d\u00e9", "en"),
    ("german", "en"),
]


@pytest.mark.parametrize(("wanted", "expected"), LANGUAGES)
def test_the_language_comes_from_the_environment(
    wanted: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What names no language is English; nothing of it becomes a path."""
    monkeypatch.setenv("AIRLIFT_LANGUAGE", wanted)
    assert language() == expected


def test_a_missing_or_broken_catalogue_is_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told: the sentences are there in English."""
    assert catalogue("de", tmp_path) is None
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for data in (b"", b"no catalogue", b"\xde\x12\x04\x95" + b"\xff" * 60):
        (folder / "airlift.mo").write_bytes(data)
        catalogue.cache_clear()
        assert catalogue("de", tmp_path) is None
    monkeypatch.setenv("AIRLIFT_LANGUAGE", "xx")
    assert _("A sentence.") == "A sentence."


def test_a_count_picks_its_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """English by its own rule, without a catalogue."""
    monkeypatch.delenv("AIRLIFT_LANGUAGE", raising=False)
    said = [ngettext("{n} step", "{n} steps", count) for count in (0, 1, 2)]
    assert said == ["{n} steps", "{n} step", "{n} steps"]


def test_english_loads_nothing() -> None:
    """A kernel in English reads no catalogue and imports no gettext for it."""
    code = (
        "import sys; from checkers.engine.strings import _, catalogue; _('x');"
        "assert 'gettext' not in sys.modules; assert catalogue('en') is None"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={})
