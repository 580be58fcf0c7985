"""A room service in a process of its own, a stand-in for the hub, and seats."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from hub.secrets import read_secret
from hub.staff import ROLES, scope
from tests.harness import free_ports

LAB = """
[lab]
title = "First flight"
version = "1.0.0"
summary = "A small lab."
minutes = 10
license = "CC-BY-4.0"
authors = ["The tests"]
feedback = "mailto:labs@airlift.example"
[[steps]]
id = "load-data"
title = "Load"
[[steps]]
id = "clean-data"
title = "Clean"
needs = ["load-data"]
"""
ACCESS = "access:services!service=room"
DEADLINE = 60.0


class StandInHub:
    """Answers GET /hub/api/user for known tokens, and can play dead."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.down = False
        self.asked = 0
        self.port = 0
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(DEADLINE)

    @property
    def url(self) -> str:
        """Address of the API."""
        return f"http://127.0.0.1:{self.port}/hub/api"

    def admit(self, name: str, *scopes: str) -> str:
        """Make a token for a user, with scopes beside access to the room."""
        token = uuid.uuid4().hex
        self.users[token] = {"kind": "user", "name": name, "scopes": [ACCESS, *scopes]}
        return token

    def _serve(self, ready: threading.Event) -> None:
        hub = self

        class UserHandler(RequestHandler):
            def get(self) -> None:
                hub.asked += 1
                if hub.down:
                    self.send_error(503)
                    return
                token = self.request.headers.get("Authorization", "")[6:]
                if token not in hub.users:
                    self.send_error(403)
                    return
                self.finish(hub.users[token])

        async def main() -> None:
            server = HTTPServer(Application([("/hub/api/user", UserHandler)]))
            sockets = bind_sockets(0, "127.0.0.1")
            hub.port = sockets[0].getsockname()[1]
            server.add_sockets(sockets)
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            ready.set()
            await self._stop.wait()
            server.stop()

        asyncio.run(main())

    def close(self) -> None:
        """Stop serving."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(DEADLINE)


@dataclass
class Answer:
    """Status, headers and decoded body of an HTTP answer."""

    status: int
    headers: dict[str, str]
    body: Any


def call(
    method: str,
    url: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Make one HTTP request; an error status is an answer too."""
    data = json.dumps(body).encode() if body is not None else None
    data = b"" if method == "POST" and data is None else data
    request = urllib.request.Request(url, data, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            text, status, found = answer.read(), answer.status, answer.headers
    except urllib.error.HTTPError as error:
        text, status, found = error.read(), error.code, error.headers
    try:
        decoded = json.loads(text)
    except ValueError:
        decoded = text.decode("utf-8", "replace")
    return Answer(status, dict(found.items()), decoded)


@dataclass
class RoomProcess:
    """`python -m hub.room` on a folder of its own; `program` may wrap it."""

    root: Path
    hub: StandInHub
    program: list[str] = field(default_factory=lambda: ["-m", "hub.room"])
    port: int = field(default_factory=free_ports)
    desk_port: int = field(default_factory=free_ports)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the public side."""
        return f"http://127.0.0.1:{self.port}/services/room/"

    @property
    def log(self) -> str:
        """What the process has said so far."""
        path = self.root / "room.log"
        return path.read_text() if path.exists() else ""

    def command(self, *extra: str) -> list[str]:
        """Return the command line."""
        return [
            sys.executable,
            *self.program,
            *("--root", str(self.root), "--address", "127.0.0.1"),
            *("--port", str(self.port), "--desk-port", str(self.desk_port)),
            *("--hub-url", self.hub.url, "--public-url", "http://labs.example"),
            *extra,
        ]

    def start(self, **environ: str) -> RoomProcess:
        """Start it and wait until it answers."""
        with (self.root / "room.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, env={**os.environ, **environ}
            )
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                call("GET", self.url + "health")
            except OSError:
                time.sleep(0.02)
            else:
                return self
        raise AssertionError(f"the room did not start:\n{self.log}")

    def kill(self) -> None:
        """End it the hard way."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(DEADLINE)

    def stop(self) -> int:
        """End it the soft way; returns its exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE)

    def get(self, path: str, token: str = "", **headers: str) -> Answer:
        """GET from the public side."""
        return call("GET", self.url + path, None, {**auth(token), **headers})

    def post(self, path: str, body: object, token: str = "") -> Answer:
        """POST to the public side."""
        return call("POST", self.url + path, body, auth(token))

    def desk(self, method: str, path: str, body: object = None) -> Answer:
        """Call the desk."""
        token = read_secret(self.root / ".airlift" / "secrets", "desk")
        url = f"http://127.0.0.1:{self.desk_port}/desk{path}"
        return call(method, url, body, auth(token))

    def make_room(
        self, capacity: int = 10, *, open_: bool = True, **more: Any
    ) -> dict[str, Any]:
        """Make a room, open unless said otherwise; returns the desk's answer."""
        wanted = {
            "title": "An evening",
            "host": "The group",
            "labs": ["first_flight"],
            "capacity": capacity,
            **more,
        }
        made = self.desk("POST", "/rooms", wanted)
        assert made.status == 200, made
        if open_:
            made = self.desk("POST", f"/rooms/{made.body['id']}/open")
        found: dict[str, Any] = made.body
        return found

    def claim(self, code: str, name: str, browser: str = "", **more: str) -> Answer:
        """Claim a seat as the hub's join page does."""
        browser = browser or uuid.uuid4().hex
        body = {"code": code, "name": name, "browser": browser, **more}
        return self.desk("POST", "/claims", body)

    def seat(self, code: str, name: str = "Ines") -> tuple[str, str]:
        """Claim a seat and let the hub know it; returns seat and token."""
        claim = self.claim(code, name)
        assert claim.status == 200, claim
        return claim.body["seat"], self.hub.admit(claim.body["seat"])

    def staff(self, room: dict[str, Any], role: str = "presenter", *more: str) -> str:
        """Make somebody staff of a room, with more scopes; returns a token."""
        body = {"key": room[f"{role}_key"], "browser": uuid.uuid4().hex}
        answer = self.desk("POST", "/staff", body)
        assert answer.status == 200, answer
        scopes = [scope(one) for one in ROLES[ROLES.index(role) :]]
        return self.hub.admit(answer.body["user"], *scopes, *more)


class Stream:
    """One viewer's stream of server-sent events."""

    def __init__(
        self, room: RoomProcess, room_id: str, token: str, last: int | None = None
    ) -> None:
        self._open(room, f"rooms/{room_id}/stream", token, last)

    @classmethod
    def of_seat(cls, room: RoomProcess, token: str) -> Stream:
        """Open a seat's own stream."""
        stream = cls.__new__(cls)
        stream._open(room, "seat/stream", token)
        return stream

    @classmethod
    def of_projector(cls, room: RoomProcess, token: str) -> Stream:
        """Open the stream of a projector's link."""
        stream = cls.__new__(cls)
        stream._open(room, "projector/stream", token)
        return stream

    def _open(
        self, room: RoomProcess, path: str, token: str, last: int | None = None
    ) -> None:
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", room.port, timeout=DEADLINE
        )
        headers = auth(token)
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        self.connection.request("GET", f"/services/room/api/{path}", headers=headers)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status

    def next(self) -> tuple[str, int, dict[str, Any]]:
        """Return kind, row id and data of the next event; comments are skipped.

        Raises:
            EOFError: the room ended the stream.
        """
        found: dict[str, str] = {}
        while True:
            line = self.answer.readline().decode()
            if not line:
                raise EOFError
            line = line.rstrip("\n")
            if not line and "event" in found:
                return found["event"], int(found["id"]), json.loads(found["data"])
            name, _, value = line.partition(": ")
            found[name] = value

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


