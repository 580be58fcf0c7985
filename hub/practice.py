"""The page of the labs: what anybody may start alone, and where a browser can go on.

A handler of the Hub beside the door's. A card's button asks for a name only when the
browser's owner has none on record yet; going on leads through the door as ever.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from jupyterhub.utils import url_path_join

from hub.desk import DeskError
from hub.join import COOKIES, STALE, DoorHandler
from hub.strings import noted

LEVELS = {
    "beginner": noted("for beginners"),
    "intermediate": noted("for some experience"),
    "advanced": noted("for the experienced"),
}
"""A lab's level as its card says it."""
LANGUAGES = {
    "de": noted("in German"),
    "en": noted("in English"),
    "es": noted("in Spanish"),
    "fr": noted("in French"),
    "it": noted("in Italian"),
    "nl": noted("in Dutch"),
    "pl": noted("in Polish"),
    "pt": noted("in Portuguese"),
}
"""A lab's language as its card says it; others show their code."""


def handlers() -> list[tuple[Any, ...]]:
    """Return the route of the page, below the Hub's prefix."""
    return [(r"/labs", LabsHandler)]


class LabsHandler(DoorHandler):
    """Cards of labs; one press starts one."""

    async def get(self) -> None:
        """Show the labs."""
        await self.show_labs(self.browser or self.give_browser())

    async def post(self) -> None:
        """Take a seat for the lab of the card, or ask for a name first."""
        browser = self.browser
        if self.stale or not browser:
            sentence = STALE if browser else COOKIES
            await self.show_labs(browser or self.give_browser(), sentence, 403)
            return
        data = {key: self.field(key) for key in ("lab", "name")}
        try:
            known = {"do": "practice", "browser": browser, "accepted": self.accepted}
            user = await self.login_user({**data, **known})
        except DeskError as error:
            asks = error.code in ("bad-name", "terms")
            first = asks and self.field("asked") == ""
            sentence, status = ("", 200) if first else (error.message, error.status)
            await self.show_labs(browser, sentence, status, asking=self.field("lab"))
            return
        self._jupyterhub_user = user
        self.redirect(self.address("seat"))

    async def show_labs(
        self, browser: str, sentence: str = "", status: int = 200, asking: str = ""
    ) -> None:
        """Render the page; `asking` is the lab whose card asks for a name."""
        shelf: dict[str, Any] = {"known": False, "labs": [], "mine": []}
        query = urlencode({"browser": browser})
        try:
            shelf = await self.desk.ask("GET", f"/practice?{query}")
        except DeskError as error:
            sentence, status = error.message, error.status
        await self.show(
            "labs.html",
            status,
            shelf=shelf,
            asking=asking,
            name=self.field("name"),
            accepted=self.accepted,
            levels=LEVELS,
            languages=LANGUAGES,
            error=sentence,
            action=self.address("labs", next=""),
            join_url=self.address("join", next=""),
            progress_url=url_path_join(self.base_url, "services/room/progress"),
        )
