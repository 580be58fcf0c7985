"""The screen on the wall, and how others are let in, from a presenter's board."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.e2e.staff_room import LAB, PEOPLE, StaffRoom, full_room, tool
from tests.e2e.test_accessibility import faults
from tests.e2e.test_board import Board
from tests.harness import Airlift, running
from tests.visitor import events

pytestmark = pytest.mark.browser

LOOKS = [((1920, 1080), "light"), ((1024, 768), "dark"), ((3840, 2160), "light")]
SMALLEST = """() => Math.min(...[...document.querySelectorAll('.wall *')]
  .filter(node => [...node.childNodes].some(one => one.nodeType === 3))
  .filter(node => !node.closest('.said') && node.innerText.trim())
  .map(node => parseFloat(getComputedStyle(node).fontSize)))"""
OVERFLOWS = """() => document.documentElement.scrollWidth > innerWidth
  || document.documentElement.scrollHeight > innerHeight"""
LONG = "We do the index together now, on the wall, then everybody tries it alone. " * 12


@dataclass
class Wall:
    """A projector's page, in a browser that nobody logged in."""

    page: Page
    link: str
    errors: list[str]

    @property
    def said(self) -> Any:
        """The sentence in big type."""
        return self.page.locator("h1")


@pytest.fixture(scope="module")
def airlift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started."""
    with running(tmp_path_factory.mktemp("projector")) as found:
        yield found


@pytest.fixture
def room(airlift: Airlift) -> StaffRoom:
    """A room of its own for each test."""
    return full_room(airlift)


def link_of(room: StaffRoom, hours: int = 1) -> str:
    """Make a projector's address as a presenter."""
    return str(room.act("projector", hours=hours)["url"])


def show(
    browser: Browser, link: str, size: tuple[int, int] = (1920, 1080), **how: Any
) -> Wall:
    """Open a projector's address on a wall of some size."""
    viewport = {"width": size[0], "height": size[1]}
    page = browser.new_context(viewport=viewport, **how).new_page()
    wall = Wall(page, link, [])
    page.on("pageerror", lambda error: wall.errors.append(str(error)))
    page.goto(link)
    return wall


def test_the_way_from_the_board_to_the_wall(browser: Browser, room: StaffRoom) -> None:
    """A presenter makes the address and opens it; it says until when it works."""
    (board,) = room.boards(browser, 1)
    invite = tool(board, "invite")
    invite.get_by_role("button", name="Make the address").click()
    expect(invite).to_contain_text(re.compile(r"works until \d\d:\d\d"))
    with board.page.context.expect_page() as opened:
        invite.get_by_role("link", name="Open the projector").click()
    expect(opened.value.locator(".join .code")).to_have_text(room.room["code"])
    assert board.errors == []


def test_the_wall_follows_the_room_and_names_nobody(
    browser: Browser, room: StaffRoom
) -> None:
    """First the way in, then counts; no name and no seat's id is even sent."""
    ana, bela, cem = room.seats
    link = link_of(room)
    wall = show(browser, link)
    expect(wall.said).to_contain_text("3 people are here.")
    expect(wall.page.locator(".join .code")).to_have_text(room.room["code"])
    expect(wall.page.get_by_alt_text("QR code")).to_be_visible()
    ana.report("load-data", "passed")
    room.fail(bela)
    cem.report("load-data", "failed", reason="other")
    expect(wall.said).to_contain_text("1 of 3 has it.")
    expect(wall.said).to_contain_text("1 is trying, 1 could use a neighbour.")
    expect(wall.page.locator(".news")).to_contain_text("The first has passed step 1")
    token = link.partition("#")[2]
    sent = first_event(room.airlift, token)
    for secret in (*PEOPLE, *(seat.visitor.seat for seat in room.seats)):
        assert secret not in wall.page.content()
        assert secret not in sent
    assert json.loads(sent)["counts"] == {
        "passed": 1,
        "trying": 1,
        "stuck": 1,
        "none": 0,
    }
    assert wall.errors == []


