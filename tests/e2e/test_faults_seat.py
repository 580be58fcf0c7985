"""Faults of one seat: container, server and kernel die, the work does not."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from websocket import WebSocketException

from tests.evening import Attendee, Evening
from tests.harness import wait_for, wait_stopped

pytestmark = pytest.mark.docker

NOTE = "A note of my own, saved before it happened."
NOTEBOOK = "first_flight/first_flight.ipynb"
HOUR = 3_600_000
YEAR = 365 * 24 * HOUR
MOVE = """
import json, pathlib
moved = 0
for path in pathlib.Path.home().glob(".airlift/outbox/numbered/*.json"):
    data = json.loads(path.read_text())
    data["wall"] += {jump}
    aside = path.parents[1] / "aside"
    aside.write_text(json.dumps(data))
    aside.rename(path)
    moved += 1
print(moved)
"""
"""Moves the wall clock's time of what waits in the outbox; says how many there were."""


def write_note(who: Attendee) -> None:
    """Add a cell to the notebook and save it, as JupyterLab does."""
    content = who.visitor.notebook(NOTEBOOK)
    cell = {"cell_type": "markdown", "id": "my-note", "metadata": {}, "source": NOTE}
    content["cells"].append(cell)
    path = f"{who.visitor.base}/api/contents/{NOTEBOOK}"
    body = {"type": "notebook", "format": "json", "content": content}
    saved = who.visitor.request("PUT", path, json=body)
    assert saved.ok, saved.text


def kill_container(evening: Evening, who: Attendee) -> None:
    """Kill the seat's container from outside, as the engine or a helper might."""
    evening.airlift.container(who.seat).kill()


def kill_server(evening: Evening, who: Attendee) -> None:
    """Kill the seat's server with the agent in it, from inside."""
    who.kill("os.getppid()")


def visit_again(who: Attendee) -> None:
    """Come back to a seat that has ended, once the hub knows that it has."""
    wait_stopped(who.visitor)
    who.visitor.start()


@pytest.mark.parametrize("kill", [kill_container, kill_server])
def test_a_killed_seat_is_the_same_seat_after_another_visit(
    evening: Evening, kill: Callable[[Evening, Attendee], None]
) -> None:
    """Notebook, outbox and progress are there, and what was not sent is sent."""
    who = evening.attendees[0]
    write_note(who)
    seat, number = who.seat, who.visitor.number
    old = who.container_id()
    evening.wire.cut()
    for _ in range(3):
        who.work()
    kill(evening, who)
    visit_again(who)
    assert (who.seat, who.visitor.number) == (seat, number)
    assert who.container_id() != old
    assert who.visitor.notebook(NOTEBOOK)["cells"][-1]["source"] == NOTE
    assert who.status()["pending"] == 3
    who.open_notebook()
    who.work()
    evening.wire.mend()
    evening.assert_all_arrived_once()


def test_a_seat_killed_while_somebody_works_keeps_every_result_that_was_shown(
    evening: Evening,
) -> None:
    """At any moment, numbering and sending included: no result lost, no number."""
    who = evening.attendees[2]
    shown: list[int] = []

    def work() -> None:
        """Run cells until the seat is gone."""
        with suppress(OSError, AssertionError, WebSocketException):
            while True:
                who.work()
                shown.append(who.ran[-1])

    for _ in range(2):
        with ThreadPoolExecutor(1) as pool:
            working = pool.submit(work)
            goal = len(shown) + 10
            wait_for("ten more lines", lambda goal=goal: len(shown) >= goal, 60)
            time.sleep(random.uniform(0, 0.3))
            kill_container(evening, who)
            working.result()
        visit_again(who)
        evening.wait_empty(who)
        kept = [one.number for one in evening.kept(who.seat)]
        assert kept in (who.ran, who.ran[:-1])
        assert set(shown) <= set(kept)
        who.ran[:] = kept
        who.open_notebook()
    evening.assert_all_arrived_once()


def test_a_kernel_killed_before_its_attempt_was_sent_loses_nothing(
    evening: Evening,
) -> None:
    """What it put into the outbox arrives, and the next kernel's work after it."""
    who = evening.attendees[1]
    evening.wire.cut()
    who.work()
    who.kill("os.getpid()")
    assert who.status()["pending"] == 1
    who.open_notebook()
    assert who.kernel.run("print('flights' in globals())").text == "False\n"
    who.work()
    evening.wire.mend()
    evening.assert_all_arrived_once()


@pytest.mark.parametrize("jump", [-YEAR, YEAR])
def test_a_seat_whose_wall_clock_jumps_reports_when_it_really_happened(
    evening: Evening, jump: int
) -> None:
    """Set a year back or ahead before it is sent: the journal's time is right."""
    who = evening.attendees[0]
    evening.wire.cut()
    began = time.time_ns() // 1_000_000
    who.work()
    evening.wait_away(who)
    move = MOVE.format(jump=jump)
    wait_for(
        "the attempt to be numbered and moved",
        lambda: evening.airlift.python_in(who.seat, move) == (0, "1\n"),
    )
    time.sleep(1)
    mended = time.time_ns() // 1_000_000
    evening.wire.mend()
    evening.assert_all_arrived_once()
    assert began - HOUR < evening.kept(who.seat)[-1].at < mended
