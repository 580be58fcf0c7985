"""Releases: what a seat gets of its labs while the room runs, and offers of new ones.

The state before a step holds solutions, so it is fetched one by one, by a seat of a
room that has the lab. A gate is a word of the presenter, no lock: it forbids nothing
here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence

from hub.room.desk import ORGANISER, DeskHandler
from hub.room.entry import OFFER, Entry
from hub.room.intake import SeatHandler
from hub.room.refusal import RefusalError
from hub.room.service import Service
from hub.seats import Room
from hub.versions import VersionsError, numbers


class LabHandler(SeatHandler):
    """A handler that gives files of one of the seat's labs."""

    async def offers(self, lab: str) -> dict[str, str]:
        """Return the room's offers to one of its seats.

        Raises:
            RefusalError: `not-found`, the room has no such lab; `slow-down`.
        """
        if lab not in self.room.labs:
            raise RefusalError("not-found", "This room has no such lab.")
        wait = self.service.files.take(self.seat.id, 1)
        if wait:
            raise RefusalError("slow-down", retry_after=round(wait, 1))
        feed = await self.service.feeds.feed(self.room.id)
        return dict(feed.room_facts.offers)

    async def read(self, what: Callable[[], str], missing: str) -> str:
        """Read a file beside the loop; `missing` says that it is not there."""
        try:
            return await asyncio.to_thread(what)
        except VersionsError:
            raise RefusalError("not-found", missing) from None


class BeforeHandler(LabHandler):
    """The reference state before a step."""

    async def get(self, lab: str, step: str) -> None:
        """Answer with a notebook."""
        versions = self.service.versions
        version = versions.newest(lab, await self.offers(lab))
        missing = (
            "The state before this step is not here. Please tell a helper: "
            f"`airlift lab release {lab}` makes it."
        )
        if not version or not self.service.catalogue.has_step(lab, step):
            raise RefusalError("not-found", missing)
        self.finish(
            await self.read(lambda: versions.before(lab, version, step), missing)
        )


class ReleasedHandler(LabHandler):
    """The newest version that was offered in the room."""

    async def get(self, lab: str) -> None:
        """Answer with version, lab.json and the notebook as released."""
        versions = self.service.versions
        version = (await self.offers(lab)).get(lab, "")
        missing = "No other version of this lab was offered in this room."
        if not version:
            raise RefusalError("not-found", missing)
        notebook = await self.read(lambda: versions.notebook(lab, version), missing)
        description = await self.read(
            lambda: json.dumps(versions.description(lab, version)), missing
        )
        self.give(
            {
                "version": version,
                "lab": json.loads(description),
                "notebook": json.loads(notebook),
            }
        )


class OffersHandler(DeskHandler):
    """A corrected version of a lab, for everybody who sits in it."""

    async def post(self) -> None:
        """Offer it in one room, or in all that have the lab; idempotent."""
        lab, version = self.texts("lab", "version")
        rooms = self._rooms(lab)
        await offer(self.service, rooms, lab, version, ORGANISER)
        self.give({"rooms": [{"id": room.id, "title": room.title} for room in rooms]})

    def _rooms(self, lab: str) -> list[Room]:
        """Return the room that the body names, else all that have the lab."""
        if self.body().get("room") is None:
            rooms = self.store.rooms.values()
            return [room for room in rooms if lab in room.labs]
        room = self.room(*self.texts("room"))
        if lab not in room.labs:
            raise RefusalError("unknown-lab", f"{room.title} has no lab {lab}.")
        return [room]


async def offer(
    service: Service, rooms: Sequence[Room], lab: str, version: str, by: str
) -> None:
    """Offer a version of a lab in rooms that have it; idempotent.

    Raises:
        RefusalError: `not-found`, it was not released; `old-version`, a room was
            offered a higher one.
    """
    if not _is_released(service, lab, version):
        raise RefusalError(
            "not-found",
            f"expected a version of a lab that is released, got {lab[:64]} "
            f"{version[:64]}: `airlift lab release` writes it",
        )
    for room in rooms:
        await _check_newer(service, room, lab, version)
    clock = service.clock
    entries = [
        Entry(
            room=room.id,
            seat="",
            kind=OFFER,
            uid=f"offer-{room.id}-{lab}-{version}",
            at=clock.now(),
            mono=clock.mono(),
            boot=clock.boot,
            body={"lab": lab, "version": version, "by": by},
        )
        for room in rooms
    ]
    await service.journal.append(entries)


def _is_released(service: Service, lab: str, version: str) -> bool:
    """Say whether a version of a lab is there; nonsense is not."""
    try:
        return service.versions.has(lab, version)
    except VersionsError:
        return False


async def _check_newer(service: Service, room: Room, lab: str, version: str) -> None:
    """Refuse a version below one that the room was offered already."""
    feed = await service.feeds.feed(room.id)
    offered = feed.room_facts.offers.get(lab, "")
    if numbers(offered) > numbers(version):
        raise RefusalError(
            "old-version",
            f"{room.title} was offered {lab} {offered} already: expected a higher "
            f"version, got {version}",
        )
