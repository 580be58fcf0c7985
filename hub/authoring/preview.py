"""Preview: a lab as its attendees see it, in a seat that is thrown away at the end.

The seat is a practice folder below a temporary folder, with its server on loopback.
Whenever a file of the lab is saved, all are read again; when nothing is wrong with
them, the lab is released anew into the seat. Else what is wrong is said, and the seat
stays as it was.

Errors:
    PractisingError: the seat cannot be started; or all that is wrong with the lab.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from checkers.engine.packages import missing
from checkers.engine.parcel import open_folder
from checkers.engine.practice_folder import PracticeFolder, fill
from checkers.engine.practice_server import (
    ServerError,
    ended_by_signals,
    free_port,
    running,
)
from hub.authoring.places import checker_file
from hub.authoring.renewal import renew
from hub.catalog import Lab
from hub.machine import dockerd, practising
from hub.machine.practising import PractisingError
from hub.settings import Settings

PAUSE = 0.4
"""Seconds between two looks at the files."""
Say = Callable[[str], None]
Wait = Callable[[float], bool]
"""Waits for the seat's end, at most so many seconds; tells whether it came."""
Start = Callable[[], AbstractContextManager[tuple[str, Wait]]]


class Released(NamedTuple):
    """What a release needs and did."""

    again: bool
    """Its seat's server has to start anew, since it reads this only once."""
    kept: tuple[str, ...]
    """What somebody wrote in the seat, so that it stayed."""


@dataclass
class Preview:
    """A lab and the seat in which it is shown.

    Args:
        airlift: the settings of the lab's place.
        lab: the lab as it was at the start.
        place: a temporary folder.
        token: what lets a browser in.
        port: the seat's port; both stay when the seat is started again.
    """

    airlift: Settings
    lab: Lab
    place: Path
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    port: int = field(default_factory=free_port)

    @property
    def seat(self) -> PracticeFolder:
        """The seat's home."""
        return PracticeFolder(self.place / "seat")

    def files(self) -> dict[str, tuple[int, int]]:
        """Return the files an author may save, with the time and size of each."""
        checker = checker_file(self.airlift, self.lab.slug)
        walked = os.walk(self.lab.folder)  # a folder that goes meanwhile is no error
        paths = [Path(above, name) for above, _, names in walked for name in names]
        paths += [checker] if checker else []
        found = {}
        for path in paths:
            name = self._name(path)
            if any(part.startswith((".", "~", "__")) for part in Path(name).parts):
                continue  # checkpoints and the like
            with suppress(OSError):
                if path.is_file():
                    state = path.stat()
                    found[name] = (state.st_mtime_ns, state.st_size)
        return found

    def _name(self, path: Path) -> str:
        """Return the name of a file as its author knows it."""
        if path.is_relative_to(self.lab.folder):
            return str(path.relative_to(self.lab.folder))
        return f"checkers/{path.name}"

    def release(self) -> Released:
        """Release the lab into the seat.

        Raises:
            PractisingError: all that is wrong with the lab's files.
        """
        before, now = self.place / "before", self.place / "now"
        new, slug = self.place / "new", self.lab.slug
        shutil.rmtree(new, ignore_errors=True)
        practising.write_parcel(self.airlift, self.lab.folder, new, way="renew")
        shutil.rmtree(before, ignore_errors=True)
        if now.exists():
            now.rename(before)
        new.rename(now)
        kept: tuple[str, ...] = ()
        if before.exists():
            folders = (before / "labs" / slug, now / "labs" / slug)
            kept = renew(self.seat.home / slug, *folders)
        fill(self.seat, open_folder(now))
        parts = (f"labs/{slug}/lab.json", f"checkers/{slug}.py")
        again = any(_content(before / part) != _content(now / part) for part in parts)
        return Released(again, kept)


