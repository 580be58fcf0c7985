"""What the seat's own pages ask of files: catch up, begin again, take corrections.

``POST airlift/files`` brings a notebook beside the attendee's own, ``GET
airlift/pristine`` gives the cells of a step as they were, ``GET airlift/update`` those
of a corrected version. The solved states are in the room alone and come one by one.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse
from tornado.web import authenticated

from checkers.engine.files import (
    MOST_BYTES,
    FilesError,
    Notebook,
    as_notebook,
    cells_of,
    corrections,
    put_beside,
    read_notebook,
)
from checkers.engine.note import Kind
from checkers.engine.outbox import OutboxError, why_not
from checkers.engine.panel_api import SeatHandler
from checkers.engine.panel_rules import RefusedError
from checkers.engine.place import place_of
from checkers.engine.seat import copy_missing
from checkers.engine.steps import SeatLab
from checkers.engine.strings import _

if TYPE_CHECKING:  # the agent adds these routes
    from checkers.engine.agent import Agent

_PATIENCE = 15.0


class FilesHandler(SeatHandler):
    """What all handlers of files share."""

    def initialize(self, agent: Agent) -> None:
        """Take the agent, and find the labs and the home."""
        super().initialize(agent)
        self.released = place_of(os.environ).labs_dir
        self.home = Path(str(self.settings["server_root_dir"])).expanduser()

    async def give(self, made: Awaitable[dict[str, Any]]) -> None:
        """Answer with what is made, or with why not, in words."""
        try:
            data = await made
        except RefusedError as error:
            self.refuse(error.status, error.code, str(error))
        except OutboxError as error:
            self.refuse(507, "not-saved", str(error))
        except FilesError as error:
            self.log.warning("airlift: %s", error)
            message = _("This lab's own files cannot be read. Please tell a helper.")
            self.refuse(404, "not-found", message)
        else:
            self.finish(json.dumps(data))

    def lab(self, slug: object) -> SeatLab:
        """Return a lab of this seat.

        Raises:
            RefusedError: there is none of that name.
        """
        lab = self.agent.labs.get(slug) if isinstance(slug, str) else None
        if lab is None:
            raise RefusedError("unknown-lab", _("This lab is not at this seat."), 404)
        return lab

    def check_step(self, lab: SeatLab, step: object) -> str:
        """Return the id of a lab's step.

        Raises:
            RefusedError: it has no such step.
        """
        if not isinstance(step, str) or lab.step(step) is None:
            raise RefusedError("unknown-step", _("This lab has no such step."), 404)
        return step

    def pristine(self, lab: SeatLab) -> Notebook:
        """Return the notebook of a lab as the seat got it."""
        return read_notebook(self.released / lab.notebook)

    def bring(self, lab: SeatLab, stem: str, notebook: Notebook) -> Path:
        """Write a notebook beside those of a lab.

        Raises:
            OutboxError: the disk is full, or the home cannot be written.
        """
        try:
            return put_beside(self.home / lab.slug, stem, notebook)
        except OSError as error:
            raise OutboxError(why_not(error)) from error

    async def ask_room(self, path: str) -> Any:
        """Return what the room has under a path of this seat's labs.

        Raises:
            RefusedError: the room does not answer, or says no; in its words.
        """
        url = f"{self.agent.room_url}/api/seat/labs/{path}"
        try:
            reply: HTTPResponse = await AsyncHTTPClient().fetch(
                url,
                headers={"Authorization": f"Bearer {self.agent.token}"},
                connect_timeout=3.0,
                request_timeout=_PATIENCE,
                follow_redirects=False,
                raise_error=False,
            )
            data = json.loads(reply.body) if len(reply.body) <= MOST_BYTES else None
        except (OSError, ValueError, RecursionError, HTTPClientError):
            raise _said(599, None) from None
        if reply.code != 200:
            raise _said(reply.code, data)
        return data


class BringHandler(FilesHandler):
    """``POST <base>/airlift/files``."""

    @authenticated
    async def post(self) -> None:
        """Bring a notebook and give its path below the home."""
        await self.give(self._bring())

    async def _bring(self) -> dict[str, Any]:
        """Do what the body says."""
        data = self.data()
        asked = data if isinstance(data, dict) else {}
        lab = self.lab(asked.get("lab"))
        if asked.get("do") == "catch-up":
            path = await self._catch_up(lab, self.check_step(lab, asked.get("step")))
        elif asked.get("do") == "reset-lab":
            path = await asyncio.to_thread(self._again, lab)
            for step in lab.steps:
                self.agent.tell(Kind.RESET, lab.slug, step.id)
        else:
            message = "do: expected catch-up or reset-lab"
            raise RefusedError("bad-request", message, 400)
        return {"path": str(path.relative_to(self.home))}

    async def _catch_up(self, lab: SeatLab, step: str) -> Path:
        """Bring the state before a step, and tell that it was opened."""
        if not self.agent.room_url:
            message = _("Catching up needs a room: the solved steps are kept there.")
            raise RefusedError("practice", message)
        notebook = as_notebook(await self.ask_room(f"{lab.slug}/before/{step}"))
        name = f"{lab.slug}-before-{step}"
        path = await asyncio.to_thread(self.bring, lab, name, notebook)
        try:
            self.agent.tell(Kind.CAUGHT_UP, lab.slug, step)
        except OutboxError:
            path.unlink(missing_ok=True)  # untold, it would look like own work
            raise
        return path

    def _again(self, lab: SeatLab) -> Path:
        """Bring the lab's notebook as it was, and files of it that are gone."""
        path = self.bring(lab, f"{lab.slug}-again", self.pristine(lab))
        try:
            copy_missing(self.released / lab.slug, self.home / lab.slug)
        except OSError as error:
            raise OutboxError(why_not(error)) from error
        return path


