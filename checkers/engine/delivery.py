"""Delivery: what waits in the outbox goes to the room, each until it is acknowledged.

Attempts and notes leave in the order they happened, in batches of one form. What the
room answers decides the next move; see `checkers.engine.backoff`.

This is a boundary: the loop goes on whatever happens.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import socket
import time
from collections.abc import Callable
from pathlib import Path

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse

from checkers.engine.attempt import Attempt
from checkers.engine.backoff import (
    BATCH,
    NO_ANSWER,
    NO_REPLY,
    Move,
    State,
    next_move,
)
from checkers.engine.numbering import Numbering, Waiting
from checkers.engine.outbox import SOCKET, stamp

log = logging.getLogger(__name__)
_LOOK = 1.0
_KEPT_IN_PRACTICE = 2_000


class Delivery:
    """Delivers one outbox to one room.

    Args:
        outbox: the seat's outbox.
        room_url: the room service's address without a slash at its end; "" for
            practice.
        token: the seat's token.
        look: called before each look into the outbox, about once a second.
        changed: called when something else waits, or the room has answered.
    """

    def __init__(
        self,
        outbox: Path,
        room_url: str,
        token: str,
        look: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self.numbering = Numbering(outbox)
        self.state = State.WAITING if room_url else State.PRACTICE
        self.last_ack: int | None = None
        self.not_before = 0.0
        """The room is left alone until then, on the monotonic clock."""
        self._room_url = room_url
        self._token = token
        self._look = look
        self._changed = changed
        self._poked = asyncio.Event()
        self._poke: socket.socket | None = None
        self._failures = 0
        self._batch = BATCH
        self._asked_to_wait = False
        self._client: AsyncHTTPClient | None = None

    async def run(self) -> None:
        """Deliver until cancelled."""
        self._client = AsyncHTTPClient(
            force_instance=True, defaults={"user_agent": "airlift-agent"}
        )
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
            self._close()

    def poke(self) -> None:
        """Look into the outbox now."""
        self._poked.set()

    def hurry(self) -> None:
        """Try again now, unless the room has asked for time: it is there again."""
        if not self._asked_to_wait:
            self.not_before = 0.0
            self._poked.set()

    async def _round(self) -> float:
        """Number and send what there is; return seconds until the next look."""
        self._poked.clear()  # first: a poke that stays would leave no pause at all
        if not self.numbering.hold():
            return 5.0
        if self._poke is None:
            self._listen()
        self._look()
        if self.numbering.due():
            # Flushing to the disk may take long, and the server has other work.
            await asyncio.to_thread(self.numbering.collect)
            if not self._room_url:
                self.numbering.trim(_KEPT_IN_PRACTICE)
            self._changed()
        return await self._deliver() if self._room_url else _LOOK

    async def _deliver(self) -> float:
        """Send until nothing waits or the room has to be left alone for a while."""
        while True:
            left = self.not_before - time.monotonic()
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
        self._changed()

    def _take(self, move: Move, batch: list[Waiting], status: int) -> None:
        """Take a move: set aside, wait, shrink the batch, note the state."""
        if move.refuse:
            self.numbering.refuse(batch[0])
        if move.state is not self.state:
            log.info("state=%s status=%s pending=%s", move.state, status, len(batch))
        self.state = move.state
        self._batch = move.batch
        self.not_before = time.monotonic() + move.wait

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
                f"{self._room_url}/api/{form}",
                method="POST",
                body=body,
                headers={
                    "Authorization": f"Bearer {self._token}",
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
                self.last_ack = time.time_ns() // 1_000_000
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
