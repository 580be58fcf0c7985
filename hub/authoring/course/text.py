"""Text: Python and TOML that hold what a course says, word by word."""

from __future__ import annotations

import json
import re
from unicodedata import normalize

from checkers.engine.text import clean

_UNFIT = re.compile(
    r"[^\n\t\x20-\x7e\xa0-\u1fff\u2010-\u2027\u2030-\ud7ff\uf900-\ufefe]"
)


def literal(source: str) -> str:
    """Return Python for a text: in triple quotes on lines of its own where it can be.

    Read with the first and last newline taken off.
    """
    for quotes in ("'''", '"""'):
        plain = quotes not in source and not source.endswith(("\\", quotes[0]))
        if plain and not _UNFIT.search(source):
            return f"r{quotes}\n{source}\n{quotes}"
    return repr(f"\n{source}\n")


def toml(value: object) -> str:
    """Return TOML for a text, a number, or a list of texts."""
    if isinstance(value, str):
        return json.dumps(clean(value, 300) or "-", ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(toml(item) for item in value)}]"
    return str(value)


def slug(*words: str) -> str:
    """Return a lab's slug for the names of an assignment and a notebook."""
    plain = normalize("NFKD", "_".join(words)).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    if not name[:1].isalpha():
        name = f"lab_{name}".rstrip("_")
    return name[:56].rstrip("_")


def step_id(name: str) -> str:
    """Return a step's id for a grade_id."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "step"
