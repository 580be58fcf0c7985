"""Erasing: nothing of a person stays in memory, in the files or on a board."""

from __future__ import annotations

import sqlite3
import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.harness import wait_for
from tests.hub.room.process import RoomProcess, Stream, an_attempt, batch
from tests.hub.room.test_openapi import check
from tests.hub.room.test_practice import refused

pytestmark = pytest.mark.slow

DAY = 24 * 3_600_000
NAME, WORDS, VALUE = "Xylophonia", "Quokkaword", "Zanzibarvalue"


def sit(room: RoomProcess, code: str, name: str, browser: str) -> tuple[str, str]:
    """Take a seat and leave words of every kind there; returns seat and token."""
    seat = room.claim(code, name, browser).body["seat"]
    token = room.hub.admit(seat)
    attempt = an_attempt(outcome="failed", reason="rows-lost")
    attempt |= {"hint": f"your value is {VALUE}", "notebook": f"{VALUE}.ipynb"}
    answer = room.post("api/attempts", batch(attempt), token)
    assert len(answer.body["acked"]) == 1, answer
    answer = room.post("api/notes", {"v": 1, "notes": [an_ask()]}, token)
    assert len(answer.body["acked"]) == 1, answer
    return seat, token


def an_ask() -> dict[str, Any]:
    """Return a call for help with words of its own."""
    return {
        "v": 1,
        "id": str(uuid.uuid4()),
        "kind": "ask",
        "lab": "first_flight",
        "step": "load-data",
        "age_ms": 0,
        "epoch": str(uuid.uuid4()),
        "seq": 1,
        "body": {"words": WORDS},
    }


def everything(room: RoomProcess) -> bytes:
    """Return the bytes of all files of the room."""
    folder = room.root / ".airlift" / "room"
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def change(room: RoomProcess, *statements: str) -> None:
    """Change the database behind the back of a stopped room."""
    path = room.root / ".airlift" / "room" / "journal.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)


def test_one_person_is_erased_and_the_others_are_not(own_room: RoomProcess) -> None:
    """Name, browser, words and quotes are in no file; the neighbour keeps all."""
    room = own_room
    evening = room.make_room()
    seat, token = sit(room, evening["code"], NAME, "b1")
    other = room.claim(evening["code"], "Benedikta", "b2").body["seat"]
    for word in (NAME, WORDS, VALUE):
        assert word.encode() in everything(room)
    erased = room.desk("POST", f"/seats/{seat}/erase")
    check(erased.body, "Erased")
    assert erased.body == {"seat": seat, "swept": False}
    for word in (NAME, WORDS, VALUE):
        assert word.encode() not in everything(room)
    assert b"Benedikta" in everything(room)
    refused(room.desk("GET", f"/claims/{seat}"), 404, "not-found")
    refused(room.desk("GET", f"/seats/{seat}"), 404, "not-found")
    refused(room.desk("GET", f"/seats/{seat}/export"), 404, "not-found")
    refused(room.post("api/attempts", batch(an_attempt()), token), 403, "not-allowed")
    assert room.desk("GET", f"/claims/{other}").body["name"] == "Benedikta"
    attempts = rows(room, "SELECT body FROM journal WHERE kind = 'attempt'")
    assert '"hint":""' in attempts[0]
    assert '"reason":"rows-lost"' in attempts[0]


def rows(room: RoomProcess, query: str) -> list[str]:
    """Return the first column of a query on the room's database."""
    path = room.root / ".airlift" / "room" / "journal.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return [str(row[0]) for row in database.execute(query)]


def test_an_erased_seat_is_never_taken_again(own_room: RoomProcess) -> None:
    """Nobody else gets it, and its phrase and browser lead nowhere."""
    room = own_room
    evening = room.make_room(capacity=2)
    claim = room.claim(evening["code"], "Ines", "b1").body
    room.desk("POST", f"/seats/{claim['seat']}/erase")
    again = room.claim(evening["code"], "Ines", "b1").body
    assert (again["number"], again["new"]) == (2, True)
    answer = room.claim(evening["code"], "Ben", "b2")
    refused(answer, 409, "room-full")
    body = {"code": evening["code"], "phrase": claim["phrase"], "browser": "b3"}
    refused(room.desk("POST", "/returns", body), 403, "wrong-phrase")


