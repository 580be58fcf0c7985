"""Work: what a check may look at. Values, files, commands, http and answers.

Each method either returns what was asked for or ends the check as failed with a
standard reason and hint, so that a check is written for the good case. Reasons:
missing-name, wrong-type, missing-file, file-too-big, command-slow, no-answer,
missing-answer.
"""

from __future__ import annotations

import contextlib
import numbers  # noqa: F401 - `value` finds a type only where its module is imported
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from checkers.engine.check import CheckError, fail
from checkers.engine.nouns import noun
from checkers.engine.strings import _
from checkers.engine.text import clean, name_of

FILE_BYTES = 64 * 2**20
OUTPUT_BYTES = 2**20


class Ran(NamedTuple):
    """A command that has ended: its exit code and the first MiB of its output."""

    code: int
    out: str


class Reply(NamedTuple):
    """An answer over http: its status and the first MiB of its body."""

    status: int
    body: str


class Work:
    """One attendee's work, read only.

    Args:
        namespace: the kernel's variables. The check sees a copy of the mapping, so
            it cannot bind a name.
        folder: the lab's folder in the seat; files and commands start there.
        answers: answers given outside the notebook, by step.
    """

    def __init__(
        self,
        namespace: Mapping[str, Any],
        folder: Path,
        answers: Mapping[str, str] | None = None,
    ) -> None:
        self.origin = namespace
        """The kernel's own mapping: for the engine, to tell whose code raised."""
        self.namespace: Mapping[str, Any] = MappingProxyType(dict(namespace))
        self.folder = Path(folder)
        self._answers = dict(answers or {})

    def value(self, name: str, kind: str = "object") -> Any:
        """Return the value of a variable that is of the named type.

        Args:
            name: the variable.
            kind: a type by its name, such as ``int`` or ``pandas.DataFrame``;
                several with ``|`` between them. A subclass is fine too.
        """
        kinds = [part.strip() for part in kind.split("|")]
        if name not in self.namespace:
            self._missing(name)
        value = self.namespace[name]
        if any(_is_a(value, part) for part in kinds):
            return value
        wanted = _(" or ").join(noun(part) for part in kinds)
        if value is None:
            fail(
                "wrong-type",
                _(
                    "`{name}` is None; expected {wanted}. A method that works in place "
                    "returns None."
                ).format(name=name, wanted=wanted),
            )
        text = _("`{name}` is {found}; expected {wanted}.")
        found = noun(name_of(value))
        fail("wrong-type", text.format(name=name, found=found, wanted=wanted))

    def _missing(self, name: str) -> NoReturn:
        """Say that a variable is not there, and what looks like it."""
        for other in self.namespace:
            if type(other) is str and other.casefold() == name.casefold():
                fail(
                    "missing-name",
                    _(
                        "There is no `{name}` yet, but there is `{other}`: capital and "
                        "small letters differ."
                    ).format(name=name, other=other),
                )
        fail(
            "missing-name",
            _(
                "There is no `{name}` yet. Give your result the name `{name}` and run "
                "the cell again."
            ).format(name=name),
        )

    def file(self, path: str | Path, *, most: int = FILE_BYTES) -> Path:
        """Return the path of a regular file of at most `most` bytes."""
        shown = clean(str(path), 100)
        whole = self.folder / path
        try:
            found = whole.is_file()  # never a pipe, on which reading would wait
            size = whole.stat().st_size if found else 0
        except OSError:
            found = False
        if not found:
            text = _("There is no file `{path}` in the lab's folder yet.")
            fail("missing-file", text.format(path=shown))
        if size > most:
            text = _("`{path}` has {size:,} bytes; expected at most {most:,}.")
            fail("file-too-big", text.format(path=shown, size=size, most=most))
        return whole

    def run(self, command: str | Sequence[str], timeout: float = 5.0) -> Ran:
        """Run a command in the lab's folder and return what it said.

        Args:
            command: a list of words, or one string for ``bash``.
            timeout: seconds; then it is stopped with all it started, and the check
                has failed with ``command-slow``. Give the check a `limit` above it.
        """
        words = ["bash", "-c", command] if isinstance(command, str) else list(command)
        with TemporaryFile() as out:
            try:
                process = subprocess.Popen(
                    words,
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except FileNotFoundError:
                return Ran(127, "")
            try:
                code = _wait(process, timeout, out.fileno())
            finally:
                _stop(process)
            out.seek(0)
            return Ran(code, out.read(OUTPUT_BYTES).decode(errors="replace"))

    def http(self, url: str, timeout: float = 2.0) -> Reply:
        """Get `url` and return the reply, whatever its status."""
        # These cost 5 ms, so only labs that use them pay.
        from http.client import HTTPException
        from urllib import error, request

        if not url.startswith(("http://", "https://")):
            raise CheckError(f"http: expected an http address, got {url!r}")
        opener = request.build_opener(request.ProxyHandler({}))
        try:
            with opener.open(url, timeout=timeout) as reply:
                body = reply.read(OUTPUT_BYTES)
                return Reply(reply.status, body.decode(errors="replace"))
        except error.HTTPError as reply:
            body = reply.read(OUTPUT_BYTES)
            return Reply(reply.code, body.decode(errors="replace"))
        except (OSError, ValueError, EOFError, HTTPException) as problem:
            text = _("Nothing answers at {url} ({error}). Is it running?")
            fail("no-answer", text.format(url=url, error=name_of(problem)))

    def answer(self, step: str) -> str:
        """Return the answer to a step's question, as text without outer spaces.

        It is what was answered outside the notebook, else the variable named like
        the step: the answer to ``late-route`` is in ``late_route``.
        """
        if step in self._answers:
            return self._answers[step].strip()
        name = step.replace("-", "_")
        if not self.namespace:  # no kernel's work: done in a terminal
            text = _("There is no answer yet. Give it with `answer {step} …`.")
            fail("missing-answer", text.format(step=step))
        if name not in self.namespace:
            text = _("Write your answer as `{name} = …` and run the cell.")
            fail("missing-answer", text.format(name=name))
        text = _written(self.value(name, "str | numbers.Real"))
        if not text:
            text = _("`{name}` is empty; write your answer there.")
            fail("missing-answer", text.format(name=name))
        return text


def _written(value: Any) -> str:
    """Return a text or a number as text, numpy's numbers too; "" for anything else."""
    if type(value).__module__ == "numpy":
        value = value.item()
    try:
        return str(value).strip() if type(value) in (str, int, float, bool) else ""
    except ValueError:
        return ""  # a number of more digits than Python writes


def _is_a(value: object, kind: str) -> bool:
    """Tell whether the type of `value` is the type of that name.

    The type is looked up among the modules already imported: a value of a type
    whose module nobody has imported does not exist. The value is not asked.
    """
    module, _, name = kind.rpartition(".")
    found = getattr(sys.modules.get(module or "builtins"), name, None)
    if found is None and not module:
        raise CheckError(f"value: expected the name of a type, got {kind!r}")
    return isinstance(found, type) and issubclass(type(value), found)


def _wait(process: subprocess.Popen[bytes], timeout: float, out: int) -> int:
    """Wait for a command's end; stop it when it is slow or floods its output."""
    waited = 0.0
    while waited < timeout:
        code = None
        try:
            code = process.wait(0.05)
        except subprocess.TimeoutExpired:
            waited += 0.05
        if os.fstat(out).st_size > 16 * OUTPUT_BYTES:
            text = _("The command writes without end, so it was stopped.")
            fail("command-slow", text)
        if code is not None:
            return code
    text = _("The command took more than {seconds:g} seconds.")
    fail("command-slow", text.format(seconds=timeout))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a command and everything it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
