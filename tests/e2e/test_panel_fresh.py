"""The side panel brings fresh cells: catching up, beginning again, corrections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.lab_page import LAB, NOTEBOOK, LabPage
from tests.e2e.side_panel import CLEAN, LOAD, SHORT, SLUG, SOLVED, SidePanel, local
from tests.e2e.test_catch_up import airlift_lab, correct
from tests.e2e.workplace import shoot
from tests.harness import Airlift, wait_for

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("interface", [LAB, NOTEBOOK])
BEFORE = f"{SLUG}/{SLUG}-before-join-airports.ipynb"
AGAIN = f"{SLUG}/{SLUG}-again.ipynb"


@pytest.fixture(scope="module")
def airlift(prefix: Path) -> Iterator[Airlift]:
    """One installation for all tests of this module."""
    with local(prefix) as found:
        yield found


def opened(side: SidePanel, name: str) -> Page:
    """Press a button that opens a notebook; returns its page, in Notebook a new tab."""
    if side.lab.interface == LAB:
        side.button(name).click()
        return side.lab.page
    with side.context.expect_page() as found:
        side.button(name).click()
    return found.value


@BOTH
def test_who_is_behind_catches_up_beside_the_own_work(
    browser: Browser, airlift: Airlift, interface: str
) -> None:
    """A new notebook, its cells above the step already run, the cursor in the step."""
    side = SidePanel(airlift, browser, interface).open()
    side.step("Join the airports").click()
    side.expect_active("# step: join-airports")
    side.more("Catch up to here").click()
    expect(side.node).to_contain_text("Your own notebook stays as it is.")
    shoot(side.lab.page, f"catch-up-{interface}")
    page = opened(side, "Open it")
    above = page.locator(".jp-CodeCell:visible", has_text="caught up: clean-data")
    expect(above.locator(".jp-InputPrompt").first).to_have_text("[5]:")
    page.wait_for_function(
        "() => document.activeElement?.closest('.jp-Cell')?.innerText"
        ".includes('# step: join-airports')"
    )
    expect(page.locator(".airlift-panel .steps .now")).to_contain_text("caught up")
    shoot(page, f"caught-up-{interface}")
    lab = side.lab
    if interface == NOTEBOOK:
        lab = LabPage(page, side.lab.seat, NOTEBOOK)
        page.reload()  # the test's own script runs in no tab that a page has opened
    lab.wait_ready(BEFORE)
    lab.run(lab.insert("print(len(clean))", after="# step: join-airports"))
    assert lab.output("print(len(clean))").strip() == "9469"
    row = lab.page.locator(".airlift-panel .steps button.step").nth(0)
    expect(row).not_to_contain_text("passed")


def test_a_step_begins_again_below_the_own_cell(
    browser: Browser, airlift: Airlift
) -> None:
    """Nothing is deleted, tries count anew, passed stays, the room is told."""
    side = SidePanel(airlift, browser).begin()
    side.lab.do(LOAD, SOLVED)
    side.lab.do(LOAD, SHORT)
    expect(side.step("Load the flights")).to_contain_text("now different")
    before = len(side.lab.cells)
    side.more("Start this step again").click()
    expect(side.node).to_contain_text("Nothing of yours is deleted")
    side.button("Bring them back").click()
    own = side.lab.find(LOAD)
    wait_for("the pristine cell", lambda: len(side.lab.cells) == before + 1)
    assert side.lab.cells[own].source == SHORT
    assert side.lab.cells[own + 1].source.startswith(LOAD)
    assert side.lab.cells[own + 1].id != side.lab.cells[own].id
    side.expect_active("your code here")
    wait_for("the reset", lambda: side.facts("load-data").get("generation") == 1)
    expect(side.step("Load the flights")).to_contain_text("passed at")
    side.step("Clean the table").click()
    side.expect_active(CLEAN)
    side.step("Load the flights").click()
    side.expect_active("your code here")
    assert side.lab.script("return notebook.activeCellIndex;") == own + 1


def test_the_whole_lab_begins_again_in_a_fresh_notebook(
    browser: Browser, airlift: Airlift
) -> None:
    """Asked once in words; "Cancel" does nothing."""
    side = SidePanel(airlift, browser).begin()
    side.lab.do(LOAD, SHORT)
    side.more("Start the whole lab again").click()
    side.button("Cancel").click()
    side.button("Start the whole lab again").click()
    opened(side, "Open a fresh one")
    lab = side.lab.wait_ready(AGAIN)
    assert "your code here" in lab.cells[lab.find(LOAD)].source
    expect(side.step("Load the flights")).to_contain_text("not started")


def test_corrections_are_taken_only_where_nobody_worked(
    browser: Browser, airlift: Airlift, tmp_path: Path
) -> None:
    """Offered with their number, taken on a click; the own cell stays as it is."""
    side = SidePanel(airlift, browser).begin()
    side.lab.do(LOAD, SHORT)
    side.lab.save()
    labs = tmp_path / "labs"
    correct(labs)
    one_room = ("--room", side.room["id"])
    airlift_lab(airlift, labs, "offer", SLUG, *one_room, "--no-prove")
    expect(side.node).to_contain_text("Version 9.0.0 corrects 1 cell. Your own cells")
    shoot(side.lab.page, "offer")
    side.button("Take the corrections").click()
    expect(side.node).to_contain_text("1 cell was corrected. Your own cells stay.")
    sources = [cell.source for cell in side.lab.cells]
    assert sum("## How all of it works" in source for source in sources) == 1
    assert SHORT in sources
    wait_for(
        "the offer to end",
        lambda: (
            not side.visitor.get(f"{side.visitor.base}/airlift/panel").json()["offers"]
        ),
    )


def test_work_is_taken_home_and_brought_back(
    browser: Browser, airlift: Airlift, tmp_path: Path
) -> None:
    """One click gives a zip; another seat's panel takes it back, without doubles."""
    side = SidePanel(airlift, browser).begin()
    side.lab.do(LOAD, SOLVED)
    side.lab.save()
    with side.lab.page.expect_download() as found:
        side.more("Take home: everything")
        side.node.get_by_role("link", name="Take home: everything (zip)").click()
    zipped = tmp_path / "home.zip"
    found.value.save_as(zipped)
    other = SidePanel(airlift, browser).open()
    button = other.more("Bring back a take-home zip")
    with other.lab.page.expect_file_chooser() as chooser:
        button.click()
    chooser.value.set_files(zipped)
    expect(other.foot).to_contain_text("1 check came back.")
    expect(other.step("Load the flights")).to_contain_text("passed at")