def preview(
    airlift: Settings, lab: Lab, *, docker: bool, python: str, browser: bool, say: Say
) -> None:
    """Show a lab until Ctrl+C, and leave nothing.

    Args:
        airlift: the settings of the lab's place.
        lab: the lab.
        docker: run the seat in the lab's image rather than as a process.
        python: the Python of that process.
        browser: open one.
        say: takes each sentence for the author.

    Raises:
        PractisingError: it cannot be shown.
    """
    with tempfile.TemporaryDirectory(prefix="airlift-preview-") as folder:
        shown = Preview(airlift, lab, Path(folder))
        with ended_by_signals(), suppress(KeyboardInterrupt):
            seen = shown.files()
            shown.release()
            docker = docker or not _can_be_here(shown, python, say)
            if docker:
                say(f"In the image {lab.seat_image}, which is built first if need be.")
            else:
                say("A seat starts on this machine.")
            start = _in_container(shown) if docker else _here(shown, python)
            try:
                _show(shown, start, seen, browser=browser, say=say)
            except ServerError as error:
                raise PractisingError(str(error)) from None
    say("The preview has ended; nothing of it is left.")


def _show(
    shown: Preview,
    start: Start,
    seen: dict[str, tuple[int, int]],
    *,
    browser: bool,
    say: Say,
) -> None:
    """Run the seat, anew as often as a release wants it, until it ends."""
    first = True
    while True:
        with start() as (page, wait):
            if first:
                say(f"The lab is open at {page}")
                say(
                    "Save a file of the lab to see it renewed; Ctrl+C ends the preview."
                )
                if browser:
                    webbrowser.open(page)
            first = False
            seen, again = _follow(shown, seen, wait, say)
        if not again:
            say("The seat has ended by itself.")
            return


def _follow(
    shown: Preview, seen: dict[str, tuple[int, int]], wait: Wait, say: Say
) -> tuple[dict[str, tuple[int, int]], bool]:
    """Release whenever files were saved, until the server must start anew or ended."""
    last = shown.files()
    while not wait(PAUSE):
        now = shown.files()
        if now == seen or now != last:  # nothing new, or something is being written
            last = now
            continue
        saved = sorted(
            name for name in seen.keys() | now.keys() if seen.get(name) != now.get(name)
        )
        seen = last = now
        words = f"{' and '.join(saved)} saved: "
        try:
            again, left = shown.release()
        except PractisingError as error:
            say(f"{words}not released, the preview stays as it was.\n{error}")
            continue
        kept = "".join(f"\n  you wrote in {one}, so it stays" for one in left)
        way = "released, and the seat starts anew" if again else "released again"
        say(f"{words}{way}. The page follows.{kept}")
        if again:
            return seen, True
    return seen, False


def _can_be_here(shown: Preview, python: str, say: Say) -> bool:
    """Say whether the seat can be a process; else an engine is to run it.

    Raises:
        PractisingError: neither can be; says what to do.
    """
    lacking = missing(shown.seat.requirements) if python == sys.executable else ()
    if not lacking:
        return True
    what = f"Not installed here: {', '.join(lacking)}."
    if not dockerd.answers():
        how = "`airlift up --engine local --prepare` sets up what seats have."
        raise PractisingError(f"{what} {how}")
    say(f"{what} A Docker engine answers.")
    return False


def _here(shown: Preview, python: str) -> Start:
    """Return what starts the seat as a process."""

    @contextmanager
    def start() -> Iterator[tuple[str, Wait]]:
        with running(shown.seat, python, shown.token, shown.port) as (page, server):
            yield page, lambda seconds: _ended(server, seconds)

    return start


def _in_container(shown: Preview) -> Start:
    """Return what starts the seat in the lab's image."""

    @contextmanager
    def start() -> Iterator[tuple[str, Wait]]:
        home = str(shown.seat.home)
        prepared = practising.prepare(sys.executable, "", home)
        with practising.in_container(
            shown.airlift,
            prepared,
            token=shown.token,
            port=shown.port,
        ) as (page, wait):
            yield page, wait

    return start


def _ended(server: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for a process's end; tell whether it came."""
    with suppress(subprocess.TimeoutExpired):
        server.wait(seconds)
    return server.poll() is not None


def _content(path: Path) -> bytes:
    """Return what a file holds; nothing when it is not there."""
    return path.read_bytes() if path.is_file() else b""
