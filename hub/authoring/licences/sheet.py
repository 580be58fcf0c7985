"""The clearance as one page to print, for a venue or a vendor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from hub.authoring.licences.clearance import OWN, Clearance
from hub.authoring.licences.ledger import Item

_PAGE = Path(__file__).with_name("clearance.html")
_KINDS = {
    "python": "Python packages",
    "debian": "Debian packages",
    "page": "JavaScript packages of its pages",
}
_NAMED = 4
"""Files that a row names; of more it tells the number."""


def sheet(found: Clearance, on: str) -> str:
    """Return the page; `on` is its date in words."""
    from jinja2 import Environment

    template = Environment(autoescape=True).from_string(_PAGE.read_text("utf-8"))
    return template.render(
        found=found,
        own=rows(item for item in found.items if item.kind in OWN),
        packages=_packages(found.items),
        on=on,
        airlift=metadata.version("jupyterhub-airlift"),
    )


def rows(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Return files that say the same of themselves as one row each."""
    same: dict[tuple[str, str, str], list[str]] = {}
    for item in items:
        key = (item.license, item.copyright, item.source)
        name = "/".join(item.name.split("/")[:2]) if item.kind == "image" else item.name
        same.setdefault(key, []).append(name)
    return [
        {
            "names": _few(names),
            "license": license_,
            "copyright": copyright_,
            "source": source,
        }
        for (license_, copyright_, source), names in same.items()
    ]


def _few(names: list[str]) -> str:
    """Name some files, and folders once."""
    names = list(dict.fromkeys(names))
    more = len(names) - _NAMED
    said = ", ".join(names[:_NAMED])
    return f"{said} and {more} more" if more > 0 else said


def _packages(items: Iterable[Item]) -> list[str]:
    """Say how many packages of each kind there are."""
    total = Counter(item.kind for item in items)
    return [f"{total[kind]} {words}" for kind, words in _KINDS.items() if total[kind]]
