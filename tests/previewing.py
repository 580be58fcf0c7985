"""A preview as its author runs it: the command in a place of own labs, and edits."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.harness import REPOSITORY, wait_for

PROGRAM = "from hub.cli import main; main()"


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


@contextmanager
def previewing(root: Path) -> Iterator[Running]:
    """Make a lab in a new place beside this checkout, and show it."""
    (root / "tmp").mkdir()
    (root / "images").mkdir()
    for name in ("jupyterhub_config.py", "images/base"):
        (root / name).symlink_to(REPOSITORY / name)
    made = Running(root, "new", "trial", "--title", 'The "Trial"')
    assert made.process.wait(60) == 0, made.said()
    shown = Running(root, "preview", "trial", "--no-browser")
    try:
        yield shown
    finally:
        if shown.process.poll() is None:
            shown.end()


def edit(path: Path, old: str, new: str) -> None:
    """Save a file with another text."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
