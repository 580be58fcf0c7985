"""The lock of the seat's software."""

from __future__ import annotations

import re
from importlib.metadata import version

from tests.harness import REPOSITORY

BASE = REPOSITORY / "images" / "base"
LOCK = (BASE / "requirements.lock").read_text()
PINS = dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", LOCK, re.M))


def test_seats_and_hub_have_the_same_jupyterhub() -> None:
    """Two versions that talk to each other are one version."""
    assert PINS["jupyterhub"] == version("jupyterhub")


def test_everything_is_pinned_with_a_hash() -> None:
    """Nothing that is installed could have been exchanged."""
    entries = re.split(r"\n(?=[a-z0-9])", LOCK.split("\n", 2)[2])
    assert len(entries) == len(set(re.findall(r"^[a-z0-9-]+==.*", LOCK, re.M)))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_it_names_no_place() -> None:
    """Which index a machine uses is the machine's business."""
    assert re.findall(r"https?://|/home/|--index|--find-links", LOCK) == []


def test_what_no_seat_needs_is_not_in_it() -> None:
    """The list of what is left out is kept, and the lock was made with it."""
    lines = (BASE / "unneeded.txt").read_text().splitlines()
    unneeded = {line for line in lines if line and not line.startswith("#")}
    assert "rfc3987-syntax" in unneeded
    assert unneeded & set(PINS) == set()


def test_no_grading_reaches_a_seat() -> None:
    """Nbgrader is the author's tool and the hub's."""
    assert "nbgrader" not in PINS
