"""Text from attendees and authors, made fit to show and to send."""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+")
# Controls, direction overrides, invisible joiners used to spoof, lone surrogates.
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def clean(text: str, length: int) -> str:
    """Return `text` on one line, without unfit characters, cut at `length`.

    A text that was cut ends in an ellipsis, so that nobody takes it for whole.
    """
    head = text[: 4 * length + 4]
    head = _SPACE.sub(" ", head)
    head = _UNFIT.sub("\ufffd", head).strip()
    if len(head) <= length:
        return head
    return head[: length - 1].rstrip() + "…"


def name_of(value: object) -> str:
    """Name the type of `value` without asking the value or its class anything."""
    name: str = type.__dict__["__name__"].__get__(type(value))
    return clean(name, 60)
