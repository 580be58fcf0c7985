"""A person without a mouse finishes a lab: the door, the seat, eight steps, the panel.

Only keys are pressed; what is on the page is read, never touched by a script.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.catalog import load_lab
from tests.e2e.workplace import solutions
from tests.harness import REPOSITORY, Airlift, NotInTimeError, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAB = REPOSITORY / "labs" / "first_flight"
START_MS = 120_000
MOST_TABS = 60
"""More presses of Tab than this to reach something, and nobody finds it."""
IN_NOTEBOOK = re.compile(r"\.jp-Notebook(?![-\w])")
ACTIVE = ".jp-Notebook .jp-Cell.jp-mod-active"
_FOCUS = """() => {
  let found = document.activeElement;
  const path = [];
  for (; found && found !== document.body; found = found.parentElement) {
    path.push(`${found.tagName}#${found.id}.${[...found.classList].join('.')}`);
  }
  return [(document.activeElement?.innerText ?? '').trim(), path.join(' ')];
}"""


def focus(page: Page) -> tuple[str, str]:
    """Return the text of what has the focus, and the elements it lies in."""
    text, path = page.evaluate(_FOCUS)
    return str(text), str(path)


def tab_to(page: Page, wanted: Callable[[str, str], bool]) -> None:
    """Press Tab until the focus is where it is wanted."""
    seen = [focus(page)]
    while not wanted(*seen[-1]):
        assert len(seen) <= MOST_TABS, f"not reached by Tab, passed: {seen}"
        page.keyboard.press("Tab")
        seen.append(focus(page))


def press_button(page: Page, words: str) -> None:
    """Tab to a button or link by its words and press Enter."""
    tab_to(page, lambda text, _: text == words)
    page.keyboard.press("Enter")


def take_seat(page: Page, url: str, code: str) -> None:
    """Come in by the join page and start the lab."""
    page.goto(f"{url}/hub/join")
    tab_to(page, lambda _, path: "#code" in path)
    page.keyboard.type(code)
    tab_to(page, lambda _, path: "#name" in path)
    page.keyboard.type("Ines")
    page.keyboard.press("Enter")
    expect(page.locator("#phrase")).to_be_visible()
    press_button(page, "Start the lab")
    page.wait_for_url("**/lab/tree/**", timeout=START_MS)
    page.wait_for_selector(
        ".jp-Notebook-ExecutionIndicator[data-status=idle]",
        state="attached",
        timeout=START_MS,
    )


def active_cell(page: Page) -> Any:
    """Return position and text of the active cell."""
    return page.locator(ACTIVE).first.evaluate(
        "cell => ({number: cell.dataset.windowedListIndex,"
        " text: cell.querySelector('.cm-content')?.innerText ?? ''})"
    )


def run_cell(page: Page, source: str | None) -> str:
    """Type over the active cell, if there is something to type, and run it.

    Returns the line below it; "" when the cell is no step.
    """
    cell = page.locator(ACTIVE).first
    before = active_cell(page)["number"]
    handle = cell.element_handle()
    for again in (True, True, False):
        if source is not None:
            page.keyboard.press("Enter")
            with suppress(NotInTimeError):  # a person sees the cursor, too
                wait_for("it", lambda: "cm-content" in focus(page)[1], 10)
            page.keyboard.press("Control+a")
            page.keyboard.insert_text(source)  # as a person pastes or dictates
        page.keyboard.press("Shift+Enter")
        try:
            wait_for("the next cell", lambda: active_cell(page)["number"] != before, 40)
            break
        except NotInTimeError:
            if not again:
                raise
            # a busy machine may lose a key while it draws; a person presses again
            tab_to(page, lambda _, path: IN_NOTEBOOK.search(path) is not None)
    page.wait_for_selector(
        ".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached"
    )
    if source is None:
        return ""

    def line() -> str:
        """Return the line below the cell, if it is there by now."""
        found = handle.query_selector(".airlift-lines")
        return found.inner_text() if found else ""

    return wait_for("the line below the cell", line)


def test_a_person_finishes_the_lab_by_keyboard(
    browser: Browser, local_airlift: Airlift
) -> None:
    """Code, name, seat, every cell of the lab, then the panel and its steps."""
    code = local_airlift.open_room("First flight")["code"]
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    take_seat(page, local_airlift.url, code)
    tab_to(page, lambda _, path: IN_NOTEBOOK.search(path) is not None)
    known, lab = solutions(), load_lab(LAB)
    steps = {step.id: known[step.id] for step in lab.steps}
    passed: list[str] = []
    while len(passed) < len(steps):
        marker = active_cell(page)["text"].partition("\n")[0]
        step = marker.removeprefix("# step: ").strip()
        said = run_cell(page, steps.get(step))
        if step in steps:
            assert "Passed." in said, f"{step}: {said}"
            passed.append(step)
    assert passed == list(steps)
    page.keyboard.press("F8")
    expect(page.locator(".airlift-panel")).to_contain_text("All 8 steps passed")
    wait_for("the focus in the panel", lambda: "airlift-panel" in focus(page)[1])
    tab_to(page, lambda text, _: lab.steps[-1].title in text)
    page.keyboard.press("Enter")
    wait_for("the last step's cell", lambda: IN_NOTEBOOK.search(focus(page)[1]))
    wait_for("it", lambda: lab.steps[-1].id in active_cell(page)["text"])
