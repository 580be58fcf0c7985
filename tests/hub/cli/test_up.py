"""`airlift up` to `airlift down`, as an organiser types them, with real containers."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
import requests

from hub.engine import Engine
from hub.machine.supervision import PARTS
from hub.settings import settings
from hub.versions import Versions
from tests.harness import (
    REPOSITORY,
    end_processes_of,
    free_ports,
    remove_installation,
    wait_for,
)
from tests.visitor import Visitor

pytestmark = pytest.mark.docker


class Organiser:
    """Somebody at a shell, with an installation whose state is below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_ports()
        self.environ = {
            **os.environ,
            "AIRLIFT_ROOT": str(REPOSITORY),
            "AIRLIFT_STATE": str(folder / ".airlift"),
        }
        self.settings = settings(REPOSITORY, self.environ, port=self.port)

    def line(self, *words: str) -> list[str]:
        """Return the command line of an airlift command."""
        program = Path(sys.executable).with_name("airlift")
        flags = ["--port", str(self.port), "--engine", "docker"]
        more = [*flags, "--address", "127.0.0.1"] if words[0] == "up" else []
        return [str(program), *words, *more]

    def types(self, *words: str, code: int = 0) -> str:
        """Run a command; returns what it printed."""
        done = subprocess.run(
            self.line(*words), env=self.environ, capture_output=True, text=True
        )
        assert done.returncode == code, f"{words}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def asks(self, *words: str, code: int = 0) -> Any:
        """Run a command with --json; returns what it said."""
        return json.loads(self.types(*words, "--json", code=code))


@pytest.fixture
def organiser(image: str, passable: Path) -> Iterator[Organiser]:
    """An organiser whose machine is as before afterwards; the image is built."""
    assert image
    folder = Path(tempfile.mkdtemp(dir=passable))
    folder.chmod(0o711)
    one = Organiser(folder)
    try:
        yield one
    finally:
        with contextlib.suppress(AssertionError):
            one.types("down")
        if (one.settings.state_dir / "engine.json").exists():
            with contextlib.closing(docker.DockerClient()) as client:
                remove_installation(client, Engine.load(one.settings).name)
        for home in one.settings.seats_dir.glob("*"):
            end_processes_of(home)


def shown(output: str) -> dict[str, str]:
    """Read what `up` prints about joining: address, code, keys."""
    found = {
        "join": r"^Join: +(\S+)",
        "code": r"^Code: +(\S+)",
        "presenter": r"presenter's key: +(\S+)",
        "helper": r"helpers' key: +(\S+)",
        "observer": r"observers' key: +(\S+)",
    }
    return {
        name: re.search(pattern, output, re.M)[1]  # type: ignore[index]
        for name, pattern in found.items()
    }


def test_an_evening_from_up_to_down(organiser: Organiser) -> None:
    """Up, join, look, up again, stop a seat, down, up: the same room and nothing lost.

    The doctor's probe runs from inside a container of this installation.
    """
    first = shown(organiser.types("up"))
    assert requests.get(first["join"], timeout=60).ok
    _check_versions(organiser)

    anna = Visitor(f"http://127.0.0.1:{organiser.port}")
    anna.join(first["code"], "Anna")
    anna.start()
    (running,) = organiser.asks("seat", "list")
    assert running["state"] == "running"

    told = organiser.asks("status")
    assert told["up"] is True
    parts = {part["name"] for part in told["parts"]}
    assert parts == {"proxy", "hub", "room", "caretaker"}
    assert told["seats_running"] == 1
    findings = organiser.asks("doctor")
    network = [item["says"] for item in findings if item["about"] == "network"]
    assert [says for says in network if "reach the hub" in says]
    assert [says for says in network if "reach the room" in says]
    assert "seats have no way to internet or metadata" in network

    before = {part["name"]: part["pid"] for part in told["parts"]}
    assert shown(organiser.types("up")) == first
    after = {part["name"]: part["pid"] for part in organiser.asks("status")["parts"]}
    assert after == before

    organiser.types("seat", "stop", running["seat"])
    assert organiser.asks("seat", "list") == []
    wait_for("the seat to start again", lambda: _starts(anna))
    (room,) = organiser.asks("room", "list")
    assert "Anna" in organiser.types("room", "show", room["id"])

    kept = organiser.types("down")
    assert "Docker volumes" in kept
    assert organiser.asks("status", code=1)["parts"] == []
    assert organiser.asks("seat", "list") == []
    assert len(_volumes(organiser)) == 1

    assert shown(organiser.types("up")) == first
    (room,) = organiser.asks("room", "list")
    assert (room["claimed"], room["state"]) == (1, "open")


