"""The seat's sentences in its language: English in the sources, others in catalogues.

``AIRLIFT_LANGUAGE`` names the language, decided when the seat starts. English loads
nothing. A catalogue that is missing or broken leaves a seat in English, silently: no
sentence is worth a lab that does not start.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

LOCALE = Path(__file__).parents[1] / "locale"
DOMAIN = "airlift"
_NAME = re.compile(r"[a-z]{2,3}")


def language() -> str:
    """Return the seat's language, such as `de`; `en` when none is named."""
    wanted = os.environ.get("AIRLIFT_LANGUAGE", "").replace("_", "-")
    short = wanted.split("-")[0].lower()
    return short if _NAME.fullmatch(short) else "en"


@cache
def catalogue(name: str, locale: Path = LOCALE) -> NullTranslations | None:
    """Return a language's catalogue; None for English and where none can be read."""
    if name == "en":
        return None
    from gettext import GNUTranslations  # an English seat does without

    path = locale / name / "LC_MESSAGES" / f"{DOMAIN}.mo"
    try:
        with path.open("rb") as file:
            return GNUTranslations(file)
    except Exception:
        # whatever is wrong with the file: English is right there
        return None


def _(text: str) -> str:
    """Return a sentence in the seat's language."""
    known = catalogue(language())
    return known.gettext(text) if known else text


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a sentence that fits a count, in the seat's language."""
    known = catalogue(language())
    if known:
        return known.ngettext(one, many, count)
    return one if count == 1 else many
