"""A room with three attendees, as presenters' tests need it: seats, boards, staff.

No seat is started: what a seat's agent sends and is told goes by the seat's own token.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.test_board import Attendee, Board, open_board, sit
from tests.harness import Airlift
from tests.visitor import Visitor, events

PEOPLE = ("Ana", "Bela", "Cem")
LAB = "first_flight"


@dataclass
class StaffRoom:
    """One room, its people and who leads it."""

    airlift: Airlift
    room: Any
    seats: list[Attendee]
    known: dict[str, Visitor] = field(default_factory=dict)
    """Staff that came in already, by role."""

    @property
    def path(self) -> str:
        """The address of the room's API behind the door."""
        return f"/services/room/api/rooms/{self.room['id']}"

    def boards(self, browser: Browser, count: int = 2, **how: Any) -> list[Board]:
        """Open boards of presenters, each in a browser of its own."""
        return [
            open_board(browser, self.airlift, self.room, **how) for _ in range(count)
        ]

    def staff(self, role: str) -> Visitor:
        """Come in as presenter, helper or observer; once for each."""
        if role not in self.known:
            key = self.room["presenter_key"]
            if role != "presenter":
                answer = self.staff("presenter").get(f"{self.path}/keys")
                key = answer.json()[role]["key"]
            self.known[role] = self.airlift.visitor().staff(key)
        return self.known[role]

    def act(self, path: str, **body: Any) -> Any:
        """Do something as a presenter; returns the room's answer."""
        body = {"id": str(uuid.uuid4()), **body}
        answer = self.staff("presenter").post(f"{self.path}/{path}", body)
        assert answer.ok, answer.text
        return answer.json()

    def refused(self, role: str, path: str, body: dict[str, Any]) -> None:
        """See that a role is told that it may not do something."""
        answer = self.staff(role).post(
            f"{self.path}/{path}", {"id": str(uuid.uuid4()), **body}
        )
        assert answer.status_code == 403, f"{role}, {path}: {answer.text}"
        assert answer.json()["error"]["code"] == "not-allowed"

    def fail(self, seat: Attendee, step: str = "load-data", times: int = 3) -> None:
        """Let somebody fail a step the same way until they are stuck."""
        for _ in range(times):
            seat.report(step, "failed", reason="rows-lost", hint="Count the rows.")


def full_room(airlift: Airlift, *people: str, **more: Any) -> StaffRoom:
    """Open a room and let people sit down in it, Ana, Bela and Cem by default."""
    room = airlift.open_room("Flights, tonight", **more)
    seats = [sit(airlift, room, name) for name in people or PEOPLE]
    return StaffRoom(airlift, room, seats)


def states(seat: Attendee, seconds: float = 60) -> Iterator[dict[str, Any]]:
    """Yield what a seat's agent is told, from now on."""
    answer = requests.get(
        f"{seat.airlift.room_url}/api/seat/stream",
        headers={"Authorization": f"token {seat.token}"},
        stream=True,
        timeout=seconds,
    )
    assert answer.ok, answer.text
    with answer:
        for event in events(answer):
            yield json.loads(event["data"])


def told(seat: Attendee, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Return the first state that a seat is told of which something is true."""
    seen: list[dict[str, Any]] = []
    try:
        for state in states(seat):
            seen.append(state)
            if wanted(state):
                return state
    except requests.ConnectionError:
        pass  # nothing new for so long that the wait is over
    pytest.fail(f"the seat was never told; last it heard {seen[-1:]}")


def words_to(seat: Attendee) -> list[str]:
    """Return the messages that a seat is shown now."""
    return [message["text"] for message in next(states(seat))["messages"]]


def seen(seat: Attendee, message: str) -> None:
    """Say that a message was really shown, as the seat's agent does."""
    note = {
        "v": 1,
        "id": str(uuid.uuid4()),
        "kind": "seen",
        "lab": LAB,
        "step": "",
        "body": {"message": message},
        "age_ms": 0,
        "epoch": "",
        "seq": 0,
    }
    answer = requests.post(
        f"{seat.airlift.room_url}/api/notes",
        json={"v": 1, "notes": [note]},
        headers={"Authorization": f"token {seat.token}"},
        timeout=60,
    )
    assert answer.json()["acked"] == [note["id"]], answer.text


TOOLS = {
    "talk": "Say something",
    "pace": "Pace",
    "invite": "Invite",
    "replay": "Look back",
}


def tool(board: Board, name: str) -> Locator:
    """Open one of the board's tools unless it is open; returns what it shows."""
    shown = board.page.locator(f".tool .{name}")
    if not shown.count():
        board.page.get_by_role("button", name=TOOLS[name], exact=True).click()
    expect(shown).to_be_visible()
    return shown
