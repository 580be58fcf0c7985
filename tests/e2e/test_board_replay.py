"""The replay on the board: the journal as a film, live, after the end, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from tests.e2e.staff_room import StaffRoom, full_room, tool
from tests.e2e.test_accessibility import faults
from tests.e2e.test_board import Board, open_board, sit
from tests.e2e.test_help import tell
from tests.harness import Airlift, running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def airlift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started."""
    with running(tmp_path_factory.mktemp("replay")) as found:
        yield found


@pytest.fixture(scope="module")
def worked(airlift: Airlift) -> StaffRoom:
    """A room into which three people came, each of whom passed a step at once."""
    room = full_room(airlift, "Ana")
    room.fail(room.seats[0], times=1)
    room.seats[0].report("load-data", "passed")
    for name in ("Bela", "Cem"):
        room.seats.append(sit(airlift, room.room, name))
        room.seats[-1].report("load-data", "passed")
    return room


def slider(board: Board) -> Locator:
    """Return the slider of an open replay."""
    return tool(board, "replay").get_by_role("slider")


def back(board: Board) -> None:
    """Go to the first moment of the room."""
    slider(board).focus()
    board.page.keyboard.press("Home")
    expect(board.page.locator(".say")).to_contain_text("Nobody is here yet.")


@contextmanager
def kept_from_its_end(board: Board) -> Iterator[None]:
    """Keep from a replay what it would play next: else a slow click finds it over."""
    held: list[Route] = []
    pieces = re.compile(r"/replay\?after=")
    board.page.route(pieces, lambda route: held.append(route))
    yield
    for route in held:  # before the end of routing, which lets go of them by itself
        route.continue_()
    board.page.unroute(pieces)


def passed(board: Board) -> Locator:
    """Return the first step's card."""
    return board.page.locator(".step").first


def test_the_board_goes_back_and_comes_to_live_again(
    browser: Browser, worked: StaffRoom
) -> None:
    """At first nobody is there; a mark leads to the first pass; live has them all."""
    (board,) = worked.boards(browser, 1)
    expect(passed(board)).to_contain_text("3 passed")
    back(board)
    replay = tool(board, "replay")
    expect(replay).to_contain_text("from then, not from now")
    marks = replay.get_by_label("Jump to…")
    option = marks.locator("option").filter(has_text="the first passed step 1")
    marks.select_option(option.get_attribute("value"))
    expect(passed(board)).to_contain_text("1 passed")
    replay.get_by_role("button", name="To the next mark").click()
    expect(passed(board)).not_to_contain_text("1 passed")
    replay.get_by_role("button", name="Back to live").click()
    expect(passed(board)).to_contain_text("3 passed")
    expect(replay).not_to_contain_text("from then, not from now")
    assert board.errors == []


def test_it_plays_by_itself_until_the_end(browser: Browser, worked: StaffRoom) -> None:
    """From the beginning, slowly, then at 120 times the speed; at the end it stops."""
    (board,) = worked.boards(browser, 1)
    replay = tool(board, "replay")
    play = replay.get_by_role("button", name="Play", exact=True)
    replay.get_by_label("Speed").select_option("1")
    with kept_from_its_end(board):
        play.click()
        replay.get_by_role("button", name="Pause").click()
    assert slider(board).input_value() != slider(board).get_attribute("max")
    replay.get_by_label("Speed").select_option("120")
    play.click()
    expect(passed(board)).to_contain_text("3 passed")
    expect(play).to_be_visible()
    assert slider(board).input_value() == slider(board).get_attribute("max")
    assert board.errors == []


def test_it_is_moved_by_keyboard(browser: Browser, worked: StaffRoom) -> None:
    """Arrows go ten seconds, with Shift a minute, Space plays and pauses."""
    (board,) = worked.boards(browser, 1)
    back(board)
    first, last = (int(slider(board).get_attribute(end) or 0) for end in ("min", "max"))
    assert int(slider(board).input_value()) == first
    for key, ms in (("ArrowRight", 10_000), ("Shift+ArrowRight", 70_000)):
        board.page.keyboard.press(key)
        expect(slider(board)).to_have_value(str(min(first + ms, last)))
    board.page.keyboard.press("Shift+ArrowLeft")
    board.page.keyboard.press("PageDown")
    expect(slider(board)).to_have_value(str(first))
    replay = tool(board, "replay")
    with kept_from_its_end(board):
        board.page.keyboard.press("Space")
        expect(replay.get_by_role("button", name="Pause")).to_be_visible()
        board.page.keyboard.press("Space")
    expect(replay.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_nothing_is_done_in_the_past(browser: Browser, worked: StaffRoom) -> None:
    """While a board replays, what it would do is off."""
    tell(worked.seats[0], "ask", words="Help.")
    (board,) = worked.boards(browser, 1)
    going = board.page.get_by_role("button", name="I'm going")
    expect(going).to_be_visible()
    back(board)
    expect(board.page.locator(".help li")).to_have_count(0)
    board.page.keyboard.press("End")
    expect(board.page.locator(".help li")).to_contain_text("Help.")
    expect(going).to_have_count(0)
    tool(board, "replay").get_by_role("button", name="Back to live").click()
    expect(going).to_be_visible()


def test_observers_look_back_too_once_the_room_is_closed(
    browser: Browser, airlift: Airlift
) -> None:
    """The debrief needs no open room and no presenter."""
    room = full_room(airlift, "Ana")
    room.seats[0].report("load-data", "passed")
    keys = room.staff("presenter").get(f"{room.path}/keys").json()
    airlift.desk.call("POST", f"/rooms/{room.room['id']}/close")
    observed = {**room.room, "presenter_key": keys["observer"]["key"]}
    board = open_board(browser, airlift, observed)
    back(board)
    board.page.keyboard.press("End")
    expect(passed(board)).to_contain_text("1 passed")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_replay_is_accessible(
    browser: Browser, worked: StaffRoom, theme: str
) -> None:
    """Axe finds nothing grave, wide and on a phone."""
    for width in (390, 1280):
        viewport = {"width": width, "height": 800}
        (board,) = worked.boards(browser, 1, viewport=viewport, color_scheme=theme)
        back(board)
        assert faults(board.page) == []
        wide = board.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert wide is False
