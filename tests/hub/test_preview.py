"""The preview: attendees' view in a seat that is renewed on save and leaves nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.harness import REPOSITORY, wait_for

PROGRAM = "from hub.cli import main; main()"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A place of somebody's own labs, beside this checkout."""
    (tmp_path / "images").mkdir()
    for name in ("jupyterhub_config.py", "images/base"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    return tmp_path


class Running:
    """The command in a place, and what it has said."""

    def __init__(self, root: Path, *words: str) -> None:
        self.log = root / "said.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", PROGRAM, "lab", *words],
                cwd=root,
                env={
                    **os.environ,
                    "AIRLIFT_ROOT": str(root),
                    "COLUMNS": "500",
                    "TMPDIR": str(root / "tmp"),
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self) -> str:
        """Return all it has said."""
        return self.log.read_text()

    def says(self, words: str) -> re.Match[str]:
        """Wait until it says so."""

        def there() -> re.Match[str] | None:
            """Look."""
            found = re.search(words, self.said())
            assert found or self.process.poll() is None, self.said()
            return found

        wait_for(f"{words!r} in {self.log}", there, 120)
        found = there()
        assert found
        return found

    def end(self) -> int:
        """Press Ctrl+C; return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@pytest.fixture
def preview(root: Path) -> Iterator[Running]:
    """A new lab and its preview."""
    (root / "tmp").mkdir()
    made = Running(root, "new", "trial", "--title", 'The "Trial"')
    assert made.process.wait(60) == 0, made.said()
    shown = Running(root, "preview", "trial", "--no-browser")
    yield shown
    if shown.process.poll() is None:
        shown.end()


def edit(path: Path, old: str, new: str) -> None:
    """Save a file with another text."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.slow
def test_a_preview_follows_its_author(root: Path, preview: Running) -> None:
    """Saved text arrives, mistakes are all said, own writing stays, nothing is left."""
    lab = root / "labs" / "trial"
    page = preview.says(r"(http://127\.0\.0\.1:\d+)/\S+token=(\S+)")
    headers = {"Authorization": f"token {page[2]}"}
    file = f"{page[1]}/api/contents/trial/trial.ipynb"

    def shown() -> dict[str, str]:
        """Return the attendee's cells by their ids."""
        found = requests.get(file, headers=headers, timeout=30).json()["content"]
        return {cell["id"]: cell["source"] for cell in found["cells"]}

    assert "SOLUTION" not in json.dumps(shown())
    assert shown()["welcome"].startswith('# The "Trial"\n')
    content = requests.get(file, headers=headers, timeout=30).json()
    cell = next(c for c in content["content"]["cells"] if c["id"] == "load-week")
    cell["source"] += "\nmine = 1"
    requests.put(file, headers=headers, json=content, timeout=30).raise_for_status()

    edit(lab / "lab.ipynb", "Somebody wrote down", "We wrote down")
    preview.says(r"lab\.ipynb saved: released again")
    assert "We wrote down" in shown()["welcome"]
    assert shown()["load-week"].endswith("mine = 1")

    edit(lab / "lab.toml", "minutes = 7", 'minutes = "8"')
    edit(root / "checkers" / "trial.py", "@check(", "@chek(")
    preview.says(r"trial: checkers/trial\.py:17: .*did you mean 'check'")
    assert "trial: lab.toml:24: steps[1].minutes: expected a whole" in preview.said()

    edit(lab / "lab.toml", 'minutes = "8"', "minutes = 9")
    edit(root / "checkers" / "trial.py", "@chek(", "@check(")
    preview.says(r"saved: released, and the seat starts anew")

    def minutes() -> bool:
        """Say whether the panel has the new minutes."""
        try:
            panel = requests.get(f"{page[1]}/airlift/panel", headers=headers, timeout=5)
        except requests.ConnectionError:
            return False
        return bool(panel.json()["labs"][0]["steps"][0]["minutes"] == 9)

    wait_for("the new minutes in the panel", minutes)
    assert shown()["load-week"].endswith("mine = 1")
    assert preview.end() == 0, preview.said()
    assert "nothing of it is left" in preview.said()
    assert list((root / "tmp").glob("airlift-*")) == []