def first_event(airlift: Airlift, token: str) -> str:
    """Return the first thing that a projector is sent."""
    with requests.get(
        f"{airlift.url}/services/room/api/projector/stream",
        headers={"Authorization": f"Bearer {token}"},
        stream=True,
        timeout=20,
    ) as answer:
        assert answer.ok, answer.text
        return next(events(answer))["data"]


def test_what_presenters_do_is_on_the_wall(browser: Browser, room: StaffRoom) -> None:
    """Countdown, message, gate and goal come, and go when they are taken back."""
    room.seats[0].report("load-data", "passed")
    wall = show(browser, link_of(room))
    room.act("countdown", minutes=5, lab=LAB, step="load-data")
    expect(wall.page.locator(".digits")).to_have_text(re.compile(r"^0[45]:\d\d$"))
    expect(wall.page.locator(".clock")).to_contain_text("this step")
    room.act("countdown", more=5)
    expect(wall.page.locator(".digits")).to_have_text(re.compile(r"^(0[6-9]|10):\d\d$"))
    room.act("countdown", stop=True)
    expect(wall.page.locator(".digits")).to_have_count(0)
    room.act("gates", lab=LAB, step="load-data", closed=True, strict=True)
    expect(wall.page.locator(".news")).to_contain_text("wait for each other")
    room.act("messages", to="all", text="<b>Look up</b>, please.")
    expect(wall.page.locator("blockquote")).to_have_text("<b>Look up</b>, please.")
    room.act("messages", to="seat", seat=room.seats[0].visitor.seat, text="Psst.")
    room.act("goal", lab=LAB, step="clean-data")
    expect(wall.page.locator("header .step")).to_contain_text("step 2 of 8")
    expect(wall.page.locator(".news")).not_to_contain_text("wait for each other")
    assert "Psst." not in wall.page.content()
    assert wall.errors == []


def test_the_wall_is_read_from_the_last_row(browser: Browser, room: StaffRoom) -> None:
    """Nothing below 32 px at 1920, nothing out of sight, nothing grave for axe."""
    link = link_of(room)

    def check() -> None:
        """Look at it in every size, in both themes."""
        for size, theme in LOOKS:
            wall = show(browser, link, size, color_scheme=theme)
            expect(wall.said).to_be_visible()
            assert wall.page.evaluate(SMALLEST) >= 32 * size[0] / 1920
            assert wall.page.evaluate(OVERFLOWS) is False
            assert faults(wall.page) == []
            wall.page.context.close()

    check()
    room.seats[0].report("load-data", "passed")
    room.fail(room.seats[1])
    room.act("countdown", minutes=100)
    check()
    room.act("messages", to="all", text=LONG[:1000])
    room.act("gates", lab=LAB, step="load-data", closed=True)
    check()


def test_a_wall_that_lost_the_room_says_so_and_comes_back(
    browser: Browser, room: StaffRoom
) -> None:
    """The counts stay, with their time, until the truth is there again."""
    room.seats[0].report("load-data", "passed")
    wall = show(browser, link_of(room))
    expect(wall.said).to_contain_text("1 of 3 has it.")
    room.airlift.kill("room")
    expect(wall.page.locator(".link-state")).to_contain_text("reconnecting")
    expect(wall.said).to_contain_text("1 of 3 has it.")
    room.airlift.launch("room")
    room.airlift.wait_up("room")
    room.seats[1].report("load-data", "passed")
    expect(wall.said).to_contain_text("2 of 3 have it.")
    expect(wall.page.locator(".link-state")).to_have_count(0)


