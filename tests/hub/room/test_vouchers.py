"""Vouchers: one key a seat, for good, in its environment and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.engine import Engine
from hub.seating.placement import _placement, seat_environment
from hub.settings import settings
from tests.hub.room.conftest import installation
from tests.hub.room.process import LAB, Answer, RoomProcess, StandInHub
from tests.hub.room.test_openapi import check

pytestmark = pytest.mark.slow

VOUCHERS = '[vouchers]\ntitle = "A trial key"\nvariable = "EXAMPLE_KEY"\n'
HOUR = 3_600_000


@pytest.fixture
def place(tmp_path: Path, hub: StandInHub) -> Iterator[RoomProcess]:
    """A room service whose one lab gives each seat a key."""
    folder = installation(tmp_path) / "labs/first_flight"
    (folder / "lab.toml").write_text(LAB + VOUCHERS)
    (tmp_path / "airlift.toml").write_text('practice_labs = "all"\n')
    room = RoomProcess(tmp_path, hub).start()
    yield room
    room.kill()


def keys(*names: str, expires: int | None = None) -> dict[str, Any]:
    """Return a list of keys as the command sends it."""
    rows = [
        {"key": name, "expires_at": expires, "line": line}
        for line, name in enumerate(names, 2)
    ]
    return {"vouchers": {"first_flight": rows}}


def make(room: RoomProcess, capacity: int, **more: Any) -> Answer:
    """Ask for a room."""
    wanted = {"title": "T", "host": "H", "labs": ["first_flight"], **more}
    return room.desk("POST", "/rooms", wanted | {"capacity": capacity})


def said(answer: Answer) -> str:
    """Return the sentence of a refusal."""
    assert answer.status == 422, answer
    return str(answer.body["error"]["message"])


def test_each_seat_has_one_key_for_good(place: RoomProcess) -> None:
    """Also after a restart, and after its person was erased; no other place has it."""
    made = make(place, 2, **keys("SECRET-A", "SECRET-B", "SECRET-C"))
    check(made.body, "OwnRoom")
    assert made.body["expiring"] == []
    place.desk("POST", f"/rooms/{made.body['id']}/open")
    seat = place.claim(made.body["code"], "Ines").body["seat"]
    answer = place.desk("GET", f"/seats/{seat}")
    check(answer.body, "SeatServer")
    assert answer.body["vouchers"] == {"EXAMPLE_KEY": "SECRET-A"}
    placed = _placement(answer.body)
    engine = Engine("docker", "192.0.2.1", "airlift-00000000")
    env = seat_environment(placed, settings(place.root, {}), engine)
    assert env["EXAMPLE_KEY"] == "SECRET-A"
    assert "SECRET" not in repr(placed)
    place.kill()
    place.start()
    assert place.desk("GET", f"/seats/{seat}").body["vouchers"] == {
        "EXAMPLE_KEY": "SECRET-A"
    }
    place.desk("POST", f"/seats/{seat}/erase")
    few = said(make(place, 2, **keys("SECRET-A", "SECRET-B", "SECRET-C")))
    assert "needs 2 keys (A trial key)" in few
    assert "of the 3 in the list 1 can be given (2 given to other seats before)" in few
    assert make(place, 1, **keys("SECRET-A", "SECRET-C")).status == 200
    room = place.desk("GET", f"/rooms/{made.body['id']}")
    assert "SECRET" not in f"{room.body} {few} {place.log}"


def test_too_few_keys_are_refused_with_numbers(place: RoomProcess) -> None:
    """None at all, those that expired, and lists for nobody are said, too."""
    assert "airlift room new --vouchers keys.csv" in said(make(place, 1))
    past = int(time.time() * 1000) - HOUR
    expired = said(make(place, 1, **keys("A", expires=past)))
    assert "of the 1 in the list 0 can be given (1 expired already)" in expired
    other = {"vouchers": {"other": []}}
    assert "other gives no keys" in said(make(place, 1, **other))
    assert "a key is there twice" in said(make(place, 1, **keys("A", "A")))
    for nonsense in ("x", {"first_flight": "x"}, {"first_flight": [{"key": "SECRET"}]}):
        wrong = said(make(place, 1, vouchers=nonsense))
        assert wrong.startswith("vouchers: ")
        assert "SECRET" not in wrong
    assert make(place, 1, rehearsal=True).status == 200


def test_one_list_for_two_labs_gives_each_its_own_keys(place: RoomProcess) -> None:
    """The second lab has the next keys of the list, or is refused with numbers."""
    other = place.root / "labs/second_flight"
    other.mkdir()
    (other / "lab.toml").write_text((LAB + VOUCHERS).replace("EXAMPLE_", "OTHER_"))
    both = {"labs": ["first_flight", "second_flight"]}

    def listed(*names: str) -> dict[str, Any]:
        one = keys(*names)["vouchers"]["first_flight"]
        return {"vouchers": {"first_flight": one, "second_flight": one}}

    few = said(make(place, 2, **both, **listed("SECRET-A", "SECRET-B", "SECRET-C")))
    assert "second_flight needs 2 keys (A trial key), one a seat; of the 3 in" in few
    assert "1 can be given (2 dealt for another lab of this room)" in few
    made = make(place, 1, **both, **listed("SECRET-A", "SECRET-B"))
    assert made.status == 200, made
    place.desk("POST", f"/rooms/{made.body['id']}/open")
    seat = place.claim(made.body["code"], "Ines").body["seat"]
    assert place.desk("GET", f"/seats/{seat}").body["vouchers"] == {
        "EXAMPLE_KEY": "SECRET-A",
        "OTHER_KEY": "SECRET-B",
    }
    assert "SECRET" not in f"{few} {place.log}"


def test_keys_that_end_before_the_room_are_said_by_their_lines(
    place: RoomProcess,
) -> None:
    """Before it closes; where it has no end, within a day."""
    now = int(time.time() * 1000)
    soon, late = keys("A", "B", expires=now + HOUR), now + 3 * HOUR
    early = make(place, 2, **soon, closes_at=late).body["expiring"]
    expected = {"lab": "first_flight", "lines": [2, 3], "first_at": now + HOUR}
    assert early == [expected]
    more = keys("C", "D", expires=now + 5 * HOUR)
    assert make(place, 2, **more, closes_at=late).body["expiring"] == []
    third = keys("E", expires=now + 5 * HOUR)
    assert len(make(place, 1, **third).body["expiring"]) == 1


def test_a_key_never_takes_the_place_of_what_seats_need(place: RoomProcess) -> None:
    """Such a variable is refused by name."""
    lab = place.root / "labs/first_flight/lab.toml"
    for name in ("PATH", "JUPYTERHUB_API_TOKEN", "AIRLIFT_SEAT", "LD_PRELOAD"):
        lab.write_text((LAB + VOUCHERS).replace("EXAMPLE_KEY", name))
        assert f"got {name}" in said(make(place, 1, **keys("A")))


def test_a_lab_that_gives_keys_is_not_for_practice(place: RoomProcess) -> None:
    """There is no list to take one from."""
    assert place.desk("GET", "/practice?browser=b1").body["labs"] == []
    body = {"lab": "first_flight", "name": "Ines", "browser": "b1"}
    assert place.desk("POST", "/practice", body).body["error"]["code"] == "unknown-lab"
