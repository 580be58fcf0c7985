"""What the seat's pages ask for to go on elsewhere, and to bring back what was done.

``GET airlift/take-home.zip`` is everything, ``GET airlift/take-home.html?lab=`` the own
notebook as a page, ``POST airlift/bring-back`` takes a zip. Each is the work of a
program of its own, so the server neither waits for it nor grows by it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import uuid4

from jupyter_server.base.handlers import APIHandler
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, authenticated, stream_request_body

from checkers.engine.panel_api import SeatHandler
from checkers.engine.parcel import MOST_PACKED
from checkers.engine.place import Place, place_of
from checkers.engine.strings import _

if TYPE_CHECKING:  # the agent adds these routes
    from checkers.engine.agent import Agent

_CHUNK = 2**18
_PATIENCE = 120.0
"""Seconds until the first piece."""


class _ProgramHandler(SeatHandler):
    """A request that a program answers."""

    _program: Process | None = None

    def get_login_url(self) -> str:
        """Let a browser that follows a link to a file log in; scripts get 403."""
        if self.request.method != "GET":
            return super().get_login_url()
        return super(APIHandler, self).get_login_url()

    @property
    def turn(self) -> asyncio.Lock:
        """Return what lets one such program run at a time."""
        turn: asyncio.Lock = self.settings.setdefault("airlift_turn", asyncio.Lock())
        return turn

    async def start(self, module: str, *words: str) -> bytes:
        """Start a module of ours; return the first piece of what it writes.

        Nothing when it failed; the request has its answer then.
        """
        line = [sys.executable, "-P", "-m", f"checkers.engine.{module}", *words]
        program = await asyncio.create_subprocess_exec(
            *line, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
        self._program = program
        assert program.stdout is not None
        assert program.stderr is not None
        try:
            async with asyncio.timeout(_PATIENCE):
                first = await program.stdout.read(_CHUNK)
                if first:
                    return first
                said = (await program.stderr.read(_CHUNK)).decode(errors="replace")
        except TimeoutError:
            said = _("This takes too long. Please try again later.")
        lines = said.strip().splitlines()
        known = lines and await self.end() == 1 and not lines[0].startswith("Traceback")
        if not known:
            self.log.warning("module=%s failed: %s", module, said[-2000:])
        sentence = _("This did not work just now. Please tell a helper.")
        self.refuse(422, "not-made", lines[-1] if known else sentence)
        return b""

    async def pass_on(self, first: bytes, kind: str, name: str) -> None:
        """Send what the program writes as a file to keep."""
        assert self._program is not None
        assert self._program.stdout is not None
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.set_header("Cache-Control", "no-store")
        piece = first
        try:
            while piece:
                self.write(piece)
                await self.flush()
                piece = await self._program.stdout.read(_CHUNK)
            if await self.end():
                # a file cut short must not look like a whole one
                connection: Any = self.request.connection
                connection.stream.close()
                return
            self.finish(set_content_type=kind)
        except StreamClosedError:
            return

    async def end(self) -> int:
        """Wait for the program's end; one that hangs is ended."""
        if self._program is None:
            return 0
        try:
            async with asyncio.timeout(5):
                return await self._program.wait()
        except TimeoutError:
            self._kill()
            return await self._program.wait()

    def on_connection_close(self) -> None:
        """Do not go on for somebody who has left."""
        self._kill()
        super().on_connection_close()

    def on_finish(self) -> None:
        """Leave no program behind."""
        self._kill()
        super().on_finish()

    def _kill(self) -> None:
        """End the program."""
        if self._program is not None and self._program.returncode is None:
            with suppress(ProcessLookupError):
                self._program.kill()


class ZipHandler(_ProgramHandler):
    """``GET <base>/airlift/take-home.zip``."""

    @authenticated
    async def get(self) -> None:
        """Give everything of this seat as a zip."""
        async with self.turn:
            first = await self.start("take_home")
            if first:
                await self.pass_on(first, "application/zip", _file_name())


