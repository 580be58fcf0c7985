"""The language of a page: the room's, else what the browser prefers."""

from __future__ import annotations

import pytest

from hub.strings import LANGUAGES, language_of, translation

TABLE = [
    # room, Accept-Language, language of the page
    ("", "", "en"),
    ("", "de", "de"),
    ("", "de-AT", "de"),
    ("", "DE-at", "de"),
    ("", "en", "en"),
    ("", "en-GB,en;q=0.9,de;q=0.8", "en"),
    ("", "de-DE,de;q=0.9,en;q=0.8", "de"),
    ("", "en;q=0.8,de;q=0.9", "de"),
    ("", "fr,de;q=0.3,en;q=0.2", "de"),
    ("", "fr,en;q=0.3,de;q=0.2", "en"),
    ("", "fr", "en"),
    ("", "fr,*;q=0.1", "en"),
    ("", "*", "en"),
    ("", "en;q=0,*", "de"),
    ("", "de;q=0", "en"),
    ("", "de;q=0.000,en;q=0", "en"),
    ("", "de,en", "de"),
    ("", "en,de", "en"),
    ("", "de;q=0.5,de-CH;q=0.9,en;q=0.7", "de"),
    ("", " de ; q=0.9 , en ; q=0.1", "de"),
    ("", "de;q=1.000", "de"),
    ("", "de;q=2,en;q=0.1", "en"),
    ("", "de;q=,en;q=0.1", "en"),
    ("", "de;level=1,en;q=0.1", "en"),
    ("", ",,de,,", "de"),
    ("", "\x00<script>,de", "de"),
    ("", "german", "en"),
    ("", "x," * 600 + "de", "en"),
    ("de", "", "de"),
    ("de", "en", "de"),
    ("en", "de", "en"),
    ("de-CH", "en", "de"),
    ("de_DE", "en", "de"),
    ("fr", "de", "en"),
]


@pytest.mark.parametrize(("room", "header", "expected"), TABLE)
def test_the_language_of_a_page(room: str, header: str, expected: str) -> None:
    """The room's language wins, then q-values as in RFC 9110, then English."""
    assert language_of(room, header) == expected


def test_every_language_answers_and_english_is_the_source() -> None:
    """A language nobody has says what the sources say."""
    for language in (*LANGUAGES, "fr", "../de", ""):
        assert translation(language).gettext("No such sentence.") == "No such sentence."
