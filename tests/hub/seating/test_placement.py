"""Where a seat belongs, and what follows for its environment and first page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from jupyterhub.spawner import SpawnException

from hub.desk import Desk
from hub.engine import Engine
from hub.seating.placement import (
    accepted_language,
    find_placement,
    first_page,
    seat_environment,
    seat_language,
)
from hub.settings import Settings
from tests.harness import free_ports

SEAT = {
    "seat": "sabcdefghjk",
    "room": "r1",
    "number": 7,
    "labs": ["first_flight", "second_flight"],
    "image": "base",
    "interface": "notebook",
    "egress": False,
}


class DeskHandler(BaseHTTPRequestHandler):
    """A desk that knows one seat."""

    def do_GET(self) -> None:
        """Answer the spawner's question in the desk's two shapes."""
        known = self.path == "/desk/seats/sabcdefghjk"
        error = {"error": {"code": "not-found", "message": "There is no such seat."}}
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(json.dumps(SEAT if known else error).encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def desk_server(port: int = 0) -> Iterator[HTTPServer]:
    """Run the desk in a thread."""
    server = HTTPServer(("127.0.0.1", port), DeskHandler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def desk_of(server: HTTPServer) -> Desk:
    """Return a caller of that desk."""
    return Desk(f"http://127.0.0.1:{server.server_port}/desk", "token")


def test_a_seat_gets_its_labs_room_and_first_page() -> None:
    """The answer of the desk becomes environment and page."""
    with desk_server() as server:
        desk = desk_of(server)
        place = asyncio.run(find_placement(desk, "sabcdefghjk", lambda *_: None))
    engine = Engine(engine="docker", gateway="172.18.0.1", name="airlift-00c0ffee")
    assert seat_environment(place, Settings(root=Path(), port=9000), engine) == {
        "AIRLIFT_ROOM_URL": "http://172.18.0.1:9003/services/room/",
        "AIRLIFT_LABS": "first_flight,second_flight",
        "AIRLIFT_SEAT": "sabcdefghjk",
        "AIRLIFT_LANGUAGE": "",
    }
    assert first_page(place) == "/notebooks/first_flight/first_flight.ipynb"


LANGUAGES = [
    # room, Accept-Language, remembered, the seat's
    ("", "", "", "en"),
    ("", "de-DE,de;q=0.9,en;q=0.8", "", "de"),
    ("", "en", "de", "en"),
    ("", "", "de", "de"),
    ("de", "en", "en", "de"),
    ("de", "", "", "de"),
    ("en", "de", "de", "en"),
    ("fr", "de", "de", "en"),
]


@pytest.mark.parametrize(("room", "accepted", "remembered", "expected"), LANGUAGES)
def test_a_seat_speaks_the_rooms_language_or_the_browsers(
    room: str, accepted: str, remembered: str, expected: str
) -> None:
    """A start that no browser asks for keeps the language it had."""
    assert seat_language(room, accepted, remembered) == expected


def test_a_start_without_a_browser_has_no_language_of_its_own() -> None:
    """The Hub starts a seat without a handler when a program asks."""
    assert accepted_language(None) == ""


def test_a_user_without_a_seat_is_told_to_join() -> None:
    """Staff and strangers have Hub users, but no seat to start."""
    with (
        desk_server() as server,
        pytest.raises(SpawnException, match="join with the room's code") as caught,
    ):
        asyncio.run(find_placement(desk_of(server), "pabc", lambda *_: None))
    assert caught.value.status_code == 403


def test_a_room_that_is_away_is_asked_until_it_is_back() -> None:
    """A restart of the room delays a start and does not fail it."""
    said: list[str] = []
    port = free_ports(1)
    with ExitStack() as stack:

        def say(_percent: int, words: str) -> None:
            """Hear what the person is told, and start the desk the second time."""
            said.append(words)
            if len(said) == 2:
                stack.enter_context(desk_server(port))

        desk = Desk(f"http://127.0.0.1:{port}/desk", "token")
        place = asyncio.run(find_placement(desk, "sabcdefghjk", say))
    assert place.seat == "sabcdefghjk"
    assert set(said) == {"The room is restarting; this goes on by itself."}
