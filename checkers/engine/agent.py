"""The agent: a Jupyter server extension between a seat and its room.

It numbers what kernels and the panel put into the outbox and sends it in batches until
the room has acknowledged each one, listens to the room's line, and serves the panel. It
needs no room: without ``AIRLIFT_ROOM_URL`` it is practice.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from checkers.engine import files_api, given, handbook_api, panel_api, take_home_api
from checkers.engine.attempt import Attempt
from checkers.engine.backoff import State, standing
from checkers.engine.delivery import Delivery
from checkers.engine.gates import FILE, Gates
from checkers.engine.note import Kind, Note
from checkers.engine.outbox import OutboxError, keep, outbox_folder, put, why_not
from checkers.engine.panel_state import Scene
from checkers.engine.previewed import Previewed
from checkers.engine.progress import Progress
from checkers.engine.record import Record
from checkers.engine.room_line import RoomLine
from checkers.engine.steps import SeatLab, SeatLabError, labs_from
from checkers.engine.strings import _, language

if TYPE_CHECKING:  # see Agent.checking
    from checkers.engine.watch import Watch

log = logging.getLogger(__name__)
_SENTENCES = {
    State.PRACTICE: _("Practice: nothing is sent."),
    State.WAITING: _("Not connected yet."),
    State.CONNECTED: _("Connected."),
    State.AWAY: _("The room does not answer; attempts wait here and are sent later."),
    State.REFUSED: _("The room does not accept this seat; attempts wait here."),
}


class Agent:
    """One seat's agent.

    Args:
        outbox: the seat's outbox.
        room_url: the room service's address; "" for practice.
        token: the seat's token.
        labs: the seat's labs.
        language: of the panel.
        home: where the labs are worked on; None for the folder above the outbox's.
        settings: of the server, which has terminals and kernels.
        previewed: what to tell of an author's preview, if this may be one.
    """

    def __init__(
        self,
        outbox: Path,
        room_url: str,
        token: str,
        labs: Mapping[str, SeatLab] | None = None,
        language: str = "en",
        home: Path | None = None,
        settings: Mapping[str, Any] | None = None,
        previewed: Previewed | None = None,
    ) -> None:
        self.room_url = room_url.rstrip("/")
        self.token = token
        self.labs = labs or {}
        self.language = language
        self.folder = outbox.parent
        """The one that holds the outbox, and what the seat keeps beside it."""
        self.record = Record(outbox)
        self.line = RoomLine(self.room_url, token, self.folder / FILE, self._heard)
        self.delivery = Delivery(outbox, self.room_url, token, self._look, self.changed)
        self.listeners: list[Callable[[], None]] = []
        """Called when what the panel shows may be another."""
        self._welcomed = self.folder / "welcomed"
        self._line_was = self.line.standing
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._home = home or self.folder.parent
        self._settings = settings or {}
        self.gates = Gates(self.folder)
        self.previewed = previewed
        self.watch: Watch | None = None
        """What checks steps outside kernels; None until there is one to check."""
        if any(_is_watched(lab) for lab in self.labs.values()):
            self.checking()

    def checking(self) -> Watch:
        """Return what checks steps outside kernels, made when it is first needed."""
        if self.watch is None:
            # costs 10 ms and 0.3 MB, so only seats that need it pay
            from checkers.engine.watch import watch_of

            labs = {slug: lab for slug, lab in self.labs.items() if _is_watched(lab)}
            args = (labs, self.record, self.gates, self._home, self._settings)
            self.watch = watch_of(*args, self.keep)
        return self.watch

    async def run(self) -> None:
        """Deliver, listen and watch until cancelled."""
        try:
            await self.delivery.run()
        finally:
            for task in self._tasks.values():
                task.cancel()

    def tell(
        self,
        kind: Kind,
        lab: str,
        step: str = "",
        body: Mapping[str, Any] | None = None,
    ) -> Note:
        """Keep a note in the seat's record, send it to the room, tell the panel.

        A reset without a generation gets the step's next one.

        Raises:
            WireError: the note is not what the contract says.
            OutboxError: it could not be kept; a sentence for the attendee.
        """
        self.record.look()
        body = dict(body or {})
        if kind is Kind.RESET and not body:
            generation = self.record.step(lab, step).progress.generation
            body = {"generation": generation + 1}
        if kind is Kind.RESET:
            given.write(self.folder, lab, step, None)
        made = Note(str(uuid4()), kind, lab, step, body)
        note = Note.from_json(made.to_json())
        put(self.delivery.numbering.folder, note)
        self.record.add(note)
        self.record.look()
        self.delivery.poke()
        self.changed()
        return note

    def keep(self, made: Attempt) -> None:
        """Keep an attempt at a watched step as a kernel does; tell room and panel.

        Raises:
            OutboxError: it could not be kept; a sentence for the attendee.
        """
        outbox = self.delivery.numbering.folder
        keep(outbox, made, Progress(outbox))
        self.record.look()
        self.changed()

    def welcome(self) -> None:
        """Remember that the welcome was seen.

        Raises:
            OutboxError: the disk is full, or the home cannot be written.
        """
        try:
            self._welcomed.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._welcomed.touch(mode=0o600)
        except OSError as error:
            raise OutboxError(why_not(error)) from error
        self.changed()

    def scene(self) -> Scene:
        """Return all that the panel shows."""
        if self.record.look():
            self.changed()  # another page may not know yet
        room = self.line.state if self.room_url else {}
        told = room.get("room") or {}
        status = self.status()
        return Scene(
            labs=self.labs,
            record=self.record,
            room=room,
            connection={
                key: status[key] for key in ("state", "pending", "refused", "last_ack")
            },
            now=time.time_ns() // 1_000_000 + self.line.skew,
            language=self.language,
            practice=not self.room_url or bool(told.get("practice")),
            welcomed=os.path.exists(self._welcomed),  # no trouble where it is shut
            waiting=self.delivery.numbering.ids(),
            refused=self.delivery.numbering.refused_ids(),
            answers={slug: given.read(self.folder, slug) for slug in self.labs},
            preview=self.previewed.look() if self.previewed else None,
        )

    def changed(self) -> None:
        """Tell who listens that the panel may show something else now."""
        for listener in self.listeners:
            listener()

    def _look(self) -> None:
        """Read on in the record, to which kernels add; listen to the room, and watch.

        Only the agent that holds the outbox looks, so only one does so: the room ends
        the stream of a seat that opens another.
        """
        if self.room_url and "line" not in self._tasks:
            self._tasks["line"] = asyncio.create_task(self.line.run())
        if self.watch and "watch" not in self._tasks:
            self._tasks["watch"] = asyncio.create_task(self.watch.run())
        if self.record.look():
            self.changed()

    def _heard(self) -> None:
        """Note that the room's line has said something."""
        was, self._line_was = self._line_was, self.line.standing
        if self._line_was is State.CONNECTED and was is not State.CONNECTED:
            self.delivery.hurry()
        self.changed()

    def status(self) -> dict[str, Any]:
        """Return how the agent stands, as JSON."""
        state = standing(self.delivery.state, self.line.standing)
        return {
            "v": 1,
            "state": state.value,
            "message": _SENTENCES[state],
            "pending": self.delivery.numbering.count(),
            "refused": self.delivery.numbering.count_refused(),
            "last_ack": self.delivery.last_ack,
        }