def test_a_board_that_is_open_loses_the_seat(own_room: RoomProcess) -> None:
    """A snapshot follows; who resumes from before gets one, too."""
    room = own_room
    evening = room.make_room()
    seat, _ = sit(room, evening["code"], NAME, "b1")
    staff = room.staff(evening)
    stream = Stream(room, evening["id"], staff)
    kind, row, data = stream.next()
    assert [one["seat"] for one in data["seats"]] == [seat]
    room.desk("POST", f"/seats/{seat}/erase")
    kind, _, data = stream.next()
    while kind != "snapshot":
        kind, _, data = stream.next()
    assert data["seats"] == []
    stream.close()
    resumed = Stream(room, evening["id"], staff, row)
    kind, _, data = resumed.next()
    assert (kind, data["seats"]) == ("snapshot", [])
    resumed.close()


def test_sweeping_is_asked_for_until_it_is_done(own_room: RoomProcess) -> None:
    """Also after a restart; what was written meanwhile is emptied then."""
    room = own_room
    evening = room.make_room()
    seat, _ = sit(room, evening["code"], NAME, "b1")
    refused(room.desk("POST", f"/seats/{seat}/swept"), 404, "not-found")
    for _ in range(2):
        assert room.desk("POST", f"/seats/{seat}/erase").status == 200
    room.stop()
    late = f"""UPDATE journal SET body = json_set(body, '$.hint', '{VALUE}')
        WHERE kind = 'attempt'"""
    change(room, late)
    room.start()
    assert room.desk("GET", "/care").body["erased"] == [seat]
    for _ in range(2):
        assert room.desk("POST", f"/seats/{seat}/swept").status == 200
    assert room.desk("GET", "/care").body == {"practice": [], "erased": []}
    assert VALUE.encode() not in everything(room)


def test_a_rooms_people_are_erased_at_its_date(own_room: RoomProcess) -> None:
    """With what staff said to them; the room closes, its journal stays."""
    room = own_room
    evening = room.make_room()
    seat, _ = sit(room, evening["code"], NAME, "b1")
    before = len(rows(room, "SELECT id FROM journal"))
    room.stop()
    change(room, "UPDATE rooms SET erase_at = 1")
    room.start()
    wait_for("the sweep to be asked for", lambda: care(room) == [seat])
    for word in (NAME, WORDS, VALUE):
        assert word.encode() not in everything(room)
    found = room.desk("GET", f"/rooms/{evening['id']}").body
    assert (found["state"], found["claimed"]) == ("closed", 0)
    assert len(rows(room, "SELECT id FROM journal")) > before


def care(room: RoomProcess) -> list[str]:
    """Return the seats that wait for the caretaker."""
    found: list[str] = room.desk("GET", "/care").body["erased"]
    return found


def test_practice_seats_are_erased_when_they_were_quiet_for_long(
    root: Path, own_room: RoomProcess
) -> None:
    """Some days after the last attempt or claim; who worked lately stays."""
    room = own_room
    room.stop()
    (root / "airlift.toml").write_text('practice_labs = "all"\n')
    room.start()
    seats = []
    for number in range(3):
        body = {"lab": "first_flight", "name": NAME, "browser": f"b{number}"}
        seats.append(room.desk("POST", "/practice", body).body["seat"])
    for seat in seats[1:]:
        room.post("api/attempts", batch(an_attempt()), room.hub.admit(seat))
    long_ago = int(time.time() * 1000) - 31 * DAY
    room.stop()
    change(
        room,
        f"UPDATE seats SET claimed_at = {long_ago}",
        f"UPDATE journal SET at = {long_ago} WHERE seat != '{seats[2]}'",
    )
    room.start()
    wait_for("two to be erased", lambda: set(care(room)) == set(seats[:2]))
    assert room.desk("GET", f"/claims/{seats[2]}").status == 200


def test_an_export_holds_everything_about_one_person(own_room: RoomProcess) -> None:
    """And nothing about another."""
    room = own_room
    evening = room.make_room()
    seat, _ = sit(room, evening["code"], NAME, "b1")
    sit(room, evening["code"], "Benedikta", "b2")
    found = room.desk("GET", f"/seats/{seat}/export").body
    check(found, "Export")
    assert found["participant"]["name"] == NAME
    assert {row["seat"] for row in found["journal"]} == {seat}
    assert "attempt" in {row["kind"] for row in found["journal"]}
    assert [text["body"] for text in found["texts"]] == [{"words": WORDS}]
    assert "Benedikta" not in str(found)
