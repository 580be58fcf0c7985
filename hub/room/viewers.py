"""Viewers: those who watch a room, each behind a bounded queue.

A viewer that does not keep up loses its queue and gets a snapshot when it reads again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

QUEUE = 32
"""Deltas that wait for one viewer at most."""


class Viewer:
    """One who watches; a bounded queue of messages ready to be sent.

    Args:
        snapshot: makes the message that comes after a queue was dropped.
    """

    def __init__(self, snapshot: Callable[[], bytes]) -> None:
        self.behind = False
        """The queue was dropped; a snapshot comes next."""
        self.ended = False
        """Nothing comes any more."""
        self._snapshot = snapshot
        self._queue: deque[bytes] = deque()
        self._wake = asyncio.Event()

    def offer(self, message: bytes) -> None:
        """Queue a message, or drop the queue when it is full."""
        if self.behind:
            return
        self._queue.append(message)
        if len(self._queue) > QUEUE:
            self.drop()
        self._wake.set()

    def drop(self) -> None:
        """Drop the queue: a snapshot comes next."""
        self._queue.clear()
        self.behind = True
        self._wake.set()

    def end(self) -> None:
        """Let whoever waits for the next message stop waiting."""
        self.ended = True
        self._wake.set()

    @property
    def queued(self) -> int:
        """How many messages wait for it."""
        return len(self._queue)

    async def next(self, patience: float) -> bytes:
        """Return the next message; b"" when none came for `patience` seconds."""
        if self.ended:
            return b""
        if not self._queue and not self.behind:
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), patience)
            except TimeoutError:
                return b""
        if self.ended:
            return b""
        if self.behind:
            self.behind = False
            self._queue.clear()
            return self._snapshot()
        return self._queue.popleft()


class SeatViewer:
    """One who follows without a queue: a seat, or a projector.

    It is told that something changed and asks for the state as it is by then, so one
    that does not read costs nothing.
    """

    def __init__(self) -> None:
        self.ended = False
        """Nothing comes any more."""
        self._wake = asyncio.Event()
        self._wake.set()

    def touch(self) -> None:
        """Say that something may have changed."""
        self._wake.set()

    def end(self) -> None:
        """Let whoever waits stop waiting."""
        self.ended = True
        self._wake.set()

    async def changed(self, patience: float) -> bool:
        """Wait for a change, `patience` seconds at most; says whether one came."""
        try:
            await asyncio.wait_for(self._wake.wait(), patience)
        except TimeoutError:
            return False
        self._wake.clear()
        return True
