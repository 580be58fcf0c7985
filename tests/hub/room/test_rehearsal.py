"""Rehearsals: played people send by the desk, in rooms made for it and nowhere else."""

from __future__ import annotations

import pytest

from tests.hub.room.process import (
    RoomProcess,
    a_note,
    an_attempt,
    batch,
    call,
    notes,
)
from tests.hub.room.test_desk import refused

pytestmark = pytest.mark.slow


def test_played_people_come_in_as_real_ones_do(room: RoomProcess) -> None:
    """Attempts and notes are checked, acknowledged, kept and folded alike."""
    found = room.make_room(rehearsal=True)
    seat = room.claim(found["code"], "Played").body["seat"]
    attempt, odd = an_attempt(), an_attempt("none")
    path = f"/rehearsals/{seat}"
    answer = room.desk("POST", f"{path}/attempts", batch(attempt, odd)).body
    assert answer["acked"] == [attempt["id"]]
    assert [one["code"] for one in answer["refused"]] == ["unknown-step"]
    ask = a_note("ask", body={"words": "Please."})
    answer = room.desk("POST", f"{path}/notes", notes(ask)).body
    assert answer == {"acked": [ask["id"]], "refused": []}
    [shown] = room.desk("GET", f"/rooms/{found['id']}").body["progress"]["seats"]
    assert shown["steps"]["first_flight/load-data"]["state"] == "passed"
    assert shown["ask"]["words"] == "Please."


def test_nobody_is_played_in_a_real_room(room: RoomProcess) -> None:
    """The desk's token does not help."""
    found = room.make_room()
    seat = room.claim(found["code"], "Ines").body["seat"]
    assert found["rehearsal"] is False
    for what, body in (("attempts", batch(an_attempt())), ("notes", notes())):
        answer = room.desk("POST", f"/rehearsals/{seat}/{what}", body)
        refused(answer, 403, "not-allowed")
        assert "rehearsal" in answer.body["error"]["message"]
    refused(
        room.desk("POST", "/rehearsals/sabcdefghjk/notes", notes()), 403, "not-allowed"
    )


def test_played_people_may_have_come_before(room: RoomProcess) -> None:
    """So a rehearsal can begin in its fifteenth minute; nobody real can do that."""
    minute = 60_000
    for rehearsal in (True, False):
        found = room.make_room(rehearsal=rehearsal)
        claim = {"code": found["code"], "name": "Ines", "browser": found["id"]}
        seat = room.desk("POST", "/claims", {**claim, "age_ms": 15 * minute}).body
        odd = room.desk("POST", "/claims", {**claim, "age_ms": -1})
        assert (odd.status, odd.body["error"]["code"]) == (400, "bad-request")
        shown = room.desk("GET", f"/rooms/{found['id']}").body["progress"]
        [here] = [one for one in shown["seats"] if one["seat"] == seat["seat"]]
        past = shown["at"] - here["claimed_at"]
        assert (past >= 15 * minute) is rehearsal


def test_a_rehearsal_may_have_opened_before(room: RoomProcess) -> None:
    """A real room opens now, whatever is said."""
    minute = 60_000
    for rehearsal in (True, False):
        made = room.make_room(rehearsal=rehearsal, open_=False)
        path = f"/rooms/{made['id']}"
        opened = room.desk("POST", f"{path}/open", {"age_ms": 15 * minute}).body
        past = room.desk("GET", path).body["progress"]["at"] - opened["opened_at"]
        assert (past >= 15 * minute) is rehearsal


def test_playing_needs_the_desks_token(room: RoomProcess) -> None:
    """A seat's own token is none."""
    found = room.make_room(rehearsal=True)
    seat, token = room.seat(found["code"])
    url = f"http://127.0.0.1:{room.desk_port}/desk/rehearsals/{seat}/notes"
    for given in ("", token):
        headers = {"Authorization": f"token {given}"}
        refused(call("POST", url, notes(), headers), 401, "not-logged-in")
