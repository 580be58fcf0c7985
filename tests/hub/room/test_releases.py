"""What seats fetch of their labs: by name alone, from their room's labs, when asked."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.hub.room.kept import keep
from tests.hub.room.process import RoomProcess, Stream

SEATED, OFFERED = "1.0.0", "1.1.0"


@pytest.fixture
def kept(own_room: RoomProcess) -> RoomProcess:
    """A room of one's own, with the version that the seats have."""
    keep(own_room.root, SEATED, seated=True)
    return own_room


def offer(kept: RoomProcess, version: str, **more: Any) -> Any:
    """Offer a version at the desk."""
    body = {"lab": "first_flight", "version": version, **more}
    return kept.desk("POST", "/offers", body)


def words(answer: Any) -> str:
    """Return the text of the one cell of a notebook."""
    assert answer.status == 200, answer
    text: str = answer.body["cells"][0]["source"]
    return text


def test_a_seat_fetches_the_state_before_a_step(kept: RoomProcess) -> None:
    """Of the version its image has, later of the one that was offered."""
    _, token = kept.seat(kept.make_room()["code"])
    path = "api/seat/labs/first_flight/before/clean-data"
    assert words(kept.get(path, token)) == f"before clean-data {SEATED}"
    keep(kept.root, OFFERED)
    assert words(kept.get(path, token)) == f"before clean-data {SEATED}"
    assert offer(kept, OFFERED).status == 200
    assert words(kept.get(path, token)) == f"before clean-data {OFFERED}"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("labs/first_flight/before/set-up", 404),
        ("labs/first_flight/before/secret", 404),
        ("labs/first_flight/before/..", 404),
        ("labs/first_flight/before/..%2Flab", 404),
        ("labs/first_flight/before/clean-data.ipynb", 404),
        ("labs/..%2F..%2Frooms/before/clean-data", 404),
        ("labs/other_lab/before/clean-data", 404),
        ("labs/other_lab/released", 404),
        ("labs/first_flight/released", 404),
    ],
)
def test_nothing_else_can_be_fetched(kept: RoomProcess, path: str, status: int) -> None:
    """No path, no step that is none, no lab of another room; always a sentence."""
    _, token = kept.seat(kept.make_room()["code"])
    answer = kept.get(f"api/seat/{path}", token)
    assert answer.status == status
    assert answer.body["error"]["message"]


def test_only_a_seat_fetches(kept: RoomProcess) -> None:
    """Not without a token, and not as staff: they have no seat."""
    evening = kept.make_room()
    path = "api/seat/labs/first_flight/before/clean-data"
    assert kept.get(path).status == 401
    assert kept.get(path, kept.staff(evening)).status == 403


def test_a_seat_that_fetches_without_end_is_slowed_down(kept: RoomProcess) -> None:
    """A notebook is larger than an attempt."""
    _, token = kept.seat(kept.make_room()["code"])
    path = "api/seat/labs/first_flight/before/clean-data"
    statuses: list[int] = []
    while 429 not in statuses and len(statuses) < 200:  # time gives some back
        statuses.append(kept.get(path, token).status)
    assert statuses == [200] * (len(statuses) - 1) + [429]
    assert len(statuses) > 15


def test_an_offer_reaches_every_seat_of_the_lab(kept: RoomProcess) -> None:
    """The seats' streams tell it, the version can be fetched, twice is once."""
    first, second = kept.make_room(), kept.make_room()
    _, token = kept.seat(first["code"])
    stream = Stream.of_seat(kept, token)
    assert stream.next()[2]["offers"] == {}
    keep(kept.root, OFFERED)
    answer = offer(kept, OFFERED)
    assert [room["id"] for room in answer.body["rooms"]] == [first["id"], second["id"]]
    assert stream.next()[2]["offers"] == {"first_flight": OFFERED}
    released = kept.get("api/seat/labs/first_flight/released", token).body
    assert released["version"] == released["lab"]["version"] == OFFERED
    assert released["notebook"]["cells"][0]["source"] == f"lab {OFFERED}"
    assert offer(kept, OFFERED).body == answer.body
    stream.close()
    assert kept.stop() == 0
    assert offers_kept(kept.root) == [first["id"], second["id"]]


def offers_kept(root: Path) -> list[str]:
    """Return the rooms of the journal's offers."""
    with sqlite3.connect(root / ".airlift" / "room" / "journal.sqlite") as database:
        query = "select room from journal where kind = 'offer' order by id"
        return [room for (room,) in database.execute(query)]


def test_an_offer_may_be_for_one_room(kept: RoomProcess) -> None:
    """The other one's seats hear nothing."""
    first, second = kept.make_room(), kept.make_room()
    _, token = kept.seat(second["code"])
    keep(kept.root, OFFERED)
    assert offer(kept, OFFERED, room=first["id"]).body["rooms"][0]["id"] == first["id"]
    assert kept.get("api/seat/labs/first_flight/released", token).status == 404


def test_what_cannot_be_offered_is_refused(kept: RoomProcess) -> None:
    """A version that is not released, an older one, a room that is none."""
    room = kept.make_room()
    assert offer(kept, "9.9.9").status == 404
    assert offer(kept, "../1.0.0").status == 404
    assert offer(kept, SEATED, room="rabcdefghij").status == 404
    keep(kept.root, OFFERED)
    assert offer(kept, OFFERED).status == 200
    refused = offer(kept, SEATED, room=room["id"])
    assert (refused.status, refused.body["error"]["code"]) == (409, "old-version")
