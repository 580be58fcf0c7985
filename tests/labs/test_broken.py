"""Whatever an author gets wrong is said at once, with its place and what was meant."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import checkers
from checkers.engine import check
from hub.authoring.faults import faults
from hub.authoring.scaffold import KINDS, scaffold
from hub.authoring.texts import links_are_known, named
from hub.catalog import load_lab
from tests.labs.broken import GALLERY

MODULE = "checkers.trial"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for one lab called trial, whose checker can be imported."""
    path = [*checkers.__path__, str(tmp_path / "checkers")]
    monkeypatch.setattr(checkers, "__path__", path)
    (tmp_path / "images" / "base").mkdir(parents=True)
    (tmp_path / "images" / "base" / "Dockerfile").touch()
    yield tmp_path
    sys.modules.pop(MODULE, None)
    check._registered.pop(MODULE, None)


def new(root: Path, kind: str) -> Path:
    """Write a new lab and return its folder."""
    places = {name: root / name for name in ("labs", "checkers", "images")}
    scaffold("trial", "Trial", kind, **places)
    return root / "labs" / "trial"


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_lab_has_no_faults(kind: str, root: Path) -> None:
    """Else the gallery below would show more than one breakage at a time."""
    assert faults(new(root, kind)) == ()


@pytest.mark.parametrize("name", GALLERY)
def test_what_is_broken_is_said(name: str, root: Path) -> None:
    """All of it, and nothing else."""
    broken = GALLERY[name]
    lab = new(root, broken.kind)
    broken.change(root)
    said = [str(finding) for finding in faults(lab)]
    assert said == [f"trial: {sentence}" for sentence in broken.say]


def test_a_checker_may_begin_with_the_mark_of_windows(root: Path) -> None:
    """Python reads it, and so does whoever else looks into it."""
    lab = new(root, "python")
    checker = root / "checkers" / "trial.py"
    checker.write_text(checker.read_text("utf-8"), "utf-8-sig")
    assert faults(lab) == ()
    assert "celsius" in named(load_lab(lab))
    assert links_are_known(load_lab(lab)).findings == ()
