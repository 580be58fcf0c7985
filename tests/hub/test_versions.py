"""Versions: written whole, made anew only when the lab changed, read by name alone."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from hub.authoring.release import attendee_version
from hub.authoring.versions import write_version
from hub.catalog import Lab, load_lab
from hub.versions import MOST_BYTES, Versions, VersionsError, numbers

LAB = load_lab(Path(__file__).parents[2] / "labs" / "first_flight")


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    """The versions of one lab."""
    found = Versions(tmp_path_factory.mktemp("versions"))
    write_version(LAB, found)
    return found


@pytest.fixture
def copied(tmp_path: Path) -> Lab:
    """A copy of the lab that a test may change."""
    return load_lab(shutil.copytree(LAB.folder, tmp_path / "labs" / LAB.slug))


def test_a_version_holds_the_release_and_a_state_for_each_step(
    versions: Versions,
) -> None:
    """Those files and no other, readable by their owner alone."""
    folder = versions.path(LAB.slug, LAB.version)
    files = {path for path in folder.rglob("*") if path.is_file()}
    names = {str(path.relative_to(folder)) for path in files}
    states = {f"before/{step}.ipynb" for step in LAB.step_ids}
    assert names == {"lab.json", "lab.ipynb", "made-of"} | states
    assert not [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]
    assert [path.name for path in folder.parent.iterdir()] == [LAB.version]
    assert versions.has(LAB.slug, LAB.version)
    assert versions.description(LAB.slug, LAB.version)["version"] == LAB.version


def test_what_is_read_is_what_was_written(versions: Versions) -> None:
    """The released notebook has no solution; a later state has the earlier ones."""
    released = json.loads(versions.notebook(LAB.slug, LAB.version))
    assert len(released["cells"]) == len(attendee_version(LAB).cells)
    assert "idxmin" not in json.dumps(released)
    state = versions.before(LAB.slug, LAB.version, "answer-question")
    assert "drop_duplicates()" in state
    assert "idxmin" not in state


def test_only_a_lab_that_changed_is_stale(copied: Lab, tmp_path: Path) -> None:
    """Its notebook, its lab.toml, its version; data are not part of it."""
    versions = Versions(tmp_path / "versions")
    assert versions.stale([copied]) == [copied]
    write_version(copied, versions)
    assert versions.stale([copied]) == []
    (copied.folder / "data" / "more.csv").write_text("x\n")
    assert versions.stale([copied]) == []
    (copied.folder / "lab.ipynb").write_text(copied.source.read_text() + "\n")
    assert versions.stale([copied]) == [copied]
    write_version(copied, versions)
    assert versions.stale([replace(copied, version="9.0.0")])


@pytest.mark.parametrize(
    ("slug", "version", "step"),
    [
        ("..", "1.0.0", "one"),
        ("first_flight", "..", "one"),
        ("first_flight", "1.0.0/..", "one"),
        ("first_flight", "1.0.0", "../lab"),
        ("/etc", "1.0.0", "passwd"),
        ("first_flight", "9.9.9", "load-data"),
        ("first_flight", "1.0.0\n", "load-data"),
    ],
)
def test_no_name_leads_elsewhere(
    versions: Versions, slug: str, version: str, step: str
) -> None:
    """A path in place of a name is refused, and so is what is not there."""
    with pytest.raises(VersionsError):
        versions.before(slug, version, step)


def test_a_notebook_too_large_to_send_is_refused(tmp_path: Path) -> None:
    """What lies there is not trusted to be small."""
    versions = Versions(tmp_path)
    folder = tmp_path / "small" / "1.0.0"
    folder.mkdir(parents=True)
    (folder / "lab.ipynb").write_bytes(b" " * (MOST_BYTES + 1))
    with pytest.raises(VersionsError, match="at most"):
        versions.notebook("small", "1.0.0")


def test_seats_know_what_their_image_has_or_what_was_offered(tmp_path: Path) -> None:
    """The higher of both, compared as numbers; none without either."""
    versions = Versions(tmp_path)
    assert versions.newest("first_flight", {}) == ""
    versions.seat([replace(LAB, version="1.9.0")])
    assert versions.seated() == {"first_flight": "1.9.0"}
    assert versions.newest("first_flight", {}) == "1.9.0"
    assert versions.newest("first_flight", {"first_flight": "1.10.0"}) == "1.10.0"
    assert versions.newest("first_flight", {"first_flight": "1.2.0"}) == "1.9.0"
    assert numbers("1.10.0") > numbers("1.9.0") > numbers("nonsense")
