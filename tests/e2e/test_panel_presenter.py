"""What a presenter does with pace, hints and words, as it is seen at a seat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.side_panel import (
    CLEAN,
    LOAD,
    SHORT,
    SLUG,
    SOLVED,
    Presenter,
    SidePanel,
    local,
)
from tests.e2e.test_accessibility import faults
from tests.e2e.test_board import HOSTILE
from tests.e2e.workplace import shoot, solutions
from tests.harness import Airlift, wait_for

pytestmark = pytest.mark.browser
FIRST, SECOND = {"lab": SLUG, "step": "load-data"}, {"lab": SLUG, "step": "clean-data"}
UNSEEN = """
window.lookedAt = true;
Object.defineProperty(document, 'hidden', { get: () => !window.lookedAt });
"""
"""A page as it is in another tab; a browser without a window shows every one."""
LOOK = """looked => {
  window.lookedAt = looked;
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture(scope="module")
def airlift(prefix: Path) -> Iterator[Airlift]:
    """One installation for all tests of this module."""
    with local(prefix) as found:
        yield found


def message(presenter: Presenter, text: str) -> dict[str, Any]:
    """Return a message as the board has it: reached and seen by how many."""
    board = presenter.visitor.get(f"{presenter.base}/progress").json()
    found: dict[str, Any] = next(
        one for one in board["room"]["messages"] if one["text"] == text
    )
    return found


def test_a_countdown_ticks_by_itself_and_moves(
    browser: Browser, airlift: Airlift
) -> None:
    """Set, seconds going by, five minutes more, heard once, then gone."""
    side = SidePanel(airlift, browser).open()
    presenter = Presenter(airlift, side.room)
    presenter.does("countdown", minutes=5, **SECOND)
    clock = side.node.get_by_role("timer")
    expect(clock).to_have_text(re.compile(r"^4:\d\d$"))
    card = side.node.get_by_role("region", name="Time left for step 2: Clean the table")
    expect(card).to_contain_text(re.compile(r"until \d\d:\d\d"))
    expect(card.get_by_role("status")).to_have_text(re.compile(r"^5 minutes left, "))
    shown = clock.inner_text()
    expect(clock).not_to_have_text(shown)
    shoot(side.lab.page, "countdown")
    presenter.does("countdown", more=5)
    expect(clock).to_have_text(re.compile(r"^[89]:\d\d$"))
    side.lab.reload()  # may take a while
    expect(clock).to_have_text(re.compile(r"^[6-9]:\d\d$"))
    presenter.does("countdown", stop=True)
    expect(clock).to_have_count(0)


def test_a_soft_gate_asks_to_wait_and_checks_go_on(
    browser: Browser, airlift: Airlift
) -> None:
    """Said at its step and at the next, which is checked all the same."""
    side = SidePanel(airlift, browser).begin()
    presenter = Presenter(airlift, side.room)
    presenter.does("gates", **FIRST, closed=True, strict=False)
    side.lab.do(LOAD, SOLVED)
    words = "The room waits after step 1. Please wait or help a neighbour."
    expect(side.node.locator(".steps")).to_contain_text(words)
    side.button("Next: Clean the table").click()
    side.expect_active(CLEAN)
    expect(side.node.locator(".steps")).to_contain_text(words)
    assert "Not yet." in side.lab.do(CLEAN, f"{CLEAN}\nclean = flights")
    presenter.does("gates", **FIRST, closed=False)
    expect(side.node.locator(".steps")).not_to_contain_text(words)


def test_behind_a_strict_gate_nothing_is_tried(
    browser: Browser, airlift: Airlift
) -> None:
    """The line says why, no attempt arrives, and once it opens all is as ever."""
    side = SidePanel(airlift, browser).begin()
    presenter = Presenter(airlift, side.room)
    side.lab.do(LOAD, SOLVED)
    presenter.does("gates", **FIRST, closed=True, strict=True)
    expect(side.step("Clean the table")).to_contain_text("not open yet")
    line = side.lab.do(CLEAN, f"{CLEAN}\nclean = flights")
    assert "Not checked. The presenter has not opened this step yet." in line
    side.step("Clean the table").click()
    expect(side.node.locator(".steps")).to_contain_text(
        "The steps after step 1 are not checked until the presenter opens them."
    )
    assert faults(side.lab.page, ".airlift-panel") == []
    assert faults(side.lab.page, ".airlift-lines") == []
    shoot(side.lab.page, "gate-strict")
    assert side.lab.run(LOAD).startswith("✓")
    wait_for("the later check", lambda: side.facts("load-data").get("attempts") == 2)
    assert side.facts("clean-data") == {}
    presenter.does("gates", **FIRST, closed=False)
    expect(side.step("Clean the table")).not_to_contain_text("not open yet")
    assert "Not yet." in side.lab.run(CLEAN)
    wait_for("the attempt", lambda: side.facts("clean-data").get("attempts") == 1)


def test_who_is_behind_comes_along_or_goes_on_alone(
    browser: Browser, airlift: Airlift
) -> None:
    """Declined it is gone; said again, one click opens the state before the step."""
    side = SidePanel(airlift, browser).begin()
    presenter = Presenter(airlift, side.room)
    presenter.does("goal", **SECOND)
    card = side.node.get_by_role("region", name="The room goes on to step 2")
    expect(card).to_contain_text("Your own notebook stays as it is.")
    presenter.does("countdown", minutes=5)
    expect(side.node.get_by_role("timer")).to_be_visible()
    assert faults(side.lab.page, ".airlift-panel") == []
    shoot(side.lab.page, "goal")
    side.button("I go on by myself").click()
    expect(card).to_have_count(0)
    presenter.does("goal", clear=True)
    presenter.does("goal", **SECOND)
    side.button("Catch up to step 2").click()
    side.expect_active(CLEAN)
    expect(card).to_have_count(0)
    assert side.lab.script("return panel.context.path;") != f"{SLUG}/{SLUG}.ipynb"
    wait_for("the room to know", lambda: side.facts("load-data").get("caught_up"))


def test_who_is_there_already_is_not_bothered(
    browser: Browser, airlift: Airlift
) -> None:
    """Passed up to the goal: no card; one step further there is one."""
    side = SidePanel(airlift, browser).begin()
    presenter = Presenter(airlift, side.room)
    side.lab.do(LOAD, SOLVED)
    wait_for("the attempt", lambda: side.facts("load-data").get("state") == "passed")
    presenter.does("goal", **SECOND)
    presenter.does("messages", text="On we go.", to="all")
    expect(side.node).to_contain_text("On we go.")
    expect(side.node).not_to_contain_text("The room goes on to step 2")
    presenter.does("goal", lab=SLUG, step="join-airports")
    expect(side.node).to_contain_text("The room goes on to step 3")


def test_a_hint_that_is_sent_is_told_from_one_that_is_taken(
    browser: Browser, airlift: Airlift
) -> None:
    """It stands with its step as the presenter's; the next one asked for follows it."""
    side = SidePanel(airlift, browser).begin()
    presenter = Presenter(airlift, side.room)
    side.lab.do(LOAD, SHORT)
    presenter.does("hints/send", **FIRST, seats=[side.visitor.seat])
    hints = side.node.locator(".hints li")
    expect(hints).to_have_count(1)
    expect(hints.first).to_contain_text("Hint 1 of 2, from the presenter:")
    shoot(side.lab.page, "hint-sent")
    assert not side.facts("load-data").get("hints")
    side.button("Next hint").click()
    expect(hints).to_have_count(2)
    expect(hints.last).to_contain_text("Hint 2 of 2:")
    wait_for("the one taken", lambda: side.facts("load-data").get("hints"))
    expect(hints.first).to_contain_text("from the presenter:")


def test_a_message_counts_as_seen_once_it_was_on_the_screen(
    browser: Browser, airlift: Airlift
) -> None:
    """Not while the page is in another tab; in the panel, or as a notification."""
    side = SidePanel(airlift, browser)
    side.lab.page.add_init_script(UNSEEN)
    side.begin()
    presenter = Presenter(airlift, side.room)
    side.lab.page.evaluate(LOOK, False)
    presenter.does("messages", text=HOSTILE, to="all")
    expect(side.node).to_contain_text(HOSTILE)
    side.lab.do(LOAD, SHORT)
    wait_for("a later report", lambda: side.facts("load-data").get("attempts") == 1)
    assert message(presenter, HOSTILE)["seen"] == 0
    side.lab.page.evaluate(LOOK, True)
    side.lab.expect_notice(HOSTILE)
    wait_for("the receipt", lambda: message(presenter, HOSTILE)["seen"] == 1)
    side.lab.command("application:toggle-right-area")
    expect(side.node).not_to_be_visible()
    presenter.does("messages", text="Five minutes.", to="seat", seat=side.visitor.seat)
    side.lab.expect_notice("Five minutes.")
    wait_for("the receipt", lambda: message(presenter, "Five minutes.")["seen"] == 1)
    presenter.does(f"messages/{message(presenter, HOSTILE)['id']}/withdraw")
    side.lab.command("application:toggle-right-area")
    expect(side.node).to_contain_text("Five minutes.")
    expect(side.node).not_to_contain_text(HOSTILE)


def test_a_call_that_solved_itself_ends_kindly(
    browser: Browser, airlift: Airlift
) -> None:
    """The step passes while the call waits: closed, and free to call again."""
    side = SidePanel(airlift, browser).begin()
    side.lab.do(LOAD, SHORT)
    side.button("I need help").click()
    side.button("Call a helper").click()
    queue = side.node.get_by_role("region", name="Your call for help")
    expect(queue).to_contain_text("You are next in the queue.")
    side.lab.do(LOAD, solutions()["load-data"])
    expect(queue).to_contain_text(
        "You passed the step, so your call for help is closed"
    )
    shoot(side.lab.page, "ask-solved")
    expect(side.button("I need help")).to_be_visible()
