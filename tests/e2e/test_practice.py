"""After the evening, in a real browser: coming back, the own progress, labs alone."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.lab_page import START_MS
from tests.e2e.test_accessibility import LOOKS, faults
from tests.harness import Airlift, running, wait_for, wait_stopped
from tests.visitor import Visitor

pytestmark = pytest.mark.browser

PASS = """# step: load-data
import pandas as pd
flights = pd.read_csv("data/flights.csv")"""


@pytest.fixture(scope="module")
def hall(prefix: Path) -> Iterator[Airlift]:
    """An installation where every lab can be started alone."""
    with tempfile.TemporaryDirectory(prefix="airlift-") as folder:
        Path(folder).chmod(0o711)
        toml = {"practice_labs": "all"}
        with running(Path(folder), prefix=prefix, toml=toml) as found:
            yield found


@pytest.fixture(scope="module")
def over(hall: Airlift) -> tuple[dict[str, Any], Visitor]:
    """A room that is over, and somebody who passed a step there."""
    room = hall.open_room("Pandas, first steps")
    visitor = hall.join(room["code"], "Ines")
    assert visitor.kernel().run(PASS).status == "ok"
    wait_for("the attempt in the room", lambda: passed(hall, room["id"]))
    hall.desk.call("POST", f"/rooms/{room['id']}/close")
    return room, visitor


def passed(airlift: Airlift, room: str) -> bool:
    """Say whether somebody passed something in a room."""
    seats = airlift.desk.call("GET", f"/rooms/{room}")["progress"]["seats"]
    return any(
        step["state"] == "passed" for seat in seats for step in seat["steps"].values()
    )


def as_visitor(browser: Browser, visitor: Visitor, **how: Any) -> BrowserContext:
    """Return a browser context with a visitor's cookies."""
    context = browser.new_context(**how)
    context.add_cookies(
        [
            {"name": one.name, "value": one.value or "", "url": visitor.url + one.path}
            for one in visitor.http.cookies
        ]
    )
    return context


def test_a_closed_room_is_come_back_to_by_phrase(
    hall: Airlift, over: tuple[dict[str, Any], Visitor], browser: Browser
) -> None:
    """From another device: the page asks for the phrase, files and checks are there."""
    room, visitor = over
    page = browser.new_context().new_page()
    page.goto(f"{hall.url}/hub/join?code={room['code']}")
    expect(page.get_by_text("Come back with your phrase")).to_be_visible()
    expect(page.locator("#name")).to_have_count(0)
    expect(page.get_by_text(re.compile(r"\d\d:\d\d"))).to_have_count(0)
    page.get_by_label("Your return phrase").fill(visitor.phrase)
    page.get_by_role("button", name="Back to my seat").click()
    expect(page.get_by_text("Everything is as you left it.")).to_be_visible()
    back = hall.visitor().come_back(room["code"], visitor.phrase)
    back.start()
    shown = back.kernel().run(PASS)
    assert "Passed." in shown.words
    assert back.notebook()["cells"]


def test_a_closed_room_takes_nobody_new(
    hall: Airlift, over: tuple[dict[str, Any], Visitor]
) -> None:
    """Whoever types code and name is told how people come back."""
    visitor = hall.visitor()
    visitor.open(f"/hub/join?code={over[0]['code']}&with=code")
    fields = {"code": over[0]["code"], "name": "Ben", "with": "code"}
    answer = visitor.submit("/hub/join", **fields)
    assert answer.status_code == 409
    assert "Come back with your phrase." in answer.text


def test_the_own_link_fills_the_form_and_waits_for_a_press(
    hall: Airlift, browser: Browser
) -> None:
    """The phrase leaves the address at once and is in no request before the press."""
    code = hall.open_room("Links")["code"]
    here = browser.new_context().new_page()
    here.goto(f"{hall.url}/hub/join?code={code}")
    here.locator("#name").fill("Lena")
    here.locator(".btn.main").click()
    phrase = str(here.locator("#phrase").text_content())
    link = here.locator("#link").evaluate("one => one.href")
    page = browser.new_context().new_page()
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto(link)
    expect(page.get_by_label("Your return phrase")).to_have_value(phrase)
    assert page.url.endswith(f"/hub/join?code={code}&with=phrase")
    words = phrase.split()
    told = [url.partition("#")[0] for url in seen]  # one word may be in an address
    assert not [url for url in told if all(word in url for word in words)]
    page.get_by_role("button", name="Back to my seat").click()
    expect(page.get_by_role("heading", name="Lena")).to_be_visible()


