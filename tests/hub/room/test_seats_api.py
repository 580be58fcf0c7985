"""One seat: where its person sits, keys for others, and visits without subdomains."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.staff import ROLES, VISIT
from tests.hub.room.process import RoomProcess, StandInHub, Stream
from tests.hub.room.staffed import Evening, refused
from tests.hub.room.test_notes import rows

pytestmark = pytest.mark.slow


def test_a_zone_is_said_at_the_door_and_corrected_by_staff(evening: Evening) -> None:
    """Cleaned like a name, and shown to every board; not in the journal."""
    room = evening.room
    typed, code = "  Quokka \u202e tables and more", evening.found["code"]
    seat = room.claim(code, "Ben", zone=typed).body["seat"]
    export = room.desk("GET", f"/seats/{seat}/export").body["participant"]
    assert export["zone"] == "Quokka tables and mo"
    stream = Stream(room, evening.found["id"], evening.helper)
    stream.next()
    path = f"seats/{seat}/zone"
    answer = evening.act(path, evening.helper, {"zone": "Quokka 3"})
    assert answer.body == {"seat": seat, "zone": "Quokka 3"}
    assert [one["seat"] for one in stream.next()[2]["seats"]] == [seat]
    stream.close()
    assert evening.act(path, evening.presenter, {"zone": ""}).body["zone"] == ""
    assert "Quokka" not in repr(rows(room, "SELECT * FROM journal"))


def test_an_old_call_does_not_move_anybody_back(evening: Evening) -> None:
    """The same id does its work once."""
    path = f"seats/{evening.seat}/zone"
    first = {"id": str(uuid.uuid4()), "zone": "1"}
    for body in (first, {"zone": "2"}, first):
        answer = evening.act(path, evening.helper, body)
    assert answer.body["zone"] == "2"


def test_a_zone_survives_a_killed_room_and_ends_with_the_person(
    own_room: RoomProcess,
) -> None:
    """It is kept beside the name and erased with it."""
    found = own_room.make_room()
    seat = own_room.claim(found["code"], "Ines", zone="Zanzibar").body["seat"]
    own_room.kill()
    own_room.start()
    export = own_room.desk("GET", f"/seats/{seat}/export").body
    assert export["participant"]["zone"] == "Zanzibar"
    own_room.desk("POST", f"/seats/{seat}/erase")
    folder = own_room.root / ".airlift" / "room"
    assert not any(b"Zanzibar" in path.read_bytes() for path in folder.iterdir())


def test_zones_are_for_seats_that_somebody_holds(evening: Evening) -> None:
    """And are short texts."""
    path = f"seats/{evening.seat}/zone"
    refused(evening.act(path, evening.helper, {}), 400, "bad-request")
    refused(evening.act(path, evening.helper, {"zone": 3}), 400, "bad-request")
    answer = evening.act("seats/sabcdefghjk/zone", evening.helper, {"zone": "1"})
    refused(answer, 404, "not-found")


def test_a_presenter_hands_out_keys(evening: Evening) -> None:
    """The organiser's own; helpers get none to give."""
    path = f"api/rooms/{evening.found['id']}/keys"
    keys = evening.room.get(path, evening.presenter).body
    assert keys.pop("url") == "http://labs.example/hub/staff"
    told = {role: one["key"] for role, one in keys.items()}
    assert told == {role: evening.found[f"{role}_key"] for role in ROLES}
    refused(evening.room.get(path, evening.helper), 403, "not-allowed")
    refused(evening.room.get(path, evening.token), 403, "not-allowed")


def test_no_seat_is_opened_where_all_share_an_address(evening: Evening) -> None:
    """Not even with the scope; the sentence says what to do."""
    room, found = evening.room, evening.found
    visitor = room.staff(found, "presenter", VISIT)
    answer = evening.act(f"seats/{evening.seat}/visit", visitor, {"open": True})
    assert "`subdomains`" in refused(answer, 403, "not-allowed")
    assert evening.state()["visit"] == ""
    assert evening.board()["room"]["subdomains"] is False


@pytest.fixture
def apart(root: Path, hub: StandInHub) -> Iterator[Evening]:
    """An evening in an installation whose seats have hosts of their own."""
    (root / "airlift.toml").write_text('subdomains = "labs.example"\n')
    room = RoomProcess(root, hub).start()
    found = room.make_room()
    seat, token = room.seat(found["code"])
    presenter = room.staff(found, "presenter", VISIT)
    helpers = [room.staff(found, "helper") for _ in range(2)]
    yield Evening(room, found, presenter, *helpers, seat, token)
    room.kill()


def test_a_visit_is_announced_and_ends(apart: Evening) -> None:
    """The seat is told before its address is."""
    path, seat = f"seats/{apart.seat}/visit", apart.seat
    answer = apart.act(path, apart.presenter, {"open": True})
    assert answer.body["url"] == f"http://{seat}.labs.example:8000/user/{seat}/"
    assert apart.state()["visit"] == "the presenter"
    assert apart.board()["room"]["subdomains"] is True
    apart.act(path, apart.presenter, {"open": False})
    assert apart.state()["visit"] == ""
    kept = rows(apart.room, "SELECT body FROM journal WHERE kind = 'visit' ORDER BY id")
    assert [json.loads(body)["open"] for (body,) in kept] == [True, False]


def test_only_with_the_hubs_scope_is_a_seat_opened(apart: Evening) -> None:
    """Helpers and observers have none."""
    path = f"seats/{apart.seat}/visit"
    for token in (apart.helper, apart.room.staff(apart.found, "observer")):
        refused(apart.act(path, token, {"open": True}), 403, "not-allowed")
    none = apart.act("seats/sabcdefghjk/visit", apart.presenter, {"open": True})
    refused(none, 404, "not-found")
    refused(apart.act(path, apart.presenter, {"open": 1}), 400, "bad-request")
    assert apart.state()["visit"] == ""
