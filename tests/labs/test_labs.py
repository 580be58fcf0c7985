"""Every lab below labs/ does what its author says; a new folder is a new test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.authoring import prove
from hub.authoring.kernel import LabKernel
from hub.catalog import Lab, load_labs

LABS = load_labs(Path(__file__).parents[2] / "labs")


@pytest.fixture(scope="module", params=LABS.values(), ids=LABS.keys())
def lab(request: pytest.FixtureRequest) -> Lab:
    """One lab after the other."""
    found: Lab = request.param
    return found


@pytest.fixture(scope="module")
def kernel(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabKernel]:
    """One kernel for all tests of a lab; each begins with an empty namespace."""
    with LabKernel(lab, tmp_path_factory.mktemp(lab.slug)) as kernel:
        yield kernel


def said(findings: tuple[prove.Finding, ...]) -> list[str]:
    """Return findings as sentences, so that a failing test reads like a report."""
    return [str(finding) for finding in findings]


def test_there_is_a_lab() -> None:
    """The collection is not empty, so the tests below say something."""
    assert "first_flight" in LABS


def test_ids_agree_everywhere(lab: Lab) -> None:
    """lab.toml, cell ids, markers, grade_ids and checks name the same steps."""
    assert said(prove.ids_agree(lab)) == []


def test_the_source_passes_every_step_in_order(lab: Lab, kernel: LabKernel) -> None:
    """The author's own solution is right."""
    assert said(prove.source_passes(lab, kernel)) == []


def test_the_release_passes_no_step(lab: Lab, kernel: LabKernel) -> None:
    """What attendees get does not pass by itself, and every step is checked."""
    assert said(prove.release_passes_nothing(lab, kernel)) == []


def test_whoever_catches_up_can_go_on(lab: Lab, kernel: LabKernel) -> None:
    """Before each step: the solved cells count for nothing, and the solution passes."""
    assert said(prove.states_lead_on(lab, kernel)) == []


def test_each_mistake_fails_with_its_reason(lab: Lab, kernel: LabKernel) -> None:
    """mistakes.toml holds at least two a step, and the checker tells them apart."""
    assert said(prove.mistakes_fail(lab, kernel)) == []


def test_garbage_is_never_the_checkers_error(lab: Lab, kernel: LabKernel) -> None:
    """Whatever stands where an answer should be, it is passed or failed."""
    assert said(prove.garbage_is_no_error(lab, kernel)) == []


def test_no_check_changes_the_work(lab: Lab, kernel: LabKernel) -> None:
    """Names and values are the same after each check."""
    assert said(prove.values_stay(lab, kernel)) == []


def test_each_step_has_hints_and_the_minutes_add_up(lab: Lab) -> None:
    """Two hints or more a step, and the lab takes as long as its steps."""
    assert [step.id for step in lab.steps if len(step.hints) < 2] == []
    assert sum(step.minutes for step in lab.steps) == lab.minutes
