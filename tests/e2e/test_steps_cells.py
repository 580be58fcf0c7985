"""Whatever people do with cells, an attempt counts for the step they mean.

Each test is one habit, in JupyterLab and in Notebook 7. The attempts in the room's
journal and the line under the cell are compared with what a person would expect.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.lab_page import LAB, NOTEBOOK, LabPage
from tests.e2e.workplace import PASSED, READ, SOLVED, Workplace, solutions

pytestmark = pytest.mark.browser

LOAD = "# step: load-data"
SHORT = f'{LOAD}\nflights = pd.read_csv("data/flights.csv").head(5)'
STEPS = [
    "load-data",
    "clean-data",
    "join-airports",
    "delay-by-route",
    "plot-delays",
    "answer-question",
    "late-share",
    "mean-or-median",
]


def test_a_copied_cell_counts_for_its_step(work: Workplace, lab: LabPage) -> None:
    """The copy's marker says whose it is; the line is below the copy."""
    lab.write(LOAD, SOLVED)
    copy = lab.copy(LOAD)
    assert lab.cells[copy].id != lab.cells[copy - 1].id
    assert lab.run(copy) == PASSED
    assert lab.line(copy - 1) == ""
    assert work.told == ["load-data passed"]


def test_the_parts_of_a_split_cell_both_count(work: Workplace, lab: LabPage) -> None:
    """The upper has the marker, the lower keeps the id; run both and it has passed."""
    lab.write(LOAD, f"{LOAD}\n# from the file:\n{READ}")
    upper = lab.split(LOAD, 2)
    assert lab.cells[upper + 1].source == READ
    assert lab.run(upper).startswith("◐ Not yet. There is no `flights` yet.")
    assert lab.run(upper + 1) == PASSED
    assert work.told == ["load-data failed missing-name", "load-data passed"]


def test_a_merged_cell_is_checked_for_all_its_steps(
    work: Workplace, lab: LabPage
) -> None:
    """Two steps in one cell: one attempt and one line each, in their order."""
    lab.write(LOAD, SOLVED)
    lab.move("# step: clean-data", lab.find(LOAD) + 1 - lab.find("# step: clean-data"))
    merged = lab.merge(LOAD, "# step: clean-data")
    lines = lab.run(merged).splitlines()
    assert lines[0] == "✓ Load the flights: Passed. 9,756 rows, 8 columns."
    assert lines[1].startswith("◐ Clean the table: Not yet. There is no `clean` yet.")
    assert work.told == ["load-data passed", "clean-data failed missing-name"]


def test_a_deleted_and_retyped_cell_counts(work: Workplace, lab: LabPage) -> None:
    """Typed anew, loosely even, the marker is enough."""
    lab.delete(LOAD)
    typed = lab.insert(f"#Step : Load_Data\n{READ}", after="import pandas")
    assert lab.run(typed) == PASSED
    assert work.told == ["load-data passed"]


def test_a_moved_cell_counts(work: Workplace, lab: LabPage) -> None:
    """Its place in the notebook says nothing."""
    lab.write(LOAD, SOLVED)
    moved = lab.move(LOAD, 3)
    assert lab.run(moved) == PASSED
    assert work.told == ["load-data passed"]


def test_a_cell_without_its_marker_is_known_by_its_id(
    work: Workplace, lab: LabPage
) -> None:
    """Somebody who types over the whole cell has not lost the step."""
    cell = lab.write(LOAD, READ)
    assert lab.run(cell) == PASSED
    assert work.told == ["load-data passed"]


def test_cells_run_out_of_order_count_when_they_work(
    work: Workplace, lab: LabPage
) -> None:
    """Too early is not yet, with the reason; in order it passes."""
    code = solutions()
    early = lab.write("# step: clean-data", code["clean-data"])
    said = lab.run(early)
    assert said.startswith("◐ Not yet. The cell stopped with NameError:")
    assert "Run the cells above first" in said
    assert lab.do(LOAD, SOLVED) == PASSED
    assert lab.run(early).startswith("✓ Passed.")
    assert work.told == [
        "clean-data failed cell-raised",
        "load-data passed",
        "clean-data passed",
    ]


