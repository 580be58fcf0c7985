"""A lab done in a terminal, from a seat of its real image to the presenter's board."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from hub.authoring.mistakes import Mistake, load_mistakes
from hub.catalog import load_lab
from tests.e2e.side_panel import Presenter, SidePanel
from tests.e2e.test_board import Board, open_board
from tests.e2e.workplace import shoot
from tests.harness import REPOSITORY, Airlift, running, wait_for

pytestmark = [pytest.mark.docker, pytest.mark.browser]

LAB = load_lab(REPOSITORY / "labs" / "git_rescue")
FIRST, SECOND = LAB.steps[:2]
NOTEBOOK = f"{LAB.slug}/{LAB.slug}.ipynb"
TERMINAL = """
const made = await app.commands.execute('terminal:create-new');
app.shell.add(made, 'main', {mode: 'split-right'});
await wait(500);
"""
"""Opens a terminal beside the notebook, as the lab asks for."""


@pytest.fixture(scope="module")
def airlift(
    image: str,
    image_named: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Airlift]:
    """An installation with the image that the lab wants."""
    root = tmp_path_factory.mktemp("terminal")
    images = {LAB.image: image_named(LAB.image)}
    with running(root, image=image, images=images) as found:
        yield found


@dataclass
class Seat:
    """An attendee at a seat with a terminal, and the presenter who looks on."""

    side: SidePanel
    board: Board
    presenter: Presenter

    def type(self, lines: str) -> None:
        """Type lines in the terminal, from the lab's folder on."""
        page = self.side.lab.page
        page.locator(".jp-Terminal .xterm").first.click()
        page.keyboard.type(f"cd ~/{LAB.slug}\n{lines.strip()}\n")

    def check(self) -> None:
        """Have the open step checked as it begins: by itself that may be done later.

        What is wrong when it is looked at first counts as its beginning.
        """
        self.side.button("Check now").click()
        expect(self.side.node.get_by_text("not yet.")).to_be_visible()

    def err(self, mistake: Mistake) -> None:
        """Make a mistake of the lab; the panel says the sentence that it states."""
        self.type(mistake.code)
        said = mistake.hint.replace("`", "")  # what they enclose is set as code
        expect(self.side.node.locator(".hint")).to_have_text(said)

    def facts(self, step: str) -> dict[str, Any]:
        """Return what the board shows of a step."""
        return self.side.facts(step, LAB.slug)

    def attempts(self, step: str) -> list[tuple[str, str, str]]:
        """Return the attempts at a step that the room has, in order."""
        path = f"{self.presenter.base}/seats/{self.side.visitor.seat}/timeline"
        answer = self.presenter.visitor.get(path)
        assert answer.ok, answer.text
        return [
            (one["trigger"], one["outcome"], one["reason"])
            for one in answer.json()["entries"]
            if one["kind"] == "attempt" and one["step"] == step
        ]

    def wait_for_attempt(self, step: str, outcome: str, reason: str) -> None:
        """Wait until an attempt is the newest that the room has at a step."""
        made = ("watch", outcome, reason)
        wait_for(f"{made} in the room", lambda: self.attempts(step)[-1:] == [made])

    def expect_mark(self, at: int, state: str) -> None:
        """Wait until the open board marks a step, counted from 1."""
        expect(self.board.mark("Ana", at)).to_have_accessible_name(
            re.compile(state, re.I)
        )


def mistake(step: str, reason: str) -> Mistake:
    """Return a listed mistake of the lab."""
    return next(
        one for one in load_mistakes(LAB) if (one.step, one.reason) == (step, reason)
    )


def test_a_step_of_a_terminal_lab_goes_from_the_seat_to_the_board(
    airlift: Airlift, browser: Browser
) -> None:
    """Wrong in the terminal, then right: panel and board follow by themselves."""
    room = airlift.open_room("Git rescue, tonight", labs=[LAB.slug])
    side = SidePanel(airlift, browser, room=room).open(NOTEBOOK)
    board = open_board(browser, airlift, room)
    seat = Seat(side, board, Presenter(airlift, room))
    side.lab.run("# Run this cell once")
    assert "repository is ready" in side.lab.output("# Run this cell once")
    side.lab.script(TERMINAL)
    expect(side.step(FIRST.title)).to_have_attribute("aria-expanded", "true")
    assert seat.attempts(SECOND.id) == []

    seat.check()
    wrong = mistake(FIRST.id, "no-email")
    seat.err(wrong)
    shoot(side.lab.page, "terminal-wrong")
    seat.wait_for_attempt(FIRST.id, "failed", "no-email")
    seen = seat.facts(FIRST.id)
    assert (seen["state"], seen["hint"]) == ("trying", wrong.hint)
    seat.expect_mark(1, "trying")

    seat.type("git -C cafe config user.email ada@cafe.example")
    expect(side.step(FIRST.title)).to_contain_text("passed at")
    seat.expect_mark(1, "passed")
    made, seen = seat.attempts(FIRST.id), seat.facts(FIRST.id)
    begun, failed = ("asked", "failed", "no-name"), ("watch", "failed", "no-email")
    assert made == [begun, failed, ("watch", "passed", "")]
    assert (seen["state"], seen["attempts"], seen["failed"]) == ("passed", 3, 2)

    # the next step is the current one now, and is looked at as well
    side.button(f"Next: {SECOND.title}").click()
    expect(side.step(SECOND.title)).to_have_attribute("aria-expanded", "true")
    expect(side.node).to_contain_text("Checked by itself while you work")
    seat.check()
    seat.err(mistake(SECOND.id, "one-for-both"))
    seat.wait_for_attempt(SECOND.id, "failed", "one-for-both")
    seat.expect_mark(2, "trying")
    shoot(side.lab.page, "terminal-next")
    shoot(seat.board.page, "terminal-board")
    assert side.errors == []
