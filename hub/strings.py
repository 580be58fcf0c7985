"""The hub's and the room's sentences in the reader's language.

English is the source: a sentence is looked up by its English words, so that what the
desk says in English can be shown at the door in the reader's language. Catalogues lie
in hub/locale; `make strings` writes them.
"""

from __future__ import annotations

import re
from functools import cache
from gettext import NullTranslations
from gettext import translation as read_catalogue
from pathlib import Path

LANGUAGES = ("en", "de")
"""The languages that are complete; the first is the source."""
LOCALE = Path(__file__).parent / "locale"
DOMAIN = "airlift"
_HEADER = 1000
"""Longest Accept-Language that is looked at."""
_PART = re.compile(
    r"\s*(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*"
    r"(?:;\s*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?"
)


@cache
def translation(language: str) -> NullTranslations:
    """Return the catalogue of one of LANGUAGES; English for anything else."""
    if language not in LANGUAGES:
        return NullTranslations()
    return read_catalogue(DOMAIN, LOCALE, [language], fallback=True)


def noted(sentence: str) -> str:
    """Return a sentence as it is; `make strings` puts it in the catalogue.

    For what is written where no reader's language is known, and shown elsewhere.
    """
    return sentence


def language_of(room_language: str, accept_language: str) -> str:
    """Return the language of a page: the room's, else the one the browser prefers.

    `accept_language` is the header of RFC 9110; of its ranges the language alone
    counts ("de-AT" is "de"). What cannot be read is left out. A language that is not
    one of LANGUAGES is English.
    """
    if room_language:
        short = room_language.lower().replace("_", "-").split("-")[0]
        return short if short in LANGUAGES else LANGUAGES[0]
    wishes = _wishes(accept_language)
    others = wishes.get("*", 0.0)
    order = [*wishes, *LANGUAGES]
    ranked = sorted(LANGUAGES, key=order.index)
    best = max(ranked, key=lambda language: wishes.get(language, others))
    return best if wishes.get(best, others) > 0 else LANGUAGES[0]


def _wishes(header: str) -> dict[str, float]:
    """Read Accept-Language: languages in their order, each with its highest q."""
    wishes: dict[str, float] = {}
    for part in header[:_HEADER].split(","):
        found = _PART.fullmatch(part)
        if found:
            short = found[1].lower().split("-")[0]
            quality = float(found[2] or 1)
            wishes[short] = max(wishes.get(short, 0.0), quality)
    return wishes
