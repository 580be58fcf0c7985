"""Asking for help, from the seat to the board, with a presenter and a helper there.

No seat is started: notes come by the seats' own tokens, as the agent sends them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_board import (
    HOSTILE,
    PHONE,
    Attendee,
    as_role,
    open_board,
    sit,
)
from tests.harness import Airlift, running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def airlift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started."""
    with running(tmp_path_factory.mktemp("help")) as found:
        yield found


@pytest.fixture
def room(airlift: Airlift) -> Any:
    """A room of its own for each test."""
    return airlift.open_room("Flights, tonight")


def tell(attendee: Attendee, kind: str, step: str = "load-data", **body: Any) -> str:
    """Send one note as the agent does; returns its id."""
    note = {
        "v": 1,
        "id": str(uuid.uuid4()),
        "kind": kind,
        "lab": "first_flight",
        "step": step,
        "body": body,
        "age_ms": 0,
        "epoch": "",
        "seq": 0,
    }
    answer = requests.post(
        f"{attendee.airlift.room_url}/api/notes",
        json={"v": 1, "notes": [note]},
        headers={"Authorization": f"token {attendee.token}"},
        timeout=60,
    )
    assert answer.ok, answer.text
    assert answer.json()["acked"] == [note["id"]], answer.text
    return str(note["id"])


def asks(page: Page) -> Any:
    """Return the rows of the queue."""
    return page.locator(".help [data-ask]")


def test_two_of_the_staff_share_the_queue(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """One goes, the other sees it; answered, the next one moves up on both boards."""
    ana, bela = sit(airlift, room, "Ana"), sit(airlift, room, "Bela")
    tell(ana, "ask", words="My table is empty.")
    tell(bela, "ask", "clean-data", words="")
    first = open_board(browser, airlift, room)
    second = open_board(browser, airlift, as_role(room, "helper"))
    for board in (first, second):
        expect(asks(board.page)).to_have_count(2)
        expect(asks(board.page).first).to_contain_text("My table is empty.")
        expect(asks(board.page).first.locator(".ask")).to_have_text("1")
        expect(asks(board.page).last).to_contain_text("Step 2")
    asks(second.page).first.get_by_role("button", name="I'm going").click()
    expect(asks(second.page).last).to_contain_text("You are going.")
    mine = asks(second.page).filter(has_text="My table")
    theirs = asks(first.page).filter(has_text="My table")
    expect(theirs).to_contain_text("The helper is going.")
    expect(theirs.get_by_role("button", name="I'm going")).to_have_count(0)
    expect(asks(first.page).first).to_contain_text("Bela")
    expect(asks(first.page).first.locator(".ask")).to_have_text("1")
    mine.get_by_role("button", name="Not after all").click()
    expect(theirs.get_by_role("button", name="I'm going")).to_be_visible()
    theirs.get_by_role("button", name="I'm going").click()
    expect(mine).to_contain_text("The presenter is going.")
    expect(mine.get_by_role("button", name="Answered")).to_have_count(0)
    theirs.get_by_role("button", name="Answered").click()
    for board in (first, second):
        expect(asks(board.page)).to_have_count(1)
        assert board.errors == []
    shown = browser.contexts[0].pages[0]
    expect(shown.locator(".help p[role=status]")).to_have_text(
        "1 person waits for help."
    )


def test_an_ask_that_is_taken_back_leaves_the_queue(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """Without anybody asking, there is no queue."""
    ana = sit(airlift, room, "Ana")
    board = open_board(browser, airlift, room)
    expect(board.page.locator(".help")).to_be_hidden()
    ask = tell(ana, "ask", words="Help.")
    expect(asks(board.page)).to_have_count(1)
    tell(ana, "withdraw", ask=ask)
    expect(board.page.locator(".help")).to_be_hidden()


def test_what_is_asked_and_shared_is_text_and_nothing_else(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """Markup in words and cells does nothing but show; unshared is gone."""
    ana = sit(airlift, room, "Ana")
    tell(ana, "ask", words=HOSTILE)
    tell(ana, "share", source=f"{HOSTILE}\nflights = 1")
    board = open_board(browser, airlift, as_role(room, "helper"))
    expect(asks(board.page).locator(".words")).to_have_text(HOSTILE)
    asks(board.page).get_by_role("button", name="Ana").click()
    detail = board.page.locator(".detail")
    detail.get_by_role("button", name="Read the shared cell").click()
    expect(detail.locator("pre")).to_have_text(f"{HOSTILE}\nflights = 1")
    tell(ana, "unshare")
    expect(detail.locator("pre")).to_have_count(0)
    assert board.page.locator("img").count() == 0
    assert board.errors == []


def test_somebody_without_a_phrase_gets_a_new_one(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """Asked twice, shown once; it leads back to the seat from another browser."""
    ana = sit(airlift, room, "Ana")
    board = open_board(browser, airlift, as_role(room, "helper"))
    board.mark("Ana", 1).click()
    detail = board.page.locator(".detail")
    detail.get_by_text("More").click()
    detail.get_by_role("button", name="New return phrase").click()
    detail.get_by_role("button", name="Leave it").click()
    detail.get_by_role("button", name="New return phrase").click()
    detail.get_by_role("button", name="Make a new phrase").click()
    phrase = detail.locator(".phrase").inner_text()
    detail.get_by_role("button", name="It is written down").click()
    expect(detail.locator(".phrase")).to_have_count(0)
    back = {"code": room["code"], "phrase": phrase, "browser": uuid.uuid4().hex}
    assert airlift.desk.call("POST", "/returns", back)["seat"] == ana.visitor.seat
    board.page.get_by_label("Hide names").check()
    expect(detail.get_by_role("button", name="New return phrase")).to_have_count(0)
    assert board.errors == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_the_queue_is_on_top(
    browser: Browser, airlift: Airlift, room: Any, theme: Any
) -> None:
    """A long line wraps, nothing scrolls sideways, and the buttons work."""
    ana = sit(airlift, room, "W" * 58)
    tell(ana, "ask", words="x" * 300)
    board = open_board(
        browser, airlift, as_role(room, "helper"), viewport=PHONE, color_scheme=theme
    )
    page = board.page
    queue, steps = page.locator(".help").bounding_box(), page.locator(".steps")
    assert queue is not None
    below = steps.bounding_box()
    assert below is not None
    assert queue["y"] < below["y"]
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("button", name="I'm going").click()
    expect(asks(page)).to_contain_text("You are going.")
