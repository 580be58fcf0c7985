"""The side panel at a real seat: what it shows, and the way to each cell."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.lab_page import LAB, NOTEBOOK, NOTEBOOK_PATH
from tests.e2e.side_panel import (
    CLEAN,
    LOAD,
    READ,
    SHORT,
    SLUG,
    SOLVED,
    SidePanel,
    local,
)
from tests.e2e.test_accessibility import faults
from tests.e2e.workplace import shoot
from tests.harness import Airlift, wait_for

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("interface", [LAB, NOTEBOOK])


@pytest.fixture(scope="module")
def airlift(prefix: Path) -> Iterator[Airlift]:
    """One installation for all tests of this module."""
    with local(prefix) as found:
        yield found


@BOTH
def test_it_opens_by_itself_and_stays_closed(
    browser: Browser, airlift: Airlift, interface: str
) -> None:
    """The first time it is there with a welcome; closed is closed until F8."""
    side = SidePanel(airlift, browser, interface).open(welcomed=False)
    expect(side.node.get_by_role("heading", name="Welcome")).to_be_visible()
    expect(side.foot).to_contain_text("connected · everything saved")
    shoot(side.lab.page, f"welcome-{interface}")
    side.button("Start").click()
    expect(side.node.get_by_role("heading", name="Welcome")).to_have_count(0)
    side.lab.script("app.shell.collapseRight(); await wait(100);")
    expect(side.node).to_be_hidden()
    side.lab.reload()
    expect(side.node.locator(".steps")).to_be_attached()
    expect(side.node).to_be_hidden()
    side.show()
    expect(side.node).to_be_visible()
    expect(side.step("Load the flights")).to_be_focused()
    side.lab.reload()
    expect(side.node).to_be_visible()
    expect(side.node.get_by_role("heading", name="Welcome")).to_have_count(0)
    assert "airlift:show-steps" in side.lab.script("return app.commands.listCommands()")


@BOTH
def test_a_page_in_the_background_does_not_close_it(
    browser: Browser, airlift: Airlift, interface: str
) -> None:
    """JupyterLab hides the page for a new theme until the next frame is drawn."""
    side = SidePanel(airlift, browser, interface)
    side.lab.in_background().open()
    expect(side.node).to_be_visible()
    side.lab.script("app.shell.hide(); app.shell.collapseRight();")
    side.lab.reload()
    expect(side.node.locator(".steps")).to_be_attached()
    expect(side.node).to_be_hidden()
    side.lab.script("app.shell.hide();")
    side.show()
    side.lab.script("app.shell.show();")
    expect(side.step("Load the flights")).to_be_focused()
    side.lab.script("app.shell.hide();")
    side.lab.reload()
    expect(side.node).to_be_visible()


@BOTH
def test_a_step_passes_and_the_panel_says_so(
    browser: Browser, airlift: Airlift, interface: str
) -> None:
    """Not yet with the check's hint, passed with the time, and different afterwards."""
    side = SidePanel(airlift, browser, interface).begin()
    row = side.step("Load the flights")
    expect(row).to_contain_text("not started")
    expect(row).to_contain_text("4 min")
    side.lab.do(LOAD, SHORT)
    expect(row).to_contain_text("trying")
    expect(row).to_contain_text("try 1")
    expect(side.node.locator(".hint")).to_contain_text("has 5")
    side.lab.do(LOAD, SOLVED)
    expect(row).to_contain_text("passed at")
    expect(side.node.locator("header")).to_contain_text("1 of 8 · about")
    told = side.node.locator(".said[role=status]").filter(has_text="of 8")
    expect(told).to_have_text("Load the flights: passed. 1 of 8.")
    side.lab.do(LOAD, SHORT)
    expect(row).to_contain_text("passed earlier, now different")
    expect(side.node.locator(".hint")).to_contain_text("Passed earlier, now different.")
    expect(side.node.locator("header")).to_contain_text("1 of 8")
    assert [error for error in side.errors if "airlift" in error] == []


