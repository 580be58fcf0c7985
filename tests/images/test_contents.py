"""What a seat is made of, and when it has changed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

import contents
from hub.settings import CONFIG, settings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout in small."""
    for name in (
        "checkers/first.py",
        "labs/first/lab.toml",
        CONFIG,
        "hub/authoring/release.py",
        "hub/room/static/vendor/preact.mjs",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def own(root: Path) -> str:
    """Return the fingerprint of checkers and labs."""
    lab = SimpleNamespace(folder=root / "labs/first")
    place = settings(root, {})
    return contents.fingerprint(place, contents.own_files(place, [lab]))


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


def test_checkers_of_a_place_come_beside_those_of_an_installed_airlift(
    tmp_path: Path,
) -> None:
    """In one folder, as the seat has them; a place's own come first."""
    (tmp_path / "airlift.toml").touch()
    (tmp_path / "checkers").mkdir()
    (tmp_path / "checkers/added_lab.py").write_text("added")
    (tmp_path / "checkers/first_flight.py").write_text("own")
    place = settings(tmp_path, {})
    assert set(contents.added_checkers(place)) < set(contents.own_files(place, []))
    contents.gather_own(place, [], tmp_path / "context", tmp_path)
    gathered = tmp_path / "context/checkers"
    assert (gathered / "added_lab.py").read_text() == "added"
    assert (gathered / "first_flight.py").read_text() == "own"
    assert (gathered / "engine/hook.py").is_file()


def test_files_of_a_place_count_the_same_wherever_it_is(root: Path) -> None:
    """Labs that lie aside to be proved are built once, not again in their place."""
    place = settings(root, {})
    aside = {name: root / ".airlift/x" / name for name in ("labs", "images")}
    paths = []
    for folder in (place.labs_dir, *aside.values()):
        paths.append(folder / "first" / "apt.txt")
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        paths[-1].touch()
    there = settings(root, {}, **aside)
    here, lab, image = paths
    assert contents.fingerprint(there, [lab]) == contents.fingerprint(place, [here])
    assert contents.fingerprint(there, [image]) != contents.fingerprint(there, [lab])


def test_words_count_one_by_one(root: Path) -> None:
    """A version and a base cannot be mistaken for each other."""
    place = settings(root, {})
    assert contents.fingerprint(place, [], "a", "bc") != contents.fingerprint(
        place, [], "ab", "c"
    )
