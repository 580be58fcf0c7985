"""A lab's terms at the door: read in full, accepted by a box, asked for again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.test_accessibility import faults
from tests.e2e.workplace import shoot
from tests.harness import REPOSITORY, Airlift, running

pytestmark = pytest.mark.browser

TITLE = "Example Ltd: terms of the trial edition"
TEXT = """Example Ltd lends you the trial edition of Example Server for this evening.

1. You may use it in this lab, and not for your own business.
2. You may not publish how fast it is without asking Example Ltd.
3. Example Ltd gives no warranty of any kind.
4. <b>It ends by itself after 30 days.</b>
"""
TERMS = f'\n[terms]\ntitle = "{TITLE}"\nfile = "EULA.txt"\n'


@pytest.fixture
def airlift(tmp_path: Path) -> Iterator[Airlift]:
    """An installation whose lab has terms; its seats are never started."""
    folder = tmp_path / "labs/first_flight"
    shutil.copytree(REPOSITORY / "labs/first_flight", folder)
    with (folder / "lab.toml").open("a") as file:
        file.write(TERMS)
    (folder / "EULA.txt").write_text(TEXT)
    toml = {"labs": str(tmp_path / "labs"), "practice_labs": "all"}
    root = tmp_path / "place"
    root.mkdir()
    with running(root, toml=toml) as found:
        yield found


def test_terms_are_read_and_accepted_before_a_seat_is_taken(
    browser: Browser, airlift: Airlift
) -> None:
    """By keyboard, in German, on a phone; again when their words change."""
    room = airlift.open_room("Example Server, tonight")
    join = f"{airlift.url}/hub/join?code={room['code']}"
    phone = {"width": 390, "height": 844}
    for name, scheme, size in (
        ("light", "light", None),
        ("dark", "dark", None),
        ("phone", "light", phone),
    ):
        look = browser.new_page(color_scheme=scheme, viewport=size, locale="de")
        look.goto(join)
        look.get_by_text(TITLE, exact=True).click()
        look.get_by_label("Dein Name").fill("Ines")
        shoot(look, f"terms-{name}")
        assert faults(look) == []
    page = browser.new_page(locale="de")
    page.goto(join)
    page.get_by_label("Dein Name").fill("Ines")
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    text = page.get_by_role("region", name=TITLE)
    expect(text).to_contain_text("<b>It ends by itself after 30 days.</b>")
    page.get_by_role("button", name="Platz nehmen").click()
    expect(page.get_by_label("Dein Name")).to_be_visible()  # the box is needed
    page.evaluate("document.querySelector('form').noValidate = true")
    page.get_by_role("button", name="Platz nehmen").click()
    expect(page.get_by_role("alert")).to_contain_text("Bitte lies die Bedingungen")
    expect(page.get_by_label("Dein Name")).to_have_value("Ines")
    shoot(page, "terms-refused")
    box = page.get_by_label("Ich habe gelesen und nehme an")
    expect(box).not_to_be_checked()
    box.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Platz nehmen").click()
    expect(page.locator("#phrase")).to_be_visible()
    phrase = page.locator("#phrase").inner_text()
    page.goto(join)
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator(".terms")).to_have_count(0)

    eula = Path(str(airlift.settings.labs)) / "first_flight/EULA.txt"
    eula.write_text(TEXT + "5. Changed.\n")
    page.goto(f"{airlift.url}/hub/seat")
    expect(page.locator(".welcome")).to_be_visible()  # the door, not the seat
    shoot(page, "terms-again")
    page.get_by_label("Ich habe gelesen und nehme an").check()
    page.get_by_role("button", name="Weiter").click()
    expect(page.get_by_role("heading")).to_contain_text("Platz 1")

    eula.write_text(TEXT + "6. Changed once more.\n")
    other = browser.new_page(locale="de")
    other.goto(f"{join}&with=phrase")
    other.get_by_label("Deine drei Wörter").fill(phrase)
    other.locator("form .btn.main").click()
    expect(other.get_by_role("alert")).to_contain_text("Bitte lies die Bedingungen")
    other.get_by_label("Ich habe gelesen und nehme an").check()
    other.locator("form .btn.main").click()
    expect(other.get_by_role("heading")).to_contain_text("Platz 1")


def test_the_card_of_a_lab_asks_for_its_terms(
    browser: Browser, airlift: Airlift
) -> None:
    """With the name, and alone when the name is known."""
    page = browser.new_page(locale="de")
    page.goto(f"{airlift.url}/hub/labs")
    start = page.get_by_role("button", name="Anfangen")
    start.click()
    page.get_by_label("Dein Name").fill("Ines")
    page.get_by_text(TITLE, exact=True).click()
    shoot(page, "terms-card")
    assert faults(page) == []
    page.get_by_label("Ich habe gelesen und nehme an").check()
    start.click()
    expect(page.locator("#phrase")).to_be_visible()
