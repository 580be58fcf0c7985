"""Services beside the server, by the real supervisord: started, kept up, ended well."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checkers.engine import beside
from checkers.engine import services as command
from checkers.engine.attendance import places
from hub.authoring.stand import services
from tests.harness import wait_for

SERVICE = """
import os, signal, sys, time
def end(*_):
    open("ended", "w").close()
    sys.exit(0)
signal.signal(signal.SIGINT, end)
print("begun with", os.environ["COLOUR"], flush=True)
open("pid", "w").write(str(os.getpid()))
while True:
    time.sleep(0.1)
"""
GOOD = f"""
[[services]]
name = "clock"
command = [{sys.executable!r}, "-c", '''{SERVICE}''']
ready = ["test", "-s", "pid"]
stop = "INT"
environment = {{COLOUR = "blue # 50% ; green"}}
"""
DYING = """
[[services]]
name = "moth"
command = ["sh", "-c", "echo too hot; exit 3"]
[[services]]
name = "ghost"
command = ["/nowhere/ghost"]
"""


class Seat:
    """A seat's entry with a server that does nothing, and its `services` command."""

    def __init__(self, folder: Path, toml: str) -> None:
        self.home = folder / "the home"
        logs = self.home / ".airlift" / "services"
        logs.mkdir(parents=True)
        os.mkfifo(logs / "clock.log")
        (folder / "services.toml").write_text(toml)
        self.environ = {
            **os.environ,
            "HOME": str(self.home),
            "AIRLIFT_LABS": "",
            "AIRLIFT_SERVICES": str(folder / "services.toml"),
            "XDG_RUNTIME_DIR": str(folder),
        }
        server = [sys.executable, "-c", "open('up', 'w').close(); input()"]
        entry = [sys.executable, "-P", "-m", "checkers.engine.seat", "--", *server]
        self.process = subprocess.Popen(
            entry,
            env=self.environ,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for("the server", lambda: (self.home / "up").exists())

    def services(self, *words: str) -> tuple[int, str]:
        """Run the command; returns its exit code and all that it printed."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", "checkers.engine.services", *words],
            env=self.environ,
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    def end(self) -> str:
        """End the server by itself; returns what the entry said."""
        said = self.process.communicate("\n", timeout=60)[1]
        return str(said)


@pytest.fixture
def start() -> Iterator[Callable[[str], Seat]]:
    """Start a seat with such a services.toml; it is ended after the test."""
    seats: list[Seat] = []

    def start(toml: str) -> Seat:
        """Start one."""
        seats.append(Seat(Path(name), toml))
        return seats[-1]

    # a short name, as a socket needs it
    with tempfile.TemporaryDirectory(prefix="services-") as name:
        yield start
        for seat in seats:
            seat.process.terminate()
            seat.process.communicate()


def test_a_service_lives_and_ends_with_the_seat(start: Callable[[str], Seat]) -> None:
    """It is ready, comes back when it is killed, obeys, and ends before the seat.

    A pipe that somebody has left where its log goes holds nothing up.
    """
    seat = start(GOOD)
    assert seat.services("wait", "60") == (0, "")
    code, said = seat.services()
    assert (code, said.startswith("clock: ready")) == (0, True)
    assert seat.services("logs") == (0, "begun with blue # 50% ; green\n")

    os.kill(int((seat.home / "pid").read_text()), signal.SIGKILL)
    log = seat.home / ".airlift/services/clock.log"
    wait_for("it again", lambda: log.read_text().count("begun") == 2)

    assert seat.services("stop", "clock")[1] == "clock: stopped\n"
    assert (seat.home / "ended").exists()
    assert seat.services("status") == (1, "clock: stopped\n")
    assert seat.services("restart")[0] == 0
    wait_for("it once more", lambda: log.read_text().count("begun") == 3)
    assert seat.services("logs", "none") == (
        1,
        "There is no service none; there is clock.\n",
    )

    (seat.home / "ended").unlink()
    seat.process.send_signal(signal.SIGTERM)
    assert seat.process.wait(60) == 128 + signal.SIGTERM
    assert (seat.home / "ended").exists()
    assert seat.services() == (
        1,
        "The services are not running yet. If it stays so, restart your seat.\n",
    )


def test_a_service_that_keeps_dying_is_said_and_harms_nobody(
    start: Callable[[str], Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server runs on; state and log say what happened, and so does a proof."""
    seat = start(DYING)
    log = seat.home / ".airlift/services/moth.log"
    wait_for("two starts", lambda: log.is_file() and log.read_text().count("h") > 1)
    ended = "moth: ended, is tried again. `services logs moth` says why."

    def is_said() -> bool:
        """Look between two starts; a busy machine may look during one."""
        code, said = seat.services("wait", "0.1")
        return code == 1 and ended in said

    wait_for("the end", is_said)
    assert "too hot" in seat.services("logs", "moth")[1]
    assert "/nowhere/ghost: No such file" in seat.services("logs", "ghost")[1]
    for name, value in seat.environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(RuntimeError, match=r"moth is .*, its log ends: .*too hot"):
        services.tell("wait", "0.1")
    assert seat.process.poll() is None
    assert seat.end() == ""
    assert seat.process.returncode == 0


def test_a_broken_declaration_keeps_no_seat_from_starting(
    start: Callable[[str], Seat],
) -> None:
    """Its log and the command say what is wrong with it."""
    seat = start('[[services]]\nname = "x"\n')
    problem = "services[1].command: expected a list of words: the program and its"
    code, said = seat.services()
    assert code == 1
    assert problem in said
    assert seat.process.poll() is None
    assert (
        f"no services are started: {seat.home.parent.name}/services.toml" in seat.end()
    )


def test_a_lab_without_services_says_so(start: Callable[[str], Seat]) -> None:
    """The command is in every seat."""
    seat = start("")
    assert seat.services() == (1, "This lab has no services.\n")
    seat.end()


def test_services_whose_files_nobody_wants_are_ended_at_once(
    start: Callable[[str], Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So do proofs: not told to stop, not started again, and later started as ever."""
    seat = start(GOOD)
    assert seat.services("wait", "60") == (0, "")
    for name, value in seat.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(seat.home)
    services.end()
    services.end()  # there is nothing to end any more
    assert seat.services() == (1, "clock: stopped\n")
    assert not (seat.home / "ended").exists()
    (seat.home / "pid").unlink()
    services.tell("start")
    wait_for("its log", lambda: seat.services("logs")[1].count("begun") == 2)
    with pytest.raises(RuntimeError, match="expected `services start ghost`"):
        services.tell("start", "ghost")


def test_a_signal_that_comes_before_the_server_is_handed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A seat may be stopped in the moment in which it starts."""
    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in signals}
    start = subprocess.Popen

    def late(words: list[str]) -> subprocess.Popen[bytes]:
        os.kill(os.getpid(), signal.SIGTERM)
        return start(words)

    monkeypatch.setattr(beside.subprocess, "Popen", late)
    try:
        nothing = {"AIRLIFT_SERVICES": "/nowhere"}
        ended = beside.main(["--", "sleep", "20"], nothing)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert ended == 128 + signal.SIGTERM


def test_nobody_waits_for_a_service_that_was_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It would not be started again, however long the wait."""
    given_up = [command.Standing("moth", "failed", "given up.")]
    monkeypatch.setattr(command, "standings", lambda *_: given_up)
    monkeypatch.setattr(command.time, "sleep", lambda _: pytest.fail("it waits"))
    assert not command.await_ready([], places({}), patience=60)
