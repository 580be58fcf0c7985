"""Plain: text of others without what a terminal would take for commands."""

from __future__ import annotations

import re

UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Controls but for tab and newline, overrides of direction, lone surrogates."""


def plain(text: str) -> str:
    """Return text with a sign in the place of each character that is not fit."""
    return UNFIT.sub("\ufffd", text)
