"""The board in a real browser, with a real proxy, hub and room.

No seat is started: attempts come by the seats' own tokens, as the agent sends them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from tests.harness import Airlift, running
from tests.visitor import Visitor

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=\"document.title='broken'\">"
PHONE = {"width": 390, "height": 844}


def made(step: str, outcome: str, seq: int, **more: Any) -> dict[str, Any]:
    """Return an attempt as an agent sends it."""
    return {
        "v": 1,
        "id": str(uuid.uuid4()),
        "lab": "first_flight",
        "lab_version": "1.0.0",
        "notebook": "first_flight/first_flight.ipynb",
        "step": step,
        "trigger": "cell",
        "outcome": outcome,
        "reason": "",
        "hint": "",
        "ms": 3,
        "age_ms": 0,
        "epoch": "6f1f9c52-5d0c-4c1e-9f2e-0d0f8f0c9a11",
        "seq": seq,
        **more,
    }


@dataclass
class Attendee:
    """A seat's agent, as far as the room sees it."""

    airlift: Airlift
    visitor: Visitor
    token: str
    seq: int = 0

    def report(self, step: str, outcome: str, **more: Any) -> None:
        """Send one attempt as the agent does, and see that it is acknowledged."""
        self.seq += 1
        attempt = made(step, outcome, self.seq, **more)
        answer = requests.post(
            f"{self.airlift.room_url}/api/attempts",
            json={"v": 1, "attempts": [attempt]},
            headers={"Authorization": f"token {self.token}"},
            timeout=60,
        )
        assert answer.ok, answer.text
        assert answer.json()["acked"] == [attempt["id"]], answer.text


@dataclass
class Board:
    """A presenter's open board."""

    page: Page
    errors: list[str]

    def row(self, name: str) -> Any:
        """Return the table's row of a seat."""
        return self.page.locator("tbody tr").filter(has_text=name)

    def mark(self, name: str, step: int) -> Any:
        """Return the mark of a seat at a step, counted from 1."""
        return self.row(name).locator("td").nth(step - 1).locator("svg")


@pytest.fixture(scope="module")
def airlift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started."""
    with running(tmp_path_factory.mktemp("board")) as found:
        yield found


@pytest.fixture
def room(airlift: Airlift) -> Any:
    """A room of its own for each test."""
    return airlift.open_room("Flights, tonight")


def sit(airlift: Airlift, room: Any, name: str) -> Attendee:
    """Take a seat by the door's pages and get the token its server would have."""
    visitor = airlift.visitor()
    visitor.join(room["code"], name)
    answer = visitor.post(f"/hub/api/users/{visitor.seat}/tokens", {"note": "agent"})
    assert answer.ok, answer.text
    return Attendee(airlift, visitor, answer.json()["token"])


def log_in(page: Page, airlift: Airlift, room: Any) -> None:
    """Come in by the staff page; with one room, that leads to its board."""
    page.goto(f"{airlift.url}/hub/staff")
    page.get_by_label("Staff key").fill(room["presenter_key"])
    page.get_by_role("button", name="Open the board").click()
    page.wait_for_url(f"**/services/room/{room['id']}")


def open_board(browser: Browser, airlift: Airlift, room: Any, **how: Any) -> Board:
    """Open the board of a room as its presenter, in a browser of its own."""
    page = browser.new_context(**how).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def listen(said: ConsoleMessage) -> None:
        """Note what the content security policy refused."""
        if "Content Security" in said.text:
            errors.append(said.text)

    page.on("console", listen)
    log_in(page, airlift, room)
    expect(page.locator(".conn")).to_contain_text("live")
    return Board(page, errors)


def as_role(room: Any, role: str) -> Any:
    """Return the room with a role's key where the presenter's is typed."""
    return {**room, "presenter_key": room[f"{role}_key"]}


