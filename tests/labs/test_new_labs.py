"""What `airlift lab new` writes proves as it is, each kind where it can be run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import checkers
from hub.authoring.places import VARIABLE
from hub.authoring.proof import Proof
from hub.authoring.prove import prove
from hub.authoring.scaffold import scaffold
from hub.catalog import Lab, load_lab
from hub.cli import main
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


def asked_for(root: Path, monkeypatch: pytest.MonkeyPatch, slug: str) -> Result:
    """Ask for the proof of a lab on the command line, and not for its image."""
    monkeypatch.setenv("AIRLIFT_ROOT", str(REPOSITORY))
    for name in ("state", "labs", "checkers", "images"):
        monkeypatch.setenv(f"AIRLIFT_{name.upper()}", str(root / name))
    words = ["lab", "prove", slug, "--mutants", "0", "--json", str(root / "proof.json")]
    return CliRunner().invoke(main, words)


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_new_lab_with_a_service_proves_in_its_image_unasked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing here starts its service; the image is built from its own folder."""
    lab = new(root, "service")
    done = asked_for(root, monkeypatch, lab.slug)
    assert done.exit_code == 0, done.output
    assert (
        "new_service needs the services of its image new_service, so it runs only "
        "there. A Docker engine answers: it runs in its image."
    ) in " ".join(done.output.split())
    (told,) = json.loads((root / "proof.json").read_text())
    assert told["where"].startswith("in sha256:")
    proof = Proof.from_json(told)
    assert wrong(proof, lab) == []
    assert {one.step for one in proof.of("solution")} == set(lab.step_ids)
