"""Observers: they see what staff see and can do nothing; so it is in older rooms."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from hub.room import tables
from hub.room.seal import Seal
from hub.secrets import read_secret
from tests.hub.room.process import RoomProcess, StandInHub, Stream, a_note
from tests.hub.room.staffed import Evening, refused

pytestmark = pytest.mark.slow
OLD = "rabcdefghjk"


def test_an_observer_watches(evening: Evening) -> None:
    """The list of rooms, the board at once and live."""
    room, found = evening.room, evening.found
    observer = room.staff(found, "observer")
    mine = room.get("api/rooms", observer).body
    assert [one["role"] for one in mine["rooms"]] == ["observer"]
    board = room.get(f"api/rooms/{found['id']}/progress", observer).body
    assert [seat["name"] for seat in board["seats"]] == ["Ines"]
    stream = Stream(room, found["id"], observer)
    assert stream.next()[0] == "snapshot"
    stream.close()


def test_an_observer_reads_nobodys_words(evening: Evening) -> None:
    """Neither a call for help nor what is said to one; what all are told is there."""
    room, found = evening.room, evening.found
    evening.tell(a_note("ask", body={"words": "Quokka."}))
    for to in ("all", "seat"):
        said = {"to": to, "seat": evening.seat, "text": f"Zebra to {to}."}
        assert evening.act("messages", evening.presenter, said).status == 200
    at = evening.state()["at"]
    here = f"api/rooms/{found['id']}"
    observer = room.staff(found, "observer")
    for token, hears in ((evening.helper, True), (observer, False)):
        stream = Stream(room, found["id"], token)
        told = [
            stream.next()[2],
            room.get(f"{here}/progress", token).body,
            room.get(f"{here}/replay?at={at}", token).body,
        ]
        stream.close()
        told_apart = [
            room.get(f"{here}/seats?seat={evening.seat}", token).body,
            room.get(f"{here}/seats/{evening.seat}/timeline", token).body,
        ]
        assert all("Zebra to all." in repr(one) for one in told)
        assert all(("Zebra to seat." in repr(one)) is hears for one in told)
        assert all(("Quokka." in repr(one)) is hears for one in (*told, *told_apart))


def test_an_observer_hears_no_words_live(evening: Evening) -> None:
    """The deltas are as discreet as the snapshot."""
    observer = evening.room.staff(evening.found, "observer")
    stream = Stream(evening.room, evening.found["id"], observer)
    stream.next()
    evening.tell(a_note("ask", body={"words": "Quokka."}))
    kind, _, delta = stream.next()
    assert (kind, delta["seats"][0]["ask"]["state"]) == ("delta", "waiting")
    assert "Quokka" not in repr(delta)
    stream.close()


def test_an_observer_does_nothing(evening: Evening) -> None:
    """Each call of the staff is refused in the same words."""
    observer = evening.room.staff(evening.found, "observer")
    for path, body in actions(evening.seat):
        sentence = refused(evening.act(path, observer, body), 403, "not-allowed")
        assert sentence == "An observer can only watch."
    shared = f"api/rooms/{evening.found['id']}/seats/{evening.seat}/shared/a/b"
    refused(evening.room.get(shared, observer), 403, "not-allowed")


def actions(seat: str) -> list[tuple[str, dict[str, Any]]]:
    """Return every call by which staff act."""
    place = {"lab": "first_flight", "step": "load-data"}
    return [
        ("messages", {"to": "all", "text": "Hello."}),
        ("gates", {**place, "closed": True}),
        ("hints", {**place, "held": True}),
        (f"seats/{seat}/phrase", {}),
        (f"asks/{uuid.uuid4()}/claim", {}),
        (f"asks/{uuid.uuid4()}/same", {"as": ""}),
        (f"messages/{uuid.uuid4()}/withdraw", {}),
        ("hints/send", {**place, "seats": [seat]}),
        ("countdown", {"minutes": 5}),
        ("goal", place),
        ("start", {"lab": "first_flight"}),
        ("offers", {"lab": "first_flight", "version": "1.0.0"}),
        ("projector", {"hours": 1}),
        (f"seats/{seat}/zone", {"zone": "3"}),
        (f"seats/{seat}/visit", {"open": True}),
    ]


def test_an_observer_of_one_room_is_nobody_in_another(room: RoomProcess) -> None:
    """As all staff are."""
    observer = room.staff(room.make_room(), "observer")
    other = room.make_room()
    refused(room.get(f"api/rooms/{other['id']}/progress", observer), 403, "not-allowed")


@pytest.fixture
def older(root: Path, hub: StandInHub) -> Iterator[RoomProcess]:
    """A room service on a database of before there were observers."""
    folder = root / ".airlift" / "room"
    folder.mkdir(parents=True)
    seal = Seal(bytes.fromhex(read_secret(root / ".airlift" / "secrets", "seal")))
    marks = [seal.key_mark(seal.key(OLD, role)) for role in ("presenter", "helper")]
    with create_engine(f"sqlite:///{folder / 'journal.sqlite'}").connect() as database:
        command.upgrade(tables.migrations(database), "0002")
        database.execute(
            text(
                "INSERT INTO rooms VALUES (:id, 'Old', 'We', '[\"first_flight\"]', "
                "'base', 'lab', 0, 1, 'KUPA-37', 'open', 1, 1, NULL, 4102444800000, "
                ":presenter, :helper, '', 0)"
            ),
            {"id": OLD, "presenter": marks[0], "helper": marks[1]},
        )
        database.execute(
            text(f"INSERT INTO seats VALUES ('sa', '{OLD}', 1, 1, 1, NULL, 0)")
        )
        database.execute(text("INSERT INTO participants VALUES ('sa', 'Ines', 'm', 1)"))
        database.commit()
    room = RoomProcess(root, hub).start()
    yield room
    room.kill()


def test_keys_of_older_rooms_go_on_and_observers_get_one(older: RoomProcess) -> None:
    """Keys follow from the seal, so there is nothing to hand out anew."""
    found = older.desk("GET", f"/rooms/{OLD}").body
    assert [seat["name"] for seat in found["seats"]] == ["Ines"]
    for role in ("presenter", "helper", "observer"):
        token = older.staff(found, role)
        mine = older.get("api/rooms", token).body["rooms"]
        assert [(one["id"], one["role"]) for one in mine] == [(OLD, role)]