@BOTH
def test_a_click_on_a_step_leads_to_its_cell(
    browser: Browser, airlift: Airlift, interface: str
) -> None:
    """The cursor is in the cell: by mouse, by Enter, and where its id is gone."""
    side = SidePanel(airlift, browser, interface).open()
    side.step("Draw the delays").click()
    side.expect_active("# step: plot-delays")
    expect(side.step("Draw the delays")).to_have_attribute("aria-expanded", "true")
    side.lab.page.keyboard.press("F8")
    expect(side.step("Draw the delays")).to_be_focused()
    side.lab.page.keyboard.press("Shift+Tab")
    side.lab.page.keyboard.press("Enter")
    side.expect_active("# step: delay-by-route")
    side.lab.delete(LOAD)
    side.step("Load the flights").click()
    expect(side.node.get_by_role("alert").last).to_contain_text("has no cell for this")
    retyped = side.lab.insert(LOAD)
    side.step("Load the flights").click()
    side.expect_active(LOAD)
    assert side.lab.script("return notebook.activeCellIndex;") == retyped


def test_a_click_on_a_step_opens_the_notebook(
    browser: Browser, airlift: Airlift
) -> None:
    """With no notebook open the panel shows the lab and brings it."""
    side = SidePanel(airlift, browser).open()
    side.lab.save()
    side.lab.script("panel.dispose();")
    expect(side.lab.page.locator(".jp-Notebook")).to_have_count(0)
    side.step("Join the airports").click()
    side.expect_active("# step: join-airports")


def test_two_pages_of_a_seat_show_the_same(browser: Browser, airlift: Airlift) -> None:
    """What is run in one tab is seen in the other, without a reload."""
    side = SidePanel(airlift, browser).begin()
    other = side.page(NOTEBOOK).open()
    side.lab.page.bring_to_front()
    side.lab.do(LOAD, SOLVED)
    row = other.page.locator(".airlift-panel .steps button.step").first
    expect(row).to_contain_text("passed at")


def test_all_steps_passed_end_with_three_questions(
    browser: Browser, airlift: Airlift
) -> None:
    """They are offered once, can wait, and are found again below "More"."""
    side = SidePanel(airlift, browser)
    side.open(side.solve()).lab.run_all()
    expect(side.node.locator("header")).to_contain_text("All 8 steps passed")
    expect(side.node.get_by_role("heading", name="Before you leave")).to_be_visible()
    shoot(side.lab.page, "closing")
    side.button("Not now").click()
    side.more("Before you leave").click()
    side.node.get_by_label("maybe").check()
    side.node.get_by_label("What would be better?").fill("More coffee <b>")
    side.node.locator("form.closing").get_by_role("button", name="Send").click()
    expect(side.node).to_contain_text("Thank you. Your answers are saved.")
    state = side.visitor.get(f"{side.visitor.base}/airlift/panel").json()
    assert state["closing"]["again"] == "maybe"
    side.lab.reload()
    expect(side.node.locator("header")).to_be_visible()
    expect(side.node.get_by_role("heading", name="Before you leave")).to_have_count(0)


def test_the_handbook_opens_in_a_page_of_its_own(
    browser: Browser, airlift: Airlift
) -> None:
    """What attendees read, to print or to read beside the lab, without solutions.

    On a phone no line of it, and no table, is wider than the page.
    """
    side = SidePanel(airlift, browser).open()
    side.foot.get_by_text("More", exact=True).click()
    with side.context.expect_page() as opened:
        side.foot.get_by_role("link", name="Handbook, to read or print").click()
    page = opened.value
    expect(page.get_by_role("heading", name="First flight", exact=True)).to_be_visible()
    expect(page.locator("#load-data .work")).to_contain_text("# step: load-data")
    assert READ not in page.content()
    page.set_viewport_size({"width": 360, "height": 740})
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    shoot(page, "handbook")
    assert not (side.home / SLUG / f"{SLUG}-handbook.html").exists()


def test_feedback_is_one_key(browser: Browser, airlift: Airlift) -> None:
    """1 to 5 on the faces, a click changes it, words are optional; the room has it."""
    side = SidePanel(airlift, browser).begin()
    side.lab.do(LOAD, SOLVED)
    side.button("clear").focus()
    side.lab.page.keyboard.press("5")
    expect(side.button("loved it")).to_have_attribute("aria-pressed", "true")
    expect(side.button("loved it")).to_be_focused()
    side.button("confusing").click()
    expect(side.button("confusing")).to_have_attribute("aria-pressed", "true")
    side.node.get_by_label("In a few words").fill("what is a frame?")
    side.node.get_by_role("button", name="Send", exact=True).click()
    expect(side.node).to_contain_text("Thank you.")
    wait_for(
        "the feedback in the room",
        lambda: side.facts("load-data").get("feedback") == "confusing",
    )


