r"""Formulas: TeX in a page becomes drawings, so that paper and HTML need no script.

`written` puts a formula into a page as it is written; `typeset` draws all formulas of a
page at once, by MathJax in node. Both ship with Airlift: nothing is fetched.

Errors:
    FormulaError: TeX that cannot be read; has the formula and what is wrong with it.
"""

from __future__ import annotations

import json
import re
import subprocess
from html import escape, unescape
from pathlib import Path

from hub.machine.proxy import ProxyError, find_node

PROGRAM = Path(__file__).parent / "paper" / "typeset.cjs"
_FORMULA = re.compile(r'<span class="tex (block|inline)">(.*?)</span>', re.DOTALL)


class FormulaError(ValueError):
    """A formula cannot be drawn."""


def written(tex: str, *, block: bool) -> str:
    """Return a formula as HTML that `typeset` knows: the TeX itself, readable."""
    kind = "block" if block else "inline"
    return f'<span class="tex {kind}">{escape(tex)}</span>'


def typeset(page: str) -> str:
    """Return a page with its formulas drawn; each keeps its TeX as a label.

    Raises:
        FormulaError: of the first formula that cannot be drawn.
    """
    found = [
        {"tex": unescape(tex), "display": kind == "block"}
        for kind, tex in _FORMULA.findall(page)
    ]
    if not found:
        return page
    answers = iter(zip(found, _drawn(found), strict=True))

    def drawing(match: re.Match[str]) -> str:
        formula, answer = next(answers)
        if "error" in answer:
            raise FormulaError(
                f"the formula {formula['tex'].strip()!r}: expected TeX, "
                f"got: {answer['error']}"
            )
        label = escape(" ".join(str(formula["tex"]).split()))
        return (
            f'<span class="tex {match[1]}" role="img" aria-label="{label}">'
            f"{answer['svg']}</span>"
        )

    return _FORMULA.sub(drawing, page)


def _drawn(found: list[dict[str, object]]) -> list[dict[str, str]]:
    """Let MathJax draw formulas."""
    try:
        done = subprocess.run(
            [find_node(), PROGRAM],
            input=json.dumps(found),
            capture_output=True,
            text=True,
            check=False,
        )
    except ProxyError as error:
        raise FormulaError(f"formulas cannot be drawn: {error}") from None
    if done.returncode:
        raise FormulaError(f"formulas cannot be drawn: {done.stderr.strip()[-400:]}")
    return [dict(answer) for answer in json.loads(done.stdout)]
