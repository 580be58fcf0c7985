"""``GET airlift/handbook?lab=``: a lab's handbook, to read beside it or to print.

It was made when the lab was released. Whatever its author's text asks for, it runs
nothing and fetches nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import APIHandler
from tornado.web import authenticated

from checkers.engine.panel_api import SeatHandler
from checkers.engine.place import place_of
from checkers.engine.seat import handbook_of
from checkers.engine.strings import _

if TYPE_CHECKING:  # the agent adds these routes
    from checkers.engine.agent import Agent

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


class HandbookHandler(SeatHandler):
    """``GET <base>/airlift/handbook``."""

    def get_login_url(self) -> str:
        """Let a browser that follows a link log in, where a script would get 403."""
        return super(APIHandler, self).get_login_url()

    @authenticated
    def get(self) -> None:
        """Give the handbook of a lab of this seat."""
        slug = self.get_query_argument("lab", "") or next(iter(self.agent.labs), "")
        try:
            if slug not in self.agent.labs:
                raise FileNotFoundError(slug)
            page = handbook_of(place_of(os.environ).labs_dir / slug).read_bytes()
        except OSError:
            self.refuse(404, "not-found", _("There is no handbook of this lab here."))
            return
        self.set_header("Content-Security-Policy", POLICY)
        self.finish(page, set_content_type="text/html; charset=utf-8")


def routes(base: str, agent: Agent) -> list[tuple[str, type, dict[str, Any]]]:
    """Return the handler below `base`."""
    return [(f"{base}/handbook", HandbookHandler, {"agent": agent})]
