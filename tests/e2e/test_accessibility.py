"""axe-core looks at every page people meet: light and dark, wide and narrow.

Nothing it calls serious or critical may be left. What is JupyterLab's or JupyterHub's
own is not looked at; of a seat's page only the panel and the line under a cell. Labs
and progress have theirs in test_practice.py, the panel in all its states in
test_panel.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.lab_page import LAB, NOTEBOOK
from tests.e2e.side_panel import LOAD, SHORT, SOLVED, SidePanel, local
from tests.e2e.workplace import shoot
from tests.harness import Airlift, running

pytestmark = pytest.mark.browser

GRAVE = ("serious", "critical")
STILL = """() => document.getAnimations().every(one => one.playState !== 'running'
  || one.effect.getComputedTiming().endTime === Infinity)"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [
    pytest.param(scheme, width, id=f"{scheme}-{width}")
    for scheme in ("light", "dark")
    for width in (390, 1280)
]


def faults(page: Page, part: str | None = None) -> list[str]:
    """Return what axe finds grave on a page, or in the `part` that a selector names."""
    page.wait_for_timeout(300)  # colours begin to fade in
    page.wait_for_function(STILL)
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found: dict[str, Any] = Axe().run(page, context=part, options=options).response
    return [
        f"{one['impact']}: {one['help']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airlift]:
    """An installation whose seats are never started."""
    with running(tmp_path_factory.mktemp("door")) as found:
        yield found


@pytest.fixture
def context(browser: Browser, scheme: Any, width: int) -> BrowserContext:
    """A browser with one of the looks."""
    return browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}
    )


def join(page: Page, url: str, code: str, name: str = "Ines") -> None:
    """Take a seat."""
    page.goto(f"{url}/hub/join?code={code}")
    page.locator("#name").fill(name)
    page.locator(".btn.main").click()
    expect(page.locator("#phrase")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_join_page(context: BrowserContext, door: Airlift) -> None:
    """Empty, with a room, with a wrong code, with a phrase, and on the way back."""
    code = door.open_room("First flight, tonight")["code"]
    page = context.new_page()
    page.goto(f"{door.url}/hub/join")
    assert faults(page) == []
    page.goto(f"{door.url}/hub/join?code={code}")
    assert faults(page) == []
    page.goto(f"{door.url}/hub/join?with=phrase&code={code}")
    assert faults(page) == []
    page.locator("#phrase").fill("no such phrase")
    page.locator(".btn.main").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []
    page.goto(f"{door.url}/hub/join")
    page.locator("#code").fill("ZUZU-99")
    page.locator("#name").fill("Ines")
    page.locator(".btn.main").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []
    join(page, door.url, code)
    page.goto(f"{door.url}/hub/join?code={code}")
    expect(page.locator(".welcome")).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_seat_page(context: BrowserContext, door: Airlift) -> None:
    """The seat with its phrase, in English and in German."""
    room = door.open_room("First flight, tonight")
    page = context.new_page()
    join(page, door.url, room["code"])
    assert faults(page) == []
    page.set_extra_http_headers({"Accept-Language": "de"})
    page.goto(f"{door.url}/hub/seat")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert faults(page) == []


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_staff_page(context: BrowserContext, door: Airlift) -> None:
    """The form, and a key that no room has."""
    page = context.new_page()
    page.goto(f"{door.url}/hub/staff")
    assert faults(page) == []
    page.locator("#key").fill("not-a-key")
    page.locator(".btn.main").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_board_and_the_rooms(context: BrowserContext, door: Airlift) -> None:
    """What staff look at, with two people in the room."""
    room = door.open_room("First flight, tonight")
    for name in ("Ines", "Omar"):
        door.visitor().join(room["code"], name)
    page = context.new_page()
    page.goto(f"{door.url}/hub/staff")
    page.locator("#key").fill(room["presenter_key"])
    page.locator(".btn.main").click()
    page.wait_for_url(f"**/services/room/{room['id']}")
    expect(page.get_by_text("Ines").first).to_be_visible()
    assert faults(page) == []
    page.goto(f"{door.url}/hub/staff")  # with another room it is the list that opens
    page.locator("#key").fill(door.open_room("Another room")["presenter_key"])
    page.locator(".btn.main").click()
    expect(page.locator(".rooms li")).to_have_count(2)
    assert faults(page) == []


@pytest.fixture(scope="module")
def seats(prefix: Path) -> Iterator[Airlift]:
    """An installation with seats that start."""
    with local(prefix) as found:
        yield found


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_line_under_a_cell_and_the_panel(
    browser: Browser, seats: Airlift, scheme: str, width: int
) -> None:
    """Not yet, stopped, passed, and questions; in German, the longer of the two."""
    look = {"viewport": {"width": width, "height": 800}}
    narrow = width < 800
    page = NOTEBOOK if narrow else LAB
    side = SidePanel(seats, browser, page, look=look, speaks="de-DE")
    side.lab.open().run("import pandas")
    side.lab.change_theme(f"JupyterLab {scheme.title()}")
    seen = [
        (SHORT, "Noch nicht."),
        (f"{LOAD}\nflihgts", "NameError"),
        (f"{LOAD}\nflights = 3", "`flights` ist eine ganze Zahl (int)"),
        (SOLVED, "Geschafft."),
    ]
    for source, words in seen:
        assert words in side.lab.do(LOAD, source)
        assert faults(side.lab.page, ".airlift-lines") == []
    if narrow:
        side.show()
        expect(side.node.locator(".steps")).to_be_visible()
    assert faults(side.lab.page, ".airlift-panel") == []
    for title in ("Two kinds of average", "How many were late?"):
        side.step(title).click()
        if narrow:
            expect(side.node).to_be_hidden()
            side.lab.page.keyboard.press("F8")
        expect(side.button("Abschicken")).to_be_visible()
        assert faults(side.lab.page, ".airlift-panel") == []
    side.node.locator("form.question input").fill("1")
    side.button("Abschicken").click()
    expect(side.node.locator(".result")).to_contain_text("Noch nicht.")
    assert faults(side.lab.page, ".airlift-panel") == []
    shoot(side.lab.page, f"form-{scheme}-{width}")


def test_axe_sees_what_it_should(browser: Browser) -> None:
    """A page with pale text and a nameless field is found out."""
    page = browser.new_page()
    page.set_content("<main><p style='color:#bbb'>Pale</p><input></main>")
    seen = " ".join(faults(page))
    assert "contrast" in seen
    assert "label" in seen
