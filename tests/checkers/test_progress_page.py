"""The own progress as a page: states, times and hints, and nothing that runs."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from checkers.engine.progress_page import progress_page
from checkers.engine.record import Record
from tests.checkers.conftest import released

AT = 1_790_000_000_000


def page_of(tmp_path: Path, *lines: dict[str, Any]) -> str:
    """Return the page for a record of these lines and a lab of three steps."""
    released(tmp_path / "labs", steps=("first", "second", "third"))
    (tmp_path / "air").mkdir()
    with (tmp_path / "air" / "progress.jsonl").open("w") as file:
        for line in lines:
            known = {"lab": "tiny", "at": AT, "id": str(uuid4()), "generation": 0}
            file.write(json.dumps({**known, **line}) + "\n")
    record = Record(tmp_path / "air" / "outbox")
    return progress_page(record, tmp_path / "labs", ["tiny", "gone"])


def test_each_state_has_its_words(tmp_path: Path) -> None:
    """Passed, passed earlier, not yet with its hint, not started."""
    page = page_of(
        tmp_path,
        {"step": "first", "outcome": "passed"},
        {"step": "first", "outcome": "failed", "hint": "not shown"},
        {"step": "second", "outcome": "failed", "hint": "<i>four</i> is wanted"},
        {"note": "hint", "step": "second", "body": {"number": 2}},
    )
    assert "<h1>1 of 3 steps passed.</h1>" in page
    assert "passed earlier, now different" in page
    assert "&lt;i&gt;four&lt;/i&gt; is wanted" in page
    assert "not shown" not in page
    assert "<td>1</td><td>2</td>" in page
    assert page.count("not started") == 1
    assert time.strftime("%Y-%m-%d %H:%M", time.localtime(AT / 1000)) in page


def test_nothing_is_run_or_loaded(tmp_path: Path) -> None:
    """Not even by what a strange record says."""
    page = page_of(tmp_path, {"step": "first", "outcome": "passed", "at": 10**30})
    assert "default-src 'none'" in page
    for word in ("<script", "<link", "<img", "http:", "https:", "url("):
        assert word not in page
