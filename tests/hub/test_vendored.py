"""The vendored files of others are what VENDORED.toml says, and nothing more."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

HUB = Path(__file__).parents[2] / "hub"
FOLDERS = (HUB / "room/static/vendor", HUB / "authoring/vendor")
LIST = "VENDORED.toml"
FILES: list[dict[str, Any]] = [
    {**file, "folder": folder}
    for folder in FOLDERS
    for file in tomllib.loads((folder / LIST).read_text())["file"]
]
KEYS = {"path", "name", "version", "licence", "source", "upstream_sha256", "sha256"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file["path"]))
def test_each_file_has_the_hash_it_is_listed_with(file: dict[str, Any]) -> None:
    """A changed byte is a changed hash; what was changed on purpose is said."""
    found = hashlib.sha256((file["folder"] / file["path"]).read_bytes()).hexdigest()
    assert found == file["sha256"]
    assert set(file) >= KEYS
    assert bool(file["changed"]) == (file["sha256"] != file["upstream_sha256"])


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_file_of_the_folder_is_listed(folder: Path) -> None:
    """Nothing is vendored without name, version and licence."""
    there = {path.name for path in folder.iterdir()} - {LIST}
    assert there == {file["path"] for file in FILES if file["folder"] == folder}


def test_every_script_brings_its_licence() -> None:
    """The licence's text lies beside the code, as MIT and Apache ask."""
    for file in FILES:
        if file["path"].endswith((".mjs", ".js")):
            assert (file["folder"] / file["licence_file"]).read_text().strip()


def test_scripts_import_nothing_but_their_neighbours() -> None:
    """No bare import is left, which would need an import map that the CSP forbids."""
    for path in FOLDERS[0].glob("*.mjs"):
        for name in re.findall(r'\bfrom\s*"([^"]+)"', path.read_text()):
            assert name.startswith("./"), f"{path.name} imports {name}"
            assert (path.parent / name).exists()