def test_the_own_progress_shows_what_passed(
    over: tuple[dict[str, Any], Visitor], browser: Browser
) -> None:
    """Sentence, strip and table; provisional, with the day on which it is erased."""
    context = as_visitor(browser, over[1], locale="en-GB")
    page = context.new_page()
    page.goto(f"{over[1].url}/services/room/progress")
    expect(page.get_by_text("You have passed 1 of 8 steps.")).to_be_visible()
    expect(page.get_by_text("passed, provisional")).to_have_count(1)
    expect(page.get_by_text(re.compile("is erased on .* 20"))).to_be_visible()
    expect(page.locator(".strip use[href$='#passed']")).to_have_count(1)
    home = page.get_by_role("link", name="Take it home").get_attribute("href") or ""
    assert home.startswith("/hub/spawn?next=")
    assert "take-home.zip" in home
    german = as_visitor(browser, over[1], locale="de-DE").new_page()
    german.goto(f"{over[1].url}/services/room/progress")
    expect(german.get_by_text("Du hast 1 von 8 Schritten geschafft.")).to_be_visible()


def test_taking_home_starts_the_seat_first(
    hall: Airlift, over: tuple[dict[str, Any], Visitor]
) -> None:
    """The link on the page leads there, also when the seat did not run."""
    _, visitor = over
    home = f"/user/{visitor.seat}/airlift/take-home.zip"
    visitor.request("DELETE", f"/hub/api/users/{visitor.seat}/server")
    wait_stopped(visitor)
    visitor.open(f"/hub/spawn?next={home}")
    visitor.wait_ready()
    answer = visitor.open(home)
    assert answer.ok, answer.status_code
    assert answer.content[:2] == b"PK"


def test_staff_are_told_that_they_have_no_seat(hall: Airlift, browser: Browser) -> None:
    """In a sentence, with the way to their rooms."""
    room = hall.open_room("Staffed")
    staff = hall.visitor().staff(room["presenter_key"])
    page = as_visitor(browser, staff, locale="en-GB").new_page()
    page.goto(f"{hall.url}/services/room/progress")
    expect(page.get_by_text("You have no seat")).to_be_visible()
    expect(page.get_by_role("link", name="My rooms")).to_be_visible()


def test_a_lab_is_started_alone_and_gone_on_with(
    hall: Airlift, browser: Browser
) -> None:
    """One press, a name the first time, a phrase; afterwards the card says Go on."""
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{hall.url}/hub/labs")
    page.get_by_role("button", name="Start: First flight").click()
    page.get_by_label("Your name").fill("Noor")
    page.get_by_role("button", name="Start: First flight").click()
    expect(page.get_by_role("heading", name="Noor")).to_be_visible()
    phrase = str(page.locator("#phrase").text_content())
    page.get_by_role("button", name="Start the lab").click()
    page.wait_for_url("**/lab/**", timeout=START_MS)
    page.goto(f"{hall.url}/hub/labs")
    page.get_by_role("button", name="Go on: First flight").click()
    expect(page.get_by_text("Everything is as you left it.")).to_be_visible()
    rooms = hall.desk.call("GET", "/rooms")["rooms"]
    code = next(room["code"] for room in rooms if room["practice"])
    elsewhere = hall.visitor().come_back(code, phrase)
    assert elsewhere.number == 1


def test_somebody_of_a_closed_room_goes_on_from_the_labs(
    hall: Airlift, over: tuple[dict[str, Any], Visitor], browser: Browser
) -> None:
    """And starts another lab without typing a name again."""
    page = as_visitor(browser, over[1], locale="en-GB").new_page()
    page.goto(f"{hall.url}/hub/labs")
    page.get_by_role("button", name="Go on: Pandas, first steps").click()
    expect(page.get_by_text("Seat 1 is yours")).to_be_visible()
    page.goto(f"{hall.url}/hub/labs")
    page.get_by_role("button", name="Start: First flight").click()
    expect(page.get_by_role("heading", name="Ines")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing_grave(
    over: tuple[dict[str, Any], Visitor], browser: Browser, scheme: Any, width: int
) -> None:
    """On the labs, with the name asked for and with own seats, and on the progress."""
    size: Any = {"width": width, "height": 800}
    page = browser.new_context(color_scheme=scheme, viewport=size).new_page()
    page.goto(f"{over[1].url}/hub/labs")
    assert faults(page) == []
    page.locator(".cards .btn").first.click()
    expect(page.locator("#name")).to_be_visible()
    assert faults(page) == []
    mine: Page = as_visitor(
        browser, over[1], color_scheme=scheme, viewport=size
    ).new_page()
    mine.goto(f"{over[1].url}/hub/labs")
    assert faults(mine) == []
    mine.goto(f"{over[1].url}/services/room/progress")
    expect(mine.locator(".own table")).to_be_visible()
    assert faults(mine) == []
