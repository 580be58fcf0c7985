"""The Hub's REST API as far as the caretaker needs it: one group, and users to delete.

Errors:
    HubError: the Hub refused or does not answer; the next round tries again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from hub.caretaker import GROUP

PATIENCE = 60.0
"""Seconds that one call may take; deleting a user waits for its server to stop."""


class HubError(Exception):
    """The Hub refused or does not answer."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        """The Hub's own, or 599 when it did not answer."""


@dataclass(frozen=True, slots=True)
class HubApi:
    """A caller of the Hub's API, such as `http://127.0.0.1:8002/hub/api`."""

    url: str
    token: str = field(repr=False)

    async def members(self) -> set[str]:
        """Return the users in the caretaker's group."""
        found = await self._call("GET", f"/groups/{GROUP}")
        return set(found["users"])

    async def add(self, user: str) -> bool:
        """Put a user into the group; says whether the Hub knows that user."""
        try:
            await self._call("POST", f"/groups/{GROUP}/users", {"users": [user]})
        except HubError as error:
            if error.status == 400:
                return False
            raise
        return True

    async def remove(self, users: set[str]) -> None:
        """Take users out of the group."""
        body = {"users": sorted(users)}
        await self._call("DELETE", f"/groups/{GROUP}/users", body)

    async def delete_user(self, user: str) -> None:
        """Stop a user's server, remove its files, and delete the user."""
        await self._call("DELETE", f"/users/{user}")

    async def _call(self, method: str, path: str, body: object = None) -> Any:
        """Make one call; returns the decoded answer, None when it is empty."""
        request = HTTPRequest(
            self.url + path,
            method=method,
            body=json.dumps(body) if body is not None else None,
            headers={"Authorization": f"token {self.token}"},
            allow_nonstandard_methods=True,
            connect_timeout=5,
            request_timeout=PATIENCE,
        )
        try:
            answer = await AsyncHTTPClient().fetch(request)
            return json.loads(answer.body) if answer.body else None
        except HTTPClientError as error:
            raise HubError(error.code, f"{method} {path}: {error}") from None
        except (OSError, ValueError) as error:
            raise HubError(599, f"{method} {path}: {error}") from None
