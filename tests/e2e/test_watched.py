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


PANEL = ".airlift-panel"
PICK, COUNT, SEVERAL = "# step: pick", "# step: count", "# step: several"
QUESTIONS: tuple[dict[str, Any], ...] = (
    {
        "id": "pick",
        "title": "Pick one",
        "question": {
            "kind": "choice",
            "text": "Which `word` is <i>right</i>?",
            "options": ["first", "<img src=x onerror=alert(1)>"],
        },
    },
    {
        "id": "count",
        "title": "Count them",
        "question": {"kind": "number", "text": "How many are there?", "unit": "rows"},
    },
    {
        "id": "several",
        "title": "Choose all",
        "question": {
            "kind": "choices",
            "text": "Which are colours?",
            "options": ["red", "loud", "blue"],
        },
    },
)
MORE = """
from checkers import answers

@check("pick")
def pick(work: Work) -> str:
    answers.choice(work, "pick", "<img src=x onerror=alert(1)>")
    return "A word is <b>a word</b>."

@check("count")
def count(work: Work) -> None:
    answers.number(work, "count", 12.5)

@check("several")
def several(work: Work) -> None:
    answers.choices(work, "several", ["red", "blue"])
"""


def notebook(*sources: str, kernel: str = "python3") -> dict[str, Any]:
    """Return a notebook with these cells."""
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    spec = {"name": kernel, "display_name": kernel, "language": kernel}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": spec},
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
    environ = set_up(root, (*STEPS, *QUESTIONS))
    checker = root / "lib" / f"{LAB}.py"
    checker.write_text(checker.read_text() + MORE)
    path = root / "home" / LAB / f"{LAB}.ipynb"
    path.write_text(json.dumps(notebook("# step: file\n!ls", ASKS)))
    bash = notebook(PICK, COUNT, SEVERAL, kernel="bash")
    (path.parent / "bash.ipynb").write_text(json.dumps(bash))
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
    """And when asked, with the keyboard: the panel says what came of it.

    One far behind it turns green too, once it is open in the panel.
    """
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
    (server.root / "home" / LAB / "late.txt").touch()
    late = panel.locator("[data-step=late]")
    late.click()
    expect(late).to_contain_text("passed at")


def tab_to(page: Page, what: str, key: str = "Tab") -> None:
    """Press Tab until the focus is on what a selector names."""
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        if page.evaluate("what => !!document.activeElement?.matches(what)", what):
            return
    raise AssertionError(f"expected {key} to lead to {what}")


def test_a_question_is_answered_in_the_panel_beside_a_bash_notebook(
    page: Page, server: SeatServer
) -> None:
    """With the keyboard only: wrong, then right; every kind; still there afterwards."""
    lab = LabPage(page, server.url).open(f"{LAB}/bash.ipynb")
    panel, keys = page.locator(PANEL), page.keyboard
    form, said = panel.locator("form.question"), panel.locator(".result")

    def open_step(step: str) -> None:
        expect(panel.locator("[aria-expanded=true]")).to_be_visible()
        keys.press("F8")
        expect(panel.locator("[aria-expanded=true]")).to_be_focused()
        tab_to(page, f"[data-step={step}]")
        keys.press("Enter")
        expect(panel.locator(f"[data-step={step}]")).to_have_attribute(
            "aria-expanded", "true"
        )
        page.wait_for_function(
            "() => document.activeElement?.closest('.jp-Notebook .cm-content')"
        )
        keys.press("F8")
        expect(panel.locator(f"[data-step={step}]")).to_be_focused()
        keys.press("Tab")

    open_step("pick")
    options = panel.get_by_role("group", name="Which word is <i>right</i>?")
    expect(options.get_by_role("radio")).to_have_count(2)
    expect(options.get_by_label("first")).to_be_focused()
    expect(options).to_contain_text("<img src=x onerror=alert(1)>")
    tab_to(page, "button")
    keys.press("Enter")
    expect(panel.get_by_role("alert").last).to_contain_text("Choose an answer")
    assert server.step("pick")["attempts"] == 0
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    keys.press("Tab")
    keys.press("Space")
    tab_to(page, "button")
    keys.press("Enter")
    expect(said).to_contain_text("Not yet. “first” is not it.")
    expect(form.get_by_role("button", name="Submit")).to_be_focused()
    expect(panel.get_by_role("alert").last).to_be_empty()
    assert faults(page, PANEL) == []
    shoot(page, "form-choice-wrong")
    keys.press("Shift+Tab")
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("Enter")
    expect(said).to_contain_text("Passed. A word is <b>a word</b>.")
    expect(panel.locator("[data-step=pick]")).to_contain_text("passed at")
    expect(form.get_by_role("button", name="Submit")).to_be_focused()
    shoot(page, "form-choice-passed")

    open_step("count")
    line = panel.get_by_label("How many are there?")
    expect(line).to_be_focused()
    expect(line).to_have_accessible_description("rows")
    keys.type("12,5 rows")
    keys.press("Enter")
    expect(said).to_contain_text("Not yet. “12,5 rows” is more than a number.")
    expect(line).to_be_focused()
    shoot(page, "form-number-wrong")
    for _ in " rows":
        keys.press("Backspace")
    keys.press("Enter")
    expect(said).to_have_text("Passed. ")
    expect(line).to_be_focused()

    open_step("several")
    keys.press("Space")
    tab_to(page, "button")
    keys.press("Enter")
    expect(said).to_contain_text("but there is more")
    keys.press("Shift+Tab")
    keys.press("Space")
    tab_to(page, "button")
    keys.press("Enter")
    expect(said).to_contain_text("Passed.")
    assert faults(page, PANEL) == []
    shoot(page, "form-choices-passed")
    found = {step: server.step(step) for step in ("pick", "count", "several")}
    assert {step["attempts"] for step in found.values()} == {2}
    assert found["several"]["answer"] == "red; blue"

    lab.reload()
    expect(panel.get_by_label("red", exact=True)).to_be_checked()
    expect(panel.get_by_label("loud")).not_to_be_checked()
    panel.locator("[data-step=count]").click()
    expect(line).to_have_value("12,5")


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

    tab_to(page, ".widget-radio input")
    page.keyboard.press("Space")
    shoot(page, "question")
    tab_to(page, "button.widget-button")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Not yet. Another one.")
    assert faults(page, ".jp-OutputArea .widget-vbox") == []
    lab.wait_idle()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(form.get_by_label("red")).to_be_checked()
    lab.wait_idle()
    tab_to(page, "button.widget-button")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Passed.")
    row = page.locator(".airlift-panel button.step").filter(has_text="Asks")
    expect(row).to_contain_text("passed at")
    shoot(page, "question-passed")
