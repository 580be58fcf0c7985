"""How the board looks with 3, 40 and 320 people: what can be measured of it.

At 390, 1280, 1920 and 3840 px, light and dark: nothing scrolls sideways, nothing is
smaller than 13 px, nothing lies on something else, and axe finds nothing grave. The
people are those of a rehearsal. With AIRLIFT_SHOTS the pictures are kept.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_accessibility import faults
from tests.e2e.test_board import HOSTILE, made, open_board
from tests.e2e.workplace import SHOTS, shoot
from tests.harness import Airlift, NotInTimeError, running, wait_for

pytestmark = pytest.mark.browser

WIDTHS = {390: 844, 1280: 860, 1920: 1080, 3840: 2160}
NAMES = [
    "Ana",
    "Lea",
    "Piotr",
    "Jürgen",
    "Käthe",
    "Zoë",
    "Wilhelmine",
    "Ömer",
    "Łukasz",
]
NAMES += ["Sofía", "Friederike", "Søren", "Priya", "Chen", "Dario", "Maja", "Felix"]
STEPS = ["load-data", "clean-data", "join-airports", "delay-by-route", "plot-delays"]
STEPS += ["answer-question", "late-share", "mean-or-median"]
TROUBLES = [
    ("rows-lost", "9,756 rows were expected, 9,102 are there: which ones fell out?"),
    ("wrong-column", "The tables are joined on city; look at the code of the airport."),
    ("no-header", "The first row of the file became data."),
]

MEASURES = """() => {
  const top = document.querySelector("dialog[open]") ?? document.body;
  const shown = (node) => node.checkVisibility({ visibilityProperty: true });
  const all = (names) => [...top.querySelectorAll(names)].filter(shown);
  const words = (node) => node.textContent.trim().slice(0, 40);
  const size = (node) => parseFloat(getComputedStyle(node).fontSize);
  const small = all("*").filter((node) => size(node) < 13
    && [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim()));
  const parts = all(".head, .say, .steps, .card")
    .map((node) => [node, node.getBoundingClientRect()]);
  const lies = [];
  parts.forEach(([one, a], at) => parts.slice(at + 1).forEach(([two, b]) => {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (!one.contains(two) && !two.contains(one) && wide > 1 && high > 1) {
      lies.push(`${one.className} on ${two.className}`);
    }
  }));
  const cut = all(".btn, .facts dd, .count b, .pick, .chip")
    .filter((node) => node.clientWidth && node.scrollWidth > node.clientWidth + 1);
  const sideways = document.documentElement.scrollWidth > innerWidth;
  return { sideways, small: small.map(words), lies, cut: cut.map(words) };
}"""
"""What is wrong with a page: text too small, parts on each other, words cut off."""
NOTHING = {"sideways": False, "small": [], "lies": [], "cut": []}


@pytest.fixture(scope="module")
def airlift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started."""
    with running(tmp_path_factory.mktemp("looks")) as found:
        yield found


def play(airlift: Airlift, people: int) -> Any:
    """Fill a rehearsal with people who are fast, slow and stuck; the same each time."""
    room = airlift.open_room("First flight, tonight", max(people, 40), rehearsal=True)
    dice = random.Random(people)
    for number in range(people):
        name = NAMES[number % len(NAMES)]
        if number in (5, 11):
            name = HOSTILE if number == 5 else "Maximiliane von und zu " + "Ö" * 30
        who = {"code": room["code"], "name": name[:58], "browser": uuid.uuid4().hex}
        place = airlift.desk.call("POST", "/claims", who | {"zone": str(number % 7)})
        work(airlift, place["seat"], dice, ask=number in (3, 7, 9))
    return room


