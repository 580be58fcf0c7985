"""The replay on the board: the journal as a film, live, after the end, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.staff_room import StaffRoom, full_room, key_of, tool
from tests.e2e.test_accessibility import faults
from tests.e2e.test_board import Board, open_board
from tests.harness import Airlift, running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def airlift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started."""
    with running(tmp_path_factory.mktemp("replay")) as found:
        yield found


@pytest.fixture(scope="module")
def worked(airlift: Airlift) -> StaffRoom:
    """A room whose people have worked, some minutes ago by their agents' word."""
    room = full_room(airlift)
    for at, seat in enumerate(room.seats):
        minutes = 20 - 5 * at
        seat.report(
            "load-data", "failed", reason="rows-lost", age_ms=(minutes + 2) * 60_000
        )
        seat.report("load-data", "passed", age_ms=minutes * 60_000)
    return room


def slider(board: Board) -> Locator:
    """Return the slider of an open replay."""
    return tool(board, "replay").get_by_role("slider")


def passed(board: Board) -> Locator:
    """Return the first step's card."""
    return board.page.locator(".step").first


def test_the_board_goes_back_and_comes_to_live_again(
    browser: Browser, worked: StaffRoom
) -> None:
    """At the first moment nobody has passed; back to live all have."""
    (board,) = worked.boards(browser, 1)
    expect(passed(board)).to_contain_text("3 passed")
    slider(board).focus()
    board.page.keyboard.press("Home")
    expect(passed(board)).to_contain_text("0 passed")
    expect(tool(board, "replay")).to_contain_text("from then, not from now")
    marks = tool(board, "replay").get_by_label("Jump to…")
    marks.select_option(index=marks.locator("option").count() - 1)
    expect(passed(board)).not_to_contain_text("0 passed")
    tool(board, "replay").get_by_role("button", name="Back to live").click()
    expect(passed(board)).to_contain_text("3 passed")
    assert board.errors == []


def test_it_plays_by_itself_at_any_speed(browser: Browser, worked: StaffRoom) -> None:
    """From the beginning at 120 times the speed, to the end, where it stops."""
    (board,) = worked.boards(browser, 1)
    replay = tool(board, "replay")
    replay.get_by_label("Speed").select_option("120")
    replay.get_by_role("button", name="Play", exact=True).click()
    expect(replay.get_by_role("button", name="Pause")).to_be_visible()
    expect(passed(board)).to_contain_text("0 passed")
    expect(passed(board)).to_contain_text("1 passed")
    expect(passed(board)).to_contain_text("3 passed")
    expect(replay.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert board.errors == []


def test_it_is_moved_by_keyboard(browser: Browser, worked: StaffRoom) -> None:
    """Arrows go ten seconds, with Shift a minute, Space plays and pauses."""
    (board,) = worked.boards(browser, 1)
    slider(board).focus()
    board.page.keyboard.press("Home")
    first = int(slider(board).input_value())
    for key, seconds in (
        ("ArrowRight", 10),
        ("Shift+ArrowRight", 70),
        ("ArrowLeft", 60),
    ):
        board.page.keyboard.press(key)
        expect(slider(board)).to_have_value(str(first + seconds * 1_000))
    board.page.keyboard.press("Space")
    replay = tool(board, "replay")
    expect(replay.get_by_role("button", name="Pause")).to_be_visible()
    board.page.keyboard.press("Space")
    expect(replay.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_nothing_is_done_in_the_past(browser: Browser, worked: StaffRoom) -> None:
    """While a board replays, what it would do is off."""
    (board,) = worked.boards(browser, 1)
    slider(board).focus()
    board.page.keyboard.press("Home")
    expect(tool(board, "replay")).to_contain_text("from then, not from now")
    for name in ("Talk", "Pace"):
        button = board.page.get_by_role("button", name=name, exact=True)
        assert not button.count() or button.is_disabled()


def test_observers_look_back_too_once_the_room_is_closed(
    browser: Browser, airlift: Airlift
) -> None:
    """The debrief needs no open room and no presenter."""
    room = full_room(airlift, "Ana")
    room.seats[0].report("load-data", "passed", age_ms=600_000)
    key = key_of(airlift, room.room, "observer")
    airlift.desk.call("POST", f"/rooms/{room.room['id']}/close")
    observed = {**room.room, "presenter_key": key}
    board = open_board(browser, airlift, observed)
    slider(board).focus()
    board.page.keyboard.press("Home")
    expect(passed(board)).to_contain_text("0 passed")
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
        slider(board).focus()
        board.page.keyboard.press("Home")
        expect(tool(board, "replay")).to_contain_text("from then, not from now")
        assert faults(board.page) == []
        wide = board.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert wide is False
