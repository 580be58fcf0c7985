"""The projector's link and stream: counts for a while, names never."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from hub.room.seal import Pass, Seal
from hub.secrets import read_secret
from tests.harness import wait_for
from tests.hub.room.process import (
    Answer,
    RoomProcess,
    StandInHub,
    Stream,
    an_attempt,
    batch,
)
from tests.hub.room.staffed import Evening, refused
from tests.hub.room.test_openapi import check

pytestmark = pytest.mark.slow
HOUR = 3_600_000


def link(evening: Evening, hours: int = 2) -> tuple[str, int]:
    """Make a link; returns its token and end."""
    answer = evening.act("projector", evening.presenter, {"hours": hours})
    assert answer.status == 200, answer
    page, _, token = answer.body["url"].partition("#")
    assert page == "http://labs.example/services/room/projector"
    return token, answer.body["expires_at"]


def sealed(room: RoomProcess, of: str, expires_at: int) -> str:
    """Return a token as the room's own seal makes it."""
    secret = read_secret(room.root / ".airlift" / "secrets", "seal")
    return Seal(bytes.fromhex(secret)).projector(Pass(of, expires_at, "lot"))


def look(room: RoomProcess, token: str) -> Answer:
    """Try a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return room.get("api/projector/stream", **headers)


def test_the_wall_follows_the_room(evening: Evening) -> None:
    """Whole at once, again at each change, and as described."""
    token, expires_at = link(evening)
    stream = Stream.of_projector(evening.room, token)
    kind, _, wall = stream.next()
    assert (kind, wall["expires_at"]) == ("projector", expires_at)
    check(wall, "Wall")
    assert wall["seats"] == {"taken": 1, "capacity": 10}
    evening.room.post("api/attempts", batch(an_attempt()), evening.token)
    assert stream.next()[2]["counts"]["passed"] == 1
    evening.act("messages", evening.presenter, {"to": "all", "text": "A break."})
    assert stream.next()[2]["message"]["text"] == "A break."
    stream.close()


def test_the_wall_names_nobody(evening: Evening) -> None:
    """No byte of the stream tells who sits where, or what was said to one."""
    room, token = evening.room, link(evening)[0]
    claim = room.claim(evening.found["code"], "Xylophonia", zone="Zanzibar").body
    seat = claim["seat"]
    said = {"to": "seat", "seat": seat, "text": "Quokka for you."}
    evening.act("messages", evening.presenter, said)
    wrong = an_attempt(outcome="failed", reason="rows-lost", hint="Zebra")
    room.post("api/attempts", batch(wrong), room.hub.admit(seat))
    connection = raw(room, token)
    text = b""
    while b"\n\n" not in text:
        text += connection.recv(65536)
    connection.close()
    assert b'"trying":1' in text
    for word in (
        "Xylophonia",
        "Ines",
        seat,
        evening.seat,
        "Zanzibar",
        "Quokka",
        "Zebra",
    ):
        assert word.encode() not in text


def raw(room: RoomProcess, token: str) -> socket.socket:
    """Open a stream by hand, with a small window; nothing is read of it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(60)
    connection.connect(("127.0.0.1", room.port))
    connection.sendall(
        b"GET /services/room/api/projector/stream HTTP/1.1\r\nHost: labs.example\r\n"
        b"Authorization: Bearer " + token.encode() + b"\r\n\r\n"
    )
    return connection


def test_only_a_link_that_holds_opens_the_stream(evening: Evening) -> None:
    """None, nonsense, one that was changed, one that is over, one of no room."""
    room, (token, expires_at) = evening.room, link(evening)
    here, _, lot, mark = token.split(".")
    other = room.make_room()["id"]
    for wrong in (
        "",
        "nonsense",
        "a.b.c.d",
        f"{other}.{expires_at}.{lot}.{mark}",
        f"{here}.{expires_at + HOUR}.{lot}.{mark}",
        f"{here}.{expires_at}.{lot}.{mark[:-1]}",
        f"{here}.{expires_at}.{lot}.é",
        sealed(room, here, expires_at - 25 * HOUR),
        sealed(room, "rabcdefghjk", expires_at),
        evening.presenter,
    ):
        refused(look(room, wrong), 401, "not-logged-in")
    path = f"api/projector/stream?token={token}"
    refused(room.get(path), 401, "not-logged-in")


