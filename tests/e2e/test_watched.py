"""Steps done in a terminal and questions, as a person meets them in JupyterLab."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.checkers.seat_server import SeatServer
from tests.checkers.terminal_lab import LAB, STEPS, set_up
from tests.e2e.lab_page import LabPage
from tests.e2e.test_accessibility import faults
from tests.e2e.workplace import shoot

pytestmark = pytest.mark.browser
ASKS = "# step: asks\n%question asks"
MOST_TABS = 60
KEPT = ("HOME", "AIRLIFT_CHECKERS", "AIRLIFT_LABS_DIR", "AIRLIFT_LABS")


def notebook(*sources: str) -> dict[str, Any]:
    """Return a notebook with these cells."""
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": [
            {**code, "id": f"c{at}", "source": source}
            for at, source in enumerate(sources)
        ],
    }


@pytest.fixture(scope="module")
def server(
    prefix: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SeatServer]:
    """A seat's own JupyterLab, with the lab in it."""
    root = tmp_path_factory.mktemp("watched")
    environ = set_up(root, STEPS)
    path = root / "home" / LAB / f"{LAB}.ipynb"
    path.write_text(json.dumps(notebook("# step: file\n!ls", ASKS)))
    kept = {key: environ[key] for key in KEPT}
    found = SeatServer(root, **kept)
    found.program = [str(prefix / "bin" / "python"), "-m", "jupyterlab"]
    yield found.start()
    found.stop()


@pytest.fixture
def page(browser: Browser, server: SeatServer) -> Page:
    """A page of that server's browser."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(f"{server.url}api/status?token=secret")
    server.post("welcomed")
    return page


def test_a_step_done_in_a_terminal_turns_green_by_itself(
    page: Page, server: SeatServer
) -> None:
    """And when asked, with the keyboard: the panel says what came of it."""
    lab = LabPage(page, server.url).open(f"{LAB}/{LAB}.ipynb")
    panel = page.locator(".airlift-panel")
    row = panel.locator("button.step").filter(has_text="A file")
    expect(panel).to_contain_text("Checked by itself while you work")
    now = panel.get_by_role("button", name="Check now")
    now.focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_text("not yet.")).to_be_visible()
    expect(panel.locator(".hint")).to_contain_text("There is no file note.txt")
    expect(now).to_be_focused()
    assert faults(page, ".airlift-panel") == []
    shoot(page, "watched")
    lab.script("await app.commands.execute('terminal:create-new'); await wait(500);")
    page.locator(".jp-Terminal .xterm").first.click()
    page.keyboard.type(f"echo ready > ~/{LAB}/note.txt\n")
    expect(row).to_contain_text("passed at")
    shoot(page, "watched-passed")


def test_a_question_is_answered_with_the_keyboard_only(
    page: Page, server: SeatServer
) -> None:
    """Tab to an option, Space, Tab to the button, Enter; said under the form."""
    lab = LabPage(page, server.url).open(f"{LAB}/{LAB}.ipynb")
    lab.select(ASKS)
    page.keyboard.press("Shift+Enter")
    form = page.locator(".jp-OutputArea .widget-vbox")
    expect(form).to_contain_text("Which colour?")
    lab.select(ASKS)

    def tab_to(what: str) -> None:
        for _ in range(MOST_TABS):
            page.keyboard.press("Tab")
            if page.evaluate(f"!!document.activeElement?.matches({what!r})"):
                return
        raise AssertionError(f"expected Tab to lead to {what}")

    tab_to(".widget-radio input")
    page.keyboard.press("Space")
    shoot(page, "question")
    tab_to("button.widget-button")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Not yet. Another one.")
    assert faults(page, ".jp-OutputArea .widget-vbox") == []
    lab.wait_idle()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(form.get_by_label("red")).to_be_checked()
    lab.wait_idle()
    tab_to("button.widget-button")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Passed.")
    row = page.locator(".airlift-panel button.step").filter(has_text="Asks")
    expect(row).to_contain_text("passed at")
    shoot(page, "question-passed")
