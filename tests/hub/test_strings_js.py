"""The sentences of the room's pages: the loader, and what the catalogues hold."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hub.machine.proxy import find_node

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "hub/room/static"
TESTS = Path(__file__).with_name("strings.test.mjs")
FOLDERS = [
    folder
    for folder in (STATIC / "strings", ROOT / "checkers/panel/strings")
    if folder.exists()
]


def catalogue(folder: Path, language: str) -> dict[str, str]:
    """Read one catalogue."""
    found: dict[str, str] = json.loads((folder / f"{language}.json").read_text())
    return found


def test_the_loader_of_sentences(tmp_path: Path) -> None:
    """Language, names, counts and what is missing come out as they should."""
    for path in (STATIC / "strings.js", TESTS):
        shutil.copy(path, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    done = subprocess.run(
        [find_node(), "--test", TESTS.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert "pass 5" in done.stdout, done.stdout


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.parent.name)
def test_german_says_all_that_english_says(folder: Path) -> None:
    """Both catalogues have the same keys, and the same names within each sentence."""
    english, german = catalogue(folder, "en"), catalogue(folder, "de")
    assert list(german) == list(english)
    names = {
        key: (_names(english[key]), _names(german[key]))
        for key in english
        if _names(english[key]) != _names(german[key])
    }
    assert names == {}
    assert [key for key, text in german.items() if not text.strip()] == []


def _names(text: str) -> list[str]:
    """Return the names that are filled into a sentence."""
    return sorted(re.findall(r"\{\w+\}", text))
