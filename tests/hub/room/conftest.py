"""Fixtures: an installation's folder, a stand-in hub, a running room service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.secrets import ensure_secrets
from tests.hub.room.process import LAB, RoomProcess, StandInHub
from tests.hub.room.staffed import Evening


def installation(folder: Path) -> Path:
    """Make an installation with one lab and its secrets."""
    lab = folder / "labs" / "first_flight"
    lab.mkdir(parents=True)
    (lab / "lab.toml").write_text(LAB)
    ensure_secrets(folder / ".airlift" / "secrets")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of an installation of this test alone."""
    return installation(tmp_path)


@pytest.fixture(scope="session")
def hub() -> Iterator[StandInHub]:
    """Return a stand-in for the hub, for the whole run."""
    hub = StandInHub()
    yield hub
    hub.close()


@pytest.fixture(scope="session")
def room(
    hub: StandInHub, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RoomProcess]:
    """Return a running room service, shared by tests that break nothing."""
    room = RoomProcess(installation(tmp_path_factory.mktemp("room")), hub).start()
    yield room
    room.kill()


@pytest.fixture
def own_room(root: Path, hub: StandInHub) -> Iterator[RoomProcess]:
    """Return a running room service that one test may break."""
    room = RoomProcess(root, hub).start()
    yield room
    if room.process and room.process.poll() is None:
        room.kill()


@pytest.fixture
def evening(room: RoomProcess) -> Evening:
    """A room of its own for each test."""
    found = room.make_room()
    seat, token = room.seat(found["code"])
    staff = [room.staff(found, role) for role in ("presenter", "helper", "helper")]
    return Evening(room, found, *staff, seat, token)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None]:
    """Add the room's log to the report of a test that failed."""
    report: Any = yield
    if report.failed and isinstance(item, pytest.Function):
        for value in list(item.funcargs.values()):
            if isinstance(value, RoomProcess):
                report.sections.append(("log of the room", value.log[-5000:]))
    return report
