"""Terms are accepted before somebody sits, kept with the person, asked for again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hub.room.conftest import installation
from tests.hub.room.process import LAB, RoomProcess, StandInHub
from tests.hub.room.test_desk import refused
from tests.hub.room.test_openapi import check

pytestmark = pytest.mark.slow

TEXT = "1. Be kind.\n2. No resale.\n"
TERMS = '[terms]\ntitle = "Terms of Example Ltd"\nfile = "EULA.txt"\n'


@pytest.fixture
def place(tmp_path: Path, hub: StandInHub) -> Iterator[RoomProcess]:
    """A room service whose one lab has terms, in rooms and for practice."""
    folder = installation(tmp_path) / "labs/first_flight"
    (folder / "lab.toml").write_text(LAB + TERMS)
    (folder / "EULA.txt").write_text(TEXT)
    (tmp_path / "airlift.toml").write_text('practice_labs = "all"\n')
    room = RoomProcess(tmp_path, hub).start()
    yield room
    room.kill()


def door(room: RoomProcess, code: str, browser: str) -> list[dict[str, Any]]:
    """Return what a browser has yet to accept at the door."""
    answer = room.desk("GET", f"/door?code={code}&browser={browser}")
    check(answer.body, "Door")
    terms: list[dict[str, Any]] = answer.body["terms"]
    return terms


def test_nobody_sits_without_accepting_and_changed_words_are_asked_again(
    place: RoomProcess,
) -> None:
    """By name, by phrase and by browser; a seat does not start meanwhile."""
    code = place.make_room()["code"]
    (terms,) = door(place, code, "b1")
    assert (terms["title"], terms["text"]) == ("Terms of Example Ltd", TEXT.strip())
    refused(place.claim(code, "Ines", "b1"), 409, "terms")
    wrong: Any = {"accepted": ["0" * 16]}
    refused(place.claim(code, "Ines", "b1", **wrong), 409, "terms")
    yes: Any = {"accepted": [terms["version"]]}
    claim = place.claim(code, "Ines", "b1", **yes)
    check(claim.body, "Place")
    seat, phrase = claim.body["seat"], claim.body["phrase"]
    assert claim.body["terms"] == door(place, code, "b1") == []
    assert place.desk("GET", f"/seats/{seat}").status == 200
    kept = place.desk("GET", f"/seats/{seat}/export").body
    check(kept, "Export")
    (row,) = kept["terms"]
    assert (row["lab"], row["version"]) == ("first_flight", terms["version"])
    assert row["at"] == claim_time(kept)
    place.kill()
    (place.root / "labs/first_flight/EULA.txt").write_text(TEXT + "3. New.\n")
    place.start()
    (new,) = door(place, code, "b1")
    assert new["version"] != terms["version"]
    refused(place.desk("GET", f"/seats/{seat}"), 409, "terms")
    refused(place.desk("POST", f"/claims/{seat}/seen"), 409, "terms")
    back = {"code": code, "phrase": phrase, "browser": "b2", **yes}
    refused(place.desk("POST", "/returns", back), 409, "terms")
    refused(place.claim(code, "Ines", "b1", **yes), 409, "terms")
    refused(place.desk("POST", f"/claims/{seat}/terms", yes), 409, "terms")
    accepted = {"accepted": [new["version"]]}
    for _ in range(2):
        done = place.desk("POST", f"/claims/{seat}/terms", accepted)
        assert done.status == 200
    assert place.desk("POST", "/returns", back).body["seat"] == seat
    assert place.desk("GET", f"/seats/{seat}").status == 200
    kept = place.desk("GET", f"/seats/{seat}/export").body
    assert len(kept["terms"]) == 2
    assert place.desk("POST", f"/seats/{seat}/erase").status == 200
    everything = b"".join(
        path.read_bytes() for path in (place.root / ".airlift/room").iterdir()
    )
    assert b"Terms of Example Ltd" not in everything


def test_nobody_new_sits_while_a_lab_cannot_be_read(place: RoomProcess) -> None:
    """It may have terms; who sits already goes on, and mending it is enough."""
    code = place.make_room()["code"]
    yes: Any = {"accepted": [door(place, code, "b1")[0]["version"]]}
    seat = place.claim(code, "Ines", "b1", **yes).body["seat"]
    place.kill()
    path = place.root / "labs/first_flight/lab.toml"
    path.write_text("[lab")
    place.start()
    refused(place.claim(code, "Jonas", "b2"), 503, "lab-away")
    assert place.desk("GET", f"/seats/{seat}").status == 200
    path.write_text(LAB + TERMS)
    refused(place.claim(code, "Jonas", "b2"), 409, "terms")


def claim_time(kept: dict[str, Any]) -> int:
    """Return when the seat was claimed, as the journal has it."""
    return next(int(row["at"]) for row in kept["journal"] if row["kind"] == "claimed")


def test_practice_asks_as_a_room_does(place: RoomProcess) -> None:
    """The card has the terms; a start without accepting them is refused."""
    shelf = place.desk("GET", "/practice?browser=b1")
    check(shelf.body, "Shelf")
    (terms,) = shelf.body["labs"][0]["terms"]
    body = {"lab": "first_flight", "name": "Ines", "browser": "b1"}
    refused(place.desk("POST", "/practice", body), 409, "terms")
    body |= {"accepted": [terms["version"]]}
    assert place.desk("POST", "/practice", body).status == 200


def test_a_lab_whose_terms_cannot_be_read_leaves_the_others_on_the_page(
    place: RoomProcess,
) -> None:
    """It cannot be started; the log says why."""
    other = place.root / "labs/second_flight"
    other.mkdir()
    (other / "lab.toml").write_text(LAB)
    (place.root / "labs/first_flight/EULA.txt").write_bytes(b"\xff\xfe")
    shelf = place.desk("GET", "/practice?browser=b1")
    check(shelf.body, "Shelf")
    assert [lab["slug"] for lab in shelf.body["labs"]] == ["second_flight"]
    assert "terms cannot be read lab=first_flight" in place.log
    body = {"lab": "first_flight", "name": "Ines", "browser": "b1"}
    assert place.desk("POST", "/practice", body).body["error"]["code"] == "lab-away"
    body["lab"] = "second_flight"
    assert place.desk("POST", "/practice", body).status == 200


def test_played_people_accept_nothing(place: RoomProcess) -> None:
    """A rehearsal is for practising with."""
    code = place.make_room(rehearsal=True)["code"]
    assert place.claim(code, "Played").status == 200


@pytest.mark.parametrize("text", ["", "x" * 200_001])
def test_a_room_whose_terms_cannot_be_read_is_not_made(
    place: RoomProcess, text: str
) -> None:
    """The organiser hears it then, and not the people at the door."""
    (place.root / "labs/first_flight/EULA.txt").write_text(text)
    wanted = {"title": "T", "host": "H", "labs": ["first_flight"], "capacity": 2}
    answer = place.desk("POST", "/rooms", wanted)
    assert answer.status == 422
    said = answer.body["error"]["message"]
    assert said.startswith("first_flight/lab.toml: terms.file: expected")
    lab = place.root / "labs/first_flight/lab.toml"
    lab.write_text(lab.read_text().replace("EULA.txt", "../../airlift.toml"))
    answer = place.desk("POST", "/rooms", wanted)
    assert "below the lab's folder" in answer.body["error"]["message"]
