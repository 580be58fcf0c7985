"""What the seat's own pages ask of the agent, and how they hear of news.

``GET airlift/panel`` is the panel's whole state, ``POST airlift/notes`` tells
something, ``POST airlift/check`` checks a watched step now, ``POST airlift/answer``
answers a step's question, ``POST airlift/opened`` notes which step is open there,
``POST airlift/welcomed`` notes that the welcome was seen, and ``GET airlift/status``
says in short how the agent stands. Pages hear of a change over Jupyter Server's own
event stream and then fetch the state again.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import APIHandler
from tornado.web import authenticated

from checkers.engine import given
from checkers.engine.attempt import Outcome
from checkers.engine.line import FAULT
from checkers.engine.outbox import OutboxError, why_not
from checkers.engine.panel_rules import (
    RefusedError,
    answer_from,
    granted,
    named,
    step_to_check,
    wish_from,
)
from checkers.engine.panel_state import panel_state
from checkers.engine.steps import Found
from checkers.engine.strings import _

if TYPE_CHECKING:  # the agent adds these routes
    from checkers.engine.agent import Agent

log = logging.getLogger(__name__)
SCHEMA = "https://airlift.invalid/seat/panel"
EVENT = {
    "$id": SCHEMA,
    "version": "1",
    "title": "The panel of this seat",
    "description": "What airlift/panel gives has changed.",
    "personal-data": False,
    "type": "object",
    "properties": {"row": {"type": "integer", "description": "counts the changes"}},
    "required": ["row"],
}
_MOST_BYTES = 128 * 1024
_TOGETHER = 0.1


class SeatHandler(APIHandler):
    """A request of the seat's own page."""

    def initialize(self, agent: Agent) -> None:
        """Take the agent it asks."""
        self.agent = agent

    def answer(self, act: Callable[[], dict[str, Any]]) -> None:
        """Answer with what `act` returns, or with why not, in words."""
        try:
            self.finish(json.dumps(act()))
        except RefusedError as error:
            self.refuse(error.status, error.code, str(error))
        except OutboxError as error:
            self.refuse(507, "not-saved", str(error))

    def refuse(self, status: int, code: str, message: str) -> None:
        """Answer with an error."""
        self.set_status(status)
        self.finish(json.dumps({"error": {"code": code, "message": message}}))

    def data(self) -> object:
        """Return the request's body as JSON.

        Raises:
            RefusedError: it is too large or no JSON.
        """
        if len(self.request.body) > _MOST_BYTES:
            message = f"expected at most {_MOST_BYTES} bytes"
            raise RefusedError("too-large", message, 413)
        try:
            return json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise RefusedError("bad-request", "expected JSON", 400) from None


class PanelHandler(SeatHandler):
    """``GET <base>/airlift/panel``."""

    @authenticated
    def get(self) -> None:
        """Give the panel's whole state."""
        self.answer(lambda: panel_state(self.agent.scene()))


class NotesHandler(SeatHandler):
    """``POST <base>/airlift/notes``."""

    @authenticated
    def post(self) -> None:
        """Tell something and give the state after it."""
        self.answer(self._tell)

    def _tell(self) -> dict[str, Any]:
        """Tell what the body says, if the rules grant it."""
        wish = granted(wish_from(self.data()), self.agent.scene())
        if wish is not None:
            self.agent.tell(wish.kind, wish.lab, wish.step, wish.body)
        return panel_state(self.agent.scene())


class CheckHandler(SeatHandler):
    """``POST <base>/airlift/check``."""

    @authenticated
    async def post(self) -> None:
        """Check a watched step now and give the state after it."""
        try:
            await self._check()
        except RefusedError as error:
            self.refuse(error.status, error.code, str(error))
        except OutboxError as error:
            self.refuse(507, "not-saved", str(error))
        except OSError as error:
            self.refuse(507, "not-saved", why_not(error))
        else:
            self.answer(lambda: panel_state(self.agent.scene()))

    async def _check(self) -> None:
        """Check what the body names.

        Raises:
            RefusedError: it cannot be checked now, or its check has a fault.
            OutboxError: the answer or the attempt could not be kept.
            OSError: no process could be started.
        """
        if self.agent.watch and self.agent.watch.asked:
            message = _("A check is running already. Try again in a moment.")
            raise RefusedError("busy", message)
        found = self.found()
        made = await self.agent.checking().check(found)
        if made.outcome is Outcome.ERROR:
            raise RefusedError("check-fault", FAULT)

    def found(self) -> Found:
        """Return the step that the body asks to check."""
        return step_to_check(self.data(), self.agent.scene(), self.agent.gates)


class AnswerHandler(CheckHandler):
    """``POST <base>/airlift/answer``: its step is checked as ``answer`` has it done."""

    def found(self) -> Found:
        """Keep the answer of the body and return the step that asked."""
        agent = self.agent
        found, answer = answer_from(self.data(), agent.scene(), agent.gates)
        given.write(agent.folder, found.lab.slug, found.step.id, answer)
        return found


class OpenedHandler(SeatHandler):
    """``POST <base>/airlift/opened``."""

    @authenticated
    def post(self) -> None:
        """Watch the step that is open in the panel, and give the state."""
        self.answer(self._opened)

    def _opened(self) -> dict[str, Any]:
        """Note what the body names; one that is not watched ends the one before."""
        scene = self.agent.scene()
        found, _data = named(self.data(), scene)
        if self.agent.watch:
            self.agent.watch.opened = found.lab.slug, found.step.id
        return panel_state(scene)


class WelcomedHandler(SeatHandler):
    """``POST <base>/airlift/welcomed``."""

    @authenticated
    def post(self) -> None:
        """Remember that the welcome was seen."""
        self.answer(self._welcome)

    def _welcome(self) -> dict[str, Any]:
        """Remember, and give the state after it."""
        self.agent.welcome()
        return panel_state(self.agent.scene())


class StatusHandler(SeatHandler):
    """``GET <base>/airlift/status``."""

    @authenticated
    def get(self) -> None:
        """Tell how the agent stands."""
        self.answer(self.agent.status)


def routes(base: str, agent: Agent) -> list[tuple[str, type, dict[str, Any]]]:
    """Return the handlers below `base`."""
    handlers = {
        "panel": PanelHandler,
        "notes": NotesHandler,
        "check": CheckHandler,
        "answer": AnswerHandler,
        "opened": OpenedHandler,
        "welcomed": WelcomedHandler,
        "status": StatusHandler,
    }
    return [
        (f"{base}/{name}", handler, {"agent": agent})
        for name, handler in handlers.items()
    ]


class Teller:
    """Tells pages of changes, those of a tenth of a second together.

    Args:
        emit: called with the number of the change.
    """

    def __init__(self, emit: Callable[[int], None]) -> None:
        self._emit = emit
        self._row = 0
        self._due = False

    def changed(self) -> None:
        """Note a change; pages hear of it soon."""
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_later(_TOGETHER, self._tell)

    def _tell(self) -> None:
        """Tell the pages."""
        self._due = False
        self._row += 1
        try:
            self._emit(self._row)
        except Exception:
            # The boundary: what listens to events is not ours.
            log.warning("pages could not be told", exc_info=True)


def tell_pages(events: Any, agent: Agent) -> None:
    """Let pages hear of the agent's changes over the server's event stream."""
    events.register_event_schema(EVENT)
    teller = Teller(partial(_emit, events))
    agent.listeners.append(teller.changed)


def _emit(events: Any, row: int) -> None:
    """Emit one event."""
    events.emit(schema_id=SCHEMA, data={"row": row})
