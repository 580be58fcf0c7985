"""Supervision: proxy, hub, room and caretaker as siblings under one supervisord.

Each part is started again the moment it dies, for as long as it takes; none takes
another with it. Secrets are in no command line and not in the configuration.

Errors:
    SupervisionError: the supervisor does not start or does not answer.
"""

from __future__ import annotations

import http.client
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import xmlrpc.client
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from hub.machine.accounts import service_user
from hub.settings import CONFIG, Settings

PARTS = ("proxy", "hub", "room", "caretaker")
LOOP = 3
"""This many starts within `WINDOW` count as `keeps restarting`."""
WINDOW = timedelta(minutes=5)
ENDING = 10
"""Seconds that one part gets to end well; they end one after the other."""
PATIENCE = 20.0 + ENDING * len(PARTS)
"""Seconds that the supervisor gets to start, and its parts to end."""
_KEPT = re.compile(r"(PATH|LANG|LC_\w+|TZ|DOCKER_\w+|SSL_CERT_\w+|SYSTEMD_\w+)$")


class SupervisionError(Exception):
    """The supervisor does not start or does not answer."""


@dataclass(frozen=True, slots=True)
class Part:
    """How one part is doing; `pid` and `since` are 0 while it does not run."""

    name: str
    up: bool
    pid: int
    since: float
    restarts: int
    """Starts within the last five minutes, beyond the first."""
    word: str
    """`running`, `keeps restarting`, `starting`, `stopped` …"""


@dataclass(frozen=True, slots=True)
class Supervision:
    """The supervisor of one installation."""

    settings: Settings

    @property
    def config(self) -> Path:
        """The supervisor's configuration; written at each start."""
        return self.settings.run_dir / "supervisord.conf"

    @property
    def socket(self) -> Path:
        """The socket by which the CLI talks to it; its owner's alone."""
        return self.settings.run_dir / "supervisor.sock"

    @property
    def log(self) -> Path:
        """The supervisor's own log: what died and started when."""
        return self.settings.log_dir / "supervisord.log"

    def running(self) -> bool:
        """Say whether the supervisor answers."""
        try:
            self._call("getState")
        except SupervisionError:
            return False
        return True

    def start(self, *, foreground: bool = False) -> subprocess.Popen[bytes] | None:
        """Write the configuration and start the supervisor with its parts.

        In the foreground the supervisor's process is returned; it is ours to end.

        Raises:
            SupervisionError: it did not start; carries what it said.
        """
        if len(os.fsencode(self.socket)) > 100:
            raise SupervisionError(
                f"expected a state folder with a shorter path, got {self.socket.parent}"
                ": choose another with `state` in airlift.toml"
            )
        draft = self.config.with_suffix(".draft")
        draft.write_text(configuration(self, service_user()))
        draft.chmod(0o600)
        draft.replace(self.config)
        line = [sys.executable, "-m", "hub.machine.supervisord", "-c", str(self.config)]
        process = subprocess.Popen(
            [*line, "--nodaemon"] if foreground else line,
            cwd=self.settings.root,
            env=environment(self.settings, os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if foreground else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            umask=0o077,
            start_new_session=True,
        )
        self._await_start(process, foreground=foreground)
        return process if foreground else None

    def _await_start(
        self, process: subprocess.Popen[bytes], *, foreground: bool
    ) -> None:
        """Wait until the supervisor answers."""
        said = b"" if foreground else process.communicate()[0]
        deadline = time.monotonic() + PATIENCE
        while not self.running():
            if process.poll() or time.monotonic() > deadline:
                words = said.decode(errors="replace").strip()[-500:]
                raise SupervisionError(
                    f"the supervisor did not start: {words or f'see {self.log}'}"
                )
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop all parts and the supervisor; return when they are gone.

        Raises:
            SupervisionError: it is still there after `PATIENCE`.
        """
        pid = self.pid()
        try:
            self._call("shutdown")
        except SupervisionError:
            if not pid:
                return
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while self.pid():
            if time.monotonic() > deadline:
                raise SupervisionError(
                    f"the supervisor (process {pid}) does not end: `kill -9 {pid}`"
                )
            time.sleep(0.05)

    def pid(self) -> int:
        """Return the supervisor's process; 0 when it does not run."""
        try:
            pid = int((self.settings.run_dir / "supervisord.pid").read_text())
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, ValueError):
            return 0
        ours = os.fsencode(self.config) in line and state != "Z"
        return pid if ours else 0

    def parts(self) -> list[Part]:
        """Return how each part is doing.

        Raises:
            SupervisionError: the supervisor does not answer.
        """
        starts = restarts(self.log, datetime.now() - WINDOW)
        known = {item["name"]: item for item in self._call("getAllProcessInfo")}
        return [
            _part(known[name], starts.get(name, 0)) for name in PARTS if name in known
        ]

    def _call(self, method: str) -> Any:
        """Call one method of supervisor's XML-RPC interface."""
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        server = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        try:
            return getattr(server.supervisor, method)()
        except (OSError, xmlrpc.client.Error, http.client.HTTPException) as error:
            raise SupervisionError(
                f"the supervisor does not answer ({error}): `airlift up` starts it"
            ) from None
        finally:
            transport.close()


