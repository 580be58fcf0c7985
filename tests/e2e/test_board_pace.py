"""The pace of a room, from one presenter's board to the other's and to the seats."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.staff_room import LAB, StaffRoom, full_room, states, told, tool
from tests.e2e.test_accessibility import faults
from tests.e2e.test_board import Board
from tests.harness import REPOSITORY, Airlift, running

pytestmark = pytest.mark.browser

FIRST, SECOND = f"{LAB}/load-data", f"{LAB}/clean-data"
TIME = re.compile(r"^\d\d:\d\d$")


@pytest.fixture(scope="module")
def airlift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started, with labs that can change."""
    labs = tmp_path_factory.mktemp("labs") / "labs"
    shutil.copytree(REPOSITORY / "labs", labs)
    with running(tmp_path_factory.mktemp("pace"), toml={"labs": labs}) as found:
        yield found


@pytest.fixture
def room(airlift: Airlift) -> StaffRoom:
    """A room of its own for each test."""
    return full_room(airlift)


def press(board: Board, name: str) -> None:
    """Press a button of the pace by its words."""
    tool(board, "pace").get_by_role("button", name=name, exact=True).click()


def force(board: Board) -> Locator:
    """Return what a board says is in force."""
    return tool(board, "pace").locator(".force li")


def choose_step(board: Board, number: int) -> None:
    """Choose the step that the pace is about."""
    options = tool(board, "pace").locator("select").filter(has_text=f"{number} · ")
    options.last.select_option(str(number - 1))


def test_a_countdown_is_seen_moved_and_stopped_by_both(
    browser: Browser, room: StaffRoom
) -> None:
    """Started on one board, moved on the other; the seats are told each time."""
    first, second = room.boards(browser)
    tool(first, "pace").get_by_role("button", name="5 minutes", exact=True).dblclick()
    for board in (first, second):
        expect(tool(board, "pace").get_by_role("timer")).to_have_text(TIME)
    begun = told(room.seats[0], lambda state: state["countdown"])["countdown"]
    assert begun["ends_at"] - begun["started_at"] == 5 * 60_000
    assert (begun["lab"], begun["step"]) == (LAB, "load-data")
    press(second, "+5 minutes")
    more = told(
        room.seats[0], lambda state: state["countdown"]["ends_at"] > begun["ends_at"]
    )["countdown"]
    assert more["ends_at"] - begun["ends_at"] == 5 * 60_000
    expect(tool(first, "pace").get_by_role("timer")).to_have_text(
        re.compile("^(0[6-9]|10)")  # more than it ever began with
    )
    press(first, "Stop")
    for board in (first, second):
        expect(tool(board, "pace").get_by_role("timer")).to_have_count(0)
        assert board.errors == []
    told(room.seats[0], lambda state: state["countdown"] is None)


def test_own_minutes_count_for_the_whole_room(
    browser: Browser, room: StaffRoom
) -> None:
    """Nonsense offers no button; 7 minutes do, for everybody."""
    (board,) = room.boards(browser, 1)
    pace = tool(board, "pace")
    pace.get_by_role("combobox", name="For", exact=True).select_option("room")
    own = pace.get_by_label("Own minutes")
    for nonsense in ("0", "601", "1.5"):
        own.fill(nonsense)
        expect(pace.get_by_role("button", name="Start", exact=True)).to_have_count(0)
    own.fill("7")
    own.press("Tab")
    board.page.keyboard.press("Enter")
    expect(pace.get_by_role("timer")).to_have_text(re.compile("^0[67]:"))
    state = told(room.seats[0], lambda state: state["countdown"])
    assert state["countdown"]["step"] == ""


def test_the_room_waits_soft_or_strict_until_it_is_opened(
    browser: Browser, room: StaffRoom
) -> None:
    """Each way is said on both boards and to the seats, and can be taken back."""
    first, second = room.boards(browser)
    choose_step(first, 2)
    press(first, "Stop after it, soft")
    expect(force(second)).to_contain_text("waits after step 2")
    expect(force(second)).to_contain_text("(soft)")
    told(room.seats[0], lambda state: state["steps"][SECOND]["gate"] == "soft")
    force(second).get_by_role("button").click()
    for board in (first, second):
        expect(force(board)).to_have_count(0)
    told(room.seats[0], lambda state: not state["steps"].get(SECOND, {}).get("gate"))
    press(first, "Stop after it, strict")
    expect(force(second)).to_contain_text("(strict)")
    told(room.seats[0], lambda state: state["steps"][SECOND]["gate"] == "strict")
    press(first, "Open again")
    expect(force(second)).to_have_count(0)