class PageHandler(_ProgramHandler):
    """``GET <base>/airlift/take-home.html?lab=``."""

    @authenticated
    async def get(self) -> None:
        """Give the own notebook of a lab as a page."""
        here = place_of()
        slug = self.get_query_argument("lab", "") or next(iter(here.slugs), "")
        lab = here.labs().get(slug)
        notebook = _notebook(here, slug) if lab else None
        if lab is None or notebook is None:
            self.refuse(404, "not-found", _("There is no notebook of this lab here."))
            return
        async with self.turn:
            first = await self.start("notebook_page", str(notebook), lab.title)
            if first:
                await self.pass_on(first, "text/html; charset=utf-8", f"{slug}.html")


@stream_request_body
class BringBackHandler(_ProgramHandler):
    """``POST <base>/airlift/bring-back``: the body is a zip."""

    _file: BinaryIO | None = None
    _path: Path | None = None
    _size = 0

    async def prepare(self) -> None:  # type: ignore[override]
        """Open a file for the body, which must not fill the memory."""
        await super().prepare()
        if self._finished:
            return
        if not self.current_user:
            raise HTTPError(403)
        connection: Any = self.request.connection
        connection.set_max_body_size(4 * MOST_PACKED)
        folder = place_of().outbox.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / f"arriving-{uuid4().hex}.zip"
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(handle, "wb")

    def data_received(self, chunk: bytes) -> None:
        """Keep a piece of the body, up to what is allowed."""
        self._size += len(chunk)
        if self._file is not None and self._size <= MOST_PACKED:
            try:
                self._file.write(chunk)
            except OSError:
                self._close()

    @authenticated
    async def post(self) -> None:
        """Add what the zip has and this seat has not."""
        if self._size > MOST_PACKED:
            message = _("The zip is larger than {most} MB.")
            most = MOST_PACKED // 2**20
            self.refuse(413, "too-large", message.format(most=most))
            return
        try:
            if self._file is None:
                raise OSError
            self._file.flush()
        except OSError:
            self._close()
            message = _("There is no room on your disk for this zip.")
            self.refuse(507, "not-saved", message)
            return
        async with self.turn:
            answer = await self.start("bring_back", str(self._path))
            if answer and self._program is not None and self._program.stdout:
                answer += await self._program.stdout.read()
                await self.end()
                self._close()
                self.finish(answer)

    def refuse(self, status: int, code: str, message: str) -> None:
        """Remove the zip, then say why it was not taken."""
        self._close()
        super().refuse(status, code, message)

    def on_connection_close(self) -> None:
        """Keep nothing of a body that broke off."""
        self._close()
        super().on_connection_close()

    def on_finish(self) -> None:
        """Remove the zip."""
        self._close()
        super().on_finish()

    def _close(self) -> None:
        """Close and remove the file."""
        if self._file is not None and self._path is not None:
            with suppress(OSError):
                self._file.close()
            self._path.unlink(missing_ok=True)
            self._file = None


def _notebook(here: Place, slug: str) -> Path | None:
    """Return the own notebook of a lab: the lab's, else the newest in its folder."""
    folder = here.home / slug
    if (folder / f"{slug}.ipynb").is_file():
        return folder / f"{slug}.ipynb"
    found = [path for path in folder.glob("*.ipynb") if path.is_file()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def _file_name() -> str:
    """Return the zip's name."""
    return f"airlift-{time.strftime('%Y-%m-%d')}.zip"


def routes(base: str, agent: Agent) -> Sequence[tuple[str, type, dict[str, Any]]]:
    """Return the handlers below `base`."""
    given = {"agent": agent}
    return [
        (rf"{base}/take-home\.zip", ZipHandler, given),
        (rf"{base}/take-home\.html", PageHandler, given),
        (rf"{base}/bring-back", BringBackHandler, given),
    ]
