"""Talking to the room from the board, with two presenters and three people in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from tests.e2e.staff_room import StaffRoom, full_room, seen, told, tool, words_to
from tests.e2e.test_accessibility import faults
from tests.e2e.test_board import HOSTILE, Board
from tests.harness import Airlift, running

pytestmark = pytest.mark.browser

TO_ALL = "Please look up for a moment."


@pytest.fixture(scope="module")
def airlift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started."""
    with running(tmp_path_factory.mktemp("talk")) as found:
        yield found


@pytest.fixture
def room(airlift: Airlift) -> StaffRoom:
    """A room of its own for each test."""
    return full_room(airlift)


def said(board: Board) -> Locator:
    """Return the messages that a board lists."""
    return tool(board, "talk").locator(".told li")


def speak(board: Board, text: str, to: str = "") -> None:
    """Say something, to whoever an option names."""
    talk = tool(board, "talk")
    if to:
        option = talk.get_by_label("To", exact=True).locator("option", has_text=to)
        value = option.first.get_attribute("value")
        talk.get_by_label("To", exact=True).select_option(value)
    talk.get_by_label("What to say").fill(text)
    talk.get_by_role("button", name="Say it").click()
    expect(talk.locator(".compose [role=status]")).to_contain_text("Said.")


def test_a_message_reaches_everybody_once_and_is_counted(
    browser: Browser, room: StaffRoom
) -> None:
    """A double click says it once; who saw it is counted on both boards."""
    first, second = room.boards(browser)
    talk = tool(first, "talk")
    talk.get_by_role("button", name=TO_ALL).click()
    expect(talk.get_by_label("What to say")).to_have_value(TO_ALL)
    talk.get_by_role("button", name="Say it").dblclick()
    for board in (first, second):
        expect(said(board)).to_have_count(1)
        expect(said(board)).to_contain_text("to everyone")
        expect(said(board)).to_contain_text("seen by 0 of 3")
    expect(talk.get_by_label("What to say")).to_have_value("")
    state = told(room.seats[0], lambda one: one["messages"])
    assert [one["text"] for one in state["messages"]] == [TO_ALL]
    for seat in room.seats[:2]:
        seen(seat, state["messages"][0]["id"])
    for board in (first, second):
        expect(said(board)).to_contain_text("seen by 2 of 3")
        assert board.errors == []


def test_what_was_said_can_be_taken_back_by_either(
    browser: Browser, room: StaffRoom
) -> None:
    """It is gone from the seats, and both boards say so."""
    first, second = room.boards(browser)
    speak(first, "We start at 8.")
    expect(said(second)).to_have_count(1)
    told(room.seats[1], lambda state: state["messages"])
    said(second).get_by_role("button", name="Take back").click()
    for board in (first, second):
        expect(said(board)).to_contain_text("Taken back")
        expect(said(board).get_by_role("button")).to_have_count(0)
    told(room.seats[1], lambda state: not state["messages"])


def test_the_stuck_a_step_and_one_seat_are_addressed_alone(
    browser: Browser, room: StaffRoom
) -> None:
    """Each is told what is theirs and nothing else."""
    ana, bela, cem = room.seats
    room.fail(ana)
    bela.report("load-data", "failed", reason="other", hint="Look.")
    cem.report("load-data", "passed")
    (board,) = room.boards(browser, 1)
    speak(board, "To the stuck.", "stuck on step 1")
    speak(board, "To the step.", "Whoever is on step 1")
    speak(board, "To Cem.", "Cem")
    expect(said(board)).to_have_count(3)
    expect(said(board).nth(2)).to_contain_text("stuck on step 1")
    expect(said(board).nth(2)).to_contain_text("of 1")
    expect(said(board).nth(1)).to_contain_text("of 2")
    expect(said(board).nth(0)).to_contain_text("to Cem")
    assert words_to(ana) == ["To the stuck.", "To the step."]
    assert words_to(bela) == ["To the step."]
    assert words_to(cem) == ["To Cem."]


def test_an_answer_that_was_lost_says_nothing_twice(
    browser: Browser, room: StaffRoom
) -> None:
    """The text stays, the page says why, and the same call is sent again.

    What is typed while a message is on its way stays, too.
    """
    (board,) = room.boards(browser, 1)
    talk = tool(board, "talk")

    def lose(route: Route) -> None:
        """Let the room do it and the answer never arrive."""
        route.fetch()
        route.abort()

    board.page.route("**/messages", lose, times=1)
    talk.get_by_label("What to say").fill("Once only.")
    talk.get_by_label("What to say").press("Control+Enter")
    expect(talk.get_by_role("alert")).to_contain_text("counts once")
    expect(talk.get_by_label("What to say")).to_have_value("Once only.")
    expect(said(board)).to_have_count(1)
    talk.get_by_role("button", name="Say it").click()
    expect(talk.get_by_label("What to say")).to_have_value("")
    expect(talk.get_by_role("alert")).to_have_count(0)
    assert words_to(room.seats[0]) == ["Once only."]
    expect(said(board)).to_have_count(1)
    held: list[Route] = []
    board.page.route("**/messages", lambda route: held.append(route), times=1)
    talk.get_by_label("What to say").fill("And again.")
    with board.page.expect_request("**/messages"):
        talk.get_by_role("button", name="Say it").click()
    expect(talk.locator(".compose [role=status]")).to_be_empty()
    talk.get_by_label("What to say").fill("Typed meanwhile.")
    held[0].continue_()
    expect(talk.locator(".compose [role=status]")).to_contain_text("Said.")
    expect(talk.get_by_label("What to say")).to_have_value("Typed meanwhile.")


def test_what_is_said_is_text_and_nothing_else(
    browser: Browser, room: StaffRoom
) -> None:
    """Markup does nothing but show, and nothing longer than 1,000 fits."""
    (board,) = room.boards(browser, 1)
    speak(board, HOSTILE)
    expect(said(board).locator(".text")).to_have_text(HOSTILE)
    text = tool(board, "talk").get_by_label("What to say")
    text.fill("x" * 990)
    expect(tool(board, "talk")).to_contain_text("10 characters left")
    text.press_sequentially("y" * 12)
    expect(text).to_have_value("x" * 990 + "y" * 10)
    assert board.page.locator("img").count() == 0
    assert board.errors == []


def test_helpers_and_observers_say_nothing(browser: Browser, room: StaffRoom) -> None:
    """The room refuses them, and nothing arrives."""
    del browser
    for role in ("helper", "observer"):
        room.refused(role, "messages", {"to": "all", "text": "Hello"})
    assert words_to(room.seats[0]) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_talking_is_accessible(browser: Browser, room: StaffRoom, theme: str) -> None:
    """Axe finds nothing grave, with messages and on a phone."""
    for width in (390, 1280):
        viewport = {"width": width, "height": 800}
        (board,) = room.boards(browser, 1, viewport=viewport, color_scheme=theme)
        speak(board, TO_ALL)
        assert faults(board.page) == []
        wide = board.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert wide is False
