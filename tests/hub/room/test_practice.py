"""Practice at the desk: labs that anybody may start, in standing rooms of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hub.room.conftest import installation
from tests.hub.room.process import Answer, RoomProcess, StandInHub, an_attempt, batch
from tests.hub.room.test_openapi import check

pytestmark = pytest.mark.slow


@pytest.fixture
def practice(tmp_path: Path, hub: StandInHub) -> Iterator[RoomProcess]:
    """Return a room service where every lab can be started, by three people each."""
    toml = 'practice_labs = "all"\npractice_seats = 3\n'
    (installation(tmp_path) / "airlift.toml").write_text(toml)
    room = RoomProcess(tmp_path, hub).start()
    yield room
    room.kill()


def start(room: RoomProcess, browser: str, name: str = "") -> Answer:
    """Press Start on the lab's card."""
    body = {"lab": "first_flight", "name": name, "browser": browser}
    return room.desk("POST", "/practice", body)


def refused(answer: Answer, status: int, code: str) -> None:
    """Check a refusal's status and code."""
    assert (answer.status, answer.body["error"]["code"]) == (status, code), answer


def rooms(room: RoomProcess) -> list[dict[str, Any]]:
    """Return all rooms as the organiser sees them."""
    found: list[dict[str, Any]] = room.desk("GET", "/rooms").body["rooms"]
    return found


def test_a_lab_is_started_alone_and_the_same_browser_keeps_its_seat(
    practice: RoomProcess,
) -> None:
    """The first one makes the room; everybody has an own seat, code and phrase."""
    first = start(practice, "b1", "Ines")
    check(first.body, "Place")
    assert (first.body["new"], first.body["number"]) == (True, 1)
    assert first.body["practice"]
    assert start(practice, "b1").body["seat"] == first.body["seat"]
    second = start(practice, "b2", "Ben").body
    assert (second["room"], second["number"]) == (first.body["room"], 2)
    back = {"code": second["code"], "phrase": second["phrase"], "browser": "b3"}
    assert practice.desk("POST", "/returns", back).body["seat"] == second["seat"]
    (made,) = rooms(practice)
    assert (made["practice"], made["state"]) == (True, "open")
    assert made["closes_at"] is made["erase_at"] is None
    assert "presenter_key" not in made


def test_a_name_is_asked_for_once(practice: RoomProcess) -> None:
    """Whoever sits somewhere already is known by that name."""
    refused(start(practice, "b1"), 422, "bad-name")
    evening = practice.make_room()
    practice.claim(evening["code"], "Ines", "b1")
    assert start(practice, "b1").body["name"] == "Ines"


def test_a_full_lab_takes_nobody_more_until_somebody_is_erased(
    practice: RoomProcess,
) -> None:
    """Numbers are never used twice."""
    seats = [start(practice, f"b{n}", "Ines").body["seat"] for n in range(3)]
    refused(start(practice, "b9", "Ben"), 409, "room-full")
    code = rooms(practice)[0]["code"]
    refused(practice.claim(code, "Ben", "b9"), 409, "room-full")
    practice.desk("POST", f"/seats/{seats[0]}/erase")
    assert start(practice, "b9", "Ben").body["number"] == 4


def test_a_lab_is_not_started_unless_the_setting_names_it(room: RoomProcess) -> None:
    """By default none is; an unknown one never."""
    refused(start(room, "nobody-yet", "Ines"), 422, "unknown-lab")
    shelf = room.desk("GET", "/practice?browser=nobody-yet").body
    assert shelf == {"known": False, "labs": [], "mine": []}
    assert room.desk("GET", "/door").body["practice"] is False


def test_the_shelf_shows_what_can_be_started_and_where_to_go_on(
    practice: RoomProcess,
) -> None:
    """Cards say everything about a lab; own seats come from any room."""
    evening = practice.make_room()
    practice.claim(evening["code"], "Ines", "b1")
    practice.desk("POST", f"/rooms/{evening['id']}/close")
    shelf = practice.desk("GET", "/practice?browser=b1").body
    check(shelf, "Shelf")
    (lab,) = shelf["labs"]
    assert (lab["title"], lab["minutes"]) == ("First flight", 10)
    assert (lab["license"], lab["version"]) == ("CC-BY-4.0", "1.0.0")
    assert lab["room"] is None
    assert [(one["code"], one["state"]) for one in shelf["mine"]] == [
        (evening["code"], "closed")
    ]
    code = start(practice, "b1").body["code"]
    again = practice.desk("GET", "/practice?browser=b1").body
    assert again["labs"][0]["room"]["code"] == code
    assert len(again["mine"]) == 1
    assert practice.desk("GET", "/practice?browser=b2").body["mine"] == []


def test_practice_is_not_the_one_open_room_at_the_door(practice: RoomProcess) -> None:
    """The door still shows an evening, and no clock where there is none."""
    code = start(practice, "b1", "Ines").body["code"]
    assert practice.desk("GET", "/door").body["room"] is None
    evening = practice.make_room()
    assert practice.desk("GET", "/door").body["room"]["id"] == evening["id"]
    door = practice.desk("GET", f"/door?code={code}&browser=b9").body
    check(door, "Door")
    assert door["room"]["practice"]
    assert door["room"]["opened_at"] is None


def test_work_in_practice_counts_as_in_a_room(practice: RoomProcess) -> None:
    """Attempts are kept; the own progress says when the seat is erased."""
    seat = start(practice, "b1", "Ines").body["seat"]
    token = practice.hub.admit(seat)
    practice.post("api/attempts", batch(an_attempt()), token)
    mine = practice.get("api/seat/progress", token).body
    check(mine, "OwnProgress")
    step = mine["seat"]["steps"]["first_flight/load-data"]
    assert (step["state"], step["verified"]) == ("passed", False)
    month = 30 * 24 * 3_600_000
    assert mine["room"]["erase_at"] == mine["seat"]["last_at"] + month


def test_a_lab_that_wants_another_kind_of_seat_gets_another_room(
    practice: RoomProcess,
) -> None:
    """A room's image, interface and network never change under its people."""
    first = start(practice, "b1", "Ines").body["room"]
    path = practice.root / "labs" / "first_flight" / "lab.toml"
    text = path.read_text().replace("minutes = 10\n", "minutes = 10\negress = true\n")
    path.write_text(text)
    assert start(practice, "b2", "Ben").body["room"] != first


def test_which_seats_may_be_stopped(practice: RoomProcess) -> None:
    """Those of practice rooms and of closed rooms; never those of an open one."""
    alone = start(practice, "b1", "Ines").body["seat"]
    evening = practice.make_room()
    seat = practice.claim(evening["code"], "Ben", "b2").body["seat"]
    care = practice.desk("GET", "/care").body
    check(care, "Care")
    assert care == {"practice": [alone], "erased": []}
    practice.desk("POST", f"/rooms/{evening['id']}/close")
    assert set(practice.desk("GET", "/care").body["practice"]) == {alone, seat}
    practice.desk("POST", f"/rooms/{evening['id']}/open")
    assert practice.desk("GET", "/care").body["practice"] == [alone]
