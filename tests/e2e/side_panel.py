"""A seat's side panel as a person uses it, beside the notebook of its page.

What is asserted is what is seen or heard: words, states and where the focus is.
"""

from __future__ import annotations

import re
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, expect

from tests.e2e.lab_page import LAB, NOTEBOOK_PATH, LabPage, context_of
from tests.e2e.workplace import solutions
from tests.harness import Airlift, running
from tests.visitor import Visitor

SLUG = "first_flight"
LOAD, CLEAN = "# step: load-data", "# step: clean-data"
READ = 'flights = pd.read_csv("data/flights.csv")'
SHORT = f"{LOAD}\n{READ}.head(5)"
SOLVED = f"{LOAD}\n{READ}"


@contextmanager
def local(prefix: Path) -> Iterator[Airlift]:
    """Run an installation without an engine, for the tests of one module."""
    with tempfile.TemporaryDirectory(prefix="airlift-") as folder:
        Path(folder).chmod(0o711)
        with running(Path(folder), prefix=prefix) as found:
            yield found


class SidePanel:
    """Somebody at a new seat in a new room, with panel and notebook before them."""

    def __init__(
        self,
        airlift: Airlift,
        browser: Browser,
        interface: str = LAB,
        *,
        room: dict[str, Any] | None = None,
        look: dict[str, Any] | None = None,
        speaks: str = "en",
        **how: Any,
    ) -> None:
        self.airlift = airlift
        self.room = room or airlift.open_room("First flight, tonight", **how)
        self.visitor = airlift.visitor().join(self.room["code"], "Ana")
        self.visitor.http.headers["Accept-Language"] = speaks
        self.visitor.start()
        self.home = airlift.settings.seats_dir / self.visitor.seat
        self.context = context_of(browser, self.visitor, **(look or {}))
        self.errors: list[str] = []
        self.lab = self.page(interface)

    def page(self, interface: str = LAB) -> LabPage:
        """Return a new page of the seat's browser; what its scripts raise is kept."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return LabPage(page, self.airlift.url + self.visitor.base, interface)

    def open(self, path: str = NOTEBOOK_PATH, *, welcomed: bool = True) -> SidePanel:
        """Open the notebook; with `welcomed` the welcome was read before."""
        if welcomed:
            self.visitor.post(f"{self.visitor.base}/airlift/welcomed", {})
        self.lab.open(path)
        expect(self.node.locator("header")).to_be_visible()
        return self

    def solve(self) -> str:
        """Write a notebook with all solutions beside the own one; returns its path."""
        known, path = solutions(), f"{SLUG}/solved.ipynb"
        content = self.visitor.notebook()
        for cell in content["cells"]:
            cell["source"] = known.get(cell["id"], cell["source"])
        body = {"type": "notebook", "format": "json", "content": content}
        address = f"{self.visitor.base}/api/contents/{path}"
        saved = self.visitor.request("PUT", address, json=body)
        assert saved.ok, saved.text
        return path

    def begin(self) -> SidePanel:
        """Open the notebook and run the cell that brings pandas."""
        self.open()
        self.lab.run("import pandas")
        return self

    @property
    def node(self) -> Locator:
        """The panel itself."""
        return self.lab.page.locator(".airlift-panel")

    @property
    def foot(self) -> Locator:
        """Its foot: hint, help, connection, more."""
        return self.node.locator("footer")

    def step(self, title: str) -> Locator:
        """Return a step's row, which leads to its cell."""
        return self.node.locator(".steps button.step").filter(has_text=title)

    def button(self, name: str) -> Locator:
        """Return a button of the panel by its name or the beginning of it."""
        return self.node.get_by_role("button", name=re.compile(f"^{re.escape(name)}"))

    def more(self, name: str) -> Locator:
        """Unfold what is seldom wanted of a step or the lab; returns a button of it."""
        found = self.node.locator("details", has=self.node.page.get_by_text(name))
        if found.get_attribute("open") is None:
            found.locator("summary").click()
        return self.button(name)

    def active(self) -> str:
        """Return the source of the cell that has the cursor, "" when none has it."""
        return str(
            self.lab.script(
                "return panel?.node.contains(document.activeElement)"
                "? notebook.activeCell.model.sharedModel.getSource() : '';"
            )
        )

    def expect_active(self, beginning: str) -> None:
        """Wait until the cursor is in the cell that begins with a text."""
        self.lab.expect_cursor(beginning)

    def show(self) -> None:
        """Press F8 once the panel is there to answer."""
        self.node.locator(".steps").wait_for(state="attached")
        self.lab.page.keyboard.press("F8")

    def facts(self, step: str, lab: str = SLUG) -> dict[str, Any]:
        """Return what the room knows of a step of this seat."""
        found = self.airlift.desk.call("GET", f"/rooms/{self.room['id']}")
        seats = {seat["seat"]: seat for seat in found["progress"]["seats"]}
        known: dict[str, Any] = seats[self.visitor.seat]["steps"].get(
            f"{lab}/{step}", {}
        )
        return known


class Presenter:
    """The presenter of a room, by the calls that the board makes."""

    def __init__(self, airlift: Airlift, room: dict[str, Any]) -> None:
        self.base = f"/services/room/api/rooms/{room['id']}"
        self.visitor: Visitor = airlift.visitor().staff(room["presenter_key"])

    def does(self, what: str, **body: Any) -> None:
        """Make one call: messages, gates, hints, asks/<id>/claim …."""
        body = {"id": str(uuid.uuid4()), **body}
        answer = self.visitor.post(f"{self.base}/{what}", body)
        assert answer.ok, f"{answer.status_code}: {answer.text[:500]}"
