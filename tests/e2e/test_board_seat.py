"""One seat, opened on the board: what happened there, and what can be done for it.

No seat is started: attempts and notes come by the seats' own tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.test_board import HOSTILE, PHONE, as_role, open_board, sit
from tests.e2e.test_help import tell
from tests.harness import Airlift, running

pytestmark = pytest.mark.browser
SLOW_FRAMES = """
const set = window.setTimeout;
window.setTimeout = (act, ms = 0, ...rest) => set(act, ms + 500, ...rest);
window.requestAnimationFrame = (act) => set(act, 500);
"""
"""A page that is late with all that need not be done at once."""


@pytest.fixture(scope="module")
def airlift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started."""
    with running(tmp_path_factory.mktemp("seat")) as found:
        yield found


@pytest.fixture
def room(airlift: Airlift) -> Any:
    """A room of its own for each test."""
    return airlift.open_room("Flights, tonight")


def test_what_happened_at_a_seat_is_a_readable_list(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """Attempts, hints and asks with their step, newest first; it follows the seat."""
    ana = sit(airlift, room, "Ana")
    ana.report("load-data", "failed", reason="rows-lost", hint=HOSTILE)
    tell(ana, "hint", number=1)
    tell(ana, "ask", words="Why?")
    board = open_board(browser, airlift, room)
    board.row("Ana").locator("th").click()
    lines = board.page.locator(".timeline li")
    expect(lines.nth(0)).to_contain_text("Step 1 · asked for help")
    expect(lines.nth(1)).to_contain_text("Step 1 · took hint 1")
    expect(lines.nth(2)).to_contain_text("Step 1 · not yet right rows-lost")
    expect(lines.nth(2)).to_contain_text(HOSTILE)
    expect(lines.last).to_contain_text("took the seat")
    ana.report("load-data", "passed")
    expect(lines.nth(0)).to_contain_text("Step 1 · passed")
    assert board.page.locator("img").count() == 0
    assert board.errors == []


def test_a_seat_gets_the_next_hint_until_it_has_them_all(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """What one presenter sends is what the other one offers next."""
    sit(airlift, room, "Ana").report("load-data", "failed", reason="r", hint="Look.")
    first, second = (open_board(browser, airlift, room) for _ in range(2))
    for board in (first, second):
        board.mark("Ana", 1).click()
    mine, theirs = (board.page.locator(".detail") for board in (first, second))
    mine.get_by_role("button", name="Send hint 1 of 2").click()
    expect(theirs).to_contain_text("Was sent 1 hint.")
    theirs.get_by_role("button", name="Send hint 2 of 2").click()
    for detail in (mine, theirs):
        expect(detail).to_contain_text("All hints of this step are open.")
    assert first.errors + second.errors == []


def test_where_somebody_sits_is_shown_and_can_be_corrected(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """The table stands beside the name on both boards, and filters the seats."""
    sit(airlift, room, "Ana")
    sit(airlift, room, "Bela")
    first = open_board(browser, airlift, as_role(room, "helper"))
    second = open_board(browser, airlift, room)
    first.mark("Ana", 1).click()
    detail = first.page.locator(".detail")
    detail.get_by_text("More").click()
    detail.get_by_role("button", name="Correct the table").click()
    detail.get_by_label("Table", exact=True).fill("7")
    detail.get_by_role("button", name="Keep it").click()
    expect(first.row("Ana")).to_contain_text("table 7")
    expect(second.row("Ana")).to_contain_text("table 7")
    tables = second.page.locator(".seats").get_by_role("combobox", name="Table")
    tables.select_option("7")
    expect(second.page.locator("tbody tr")).to_have_count(1)
    assert first.errors + second.errors == []


def test_something_is_said_to_one_seat_alone(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """The message opens for this seat; the other presenter reads to whom it went.

    What is typed at once is not lost, however busy the machine is.
    """
    sit(airlift, room, "Ana")
    first, second = (open_board(browser, airlift, room) for _ in range(2))
    first.page.add_init_script(SLOW_FRAMES)
    first.page.reload()
    first.mark("Ana", 1).click()
    first.page.locator(".detail").get_by_role("button", name="Say something").click()
    first.page.locator(".tool textarea").fill("Look at line 2.")
    first.page.get_by_role("button", name="Say it", exact=True).click()
    second.page.get_by_role("button", name="Say something").first.click()
    told = second.page.locator(".told li")
    expect(told).to_contain_text("Look at line 2.")
    expect(told).to_contain_text("Ana")


def test_without_addresses_of_their_own_no_seat_can_be_opened(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """On one address a seat's page could act for whoever looks on."""
    sit(airlift, room, "Ana")
    board = open_board(browser, airlift, room)
    board.mark("Ana", 1).click()
    expect(board.page.locator(".detail")).to_contain_text("Send hint 1 of 2")
    assert board.page.get_by_role("button", name="Open this seat").count() == 0


def test_on_a_phone_a_seat_covers_the_page_and_gives_it_back(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """Opened from the list it takes the focus, and Escape gives it back."""
    sit(airlift, room, "Ana").report("load-data", "failed", reason="r", hint="Look.")
    page = open_board(browser, airlift, room, viewport=PHONE).page
    page.locator(".line").click()
    sheet = page.locator(".sheet")
    expect(sheet.get_by_role("button", name="Close")).to_be_focused()
    expect(sheet).to_contain_text("Look.")
    sheet.get_by_role("button", name="step 2").click()
    expect(sheet).to_contain_text("Nothing has been checked here yet.")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(page.locator(".line")).to_be_focused()
