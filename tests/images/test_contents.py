"""What a seat is made of, and when it has changed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

import contents


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout in small."""
    for name in (
        "checkers/first.py",
        "labs/first/lab.toml",
        "hub/authoring/release.py",
        "hub/room/static/vendor/preact.mjs",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(name)
    return tmp_path


def own(root: Path) -> str:
    """Return the fingerprint of checkers and labs."""
    lab = SimpleNamespace(folder=root / "labs/first")
    return contents.fingerprint(root, contents.own_files(root, [lab]))


def test_the_same_files_elsewhere_are_the_same(root: Path) -> None:
    """Two checkouts share what is built."""
    before = own(root)
    moved = root.rename(root.with_name("moved"))
    assert own(moved) == before


def test_what_running_leaves_behind_does_not_count(root: Path) -> None:
    """Caches are no inputs."""
    before = own(root)
    (root / "checkers/__pycache__").mkdir()
    (root / "checkers/__pycache__/first.cpython-311.pyc").write_text("x")
    assert own(root) == before


@pytest.mark.parametrize(
    "change", ["text", "new", "renamed", "gone", "tool", "mode", "vendor"]
)
def test_every_change_counts(root: Path, change: str) -> None:
    """A file's text, name and mode, the tool that releases labs, the panel's parts."""
    before = own(root)
    first = root / "checkers/first.py"
    {
        "text": lambda: first.write_text("other"),
        "new": lambda: (root / "labs/first/data.csv").write_text(""),
        "renamed": lambda: first.rename(root / "checkers/second.py"),
        "gone": first.unlink,
        "tool": lambda: (root / "hub/authoring/release.py").write_text("other"),
        "mode": lambda: first.chmod(0o755),
        "vendor": lambda: (root / "hub/room/static/vendor/preact.mjs").write_text(""),
    }[change]()
    assert own(root) != before


def test_words_count_one_by_one(root: Path) -> None:
    """A version and a base cannot be mistaken for each other."""
    assert contents.fingerprint(root, [], "a", "bc") != contents.fingerprint(
        root, [], "ab", "c"
    )
