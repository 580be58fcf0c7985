"""What the commands print: QR codes that scan, times, and no markup from people."""

from __future__ import annotations

import re

import pytest
import segno

from hub.cli.terminal import QUIET_ZONE, ago, console, print_table, qr_code


def modules_of(text: str) -> list[list[int]]:
    """Read the modules back from half blocks."""
    rows: list[list[int]] = []
    for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines():
        codes = [" ▄▀█".index(mark) for mark in line]
        rows += [[code >> 1 for code in codes], [code & 1 for code in codes]]
    return rows


@pytest.mark.parametrize("colour", [True, False])
def test_the_qr_code_is_the_address_with_a_quiet_zone(colour: bool) -> None:
    """Module by module what the library made, with four empty ones around."""
    url = "http://192.0.2.7:8000/hub/join?code=KUPA-37"
    made = segno.make(url)
    expected = [list(row) for row in made.matrix_iter(border=QUIET_ZONE)]
    shown = modules_of(qr_code(url, colour=colour))
    assert shown[: len(expected)] == expected
    assert all(not any(row) for row in shown[len(expected) :])


def test_the_qr_code_sets_ink_and_paper() -> None:
    """Black on white, each line, whatever the terminal's own colours are."""
    lines = qr_code("http://192.0.2.7", colour=True).splitlines()
    assert all(line.startswith("\x1b[38;5;16;48;5;231m") for line in lines)
    assert all(line.endswith("\x1b[0m") for line in lines)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (61, "1 min"), (7300, "2 h"), (200000, "2 d")],
)
def test_times_are_told_in_one_unit(
    monkeypatch: pytest.MonkeyPatch, seconds: int, words: str
) -> None:
    """The largest that fits; nothing for what never started."""
    monkeypatch.setattr("time.time", lambda: 1_000_000.0)
    assert ago(1_000_000.0 - seconds) == words
    assert ago(0) == ""


def test_what_people_typed_is_no_markup() -> None:
    """A title such as [red] is shown as it is."""
    with console.capture() as captured:
        print_table(("title",), [("[red]Anna[/red]",)])
    assert "[red]Anna[/red]" in captured.get()
