"""What is said twice, since the image is made before there are checkers in it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from hub.authoring.stand import kernel
from tests.harness import REPOSITORY

sys.path.append(str(REPOSITORY / "images" / "base"))
import install


def test_the_kernel_for_bash_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a seat's environment and where labs are proved outside an image."""
    monkeypatch.setattr(install, "PREFIX", tmp_path)
    (tmp_path / "bin").mkdir()
    install.put_commands()
    place = tmp_path / "share" / "jupyter" / "kernels" / "bash" / "kernel.json"
    assert json.loads(place.read_text()) == kernel._BASH
