"""Nouns: the words for a type, as an attendee reads them."""

from __future__ import annotations

from checkers.engine.strings import _

_NOUNS = {
    "str": _("a text (str)"),
    "int": _("a whole number (int)"),
    "float": _("a number (float)"),
    "bool": _("True or False (bool)"),
    "pandas.DataFrame": _("a pandas DataFrame"),
    "pandas.Series": _("a pandas Series"),
    "collections.abc.Callable": _("a function"),
    "numbers.Real": _("a number"),
    "numbers.Integral": _("a whole number"),
}


def noun(kind: str) -> str:
    """Return the words for a type, by its name: "a whole number (int)", "an Engine"."""
    if kind in _NOUNS:
        return _NOUNS[kind]
    vowel = kind[:1] in tuple("aeioAEIO")  # not u: a ufunc
    text = _("an {type}") if vowel else _("a {type}")
    return text.format(type=kind)
