"""Seats at hosts of their own, with real proxy, hub, room, containers and browser.

Everything works as without subdomains; on top of it a presenter may open a seat, and
what a seat's page does there it does as that seat alone.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.cli.up import await_parts
from hub.machine.ports import door_url
from tests.e2e.lab_page import LabPage
from tests.harness import Airlift, running, wait_for

pytestmark = pytest.mark.browser
HOST = "labs.localhost"
STEP = "# step: load-data"
_POST = """async ([path, body]) => {
  const xsrf = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)?.[1] ?? "";
  const headers = {"X-XSRFToken": decodeURIComponent(xsrf)};
  const sent = {method: "POST", headers, body: JSON.stringify(body)};
  const answer = await fetch(path, sent);
  return {status: answer.status, body: await answer.json()};
}"""
_ATTACK = """async ([url, body]) => {
  const told = [];
  const tries = [
    {method: "POST", mode: "no-cors", headers: {"Content-Type": "text/plain"}, body},
    {method: "POST", headers: {"Content-Type": "application/json"}, body},
    {method: "POST", headers: {"X-XSRFToken": "guess"}, body},
    {method: "GET"},
  ];
  for (const one of tries) {
    try {
      const answer = await fetch(url, {credentials: "include", ...one});
      told.push(answer.type);
    } catch (error) {
      told.push("failed");
    }
  }
  return told;
}"""


@dataclass
class Evening:
    """A room with a presenter at the board and an attendee in a seat."""

    airlift: Airlift
    browser: Browser
    room: dict[str, Any]
    door: str
    board: Page
    lab: LabPage
    seat: str

    def staff(self, role: str) -> Page:
        """Open the board as somebody new of the staff."""
        return staff(self.browser.new_context(), self.door, self.room, role)

    def visit(self, page: Page, *, open_: bool) -> dict[str, Any]:
        """Say that somebody opens or leaves the seat; returns status and body."""
        path = f"/services/room/api/rooms/{self.room['id']}/seats/{self.seat}/visit"
        body = {"id": str(uuid.uuid4()), "open": open_}
        found: dict[str, Any] = page.evaluate(_POST, [path, body])
        return found

    def progress(self) -> dict[str, Any]:
        """Return the board as the organiser sees it."""
        found = self.airlift.desk.call("GET", f"/rooms/{self.room['id']}")
        progress: dict[str, Any] = found["progress"]
        return progress

    def shown(self) -> dict[str, Any]:
        """Return the seat as the board shows it."""
        [seat] = self.progress()["seats"]
        return dict(seat)


def staff(context: BrowserContext, door: str, room: dict[str, Any], role: str) -> Page:
    """Come in by a key and open the board."""
    page = context.new_page()
    page.goto(f"{door}/hub/staff")
    page.locator("input[name=key]").fill(room[f"{role}_key"])
    page.locator("form button.main").click()
    page.wait_for_url(f"{door}/services/room/{room['id']}")
    return page


@pytest.fixture(scope="module")
def evening(
    image: str, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Evening]:
    """An installation with subdomains, and one attendee who came in by the pages."""
    root: Path = tmp_path_factory.mktemp("subdomains")
    with running(root, image=image, toml={"subdomains": HOST}) as airlift:
        door = door_url(airlift.settings)
        room = airlift.open_room("Apart, tonight")
        board = staff(chromium.new_context(), door, room, "presenter")
        page = chromium.new_context().new_page()
        page.goto(room["join_url"])
        page.locator("input[name=name]").fill("Ana")
        page.locator("form button.main").click()
        expect(page.locator("#phrase")).to_be_visible()
        page.locator("form button.main").click()
        page.wait_for_url(re.compile(rf"//s[a-z0-9]{{10}}\.{HOST}"), timeout=120_000)
        address = re.match(r"(http://(s[a-z0-9]{10})\.[^/]+)/", page.url)
        assert address, page.url
        lab = LabPage(page, f"{address[1]}/user/{address[2]}")
        lab.open()
        yield Evening(airlift, chromium, room, door, board, lab, address[2])


def test_joining_checking_and_watching_work_as_ever(evening: Evening) -> None:
    """Door, login, seat, kernel, agent, room and board, each at its host."""
    assert evening.door == f"http://{HOST}:{evening.airlift.settings.port}"
    assert evening.room["join_url"].startswith(evening.door)
    await_parts(evening.airlift.settings)
    expect(evening.board.get_by_text("Ana").first).to_be_visible()
    number = evening.lab.find(STEP)
    evening.lab.write(number, f'{STEP}\nflights = pd.read_csv("data/flights.csv")')
    evening.lab.command("notebook:run-all-cells")
    key = "first_flight/load-data"
    wait_for(
        "the step on the board",
        lambda: evening.shown()["steps"].get(key, {}).get("state") == "passed",
        60,
    )


def test_nobody_opens_a_seat_without_the_scope(evening: Evening) -> None:
    """A helper is refused by the room, and by the Hub when going there anyway."""
    helper = evening.staff("helper")
    refused = evening.visit(helper, open_=True)
    assert (refused["status"], refused["body"]["error"]["code"]) == (403, "not-allowed")
    answer = helper.goto(f"{evening.lab.seat}/lab")
    assert answer
    assert answer.status == 403
    assert evening.shown()["visit"] == ""


def test_a_presenter_opens_a_seat_and_its_person_is_told(evening: Evening) -> None:
    """At the seat's own host, after a question of the Hub's.

    Told in the panel for as long as it lasts, and where that is closed by a
    notification.
    """
    words = "The presenter is at your seat and can see your notebook."
    panel = evening.lab.page.locator(".airlift-panel")
    evening.lab.command("application:toggle-right-area")
    expect(panel).not_to_be_visible()
    board = evening.board
    board.locator("td[data-at]").first.click()
    with board.context.expect_page() as opened:
        board.get_by_role("button", name="Open this seat").click()
    expect(board.get_by_text("The presenter is looking on.")).to_be_visible()
    assert evening.shown()["visit"] == "the presenter"
    evening.lab.expect_notice(words)
    evening.lab.command("application:toggle-right-area")
    expect(panel.locator(".note")).to_contain_text(words)
    page = opened.value
    page.wait_for_url(re.compile(r"/lab|/oauth2/authorize"), timeout=60_000)
    if "/oauth2/authorize" in page.url:
        page.locator("form input[type=submit], form button[type=submit]").first.click()
    page.wait_for_url(f"{evening.lab.seat}/lab**", timeout=60_000)
    expect(page.locator(".jp-DirListing-item").first).to_be_visible()
    board.get_by_role("button", name="End the visit").click()
    wait_for("the end of the visit", lambda: evening.shown()["visit"] == "")
    expect(panel.locator(".note")).to_have_count(0)


def test_a_seats_page_acts_for_nobody_who_opens_it(evening: Evening) -> None:
    """From the seat's origin, with a presenter's cookies, nothing reaches the board."""
    page = evening.board.context.new_page()
    page.goto(f"{evening.lab.seat}/lab")
    expect(page.locator(".jp-DirListing-item").first).to_be_visible()
    said = {"id": str(uuid.uuid4()), "to": "all", "text": "Owned."}
    url = f"{evening.door}/services/room/api/rooms/{evening.room['id']}/messages"
    types = page.evaluate(_ATTACK, [url, json.dumps(said)])
    assert types == ["opaque", "failed", "failed", "failed"]
    assert evening.progress()["room"]["messages"] == []
    own = evening.board.evaluate(_POST, [url, said])
    assert own["status"] == 200, own
    assert [one["text"] for one in evening.progress()["room"]["messages"]] == ["Owned."]
