"""Beside the server: the seat's services, started with it and stopped with it.

``python -P -m checkers.engine.beside -- <server command…>``

`checkers.engine.seat` becomes this where the image declares services. It stays until
the server has ended, so that both are told to stop, and both have ended, before the
container is gone. Nothing about a service keeps the server from starting or ends it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

from checkers.engine.attendance import STOP, attend, places
from checkers.engine.declared import DeclarationError, declared
from checkers.engine.seat import say


def main(words: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    """Run server and services; return the server's exit code."""
    running: list[subprocess.Popen[bytes]] = []
    told: list[int] = []

    def stop(number: int, _: object) -> None:
        """Hand a signal on; to the services as the one that stops them."""
        told.append(number)
        for process in running:
            process.send_signal(number if process is running[0] else signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    command = list(words[1:])
    try:
        running.append(subprocess.Popen(command))
    except OSError as error:
        say(f"expected a command that runs, got {command[0]}: {error.strerror}")
        return 127
    if told:  # before there was a server
        running[0].send_signal(told[0])
    services = start_services(environ)
    running += services
    code = running[0].wait()
    for process in services:
        end(process)
    return code if code >= 0 else 128 - code


def start_services(environ: Mapping[str, str]) -> list[subprocess.Popen[bytes]]:
    """Start what the image declares; nothing, and a sentence, where that fails."""
    at = places(environ)
    try:
        services = declared(at.declared)
        return [attend(services, at)] if services else []
    except (DeclarationError, OSError) as error:
        say(f"no services are started: {error}")
        return []


def end(services: subprocess.Popen[bytes]) -> None:
    """Stop the services, and wait until they have ended."""
    services.terminate()
    try:
        services.wait(STOP + 2)
    except subprocess.TimeoutExpired:
        say("the services did not end in time")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
