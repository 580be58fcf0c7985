"""What somebody wants a new room to be, read or refused.

Errors:
    RefusalError: names the key, what was expected and what was there.
"""

from __future__ import annotations

from hub.room.refusal import RefusalError
from hub.seats import MOST_SEATS, clean_name
from hub.strings import LANGUAGES

TITLE_LENGTH = 120


def title_of(key: str, value: str) -> str:
    """Return a title or host as it is kept."""
    text = clean_name(value, TITLE_LENGTH)
    if not text:
        raise RefusalError("bad-room", f"{key}: expected some text, got none")
    return text


def language_of(value: str) -> str:
    """Return a room's language, or refuse it; "" is each browser's own."""
    if value and value not in LANGUAGES:
        raise RefusalError(
            "bad-room",
            f"language: expected one of {', '.join(LANGUAGES)}, got {value[:20]!r}",
        )
    return value


def capacity_of(value: int) -> int:
    """Return a number of seats, or refuse it."""
    if not 1 <= value <= MOST_SEATS:
        raise RefusalError(
            "bad-room", f"capacity: expected 1 to {MOST_SEATS} seats, got {value}"
        )
    return value
