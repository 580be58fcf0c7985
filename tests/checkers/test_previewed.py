"""What the pages of an author's preview compare."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checkers.engine.parcel import MANIFEST
from checkers.engine.previewed import Previewed


@pytest.mark.parametrize("manifest", [None, "", "[]", '{"made": 7}'])
def test_only_a_preview_has_something_to_tell(
    tmp_path: Path, manifest: str | None
) -> None:
    """A seat has no manifest; a practice folder's does not say that it is one."""
    if manifest is not None:
        (tmp_path / MANIFEST).write_text(manifest)
    assert Previewed(tmp_path / "labs").look() is None


def test_a_release_shows_and_one_being_written_does_not(tmp_path: Path) -> None:
    """The number is that of the newest whole release, and the server's stays."""
    file = tmp_path / MANIFEST
    file.write_text(json.dumps({"made": 7, "preview": True}))
    previewed = Previewed(tmp_path / "labs")
    first = previewed.look()
    assert first is not None
    assert first["release"] == 7
    file.unlink()
    assert previewed.look() == first
    file.write_text(json.dumps({"made": 8, "preview": True}))
    assert previewed.look() == {**first, "release": 8}
