"""The stand, as a program: a lab's kernel, home and checks, told what to do by lines.

``python -m hub.authoring.stand`` reads one JSON object a line and answers each with
one: {"do": "start"|"run"|"check"|"ask"|"forget"|"keep"|"restore"|"content", …} gives
{"answer": …} or {"refused": "sentence"}. What is run here sees neither end of that.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import itertools
import json
import os
import platform
import shlex
import signal
import socket
import struct
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, TextIO

from checkers.engine import family
from checkers.engine.attempt import Attempt, Outcome
from checkers.engine.outbox import outbox_folder
from checkers.engine.probe import Request
from checkers.engine.prober import Prober
from checkers.engine.steps import marked
from hub.authoring.stand import services
from hub.authoring.stand.home import Home
from hub.authoring.stand.kernel import Kernel, Shown
from hub.authoring.stand.spoil import spoilt_answers, spoilt_files

HOOK = "checkers.engine.hook"
CUT = "AIRLIFT_STAND_CUT"
"""Set when this runs in a network of its own, whose loopback it has to bring up."""
SERVICES = Path("/opt/airlift/services.toml")
_THERE = 'cd "$PWD"'
"""Goes to a shell's folder, which may be another of that name by now."""
READY = 120.0
"""Seconds the services of an image have to be ready or to stop."""


class Stand:
    """One lab, worked on.

    Args:
        lab: its slug; the released lab lies in the home already.
        version: its version.
        kernel: name of its kernelspec.
        watched: steps that are checked outside the kernel.
        hook: the kernel is told to load the hook; in an image it does by itself.
        runner: for the probe.
    """

    def __init__(
        self,
        lab: str,
        version: str,
        kernel: str,
        watched: list[str],
        hook: bool,
        runner: asyncio.Runner,
    ) -> None:
        self.lab = lab
        self.version = version
        self.watched = set(watched)
        self.home = Home(Path(os.environ["HOME"]))
        self.folder = self.home.folder / lab
        self.outbox = outbox_folder()
        self.python = kernel.startswith("python")
        self._services = SERVICES.is_file()
        self._unlike = itertools.count()
        self._runner = runner
        self._prober = Prober()
        notebook = self.folder / f"{lab}.ipynb"
        environ = {**os.environ, "JPY_SESSION_NAME": str(notebook)}
        words = ["--HistoryManager.enabled=False"] if self.python else []
        words += [f"--ext={HOOK}"] if self.python and hook else []
        self._present: set[int] = set()
        self._touched = False
        """Whether anything was run since the home was as it was kept."""
        self._elsewhere = False
        """Whether the shell may stand in a folder that is another one by now."""
        self.kernel = Kernel(kernel, self.folder, environ, words)

    def start(self) -> None:
        """Wait for the services, keep the home as it is and start the kernel."""
        self._serve("wait", f"{READY:g}")
        with self._still():
            self.home.keep("start")
        self.kernel.start()

    def stop(self) -> None:
        """End kernel and probe."""
        self.kernel.stop()
        self._runner.run(self._prober.stop())

    def run(
        self, source: str, seconds: float, show: bool, trial: bool
    ) -> dict[str, Any]:
        """Run a cell, and check the watched steps that it is about.

        One that is a trial will be undone by `restore`: a shell runs it as its child,
        so that the shell itself stays as it is; a new one would take seconds.
        """
        shown: Shown | None = [] if show else None
        self._touched = True
        if trial and not self.python:
            cell = self._child(source)
        else:
            cell = source
            self._come_back()
        ended = self.kernel.execute(cell, seconds, shown)
        attempts = self._attempts()
        seen = {attempt["step"] for attempt in attempts}
        for step in marked(source):
            if step in self.watched and (self.python or step not in seen):
                attempts.append(self.check(step))
        return {"attempts": attempts, "ended": ended, "shown": shown}

    def _child(self, source: str) -> str:
        """Return one line that runs a cell in a shell of its own, with all it has."""
        place = self.home.folder / ".airlift" / "trial.sh"
        place.write_text(source + "\n", encoding="utf-8")
        return f"( {_THERE}; . {shlex.quote(str(place))} )"

    def _come_back(self) -> None:
        """Let the shell itself stand in a folder that is there, after trials."""
        if self._elsewhere:
            self.kernel.execute(_THERE, READY)
        self._elsewhere = False

    def check(self, step: str) -> dict[str, Any]:
        """Check a step outside the kernel, as the seat's agent does."""
        asked = Request(
            self.lab, step, str(self.folder), version=self.version, generation=0
        )
        found: Attempt = self._runner.run(self._prober.attempt(asked))
        return found.to_json()

    def ask(self, module: str, function: str, arguments: list[str]) -> Any:
        """Call a function in a Python kernel with its namespace; return its answer."""
        place = self.home.folder / ".airlift" / "answer.json"
        place.unlink(missing_ok=True)
        call = (
            f"import_module({module!r}).{function}(get_ipython().user_ns, *{arguments})"
        )
        self.kernel.execute(
            f"__import__('pathlib').Path({str(place)!r}).write_text(__import__('json')"
            f".dumps(__import__('importlib').{call}));",
            READY * 5,
        )
        try:
            return json.loads(place.read_text(encoding="utf-8"))
        except FileNotFoundError:
            what = f"expected an answer of {module}.{function}, got none"
            raise ValueError(what) from None

    def forget(self) -> None:
        """Make everything what it was at the start."""
        if self.python:
            self.kernel.execute("get_ipython().reset(new_session=False)", READY)
        else:
            self.kernel.stop()
        self._put_back("start")
        if not self.python:
            self.kernel.start()
            self._elsewhere = False

    def keep(self) -> None:
        """Remember all names, or files, as they are."""
        if self.python:
            self.ask("hub.authoring.stand.snapshot", "keep", [])
        self._present = self.kernel.below()
        with self._still():
            self.home.keep("step")
        self._touched = False

    def restore(self) -> None:
        """Make everything what it was when it was kept, after trials."""
        for pid in self.kernel.below() - self._present:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._touched:
            self._put_back("step")
            self._elsewhere = not self.python
        if self.python:
            self.ask("hub.authoring.stand.snapshot", "restore", [])

    def _put_back(self, name: str) -> None:
        """Make the home what it was when it was kept under a name."""
        if self._services:
            services.end()
        self.home.restore(name)
        self._serve("start")
        self._touched = False

    def content(self) -> dict[str, str]:
        """Return a hash of the files, and one of each value of a Python kernel.

        What services keep nobody can tell, so with them nothing is like anything else.
        """
        found = {"files": self.home.content()}
        if self._services:
            found["services"] = f"unlike {next(self._unlike)}"
        if self.python:
            values = self.ask("hub.authoring.stand.snapshot", "contents", [])
            found |= {f"value {name}": value for name, value in values.items()}
        return found

    def spoil(self, watched: list[str], asked: list[str]) -> list[list[str]]:
        """Look at steps with strange files, answers and services that stand still.

        Returns:
            [step, what was in place, what the checker raised] for each `error`.
        """

        def look(step: str) -> str:
            """Check a step; return what its checker raised."""
            found = self.check(step)
            error = found["outcome"] == Outcome.ERROR.value
            return f"{found['reason']} {found['hint']}" if error else ""

        found = [*spoilt_answers(look, asked, self.outbox, self.lab)]
        if watched:
            found += spoilt_files(look, watched, self.folder)
        if watched and self._services:
            with self._still():
                down = [
                    (step, "with services that stand still", look(step))
                    for step in watched
                ]
            found += [one for one in down if one[2]]
        return [list(one) for one in found]

    def versions(self, packages: list[str]) -> dict[str, str]:
        """Return the versions of Python and of packages by their import names."""
        found = {"python": platform.python_version()}
        known = metadata.packages_distributions()
        for name in packages:
            for distribution in known.get(name, ())[:1]:
                found[distribution] = metadata.version(distribution)
        return found

    @contextlib.contextmanager
    def _still(self) -> Iterator[None]:
        """Stop the services for a moment, if there are any."""
        self._serve("stop")
        yield
        self._serve("start")

    def _serve(self, *words: str) -> None:
        """Tell the services what to do, if there are any."""
        if self._services:
            services.tell(*words)

    def _attempts(self) -> list[dict[str, Any]]:
        """Take what was put into the outbox, in order."""
        found = []
        for path in sorted((self.outbox / "new").glob("*.json")):
            data = json.loads(path.read_text(encoding="utf-8"))
            if "attempt" in data:
                found.append(data["attempt"])
            path.unlink()
        return found