def test_everybody_goes_to_a_step_after_a_question(
    browser: Browser, room: StaffRoom
) -> None:
    """The dialog says who is behind; Escape leaves it; the goal can be taken back."""
    ana, bela, _ = room.seats
    ana.report("load-data", "passed")
    first, second = room.boards(browser)
    expect(first.page.locator(".step").first).to_contain_text("1 passed")
    choose_step(first, 2)
    press(first, "Everybody to step 2")
    question = first.page.get_by_role("dialog", name="Everybody to step 2")
    expect(question).to_contain_text("2 people have not begun it yet")
    assert question.evaluate("node => node.contains(document.activeElement)")
    assert faults(first.page) == []
    first.page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    focused = first.page.evaluate("document.activeElement.innerText")
    assert focused == "Everybody to step 2"
    assert next(states(bela))["goal"] is None
    first.page.keyboard.press("Enter")
    question.get_by_role("button", name="Everybody to step 2").click()
    for board in (first, second):
        expect(force(board)).to_contain_text("Everybody goes to step 2")
    for seat, behind in ((ana, False), (bela, True)):
        goal = told(seat, lambda state: state["goal"])["goal"]
        assert (goal["step"], goal["behind"]) == ("clean-data", behind)
    force(second).get_by_role("button", name="Take back").click()
    expect(force(first)).to_have_count(0)
    told(bela, lambda state: state["goal"] is None)


def test_hints_are_held_back_and_released(browser: Browser, room: StaffRoom) -> None:
    """By one presenter, undone by the other."""
    first, second = room.boards(browser)
    press(first, "Hold them back")
    expect(force(second)).to_contain_text("Hints of step 1")
    told(room.seats[0], lambda state: state["steps"][FIRST]["held"])
    force(second).get_by_role("button", name="Release the hints").click()
    expect(force(first)).to_have_count(0)
    told(room.seats[0], lambda state: not state["steps"].get(FIRST, {}).get("held"))


def test_the_start_is_said_on_every_board(browser: Browser, room: StaffRoom) -> None:
    """From then on the plan's clock runs."""
    first, second = room.boards(browser)
    press(first, "We start now")
    for board in (first, second):
        expect(tool(board, "pace")).to_contain_text("runs since")


def correct(airlift: Airlift, version: str) -> None:
    """Write a corrected version of the lab and release it for rooms, as authors do."""
    labs = airlift.settings.labs_dir
    described = labs / LAB / "lab.toml"
    new = f'version = "{version}"'
    described.write_text(
        re.sub(r'^version = ".*"', new, described.read_text(), flags=re.M)
    )
    tool = [sys.executable, "-m", "hub.authoring", "keep"]
    line = [*tool, str(labs), str(airlift.settings.versions_dir)]
    done = subprocess.run(line, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_corrected_version_of_the_lab_is_offered(
    browser: Browser, room: StaffRoom
) -> None:
    """Once it is there, a presenter offers it; the seats are told."""
    correct(room.airlift, "9.0.0")
    first, second = room.boards(browser)
    press(first, "Offer version 9.0.0")
    for board in (first, second):
        expect(force(board)).to_contain_text("Version 9.0.0 of First flight")
        offer = tool(board, "pace").get_by_role("button", name="Offer version 9.0.0")
        expect(offer).to_have_count(0)
    offers = told(room.seats[0], lambda state: state["offers"])["offers"]
    assert offers == {LAB: "9.0.0"}


def test_helpers_and_observers_set_no_pace(room: StaffRoom) -> None:
    """The room refuses each of their calls, and the seats are told nothing."""
    step = {"lab": LAB, "step": "load-data"}
    calls = [
        ("countdown", {"minutes": 5}),
        ("gates", {**step, "closed": True}),
        ("goal", step),
        ("hints", {**step, "held": True}),
        ("start", {"lab": LAB}),
        ("offers", {"lab": LAB, "version": "9.0.0"}),
        ("projector", {"hours": 1}),
    ]
    for role in ("helper", "observer"):
        for path, body in calls:
            room.refused(role, path, body)
    state = next(states(room.seats[0]))
    assert (state["countdown"], state["goal"], state["steps"]) == (None, None, {})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pace_is_accessible(browser: Browser, room: StaffRoom, theme: str) -> None:
    """Axe finds nothing grave, with everything in force and on a phone."""
    for width in (390, 1280):
        viewport = {"width": width, "height": 800}
        (board,) = room.boards(browser, 1, viewport=viewport, color_scheme=theme)
        if not tool(board, "pace").get_by_role("timer").count():
            press(board, "10 minutes")
            press(board, "Stop after it, strict")
        expect(force(board)).to_have_count(1)
        assert faults(board.page) == []
        wide = board.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert wide is False
