"""The join page in a real browser: what its script adds to plain forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.workplace import shoot
from tests.harness import Airlift, running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def airlift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started."""
    with running(tmp_path_factory.mktemp("join")) as found:
        yield found


def test_a_seat_is_taken_remembered_and_let_go(
    browser: Browser, airlift: Airlift
) -> None:
    """Code and name, a phrase once, a welcome at the next visit, "not you?"."""
    room = airlift.open_room("First flight, tonight")
    page = browser.new_page()
    page.goto(f"{airlift.url}/hub/join")
    page.get_by_label("Code").press_sequentially(room["code"].lower())
    expect(page.get_by_label("Code")).to_have_value(room["code"])
    page.get_by_label("Your name").fill("Ines <b>")
    page.get_by_role("button", name="Take a seat").click()
    expect(page.get_by_role("heading")).to_have_text("Seat 1 is yours, Ines <b>")
    expect(page.locator("#phrase")).to_have_text(re.compile(r"^\w+ \w+ \w+$"))
    page.goto(f"{airlift.url}/hub/join?code={room['code']}")
    expect(page.locator(".welcome")).to_contain_text("Welcome back, Ines <b>.")
    page.get_by_role("button", name="I am somebody else").click()
    expect(page.get_by_label("Your name")).to_be_visible()
    expect(page.get_by_label("Code")).to_have_value(room["code"])


def test_a_tables_own_link_says_where_somebody_sits(
    browser: Browser, airlift: Airlift
) -> None:
    """Filled in, kept over an error, free to change; the board has it then."""
    room = airlift.open_room("At tables")
    page = browser.new_page(locale="de")
    page.goto(f"{airlift.url}/hub/join?code={room['code']}&table=3")
    table = page.get_by_label("Tisch oder Reihe")
    expect(table).to_have_value("3")
    table.fill("Reihe 4")
    page.get_by_label("Code").fill("ZUZU-99")
    page.get_by_label("Dein Name").fill("Ines")
    page.get_by_role("button", name="Platz nehmen").click()
    expect(table).to_have_value("Reihe 4")
    shoot(page, "join-table-de")
    page.get_by_label("Code").fill(room["code"])
    page.get_by_role("button", name="Platz nehmen").click()
    expect(page.locator("#phrase")).to_be_visible()
    (seat,) = airlift.desk.call("GET", f"/rooms/{room['id']}")["progress"]["seats"]
    assert (seat["name"], seat["zone"]) == ("Ines", "Reihe 4")


def test_an_error_takes_the_focus_and_keeps_what_was_typed(
    browser: Browser, airlift: Airlift
) -> None:
    """A wrong code is said once, where a screen reader hears it."""
    page = browser.new_page()
    page.goto(f"{airlift.url}/hub/join")
    page.get_by_label("Code").fill("ZUZU-99")
    page.get_by_label("Your name").fill("Ines")
    page.get_by_role("button", name="Take a seat").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Code")).to_have_value("ZUZU-99")
    expect(page.get_by_label("Your name")).to_have_value("Ines")


def test_a_form_sent_to_a_room_that_is_away_goes_out_again(
    browser: Browser, airlift: Airlift
) -> None:
    """The page says so and takes the seat by itself once the room is back."""
    room = airlift.open_room("Away for a moment")
    page = browser.new_page()
    page.goto(f"{airlift.url}/hub/join?code={room['code']}")
    page.get_by_label("Your name").fill("Ines")
    airlift.kill("room")
    page.get_by_role("button", name="Take a seat").click()
    expect(page.get_by_role("status")).to_contain_text("This page goes on by itself")
    expect(page.get_by_label("Your name")).to_have_value("Ines")
    airlift.launch("room")
    airlift.wait_up("room")
    expect(page.get_by_role("heading")).to_contain_text("is yours, Ines")


def test_a_page_opened_while_the_room_is_away_keeps_what_is_typed(
    browser: Browser, airlift: Airlift
) -> None:
    """The room's title comes by itself; names and codes stay in their fields."""
    room = airlift.open_room("Back again")
    airlift.kill("room")
    page = browser.new_page()
    page.goto(f"{airlift.url}/hub/join?code={room['code']}")
    expect(page.get_by_role("status")).to_contain_text("The room is restarting.")
    page.get_by_label("Your name").fill("Omar")
    airlift.launch("room")
    airlift.wait_up("room")
    expect(page.get_by_role("heading")).to_have_text("Back again")
    expect(page.get_by_label("Your name")).to_have_value("Omar")
    expect(page.get_by_label("Your name")).to_be_focused()
    page.get_by_role("button", name="Take a seat").click()
    expect(page.get_by_role("heading")).to_have_text("Seat 1 is yours, Omar")


def test_the_staff_key_can_be_looked_at(browser: Browser, airlift: Airlift) -> None:
    """The toggle says its state; a wrong key is one sentence."""
    page = browser.new_page()
    page.goto(f"{airlift.url}/hub/staff")
    key, show = page.locator("#key"), page.get_by_role("button", name="Show")
    key.fill("not-a-key")
    show.click()
    expect(key).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Open the board").click()
    expect(page.get_by_role("alert")).to_be_focused()


def test_the_pages_work_without_javascript(browser: Browser, airlift: Airlift) -> None:
    """A seat is taken and the other form found by plain HTML."""
    room = airlift.open_room("Plain")
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{airlift.url}/hub/join?code={room['code']}")
    page.get_by_role("link", name="I already have a seat").click()
    expect(page.get_by_label("Your return phrase")).to_be_visible()
    page.get_by_role("link", name="I need a new seat").click()
    page.get_by_label("Your name").fill("Lea")
    page.get_by_role("button", name="Take a seat").click()
    expect(page.get_by_role("heading")).to_have_text("Seat 1 is yours, Lea")
