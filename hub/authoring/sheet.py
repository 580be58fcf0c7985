"""Sheets: the frame of what is printed. Style, running line, and the words around it.

A page is one file: it needs no other, fetches nothing and runs no script, and its own
policy holds whatever a cell's raw HTML asks for to that.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hub.authoring.formulas import typeset
from hub.authoring.prose import markdown_html
from hub.catalog import BESIDE, Lab
from hub.strings import translation

PAPER = Path(__file__).parent / "paper"


@cache
def _environment() -> Environment:
    """Return the templates' environment; every value is escaped."""
    return Environment(
        loader=FileSystemLoader(PAPER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def sheet(template: str, lab: Lab, *, large: bool = False, **values: Any) -> str:
    """Return a template of hub/authoring/paper as a page, in the lab's language.

    Raises:
        FormulaError: a formula cannot be drawn.
    """
    words = translation(lab.language)
    style = _css("paper.css") + (
        _css("large.css") + _css("lists.css")
        if large
        else f"@media screen and (max-width: 36rem) {{\n{_css('lists.css')}}}\n"
    )
    page = _environment().get_template(template)
    return typeset(
        page.render(
            lab=lab,
            large=large,
            line=running_line(lab),
            style=ours(style.replace("@line@", _css_string(running_line(lab)))),
            _=words.gettext,
            ngettext=words.ngettext,
            **values,
        )
    )


def running_line(lab: Lab) -> str:
    """Return the line of every page: title, version, authors and licence."""
    return f"{lab.title} {lab.version} · {', '.join(lab.authors)} · {lab.license}"


def markdown(lab: Lab, cell: Any) -> Markup:
    """Return a Markdown cell as HTML."""
    folder = lab.folder / BESIDE if lab.imported else lab.folder
    return ours(markdown_html(cell["source"], folder, cell.get("attachments")))


def ours(html: str) -> Markup:
    """Return HTML of ours, or of the lab's author, as a template takes it."""
    return Markup(html)  # noqa: S704 - the page's policy runs and fetches nothing


def _css(name: str) -> str:
    """Return a style sheet of hub/authoring/paper."""
    return (PAPER / name).read_text(encoding="utf-8")


def _css_string(text: str) -> str:
    r"""Return a text as it may stand in CSS between quotes: <, " and \ by number."""
    plain = " ".join(text.split())
    return "".join(f"\\{ord(c):x} " if c in '<>"\\&' else c for c in plain)
