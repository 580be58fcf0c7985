"""Previewed: which release of its lab an author's seat shows, so that pages follow it.

Only the seat of `airlift lab preview` says in the manifest beside its labs that it is
one; no other has anything to tell.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from checkers.engine.parcel import MANIFEST


class Previewed:
    """What a preview's pages compare.

    Args:
        labs_dir: where the seat's released labs lie.
    """

    def __init__(self, labs_dir: Path) -> None:
        self._manifest = labs_dir.parent / MANIFEST
        self._server = time.time_ns() // 1_000_000
        self._release = self._read()

    def look(self) -> dict[str, int] | None:
        """Return the release and the server's start as they are; None elsewhere."""
        if not self._release:
            return None
        self._release = self._read() or self._release  # being written just now
        return {"release": self._release, "server": self._server}

    def _read(self) -> int:
        """Return when the release was made; 0 when this is no preview."""
        try:
            manifest: Any = json.loads(self._manifest.read_text("utf-8"))
            return int(manifest["made"]) if manifest["preview"] else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0
