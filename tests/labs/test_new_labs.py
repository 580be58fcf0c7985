"""What `airlift lab new` writes proves as it is, each kind where it can be run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import checkers
from hub.authoring.places import VARIABLE
from hub.authoring.proof import Proof
from hub.authoring.prove import prove
from hub.authoring.scaffold import scaffold
from hub.authoring.stand_places import in_image
from hub.catalog import Lab, load_lab
from hub.settings import settings
from tests.conftest import build_image
from tests.harness import REPOSITORY

FEW = 3
"""Changed solutions a step: enough to see that the checks are asked."""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place whose checkers can be imported here and by what is started."""
    own = str(tmp_path / "checkers")
    monkeypatch.setattr(checkers, "__path__", [*checkers.__path__, own])
    monkeypatch.setenv(VARIABLE, own)
    return tmp_path


def new(root: Path, kind: str) -> Lab:
    """Write a new lab."""
    slug = f"new_{kind}"
    places = {name: root / name for name in ("labs", "checkers", "images")}
    scaffold(slug, "New", kind, **places)
    return load_lab(root / "labs" / slug)


def wrong(proof: Proof, lab: Lab) -> list[str]:
    """Return what is wrong, and the checks that do not tell enough apart."""
    weak = [score.step for score in proof.scores if score.kill < lab.floor]
    return [*map(str, proof.findings), *weak]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["python", "terminal"])
def test_a_new_lab_proves(kind: str, root: Path) -> None:
    """With a question in the one, and all steps watched in the other."""
    lab = new(root, kind)
    proof = prove(lab, root / "stand", mutants=FEW)
    assert wrong(proof, lab) == []
    assert [score.step for score in proof.scores] == list(lab.step_ids)


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_new_lab_with_a_service_proves_in_its_image(root: Path) -> None:
    """The image is built from its own folder, and its service is restarted."""
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=REPOSITORY)
    for name in listed.decode().split("\0"):
        if (REPOSITORY / name).is_file() and not name.startswith(("tests/", "labs/")):
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, target)
    lab = new(root, "service")
    image = build_image("--root", str(root), "--image", lab.seat_image)
    proof = prove(lab, root / "stand", place=in_image(settings(root), image), mutants=0)
    assert wrong(proof, lab) == []
