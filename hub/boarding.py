"""Boarding: the wait until a seat's server answers, and the words shown meanwhile.

JupyterHub's own wait backs off with jitter, which costs each start more than a second
on average. Here the server is asked every `EVERY` seconds instead.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from jupyterhub.spawner import SpawnException

EVERY = 0.04
"""Seconds between two questions to a server that is starting."""
LOOK_AFTER = 1.0
"""Seconds between two looks at whether its container or process still runs."""
_ANSWER = 5.0
"""Seconds that one question may take."""


class Boarding:
    """The stages of one start, for the page that the person looks at."""

    def __init__(self) -> None:
        self.stages: list[dict[str, Any]] = []

    def say(self, percent: int, words: str) -> None:
        """Add a stage; the same words twice in a row count once."""
        if not self.stages or self.stages[-1]["message"] != words:
            self.stages.append({"progress": percent, "message": words})

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """Yield every stage, the ones to come included; the Hub ends the stream."""
        told = 0
        while True:
            while told < len(self.stages):
                yield self.stages[told]
                told += 1
            await asyncio.sleep(0.1)


async def answers(host: str, port: int, path: str) -> bool:
    """Say whether an HTTP server there answers with anything but its own error.

    Written on a bare connection: the Hub's HTTP client works on ten requests at a
    time, and forty seats may be starting.
    """
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    writer = None
    try:
        async with asyncio.timeout(_ANSWER):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(request.encode())
            status = await reader.readline()
    except (OSError, TimeoutError):
        return False
    finally:
        if writer is not None:
            writer.close()
    return status.startswith(b"HTTP/1.") and status[9:10] in (b"2", b"3", b"4")


async def wait_ready(
    host: str, port: int, path: str, ended: Callable[[], Awaitable[object]]
) -> None:
    """Wait until the server answers; the Hub's start_timeout ends the wait.

    `ended` returns None while the container or process runs, else why it ended. An
    empty `host` is that of a container which has ended already.

    Raises:
        SpawnException: it ended before it answered.
    """
    look = time.monotonic() + LOOK_AFTER
    while not (host and await answers(host, port, path)):
        if not host or time.monotonic() >= look:
            why = await ended()
            if why is not None:
                raise SpawnException(
                    "The seat stopped while it started. Please try once more; "
                    "if it happens again, tell a helper.",
                    reason="ended",
                    log_message=f"seat ended while starting why={why}",
                    status_code=503,
                )
            look = time.monotonic() + LOOK_AFTER
        await asyncio.sleep(EVERY)
