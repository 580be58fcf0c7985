"""Prose: a notebook's Markdown, code and captured outputs as HTML for paper.

Nothing in it is fetched or run when somebody reads it: pictures are embedded, formulas
are marked for `hub.authoring.formulas`, and long lines are broken rather than cut.

Errors:
    InvalidNotebook: an attachment that a cell names is missing (nbconvert's).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from itertools import cycle
from pathlib import Path
from typing import Any

from nbconvert.filters.ansi import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from hub.authoring.formulas import written

_LEXERS = {"python": "ipython3"}
_TIGHT, _WIDE = 84, 10
"""Characters of a line, and columns of a table, from which on they are set smaller."""
_TIGHTEST, _WIDEST = 116, 13
_WORD = 30
"""Characters of code that stay on one line."""
_SEAM = re.compile(r"(?<=[\w)\]])(?=\.)|(?<=[(,=/:;|&])(?=\S)")
"""Where longer code may go on below."""
_RULE = re.compile(r"[-+=_|\s]{8,}")
"""A line that only divides; what of it is too wide says nothing more."""
_BRIEF, _BRIEFEST = 300, 170
"""Characters of a text that stays together on a page, and on one in large print."""
_WHOLE = 18
"""Lines of code or text that stay together on a page."""
_PICTURES = ("image/svg+xml", "image/png", "image/jpeg")
_PASSED = (
    '<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="8" '
    'fill="#0072b2"/><path d="M6 10.4l2.7 2.6L14 7.4" fill="none" stroke="#fff" '
    'stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)
_FORMULA = re.compile(r"^\$+(.*?)\$+$", re.DOTALL)


class PaperRenderer(IPythonRenderer):
    """Markdown for paper: embedded pictures, drawn formulas, whole code lines."""

    def block_code(self, code: str, info: str | None = None) -> str:
        """Set a block of code."""
        words = (info or "").split(maxsplit=1)
        return code_html(code, words[0] if words else "text")

    def block_html(self, html: str) -> str:
        """Set raw HTML; only a piece with a picture is taken apart to embed it."""
        return str(super().block_html(html)) if "<img" in html else html

    def inline_html(self, html: str) -> str:
        """Set one raw tag, such as <kbd>, whose end is another piece."""
        return str(super().inline_html(html)) if "<img" in html else html

    def block_math(self, body: str) -> str:
        """Set a formula of its own line."""
        return written(body, block=True)

    def inline_math(self, body: str) -> str:
        """Set a formula within a line."""
        return written(body, block=False)

    def latex_environment(self, name: str, body: str) -> str:
        """Set an environment such as align."""
        return written(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)

    def paragraph(self, text: str) -> str:
        """Set a paragraph."""
        return f"<p{_brief(text)}>{text}</p>\n"

    def list_item(self, text: str) -> str:
        """Set an item of a list."""
        return f"<li{_brief(text)}>{text}</li>\n"

    def codespan(self, text: str) -> str:
        """Set code within a line."""
        return _inline(text)

    def table(self, text: str) -> str:
        """Set a table; each cell knows its column's head, for where it stands alone."""
        found = re.findall(r"<th\b[^>]*>(.*?)</th>", text, re.DOTALL)
        heads = cycle(re.sub("<[^>]+>", "", head) for head in found)
        cells = re.sub("<td", lambda _: f'<td data-head="{next(heads)}"', text)
        return f'<table class="ours">\n{cells}</table>\n'

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """Set a heading; the page's own title is the only one of level 1."""
        return str(super().heading(text, max(2, level), **attrs))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Set a picture; of one that lies elsewhere only its words and address."""
        if self._embed_image_or_attachment(url).startswith("data:"):
            return str(super().image(text, url, title))
        return f"{text} ({escape(url)})"


def markdown_html(
    source: str, folder: Path, attachments: Mapping[str, Any] | None = None
) -> str:
    """Return Markdown as HTML; pictures are read below `folder`."""
    renderer = PaperRenderer(
        escape=False,
        embed_images=True,
        exclude_anchor_links=True,
        path=str(folder),
        attachments=dict(attachments or {}),
    )
    return MarkdownWithMath(renderer=renderer).render(source)


def code_html(source: str, language: str) -> str:
    """Return code as HTML; a long line goes on below, set in, and is never cut."""
    try:
        lexer = get_lexer_by_name(_LEXERS.get(language, language), stripnl=False)
    except ClassNotFound:
        lexer = get_lexer_by_name("text", stripnl=False)
    text = highlight(source.rstrip("\n"), lexer, HtmlFormatter(nowrap=True))
    return _lines("code", source, text.rstrip("\n").split("\n"))


def words_html(text: str) -> str:
    """Return a sentence as HTML; what stands between backticks is code."""
    parts = enumerate(re.split("`([^`]+)`", text))
    return "".join(_inline(part) if at % 2 else escape(part) for at, part in parts)


def outputs_html(outputs: Iterable[Mapping[str, Any]], alt: str = "") -> str:
    """Return what a cell showed as HTML; `alt` says what its picture shows."""
    return "".join(_output(one, alt) for one in outputs)


def _brief(html: str) -> str:
    """Return the attribute of a text that stays together on a page."""
    length = len(re.sub("<[^>]*>", "", html))
    kind = "briefest" if length <= _BRIEFEST else "brief" if length <= _BRIEF else ""
    return f' class="{kind}"' if kind else ""


def _inline(text: str) -> str:
    """Return code within a line; a column of a table always holds a short one."""
    kind = ' class="short"' if len(text) <= _WORD else ""
    return f"<code{kind}>{re.sub(r'[^ ]+', _word, text)}</code>"


def _word(found: re.Match[str]) -> str:
    """Return a word of code that breaks at no hyphen; a long one between its parts."""
    word = found[0]
    if len(word) <= _WORD:
        shown = escape(word)
        return f'<span class="word">{shown}</span>' if "-" in word else shown
    parts = _SEAM.sub("\0", word)
    pieces = re.sub(rf"[^\0]{{{_WORD}}}(?=[^\0])", "\\g<0>\0", parts)
    return escape(pieces).replace("\0", "<wbr>")


def _output(output: Mapping[str, Any], alt: str) -> str:
    """Return one output as HTML."""
    if output["output_type"] == "stream":
        return _text(output["text"])
    if output["output_type"] == "error":
        return _text(f"{output['ename']}: {output['evalue']}")
    if output["metadata"].get("airlift"):
        return _said(output["data"]["text/plain"])
    return _data(output["data"], alt)


def _data(data: Mapping[str, Any], alt: str) -> str:
    """Return what a value looks like in the best of its forms."""
    for kind in _PICTURES:
        if kind in data:
            said = alt or data.get("text/plain", "")
            return f'<p class="figure">{_picture(kind, data[kind], said)}</p>'
    if "text/html" in data:
        return _table(data["text/html"])
    if "text/markdown" in data:
        return markdown_html(data["text/markdown"], Path("/nonexistent"))
    if formula := _FORMULA.match(data.get("text/latex", "").strip()):
        return written(formula[1], block=True)
    return _text(data.get("text/plain", ""))


def _picture(kind: str, content: str, said: str) -> str:
    """Return a picture as HTML, with what it shows in words."""
    plain = kind == "image/svg+xml"
    packed = b64encode(content.encode()).decode() if plain else content
    source = f"data:{kind};base64,{''.join(packed.split())}"
    return f'<img src="{source}" alt="{escape(said)}">'


def _said(text: str) -> str:
    """Return the lines that a step's check put under its cell."""
    rows = "".join(
        f"<p>{_PASSED}<span>{escape(line[2:])}</span></p>"
        if line.startswith("✓ ")
        else f"<p>{escape(line)}</p>"
        for line in text.split("\n")
    )
    return f'<div class="said">{rows}</div>'


