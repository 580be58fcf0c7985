"""Orphans: containers that the hub does not know, removed one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import NotFound

from hub.engine import Engine
from hub.seating.container import SEAT
from hub.seating.orphans import remove_orphans
from hub.settings import settings


class StandInEngine:
    """Has two containers; the first is gone when it is to be removed."""

    def __init__(self) -> None:
        self.api = self
        self.names = ["sfirst", "ssecond"]

    def containers(self, **_how: Any) -> list[dict[str, Any]]:
        """List both."""
        return [{"Id": name, "Labels": {SEAT: name}} for name in self.names]

    def remove_container(self, name: str, **_how: Any) -> None:
        """Remove one."""
        if name == self.names[0]:
            raise NotFound(name)

    def close(self) -> None:
        """Hang up."""


def test_an_orphan_that_goes_by_itself_keeps_no_other_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine may still be at what a killed hub had asked for."""
    monkeypatch.setattr(docker, "from_env", lambda **_how: StandInEngine())
    engine = Engine("docker", "127.0.0.1", "airlift-00000000")
    assert remove_orphans(settings(tmp_path, {}), engine) == ["ssecond"]
