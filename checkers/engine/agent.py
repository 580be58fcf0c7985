"""The agent: a Jupyter server extension between a seat and its room.

It numbers what kernels and the panel put into the outbox and sends it in batches until
the room has acknowledged each one, listens to the room's line, and serves the panel. It
needs no room: without ``AIRLIFT_ROOM_URL`` it is practice.

This is a boundary: the loop goes on whatever happens.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import random
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse

from checkers.engine import panel_api
from checkers.engine.attempt import Attempt
from checkers.engine.backoff import (
    BATCH,
    NO_ANSWER,
    NO_REPLY,
    Move,
    State,
    next_move,
    standing,
)
from checkers.engine.note import Kind, Note
from checkers.engine.numbering import Numbering, Waiting
from checkers.engine.outbox import (
    SOCKET,
    OutboxError,
    outbox_folder,
    put,
    stamp,
    why_not,
)
from checkers.engine.panel_state import Scene
from checkers.engine.record import Record
from checkers.engine.room_line import FILE, RoomLine
from checkers.engine.steps import SeatLab, SeatLabError, labs_from

log = logging.getLogger(__name__)
_LOOK = 1.0
_KEPT_IN_PRACTICE = 2_000
_REPLY_BYTES = 2**20
_SENTENCES = {
    State.PRACTICE: "Practice: nothing is sent.",
    State.WAITING: "Not connected yet.",
    State.CONNECTED: "Connected.",
    State.AWAY: "The room does not answer; results wait here and are sent later.",
    State.REFUSED: "The room does not accept this seat; results wait here.",
}


class Agent:
    """One seat's agent.

    Args:
        outbox: the seat's outbox.
        room_url: the room service's address; "" for practice.
        token: the seat's token.
        labs: the seat's labs.
        language: of the panel.
    """

    def __init__(
        self,
        outbox: Path,
        room_url: str,
        token: str,
        labs: Mapping[str, SeatLab] | None = None,
        language: str = "en",
    ) -> None:
        self.numbering = Numbering(outbox)
        self.room_url = room_url.rstrip("/")
        self.token = token
        self.labs = labs or {}
        self.language = language
        self.record = Record(outbox)
        self.line = RoomLine(self.room_url, token, outbox.parent / FILE, self._heard)
        self.listeners: list[Callable[[], None]] = []
        """Called when what the panel shows may be another."""
        self._welcomed = outbox.parent / "welcomed"
        self._poked = asyncio.Event()
        self._poke: socket.socket | None = None
        self._state = State.WAITING if self.room_url else State.PRACTICE
        self._last_ack: int | None = None
        self._failures = 0
        self._batch = BATCH
        self._not_before = 0.0
        self._asked_to_wait = False
        self._client: AsyncHTTPClient | None = None

    async def run(self) -> None:
        """Deliver and listen until cancelled."""
        self._client = AsyncHTTPClient(
            force_instance=True, defaults={"user_agent": "airlift-agent"}
        )
        line = asyncio.create_task(self.line.run()) if self.room_url else None
        try:
            while True:
                try:
                    wait = await self._round()
                except Exception:
                    # The boundary: a full disk, a lost folder; look again later.
                    log.warning("the outbox could not be delivered", exc_info=True)
                    wait = 5.0
                await self._rest(wait)
        finally:
            if line is not None:
                line.cancel()
            self._close()

    def tell(
        self,
        kind: Kind,
        lab: str,
        step: str = "",
        body: Mapping[str, Any] | None = None,
    ) -> Note:
        """Keep a note in the seat's record, send it to the room, tell the panel.

        A reset without a generation gets the step's next one.

        Raises:
            WireError: the note is not what the contract says.
            OutboxError: it could not be kept; a sentence for the attendee.
        """
        self.record.look()
        body = dict(body or {})
        if kind is Kind.RESET and not body:
            generation = self.record.step(lab, step).progress.generation
            body = {"generation": generation + 1}
        made = Note(str(uuid4()), kind, lab, step, body)
        note = Note.from_json(made.to_json())
        put(self.numbering.folder, note)
        self.record.add(note)
        self.record.look()
        self._poked.set()
        self.changed()
        return note

    def welcome(self) -> None:
        """Remember that the welcome was seen.

        Raises:
            OutboxError: the disk is full, or the home cannot be written.
        """
        try:
            self._welcomed.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._welcomed.touch(mode=0o600)
        except OSError as error:
            raise OutboxError(why_not(error)) from error
        self.changed()

    def scene(self) -> Scene:
        """Return all that the panel shows."""
        self.record.look()
        room = self.line.state if self.room_url else {}
        told = room.get("room") or {}
        status = self.status()
        return Scene(
            labs=self.labs,
            record=self.record,
            room=room,
            connection={
                key: status[key] for key in ("state", "pending", "refused", "last_ack")
            },
            now=time.time_ns() // 1_000_000,
            language=self.language,
            practice=not self.room_url or bool(told.get("practice")),
            welcomed=self._welcomed.exists(),
            waiting=self.numbering.ids(),
            refused=self.numbering.refused_ids(),
        )

    def changed(self) -> None:
        """Tell who listens that the panel may show something else now."""
        for listener in self.listeners:
            listener()

    def _heard(self) -> None:
        """Note that the room's line has said something."""
        if self.line.standing is State.CONNECTED and not self._asked_to_wait:
            # The room is there again: what waits need not wait any longer.
            self._not_before = 0.0
            self._poked.set()
        self.changed()

    def status(self) -> dict[str, Any]:
        """Return how the agent stands, as JSON."""
        state = standing(self._state, self.line.standing)
        return {
            "v": 1,
            "state": state.value,
            "message": _SENTENCES[state],
            "pending": self.numbering.count(),
            "refused": self.numbering.count_refused(),
            "last_ack": self._last_ack,
        }

    async def _round(self) -> float:
        """Number and send what there is; return seconds until the next look."""
        if not self.numbering.hold():
            return 5.0
        if self._poke is None:
            self._listen()
        self._poked.clear()
        if self.record.look():
            self.changed()
        if self.numbering.due():
            # Flushing to the disk may take long, and the server has other work.
            await asyncio.to_thread(self.numbering.collect)
            if not self.room_url:
                self.numbering.trim(_KEPT_IN_PRACTICE)
            self.changed()
        return await self._deliver() if self.room_url else _LOOK

    async def _deliver(self) -> float:
        """Send until nothing waits or the room has to be left alone for a while."""
        while True:
            left = self._not_before - time.monotonic()
            if left > 0:
                return min(left, _LOOK)
            batch = self.numbering.waiting(self._batch)
            if not batch:
                return _LOOK
            await self._send(batch)

    async def _send(self, batch: list[Waiting]) -> None:
        """Try one batch and take the next move."""
        status, retry_after, body = await self._post(batch)
        if status == 200 and not self._settle(batch, body):
            status = NO_REPLY
        self._failures = 0 if status == 200 else self._failures + 1
        move = next_move(
            status,
            sent=len(batch),
            failures=self._failures,
            chance=random.random(),  # noqa: S311  # jitter
            retry_after=retry_after,
        )
        self._asked_to_wait = retry_after is not None and status != 200
        self._take(move, batch, status)
        self.changed()

    def _take(self, move: Move, batch: list[Waiting], status: int) -> None:
        """Take a move: set aside, wait, shrink the batch, note the state."""
        if move.refuse:
            self.numbering.refuse(batch[0])
        if move.state is not self._state:
            log.info("state=%s status=%s pending=%s", move.state, status, len(batch))
        self._state = move.state
        self._batch = move.batch
        self._not_before = time.monotonic() + move.wait

    async def _post(
        self, batch: list[Waiting]
    ) -> tuple[int, float | None, bytes | None]:
        """Post a batch; return status, Retry-After in seconds, and the body."""
        assert self._client is not None  # set by run
        now = stamp()
        form = "attempts" if isinstance(batch[0].item, Attempt) else "notes"
        body = json.dumps({"v": 1, form: [one.to_json(now) for one in batch]})
        try:
            reply: HTTPResponse = await self._client.fetch(
                f"{self.room_url}/api/{form}",
                method="POST",
                body=body,
                headers={
                    "Authorization": f"Bearer {self.token}",
                    "Content-Type": "application/json",
                },
                connect_timeout=3.0,
                request_timeout=10.0,
                follow_redirects=False,
                raise_error=False,
            )
        except ConnectionRefusedError:
            return NO_ANSWER, None, None
        except (OSError, ValueError, HTTPClientError):
            return NO_REPLY, None, None
        wait = reply.headers.get("Retry-After", "") if reply.headers else ""
        retry_after = float(wait) if wait.isascii() and wait.isdigit() else None
        return reply.code, retry_after, reply.body

    def _settle(self, batch: list[Waiting], body: bytes | None) -> bool:
        """Drop what was acked, set aside what was refused; False when neither."""
        try:
            data = json.loads(body or b"")
            acked = {str(item) for item in data["acked"]}
            refused = {str(item["id"]): item for item in data["refused"]}
        except (ValueError, KeyError, TypeError, RecursionError):
            return False
        settled = 0
        for one in batch:
            if one.item.id in acked:
                self.numbering.drop(one)
                self._last_ack = time.time_ns() // 1_000_000
                settled += 1
            elif one.item.id in refused:
                log.warning("step=%s refused by the room", one.item.step)
                self.numbering.refuse(one)
                settled += 1
        return settled > 0

    def _listen(self) -> None:
        """Let kernels poke the agent; without that it looks each second anyway."""
        path = self.numbering.folder / SOCKET
        poke = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            path.unlink(missing_ok=True)
            poke.bind(str(path))
        except OSError:
            log.info("no poke at %s", path, exc_info=True)
        self._poke = poke
        asyncio.get_running_loop().add_reader(poke.fileno(), self._on_poke)

    def _on_poke(self) -> None:
        """Note that a kernel has put something into the outbox."""
        with contextlib.suppress(OSError):
            while self._poke is not None:
                self._poke.recv(16)
        self._poked.set()

    async def _rest(self, seconds: float) -> None:
        """Wait for a poke, but no longer than `seconds`."""
        # Not wait_for, which before Python 3.12 may swallow a cancellation.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._poked.wait()

    def _close(self) -> None:
        """Give back the socket, the client and the outbox."""
        if self._poke is not None:
            asyncio.get_running_loop().remove_reader(self._poke.fileno())
            self._poke.close()
            self._poke = None
        if self._client is not None:
            self._client.close()
        self.numbering.release()


def agent_from(environ: Mapping[str, str]) -> Agent:
    """Return the agent of the seat that these variables describe."""
    url = environ.get("AIRLIFT_ROOM_URL", "")
    token = environ.get("JUPYTERHUB_API_TOKEN", "")
    try:
        labs = labs_from(environ)
    except (SeatLabError, OSError):
        log.warning("no labs", exc_info=True)
        labs = {}
    return Agent(
        outbox_folder(environ),
        url if token else "",
        token,
        labs,
        environ.get("AIRLIFT_LANGUAGE") or "en",
    )


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Name the extension to Jupyter Server."""
    return [{"module": "checkers.engine.agent"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Start the agent inside a Jupyter server."""
    agent = agent_from(os.environ)
    base = f"{server.web_app.settings['base_url'].rstrip('/')}/airlift"
    routes = [
        *panel_api.routes(base, agent),
    ]
    server.web_app.add_handlers(".*$", routes)
    panel_api.tell_pages(server.event_logger, agent)
    server.io_loop.add_callback(agent.run)