def test_a_presenter_with_one_room_is_led_to_its_board(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """An empty room says in large type how people get in."""
    page = browser.new_page()
    log_in(page, airlift, room)
    expect(page.get_by_role("heading", name="Flights, tonight")).to_be_visible()
    expect(page.locator(".say")).to_have_text("Nobody is here yet.")
    expect(page.locator(".empty .big")).to_have_text(room["code"])
    where = page.locator(".empty .where").inner_text()
    assert where == airlift.url.removeprefix("http://")


def test_the_board_follows_the_room_without_a_reload(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """A seat taken, a step failed and a step passed appear by themselves."""
    board = open_board(browser, airlift, room)
    ines = sit(airlift, room, "Ines")
    expect(board.row("Ines")).to_be_visible()
    expect(board.mark("Ines", 1)).to_have_attribute("aria-label", "not started")
    ines.report("load-data", "failed", reason="rows-lost", hint="Look at the rows.")
    expect(board.mark("Ines", 1)).to_have_attribute("aria-label", "trying")
    expect(board.page.locator(".say")).to_contain_text(
        "Nobody has passed step 1 yet, 1 is trying."
    )
    ines.report("load-data", "passed")
    expect(board.mark("Ines", 1)).to_have_attribute("aria-label", "passed")
    expect(board.page.locator(".step").first).to_contain_text(
        "1 passed, 0 trying, 0 stuck"
    )
    assert board.errors == []


def test_what_people_write_is_text_and_nothing_else(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """Names and hints with HTML in them do nothing but show."""
    mallory = sit(airlift, room, f"Mallory {HOSTILE}"[:58])
    mallory.report("load-data", "failed", reason="rows-lost", hint=HOSTILE)
    board = open_board(browser, airlift, room)
    board.mark("Mallory", 1).click()
    expect(board.page.locator(".detail blockquote")).to_have_text(HOSTILE)
    expect(board.page.locator(".detail")).to_contain_text("rows-lost")
    assert board.page.locator("img").count() == 0
    expect(board.page).to_have_title("Flights, tonight · Board")
    assert board.errors == []


def test_a_fault_of_the_check_is_not_the_seats(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """The mark, the step's card and the detail all blame the lab."""
    sit(airlift, room, "Ines").report("load-data", "error", reason="check-error")
    board = open_board(browser, airlift, room)
    mark = board.mark("Ines", 1)
    expect(mark).to_have_attribute("aria-label", "the check has a fault")
    mark.click()
    expect(board.page.locator(".detail")).to_contain_text("counts against nobody")
    expect(board.page.locator(".step").first).to_contain_text("the check has a fault")


def test_reports_that_never_came_are_told(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """A gap in the numbering is a warning in the seat's row."""
    ines = sit(airlift, room, "Ines")
    ines.report("load-data", "failed", reason="rows-lost")
    ines.seq += 2
    ines.report("load-data", "passed")
    board = open_board(browser, airlift, room)
    expect(board.row("Ines")).to_contain_text("2 reports lost")


def test_hidden_names_are_nowhere_on_the_page(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """Hidden means gone from text, titles and descriptions, and stays hidden."""
    sit(airlift, room, "Wilhelmine")
    board = open_board(browser, airlift, room)
    expect(board.row("Wilhelmine")).to_be_visible()
    board.page.get_by_label("Hide names").check()
    expect(board.row("Seat 1")).to_be_visible()
    assert "Wilhelmine" not in board.page.content()
    board.page.reload()
    expect(board.row("Seat 1")).to_be_visible()
    assert "Wilhelmine" not in board.page.content()


def test_the_table_works_by_keyboard(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """Arrows walk, what is focused is described, Escape lets go."""
    sit(airlift, room, "Ana")
    sit(airlift, room, "Bela").report("clean-data", "failed", reason="r", hint="Look.")
    board = open_board(browser, airlift, room)
    board.page.get_by_label("Sort by").select_option("seat")
    board.row("Ana").locator("td").first.focus()
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        board.page.keyboard.press(key)
    focused = board.page.locator("td:focus")
    expect(focused).to_have_attribute("aria-describedby", "detail")
    expect(board.page.locator("#detail")).to_contain_text("Look.")
    expect(board.page.locator(".detail")).to_contain_text("Bela")
    board.page.keyboard.press("Escape")
    expect(board.page.locator(".detail")).to_have_count(0)
    board.page.keyboard.press("Control+Home")
    expect(focused.locator("xpath=..")).to_contain_text("Ana")


def test_the_board_remembers_how_somebody_looks_at_it(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """Order and filters stay after a reload; what they leave out is told."""
    sit(airlift, room, "Ana").report("load-data", "passed")
    sit(airlift, room, "Bela")
    page = open_board(browser, airlift, room).page
    rows = page.locator("tbody tr")
    expect(rows.first).to_contain_text("Bela")
    page.get_by_label("Sort by").select_option("name")
    expect(rows.first).to_contain_text("Ana")
    page.reload()
    expect(rows.first).to_contain_text("Ana")
    page.get_by_label("Name or seat number").fill("bel")
    expect(rows).to_have_count(1)
    expect(page.locator(".seats")).to_contain_text("1 seat is left out.")
    page.get_by_label("Name or seat number").fill("")
    page.get_by_label("Show").select_option("stuck")
    page.reload()
    expect(page.locator(".seats")).to_contain_text("Nobody here fits.")


def test_the_board_speaks_the_rooms_language(
    browser: Browser, airlift: Airlift
) -> None:
    """A German room has a German board, whatever the browser wishes."""
    room = airlift.open_room("Flüge, heute", language="de")
    page = browser.new_context(locale="en-GB").new_page()
    log_in(page, airlift, room)
    expect(page.locator(".say")).to_have_text("Noch ist niemand da.")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("button", name="Etwas sagen")).to_be_visible()


def test_a_page_that_did_not_arrive_whole_is_loaded_again(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """A script and sentences that a changing network dropped are asked for again."""
    page = browser.new_context().new_page()
    left = {"grid.js": 2, "en.json": 2}

    def drop(route: Route) -> None:
        """Drop the first requests of each file, as a browser does."""
        name = route.request.url.rpartition("/")[2]
        left[name] -= 1
        if left[name] < 0:
            route.continue_()
        else:
            route.abort("connectionreset")

    page.route("**/static/**/en.json", drop)
    page.route("**/static/grid.js", drop)
    log_in(page, airlift, room)
    expect(page.locator(".conn")).to_contain_text("live")
    assert left["grid.js"] < 0
    assert left["en.json"] < 0


def test_a_killed_room_comes_back_on_the_open_page(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """The page says that the room is away, keeps what it knows, and goes on."""
    ines = sit(airlift, room, "Ines")
    board = open_board(browser, airlift, room)
    airlift.kill("room")
    expect(board.page.locator(".conn")).to_contain_text("the room is away")
    expect(board.page.locator(".trouble")).to_contain_text("It comes back by itself")
    expect(board.row("Ines")).to_be_visible()
    airlift.launch("room")
    airlift.wait_up("room")
    ines.report("load-data", "passed")
    expect(board.mark("Ines", 1)).to_have_attribute("aria-label", "passed")
    expect(board.page.locator(".conn")).to_contain_text("live")
    expect(board.page.locator(".trouble")).to_be_empty()


def test_a_logged_out_page_leads_back_to_the_door(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """Without a login the stream ends with a link, not with endless trying."""
    board = open_board(browser, airlift, room)
    board.page.context.clear_cookies()
    airlift.restart("room")
    link = board.page.get_by_role("link", name="Log in again")
    expect(link).to_be_visible()


def test_staff_of_another_room_see_a_sentence(
    browser: Browser, airlift: Airlift, room: Any
) -> None:
    """A board that is not one's own shows why, and nothing of the room."""
    sit(airlift, room, "Ines")
    other = airlift.open_room("Another room")
    page = browser.new_page()
    log_in(page, airlift, other)
    page.goto(f"{airlift.url}/services/room/{room['id']}")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("link", name="My rooms")).to_be_visible()
    assert "Ines" not in page.content()
    assert room["code"] not in page.content()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_a_list_and_scrolls_only_down(
    browser: Browser, airlift: Airlift, room: Any, theme: str
) -> None:
    """No wide table on a phone; a seat opens to its steps and hints."""
    ines = sit(airlift, room, "W" * 58)
    ines.report("load-data", "failed", reason="rows-lost", hint="x" * 300)
    board = open_board(browser, airlift, room, viewport=PHONE, color_scheme=theme)
    page = board.page
    expect(page.locator("table")).to_have_count(0)
    page.locator(".line").click()
    expect(page.locator(".sheet")).to_contain_text("x" * 300)
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".sheet")).to_have_count(0)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert wide is False