def _is_watched(lab: SeatLab) -> bool:
    """Tell whether a lab has steps that are checked by themselves."""
    return any(step.watch for step in lab.steps)


def agent_from(
    environ: Mapping[str, str], settings: Mapping[str, Any] | None = None
) -> Agent:
    """Return the agent of the seat that these variables describe, in its server."""
    url = environ.get("AIRLIFT_ROOM_URL", "")
    token = environ.get("JUPYTERHUB_API_TOKEN", "")
    try:
        labs = labs_from(environ)
    except (SeatLabError, OSError):
        log.warning("no labs", exc_info=True)
        labs = {}
    return Agent(
        outbox_folder(environ),
        url if token else "",
        token,
        labs,
        language(),
        Path(environ.get("HOME") or Path.home()),
        settings,
        Previewed(Path(environ.get("AIRLIFT_LABS_DIR") or "/opt/airlift/labs")),
    )


def routes(base: str, agent: Agent) -> list[tuple[str, type, dict[str, Any]]]:
    """Return all handlers of the agent, below `base`."""
    return [
        *panel_api.routes(base, agent),
        *take_home_api.routes(base, agent),
        *files_api.routes(base, agent),
        *handbook_api.routes(base, agent),
    ]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Name the extension to Jupyter Server."""
    return [{"module": "checkers.engine.agent"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Start the agent inside a Jupyter server."""
    agent = agent_from(os.environ, server.web_app.settings)
    base = f"{server.web_app.settings['base_url'].rstrip('/')}/airlift"
    server.web_app.add_handlers(".*$", routes(base, agent))
    panel_api.tell_pages(server.event_logger, agent)
    server.io_loop.add_callback(agent.run)
