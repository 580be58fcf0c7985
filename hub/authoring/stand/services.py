"""The services of an image while a lab is worked on: awaited, stopped, or just ended.

Errors:
    RuntimeError: they did not do what they were told.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from xmlrpc.client import Fault

from checkers.engine import family, services
from checkers.engine.attendance import places
from checkers.engine.declared import DeclarationError, declared

_PAUSE = 0.005
_LOG = 5
"""Lines of a log that are worth telling."""


def tell(*words: str) -> None:
    """Do what the command of the same words does."""
    if services.main(words):
        said = " ".join(words)
        why = "; ".join(_ends())
        raise RuntimeError(f"expected `services {said}` to be done, it was not. {why}")


def _ends() -> Iterator[str]:
    """Say of each service that is not ready how its log ends."""
    at = places()
    with suppress(OSError, DeclarationError):
        for one in services.standings(declared(at.declared), at):
            if one.word != "ready":
                last = " / ".join(services.last_lines(one.name, at, _LOG))
                yield f"{one.name} is {one.word}, its log ends: {last or 'nothing yet'}"


def end() -> None:
    """End all services at once, for whoever throws away what they have written.

    A database that is told to stop first brings all it has safely to the disk.
    """
    asking = services.supervisor(places())
    for service in asking.getAllProcessInfo():
        name, pid = service["name"], service["pid"]
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        with suppress(Fault):  # it does not run
            asking.stopProcess(name, False)  # so that it is not started again
        if pid:
            family.end(pid)
        while asking.getProcessInfo(name)["pid"]:
            time.sleep(_PAUSE)
