"""RoomAuthenticator: who comes in, and as which Hub user.

Attendees come in through a claim (code and name), a return phrase or a browser that
already holds a seat; staff through a key. Each is one call to the room's desk, then an
ordinary login as the seat's or staff user. Rights never come from the name: a staff
user joins one of the static Hub groups, and the room's own staff list decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from jupyterhub.auth import Authenticator
from jupyterhub.utils import maybe_future, url_path_join
from tornado import web
from traitlets import Instance

from hub import join, practice
from hub.desk import Desk, DeskError
from hub.staff import GROUPS
from hub.strings import noted


class RoomAuthenticator(Authenticator):
    """Log people in as the seat that they claim in a room."""

    desk = Instance(Desk, help="The room's loopback API.").tag(config=True)

    def login_url(self, base_url: str) -> str:
        """Return the address of the join page."""
        return str(url_path_join(base_url, "join"))

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:  # noqa: ARG002
        """Return the pages of the door; they replace the Hub's login form."""
        return [*join.handlers(), *practice.handlers()]

    async def delete_user(self, user: Any) -> None:
        """Remove a seat's container and files before its Hub user goes.

        The Hub does so afterwards and only logs what fails; here a failure keeps the
        user, so that the caretaker can try again.
        """
        super().delete_user(user)
        await maybe_future(user.spawner.delete_forever())

    async def authenticate(
        self, handler: web.RequestHandler, data: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Ask the desk who this is; returns the Hub's auth model.

        `data` holds `browser` and, by `do`: `code`, `name` and `zone` (claim), `code`
        and `phrase` (phrase), `code` (continue), `lab` and `name` (practice), or `key`
        (staff); all but staff may have `accepted`, versions of terms.

        Raises:
            DeskError: the room refused; the page shows its sentence.
            HTTPError: 403, the caller did not come through one of our pages.
        """
        del handler
        data = data or {}
        ask = _WAYS.get(data.get("do", ""))
        if ask is None:
            raise web.HTTPError(403, "Please come in by the join page.")
        return await ask(self.desk, data)


async def _claim(desk: Desk, data: Mapping[str, Any]) -> dict[str, Any]:
    """Take a free seat, or the one that this browser holds already."""
    body = {key: data[key] for key in ("code", "name", "browser")}
    body["accepted"] = data.get("accepted", [])
    body["zone"] = data.get("zone", "")
    claim = await desk.ask("POST", "/claims", body)
    return {"name": claim["seat"]}


async def _return(desk: Desk, data: Mapping[str, Any]) -> dict[str, Any]:
    """Come back to a seat by its phrase, from any device."""
    body = {key: data[key] for key in ("code", "phrase", "browser")}
    body["accepted"] = data.get("accepted", [])
    claim = await desk.ask("POST", "/returns", body)
    return {"name": claim["seat"]}


async def _continue(desk: Desk, data: Mapping[str, Any]) -> dict[str, Any]:
    """Come back to the seat that this browser holds."""
    query = urlencode({key: data[key] for key in ("code", "browser")})
    door = await desk.ask("GET", f"/door?{query}")
    if door["seat"] is None:
        gone = noted("This browser holds no seat any more.")
        raise DeskError("not-found", gone, 404)
    seat = door["seat"]["seat"]
    if door["terms"]:
        accepted = {"accepted": data.get("accepted", [])}
        await desk.ask("POST", f"/claims/{seat}/terms", accepted)
    return {"name": seat}


async def _practice(desk: Desk, data: Mapping[str, Any]) -> dict[str, Any]:
    """Take a seat for one lab, or the one that this browser holds there."""
    body = {key: data[key] for key in ("lab", "name", "browser")}
    body["accepted"] = data.get("accepted", [])
    claim = await desk.ask("POST", "/practice", body)
    return {"name": claim["seat"]}


async def _staff(desk: Desk, data: Mapping[str, Any]) -> dict[str, Any]:
    """Come in with a staff key."""
    body = {key: data[key] for key in ("key", "browser")}
    staff = await desk.ask("POST", "/staff", body)
    return {"name": staff["user"], "groups": [GROUPS[staff["role"]]]}


_WAYS = {
    "claim": _claim,
    "phrase": _return,
    "continue": _continue,
    "practice": _practice,
    "staff": _staff,
}
