"""The queue of asks: the same question, asks that end by themselves, and the signal.

No seat is started: notes come by the seats' own tokens, as the agent sends them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.test_board import as_role, open_board, sit
from tests.e2e.test_help import asks, tell
from tests.harness import Airlift, running

pytestmark = pytest.mark.browser

COUNT_TONES = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.tones += 1;
  return start.apply(this, when);
};
"""


@pytest.fixture(scope="module")
def airlift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started."""
    with running(tmp_path_factory.mktemp("queue")) as found:
        yield found


@pytest.fixture
def room(airlift: Airlift) -> Any:
    """A room of its own for each test."""
    return airlift.open_room("Flights, tonight")


def test_two_who_ask_the_same_are_told_apart_again(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """One marks it, both see it, the other takes it back."""
    for name in ("Ana", "Bela", "Cem"):
        tell(sit(airlift, room, name), "ask", words=f"{name} asks.")
    first = open_board(browser, airlift, room)
    second = open_board(browser, airlift, as_role(room, "helper"))
    mine = asks(first.page).filter(has_text="Bela asks.")
    theirs = asks(second.page).filter(has_text="Bela asks.")
    mine.get_by_text("Same question as…").click()
    mine.get_by_role("button", name="Ana").click()
    for board, bela in ((first, mine), (second, theirs)):
        expect(bela).to_contain_text("Same question as Ana.")
        expect(asks(board.page).first).to_contain_text("1 other asks the same.")
    theirs.get_by_role("button", name="Not the same").click()
    for board, bela in ((first, mine), (second, theirs)):
        expect(bela).not_to_contain_text("Same question as Ana.")
        expect(board.page.locator(".help")).not_to_contain_text("other asks the same")
    assert first.errors + second.errors == []


def test_who_solves_it_alone_leaves_the_queue_with_a_word(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """The step passes, the ask is over, and nobody goes there for nothing."""
    ana, bela = sit(airlift, room, "Ana"), sit(airlift, room, "Bela")
    tell(ana, "ask", words="Why?")
    ask = tell(bela, "ask", words="How?")
    board = open_board(browser, airlift, room)
    expect(asks(board.page)).to_have_count(2)
    ana.report("load-data", "passed")
    expect(board.page.locator(".gone")).to_contain_text("Ana solved it without help.")
    expect(asks(board.page)).to_have_count(1)
    tell(bela, "withdraw", ask=ask)
    expect(board.page.locator(".gone")).to_contain_text("Bela no longer asks.")
    expect(asks(board.page)).to_have_count(0)


def test_an_observer_sees_the_queue_and_can_do_nothing(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """Who asks and for how long, without words and without buttons."""
    tell(sit(airlift, room, "Ana"), "ask", words="My own words.")
    board = open_board(browser, airlift, as_role(room, "observer"))
    queue = board.page.locator(".help")
    expect(asks(board.page)).to_contain_text("Ana")
    assert queue.locator(".btn, summary").count() == 0
    assert "My own words." not in board.page.content()
    asks(board.page).get_by_role("button", name="Ana").click()
    expect(board.page.locator(".timeline")).to_contain_text("asked for help")
    assert board.page.locator(".detail .btn").count() == 0
    assert "My own words." not in board.page.content()


def test_a_new_ask_can_be_heard_and_seen_in_the_tab(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """Off at first, and remembered; who asked before does not ring."""
    ana, bela = sit(airlift, room, "Ana"), sit(airlift, room, "Bela")
    page = open_board(browser, airlift, room).page
    page.add_init_script(COUNT_TONES)
    page.reload()
    expect(page.get_by_label("Sound for a new ask")).not_to_be_checked()
    tell(ana, "ask", words="")
    expect(asks(page)).to_have_count(1)
    assert page.evaluate("tones") == 0
    expect(page).to_have_title("Flights, tonight · Board")
    page.get_by_label("Sound for a new ask").check()
    expect(page).to_have_title("(1) Flights, tonight · Board")
    tell(bela, "ask", words="")
    expect(page).to_have_title("(2) Flights, tonight · Board")
    page.wait_for_function("tones === 2")
    page.reload()
    expect(page).to_have_title("(2) Flights, tonight · Board")
    assert page.evaluate("tones") == 0


def test_the_seat_itself_has_the_buttons_of_its_ask(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """What the queue offers, the opened seat offers, and both say the same."""
    tell(sit(airlift, room, "Ana"), "ask", words="Why?")
    page = open_board(browser, airlift, room).page
    asks(page).get_by_role("button", name="Ana").click()
    detail = page.locator(".detail")
    detail.get_by_role("button", name="I'm going").click()
    expect(asks(page)).to_contain_text("You are going.")
    detail.get_by_role("button", name="Not after all").click()
    expect(asks(page).get_by_role("button", name="I'm going")).to_be_visible()
    detail.get_by_role("button", name="I'm going").click()
    detail.get_by_role("button", name="Answered").click()
    expect(page.locator(".help")).to_be_hidden()
    expect(detail.locator("[data-ask]")).to_have_count(0)
