"""Faults of hub and proxy: the same seats afterwards, and nobody logs in again."""

from __future__ import annotations

import signal

import pytest
import requests

from tests.evening import Attendee, Evening
from tests.harness import wait_for

pytestmark = pytest.mark.docker


def assert_still_logged_in(who: Attendee) -> None:
    """The browser's cookies count, and the seat is theirs and up."""
    user = who.visitor.get("/hub/api/user")
    assert user.ok, user.text
    assert user.json()["name"] == who.seat
    assert user.json()["server"] == f"{who.visitor.base}/"
    assert who.visitor.open("/hub/seat").url.endswith("/hub/seat")
    assert f"Seat {who.visitor.number} is yours" in who.visitor.page
    assert who.visitor.notebook()["cells"]


def assert_same_kernel(who: Attendee, kernel_id: str) -> None:
    """The open notebook still has its kernel, and that still has its values."""
    who.kernel = who.visitor.kernel()
    assert who.kernel.id == kernel_id
    shown = who.kernel.run("print(whole.shape[0] > 0, len(flights))")
    assert shown.text.strip() == f"True {who.ran[-1]}", shown


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_hub_that_dies_takes_no_seat_no_cell_and_no_login_with_it(
    evening: Evening, number: signal.Signals
) -> None:
    """Cells run and are acknowledged without a hub; afterwards all is as it was."""
    people, airlift = evening.attendees, evening.airlift
    for who in people:
        who.log_in_anew()
        who.work()
    before = [(who.container_id(), who.kernel.id) for who in people]
    airlift.kill("hub", number)
    for who in people:
        who.work()
        evening.wait_kept(who)
    evening.assert_all_arrived_once()
    assert airlift.parts["hub"].poll() is not None
    airlift.launch("hub")
    airlift.wait_up("hub")
    airlift.wait_door()
    for who, (container, kernel) in zip(people, before, strict=True):
        assert who.container_id() == container
        assert_still_logged_in(who)
        who.work()
        assert_same_kernel(who, kernel)
    evening.assert_all_arrived_once()


def test_with_hub_and_room_both_gone_attempts_wait_for_both(evening: Evening) -> None:
    """A room that cannot ask who sends keeps nobody out: it says later, not no."""
    people, airlift = evening.attendees, evening.airlift
    for who in people:
        who.log_in_anew()
    airlift.kill("hub")
    airlift.restart("room")
    for who in people:
        who.work()
        evening.wait_away(who)
        assert who.status()["pending"] == 1
    airlift.launch("hub")
    airlift.wait_up("hub")
    evening.assert_all_arrived_once()


def test_a_killed_proxy_comes_back_with_its_routes_to_the_same_seats(
    evening: Evening,
) -> None:
    """The running cell goes on and arrives; the page finds seat and kernel again."""
    people, airlift = evening.attendees, evening.airlift
    before = [(who.container_id(), who.kernel.id) for who in people]
    for who in people:
        who.begin("import time\ntime.sleep(2)\n")
    airlift.kill("proxy")
    for who in people:
        evening.wait_kept(who)
    airlift.launch("proxy")
    airlift.wait_up("proxy")
    for who, (container, kernel) in zip(people, before, strict=True):
        wait_for("the seat behind the door", lambda who=who: reached(who))
        assert who.container_id() == container
        assert_still_logged_in(who)
        assert_same_kernel(who, kernel)
        who.work()
    evening.assert_all_arrived_once()


def reached(who: Attendee) -> bool:
    """Say whether a seat's server answers behind the door."""
    try:
        return bool(who.visitor.get(f"{who.visitor.base}/api/status").ok)
    except requests.ConnectionError:
        return False
