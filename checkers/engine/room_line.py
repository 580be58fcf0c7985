"""The room's line to this seat: a stream of server-sent events, read for ever.

Each event is the whole *seat state* (the room, messages, gates, hints held, the ask),
so a lost one costs nothing. The newest is kept in memory and in a file, so that a
restarted seat still shows what was said. A room that is away never hurts.

This is a boundary: whatever the room sends, reading goes on.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from tornado.httputil import (
    HTTPHeaders,
    HTTPInputError,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import StreamClosedError
from tornado.tcpclient import TCPClient

from checkers.engine.backoff import NO_ANSWER, NO_REPLY, State, next_move
from checkers.engine.plain import read_plain, write_plain

log = logging.getLogger(__name__)
_MOST_BYTES = 2**20
_SILENCE = 30.0
"""Seconds without a sign of life; the room sends one every ten."""
_NOTHING: dict[str, Any] = {}
_SOONEST = 0.2
_SELDOM = 5.0
_LONG = 600.0
"""Seconds after which a room that is away holds nobody back any more."""
_KINDS: dict[str, type | tuple[type, ...]] = {
    "room": (dict, type(None)),
    "steps": dict,
    "ask": (dict, type(None)),
    "messages": list,
    "shared": list,
    "offers": dict,
}
_LATER: dict[str, tuple[type | tuple[type, ...], Any]] = {
    "countdown": ((dict, type(None)), None),
    "goal": ((dict, type(None)), None),
    "visit": (str, ""),
}
"""What rooms did not tell from the beginning, and what stands for it."""


class Events:
    """A parser of server-sent events; keeps at most one event."""

    def __init__(self) -> None:
        self._rest = b""
        self._fields: dict[str, str] = {}

    def feed(self, chunk: bytes) -> list[dict[str, str]]:
        """Return the events that are complete by now, each with its fields.

        Raises:
            ValueError: an event larger than anything a room sends.
        """
        found = []
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if not line.strip():
                if self._fields:
                    found.append(self._fields)
                self._fields = {}
                continue
            name, _, value = line.decode("utf-8", "replace").rstrip("\r").partition(":")
            if name:  # a line that begins with a colon is a sign of life only
                self._fields[name] = value.removeprefix(" ")
        if len(self._rest) + sum(map(len, self._fields.values())) > _MOST_BYTES:
            raise ValueError(f"expected an event of at most {_MOST_BYTES} bytes")
        return found


class RoomLine:
    """What the room tells one seat.

    Args:
        room_url: the room service's address, without a slash at its end.
        token: the seat's token.
        path: where the newest state is kept.
        changed: called when the state or the standing is another.
    """

    def __init__(
        self, room_url: str, token: str, path: Path, changed: Callable[[], None]
    ) -> None:
        self._url = urlsplit(f"{room_url}/api/seat/stream")
        self._token = token
        self._path = path
        self._changed = changed
        self._last = ""
        self._failures = 0
        self._alive = time.monotonic()
        self.skew = 0
        """Milliseconds by which the room's clock is ahead of this seat's."""
        self.state = _kept(path)
        self.standing: State | None = State.WAITING

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                wait = await self._listen()
            except Exception:
                # The boundary: whatever was sent, try again later.
                log.warning("the room's line broke", exc_info=True)
                self._stand(State.AWAY)
                wait = 5.0
            await asyncio.sleep(wait)

    async def _listen(self) -> float:
        """Listen once, until the stream ends; return seconds until the next try."""
        call = _Call(self._heard)
        silent = False
        try:
            await self._fetch(call)
        except TimeoutError:
            silent = True
        except StreamClosedError as error:
            if isinstance(error.real_error, ConnectionRefusedError):
                call.status = NO_ANSWER
        except (OSError, ValueError, HTTPInputError):
            log.debug("the room's line broke", exc_info=True)
        self._let_go(heard=call.status == 200)
        self._failures += 1
        # A line that ended is called away only when it does not come back at once.
        ended = call.status == 200 and self._failures == 1 and not silent
        status = NO_REPLY if call.status == 200 else call.status
        chance = random.random()  # noqa: S311  # jitter
        move = next_move(
            status,
            sent=1,
            failures=self._failures,
            chance=chance,
            retry_after=call.retry_after,
        )
        if status == 404:
            self._stand(None)  # a room of before there were such lines
        elif not ended and status != 429:
            self._stand(State.AWAY if move.refuse else move.state)
        # Soon at first; a room that stays away is asked less and less often.
        patience = min(_SELDOM, self._failures / 20) * (0.5 + 0.5 * chance)
        return max(move.wait, patience, _SOONEST * chance)

    async def _fetch(self, call: _Call) -> None:
        """Ask for the stream and read it to its end.

        Tornado's client cannot be told to hang up, which a silent room needs.

        Raises:
            OSError: nobody listens, or the connection broke.
            TimeoutError: the room has been silent for long.
        """
        stream = None
        headers = {
            "Host": self._url.netloc,
            "Authorization": f"Bearer {self._token}",
            "Accept": "text/event-stream",
            "User-Agent": "airlift-agent",
        }
        if self._last:
            headers["Last-Event-ID"] = self._last
        try:
            async with asyncio.timeout(_SILENCE) as limit:
                call.limit = limit
                stream = await TCPClient().connect(
                    self._url.hostname or "",
                    self._url.port or (443 if self._url.scheme == "https" else 80),
                    ssl_options={} if self._url.scheme == "https" else None,
                    max_buffer_size=2 * _MOST_BYTES,
                    timeout=3.0,
                )
                connection = HTTP1Connection(stream, True, _PARAMETERS)
                start = RequestStartLine("GET", self._url.path, "HTTP/1.1")
                await connection.write_headers(start, HTTPHeaders(headers))
                connection.finish()
                await connection.read_response(call)
        finally:
            if stream is not None:
                stream.close()

    def _heard(self, event: Mapping[str, str] | None) -> None:
        """Take an event; None is the beginning of the stream."""
        self._stand(State.CONNECTED)
        if event is None or event.get("event") != "seat":
            return
        self._failures = 0
        self._last = event.get("id", "")
        state = read_state(event.get("data", ""))
        if isinstance(state.get("at"), int):
            self.skew = state["at"] - time.time_ns() // 1_000_000
        if state and state != self.state:
            self.state = state
            self._keep()
            self._changed()

    def _let_go(self, *, heard: bool) -> None:
        """Open all gates of a room that is away for long: nobody there could."""
        if heard:
            self._alive = time.monotonic()
        if time.monotonic() - self._alive <= _LONG:
            return
        steps = self.state.get("steps", {})
        opened = {
            step: {**told, "gate": ""} if isinstance(told, dict) else told
            for step, told in steps.items()
        }
        if opened != steps:
            self.state = {**self.state, "steps": opened}
            self._keep()
            self._changed()

    def _stand(self, standing: State | None) -> None:
        """Note how the line stands; say so when that is new."""
        if standing is not self.standing:
            log.info("line=%s", standing)
            self.standing = standing
            self._changed()

    def _keep(self) -> None:
        """Keep the state for the next start; a full disk only costs that."""
        try:
            write_plain(self._path, json.dumps(self.state))
        except OSError:
            log.info("the room's state could not be kept", exc_info=True)


_PARAMETERS = HTTP1ConnectionParameters(
    no_keep_alive=True, header_timeout=10.0, max_body_size=2**50
)


class _Call(HTTPMessageDelegate):
    """One try to read the stream."""

    def __init__(self, heard: Callable[[Mapping[str, str] | None], None]) -> None:
        self._heard = heard
        self._events = Events()
        self.status = NO_REPLY
        self.retry_after: float | None = None
        self.limit: asyncio.Timeout | None = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        """Take the status."""
        assert isinstance(start_line, ResponseStartLine)
        self.status = start_line.code
        wait = headers.get("Retry-After", "")
        self.retry_after = float(wait) if wait.isascii() and wait.isdigit() else None
        if self.status == 200:
            self._heard(None)

    def data_received(self, chunk: bytes) -> None:
        """Take a piece of the stream."""
        if self.limit is not None:
            self.limit.reschedule(asyncio.get_running_loop().time() + _SILENCE)
        if self.status == 200:
            for event in self._events.feed(chunk):
                self._heard(event)


def read_state(text: str) -> dict[str, Any]:
    """Read a seat state; {} when it is none of version 1."""
    try:
        data = json.loads(text)
        if data["v"] != 1:
            return _NOTHING
        kept = {key: data.get(key) for key in ("v", "row", "at")}
        for key, kind in _KINDS.items():
            if not isinstance(data[key], kind):
                return _NOTHING
            kept[key] = data[key]
        for key, (later, absent) in _LATER.items():
            kept[key] = data.get(key, absent)
            if not isinstance(kept[key], later):
                return _NOTHING
    except (ValueError, KeyError, TypeError, RecursionError):
        return _NOTHING
    return kept


def _kept(path: Path) -> dict[str, Any]:
    """Return the state that an earlier start has kept."""
    try:
        return read_state(read_plain(path, _MOST_BYTES).decode())
    except (OSError, ValueError):
        return _NOTHING
