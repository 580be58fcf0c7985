"""Whatever happens to kernels and notebooks, attempts are those a person would expect.

As in `test_steps_cells`, in JupyterLab and in Notebook 7.
"""

from __future__ import annotations

import os
import signal

import pytest
from playwright.sync_api import expect

from tests.e2e.lab_page import LAB, NOTEBOOK, LabPage
from tests.e2e.workplace import PASSED, READ, SOLVED, Workplace, shoot
from tests.harness import wait_for

pytestmark = pytest.mark.browser

LOAD = "# step: load-data"
SHORT = f"{SOLVED}.head(5)"
SLOW = f"""{LOAD}
import pathlib, signal, time
class Slow(pd.DataFrame):
    pass
def slow(self):
    pathlib.Path("checking").touch()
    while True:
        time.sleep(0.01)
{READ}
flights = Slow(flights)
Slow.__len__ = slow"""
"""A table whose length the check waits for until its time is up."""
LONG = "touch(); signal.setitimer(signal.ITIMER_REAL, 60)"
"""What gives that check longer than its limit, so that a slow page stops it in time."""
BUTTON = """import ipywidgets, time
button = ipywidgets.Button(description="Read the file")
def read(_):
    {does}
button.on_click(read)
display(button)"""


def begin_slow_check(work: Workplace, lab: LabPage) -> int:
    """Run the cell with a slow check; returns its position while the check runs."""
    (work.home / "first_flight" / "checking").unlink(missing_ok=True)
    cell = lab.begin(lab.write(LOAD, SLOW.replace("touch()", LONG)))
    work.wait_file("checking")
    return cell


def test_a_check_that_is_interrupted_is_no_attempt(
    work: Workplace, lab: LabPage
) -> None:
    """The line says that it was stopped and what to do; the cell's work is there."""
    cell = begin_slow_check(work, lab)
    lab.interrupt()
    assert lab.line(cell) == "◌ Stopped. Run the cell again to check it."
    assert work.told == []
    assert lab.do(LOAD, SOLVED) == PASSED
    assert work.told == ["load-data passed"]


def test_a_check_whose_kernel_is_restarted_is_no_attempt(
    work: Workplace, lab: LabPage
) -> None:
    """What had passed before is not lost, and the cell counts when it is run again."""
    lab.do(LOAD, SOLVED)
    cell = begin_slow_check(work, lab)
    lab.restart()
    assert lab.line(cell) == ""
    lab.run("import pandas")
    assert lab.do(cell, SOLVED) == PASSED
    assert work.told == ["load-data passed"] * 2


def test_a_check_whose_kernel_is_killed_is_no_attempt(
    work: Workplace, lab: LabPage
) -> None:
    """The page says that the kernel died; nothing that was shown is lost."""
    lab.do(LOAD, SHORT)
    number = lab.insert("import os\nprint(os.getpid())")
    lab.run(number)
    cell = begin_slow_check(work, lab)
    os.kill(int(lab.output(number)), signal.SIGKILL)
    said = lab.page.get_by_text("appears to have died")
    expect(said.first).to_be_visible()
    shoot(lab.page, f"kernel-killed-{lab.interface}")
    lab.page.locator(".jp-Dialog .jp-mod-accept").click()
    lab.wait_connected()
    shoot(lab.page, f"kernel-killed-{lab.interface}-after")
    assert lab.line(cell) == ""
    lab.run("import pandas")
    assert lab.do(cell, SOLVED) == PASSED
    assert work.told == ["load-data failed rows-lost", "load-data passed"]


def test_an_endless_loop_is_interrupted_and_is_no_attempt(
    work: Workplace, lab: LabPage
) -> None:
    """In the cell itself it says stopped; called by the check it is not yet."""
    cell = lab.begin(lab.write(LOAD, f"{LOAD}\nwhile True:\n    pass"))
    lab.interrupt()
    assert lab.line(cell) == "◌ Stopped. Run the cell again to check it."
    assert work.told == []
    assert lab.do(LOAD, SLOW).startswith("◐ Not yet. Your code took more than 5 s")
    assert work.told == ["load-data failed too-slow"]


def test_a_widget_clicked_while_a_step_runs(work: Workplace, lab: LabPage) -> None:
    """The cell is checked once; what the click did counts when it is run again.

    Whether the callback runs beside the cell or after it is the front end's choice.
    """
    button = lab.insert(
        BUTTON.format(does=f"global flights\n    {READ}"), after="import pandas"
    )
    lab.run(button)
    cell = lab.write(LOAD, f"{LOAD}\ntime.sleep(2)")
    shown = lab.locator(button).get_by_role("button", name="Read the file")
    expect(shown).to_be_visible()
    lab.begin(cell)
    shown.click()
    lab.wait_idle()
    assert len(lab.lines(cell)) == 1
    assert len(work.told) == 1
    assert lab.run(cell) == PASSED
    assert len(work.told) == 2


