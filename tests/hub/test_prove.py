"""A proof can fail: each thing that is wrong with a lab is found and named."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from checkers import Work, check, fail
from checkers.engine.check import checker_for
from hub.authoring import prove
from hub.authoring.kernel import LabKernel
from hub.authoring.mistakes import MistakesError
from hub.authoring.stand import garbage
from hub.authoring.walk import Walk
from hub.catalog import Lab, load_lab

LAB = Path(__file__).parents[2] / "labs" / "first_flight"
Edit = Callable[[dict[str, Any]], None]


def broken(tmp_path: Path, edit: Edit) -> Lab:
    """Return a copy of the lab whose notebook was edited by `edit(cells by id)`."""
    folder = shutil.copytree(LAB, tmp_path / "labs" / "first_flight")
    path = folder / "lab.ipynb"
    data = json.loads(path.read_text(encoding="utf-8"))
    edit({cell["id"]: cell for cell in data["cells"]})
    path.write_text(json.dumps(data), encoding="utf-8")
    return load_lab(folder)


def said(findings: tuple[prove.Finding, ...]) -> list[str]:
    """Return findings as sentences."""
    return [str(finding) for finding in findings]


def change(cell_id: str, **values: Any) -> Edit:
    """Return an edit that changes keys of one cell."""
    return lambda cells: cells[cell_id].update(values)


def regrade(cells: dict[str, Any]) -> None:
    """Give one cell another grade_id."""
    cells["load-data"]["metadata"]["nbgrader"]["grade_id"] = "task-1"


IDS = {
    "cell id": (
        change("load-data", id="load"),
        "first_flight: lab.ipynb, cell load: expected the id 'load-data', got 'load'; "
        "`airlift lab ids first_flight` sets it",
    ),
    "marker": (
        change("load-data", source="# step: load\n1"),
        "first_flight: lab.ipynb, cell load-data: "
        "expected the first line '# step: load-data', got '# step: load'",
    ),
    "grade id": (
        regrade,
        "first_flight: lab.ipynb, cell load-data: "
        "expected grade_id 'load-data', got 'task-1'",
    ),
    "stray marker": (
        change("scratch", source="# step: load-data"),
        "first_flight: lab.ipynb, cell scratch: "
        "expected no marker outside a step's cell, got 'load-data'",
    ),
}


@pytest.mark.parametrize("name", IDS)
def test_ids_that_do_not_agree_are_found(name: str, tmp_path: Path) -> None:
    """The finding names the cell, what was expected and what was there."""
    edit, sentence = IDS[name]
    assert sentence in said(prove.ids_agree(broken(tmp_path, edit)))


def test_a_proof_stops_at_ids_that_do_not_agree(tmp_path: Path) -> None:
    """No kernel is started for a lab whose parts do not fit together."""
    lab = broken(tmp_path, regrade)
    proof = prove.prove(lab, tmp_path / "kernel")
    assert proof.findings == prove.ids_agree(lab)
    assert not (tmp_path / "kernel").exists()


def test_a_proof_reads_the_mistakes_before_ids_stop_it(tmp_path: Path) -> None:
    """So that an author hears of both at once."""
    lab = broken(tmp_path, change("load-data", id="load"))
    (lab.folder / "mistakes.toml").write_text("[[mistakes]]\n", encoding="utf-8")
    with pytest.raises(MistakesError, match="reason: expected a value"):
        prove.prove(lab, tmp_path / "kernel")


def test_a_step_without_a_check_is_found(tmp_path: Path) -> None:
    """The checks are those of lab.toml, in its order."""
    lab = broken(tmp_path, lambda cells: None)
    toml = lab.folder / "lab.toml"
    more = '\n[[steps]]\nid = "land"\ntitle = "Land"\n'
    toml.write_text(toml.read_text(encoding="utf-8") + more, encoding="utf-8")
    found = said(prove.ids_agree(load_lab(lab.folder)))
    assert (
        "first_flight: checkers/first_flight.py: "
        "expected a check for step 'land', there is none" in found
    )


def test_what_a_run_shows_is_found(tmp_path: Path) -> None:
    """A wrong solution, a step that passes untouched, a mistake with another reason."""

    def edit(cells: dict[str, Any]) -> None:
        given = 'answer = "Barcelona"\n### BEGIN SOLUTION\n### END SOLUTION'
        cells["answer-question"]["source"] = f"# step: answer-question\n{given}"
        solution = "### BEGIN SOLUTION\njoined = clean\n### END SOLUTION"
        cells["join-airports"]["source"] = f"# step: join-airports\n{solution}"

    lab = broken(tmp_path, edit)
    mistake = 'step = "load-data"\nreason = "rows-lost"\ncode = "flights = 1"\n'
    path = lab.folder / "mistakes.toml"
    other = mistake.replace("rows-lost", "wrong-type").replace("= 1", "= 2")
    other += 'hint = "It is no table."\n'
    path.write_text(f"[[mistakes]]\n{mistake}\n[[mistakes]]\n{other}", encoding="utf-8")
    with LabKernel(lab, tmp_path / "kernel") as kernel:
        walk = Walk(lab, kernel)
        walk.run()
        untouched = prove.release_passes_nothing(lab, kernel)
    found = [str(one) for result in walk.results for one in result.findings]
    assert found[:4] == [
        "first_flight: mistakes.toml, mistakes[1], step load-data: "
        "expected failed: rows-lost, got failed: wrong-type",
        "first_flight: mistakes.toml, mistakes[2], step load-data: expected the hint "
        "'It is no table.', got '`flights` is a whole number (int); "
        "expected a pandas DataFrame.'",
        "first_flight: mistakes.toml, step clean-data: "
        "expected 2 or more mistakes, got 0",
        "first_flight: mistakes.toml, step join-airports: "
        "expected 2 or more mistakes, got 0",
    ]
    assert (
        "first_flight: step join-airports: "
        "expected the solution to pass, got failed: column-missing" in found
    )
    assert [str(one) for result in untouched for one in result.findings] == [
        "first_flight: step answer-question: "
        "expected the untouched cell to fail, got passed, passed"
    ]


TIRED: list[int] = []


def excuses(work: Work) -> None:
    """Pass whatever cannot be compared."""
    try:
        if work.value("total") - 20:
            fail("other-total", "Not that.")
    except TypeError:
        return


def tires(_work: Work) -> None:
    """Pass three times."""
    TIRED.append(1)
    if len(TIRED) > 3:
        fail("tired", "No more.")


@pytest.fixture
def fragile() -> Iterator[str]:
    """The name of a checker whose checks each have a fault."""
    module = ModuleType("checkers.fragile_lab_of_a_test")

    def divides(work: Work) -> None:
        if 10 / work.value("number", "int | str") < 1:
            fail("too-big", "Smaller, please.")

    def writes(work: Work) -> None:
        work.value("listed", "list").append(1)

    TIRED.clear()
    steps = {"divide": divides, "write": writes, "excuse": excuses, "tire": tires}
    for step, function in steps.items():
        function.__module__ = module.__name__
        function.__qualname__ = function.__name__
        setattr(module, function.__name__, check(step)(function))
    sys.modules[module.__name__] = module
    yield module.__name__
    del sys.modules[module.__name__]


def test_a_check_that_garbage_breaks_is_found(fragile: str, tmp_path: Path) -> None:
    """Zero and text are an attendee's values; the checker's exception is its fault."""
    namespace = {"number": 5, "listed": []}
    found = garbage.errors(namespace, fragile, str(tmp_path))
    faults = {(step, name, kind) for step, name, kind, _ in found}
    assert ("divide", "number", "zero") in faults
    assert ("divide", "number", "huge text") in faults
    assert ("divide", "number", "None") not in faults


def test_garbage_that_passes_is_found(fragile: str, tmp_path: Path) -> None:
    """Said once: what is right nowhere, where the check does not pass without it."""
    namespace = {"number": 5, "listed": [], "total": 20}
    found = garbage.errors(namespace, fragile, str(tmp_path))
    passed = [[step, name, kind] for step, name, kind, got in found if got == "passed"]
    assert passed == [["excuse", "total", "Ellipsis"]]


def test_a_check_that_changes_its_mind_is_found(
    fragile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right work passes as often as it is looked at."""
    monkeypatch.setattr(garbage, "_SECONDS", 60)  # it tires by number, not by time
    namespace: dict[str, Any] = {"number": 5}
    said = [
        garbage.unsteady(namespace, fragile, str(tmp_path), step)
        for step in ("divide", "tire")
    ]
    assert said == ["", "failed: tired"]


def test_a_check_that_writes_into_the_work_is_found(
    fragile: str, tmp_path: Path
) -> None:
    """The list is the same object afterwards, but not the same list."""
    namespace: dict[str, Any] = {"number": 5, "listed": []}
    assert garbage.changes(namespace, fragile, str(tmp_path)) == [["write", "listed"]]


def test_only_values_that_a_check_reads_are_replaced(
    fragile: str, tmp_path: Path
) -> None:
    """That keeps the proof short in a lab with many names."""
    namespace: dict[str, Any] = {"number": 5, "listed": [], "other": 1}
    read = [
        garbage.names_read(item, namespace, str(tmp_path))
        for item in checker_for(fragile)
    ]
    assert read == [["number"], ["listed"], [], []]
