"""The catalogues of sentences agree with the sources, and German is complete."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests import catalogues
from tests.catalogues import OTHERS, PACKAGES

EVERY = [(package, language) for package in PACKAGES for language in OTHERS]


@pytest.mark.parametrize(("package", "language"), EVERY)
def test_a_catalogue_agrees_with_the_sources(package: str, language: str) -> None:
    """`make strings` would change nothing, neither the text nor what is compiled."""
    path = catalogues.po_path(package, language)
    text = path.read_bytes()
    assert text == catalogues.as_po(catalogues.updated(package, language))
    compiled = catalogues.as_mo(catalogues.read(path, language))
    assert compiled == path.with_suffix(".mo").read_bytes()


@pytest.mark.parametrize(("package", "language"), EVERY)
def test_a_language_is_complete(package: str, language: str) -> None:
    """Every sentence is translated, and none by a guess."""
    found = catalogues.read(catalogues.po_path(package, language), language)
    assert catalogues.untranslated(found) == []


@pytest.mark.parametrize(("package", "language"), EVERY)
def test_a_translation_fills_in_the_same(package: str, language: str) -> None:
    """Every form has the names, code and edges of white space of its English."""
    found = catalogues.read(catalogues.po_path(package, language), language)
    wrong = {}
    for message in found:
        if not message.id:
            continue
        sources = [message.id] if isinstance(message.id, str) else [*message.id]
        forms = (
            [message.string] if isinstance(message.string, str) else [*message.string]
        )
        pairs = zip(forms, sources, strict=True)
        if any(marks(form) != marks(source) for form, source in pairs):
            wrong[sources[-1]] = forms
    assert wrong == {}


def marks(text: str) -> tuple[Counter[str], str, str]:
    """Return what a translation must keep: {names}, `code`, white space at its ends."""
    kept = re.findall(r"\{[^{}]*\}|\{\{|\}\}|`[^`]*`", text)
    lead, tail = re.match(r"\s*", text), re.search(r"\s*$", text)
    return Counter(kept), lead[0] if lead else "", tail[0] if tail else ""
