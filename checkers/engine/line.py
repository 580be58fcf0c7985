"""The line under a cell and in the panel: symbol, word and text, for eye and ear.

Everything here may come from an attendee or an author: it is escaped, then shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from html import escape
from typing import NamedTuple

from checkers.engine.attempt import Attempt, Outcome
from checkers.engine.strings import _
from checkers.engine.text import clean

FAULT = _("The check itself has a fault; this is not held against you.")
_BLUE = "#0072b2"
_AMBER = "#b87a00"
_PURPLE = "#a04c88"
"""The look's own hues, at least 3:1 on a light and a dark theme; themes have others."""
_INK = "var(--jp-ui-font-color1, #16202c)"
_DIM = "var(--jp-ui-font-color2, #5b6775)"
_PAPER = "var(--jp-layout-color1, #fff)"
_EDGE = "var(--jp-border-color2, #dfe4ea)"


class Mark(Enum):
    """A state's symbol in plain text and its drawing on a grid of 20."""

    PASSED = (
        "✓",
        f'<circle cx="10" cy="10" r="8" fill="{_BLUE}"/>'
        f'<path d="M6 10.4l2.7 2.6L14 7.4" fill="none" stroke="{_PAPER}" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>',
    )
    TRYING = (
        "◐",
        f'<circle cx="10" cy="10" r="7" fill="none" stroke="{_AMBER}" '
        f'stroke-width="2.4"/><path d="M10 3a7 7 0 0 1 0 14z" fill="{_AMBER}"/>',
    )
    FAULT = (
        "◌",
        f'<circle cx="10" cy="10" r="7" fill="none" stroke="{_DIM}" '
        'stroke-width="2" stroke-dasharray="3 2.5"/>',
    )
    GATE = (
        "‖",
        f'<circle cx="10" cy="10" r="8" fill="{_PURPLE}"/>'
        f'<path d="M8 6.8v6.4M12 6.8v6.4" stroke="{_PAPER}" stroke-width="2" '
        'stroke-linecap="round"/>',
    )
    UNTOUCHED = ("·", f'<circle cx="10" cy="10" r="2.6" fill="{_DIM}"/>')


class Line(NamedTuple):
    """One line: a mark, the word for it in bold, and the rest."""

    mark: Mark
    word: str
    text: str = ""


def line_of(attempt: Attempt, title: str = "", *, passed_earlier: bool = False) -> Line:
    """Say what came of an attempt; `title` names its step where several are shown."""
    named = f"{title}: " if title else ""
    if attempt.outcome is Outcome.PASSED:
        return Line(Mark.PASSED, named + _("Passed."), attempt.hint)
    if attempt.outcome is Outcome.ERROR:
        return Line(Mark.FAULT, named.strip(), FAULT)
    word = _("Passed earlier, now different.") if passed_earlier else _("Not yet.")
    return Line(Mark.TRYING, f"{named}{word}", attempt.hint)


def plain(lines: Iterable[Line]) -> str:
    """Return lines as plain text."""
    return "\n".join(
        " ".join(part for part in (line.mark.value[0], line.word, line.text) if part)
        for line in lines
    )


def html(lines: Iterable[Line]) -> str:
    """Return lines as HTML in the front end's own colours; announced to readers."""
    rows = "".join(_row(line) for line in lines)
    return (
        '<div role="status" class="airlift-lines" style="font-family:'
        "var(--jp-ui-font-family, system-ui, sans-serif);font-size:13.5px;"
        f"line-height:1.45;color:{_INK};background:{_PAPER};border:1px solid {_EDGE};"
        f'border-radius:6px;padding:4px 12px">{rows}</div>'
    )


def _row(line: Line) -> str:
    """Return one line as HTML."""
    drawing = (
        '<svg aria-hidden="true" width="18" height="18" viewBox="0 0 20 20" '
        f'style="flex:none;margin-top:1px">{line.mark.value[1]}</svg>'
    )
    word = f"<b>{shown(line.word)}</b> " if line.word else ""
    return (
        f'<div style="display:flex;gap:8px;padding:4px 0">{drawing}'
        f'<span style="overflow-wrap:anywhere">{word}{shown(line.text)}</span></div>'
    )


def shown(text: str) -> str:
    """Escape a text; what stands between backticks is set as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(clean(text, 600)))
