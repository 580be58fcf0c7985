"""A real browser for the pages' tests, seats to work at, an evening for the faults."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.lab_page import LAB, NOTEBOOK, LabPage
from tests.e2e.workplace import Workplace, workplace
from tests.evening import Evening
from tests.evening import evening as running_evening

PATIENCE_MS = 90_000
"""How long an expectation may take on a busy machine."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's chromium, without a window.

    Not for the whole session: while it runs, Playwright's event loop is this thread's,
    and no other test could call `asyncio.run`.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.fail("needs chromium; `make test` as root installs it")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found, args=FLAGS, timeout=PATIENCE_MS
        )
        started.on("context", lambda one: one.set_default_timeout(PATIENCE_MS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def whole_evening(
    image: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Evening]:
    """Three attendees in real seats, for all tests that inject faults."""
    root = tmp_path_factory.mktemp("evening")
    with running_evening(root, image, "Ana", "Bela", "Cem") as found:
        yield found


@pytest.fixture
def evening(whole_evening: Evening) -> Evening:
    """The evening with every part up and the wire whole."""
    return whole_evening.mend()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """A browser without pages of other tests."""
    yield chromium
    for context in chromium.contexts:
        context.close()


@pytest.fixture(scope="module")
def place(prefix: Path, chromium: Browser) -> Iterator[Workplace]:
    """A seat for all tests of a module."""
    with workplace(prefix, chromium) as found:
        yield found


@pytest.fixture
def work(place: Workplace) -> Workplace:
    """The seat, with nothing of an earlier test."""
    place.begin()
    return place


@pytest.fixture(params=[LAB, NOTEBOOK])
def lab(work: Workplace, request: pytest.FixtureRequest) -> LabPage:
    """A fresh notebook in each front end, its set-up cell run."""
    page = work.open(request.param)
    page.run("import pandas")
    return page
