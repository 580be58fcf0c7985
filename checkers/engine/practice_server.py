"""The server of a practice folder: started on loopback, ended by Ctrl+C."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

from checkers.engine.practice_folder import PracticeFolder, command, environment
from checkers.engine.strings import _

LOOPBACK = "127.0.0.1"
_PATIENCE = 90.0
"""Seconds for a server to answer on a slow laptop."""
Say = Callable[[str], None]


class ServerError(Exception):
    """The server did not start; a sentence and the end of its log."""


def serve(folder: PracticeFolder, python: str, *, browser: bool, say: Say) -> int:
    """Run the server until Ctrl+C or its own end; return an exit code.

    Raises:
        ServerError: it did not start.
    """
    try:
        with ended_by_signals(), running(folder, python) as (page, server):
            say(_("The lab is open at {page}").format(page=page))
            say(
                _("Ctrl+C ends it; your work stays in {folder}.").format(
                    folder=folder.home
                )
            )
            if browser:
                webbrowser.open(page)
            return server.wait()
    except KeyboardInterrupt:
        return 0


@contextlib.contextmanager
def running(
    folder: PracticeFolder, python: str, token: str = "", port: int = 0
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run the server as long as the block lasts; gives its page and its process.

    Raises:
        ServerError: it did not start.
    """
    token, port = token or secrets.token_urlsafe(24), port or free_port()
    log = folder.own / "practice.log"
    line = command(folder, python, LOOPBACK, port)
    with log.open("wb") as file:
        server = subprocess.Popen(
            line,
            cwd=folder.home,
            env={**environment(folder, os.environ), "JUPYTER_TOKEN": token},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl+C is for us, who end it in order
        )
    url = f"http://{LOOPBACK}:{port}"
    try:
        wait_ready(url, token, lambda: server.poll() is not None, log)
        yield f"{url}/{folder.first_page()}?token={token}", server
    finally:
        _end(server)


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def wait_ready(url: str, token: str, ended: Callable[[], bool], log: Path) -> None:
    """Wait until the server answers.

    Raises:
        ServerError: it ended, or did not answer in time.
    """
    ask = urllib.request.Request(  # noqa: S310 - http on loopback
        f"{url}/api/status", headers={"Authorization": f"token {token}"}
    )
    # This machine's proxy settings are not for loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _PATIENCE
    while not ended() and time.monotonic() < deadline:
        with contextlib.suppress(OSError, urllib.error.URLError):
            opener.open(ask, timeout=5).close()
            return
        time.sleep(0.1)
    words = _("The lab did not start. Its log, {log}, ends so:").format(log=log)
    raise ServerError(f"{words}\n{_end_of(log)}")


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end it as Ctrl+C does."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {
        number: signal.signal(number, stop)
        for number in (signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server with its kernels, kindly first."""
    if server.poll() is None:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(15)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def _end_of(log: Path) -> str:
    """Return the last lines of a log."""
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
    return ""