def _check_versions(organiser: Organiser) -> None:
    """See that the room has its labs, and that writing them anew is a command."""
    versions = Versions(organiser.settings.versions_dir)
    seated = versions.seated()
    assert versions.before("first_flight", seated["first_flight"], "clean-data")
    owner = "airlift" if os.geteuid() == 0 else versions.folder.owner()
    assert {path.owner() for path in versions.folder.rglob("*")} == {owner}
    told = organiser.types("lab", "release", "first_flight")
    assert f"first_flight {seated['first_flight']} is released, not proved" in told
    assert {path.owner() for path in versions.folder.rglob("*")} == {owner}


def _starts(visitor: Visitor) -> bool:
    """Say whether a seat starts again; the hub notices within seconds that it ended."""
    with contextlib.suppress(AssertionError):
        visitor.start()
        return True
    return False


def _volumes(organiser: Organiser) -> list[Any]:
    """Return the volumes of an installation."""
    name = Engine.load(organiser.settings).name
    label = {"label": f"org.airlift.installation={name}"}
    with contextlib.closing(docker.DockerClient()) as client:
        return list(client.volumes.list(filters=label))


def test_rooms_are_made_opened_shown_and_closed(organiser: Organiser) -> None:
    """Each command says what it did; an unknown lab is refused by name.

    Up with a lab finds the open room that holds it, or opens another.
    """
    organiser.types("up", "--seats", "3")
    words = ["room", "new", "--title", "Evening", "--host", "Group", "--seats", "5"]
    refused = subprocess.run(
        organiser.line(*words, "--lab", "nonsense"),
        env=organiser.environ,
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    assert "nonsense" in refused.stderr
    made = organiser.asks(*words, "--lab", "first_flight", "--code", "MIRA-42")
    assert (made["code"], made["state"]) == ("MIRA-42", "new")
    assert organiser.asks("room", "open", made["id"])["state"] == "open"
    told = organiser.types("room", "show", made["id"])
    assert made["presenter_key"] in told
    assert "MIRA-42" in told
    assert "practice" in organiser.types("room", "close", made["id"])
    states = {room["title"]: room["state"] for room in organiser.asks("room", "list")}
    assert states == {"First flight": "open", "Evening": "closed"}

    first = shown(organiser.types("up"))
    assert shown(organiser.types("up", "--lab", "first_flight")) == first
    demo = next(one for one in organiser.asks("room", "list") if one["code"])
    organiser.types("room", "close", demo["id"])
    assert "No room is open" in organiser.types("up")
    another = shown(organiser.types("up", "--lab", "first_flight"))
    assert another["code"] != first["code"]


def test_in_the_foreground_a_signal_stops_all_parts(organiser: Organiser) -> None:
    """As systemd does it: the command stays, and ends well when it is told to."""
    attached = subprocess.Popen(
        organiser.line("up", "--foreground"),
        env=organiser.environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert attached.stdout is not None
        for words in attached.stdout:
            if "Attached" in words:
                break
        pids = [part["pid"] for part in organiser.asks("status")["parts"]]
        attached.send_signal(signal.SIGTERM)
        assert attached.wait(60) == 0
    finally:
        attached.kill()
        attached.wait()
    assert len(pids) == len(PARTS)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
