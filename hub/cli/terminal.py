"""What the commands print: sentences, steps while they run, tables, QR codes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import segno
from rich.console import Console
from rich.table import Table

console = Console(highlight=False, soft_wrap=True)
aside = Console(highlight=False, soft_wrap=True, stderr=True)
"""For what is going on while stdout is kept for JSON."""
QUIET_ZONE = 4
"""Empty modules around a QR code, as its standard asks."""
_BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m"
_RESET = "\x1b[0m"

json_flag = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Terminal:
    """Tells the organiser what is going on; a `hub.machine.telling.Teller`."""

    def __init__(self, shown: Console = console) -> None:
        self.shown = shown

    def say(self, sentence: str) -> None:
        """Print one sentence."""
        self.shown.print(sentence, markup=False)

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show a step while it runs, then how long it took."""
        start = time.monotonic()
        if not self.shown.is_terminal:
            self.say(f"{title} …")
            yield _nothing
        else:
            with self.shown.status(f"{title} …") as status:

                def at(words: str) -> None:
                    width = max(20, self.shown.width - len(title) - 8)
                    shown = words.replace("[", r"\[")[:width]
                    status.update(f"{title} … [dim]{shown}[/dim]")

                yield at
        self.say(f"{title}: ready after {time.monotonic() - start:.0f} s")


def _nothing(words: str) -> None:
    """Show nothing of what a step is at: this is no terminal."""


def print_json(value: Any) -> None:
    """Print a value for a script."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows below their headings; what people typed is text, not markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(_plain(cell) for cell in row))
    console.print(table)


def _plain(value: object) -> str:
    """Return a value as text that rich shows as it is."""
    return str(value).replace("[", r"\[")


def qr_code(text: str, *, colour: bool) -> str:
    """Return a QR code in half blocks, two modules to a character's height.

    Colours are set for both, ink and paper, so that it reads on any background.
    """
    rows = [list(row) for row in segno.make(text).matrix_iter(border=QUIET_ZONE)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    lines = []
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        line = "".join(
            " ▄▀█"[2 * bool(above) + bool(below)]
            for above, below in zip(upper, lower, strict=True)
        )
        lines.append(f"{_BLACK_ON_WHITE}{line}{_RESET}" if colour else line)
    return "\n".join(lines)


def print_qr_code(text: str) -> None:
    """Print a QR code, in colours on a terminal."""
    click.echo(qr_code(text, colour=sys.stdout.isatty()), color=True)


def ago(since: float) -> str:
    """Return how long ago a moment was, such as `3 min`; empty for 0."""
    if not since:
        return ""
    seconds = max(0, int(time.time() - since))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
