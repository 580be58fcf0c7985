"""Who is stuck and who fails alike, from the seats' checks to two boards and back.

No seat is started: attempts come by the seats' own tokens, as the agent sends them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.test_board import Attendee, as_role, open_board, sit
from tests.harness import Airlift, running

pytestmark = pytest.mark.browser

LOST = {"reason": "rows-lost", "hint": "1,000 rows are there, 9,756 were expected."}


@pytest.fixture(scope="module")
def airlift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started."""
    with running(tmp_path_factory.mktemp("stuck")) as found:
        yield found


@pytest.fixture
def room(airlift: Airlift) -> Any:
    """A room of its own for each test."""
    return airlift.open_room("Flights, tonight")


def three(airlift: Airlift, room: Any) -> list[Attendee]:
    """Seat three people: one is stuck, one fails alike, one has passed."""
    ana, bela, cem = (sit(airlift, room, name) for name in ("Ana", "Bela", "Cem"))
    for _ in range(3):
        ana.report("load-data", "failed", **LOST)
    bela.report("load-data", "failed", **LOST)
    cem.report("load-data", "passed")
    return [ana, bela, cem]


def group(page: Page) -> Locator:
    """Return the group of those whose rows are lost."""
    return page.locator(".group").filter(has_text="rows lost")


def test_who_is_stuck_is_seen_and_why(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """A sentence, a triangle on top of the table, and the same reason for two."""
    ana, bela, _ = three(airlift, room)
    board = open_board(browser, airlift, room)
    page = board.page
    expect(page.locator(".say")).to_contain_text("1 is trying, 1 is stuck.")
    expect(board.mark("Ana", 1)).to_have_attribute("aria-label", "stuck")
    expect(page.locator("tbody tr").first).to_contain_text("Ana")
    expect(page.locator("tbody tr").first).to_contain_text("the same mistake 3 times")
    expect(group(page)).to_contain_text("2 rows lost")
    expect(group(page)).to_contain_text("1 of them is stuck")
    expect(group(page)).to_contain_text(LOST["hint"])
    expect(group(page)).to_contain_text("Author's hint: The cell needs one line")
    group(page).get_by_role("button", name="Bela").click()
    expect(page.locator(".detail")).to_contain_text(LOST["hint"])
    ana.report("load-data", "passed")
    expect(board.mark("Ana", 1)).to_have_attribute("aria-label", "passed")
    bela.report("load-data", "passed")
    expect(page.locator(".failing")).to_contain_text("Nobody is stuck.")
    assert board.errors == []


def test_the_rules_are_explained_where_they_are_used(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """The thresholds of this installation are in the sentences."""
    three(airlift, room)
    page = open_board(browser, airlift, room).page
    page.get_by_text("How is stuck decided?").click()
    rules = page.locator(".rules")
    for words in ("The last 3 tries", "Or 4 tries", "more than 5 minutes"):
        expect(rules).to_contain_text(words)
    expect(rules).to_contain_text("not heard of for 30 minutes is away")


def test_a_hint_goes_to_everybody_of_a_group(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """What one presenter sends the other one sees at the seats."""
    three(airlift, room)
    first = open_board(browser, airlift, room)
    second = open_board(browser, airlift, as_role(room, "presenter"))
    group(first.page).get_by_role("button", name="Send hint to the 2").click()
    expect(group(first.page)).to_contain_text("Sent to 2 seats.")
    for name in ("Ana", "Bela"):
        second.mark(name, 1).click()
        expect(second.page.locator(".detail")).to_contain_text("Was sent 1 hint.")
    second.mark("Cem", 1).click()
    expect(second.page.locator(".detail")).to_contain_text("Cem")
    expect(second.page.locator(".detail")).not_to_contain_text("Was sent")
    assert first.errors + second.errors == []


def test_a_ready_sentence_is_said_to_the_room(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """The group's button opens the message with its sentence; nothing is sent by it."""
    three(airlift, room)
    page = open_board(browser, airlift, room).page
    group(page).get_by_role("button", name="Say it to the room").click()
    text = page.locator(".tool textarea")
    expect(text).to_be_focused()
    expect(text).to_have_value(
        "Step 1, “Load the flights”: several of you see the same message. "
        "The cell needs one line: a name, an equals sign, and `pd.read_csv` with the "
        "file's path in quotation marks."
    )
    page.get_by_role("button", name="Say it", exact=True).click()
    expect(page.locator(".told li")).to_have_count(1)
    expect(page.locator(".told li code")).to_have_text("pd.read_csv")


@pytest.mark.parametrize("role", ["helper", "observer"])
def test_who_may_only_look_sees_the_groups_without_their_buttons(
    browser: Browser, airlift: Airlift, room: Any, role: str
) -> None:
    """Names open the seat; saying and sending are the presenter's."""
    three(airlift, room)
    page = open_board(browser, airlift, as_role(room, role)).page
    expect(group(page)).to_contain_text("2 rows lost")
    expect(page.get_by_role("button", name="Look back")).to_be_visible()
    assert group(page).locator(".btn").count() == 0
    assert page.get_by_role("button", name="Pace").count() == 0
    group(page).get_by_role("button", name="Ana").click()
    expect(page.locator(".detail")).to_contain_text("the same mistake 3 times")
    assert page.get_by_role("button", name="Send hint").count() == 0
