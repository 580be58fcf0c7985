"""Prober: one probe at a time, asked, waited for, and ended when it is too slow.

Whatever a check does, there is an attempt in the end: one that hangs is killed with all
it started, a second after its limit, and is the checker's own error. One whose process
ended is asked once more, as somebody at the seat may have ended it. The process starts
when it is first needed; see `checkers.engine.probe` for what it is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from typing import Any

from checkers.engine import family
from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.probe import Request
from checkers.engine.run import attempt

COMMAND = (sys.executable, "-P", "-m", "checkers.engine.probe")
START = 15.0
"""Seconds for the process to start and to import a lab's checker."""
GRACE = 1.0
"""Seconds after its limit that a check may take to end by itself."""


class Prober:
    """Runs checks in a process of its own.

    Args:
        environ: variables of the process; None for those of this one.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = dict(environ) if environ is not None else None
        self._process: Process | None = None
        self._one = asyncio.Lock()
        self._number = 0

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.returncode is None

    @property
    def busy(self) -> bool:
        """Whether a check is running."""
        return self._one.locked()

    async def attempt(self, request: Request) -> Attempt:
        """Check a step, after the checks that were asked for before.

        Raises:
            OSError: no process could be started.
        """
        async with self._one:
            first = await self._attempt(request)
            made = first or await self._attempt(request)
            return made or _fault(request, "checker-error", "its process ended")

    async def stop(self) -> None:
        """End the process with all it started."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            await asyncio.to_thread(family.end, process.pid)
            await process.wait()

    async def _attempt(self, request: Request) -> Attempt | None:
        """Check a step; None when the process has ended or says what makes no sense."""
        started = time.monotonic()
        wait, reason, why = START, "checker-broken", "its import never ended"
        try:
            process = await self._started()
            self._number += 1
            await self._ask(process, request)
            while True:
                async with asyncio.timeout(wait):
                    answer = await self._answer(process)
                if "attempt" in answer:
                    return Attempt.from_json(answer["attempt"])
                limit = float(answer["limit"])
                wait, reason, why = limit + GRACE, "time-limit", f"over {limit:g} s"
        except TimeoutError:
            await self.stop()
        except (EOFError, ConnectionError, ValueError, KeyError, TypeError):
            await self.stop()
            return None
        except BaseException:
            await self.stop()  # it is in the middle of something
            raise
        return _fault(request, reason, why, time.monotonic() - started)

    async def _started(self) -> Process:
        """Return the process, started when there is none."""
        if self.running and self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGCONT)  # if somebody has stopped it
        else:
            self._process = await asyncio.create_subprocess_exec(
                *COMMAND,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=self._environ,
            )
        return self._process

    async def _ask(self, process: Process, request: Request) -> None:
        """Write a request."""
        assert process.stdin is not None  # a pipe
        line = json.dumps({"id": self._number, **request._asdict()})
        process.stdin.write(line.encode() + b"\n")
        with contextlib.suppress(ConnectionError):  # told by the answer's end
            await process.stdin.drain()

    async def _answer(self, process: Process) -> dict[str, Any]:
        """Read an answer to the present request.

        Raises:
            EOFError: the process has ended.
            ValueError: what it said is none of its answers.
        """
        assert process.stdout is not None  # a pipe
        line = await process.stdout.readline()
        if not line:
            raise EOFError
        data = json.loads(line)
        if not isinstance(data, dict) or data.get("id") != self._number:
            raise ValueError("expected an answer to the request")
        return data


def _fault(request: Request, reason: str, why: str, seconds: float = 0.0) -> Attempt:
    """Return the attempt of a check that came to no end of its own."""
    return attempt(
        request.lab,
        request.step,
        (Outcome.ERROR, reason, f"checkers.{request.lab}: {why}"),
        trigger=Trigger(request.trigger),
        version=request.version,
        notebook=request.notebook,
        generation=request.generation,
        ms=round(seconds * 1000),
    )
