"""Exporting: the files of a seat that is at work meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from hub.engine import Engine
from hub.machine import export
from hub.settings import settings

ENGINE = Engine("local", "127.0.0.1", "airlift-00000000")
KNOWN: dict[str, Any] = {"participant": {}, "journal": [], "texts": [], "terms": []}


def test_a_file_that_goes_while_a_seat_is_exported_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel's history has such files, and the outbox: after each cell they go."""
    airlift = settings(tmp_path, {})
    home = airlift.seats_dir / "sabcdefghjk"
    home.mkdir(parents=True)
    for name in ("a.txt", "b.txt", "c.txt"):
        (home / name).write_text(name)
    pack = export._pack

    def late(*what: Any) -> None:
        """Pack a file, and lose another."""
        pack(*what)
        (home / "b.txt").unlink(missing_ok=True)

    monkeypatch.setattr(export, "_pack", late)
    out = tmp_path / "out.zip"
    assert export.write_export(airlift, ENGINE, home.name, KNOWN, out) == 2
    with ZipFile(out) as found:
        assert {"files/a.txt", "files/c.txt"} == {
            name for name in found.namelist() if name.startswith("files/")
        }