def serve(requests: TextIO, out: TextIO) -> None:
    """Do what is asked until there are no more requests."""
    with asyncio.Runner() as runner:
        stand: Stand | None = None
        try:
            for line in requests:
                data = json.loads(line)
                turn = data.pop("do")
                try:
                    if turn == "start":
                        stand = Stand(**data, runner=runner)
                    deed: Callable[..., Any] = getattr(stand, turn)
                    said = {"answer": deed(**({} if turn == "start" else data))}
                except Exception as error:  # the boundary: told to who asked
                    said = {"refused": f"{type(error).__name__}: {error}"}
                out.write(json.dumps(said) + "\n")
                out.flush()
        finally:
            if stand is not None:
                stand.stop()


def own_lines() -> tuple[TextIO, TextIO]:
    """Return the prover's lines; whatever else reads or writes here reaches nobody."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, out


def bring_up_loopback() -> None:
    """Let this machine reach itself in a network of its own."""
    with socket.socket() as any_socket:
        request = struct.pack("16sh", b"lo", 1)  # IFF_UP
        fcntl.ioctl(any_socket, 0x8914, request)  # SIOCSIFFLAGS


def main() -> None:
    """Stand by until the prover goes."""
    requests, out = own_lines()
    family.adopt()
    if os.environ.pop(CUT, ""):
        bring_up_loopback()
    serve(requests, out)


if __name__ == "__main__":
    main()
