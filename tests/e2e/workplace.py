"""A seat at which somebody works in a browser, and what its room was told of it.

The seat is real and runs without an engine, since isolation is not the matter here; so
a test may also look into its home and kill its kernels.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Page

from tests.e2e.lab_page import LAB, NOTEBOOK_PATH, LabPage, context_of
from tests.harness import REPOSITORY, Airlift, running, wait_for

SOURCE = REPOSITORY / "labs" / "first_flight" / "lab.ipynb"
READ = 'flights = pd.read_csv("data/flights.csv")'
SOLVED = f"# step: load-data\n{READ}"
PASSED = "✓ Passed. 9,756 rows, 8 columns."
SHOTS = os.environ.get("AIRLIFT_SHOTS", "")
"""Folder for pictures of what the people saw; none are taken without it."""


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page when AIRLIFT_SHOTS says where."""
    if SHOTS:
        page.wait_for_timeout(1000)
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def solutions() -> dict[str, str]:
    """Return the source notebook's code by cell id, markers of nbgrader removed."""
    notebook = nbformat.read(SOURCE, as_version=4)
    return {
        cell.id: re.sub(r"### (BEGIN|END) SOLUTION\n?", "", cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


_EMPTY = {"id": "own", "cell_type": "code", "source": "", "execution_count": None}


class Workplace:
    """One seat in a room of its own."""

    def __init__(self, airlift: Airlift, browser: Browser) -> None:
        self.airlift = airlift
        self.room = airlift.open_room("Robust steps")
        self.visitor = airlift.join(self.room["code"], "Ana")
        self.home = airlift.settings.seats_dir / self.visitor.seat
        self.context = context_of(browser, self.visitor)
        self._released = self.visitor.notebook(NOTEBOOK_PATH)
        self._numbers = count(1)
        self._seen = 0
        self.begin()

    def begin(self) -> None:
        """Leave nothing of an earlier test: kernels, pages, progress, attempts."""
        for page in self.context.pages:
            page.close()
        self.end_kernels()
        self._wait_sent()
        (self.home / ".airlift" / "progress.jsonl").unlink(missing_ok=True)
        rows = self._rows()
        self._seen = rows[-1][0] if rows else 0

    def end_kernels(self) -> None:
        """Shut down all kernels of the seat, and with them their sessions."""
        base = self.visitor.base
        for kernel in self.visitor.get(f"{base}/api/kernels").json():
            self.visitor.request("DELETE", f"{base}/api/kernels/{kernel['id']}")

    def open(self, interface: str = LAB, *, solved: bool = False) -> LabPage:
        """Open a new copy of the lab's notebook, as released or solved."""
        path = self.make(f"first_flight/work-{next(self._numbers)}.ipynb", solved)
        return self.page(interface).open(path)

    def page(self, interface: str = LAB) -> LabPage:
        """Return a new page in the seat's browser."""
        seat = self.airlift.url + self.visitor.base
        return LabPage(self.context.new_page(), seat, interface)

    def make_empty(self, path: str) -> str:
        """Write a notebook with one empty cell; returns its path."""
        content = json.loads(json.dumps(self._released))
        content["cells"] = [{**_EMPTY, "metadata": {}, "outputs": []}]
        return self._write(path, content)

    def make(self, path: str, solved: bool = False) -> str:
        """Write a new copy of the lab's notebook; returns its path."""
        content = json.loads(json.dumps(self._released))
        known = solutions() if solved else {}
        for cell in content["cells"]:
            cell["source"] = known.get(cell["id"], cell["source"])
        return self._write(path, content)

    def _write(self, path: str, content: Any) -> str:
        """Write a notebook through the server; returns its path."""
        body = {"type": "notebook", "format": "json", "content": content}
        address = f"{self.visitor.base}/api/contents/{path}"
        saved = self.visitor.request("PUT", address, json=body)
        assert saved.ok, saved.text
        return path

    @property
    def told(self) -> list[str]:
        """What the room was told since the test began: step, outcome and reason."""
        self._wait_sent()
        return [
            " ".join(
                part for part in (one["step"], one["outcome"], one["reason"])
            ).strip()
            for one in self.bodies
        ]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The attempts in the room's journal since the test began."""
        return [json.loads(body) for row, body in self._rows() if row > self._seen]

    def facts(self, step: str) -> dict[str, Any]:
        """Return the room's facts of one step of this seat."""
        room = self.airlift.desk.call("GET", f"/rooms/{self.room['id']}")
        seats = {seat["seat"]: seat for seat in room["progress"]["seats"]}
        found: dict[str, Any] = seats[self.visitor.seat]["steps"][step]
        return found

    def wait_file(self, name: str) -> Path:
        """Wait for a file in the lab's folder; returns its path."""
        path = self.home / "first_flight" / name
        wait_for(f"the file {name}", path.exists)
        return path

    def _wait_sent(self) -> None:
        """Wait until the seat's outbox is empty."""
        status = f"{self.visitor.base}/airlift/status"
        new = self.home / ".airlift" / "outbox" / "new"
        wait_for(
            "an empty outbox",
            lambda: (
                not list(new.glob("*.json"))
                and not self.visitor.get(status).json()["pending"]
            ),
            60,
        )

    def _rows(self) -> list[tuple[int, str]]:
        """Return the journal's attempts of this seat, oldest first."""
        path = self.airlift.settings.room_dir / "journal.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
            return journal.execute(
                "SELECT id, body FROM journal WHERE kind = 'attempt' AND seat = ? "
                "ORDER BY json_extract(body, '$.seq')",
                [self.visitor.seat],
            ).fetchall()


@contextmanager
def workplace(prefix: Path, browser: Browser) -> Iterator[Workplace]:
    """Run an installation with one seat for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="airlift-") as folder:
        Path(folder).chmod(0o711)
        with running(Path(folder), prefix=prefix) as airlift:
            yield Workplace(airlift, browser)