class PristineHandler(FilesHandler):
    """``GET <base>/airlift/pristine?lab=&step=``."""

    @authenticated
    async def get(self) -> None:
        """Give the cells of a step as they were."""
        await self.give(self._cells())

    async def _cells(self) -> dict[str, Any]:
        """Read them from the released lab."""
        lab = self.lab(self.get_query_argument("lab", ""))
        step = lab.step(self.check_step(lab, self.get_query_argument("step", "")))
        notebook = await asyncio.to_thread(self.pristine, lab)
        return {"cells": cells_of(notebook, step.cells if step else ())}


class UpdateHandler(FilesHandler):
    """``GET <base>/airlift/update?lab=[&notebook=]``."""

    @authenticated
    async def get(self) -> None:
        """Give the cells of the offered version that may be taken."""
        await self.give(self._cells())

    async def _cells(self) -> dict[str, Any]:
        """Compare what the room offers with what the seat began with."""
        lab = self.lab(self.get_query_argument("lab", ""))
        if not self.agent.room_url:
            message = _("Corrections come from a room; this is practice.")
            raise RefusedError("practice", message)
        own = await asyncio.to_thread(self._own, lab)
        offered = await self.ask_room(f"{lab.slug}/released")
        if not isinstance(offered, dict):
            raise FilesError(f"expected a release of {lab.slug}")
        notebook = as_notebook(offered.get("notebook"))
        pristine = await asyncio.to_thread(self.pristine, lab)
        version = str(offered.get("version", ""))
        newer = _numbers(version) > _numbers(lab.version)
        cells = corrections(notebook, pristine, own) if newer else []
        return {"version": version, "cells": cells}

    def _own(self, lab: SeatLab) -> Notebook | None:
        """Return the attendee's notebook as it is saved, if it can be read."""
        name = self.get_query_argument("notebook", "") or lab.notebook
        path = (self.home / name).resolve()
        if not path.is_relative_to(self.home.resolve()):
            return None
        try:
            return read_notebook(path)
        except FilesError:
            return None


def _said(status: int, data: object) -> RefusedError:
    """Return the room's refusal, in its words where it has some."""
    found = data.get("error") if isinstance(data, dict) else None
    error = found if isinstance(found, dict) else {}
    words = error.get("message")
    if status in (404, 409, 429) and isinstance(words, str):
        return RefusedError(str(error.get("code", "not-found")), words, status)
    message = _("The room does not answer just now. Try again in a moment.")
    return RefusedError("room-away", message, 503)


def _numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers to compare."""
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def routes(base: str, agent: Agent) -> list[tuple[str, type, dict[str, Any]]]:
    """Return the handlers below `base`."""
    handlers = {
        "files": BringHandler,
        "pristine": PristineHandler,
        "update": UpdateHandler,
    }
    return [
        (f"{base}/{name}", handler, {"agent": agent})
        for name, handler in handlers.items()
    ]
