"""Every lab below labs/ does what its author says; a new folder is a new test.

It is `airlift lab prove`: labs of the image `base` are proved here, others in theirs.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.authoring.manual import check_outputs
from hub.authoring.proof import KINDS, Kind, Proof
from hub.authoring.prove import prove
from hub.authoring.stand_places import here, in_image
from hub.catalog import Lab, load_labs
from hub.engine import BASE
from hub.settings import settings
from tests.conftest import build_image
from tests.harness import REPOSITORY

LABS = load_labs(Path(__file__).parents[2] / "labs")
PARAMS = [
    pytest.param(lab, id=slug, marks=[pytest.mark.docker] * (lab.seat_image != BASE))
    for slug, lab in LABS.items()
]


@pytest.fixture(scope="module", params=PARAMS)
def lab(request: pytest.FixtureRequest) -> Lab:
    """One lab after the other."""
    found: Lab = request.param
    return found


@pytest.fixture(scope="module")
def proof(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Proof:
    """One proof for all tests of a lab."""
    folder = tmp_path_factory.mktemp(lab.slug) / "stand"
    place = here
    if lab.seat_image != BASE:
        image = build_image("--root", str(REPOSITORY), "--image", lab.seat_image)
        place = in_image(settings(REPOSITORY), image)
    return prove(lab, folder, place=place)


def test_there_is_a_lab() -> None:
    """The collection is not empty, so the tests below say something."""
    assert "first_flight" in LABS


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("kind", KINDS, ids=[kind.key for kind in KINDS])
def test_a_lab_does_what_its_author_says(proof: Proof, kind: Kind) -> None:
    """One check of the proof; a failure reads like a report."""
    results = proof.of(kind.key)
    assert [str(found) for result in results for found in result.findings] == []
    assert results, f"nobody looked whether {kind.title}"


def test_each_check_tells_changed_solutions_apart(lab: Lab, proof: Proof) -> None:
    """Every step was tried, and its score is at least the lab's floor.

    Where a database keeps the work, no change of it is taken for none.
    """
    scores = {score.step: round(score.kill, 2) for score in proof.scores}
    assert tuple(scores) == lab.step_ids
    assert {step: kill for step, kill in scores.items() if kill < lab.floor} == {}
    assert [score.step for score in proof.scores if not score.counted] == []
    if (REPOSITORY / "images" / lab.image / "services.toml").is_file():
        assert [score.step for score in proof.scores if score.same] == []


CODE = re.compile(r"[_=<>{}[\]\\]|--|\s-\w|\w\(")


@pytest.mark.parametrize("slug", LABS)
def test_code_in_hints_stands_between_backticks(slug: str) -> None:
    """Panel and paper set it as code then, and nobody types a full stop with it."""
    hints = [hint for step in LABS[slug].steps for hint in step.hints]
    prose = [re.sub("`[^`]*`", "", hint) for hint in hints]
    assert [text for text in prose if CODE.search(text)] == []


HERE = [lab for lab in LABS.values() if lab.seat_image == BASE]


@pytest.mark.parametrize("lab", HERE, ids=[lab.slug for lab in HERE])
def test_what_cells_show_is_as_captured(lab: Lab) -> None:
    """The guide prints it; those of another image are for `airlift lab manual`."""
    assert "still true" in check_outputs(lab, take=False)


def test_each_step_has_hints_and_the_minutes_add_up(lab: Lab) -> None:
    """Two hints or more a step, and the lab takes as long as its steps."""
    assert [step.id for step in lab.steps if len(step.hints) < 2] == []
    assert sum(step.minutes for step in lab.steps) == lab.minutes