def _part(info: dict[str, Any], starts: int) -> Part:
    """Read one entry of supervisor's getAllProcessInfo."""
    up = info["statename"] == "RUNNING"
    word = "keeps restarting" if starts > LOOP else info["statename"].lower()
    return Part(
        name=info["name"],
        up=up,
        pid=info["pid"],
        since=float(info["start"]) if up else 0.0,
        restarts=max(0, starts - 1),
        word=word,
    )


def restarts(log: Path, after: datetime) -> dict[str, int]:
    """Count in the log how often each part started since `after` in the last run."""
    counts: dict[str, int] = {}
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 200_000))
            text = file.read().decode(errors="replace")
    except OSError:
        return counts
    run = text.rpartition("INFO supervisord started with pid")[2]
    for at, name in re.findall(r"^(\S+ \S+),\d+ INFO spawned: '(\w+)'", run, re.M):
        if datetime.fromisoformat(at) >= after:
            counts[name] = counts.get(name, 0) + 1
    return counts


def environment(settings: Settings, environ: os._Environ[str]) -> dict[str, str]:
    """Return the environment of all parts: little of ours, every setting by name."""
    kept = {name: value for name, value in environ.items() if _KEPT.match(name)}
    chosen = {
        f"AIRLIFT_{item.name.upper()}": str(getattr(settings, item.name))
        for item in fields(settings)
        if item.metadata
    }
    return {
        "LANG": "C.UTF-8",
        "HOME": str(settings.hub_dir),
        "PYTHONUNBUFFERED": "1",
        **kept,
        **{name: value for name, value in chosen.items() if value},
        "AIRLIFT_ROOT": str(settings.root),
    }


def configuration(supervision: Supervision, user: str) -> str:
    """Return supervisord's configuration; `user` runs all but the hub, "" nobody else.

    `startsecs = 0` makes a part count as running at once, so that it is restarted
    without delay for ever instead of being given up after a few tries.
    """
    settings = supervision.settings
    python = sys.executable
    hub = [
        python,
        "-m",
        "jupyterhub",
        "-f",
        str(settings.software / CONFIG),
    ]
    lines = {"proxy": [python, "-m", "hub.machine.proxy"], "hub": hub}
    lines["room"] = [python, "-m", "hub.room"]
    lines["caretaker"] = [python, "-m", "hub.caretaker"]
    sections = [_daemon(supervision)]
    for number, name in enumerate(PARTS, 1):
        owner = "" if name == "hub" else user
        sections.append(_program(settings, name, lines[name], owner, number))
    return "\n".join(sections)


def _daemon(supervision: Supervision) -> str:
    """Return the sections of supervisord itself."""
    settings = supervision.settings
    root = "user = root\n" if os.geteuid() == 0 else ""
    return (
        "[supervisord]\n"
        f"logfile = {_escaped(supervision.log)}\n"
        "logfile_maxbytes = 1MB\nlogfile_backups = 2\n"
        f"pidfile = {_escaped(settings.run_dir / 'supervisord.pid')}\n"
        f"childlogdir = {_escaped(settings.log_dir)}\n"
        f"umask = 077\nidentifier = airlift\n{root}\n"
        f"[unix_http_server]\nfile = {_escaped(supervision.socket)}\nchmod = 0700\n\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory = "
        "supervisor.rpcinterface:make_main_rpcinterface\n"
    )


def _program(
    settings: Settings, name: str, line: list[str], user: str, priority: int
) -> str:
    """Return the section of one part."""
    home = settings.hub_dir if name in ("hub", "proxy") else settings.room_dir
    owner = f'user = {user}\nenvironment = HOME="{_escaped(home)}"\n' if user else ""
    return (
        f"[program:{name}]\n"
        f"command = {_quoted(line)}\n"
        f"directory = {_escaped(settings.root)}\n"
        f"{owner}"
        f"priority = {priority * 100}\n"
        f"autorestart = true\nstartsecs = 0\nstopwaitsecs = {ENDING}\n"
        "redirect_stderr = true\n"
        f"stdout_logfile = {_escaped(settings.log_dir / (name + '.log'))}\n"
        "stdout_logfile_maxbytes = 10MB\nstdout_logfile_backups = 3\n"
    )


def _escaped(value: object) -> str:
    """Escape a value for supervisor's configuration, where % begins an expansion."""
    return str(value).replace("%", "%%")


def _quoted(line: list[str]) -> str:
    """Quote a command line; supervisor splits it as a shell would."""
    return _escaped(shlex.join(line))
