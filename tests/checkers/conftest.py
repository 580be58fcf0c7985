"""A real kernel as a seat has it, with a small lab made for these tests."""

from __future__ import annotations

import json
import os
import queue
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

CONFIG = (
    Path(__file__).parents[2] / "images" / "base" / "etc" / "ipython"
) / "ipython_config.py"
CHECKER = """
from checkers import Work, check, fail

@check("first", limit=30)
def first(work: Work) -> str:
    if work.value("x", "int") != 3:
        fail("not-three", f"`x` is {work.value('x')!r}; <b>expected</b> 3.")
    return "x is 3."

@check("second", limit=30)
def second(work: Work) -> None:
    if work.value("y", "int") != 4:
        fail("not-four", "Four is wanted.")

@check("broken", limit=30)
def broken(work: Work) -> None:
    raise SystemExit(1)

@check("endless", limit=0.2)
def endless(work: Work) -> None:
    while True:
        pass

@check("calls", limit=0.5)
def calls(work: Work) -> None:
    work.value("f")()
"""
HINTS = {"second": ["Look at `y`.", "It is <four>."]}
STEPS = ("first", "second", "broken", "endless", "calls", "unchecked")


def released(folder: Path, slug: str = "tiny", steps: tuple[str, ...] = STEPS) -> None:
    """Write a released lab as `hub.authoring.release` does."""
    (folder / slug).mkdir(parents=True)
    (folder / slug / f"{slug}.ipynb").write_text("{}")
    data = {
        "v": 1,
        "slug": slug,
        "title": f"The {slug} lab",
        "version": "1.0.0",
        "notebook": f"{slug}.ipynb",
        "steps": [
            {
                "id": step,
                "title": step.title(),
                "minutes": 2,
                "cells": [step],
                "hints": HINTS.get(step, []),
            }
            for step in steps
        ],
    }
    (folder / slug / "lab.json").write_text(json.dumps(data))


@dataclass
class Ran:
    """What one executed cell gave back."""

    reply: dict[str, Any]
    shown: list[dict[str, Any]]
    """Data of display messages and updates, in order."""
    stream: str

    @property
    def plain(self) -> str:
        """Everything shown, as plain text."""
        return "\n".join(data.get("text/plain", "") for data in self.shown)


class Seat:
    """A kernel in a seat's folder, and what it leaves in the outbox."""

    def __init__(self, root: Path, config: str = "", **environ: str) -> None:
        self.root = root
        self.outbox = root / "air" / "outbox"
        home = root / "home"
        self.folder = home / "tiny"
        self.folder.mkdir(parents=True, exist_ok=True)
        profile = root / "ipython" / "profile_default"
        profile.mkdir(parents=True, exist_ok=True)
        (profile / "ipython_config.py").write_text(
            (config or CONFIG.read_text())
            + f"\nimport checkers\ncheckers.__path__.append({str(root / 'lib')!r})\n"
        )
        (root / "lib").mkdir(exist_ok=True)
        (root / "lib" / "tiny.py").write_text(CHECKER)
        if not (root / "labs").exists():
            released(root / "labs")
        # Sockets, which are its own: a port found free may be another's a moment later.
        self._sockets = tempfile.TemporaryDirectory(prefix="kernel-")  # a short name
        self.manager = KernelManager(
            kernel_name="python3", transport="ipc", ip=f"{self._sockets.name}/k"
        )
        self.manager.start_kernel(
            cwd=str(self.folder),
            env={
                **{k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
                "HOME": str(home),
                "IPYTHONDIR": str(root / "ipython"),
                "AIRLIFT_LABS_DIR": str(root / "labs"),
                "AIRLIFT_LABS": "tiny",
                "AIRLIFT_OUTBOX": str(self.outbox),
                "JPY_SESSION_NAME": str(self.folder / "tiny.ipynb"),
                "PYDEVD_DISABLE_FILE_VALIDATION": "1",
                **environ,
            },
        )
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code: str, cell_id: str | None = None) -> Ran:
        """Execute a cell and wait for its reply and all it shows."""
        return self.finish(self.send(code, cell_id))

    def send(self, code: str, cell_id: str | None = None) -> str:
        """Execute a cell; return the id of its message."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        message = self.client.session.msg("execute_request", content)
        if cell_id:
            message["metadata"]["cellId"] = cell_id
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def finish(self, message_id: str) -> Ran:
        """Wait for the reply to a message and for all that was shown."""
        shown, stream = [], ""
        for kind, content in self._published(message_id):
            if kind in ("display_data", "update_display_data"):
                shown.append(content["data"])
            elif kind == "stream":
                stream += content["text"]
        while True:
            reply = self.client.get_shell_msg(timeout=90)
            if reply["parent_header"].get("msg_id") == message_id:
                return Ran(reply["content"], shown, stream)

    def _published(self, message_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give what the kernel publishes for a message until it is idle again."""
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=90)
            except queue.Empty:
                raise AssertionError("the kernel fell silent") from None
            if message["parent_header"].get("msg_id") == message_id:
                kind, content = message["msg_type"], message["content"]
                if kind == "status" and content["execution_state"] == "idle":
                    return
                yield kind, content

    def attempts(self) -> list[dict[str, Any]]:
        """Return the attempts in the outbox, oldest first."""
        return [
            json.loads(path.read_text())["attempt"]
            for path in sorted((self.outbox / "new").glob("*.json"))
        ]

    def stop(self) -> None:
        """End the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self._sockets.cleanup()


@pytest.fixture(scope="module")
def seats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Seat]]:
    """Return a function that starts a seat; all are stopped in the end."""
    started: list[Seat] = []

    def start(root: Path | None = None, **options: str) -> Seat:
        root = root or tmp_path_factory.mktemp("seat")
        started.append(Seat(root, **options))
        return started[-1]

    assert sys.executable
    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def shared_seat(seats: Callable[..., Seat]) -> Seat:
    """A seat that the tests of one module share."""
    return seats()


@pytest.fixture
def seat(shared_seat: Seat) -> Seat:
    """The shared seat with an empty outbox, no progress and no variables of old."""
    for path in (shared_seat.outbox / "new").glob("*"):
        path.unlink()
    for name in ("progress.jsonl", "room.json"):
        (shared_seat.outbox.parent / name).unlink(missing_ok=True)
    shared_seat.run("%reset -f")
    return shared_seat
