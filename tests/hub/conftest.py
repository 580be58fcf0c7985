"""Fixtures of the hub's tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def passable() -> Iterator[Path]:
    """A folder that every account may pass.

    Pytest closes the folders of tmp_path whenever another run of it begins.
    """
    folder = Path(tempfile.mkdtemp(prefix="airlift-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)
