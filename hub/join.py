"""The pages of the door: join, the seat taken, staff; handlers of the Hub.

Each page is a standalone template of hub/pages, works without JavaScript, speaks the
room's language or else the browser's, and says what went wrong in one sentence. The
browser keeps one random cookie, by which it finds its seat again; the room knows only
an HMAC of it.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jupyterhub import orm
from jupyterhub.handlers import BaseHandler
from jupyterhub.handlers.login import LogoutHandler
from jupyterhub.utils import url_path_join
from tornado import web

from hub.desk import Desk, DeskError
from hub.strings import language_of, noted, translation

COOKIE = "airlift-browser"
_BROWSER = re.compile(r"[A-Za-z0-9_-]{43}")
_YEAR = 366
_FIELD = 12_000
"""Longest field that is looked at; the desk cleans names and refuses the rest."""

PAGES = Path(__file__).parent / "pages"
LOOK = Path(__file__).parent / "look"


def handlers() -> list[tuple[Any, ...]]:
    """Return the routes of the door, below the Hub's prefix."""
    return [
        (r"/login", JoinHandler),
        (r"/join", JoinHandler),
        (r"/seat", SeatHandler),
        (r"/staff", StaffHandler),
        (r"/logout", LogoutHandler),
        (r"/look/(.*)", web.StaticFileHandler, {"path": str(LOOK)}),
    ]


class DoorHandler(BaseHandler):
    """What the pages of the door share: cookie, headers, rendering."""

    @property
    def content_security_policy(self) -> str:
        """Allow nothing that we did not write."""
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; "
            "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )

    def set_default_headers(self) -> None:
        """Keep phrases out of caches and addresses out of referrers."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("X-Content-Type-Options", "nosniff")

    @property
    def desk(self) -> Desk:
        """The room's loopback API."""
        desk: Desk = self.authenticator.desk
        return desk

    @property
    def browser(self) -> str:
        """The browser's own random string; "" when it sent none of ours."""
        value = self.get_cookie(COOKIE, "")
        return value if _BROWSER.fullmatch(value) else ""

    def give_browser(self) -> str:
        """Give the browser a new random string and return it."""
        value = secrets.token_urlsafe(32)
        self.set_cookie(
            COOKIE,
            value,
            path=self.hub.base_url,
            expires_days=_YEAR,
            httponly=True,
            samesite="Lax",
            secure=self.request.protocol == "https",
        )
        return value

    def field(self, name: str) -> str:
        """Return one field of the form or query; "" when it is absent."""
        return str(self.get_argument(name, "", strip=True))[:_FIELD]

    @property
    def accepted(self) -> list[str]:
        """The versions of terms that the form accepts; nonsense is none of ours."""
        return [value[:64] for value in self.get_arguments("accept")[:32]]

    def address(self, page: str, **query: str) -> str:
        """Return the address of a page of the door; empty parts are left out."""
        query.setdefault("next", self.field("next"))
        given = {key: value for key, value in query.items() if value}
        path = str(url_path_join(self.hub.base_url, page))
        return f"{path}?{urlencode(given)}" if given else path

    async def show(
        self,
        page: str,
        status: int = 200,
        *,
        language: str = "",
        error: str = "",
        **values: Any,
    ) -> None:
        """Render a page of hub/pages in the room's `language`, else the browser's.

        What the desk says (`error`) is known by its English words.
        """
        self.set_status(status)
        accepted = self.request.headers.get("Accept-Language", "")
        lang = language_of(language, accepted)
        say = translation(lang).gettext
        self.set_header("Content-Language", lang)
        self.set_header("Vary", "Accept-Language")
        html = await self.get_template(page).render_async(
            look_url=url_path_join(self.hub.base_url, "look"),
            xsrf=self.xsrf_token.decode("ascii"),
            lang=lang,
            _=say,
            error=say(error) if error else "",
            **values,
        )
        self.finish(html)

    def check_xsrf_cookie(self) -> None:
        """Remember a stale form instead of refusing it; `post` shows it again."""
        try:
            super().check_xsrf_cookie()
        except web.HTTPError:
            self.stale = True
        else:
            self.stale = False

    stale = False


STALE = noted("This page was open for long. Please press the button once more.")
COOKIES = noted(
    "Your browser sent no cookie. Please allow cookies here and press once more."
)