def _table(html: str) -> str:
    """Return HTML of the author's own cells, smaller where its table is wide."""
    first = html.split("</tr>", 1)[0]
    columns = first.count("<th") + first.count("<td")
    size = "widest" if columns > _WIDEST else "wide" if columns > _WIDE else ""
    return f'<div class="shown {size}">{html}</div>'


def _text(text: str) -> str:
    """Return plain text as it stood in the terminal or below the cell."""
    text = str(strip_ansi(text)).rstrip()  # type: ignore[no-untyped-call]
    if not text:
        return ""
    if all(line.startswith("✓ ") for line in text.split("\n")):
        return _said(text)
    return _lines("out", text, [escape(line) for line in text.split("\n")])


def _lines(kind: str, source: str, lines: list[str]) -> str:
    """Return lines of equal width, smaller where the longest needs it."""
    longest = max(len(line) for line in source.split("\n"))
    size = " tightest" if longest > _TIGHTEST else " tight" if longest > _TIGHT else ""
    size += " whole" if len(lines) <= _WHOLE else ""
    spans = "".join(_line(line) for line in lines)
    return f'<pre class="{kind}{size}">{spans}</pre>'


def _line(line: str) -> str:
    """Return one line of code or text, in HTML already."""
    kind = "l rule" if _RULE.fullmatch(line) else "l"
    return f'<span class="{kind}">{line or " "}</span>'
