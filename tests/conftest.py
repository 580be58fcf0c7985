"""Fixtures: running installations, and what they wrote when a test fails."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import checkers
from hub import desk
from hub.machine import dockerd
from tests.harness import REPOSITORY, Airlift, running

# A run in the background of a script ignores SIGINT, and so would every program that a
# test starts and ends as a person does, by Ctrl+C.
signal.signal(signal.SIGINT, signal.default_int_handler)


# A busy machine says nothing about the code: no test of properties is timed.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")

# Five seconds are for the person at the door, not for a test that prepares something.
desk.TIMEOUT = 60.0


@pytest.fixture(autouse=True)
def places_of_checkers() -> Iterator[None]:
    """Put back where checkers are looked for: `airlift lab` sets it for its program."""
    name, before = "AIRLIFT_CHECKERS", list(checkers.__path__)
    value = os.environ.get(name)
    yield
    checkers.__path__ = before
    os.environ.pop(name, None)
    if value is not None:
        os.environ[name] = value


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the seats' image as needing the engine, and time to build one.

    An environment without one waits while an image of the same place is built.
    """
    for item in items:
        needs = set(getattr(item, "fixturenames", ()))
        if {"image", "image_named"} & needs:
            item.add_marker("docker")
        if {"image", "image_named", "prefix"} & needs:
            item.add_marker(pytest.mark.timeout(900))


@functools.cache
def build_image(*flags: str) -> str:
    """Build the seats' image (nothing to do when it is there); returns what it says."""
    line = [sys.executable, "images/build.py", *flags]
    done = subprocess.run(line, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, f"images/build.py failed:\n{done.stderr[-3000:]}"
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="session")
def image() -> str:
    """The id of the seats' real image; fails where no Docker engine answers.

    AIRLIFT_TEST_IMAGE names one that was built before, such as a release's.
    """
    if not dockerd.answers():
        pytest.fail("needs a Docker engine that answers; see `airlift doctor`")
    return os.environ.get("AIRLIFT_TEST_IMAGE") or build_image(
        "--root", str(REPOSITORY)
    )


@pytest.fixture(scope="session")
def image_named(image: str) -> Callable[[str], str]:
    """Build another of the seats' images by its name; returns its id."""
    assert image  # what it is built on
    root = ("--root", str(REPOSITORY))
    return lambda name: build_image(*root, "--image", name)


@pytest.fixture(scope="session")
def prefix() -> Path:
    """The virtual environment of seats without an engine, with its labs beside it."""
    return Path(build_image("--root", str(REPOSITORY), "--local"))


@pytest.fixture(scope="session")
def airlift(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """One installation with Docker seats, shared by tests that break nothing."""
    with running(tmp_path_factory.mktemp("airlift"), image=image) as found:
        yield found


@pytest.fixture
def own_airlift(image: str, tmp_path: Path) -> Iterator[Airlift]:
    """An installation with Docker seats that one test may break."""
    with running(tmp_path, image=image) as found:
        yield found


@pytest.fixture
def make_airlift(image: str, tmp_path: Path) -> Iterator[Callable[..., Airlift]]:
    """Make an installation with Docker seats by hand; it is taken away at the end."""
    made: list[Airlift] = []

    def make(**how: Any) -> Airlift:
        """Make one installation; the caller starts it."""
        root = tmp_path / f"installation-{len(made)}"
        root.mkdir()
        made.append(Airlift(root, image=image, **how))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def local_airlift(prefix: Path) -> Iterator[Airlift]:
    """An installation without an engine, that one test may break.

    Not below pytest's own folder: every pytest that starts closes that folder to other
    users, such as the seats'.
    """
    with tempfile.TemporaryDirectory(prefix="airlift-") as folder:
        Path(folder).chmod(0o711)
        with running(Path(folder), prefix=prefix) as found:
            yield found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None]:
    """Add the parts' logs to the report of a test that failed."""
    report: Any = yield
    if report.failed and isinstance(item, pytest.Function):
        for value in list(item.funcargs.values()):
            if isinstance(value, Airlift):
                report.sections.append(("logs of the installation", value.logs()))
    return report
