"""The side panel and its room: hints, help, messages, gates, and the room away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.side_panel import (
    CLEAN,
    LOAD,
    SHORT,
    SLUG,
    SOLVED,
    Presenter,
    SidePanel,
    local,
)
from tests.e2e.test_board import HOSTILE
from tests.e2e.workplace import shoot
from tests.harness import Airlift, end_processes_of, wait_for, wait_stopped

pytestmark = pytest.mark.browser
NO_SLOW_LOOK = """
const set = window.setTimeout;
window.setTimeout = (act, ms, ...rest) =>
  ms === 30_000 && !window.looksSlowly ? 0 : set(act, ms, ...rest);
"""
"""Takes the panel's look of every half minute away from a page."""
LOOK_SLOWLY = "window.looksSlowly = true; dispatchEvent(new Event('online'));"
"""Gives it back: what is away for longer is looked for no more often."""


@pytest.fixture(scope="module")
def airlift(prefix: Path) -> Iterator[Airlift]:
    """One installation for all tests of this module."""
    with local(prefix) as found:
        yield found


def test_hints_come_one_by_one_and_are_held_back(
    browser: Browser, airlift: Airlift
) -> None:
    """Asked for at any time, offered after two failures, held by the presenter."""
    side = SidePanel(airlift, browser).begin()
    presenter = Presenter(airlift, side.room)
    hints = side.node.locator(".hints li")
    side.button("Next hint").click()
    expect(hints).to_have_count(1)
    expect(hints.first).to_contain_text("Hint 1 of 2:")
    expect(side.foot).not_to_contain_text("A hint may help here.")
    side.lab.do(LOAD, SHORT)
    side.lab.do(LOAD, f"{SHORT}  # again")
    expect(side.foot).to_contain_text("A hint may help here.")
    presenter.does("hints", lab=SLUG, step="load-data", held=True)
    expect(side.foot).to_contain_text("The presenter holds the hints back for now.")
    expect(side.button("Next hint")).to_have_count(0)
    presenter.does("hints", lab=SLUG, step="load-data", held=False)
    side.button("Next hint").dblclick()
    expect(hints).to_have_count(2)
    expect(side.button("Next hint")).to_have_count(0)
    wait_for(
        "both hints in the room", lambda: side.facts("load-data").get("hints") == 2
    )


def test_a_call_for_help_has_a_place_until_somebody_came(
    browser: Browser, airlift: Airlift
) -> None:
    """Behind the others, first, on the way, answered; withdrawn while it waits."""
    room = airlift.open_room("Much to ask")
    other = airlift.visitor().join(room["code"], "Bela")
    other.start()
    body = {"kind": "ask", "lab": SLUG, "step": "load-data", "body": {"words": ""}}
    assert other.post(f"{other.base}/airlift/notes", body).ok
    side = SidePanel(airlift, browser, room=room).open()
    side.button("I need help").click()
    field = side.node.get_by_label("What is it about?")
    expect(field).to_be_focused()
    field.fill(f"Which file? {HOSTILE}")
    field.press("Enter")
    queue = side.node.get_by_role("region", name="Your call for help")
    expect(queue).to_contain_text("You are number 2 in the queue.")
    expect(queue).to_contain_text(HOSTILE)
    expect(side.button("I need help")).to_have_count(0)
    shoot(side.lab.page, "ask")
    side.lab.reload()
    expect(queue).to_contain_text("You are number 2 in the queue.")
    side.button("I don't need help any more").click()
    expect(queue).to_have_count(0)
    side.button("I need help").click()
    side.button("Call a helper").click()
    expect(queue).to_contain_text("You are number 2 in the queue.")
    presenter = Presenter(airlift, room)
    for what in ("claim", "answer"):
        ask = other.get(f"{other.base}/airlift/panel").json()["ask"]["id"]
        presenter.does(f"asks/{ask}/{what}")
    expect(queue).to_contain_text("You are next in the queue.")
    ask = side.visitor.get(f"{side.visitor.base}/airlift/panel").json()["ask"]["id"]
    presenter.does(f"asks/{ask}/claim")
    expect(queue).to_contain_text("A helper is on the way.")
    presenter.does(f"asks/{ask}/answer")
    expect(queue).to_contain_text("Your call was answered.")
    expect(side.button("I need help")).to_be_visible()


def test_messages_are_read_in_the_panel_and_noticed(
    browser: Browser, airlift: Airlift
) -> None:
    """The newest on top, as text and nothing else, once as a notification."""
    side = SidePanel(airlift, browser).open()
    presenter = Presenter(airlift, side.room)
    seat = side.visitor.seat
    presenter.does("messages", text="We start in 2 minutes.", to="all")
    messages = side.node.get_by_role("region", name="From the presenters")
    expect(messages).to_contain_text("We start in 2 minutes.")
    side.lab.expect_notice("From the presenters: We start in 2 minutes.")
    presenter.does("messages", text=HOSTILE, to="seat", seat=seat)
    expect(messages.get_by_role("status")).to_contain_text("Presenter, to you, ")
    expect(messages.get_by_role("status")).to_contain_text(HOSTILE)
    expect(messages).to_contain_text("1 earlier message")
    assert side.lab.page.title() != "broken"
    shoot(side.lab.page, "messages")
    side.lab.reload()
    expect(messages).to_contain_text("1 earlier message")
    side.lab.page.wait_for_timeout(1000)
    expect(side.lab.page.locator(".jp-toast-message")).to_have_count(0)