def auth(token: str) -> dict[str, str]:
    """Return the header of a bearer token; none when it is empty."""
    return {"Authorization": f"token {token}"} if token else {}


def an_attempt(step: str = "load-data", **changes: Any) -> dict[str, Any]:
    """Return an attempt's JSON, with changes."""
    attempt = {
        "v": 1,
        "id": str(uuid.uuid4()),
        "lab": "first_flight",
        "lab_version": "1.0.0",
        "notebook": "first_flight/first_flight.ipynb",
        "step": step,
        "trigger": "cell",
        "outcome": "passed",
        "reason": "",
        "hint": "",
        "ms": 3,
        "generation": 0,
        "age_ms": 0,
        "epoch": "",
        "seq": 0,
    }
    return {**attempt, **changes}


def a_note(
    kind: str, step: str = "load-data", body: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Return a note's JSON, with changes."""
    note = {
        "v": 1,
        "id": str(uuid.uuid4()),
        "kind": kind,
        "lab": "first_flight",
        "step": step,
        "body": body or {},
        "age_ms": 0,
        "epoch": "",
        "seq": 0,
    }
    return {**note, **more}


def notes(*items: Any) -> dict[str, Any]:
    """Return the body of POST api/notes."""
    return {"v": 1, "notes": list(items)}


def batch(*attempts: dict[str, Any]) -> dict[str, Any]:
    """Return the body of POST api/attempts."""
    return {"v": 1, "attempts": list(attempts)}