def work(airlift: Airlift, seat: str, dice: random.Random, *, ask: bool) -> None:
    """Let one of them pass some steps and fail at the next."""
    passed = min(max(round(dice.gauss(3, 1.2)), 0), len(STEPS))
    done = [made(step, "passed", at) for at, step in enumerate(STEPS[:passed], 1)]
    for step in STEPS[passed : passed + 1]:
        reason, hint = dice.choice(TROUBLES)
        for _ in range(dice.choice((0, 1, 1, 1, 2, 2, 3))):
            seq, why = len(done) + 1, {"reason": reason, "hint": hint}
            done.append(made(step, "failed", seq, **why))
    path = f"/rehearsals/{seat}"
    if done:
        airlift.desk.call("POST", f"{path}/attempts", {"v": 1, "attempts": done})
    if ask:
        note = {"v": 1, "id": str(uuid.uuid4()), "kind": "ask", "lab": "first_flight"}
        note |= {"step": STEPS[0], "body": {"words": "My table is empty. " * 5}}
        note |= {"age_ms": 0, "epoch": "", "seq": 0}
        airlift.desk.call("POST", f"{path}/notes", {"v": 1, "notes": [note]})


def look(page: Page, people: int, name: str) -> None:
    """Measure a page at every width, and let axe look at it in both schemes."""
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        where = f"board-{people}-{name}-{width}"
        page.wait_for_timeout(100)
        with suppress(NotInTimeError):  # a busy page takes its time to be laid out anew
            wait_for(where, lambda: page.evaluate(MEASURES) == NOTHING, 20)
        for scheme in ("light", "dark") if SHOTS else ():
            page.emulate_media(color_scheme=scheme)
            shoot(page, f"{where}-{scheme}")
        assert page.evaluate(MEASURES) == NOTHING, where
    page.set_viewport_size({"width": 1280, "height": 860})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert faults(page) == []


@pytest.mark.parametrize("people", [3, 40, 320])
def test_the_board_is_legible_at_every_size(
    browser: Browser, airlift: Airlift, people: int
) -> None:
    """As it opens, and with a seat opened."""
    room = play(airlift, people)
    board = open_board(browser, airlift, room, viewport={"width": 1280, "height": 860})
    expect(board.page.locator(".step")).to_have_count(len(STEPS))
    expect(board.page.locator("tbody tr").first).to_be_visible()
    look(board.page, people, "room")
    board.page.locator("tr[data-seat] th").first.click()
    expect(board.page.locator(".timeline li").first).to_be_visible()
    look(board.page, people, "seat")
    assert board.page.locator("img").count() == 0
    assert board.errors == []


def test_what_is_wrong_with_a_page_is_found(browser: Browser) -> None:
    """A page with every fault that is looked for."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.set_content(
        "<p style='font-size: 12px; width: 500px'>Small and wide</p><p class=card>A</p>"
        "<p class=say style='margin-top: -30px'>B</p>"
        "<p class=btn style='width: 9px; overflow: hidden'>Cut</p>"
    )
    found = page.evaluate(MEASURES)
    assert found == {
        "sideways": True,
        "small": ["Small and wide"],
        "lies": ["card on say"],
        "cut": ["Cut"],
    }


def test_a_large_room_is_blocks_that_open(browser: Browser, airlift: Airlift) -> None:
    """A block shows its seats, a search finds one of them by name or number."""
    room = airlift.open_room("Large, tonight", 320, rehearsal=True)
    for number in range(302):
        name = "Wilhelmine" if number == 150 else f"Somebody {number + 1}"
        who = {"code": room["code"], "name": name, "browser": uuid.uuid4().hex}
        place = airlift.desk.call("POST", "/claims", who)
    passed = {"v": 1, "attempts": [made("load-data", "passed", 1)]}
    airlift.desk.call("POST", f"/rehearsals/{place['seat']}/attempts", passed)
    board = open_board(browser, airlift, room)
    page, blocks = board.page, board.page.locator(".heat tbody tr")
    expect(blocks.last).to_contain_text("1 of 2 passed")
    blocks.last.get_by_role("button").click()
    expect(page.locator("tr[data-seat]")).to_have_count(2)
    expect(board.mark("Somebody 302", 1)).to_have_attribute("aria-label", "passed")
    blocks.last.get_by_role("button").click()
    page.get_by_label("Name or seat number").fill("wilhelm")
    expect(page.locator("tr[data-seat]")).to_have_count(1)
    page.get_by_label("Name or seat number").fill("302")
    expect(page.locator("tr[data-seat]")).to_contain_text("Somebody 302")
    board.row("Somebody 302").locator("th").click()
    expect(page.locator(".detail")).to_contain_text("Somebody 302")
    assert board.errors == []
