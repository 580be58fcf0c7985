"""Rounds: what the caretaker does each time, in an order that never stops a wrong seat.

First the group is made to hold exactly the seats that may be touched, and only when
that is certain jupyterhub-idle-culler stops those of them that nobody uses. Whatever
fails, be it the room or the Hub being away, the next round begins anew.
"""

from __future__ import annotations

import logging

from jupyterhub_idle_culler import cull_idle
from tornado.httpclient import HTTPClientError

from hub.caretaker.hub_api import HubApi, HubError
from hub.desk import Desk, DeskError

log = logging.getLogger(__name__)
culling = logging.getLogger("hub.caretaker.culling")


class Rounds:
    """The caretaker's rounds through one installation."""

    def __init__(self, desk: Desk, hub: HubApi, idle: float) -> None:
        self.desk = desk
        self.hub = hub
        self.idle = idle
        """Seconds without use after which a seat is stopped."""

    async def walk(self) -> None:
        """Go once: keep the group, stop what idles, take away what is erased."""
        try:
            care = await self.desk.ask("GET", "/care")
            practice, erased = set(care["practice"]), set(care["erased"])
            members = await self._keep_group(practice | erased)
            if members - erased:
                await cull_idle(self.hub.url, self.hub.token, self.idle, culling)
            for seat in sorted(erased):
                await self._sweep(seat, known=seat in members)
        except (DeskError, HubError, HTTPClientError, OSError) as error:
            log.warning("this round ended early, the next one begins anew: %s", error)

    async def _keep_group(self, wanted: set[str]) -> set[str]:
        """Make the group hold exactly `wanted`; returns those the Hub knows.

        Raises:
            HubError: it is not certain who is in the group.
        """
        members = await self.hub.members()
        if members - wanted:
            await self.hub.remove(members - wanted)
        added = {seat for seat in wanted - members if await self.hub.add(seat)}
        return members & wanted | added

    async def _sweep(self, seat: str, *, known: bool) -> None:
        """Delete one erased seat's user, which takes its files, and tell the room."""
        try:
            if known:
                await self.hub.delete_user(seat)
            await self.desk.ask("POST", f"/seats/{seat}/swept")
        except HubError as error:
            log.warning("seat=%s is not swept yet: %s", seat, error)
        else:
            log.info("swept seat=%s", seat)
