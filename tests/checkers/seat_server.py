"""A seat's real Jupyter server with the agent in it, and its pages' requests."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.outbox import put
from checkers.engine.progress import Progress
from tests.harness import free_ports
from tests.hub.room.process import Answer, call

ETC = Path(__file__).parents[2] / "images" / "base" / "etc" / "jupyter"
DEADLINE = 120.0
LAB = "first_flight"
STEPS = {"load-data": ["A nudge.", "Nearly the answer."], "clean-data": ["Tidy."]}


def release_lab(folder: Path) -> None:
    """Write a small released lab, with hints, as `hub.authoring.release` does."""
    (folder / LAB).mkdir(parents=True, exist_ok=True)
    steps = [
        {"id": step, "title": step.title(), "minutes": 3, "points": 1, "hints": hints}
        for step, hints in STEPS.items()
    ]
    data = {
        "v": 1,
        "slug": LAB,
        "title": "First flight",
        "version": "1.0.0",
        "minutes": 10,
        "language": "en",
        "notebook": f"{LAB}.ipynb",
        "steps": steps,
    }
    (folder / LAB / "lab.json").write_text(json.dumps(data))


class SeatServer:
    """A Jupyter server of one seat, in a folder of its own; `room` may be ""."""

    def __init__(
        self, root: Path, room: str = "", token: str = "", **environ: str
    ) -> None:
        self.root = root
        self.outbox = root / ".airlift" / "outbox"
        self._log = root / "server.log"
        config = root / "etc" / "jupyter_server_config.d"
        config.mkdir(parents=True, exist_ok=True)
        shipped = ETC / "jupyter_server_config.d" / "airlift.json"
        (config / "airlift.json").write_text(shipped.read_text())
        release_lab(root / "labs")
        self.port = free_ports()
        self.url = f"http://127.0.0.1:{self.port}/user/x/"
        self._environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("AIRLIFT_")},
            "HOME": str(root),
            "JUPYTER_CONFIG_PATH": str(root / "etc"),
            "JUPYTER_TOKEN": "secret",
            "JUPYTERHUB_API_TOKEN": token,
            "AIRLIFT_ROOM_URL": room,
            "AIRLIFT_OUTBOX": str(self.outbox),
            "AIRLIFT_LABS_DIR": str(root / "labs"),
            "AIRLIFT_LABS": LAB,
            **environ,
        }
        self.program = [sys.executable, "-m", "jupyter_server"]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> SeatServer:
        """Start it and wait until it answers."""
        words = [*self.program, "--allow-root", "--no-browser"]
        words += [f"--ServerApp.port={self.port}", "--ServerApp.base_url=/user/x/"]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                words,
                env=self._environ,
                cwd=self._environ["HOME"],
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + DEADLINE
        while True:
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            try:
                self.get("status")
            except OSError:
                time.sleep(0.1)
            else:
                return self

    def stop(self) -> None:
        """End it, the soft way."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(DEADLINE)

    @property
    def log(self) -> str:
        """What it has said."""
        return self._log.read_text() if self._log.exists() else ""

    def get(self, path: str, token: str = "secret") -> Answer:
        """GET below airlift/."""
        headers = {"Authorization": f"token {token}"} if token else {}
        return call("GET", f"{self.url}airlift/{path}", None, headers)

    def post(self, path: str, body: object = None) -> Answer:
        """POST below airlift/."""
        headers = {"Authorization": "token secret"}
        return call("POST", f"{self.url}airlift/{path}", body, headers)

    def tell(self, kind: str, step: str = "load-data", **body: Any) -> Answer:
        """POST airlift/notes."""
        wish = {"kind": kind, "lab": LAB, "step": step, "body": body}
        return self.post("notes", wish)

    def panel(self) -> dict[str, Any]:
        """Return the panel's state."""
        answer = self.get("panel")
        assert answer.status == 200, answer
        state: dict[str, Any] = answer.body
        return state

    def step(self, step: str = "load-data") -> dict[str, Any]:
        """Return one step of the panel's state."""
        steps = self.panel()["labs"][0]["steps"]
        found: dict[str, Any] = next(one for one in steps if one["id"] == step)
        return found

    def attempt(
        self, attempt_id: str, outcome: Outcome = Outcome.FAILED, generation: int = 0
    ) -> None:
        """Do what a kernel does after a check."""
        made = Attempt(
            attempt_id,
            LAB,
            "1.0.0",
            "",
            "load-data",
            Trigger.CELL,
            outcome,
            reason="" if outcome is Outcome.PASSED else "rows-lost",
            hint="" if outcome is Outcome.PASSED else "Rows are missing.",
            generation=generation,
        )
        put(self.outbox, made)
        Progress(self.outbox).add(made)

    def until(self, condition: Callable[[dict[str, Any]], object], what: str) -> Any:
        """Wait until the panel's state meets a condition; return what it gave."""
        deadline = time.monotonic() + DEADLINE
        while True:
            state = self.panel()
            found = condition(state)
            if found:
                return found
            assert time.monotonic() < deadline, f"never: {what}\n{state}\n{self.log}"
            time.sleep(0.05)


class Page:
    """A page that listens to the server's own event stream."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self._socket = socket

    @classmethod
    async def open(cls, server: SeatServer) -> Page:
        """Open the page of a server."""
        url = f"{server.url.replace('http', 'ws')}api/events/subscribe"
        request = HTTPRequest(url, headers={"Authorization": "token secret"})
        return cls(await websocket_connect(request))

    async def next(self) -> dict[str, Any]:
        """Return the next event."""
        message = await asyncio.wait_for(self._socket.read_message(), DEADLINE)
        assert message is not None, "the server ended the event stream"
        data: dict[str, Any] = json.loads(message)
        return data

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