def test_a_step_run_by_a_widget_waits_for_the_cell_that_runs(
    work: Workplace, lab: LabPage
) -> None:
    """Its check is made when the kernel is free, once."""
    runs = f"get_ipython().run_cell({SOLVED!r})"
    button = lab.insert(BUTTON.format(does=runs), after="import pandas")
    lab.run(button)
    shown = lab.locator(button).get_by_role("button", name="Read the file")
    expect(shown).to_be_visible()
    busy = lab.begin(lab.insert("time.sleep(3)", after=button))
    shown.click()
    lab.wait_idle()
    wait_for("the check once the kernel is free", lambda: work.told)
    assert lab.line(busy) == ""
    assert work.told == ["load-data passed"]


def test_a_renamed_and_a_moved_notebook_count_on(work: Workplace, lab: LabPage) -> None:
    """While its kernel runs, and when it is opened again in another folder."""
    lab.write(LOAD, SOLVED)
    lab.rename(f"first_flight/mine-{lab.interface}.ipynb")
    assert lab.run(LOAD) == PASSED
    lab.rename(f"mine-{lab.interface}.ipynb")
    assert lab.run(LOAD) == PASSED
    assert work.told == ["load-data passed"] * 2
    work.end_kernels()
    again = work.page(lab.interface).open(f"mine-{lab.interface}.ipynb")
    again.run("import pandas")
    assert "a file is not where it looked" in again.run(LOAD)
    here = SOLVED.replace("data/", "first_flight/data/")
    assert again.do(LOAD, here) == PASSED
    assert work.bodies[-1]["notebook"] == f"mine-{lab.interface}.ipynb"
    assert work.told[2:] == ["load-data failed cell-raised", "load-data passed"]


def test_a_duplicated_notebook_counts_for_the_same_seat(
    work: Workplace, lab: LabPage
) -> None:
    """The copy's cells have the same ids; both are known by their own names."""
    lab.write(LOAD, SOLVED)
    lab.save()
    copy = lab.duplicate(lab.path, "first_flight")
    assert lab.run(LOAD) == PASSED
    other = work.page(lab.interface).open(copy)
    other.run("import pandas")
    said = other.do(LOAD, SHORT)
    assert said.startswith("◐ Passed earlier, now different.")
    assert work.told == ["load-data passed", "load-data failed rows-lost"]
    assert [one["notebook"] for one in work.bodies] == [lab.path, copy]


def test_a_cell_copied_into_a_notebook_of_ones_own_counts(
    work: Workplace, lab: LabPage
) -> None:
    """An empty notebook in the home, with the marker's line and other paths."""
    path = work.make_empty(f"own-{lab.interface}.ipynb")
    own = work.page(lab.interface).open(path)
    own.do(0, "import pandas as pd")
    pasted = own.insert(SOLVED.replace("data/", "first_flight/data/"))
    assert own.run(pasted) == PASSED
    assert work.told == ["load-data passed"]
    assert work.bodies[0]["notebook"] == path


def test_two_notebooks_open_in_one_page(work: Workplace) -> None:
    """Each has its own kernel and its own names; a cell goes from one to the other."""
    lab = work.open(LAB)
    first, second = lab.path, work.make("first_flight/second.ipynb")
    lab.run("import pandas")
    lab.write(LOAD, SOLVED)
    lab.take(LOAD)
    lab.open_beside(second)
    lab.run("import pandas")
    assert lab.run(LOAD).startswith("◐ Not yet. There is no `flights` yet.")
    pasted = lab.paste("import pandas")
    assert lab.run(pasted) == PASSED
    lab.show(first)
    assert lab.run(LOAD) == PASSED
    assert work.told == [
        "load-data failed missing-name",
        "load-data passed",
        "load-data passed",
    ]
    assert [one["notebook"] for one in work.bodies] == [second, second, first]


def test_several_kernels_of_a_seat_tell_the_room_one_story(work: Workplace) -> None:
    """Two pages and a console beside a notebook: one numbering, one progress."""
    pages = [work.open(LAB), work.open(NOTEBOOK)]
    for page in pages:
        page.run("import pandas")
        page.write(LOAD, SOLVED)
    assert pages[0].run(LOAD) == PASSED
    assert pages[1].do(LOAD, SHORT).startswith("◐ Passed earlier, now different.")
    pages[0].in_console(f"import pandas as pd\n{SOLVED}")
    assert pages[1].do(LOAD, SOLVED) == PASSED
    assert work.told == [
        "load-data passed",
        "load-data failed rows-lost",
        "load-data passed",
        "load-data passed",
    ]
    seqs = [one["seq"] for one in work.bodies]
    assert seqs == list(range(seqs[0], seqs[0] + 4))
    assert len({one["epoch"] for one in work.bodies}) == 1
