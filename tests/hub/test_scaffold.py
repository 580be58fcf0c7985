"""A new lab: its files are there, take no other's place, and come with the wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from hub.authoring.scaffold import KINDS, ScaffoldError, scaffold
from hub.catalog import load_lab
from tests.harness import REPOSITORY

FILES = {
    "python": ["data/week.csv"],
    "terminal": ["data/server.log"],
    "service": [],
}
PROGRAM = (sys.executable, "-P", "-c", "from hub.cli import main; main()")
LEFT_OUT = ("tests/", "labs/", "docs/", "bench/")
"""What has no part in a wheel."""
ALWAYS = ["LICENSES.toml", "lab.ipynb", "lab.toml", "mistakes.toml"]


def new(root: Path, slug: str, title: str, kind: str) -> list[str]:
    """Write a new lab below a folder; return the names of its files."""
    places = {name: root / name for name in ("labs", "checkers", "images")}
    found = scaffold(slug, title, kind, **places)
    return [str(path.relative_to(root)) for path in found]


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_lab_has_its_files_and_names(kind: str, tmp_path: Path) -> None:
    """Whatever is in the title; no name of the template is left."""
    title = 'Tea & "Coffee" \\ 100 %'
    files = new(tmp_path, "tea_time", title, kind)
    lab = load_lab(tmp_path / "labs" / "tea_time")
    assert (lab.title, lab.image == "base") == (title, kind != "service")
    assert 2 <= len(lab.steps) <= 3
    assert sum(step.minutes for step in lab.steps) == lab.minutes
    hints = [re.sub("`[^`]*`", "", hint) for step in lab.steps for hint in step.hints]
    assert [hint for hint in hints if re.search(r"[_=<>(]", hint)] == []
    expected = [f"labs/tea_time/{name}" for name in (*ALWAYS, *FILES[kind])]
    assert [name for name in expected if name not in files] == []
    assert "checkers/tea_time.py" in files
    for name in files:
        assert "@slug@" not in (tmp_path / name).read_text()
        assert "@title@" not in (tmp_path / name).read_text()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A checker alone is enough to refuse; what is there is named, nothing written."""
    (tmp_path / "checkers").mkdir()
    (tmp_path / "checkers" / "tea.py").touch()
    with pytest.raises(ScaffoldError, match=r"there is \S+/checkers/tea\.py already"):
        new(tmp_path, "tea", "Tea", "service")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkers"]


@pytest.mark.parametrize(
    ("slug", "title"),
    [("Tea", "Tea"), ("tea-time", "Tea"), ("tea", " "), ("t", "a\nb")],
)
def test_a_name_that_cannot_be_used_is_refused(
    slug: str, title: str, tmp_path: Path
) -> None:
    """The slug is a module's name, the title is one line."""
    with pytest.raises(ScaffoldError, match="expected a"):
        new(tmp_path, slug, title, "python")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_templates_come_with_the_wheel(tmp_path: Path) -> None:
    """Whoever installed Airlift begins a lab as well as whoever cloned it."""
    source, place = tmp_path / "source", tmp_path / "place"
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=REPOSITORY)
    for name in listed.decode().split("\0"):
        if (REPOSITORY / name).is_file() and not name.startswith(LEFT_OUT):
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, target)
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps"]
    line = [*pip, "--no-build-isolation", "-w", str(tmp_path), str(source)]
    subprocess.run(line, check=True, timeout=200)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    place.mkdir()
    (place / "airlift.toml").touch()
    for kind in KINDS:
        done = subprocess.run(
            [*PROGRAM, "lab", "new", f"my_{kind}", "--kind", kind],
            cwd=place,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert f"airlift lab prove my_{kind}" in done.stdout
        lab = (place / "labs" / f"my_{kind}" / "lab.toml").read_text()
        assert tomllib.loads(lab)["lab"]["title"] == f"My {kind}"
    assert (place / "images" / "my_service" / "services.toml").is_file()
