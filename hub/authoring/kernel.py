"""LabKernel: a lab's kernel, files and checks as an attendee has them, from outside.

The work is done by `hub.authoring.stand`, a program beside this one or in a container;
here it is told what to do, and its answers are read.

Errors:
    KernelError: the stand or its kernel did not do what was asked; names the lab.
"""

from __future__ import annotations

import json
import select
from pathlib import Path
from subprocess import Popen
from types import TracebackType
from typing import Any

from nbformat.v4 import output_from_msg

from checkers.engine.attempt import Attempt
from hub.authoring.release import kernel_name
from hub.authoring.stand_places import Place, here
from hub.catalog import Lab

SECONDS = 180.0
"""How long one cell may take: on a busy machine a database is dumped for a minute."""
STARTING = 180.0
"""How long it may take until everything is ready, services included."""


class KernelError(RuntimeError):
    """A kernel did not do what was asked."""


class LabKernel:
    """A kernel in a copy of the released lab; use it in a `with` statement.

    Args:
        lab: the lab.
        folder: an empty folder for this kernel alone.
        place: opens the place where it runs; beside this program when not said.
    """

    def __init__(self, lab: Lab, folder: Path, place: Place = here) -> None:
        self.lab = lab
        self.slug = lab.slug
        self.kernel = kernel_name(lab)
        self.python = self.kernel.startswith("python")
        self.interrupted = ""
        """How the last cell was stopped: "", "interrupted" or "restarted"."""
        self._opened = place(lab, folder, self.kernel)
        self.cut = False
        """Whether the place reaches no network but itself."""
        self._stand: Popen[bytes]
        self._unread = b""

    def __enter__(self) -> LabKernel:
        opened = self._opened.__enter__()
        self._stand, self.cut, self.folder = opened.process, opened.cut, opened.folder
        watched = [
            step.id
            for step in self.lab.steps
            if step.watch or (step.question and not self.python)
        ]
        try:
            self._ask(
                STARTING,
                "start",
                lab=self.slug,
                version=self.lab.version,
                kernel=self.kernel,
                watched=watched,
                hook=opened.hook,
            )
        except BaseException:
            self._opened.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.__exit__(kind, error, trace)

    def run(
        self, source: str, seconds: float = SECONDS, *, trial: bool = False
    ) -> list[Attempt]:
        """Run one cell and return the attempts that came of it, in order.

        What the cell itself raised shows in its attempt (``cell-raised``) and is
        otherwise left alone: attendees' cells raise all the time. One that takes
        longer is interrupted, which `interrupted` tells. A trial comes between `keep`
        and `restore`.

        Raises:
            KernelError: a cell that takes longer, when nothing else was said.
        """
        answer = self._run(source, seconds, trial=trial)
        self.interrupted = str(answer["ended"])
        if self.interrupted and seconds == SECONDS:
            raise self._too_long(source, self.interrupted)
        return [Attempt.from_json(data) for data in answer["attempts"]]

    def show(self, source: str) -> list[dict[str, Any]]:
        """Run one cell and return what it showed, as outputs of a notebook.

        Raises:
            KernelError: it took too long.
        """
        answer = self._run(source, SECONDS, show=True)
        if answer["ended"]:
            raise self._too_long(source, answer["ended"])
        return [
            _output({**message, "header": {"msg_type": message["msg_type"]}})
            for message in answer["shown"]
            if message["msg_type"] != "update_display_data"
        ]

    def check(self, step: str) -> Attempt:
        """Check a step outside the kernel, as a seat's agent does."""
        return Attempt.from_json(self._ask(STARTING, "check", step=step))

    def ask(self, module: str, function: str, *arguments: str) -> Any:
        """Call a function in a Python kernel with its namespace; return its answer.

        Args:
            module: the function's module, one of `hub.authoring.stand`.
            function: takes the namespace and `arguments`; returns JSON data.
            arguments: strings.
        """
        return self._ask(
            STARTING * 4,
            "ask",
            module=module,
            function=function,
            arguments=list(arguments),
        )

    def forget(self) -> None:
        """Make names and files what they were at the start."""
        self._ask(STARTING, "forget")

    def keep(self) -> None:
        """Remember names and files as they are."""
        self._ask(STARTING, "keep")

    def restore(self) -> None:
        """Make names and files what they were when they were kept."""
        self._ask(STARTING, "restore")

    def content(self) -> dict[str, str]:
        """Return a hash of the files, and one of each value."""
        return dict(self._ask(STARTING, "content"))

    def written(self) -> str:
        """Return a hash of when the files that lie open were written."""
        return str(self._ask(STARTING, "written"))

    def spoil(self, watched: list[str], asked: list[str]) -> list[list[str]]:
        """Look at steps with strange files and answers; see `stand.spoil`."""
        return list(self._ask(STARTING * 4, "spoil", watched=watched, asked=asked))

    def versions(self, packages: list[str]) -> dict[str, str]:
        """Return the versions of Python and of packages where the lab is run."""
        return dict(self._ask(STARTING, "versions", packages=packages))

    def _run(
        self, source: str, seconds: float, *, show: bool = False, trial: bool = False
    ) -> dict[str, Any]:
        """Run one cell; return attempts, how it ended and what it showed."""
        how = {"seconds": float(seconds), "show": show, "trial": trial}
        return dict(self._ask(seconds + STARTING, "run", source=source, **how))

    def _too_long(self, source: str, ended: str) -> KernelError:
        """Say that a cell took too long, or ended its kernel."""
        return KernelError(
            f"{self.slug}: expected a reply within {SECONDS:g} s for the cell "
            f"{source.strip()[:60]!r}, it {ended_how(ended)}"
        )

    def _ask(self, wait: float, turn: str, /, **how: Any) -> Any:
        """Tell the stand what to do and return its answer."""
        assert self._stand.stdin is not None  # a pipe
        try:
            self._stand.stdin.write(json.dumps({"do": turn, **how}).encode() + b"\n")
            self._stand.stdin.flush()
            said = json.loads(self._line(wait))
        except (OSError, ValueError) as error:
            raise KernelError(
                f"{self.slug}: expected an answer to {turn!r}, got {error!r}"
            ) from None
        if "refused" in said:
            raise KernelError(
                f"{self.slug}: expected {turn!r} to be done, got {said['refused']}"
            )
        return said["answer"]

    def _line(self, seconds: float) -> bytes:
        """Read one line within some seconds.

        Raises:
            OSError: there was none.
        """
        assert self._stand.stdout is not None  # a pipe
        out = self._stand.stdout.fileno()
        while b"\n" not in self._unread:
            if not select.select([out], [], [], seconds)[0]:
                raise TimeoutError(f"nothing within {seconds:g} s")
            found = self._stand.stdout.read1(2**16)  # type: ignore[attr-defined]
            if not found:
                raise EOFError(f"its program ended, code {self._stand.wait()}")
            self._unread += found
        line, _, self._unread = self._unread.partition(b"\n")
        return line


def ended_how(ended: str) -> str:
    """Say how a cell was stopped, as `LabKernel.interrupted` has it."""
    return "was stopped" if ended == "interrupted" else "ended its kernel"


def _output(message: dict[str, Any]) -> dict[str, Any]:
    """Return a kernel's message as an output of a notebook."""
    return dict(output_from_msg(message))  # type: ignore[no-untyped-call]
