"""What all handlers of the room share: JSON, the error shape, who asks."""

from __future__ import annotations

import hmac
import json
import logging
import math
from collections.abc import Awaitable
from typing import Any

from jupyterhub.services.auth import HubOAuthenticated
from sqlalchemy.exc import IntegrityError
from tornado.web import HTTPError, RequestHandler

from hub.room.auth import User
from hub.room.journal import BacklogError, CannotSaveError
from hub.room.refusal import RefusalError
from hub.room.service import Service

log = logging.getLogger(__name__)

_BY_STATUS = {
    400: "bad-request",
    401: "not-logged-in",
    403: "not-allowed",
    404: "not-found",
    405: "wrong-method",
    413: "too-large",
}


def refusal(error: BaseException | None, status: int) -> RefusalError:
    """Return what to say about an error that reached a handler's rim."""
    if isinstance(error, RefusalError):
        return error
    if isinstance(error, CannotSaveError):
        return RefusalError("cannot-save", retry_after=5)
    if isinstance(error, BacklogError):
        return RefusalError("busy", retry_after=2)
    if isinstance(error, IntegrityError):
        return RefusalError("busy", retry_after=1)
    return RefusalError(_BY_STATUS.get(status, "broken"))


class JsonHandler(RequestHandler):
    """A handler that takes and gives JSON, errors included."""

    service: Service

    def initialize(self, service: Service) -> None:
        """Take the service's parts."""
        self.service = service

    def set_default_headers(self) -> None:
        """Keep answers out of caches and out of pages."""
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Content-Security-Policy", "default-src 'none'")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")

    def prepare(self) -> Awaitable[None] | None:
        """Refuse new work while stopping."""
        if self.service.stopping:
            raise RefusalError("stopping", retry_after=1)
        return None

    def compute_etag(self) -> None:
        """Answers are never kept, so none is compared."""

    def give(self, data: Any) -> None:
        """Answer with JSON."""
        self.finish(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))

    def body(self) -> dict[str, Any]:
        """Return the request's JSON object."""
        return parse_object(self.request.body)

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer a refusal with its own status."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        status = refusal(error, status_code).status
        super().send_error(status, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write the one error shape."""
        error = refusal((kwargs.get("exc_info") or (None, None))[1], status_code)
        shape: dict[str, Any] = {"code": error.code, "message": error.message}
        if error.retry_after is not None:
            shape["retry_after"] = error.retry_after
            self.set_header("Retry-After", str(max(1, math.ceil(error.retry_after))))
        self.service.metrics.refusals.labels(error.code).inc()
        self.give({"error": shape})

    def log_exception(self, kind: Any, value: Any, trace: Any) -> None:
        """Log what is ours to mend; a refusal is no fault."""
        del kind, trace
        known = (RefusalError, CannotSaveError, BacklogError)
        if isinstance(value, known):
            return
        if isinstance(value, HTTPError) and value.status_code < 500:
            return
        log.error("%s %s", self.request.method, self.request.path, exc_info=value)


class NobodyHandler(JsonHandler):
    """Every address that is none."""

    def prepare(self) -> None:
        """Say so."""
        raise RefusalError("not-found")


class UserHandler(HubOAuthenticated, JsonHandler):
    """A handler for whoever the hub knows; 401 is JSON, never a redirect."""

    user: User

    async def prepare(self) -> None:
        """Find out who asks, without blocking."""
        JsonHandler.prepare(self)
        self.hub_auth = self.service.auth
        user = await self.hub_auth.get_user(self, sync=False)
        if not user:
            raise RefusalError("not-logged-in")
        if not self.service.auth.allowed(user, "access:services!service=room"):
            raise RefusalError("not-allowed")
        self.user = self.current_user = user


def bearer(handler: RequestHandler) -> str:
    """Return the token of an Authorization header; "" when there is none."""
    kind, _, token = handler.request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() in ("token", "bearer") else ""


def check_desk_token(handler: JsonHandler) -> None:
    """Refuse whoever does not have the desk's token."""
    given = bearer(handler).encode("utf-8", "replace")
    if not hmac.compare_digest(given, handler.service.desk_token.encode()):
        raise RefusalError("not-logged-in")


def parse_object(body: bytes) -> dict[str, Any]:
    """Read one JSON object."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise RefusalError("bad-request", "expected JSON, got something else") from None
    if not isinstance(data, dict):
        raise RefusalError("bad-request", "expected a JSON object, got something else")
    return data