def test_a_link_opens_nothing_else(evening: Evening) -> None:
    """It is no login."""
    token, _ = link(evening)
    for path in (f"api/rooms/{evening.found['id']}/progress", "api/rooms"):
        refused(evening.room.get(path, token), 401, "not-logged-in")


def test_a_stream_ends_with_its_link(evening: Evening) -> None:
    """The screen does not go on for ever."""
    for lasts in (1_500, 20_000):  # a busy machine may need longer to open it
        now = evening.state()["at"]
        token = sealed(evening.room, evening.found["id"], now + lasts)
        stream, kind = Stream.of_projector(evening.room, token), ""
        with suppress(EOFError):
            kind = stream.next()[0]
        if kind:
            break
    assert kind == "projector"
    with pytest.raises((EOFError, http.client.HTTPException, OSError)):
        stream.next()
    refused(look(evening.room, token), 401, "not-logged-in")


def test_a_closed_room_shows_that_it_is_closed(evening: Evening) -> None:
    """Without a way in."""
    stream = Stream.of_projector(evening.room, link(evening)[0])
    assert stream.next()[2]["join"]["code"] == evening.found["code"]
    evening.room.desk("POST", f"/rooms/{evening.found['id']}/close")
    wall = stream.next()[2]
    assert (wall["room"]["state"], wall["join"]) == ("closed", None)
    assert evening.found["code"] not in json.dumps(wall)
    stream.close()


def test_screens_of_a_room_are_bounded(evening: Evening) -> None:
    """One more than twenty is refused, until one of them goes."""
    token, _ = link(evening)
    screens = [Stream.of_projector(evening.room, token) for _ in range(20)]
    refused(look(evening.room, token), 503, "busy")
    screens.pop().close()
    deadline = time.monotonic() + 60
    another = Stream.of_projector(evening.room, token)
    while another.status != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
        another = Stream.of_projector(evening.room, token)
    assert another.next()[0] == "projector"
    for screen in (*screens, another):
        screen.close()


@pytest.fixture
def strict(root: Path, hub: StandInHub) -> Iterator[Evening]:
    """An evening in a room service whose screens have little time to read."""
    program = ["-m", "tests.hub.room.impatient"]
    room = RoomProcess(root, hub, program).start()
    found = room.make_room()
    seat, token = room.seat(found["code"])
    presenter = room.staff(found)
    yield Evening(room, found, presenter, presenter, presenter, seat, token)
    room.kill()


def test_a_screen_that_does_not_read_is_hung_up_on(strict: Evening) -> None:
    """And another one of the same room follows all the time."""
    token, _ = link(strict)
    deaf, screen = raw(strict.room, token), Stream.of_projector(strict.room, token)
    screen.next()
    text = "A long word. " * 70
    for number in range(30):
        strict.act("messages", strict.presenter, say(f"{number} {text}"))
        while not screen.next()[2]["message"]["text"].startswith(f"{number} "):
            pass
    wait_for("one screen", lambda: screens(strict.room) == 1)
    assert until_the_end(deaf).startswith(b"HTTP/1.1 200")
    strict.act("messages", strict.presenter, say("Still there?"))
    assert screen.next()[2]["message"]["text"] == "Still there?"
    screen.close()


def until_the_end(connection: socket.socket) -> bytes:
    """Return what a screen that did not read was sent before it was hung up on."""
    told = b""
    with connection, suppress(ConnectionError):
        while part := connection.recv(65536):
            told += part
    return told


def screens(room: RoomProcess) -> int:
    """Return how many screens the room serves."""
    found = re.search(
        r"^airlift_screens (\d+)", room.desk("GET", "/metrics").body, re.M
    )
    assert found
    return int(found[1])


def say(text: str) -> dict[str, Any]:
    """Return a message to all."""
    return {"id": str(uuid.uuid4()), "to": "all", "text": text}


def test_only_a_presenter_makes_a_link(evening: Evening) -> None:
    """For one hour to a day."""
    for token in (evening.helper, evening.token):
        answer = evening.act("projector", token, {"hours": 1})
        refused(answer, 403, "not-allowed")
    for hours in (0, 25, "1", None):
        answer = evening.act("projector", evening.presenter, {"hours": hours})
        refused(answer, 400, "bad-request")


def test_the_screens_page_needs_no_login(room: RoomProcess) -> None:
    """It is a shell without data, and keeps its address to itself."""
    page = room.get("projector")
    assert page.status == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
