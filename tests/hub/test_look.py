"""The look keeps its promises: contrast in both themes, one source of every mark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HUB = Path(__file__).parents[2] / "hub"
CSS = (HUB / "look/look.css").read_text()
SOURCES = [
    *HUB.glob("look/*.js"),
    *HUB.glob("pages/*.html"),
    *HUB.glob("room/static/*.js"),
    *HUB.glob("room/static/*.html"),
]
SURFACES = ("bg", "card", "soft")


def tokens(selector: str) -> dict[str, str]:
    """Return the colours that the first block of `selector` sets."""
    block = CSS.split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


LIGHT = tokens(":root")
DARK = tokens(':root[data-theme="dark"]')
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb by WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours by WCAG 2.2, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_of_black_and_white_is_21() -> None:
    """The measure itself is right at both of its ends."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1


@THEMES
@pytest.mark.parametrize("text", ["ink", "dim", "stuck"])
@pytest.mark.parametrize("surface", SURFACES)
def test_text_is_readable(theme: dict[str, str], text: str, surface: str) -> None:
    """Text has 4.5:1 on each surface it stands on."""
    assert contrast(theme[text], theme[surface]) >= 4.5


@THEMES
@pytest.mark.parametrize("state", ["passed", "stuck", "ask"])
def test_what_stands_in_a_mark_is_readable(theme: dict[str, str], state: str) -> None:
    """The tick, the sign and the number have 4.5:1 in their marks."""
    assert contrast(theme[state], theme[f"{state}-ink"]) >= 4.5


@THEMES
@pytest.mark.parametrize(
    "mark", ["passed", "trying", "stuck", "ask", "idle", "edge", "focus"]
)
@pytest.mark.parametrize("surface", SURFACES)
def test_marks_and_edges_are_seen(
    theme: dict[str, str], mark: str, surface: str
) -> None:
    """Marks, edges of inputs and focus rings have 3:1 on each surface."""
    assert contrast(theme[mark], theme[surface]) >= 3


@THEMES
def test_the_main_button_is_readable(theme: dict[str, str]) -> None:
    """The main button is ink with the card's colour as text."""
    assert contrast(theme["ink"], theme["card"]) >= 7


def test_both_ways_to_darkness_are_the_same() -> None:
    """The machine's choice and the chosen theme give the same colours."""
    assert tokens('  :root:not([data-theme="light"])') == DARK
    assert set(DARK) == set(LIGHT)


def test_every_mark_that_is_used_is_drawn_in_the_sprite() -> None:
    """Pages name marks; marks.svg is the one source of their shapes."""
    drawn = set(
        re.findall(r'<symbol id="([a-z]+)"', (HUB / "look/marks.svg").read_text())
    )
    named = {
        name
        for path in SOURCES
        for name in re.findall(
            r'mark\((?:look_url, )?"([a-z]+)"', path.read_text(encoding="utf-8")
        )
    }
    assert named
    assert named <= drawn
    assert drawn >= {"passed", "trying", "stuck", "none", "verified"}


def test_every_class_of_colour_comes_from_the_tokens() -> None:
    """No sheet names a colour of its own."""
    sheets = CSS.split("--radius", 1)[1] + (HUB / "room/static/board.css").read_text()
    assert not re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(", sheets)


def test_nothing_is_inline_and_nothing_is_marked_safe() -> None:
    """The strict CSP would refuse it; hostile text stays text."""
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        for bad in ("|safe", "| safe", "innerHTML", "insertAdjacentHTML", "eval("):
            assert bad not in text, f"{path.name} has {bad}"
        if path.suffix == ".html":
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>", text), path
