"""The service as seats, staff and the hub's door meet it: a real process, real HTTP."""

from __future__ import annotations

from tests.hub.room.process import RoomProcess, an_attempt, batch


def test_an_attempt_is_acknowledged_and_shows_on_the_board(room: RoomProcess) -> None:
    """What a seat sends comes back as acked and is in the snapshot under its name."""
    evening = room.make_room()
    seat, token = room.seat(evening["code"])
    sent = an_attempt(outcome="failed", reason="rows-lost", hint="expected 336 rows")
    answer = room.post("api/attempts", batch(sent), token)
    assert (answer.status, answer.body) == (200, {"acked": [sent["id"]], "refused": []})
    staff = room.staff(evening)
    shown = room.get(f"api/rooms/{evening['id']}/progress", staff).body
    assert shown["room"]["claimed"] == 1
    [found] = shown["seats"]
    assert (found["seat"], found["name"], found["number"]) == (seat, "Ines", 1)
    step = found["steps"]["first_flight/load-data"]
    assert step["state"] == "trying"
    assert (step["attempts"], step["failed"], step["errors"]) == (1, 1, 0)
    assert (step["reason"], step["hint"]) == ("rows-lost", "expected 336 rows")