class JoinHandler(DoorHandler):
    """Code and name in, a seat out."""

    async def get(self) -> None:
        """Show the join page, or the seat that this browser holds."""
        browser = self.browser or self.give_browser()
        await self.show_join(browser)

    async def post(self) -> None:
        """Claim, return, continue or forget, as the form's `do` says."""
        browser = self.browser
        if self.stale or not browser:
            sentence = STALE if browser else COOKIES
            await self.show_join(browser or self.give_browser(), sentence, 403)
            return
        do = self.field("do")
        if do == "forget":
            await self.forget(browser)
            return
        if do != "continue":
            do = "phrase" if self.field("with") == "phrase" else "claim"
        data = {key: self.field(key) for key in ("code", "name", "phrase", "zone")}
        try:
            known = {"do": do, "browser": browser, "accepted": self.accepted}
            user = await self.login_user({**data, **known})
        except DeskError as error:
            await self.show_join(browser, error.message, error.status, error)
            return
        self._jupyterhub_user = user
        self.redirect(self.address("seat") if do == "claim" else self.onward(user))

    def onward(self, user: Any) -> str:
        """Return where somebody goes who comes back: the next page, or the seat."""
        return str(self.get_next_url(user, default=self.address("seat", next="")))

    async def forget(self, browser: str) -> None:
        """Let go of the browser's seat ("not you?") and start over."""
        try:
            await self.desk.ask("POST", "/forget", {"browser": browser})
        except DeskError as error:
            await self.show_join(browser, error.message, error.status, error)
            return
        self.clear_login_cookie()
        self.give_browser()
        self.redirect(self.address("join", code=self.field("code")))

    async def show_join(
        self,
        browser: str,
        sentence: str = "",
        status: int = 200,
        refusal: DeskError | None = None,
    ) -> None:
        """Render the join page with everything that was typed.

        A table's own link names it: ``?table=3``.
        """
        code, mode = self.field("code"), self.field("with")
        query = urlencode({"code": code, "browser": browser})
        door: dict[str, Any] = {"room": None, "seat": None, "terms": []}
        try:
            door = await self.desk.ask("GET", f"/door?{query}")
        except DeskError as error:
            refusal, sentence, status = error, error.message, error.status
        if refusal and refusal.retry_after:
            self.set_header("Retry-After", str(int(refusal.retry_after) + 1))
        await self.show(
            "join.html",
            status,
            language=(door["room"] or {}).get("language", ""),
            room=door["room"],
            remembered=door["seat"],
            terms=door["terms"],
            accepted=self.accepted,
            refused=refusal.code if refusal else "",
            code=code,
            name=self.field("name"),
            zone=self.field("zone") or self.field("table"),
            phrase=self.field("phrase"),
            mode=mode if mode in ("phrase", "code") else "",
            error=sentence,
            retry=bool(refusal and refusal.code == "room-away"),
            action=self.address("join"),
            staff_url=self.address("staff", next=""),
            labs_url=self.address("labs", next="") if door.get("practice") else "",
        )


class SeatHandler(DoorHandler):
    """The seat taken: its number, the return phrase until it was seen, the start."""

    async def get(self) -> None:
        """Show the seat of whoever is logged in."""
        await self.show_seat()

    async def post(self) -> None:
        """Note that the phrase was seen and start the lab."""
        user = self.current_user
        if user is None:
            self.redirect(self.address("join"))
            return
        if self.stale:
            await self.show_seat(STALE, 403)
            return
        try:
            await self.desk.ask("POST", f"/claims/{user.name}/seen")
        except DeskError as error:
            await self.show_seat(error.message, error.status)
            return
        spawn = url_path_join(self.hub.base_url, "spawn")
        self.redirect(self.get_next_url(user, default=spawn))

    async def show_seat(self, sentence: str = "", status: int = 200) -> None:
        """Render the seat's page; people without a seat go to the join page."""
        user, seat = self.current_user, None
        if user is not None:
            try:
                seat = await self.desk.ask("GET", f"/claims/{user.name}")
            except DeskError as error:
                if error.status != 404:
                    sentence, status = error.message, error.status
        if seat is None and not sentence:
            self.redirect(self.address("join"))
            return
        if seat and seat["terms"]:
            self.redirect(self.address("join", code=seat["code"]))
            return
        await self.show(
            "seat.html",
            status,
            language=(seat or {}).get("language", ""),
            seat=seat,
            running=bool(user and user.spawner.ready),
            error=sentence,
            action=self.address("seat"),
            join_url=self.address("join", next=""),
            link=self.own_link(seat) if seat else "",
            progress_url=url_path_join(self.base_url, "services/room/progress"),
        )

    def own_link(self, seat: dict[str, Any]) -> str:
        """Return the link that leads back here from any device; "" once it was seen.

        The phrase is in the fragment, which no server, log or referrer ever sees.
        """
        if not seat.get("phrase"):
            return ""
        page = self.address("join", code=seat["code"], **{"with": "phrase", "next": ""})
        return f"{page}#phrase={'-'.join(seat['phrase'].split())}"


class StaffHandler(DoorHandler):
    """A staff key in, the board out."""

    async def auth_to_user(
        self, authenticated: dict[str, Any], user: Any = None
    ) -> Any:
        """Log in and join the static Hub group that allows being staff at all.

        The Hub's own `manage_groups` would make `load_groups` refuse to start.
        """
        user = await super().auth_to_user(authenticated, user)
        for name in authenticated["groups"]:
            group = orm.Group.find(self.db, name)
            if group not in user.orm_user.groups:
                user.orm_user.groups.append(group)
        self.db.commit()
        return user

    async def get(self) -> None:
        """Show the form for the key."""
        if not self.browser:
            self.give_browser()
        await self.show_staff()

    async def post(self) -> None:
        """Log a presenter or helper in."""
        browser = self.browser
        if self.stale or not browser:
            browser or self.give_browser()
            await self.show_staff(STALE if browser else COOKIES, 403)
            return
        data = {"do": "staff", "key": self.field("key"), "browser": browser}
        try:
            user = await self.login_user(data)
        except DeskError as error:
            await self.show_staff(error.message, error.status)
            return
        self._jupyterhub_user = user
        rooms = url_path_join(self.base_url, "services/room/")
        self.redirect(self.get_next_url(user, default=rooms))

    async def show_staff(self, sentence: str = "", status: int = 200) -> None:
        """Render the staff page."""
        await self.show(
            "staff.html",
            status,
            error=sentence,
            action=self.address("staff"),
            join_url=self.address("join", next=""),
        )


def landing(handler: BaseHandler) -> str:
    """Return where somebody belongs who asked for no page: board or seat."""
    user = handler.current_user
    staff = user is not None and any(
        group.name.startswith("room-") for group in user.orm_user.groups
    )
    if staff:
        return str(url_path_join(handler.base_url, "services/room/"))
    return str(url_path_join(handler.hub.base_url, "seat"))
