"""A room runs end to end: two attendees in JupyterLab, a presenter, a killed room.

Everything is real: proxy, hub, room, containers, kernels, and a browser each. It runs
on localhost and on an address of this machine that is not, since browsers treat plain
HTTP there differently.
"""

from __future__ import annotations

import contextlib
import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Error, Locator, Page, expect

from tests.harness import REPOSITORY, Airlift

pytestmark = [pytest.mark.docker, pytest.mark.browser]

LAB = REPOSITORY / "labs" / "first_flight"
SHOTS = os.environ.get("AIRLIFT_SHOTS", "")
"""Folder for pictures of what the people saw; none are taken without it."""


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page when AIRLIFT_SHOTS says where."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def solutions() -> dict[str, str]:
    """Return the source notebook's code by cell id, markers of nbgrader removed."""
    notebook = nbformat.read(LAB / "lab.ipynb", as_version=4)
    return {
        cell.id: re.sub(r"### (BEGIN|END) SOLUTION\n?", "", cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


def mistake(step: str) -> str:
    """Return the first listed mistake of a step, as its cell would hold it."""
    listed = tomllib.loads((LAB / "mistakes.toml").read_text())["mistakes"]
    code = next(item["code"] for item in listed if item["step"] == step)
    return f"# step: {step}\n{code}"


@dataclass
class Attendee:
    """Somebody with a browser, from the join page to the notebook."""

    page: Page
    name: str

    def join(self, door: str, code: str) -> None:
        """Take a seat and start the lab."""
        self.page.goto(f"{door}/hub/join?code={code}")
        self.page.get_by_label("Your name").fill(self.name)
        shoot(self.page, f"join-{self.name}")
        self.page.get_by_role("button", name="Take a seat").click()
        expect(self.page.get_by_text(f"is yours, {self.name}")).to_be_visible()
        shoot(self.page, f"seat-{self.name}")
        self.page.get_by_role("button", name="Start the lab").click()
        self.page.wait_for_url("**/user/**", timeout=120_000)
        expect(self.page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(
            timeout=120_000
        )
        expect(self.page.get_by_text("| Idle")).to_be_visible(timeout=60_000)

    def cell(self, text: str) -> Locator:
        """Return the code cell that begins with a text."""
        found = self.page.locator(".jp-CodeCell").filter(
            has=self.page.locator(".cm-content", has_text=re.compile("^" + text))
        )
        return found.first

    def run(self, text: str, code: str = "") -> Locator:
        """Run the cell that begins with `text`, with `code` in its place if given.

        To its end, since what comes below it moves the cells that follow.
        """
        cell = self.cell(text)
        cell.scroll_into_view_if_needed()
        cell.locator(".cm-content").click()
        expect(cell.locator(".cm-content")).to_be_focused()
        if code:
            self.page.keyboard.press("Control+a")
            self.page.keyboard.insert_text(code)
            expect(cell.locator(".cm-content")).to_contain_text(code.split()[-1])
        self.page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"))
        return cell


@pytest.fixture(params=["localhost", "own-address"])
def place(
    request: pytest.FixtureRequest, make_airlift: Callable[..., Airlift]
) -> tuple[Airlift, str]:
    """An installation and the address people use to reach it."""
    airlift = make_airlift(toml={"address": "0.0.0.0"}).start()
    # the bridge's address is this machine's own, is not loopback, and is always there
    own = request.param == "own-address"
    host = airlift.engine.gateway if own else "localhost"
    return airlift, f"http://{host}:{airlift.settings.port}"


def test_a_room_runs_end_to_end(place: tuple[Airlift, str], browser: Browser) -> None:
    """One solves the lab, one errs; the open board shows it, a dead room in between."""
    airlift, door = place
    room = airlift.open_room("First flight")
    presenter = browser.new_context().new_page()
    presenter.goto(f"{door}/hub/staff")
    presenter.get_by_label("key").first.fill(room["presenter_key"])
    presenter.keyboard.press("Enter")
    presenter.wait_for_url("**/services/room/**")
    board = f"{door}/services/room/{room['id']}"
    with contextlib.suppress(Error):  # the page of rooms leads to the only one itself
        presenter.goto(board)
    presenter.wait_for_url(board)
    ines = Attendee(browser.new_context().new_page(), "Ines")
    jonas = Attendee(browser.new_context().new_page(), "Jonas")
    ines.join(door, room["code"])
    jonas.join(door, room["code"])
    rows = presenter.locator("tbody tr")
    expect(rows).to_have_count(2)
    code = solutions()

    ines.run("import pandas")
    passed = ines.run("# step: load-data", code["load-data"])
    expect(passed.get_by_text("Passed.")).to_be_visible()
    jonas.run("import pandas")
    not_yet = jonas.run("# step: load-data", mistake("load-data"))
    expect(not_yet.get_by_text("Not yet.")).to_be_visible()
    expect(not_yet.get_by_text("1,000")).to_be_visible()  # the hint has Jonas's number
    marks = "td svg >> nth=0"
    expect(rows.filter(has_text="Ines").locator(marks)).to_have_accessible_name(
        re.compile("passed", re.I)
    )
    expect(rows.filter(has_text="Jonas").locator(marks)).to_have_accessible_name(
        re.compile("trying", re.I)
    )
    shoot(ines.page, "lab-passed")
    shoot(jonas.page, "lab-not-yet")

    airlift.kill("room")
    for text in ("# step: clean-data", "airports = ", "# step: join-airports"):
        step = text.removeprefix("# step: ")
        ran = ines.run(text, code.get(step, ""))
    expect(ran.get_by_text("Passed.")).to_be_visible()
    gone = re.compile("reconnecting|away")
    expect(presenter.locator(".conn")).to_have_text(gone)
    shoot(presenter, "board-away")
    airlift.launch("room")
    third = rows.filter(has_text="Ines").locator("td svg >> nth=2")
    expect(third).to_have_accessible_name(re.compile("passed", re.I))

    for step in ("delay-by-route", "plot-delays", "answer-question"):
        ran = ines.run(f"# step: {step}", code[step])
        expect(ran.get_by_text("Passed.")).to_be_visible()
    shoot(ines.page, "lab-done")
    last = rows.filter(has_text="Ines").locator("td svg >> nth=5")
    expect(last).to_have_accessible_name(re.compile("passed", re.I))
    shoot(presenter, "board-done")
