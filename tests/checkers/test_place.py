"""A place is found from the environment, as a seat or a practice folder has it."""

from __future__ import annotations

from pathlib import Path

from checkers.engine.place import place_of
from tests.checkers.conftest import released


def test_a_place_is_what_the_environment_says(tmp_path: Path) -> None:
    """Home, outbox, labs; without an own list the packages are looked up."""
    environ = {"HOME": str(tmp_path), "AIRLIFT_LABS": " tiny, ,other"}
    place = place_of(environ)
    assert place.home == tmp_path
    assert place.slugs == ("tiny", "other")
    assert place.labs_dir == Path("/opt/airlift/labs")
    assert place.requirements is None
    more = {"AIRLIFT_OUTBOX": "/out", "AIRLIFT_REQUIREMENTS": "/r.txt"}
    assert place_of({**environ, **more}).outbox == Path("/out")
    assert place_of({**environ, **more}).requirements == Path("/r.txt")


def test_labs_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    """One broken lab costs no other its zip."""
    released(tmp_path / "labs")
    (tmp_path / "labs" / "broken").mkdir()
    (tmp_path / "labs" / "broken" / "lab.json").write_text("{")
    environ = {"AIRLIFT_LABS_DIR": str(tmp_path / "labs")}
    place = place_of({**environ, "AIRLIFT_LABS": "broken,gone,tiny"})
    assert list(place.labs()) == ["tiny"]