def test_an_address_that_is_over_says_what_to_do(
    browser: Browser, room: StaffRoom
) -> None:
    """So does a wrong one, and one without a token."""
    page, _, token = link_of(room).partition("#")
    for wrong in (f"#{token[:-4]}AAAA", "#nonsense", ""):
        wall = show(browser, page + wrong)
        expect(wall.said).to_have_text("This address is over.")
        expect(wall.page.locator("main")).to_contain_text("Invite")
        assert faults(wall.page) == []


def test_a_closed_room_says_so_on_the_wall(browser: Browser, room: StaffRoom) -> None:
    """Nobody can join any more, so no code is shown."""
    wall = show(browser, link_of(room))
    expect(wall.page.locator(".join")).to_be_visible()
    room.airlift.desk.call("POST", f"/rooms/{room.room['id']}/close")
    expect(wall.said).to_have_text("This room is closed.")
    expect(wall.page.locator(".join")).to_have_count(0)


def test_the_wall_speaks_the_rooms_language(browser: Browser, airlift: Airlift) -> None:
    """A German room has a German wall, whatever the browser's language."""
    room = StaffRoom(airlift, airlift.open_room("Flüge", language="de"), [])
    wall = show(browser, link_of(room), locale="en-GB")
    expect(wall.said).to_contain_text("Willkommen. Nimm Platz.")
    expect(wall.page.locator("html")).to_have_attribute("lang", "de")


def keys(board: Board, role: str) -> list[str]:
    """Let a board show link and key of a role."""
    part = tool(board, "invite").locator(f"section[aria-labelledby=invite-{role}]")
    part.get_by_role("button", name=f"Show: {role.title()}").click()
    expect(part.locator(".shown")).to_have_count(2)
    return part.locator(".shown").all_inner_texts()


def test_a_presenter_hands_over_to_another_laptop(
    browser: Browser, room: StaffRoom
) -> None:
    """The link fills in the key and hides it; both boards are the same at once."""
    (board,) = room.boards(browser, 1)
    link, key = keys(board, "presenter")
    page = browser.new_context().new_page()
    page.goto(link)
    expect(page.get_by_label("Staff key")).to_have_value(key)
    assert key not in page.url
    page.get_by_role("button", name="Open the board").click()
    page.wait_for_url(f"**/services/room/{room.room['id']}")
    other = Board(page, [])
    tool(other, "pace").get_by_role("button", name="5 minutes", exact=True).click()
    expect(tool(board, "pace").get_by_role("timer")).to_be_visible()


def test_keys_stay_out_of_sight_until_somebody_looks(
    browser: Browser, room: StaffRoom
) -> None:
    """A board hangs on walls; copying works over plain HTTP without showing them."""
    (board,) = room.boards(browser, 1)
    invite = tool(board, "invite")
    expect(invite.get_by_role("button", name="Show: Helper")).to_be_visible()
    assert room.room["helper_key"] not in board.page.content()
    invite.get_by_role("button", name="Copy key: Helper").click()
    expect(invite.get_by_text("Copied.")).to_be_visible()
    assert room.room["helper_key"] not in board.page.content()
    board.page.evaluate("document.body.append(document.createElement('textarea'))")
    board.page.locator("textarea").last.focus()
    board.page.keyboard.press("Control+v")
    expect(board.page.locator("textarea").last).to_have_value(room.room["helper_key"])
    assert board.errors == []


@pytest.mark.parametrize("role", ["helper", "observer"])
def test_whom_a_key_lets_in_sees_no_keys(
    browser: Browser, room: StaffRoom, role: str
) -> None:
    """Helper and observer come in by their links; the room shows them no keys."""
    (board,) = room.boards(browser, 1)
    link, _ = keys(board, role)
    page = browser.new_context().new_page()
    page.goto(link)
    page.get_by_role("button", name="Open the board").click()
    page.wait_for_url(f"**/services/room/{room.room['id']}")
    expect(page.get_by_text("Ana").first).to_be_visible()
    answer = room.staff(role).get(f"{room.path}/keys")
    assert answer.status_code == 403
    assert "key" not in answer.json()
