"""The seat's services at work: supervisord, where its files lie, what it is told.

supervisord runs as the seat's user beside the server, starts each service again when
it ends, and keeps their output in `~/.airlift/services/<name>.log`, at most two
megabytes each. Its socket lies in the seat's runtime folder, gone with the container.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from checkers.engine.declared import Service
from checkers.engine.plain import open_plain
from checkers.engine.seat import SERVICES

FOLDER = Path(".airlift") / "services"
LOG_BYTES = 1_000_000
RETRIES = 10
"""Starts in a row that end within a second until a service is given up, ~1 minute."""
STOP = 7
"""Seconds a service has to end well; an engine kills a container after ten."""
_CONFIG = """\
[supervisord]
nodaemon = true
silent = true
logfile = {logs}/supervisord.log
logfile_maxbytes = 200000
logfile_backups = 1
pidfile = {run}/supervisord.pid
childlogdir = {run}
[unix_http_server]
file = {run}/socket
chmod = 0700
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
_PROGRAM = """\
[program:{name}]
command = {python} -P -m checkers.engine.service {name}
directory = {home}
autorestart = true
startsecs = 1
startretries = {retries}
stopsignal = {stop}
stopwaitsecs = {wait}
killasgroup = true
redirect_stderr = true
stdout_logfile = {logs}/{name}.log
stdout_logfile_maxbytes = {bytes}
stdout_logfile_backups = 1
"""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a seat's services have their files."""

    home: Path
    declared: Path
    """services.toml, as the image has it."""
    run: Path
    """Folder of socket, process number and configuration."""

    @property
    def logs(self) -> Path:
        """Folder of the logs, and of what services keep, on the seat's volume."""
        return self.home / FOLDER

    def log(self, name: str) -> Path:
        """The log of one service."""
        return self.logs / f"{name}.log"


def places(environ: Mapping[str, str] = os.environ) -> Places:
    """Return the places that these variables describe."""
    return Places(
        home=Path(environ.get("HOME") or Path.home()),
        declared=Path(environ.get("AIRLIFT_SERVICES") or SERVICES),
        run=Path(environ.get("XDG_RUNTIME_DIR") or "/run") / "services",
    )


def configuration(services: Sequence[Service], at: Places) -> str:
    """Return what supervisord is told."""
    parts = [_CONFIG.format(logs=at.logs, run=at.run)]
    parts += [
        _PROGRAM.format(
            name=service.name,
            python=sys.executable,
            home=at.home,
            retries=RETRIES,
            stop=service.stop,
            wait=STOP,
            logs=at.logs,
            bytes=LOG_BYTES,
        )
        for service in services
    ]
    return "".join(parts)


def attend(services: Sequence[Service], at: Places) -> subprocess.Popen[bytes]:
    """Start supervisord with these services and return at once.

    Raises:
        OSError: its files could not be written.
    """
    at.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    at.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("supervisord", *(service.name for service in services)):
        # On a pipe left there, supervisord would wait for ever.
        os.close(open_plain(at.log(name), os.O_WRONLY | os.O_CREAT))
    config = at.run / "supervisord.conf"
    config.write_text(configuration(services, at), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "supervisor.supervisord", "-c", str(config)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd=at.home,
        start_new_session=True,
    )
