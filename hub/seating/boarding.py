"""Boarding: the wait until a seat's server answers, and the words shown meanwhile.

JupyterHub's own wait backs off with jitter, which costs each start more than a second
on average. Here the server is asked every `EVERY` seconds instead.
"""

from __future__ import annotations

import asyncio
import html
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jupyterhub.spawner import SpawnException

from hub.strings import translation

EVERY = 0.04
"""Seconds between two questions to a server that is starting."""
LOOK_AFTER = 1.0
"""Seconds between two looks at whether its container or process still runs."""
PATIENCE = 0.9
"""Share of the Hub's start_timeout after which the wait ends in words of ours."""
_CONNECT = 1.0
"""Seconds for a connection: the address of a container that is gone never answers."""
_ANSWER = 5.0
"""Seconds for the first line of an answer."""


def refusal(
    sentence: str, *, reason: str, status: int = 503, log: str = ""
) -> SpawnException:
    """Return the exception that shows `sentence` to the person who waits.

    The Hub's pages and its stream look for it in two attributes more.
    """
    error = SpawnException(
        sentence, reason=reason, status_code=status, log_message=log or sentence
    )
    error.jupyterhub_message = sentence
    error.jupyterhub_html_message = html.escape(sentence)
    return error


class Boarding:
    """The stages of one start, for the page that the person looks at."""

    def __init__(self, language: str = "") -> None:
        self.stages: list[dict[str, Any]] = []
        self.speak(language)

    def speak(self, language: str) -> None:
        """Go on in the language of the person who waits."""
        self._translated = translation(language).gettext

    def say(self, percent: int, sentence: str, **values: str) -> None:
        """Add a stage in the person's language, with `values` filled in.

        The same words twice in a row count once.
        """
        told = {name: self._translated(value) for name, value in values.items()}
        words = self._translated(sentence).format(**told)
        if not self.stages or self.stages[-1]["message"] != words:
            self.stages.append({"progress": percent, "message": words})

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """Let refusals that leave the block speak the person's language."""
        try:
            yield
        except SpawnException as error:
            sentence = getattr(error, "jupyterhub_message", "")
            if sentence:
                sentence = self._translated(sentence)
                error.jupyterhub_message = sentence
                error.jupyterhub_html_message = html.escape(sentence)
            raise

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
        async with asyncio.timeout(_CONNECT):
            reader, writer = await asyncio.open_connection(host, port)
        async with asyncio.timeout(_ANSWER):
            writer.write(request.encode())
            status = await reader.readline()
    except (OSError, TimeoutError):
        return False
    finally:
        if writer is not None:
            writer.close()
    return status.startswith(b"HTTP/1.") and status[9:10] in (b"2", b"3", b"4")


async def wait_ready(
    host: str,
    port: int,
    path: str,
    ended: Callable[[], Awaitable[object]],
    patience: float,
) -> None:
    """Wait until the server answers, for `patience` seconds at most.

    `ended` returns None while the container or process runs, else why it ended. An
    empty `host` is that of a container which has ended already.

    Raises:
        SpawnException: it ended before it answered, or did not answer in time.
    """
    began = time.monotonic()
    look = began + LOOK_AFTER
    while not (host and await answers(host, port, path)):
        now = time.monotonic()
        if not host or now >= look:
            why = await ended()
            if why is not None:
                raise refusal(
                    "The seat stopped while it started. Please try once more; "
                    "if it happens again, tell a helper.",
                    reason="ended",
                    log=f"seat ended while starting why={why}",
                )
            look = now + LOOK_AFTER
        if now > began + patience:
            raise refusal(
                "The seat takes too long to start: the machine is busy. "
                "Please try again in a minute.",
                reason="slow",
                log=f"seat did not answer within {patience:.0f} s",
            )
        await asyncio.sleep(EVERY)
