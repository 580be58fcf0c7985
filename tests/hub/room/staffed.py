"""An evening with its staff: a presenter, two helpers and a seat of one room."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from tests.hub.room.process import Answer, RoomProcess, Stream, notes

LAB = {"lab": "first_flight", "step": "load-data"}


@dataclass
class Evening:
    """One room with a presenter, two helpers and a seat."""

    room: RoomProcess
    found: dict[str, Any]
    presenter: str
    helper: str
    other: str
    seat: str
    token: str

    def act(self, path: str, token: str, body: dict[str, Any] | None = None) -> Answer:
        """Do something as staff; the id is fresh unless the body has one."""
        body = {"id": str(uuid.uuid4()), **(body or {})}
        return self.room.post(f"api/rooms/{self.found['id']}/{path}", body, token)

    def tell(self, *items: dict[str, Any]) -> None:
        """Send notes of the seat."""
        answer = self.room.post("api/notes", notes(*items), self.token)
        assert len(answer.body["acked"]) == len(items), answer

    def board(self) -> dict[str, Any]:
        """Return the snapshot."""
        path = f"api/rooms/{self.found['id']}/progress"
        found: dict[str, Any] = self.room.get(path, self.helper).body
        return found

    def state(self) -> dict[str, Any]:
        """Return what the seat is told now."""
        stream = Stream.of_seat(self.room, self.token)
        state = stream.next()[2]
        stream.close()
        return state


def refused(answer: Answer, status: int, code: str) -> str:
    """Check a refusal; returns its sentence."""
    assert (answer.status, answer.body["error"]["code"]) == (status, code), answer
    return str(answer.body["error"]["message"])