def test_a_gate_asks_to_wait(browser: Browser, airlift: Airlift) -> None:
    """Said at the step and beside it, and gone when the presenter goes on."""
    side = SidePanel(airlift, browser).open()
    presenter = Presenter(airlift, side.room)
    presenter.does("gates", lab=SLUG, step="clean-data", closed=True)
    expect(side.step("Clean the table")).to_contain_text("then wait")
    side.step("Clean the table").click()
    side.expect_active(CLEAN)
    expect(side.node).to_contain_text("The room waits after step 2. Take your time.")
    shoot(side.lab.page, "gate")
    presenter.does("gates", lab=SLUG, step="clean-data", closed=False)
    expect(side.node).not_to_contain_text("The room waits after step 2.")


def test_a_cell_is_shared_on_purpose_and_taken_back(
    browser: Browser, airlift: Airlift
) -> None:
    """The helpers read this cell's text and no other, until it is taken back."""
    side = SidePanel(airlift, browser).begin()
    presenter = Presenter(airlift, side.room)
    side.lab.do(LOAD, SHORT)
    address = f"{presenter.base}/seats/{side.visitor.seat}/shared/{SLUG}/load-data"
    assert presenter.visitor.get(address).status_code == 404
    expect(side.node).to_contain_text("Sends the text of this step's cell as it is now")
    side.button("Share this cell").click()
    expect(side.node).to_contain_text("The helpers can read this cell as it was when")
    wait_for("the cell in the room", lambda: presenter.visitor.get(address).ok)
    assert presenter.visitor.get(address).json()["source"] == SHORT
    side.button("Stop sharing").click()
    expect(side.button("Share this cell")).to_be_visible()
    wait_for("the end of it", lambda: not presenter.visitor.get(address).ok)


def test_with_the_room_away_everything_goes_on(
    browser: Browser, local_airlift: Airlift
) -> None:
    """Passed at once, saved here, a call for help too; all of it arrives later."""
    side = SidePanel(local_airlift, browser).begin()
    expect(side.foot).to_contain_text("connected · everything saved")
    local_airlift.kill("room")
    side.lab.do(LOAD, SOLVED)
    expect(side.step("Load the flights")).to_contain_text("passed at")
    expect(side.foot).to_contain_text("saved here, will be sent: 1 report")
    side.button("I need help").click()
    side.button("Call a helper").click()
    expect(side.node).to_contain_text("Your call is saved here and goes out when")
    expect(side.foot).to_contain_text("saved here, will be sent: 2 reports")
    shoot(side.lab.page, "room-away")
    local_airlift.launch("room")
    local_airlift.wait_up("room")
    expect(side.node).to_contain_text("You are next in the queue.")
    expect(side.foot).to_contain_text("connected · everything saved")
    assert side.facts("load-data")["state"] == "passed"


def test_with_the_server_away_the_tab_keeps_the_work(
    browser: Browser, local_airlift: Airlift
) -> None:
    """An alert without blame while it is away; saved by itself once it is back.

    It is noticed when the kernel's line breaks, not only by the panel's slow look.
    """
    side = SidePanel(local_airlift, browser)
    side.context.add_init_script(NO_SLOW_LOOK)
    side.begin()
    expect(side.foot).to_contain_text("connected · everything saved")
    end_processes_of(side.home)
    expect(side.foot).to_contain_text("Your server does not answer.")
    side.lab.page.evaluate(LOOK_SLOWLY)
    side.lab.put(LOAD, SHORT)
    alert = side.node.get_by_role("alert").first
    expect(alert).to_contain_text("Your work is kept in this browser tab until it is")
    shoot(side.lab.page, "server-away")
    wait_stopped(side.visitor)
    side.visitor.start()
    expect(alert).to_be_empty()
    own = side.home / SLUG / f"{SLUG}.ipynb"
    wait_for("the notebook on the disk", lambda: ".head(5)" in own.read_text())


def test_the_end_of_the_room_is_said(browser: Browser, airlift: Airlift) -> None:
    """No more calls for help; files and checks stay, and the questions come."""
    side = SidePanel(airlift, browser).open()
    airlift.desk.call("POST", f"/rooms/{side.room['id']}/close")
    expect(side.node.locator("header")).to_contain_text("The room is closed.")
    expect(side.button("I need help")).to_have_count(0)
    expect(side.node.get_by_role("heading", name="Before you leave")).to_be_visible()
    shoot(side.lab.page, "closed")