@pytest.mark.parametrize("theme", ["Light", "Dark", "Dark High Contrast"])
def test_axe_finds_nothing_serious(
    browser: Browser, airlift: Airlift, theme: str
) -> None:
    """With a hint, an ask, feedback, the form and everything unfolded."""
    side = SidePanel(airlift, browser).begin()
    side.lab.change_theme(f"JupyterLab {theme}")
    side.lab.do(LOAD, SHORT)
    side.button("Next hint").click()
    expect(side.node.locator(".hints li")).to_have_count(1)
    side.more("Catch up to here")
    side.more("Take home: everything")
    assert faults(side.lab.page, ".airlift-panel") == []
    side.button("I need help").click()
    assert faults(side.lab.page, ".airlift-panel") == []
    side.button("Call a helper").click()
    expect(side.node).to_contain_text("You are next in the queue.")
    side.lab.do(LOAD, SOLVED)
    expect(side.step("Load the flights")).to_contain_text("passed at")
    assert faults(side.lab.page, ".airlift-panel") == []
    shoot(side.lab.page, f"axe-{theme.replace(' ', '-').lower()}")


@pytest.mark.parametrize("width", [280, 390, 640])
def test_it_is_usable_in_narrow_windows(
    browser: Browser, airlift: Airlift, width: int
) -> None:
    """Nothing sticks out sideways; the way to a cell makes room for the notebook."""
    look = {"viewport": {"width": width, "height": 640}}
    side = SidePanel(airlift, browser, NOTEBOOK, look=look)
    side.visitor.post(f"{side.visitor.base}/airlift/welcomed", {})
    side.lab.open()
    side.show()
    expect(side.step("Load the flights")).to_be_focused()
    side.more("Take home: everything")
    wide = side.lab.script(
        "const side = document.querySelector('.airlift-panel');"
        "return [...side.querySelectorAll('button, a, p, h2')].filter(one => "
        "one.getBoundingClientRect().right > innerWidth + 1 && "
        "!one.closest('.said')).map(one => one.innerText);"
    )
    assert wide == []
    shoot(side.lab.page, f"narrow-{width}")
    side.step("Clean the table").click()
    expect(side.node).to_be_hidden()
    side.expect_active(CLEAN)


def test_it_speaks_the_language_of_its_reader(
    browser: Browser, airlift: Airlift
) -> None:
    """A German browser has a German panel; the lab stays in its own language."""
    side = SidePanel(airlift, browser, speaks="de-AT,de;q=0.9,en;q=0.5").open()
    expect(side.foot).to_contain_text("verbunden · alles gespeichert")
    expect(side.button("Ich brauche Hilfe")).to_be_visible()
    expect(side.node.locator("header")).to_contain_text(
        "0 von 8 · noch etwa 47 Minuten"
    )
    expect(side.node.locator("header h2")).to_have_attribute("lang", "en")
    expect(side.node.locator(".body")).to_have_attribute("lang", "de")
    shoot(side.lab.page, "german")


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Put a folder on a small disk of its own; yields a file that fills it."""
    if os.geteuid() != 0:
        pytest.fail("needs root, to mount a small disk; CI runs as root")
    aside = folder.with_name("aside")
    subprocess.run(["cp", "-a", folder, aside], check=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "airlift-test", str(folder)]
    subprocess.run(mount, check=True)
    try:
        subprocess.run(["cp", "-a", f"{aside}/.", folder], check=True)
        yield folder / "filler"
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        shutil.rmtree(aside)


def fill(filler: Path) -> None:
    """Write until nothing more goes on the disk."""
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass


def test_a_full_disk_is_told_in_words(browser: Browser, airlift: Airlift) -> None:
    """What to do, as an alert; gone once the notebook is saved. The disk is real."""
    side = SidePanel(airlift, browser)
    with small_disk(side.home / SLUG) as filler:
        side.open()
        fill(filler)
        side.lab.write(LOAD, f"{LOAD}\n{READ}  # once more")
        alert = side.node.get_by_role("alert").first
        expect(alert).to_contain_text(
            "first_flight.ipynb could not be saved: your disk"
        )
        shoot(side.lab.page, "disk-full")
        dialog = side.lab.page.locator(".jp-Dialog button")
        if dialog.count():
            dialog.first.click()
        filler.unlink()
        side.lab.save()
        expect(alert).to_be_empty()
        assert "# once more" in (side.home / NOTEBOOK_PATH).read_text()
        side.lab.page.close()
