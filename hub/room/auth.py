"""Who asks: JupyterHub's OAuth with look-ups that never block and outlive the hub.

A token's owner is asked of the hub, kept for a minute, and kept on while the hub does
not answer, so that a restarting hub costs no seat its report and no board its view.

Errors:
    RefusalError: `hub-away` when the hub does not answer about a token not known yet.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from jupyterhub.services.auth import HubOAuth
from tornado.web import HTTPError

from hub.room.refusal import RefusalError

log = logging.getLogger(__name__)

User = dict[str, Any]
"""The hub's model of a token's owner: name, kind, scopes."""
Ask = Callable[[str], Awaitable[User | None]]

FRESH = 60.0
"""Seconds that an answer counts without asking again."""
UNKNOWN = 5.0
"""Seconds that a token the hub did not know stays unknown."""
STALE = 24 * 3600.0
"""Seconds that an answer counts while the hub does not answer."""
RETRY = 5.0
"""Seconds until a hub that did not answer is asked again about a known token."""
PATIENCE = 3.0
"""Seconds that the hub has to answer."""
MOST = 5_000
"""Tokens that are remembered."""

ACCESS = "access:services!service=room"
"""Scope without which nobody talks to the room."""


@dataclass(slots=True)
class _Answer:
    """What the hub said about a token, when, and when to ask again."""

    user: User | None
    at: float
    again: float


class Tokens:
    """Owners of tokens, as far as the hub said so lately."""

    def __init__(self, ask: Ask, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._answers: OrderedDict[str, _Answer] = OrderedDict()
        self._asking: dict[str, asyncio.Task[User | None]] = {}

    async def owner(self, token: str, session: str = "") -> User | None:
        """Return a token's owner; None when the hub knows none.

        Args:
            token: kept as a digest only.
            session: the browser's session; after a logout it is another one, and the
                hub is asked again.

        Raises:
            RefusalError: `hub-away`.
        """
        text = f"{session}:{token}".encode("utf-8", "replace")
        key = hashlib.sha256(text).hexdigest()
        known = self._answers.get(key)
        if known and self._clock() < known.again:
            self._answers.move_to_end(key)
            return known.user
        if key not in self._asking:
            task = asyncio.ensure_future(self._look_up(key, token))
            self._asking[key] = task
            task.add_done_callback(lambda _task: self._asking.pop(key, None))
        return await asyncio.shield(self._asking[key])

    async def _look_up(self, key: str, token: str) -> User | None:
        """Ask the hub, and fall back on what it said before."""
        try:
            user = await asyncio.wait_for(self._ask(token), PATIENCE)
        except (HTTPError, TimeoutError, OSError) as error:
            return self._fall_back(key, error)
        now = self._clock()
        self._answers[key] = _Answer(user, now, now + (FRESH if user else UNKNOWN))
        if len(self._answers) > MOST:
            self._answers.popitem(last=False)
        return user

    def _fall_back(self, key: str, error: Exception) -> User | None:
        """Go on with an older answer while the hub does not answer."""
        known, now = self._answers.get(key), self._clock()
        if known is None or known.user is None or now - known.at > STALE:
            log.warning("the hub does not answer: %s", type(error).__name__)
            raise RefusalError("hub-away") from None
        known.again = now + RETRY
        return known.user


class RoomAuth(HubOAuth):
    """JupyterHub's OAuth; only the look-up of a token is our own."""

    def user_for_token(
        self,
        token: str,
        use_cache: bool = True,
        session_id: str = "",
        *,
        sync: bool = True,
    ) -> Any:
        """Return the awaitable owner of a token; blocking is refused."""
        if sync:
            raise RuntimeError("expected sync=False, got a look-up that would block")
        if not use_cache:
            return self._ask_hub(token)
        return self.tokens.owner(token, session_id)

    @property
    def tokens(self) -> Tokens:
        """The owners known so far."""
        if not hasattr(self, "_tokens"):
            self._tokens = Tokens(self._ask_hub)
        return self._tokens

    async def _ask_hub(self, token: str) -> User | None:
        """Ask the hub for the owner of a token."""
        ask = super().user_for_token
        user: User | None = await ask(token, use_cache=False, sync=False)
        return user

    def allowed(self, user: User, scope: str) -> bool:
        """Say whether a token's scopes contain one."""
        return bool(self.check_scopes({scope}, user))


def room_auth(hub_url: str, prefix: str, token: str) -> RoomAuth:
    """Return the room's side of JupyterHub's OAuth.

    Args:
        hub_url: address of the hub's API, such as `http://127.0.0.1:8002/hub/api`.
        prefix: of this service, such as `/services/room/`.
        token: the service's own.
    """
    return RoomAuth(
        api_url=hub_url,
        api_token=token,
        base_url=prefix,
        hub_prefix="/hub/",
        oauth_client_id="service-room",
        oauth_redirect_uri=f"{prefix}oauth_callback",
        access_scopes={ACCESS},
        allow_token_in_url=False,
    )