@pytest.mark.parametrize("interface", [LAB, NOTEBOOK])
def test_run_all_and_restart_and_run_all(work: Workplace, interface: str) -> None:
    """Each step once, then once more by the %check at the end; twice over."""
    lab = work.open(interface, solved=True)
    once = [f"{step} passed" for step in STEPS]
    lab.run_all()
    assert {lab.line(f"# step: {step}")[:9] for step in STEPS} == {"✓ Passed."}
    assert lab.line("%check").startswith("✓ 8 of 8 passed.")
    assert work.told == once * 2
    lab.restart_and_run_all()
    assert {lab.line(f"# step: {step}")[:9] for step in STEPS} == {"✓ Passed."}
    assert work.told == once * 4
    assert [one["trigger"] for one in work.bodies] == (
        ["cell"] * len(STEPS) + ["asked"] * len(STEPS)
    ) * 2


def test_clearing_output_takes_nothing_back(work: Workplace, lab: LabPage) -> None:
    """The line goes, the step stays passed, the next run shows it again."""
    lab.do(LOAD, SOLVED)
    lab.clear(LOAD)
    assert lab.line(LOAD) == ""
    lab.clear()
    assert work.told == ["load-data passed"]
    assert work.facts("first_flight/load-data")["state"] == "passed"
    assert lab.run(LOAD) == PASSED
    assert work.told == ["load-data passed"] * 2


def test_a_step_turned_into_markdown_and_back(work: Workplace, lab: LabPage) -> None:
    """Text is not run and makes no attempt; code again, it counts."""
    lab.write(LOAD, SOLVED)
    text = lab.become(LOAD, "markdown")
    assert lab.run(text) == ""
    assert work.told == []
    lab.become(text, "code")
    assert lab.run(text) == PASSED
    assert work.told == ["load-data passed"]


def test_a_syntax_error_is_not_yet_with_what_to_look_for(
    work: Workplace, lab: LabPage
) -> None:
    """The cell never ran; the step it names is known all the same."""
    said = lab.do(LOAD, f"{LOAD}\nflights = pd.read_csv('data/flights.csv'")
    assert said.startswith("◐ Not yet. The cell stopped with SyntaxError:")
    assert "bracket" in said
    assert lab.do(LOAD, SOLVED) == PASSED
    assert work.told == ["load-data failed cell-raised", "load-data passed"]


def test_cells_with_a_magic_first_count(work: Workplace, lab: LabPage) -> None:
    """%%time, %%capture and %%bash with the marker below them; a failing one too."""
    cell = lab.find(LOAD)
    assert lab.do(cell, f"%%time\n{SOLVED}") == PASSED
    assert lab.do(cell, f"%%capture\n{SHORT}").startswith(
        "◐ Passed earlier, now different. `flights` has 5 rows"
    )
    lab.do(cell, SOLVED)
    assert lab.do(cell, f"%%bash\n{LOAD}\nhead -1 data/flights.csv") == PASSED
    assert "date,flight" in lab.output(cell)
    failing = lab.do(cell, f"%%bash\n{LOAD}\ncat data/nothing.csv")
    assert "A command in the cell did not end well" in failing
    misplaced = lab.do(cell, f"{LOAD}\n%%time\n{READ}")
    assert "has to be the first line of its cell" in misplaced
    assert work.told == [
        "load-data passed",
        "load-data failed rows-lost",
        "load-data passed",
        "load-data passed",
        "load-data failed cell-raised",
        "load-data failed cell-raised",
    ]


def test_passed_then_broken_stays_passed_and_says_so(
    work: Workplace, lab: LabPage
) -> None:
    """Own line, the panel in the notebook and the room's facts agree."""
    assert lab.do(LOAD, SOLVED) == PASSED
    panel = lab.insert("%steps", after=LOAD)
    lab.run(panel)
    row = lab.locator(panel).locator(".airlift-lines > div").nth(1)
    expect(row).to_contain_text("1. Load the flights")
    broken = lab.do(LOAD, SHORT)
    assert broken.startswith("◐ Passed earlier, now different. `flights` has 5 rows")
    expect(row).to_contain_text("passed earlier, now different. flights has 5")
    assert work.told == ["load-data passed", "load-data failed rows-lost"]
    facts = work.facts("first_flight/load-data")
    assert facts["state"] == "passed"
    assert lab.do(LOAD, SOLVED) == PASSED
