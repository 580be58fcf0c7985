"""`services`: how the seat's services are, and start, stop, restart and read them.

services [status]         services logs [NAME]      services wait [SECONDS]
services restart [NAME]   services start [NAME]     services stop [NAME]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from checkers.engine.attendance import LOG_BYTES, Places, places
from checkers.engine.declared import DeclarationError, Service, declared
from checkers.engine.plain import read_end
from checkers.engine.strings import _

LINES = 40
"""How much of a log is shown."""
LOOK = 5
"""Seconds for one look whether a service is ready."""
PATIENCE = 60.0
"""Seconds to wait when nobody says."""


class ServicesError(Exception):
    """A sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one service is: a word for machines and a sentence for people."""

    name: str
    word: str
    """ready, starting, stopped, failing, or failed: it is not tried again."""
    says: str


def main(
    words: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ
) -> int:
    """Do what was asked for; return the exit code."""
    asked = _arguments(words)
    at = places(environ)
    try:
        services = declared(at.declared)
        if not services:
            raise ServicesError(_("This lab has no services."))
        return _VERBS[asked.verb](asked, services, at)
    except (ServicesError, DeclarationError) as error:
        sys.stderr.write(f"{error}\n")
    except OSError:
        sys.stderr.write(
            _("The services are not running yet. If it stays so, restart your seat.")
            + "\n"
        )
    return 1


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="services", description=_("Show and steer what runs beside this lab.")
    )
    verbs = ("status", *(verb for verb in _VERBS if verb != "status"))
    parser.add_argument("verb", nargs="?", choices=verbs, default="status")
    parser.add_argument("name", nargs="?", default="")
    return parser.parse_args(words)


def _chosen(services: Sequence[Service], name: str) -> list[Service]:
    """Return the service of a name, or all without one."""
    found = [service for service in services if name in ("", service.name)]
    if not found:
        known = ", ".join(service.name for service in services)
        sentence = _("There is no service {name}; there is {known}.")
        raise ServicesError(sentence.format(name=name, known=known))
    return found


def supervisor(at: Places) -> Any:
    """Return supervisord's calls; each raises OSError when it does not run."""
    transport = SupervisorTransport(None, None, f"unix://{at.run}/socket")
    return xmlrpc.client.ServerProxy("http://services", transport=transport).supervisor


def standings(services: Sequence[Service], at: Places) -> list[Standing]:
    """Return how each service is now.

    Raises:
        OSError: supervisord does not run.
    """
    known = {one["name"]: one for one in supervisor(at).getAllProcessInfo()}
    return [_standing(service, known.get(service.name, {})) for service in services]


def _standing(service: Service, info: Mapping[str, Any]) -> Standing:
    """Put into words what supervisord says of a service."""
    name, state = service.name, info.get("statename", "STOPPED")
    look = _("`services logs {name}` says why.").format(name=name)
    running = state in ("STARTING", "RUNNING")
    if running and _is_ready(service, sure=state == "RUNNING"):
        minutes = int(info["now"] - info["start"]) // 60
        says = _("ready, for {minutes} min").format(minutes=minutes)
        return Standing(name, "ready", says)
    if state == "BACKOFF" or (state == "STARTING" and info.get("exitstatus")):
        return Standing(name, "failing", _("ended, is tried again.") + " " + look)
    if running:
        return Standing(name, "starting", _("starting"))
    if state == "FATAL":
        again = _("`services restart {name}` tries again.").format(name=name)
        return Standing(name, "failed", _("given up.") + f" {look} {again}")
    return Standing(name, "stopped", _("stopped"))


def _is_ready(service: Service, *, sure: bool) -> bool:
    """Ask a service whether it can be used; one that cannot be asked, when sure."""
    if not service.ready:
        return sure
    try:
        asked = subprocess.run(
            service.ready,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **dict(service.environment)},
            timeout=LOOK,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _status(asked: argparse.Namespace, services: Sequence[Service], at: Places) -> int:
    """Print how the services are; 0 when all are ready."""
    return _show(_chosen(services, asked.name), at)


def _show(services: Sequence[Service], at: Places) -> int:
    """Print how services are; 0 when all are ready."""
    found = standings(services, at)
    for one in found:
        _say(f"{one.name}: {one.says}")
    return 0 if all(one.word == "ready" for one in found) else 1


def _wait(asked: argparse.Namespace, services: Sequence[Service], at: Places) -> int:
    """Wait until all services are ready; else print how they are."""
    try:
        patience = float(asked.name or PATIENCE)
    except ValueError:
        raise ServicesError(_("How many seconds? A number, please.")) from None
    if await_ready(services, at, patience):
        return 0
    return _show(services, at)


def await_ready(
    services: Sequence[Service], at: Places, patience: float = PATIENCE
) -> bool:
    """Wait until services are ready; supervisord itself may still be starting.

    One that was given up ends the wait: nobody starts it again.
    """
    deadline = time.monotonic() + patience
    while True:
        with suppress(OSError):
            words = {one.word for one in standings(services, at)}
            if words <= {"ready"}:
                return True
            if "failed" in words:
                return False
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)


def last_lines(name: str, at: Places, most: int = LINES) -> list[str]:
    """Return the end of what a service printed; nothing where it printed nothing."""
    log = read_end(at.log(name), LOG_BYTES)
    return log.decode(errors="replace").splitlines()[-most:]


def _logs(asked: argparse.Namespace, services: Sequence[Service], at: Places) -> int:
    """Print the end of the services' logs."""
    for service in _chosen(services, asked.name):
        last = last_lines(service.name, at)
        _say("\n".join(last) or _("{name}: nothing yet").format(name=service.name))
    return 0


def _start(asked: argparse.Namespace, services: Sequence[Service], at: Places) -> int:
    """Start services that do not run, and wait until they are ready."""
    chosen, asking = _chosen(services, asked.name), supervisor(at)
    for service in chosen:
        with suppress(xmlrpc.client.Fault):  # it runs already
            asking.startProcess(service.name, False)
    await_ready(chosen, at)
    return _show(chosen, at)


def _stop(asked: argparse.Namespace, services: Sequence[Service], at: Places) -> int:
    """Stop services, and wait until they have ended."""
    chosen, asking = _chosen(services, asked.name), supervisor(at)
    for service in chosen:
        with suppress(xmlrpc.client.Fault):  # it does not run
            asking.stopProcess(service.name)
    if asked.verb == "stop":
        _show(chosen, at)
    return 0


def _restart(asked: argparse.Namespace, services: Sequence[Service], at: Places) -> int:
    """Stop services and start them again."""
    _stop(asked, services, at)
    return _start(asked, services, at)


def _say(sentence: str) -> None:
    """Print a sentence."""
    print(sentence, flush=True)  # noqa: T201 - a command line's way to speak


_VERBS: dict[str, Callable[[argparse.Namespace, Sequence[Service], Places], int]] = {
    "status": _status,
    "logs": _logs,
    "restart": _restart,
    "start": _start,
    "stop": _stop,
    "wait": _wait,
}


if __name__ == "__main__":
    raise SystemExit(main())
