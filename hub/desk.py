"""The desk: the room service's loopback API, as the hub and the CLI call it.

Errors:
    DeskError: the room refused; carries its code and its sentence.
    DeskAwayError: a DeskError with code `room-away`: nobody answers there just now.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from hub.secrets import read_secret
from hub.settings import Settings
from hub.strings import noted

TIMEOUT = 5.0
"""Seconds that a person at the door waits at most for the room service."""


class DeskError(Exception):
    """The room refused; `message` is a sentence for the person who asked."""

    def __init__(
        self, code: str, message: str, status: int = 503, retry_after: float = 0
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after = retry_after


class DeskAwayError(DeskError):
    """The room service does not answer; it comes back alone."""

    def __init__(self) -> None:
        away = noted("The room is restarting. Try again in a moment.")
        super().__init__("room-away", away)


@dataclass(frozen=True, slots=True)
class Desk:
    """A caller of the desk; `token` is the secret `desk` of the installation."""

    url: str
    token: str

    @classmethod
    def of(cls, settings: Settings) -> Desk:
        """Return the desk of one installation."""
        return cls(
            url=f"http://127.0.0.1:{settings.desk_port}/desk",
            token=read_secret(settings.secrets_dir, "desk"),
        )

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Call the desk and wait; returns the decoded JSON answer.

        Raises:
            DeskError: the room refused, or (DeskAwayError) does not answer.
        """
        request = urllib.request.Request(  # noqa: S310 - always our own loopback
            self.url + path,
            method=method,
            data=_encode(method, body),
            headers=self._headers(),
        )
        try:
            with _opener.open(request, timeout=TIMEOUT) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise _refusal(error.code, error.read()) from None
        except (OSError, ValueError):
            raise DeskAwayError from None

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the desk without blocking the event loop; like `call` otherwise."""
        request = HTTPRequest(
            self.url + path,
            method=method,
            body=_encode(method, body),
            headers=self._headers(),
            request_timeout=TIMEOUT,
            connect_timeout=TIMEOUT,
        )
        try:
            answer = await AsyncHTTPClient().fetch(request)
            return json.loads(answer.body)
        except HTTPClientError as error:
            if error.response is None or error.code == 599:
                raise DeskAwayError from None
            raise _refusal(error.code, error.response.body) from None
        except (OSError, ValueError):
            raise DeskAwayError from None

    def _headers(self) -> dict[str, str]:
        """Return the headers of every call."""
        return {
            "Authorization": f"token {self.token}",
            "Content-Type": "application/json",
        }


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _encode(method: str, body: object) -> bytes | None:
    """Encode the body of a POST; a GET has none."""
    return json.dumps(body or {}).encode() if method == "POST" else None


def _refusal(status: int, body: bytes) -> DeskError:
    """Read the room's error shape; anything else counts as being away."""
    try:
        error = json.loads(body)["error"]
        return DeskError(
            error["code"],
            error["message"],
            status,
            float(error.get("retry_after", 0)),
        )
    except (ValueError, KeyError, TypeError):
        return DeskAwayError()
