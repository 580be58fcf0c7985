"""Answers: rules for the questions of steps, for checks.

Each takes the answer to a step's question and passes it or fails with a standard reason
and hint, unless the author gives others::

    @check("which-index")
    def which_index(work: Work) -> None:
        choice(work, "which-index", "on `flown_at`", {
            "on `id`": ("index-on-id", "The query does not name `id`."),
        })

Reasons: other-option, not-a-number, too-far, other-text, and missing-answer of
`work.answer`. No hint tells the right answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from unicodedata import combining, normalize

from checkers import Work, _, fail

SEPARATOR = ";"
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.I)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_MARKED = re.compile(r"[+-]?\d{1,3}([.,'\u2019_\s]\d{3})+([.,]\d+)?")
"""A number with marks between its thousands, of whatever country."""
Said = tuple[str, str]
"""A reason and a hint."""


def choice(
    work: Work, step: str, right: str, others: Mapping[str, Said] | None = None
) -> None:
    """Pass the one right option of a question of kind choice.

    Args:
        work: the work.
        step: the step that asks.
        right: the option, as lab.toml has it.
        others: for wrong options, the reason and hint of each.
    """
    wrong = others or {}
    given = _option(work.answer(step), [right, *wrong])
    if given == right:
        return
    if given in wrong:
        fail(*wrong[given])
    text = _("“{answer}” is not it. Read the question again, then look once more.")
    fail("other-option", text.format(answer=_short(given)))


def choices(
    work: Work,
    step: str,
    right: Iterable[str],
    others: Mapping[str, Said] | None = None,
) -> None:
    """Pass all right options of a question of kind choices, and no other.

    Args:
        work: the work.
        step: the step that asks.
        right: the options, as lab.toml has them.
        others: for an option that is wrong, or right and left out, reason and hint.
    """
    wanted, told = set(right), others or {}
    parts = work.answer(step).split(SEPARATOR)
    given = {_option(part.strip(), [*wanted, *told]) for part in parts} - {""}
    for option, said in told.items():
        if (option in given) is not (option in wanted):
            fail(*said)
    wrong, missing = len(given - wanted), len(wanted - given)
    if wrong:
        fail("other-option", _("Not every option you chose is right."))
    if missing:
        fail("other-option", _("What you chose is right, but there is more."))


def number(
    work: Work,
    step: str,
    near: float,
    *,
    within: float = 0.0,
    others: Mapping[float, Said] | None = None,
    said: Said | None = None,
) -> None:
    """Pass a number that is near enough.

    Args:
        work: the work.
        step: the step that asks.
        near: the right number.
        within: how far from it is right too.
        others: for numbers that are wrong, the reason and hint of each; they are told
            when they are nearly met, to a hundredth of them.
        said: reason and hint for a number too far, in place of the standard ones.
    """
    text = work.answer(step)
    found = read_number(text)
    if found is None:
        fail("not-a-number", _no_number(text))
    if _meets(found, near, within):
        return
    if _MARKED.fullmatch(text.strip()) and _meets(found * 1000, near, within):
        fail("not-a-number", _no_number(text))
    for other, told in (others or {}).items():
        if abs(found - other) <= 0.01 * abs(other):
            fail(*told)
    if said:
        fail(*said)
    hint = _("{answer} is too small.") if found < near else _("{answer} is too large.")
    fail("too-far", hint.format(answer=_short(text)))


def text(
    work: Work,
    step: str,
    *right: str,
    pattern: str = "",
    others: Mapping[str, Said] | None = None,
) -> None:
    """Pass a text that is one of some, or that has a form; case and accents are free.

    Args:
        work: the work.
        step: the step that asks.
        right: texts that are right.
        pattern: a regular expression for the whole answer, as it was written.
        others: for texts that are wrong, the reason and hint of each.
    """
    given = work.answer(step)
    if any(_same(given, one) for one in right):
        return
    if pattern and re.fullmatch(pattern, given[:500], re.I):
        return
    for one, said in (others or {}).items():
        if _same(given, one):
            fail(*said)
    hint = _("“{answer}” is not it. Check the spelling, then look once more.")
    fail("other-text", hint.format(answer=_short(given)))


def read_number(text: str) -> float | None:
    """Return the number that a text is, with a point or a comma; None when it is none.

    A comma between groups of three digits could be either, and is no number.
    """
    text = text.strip().replace("\N{MINUS SIGN}", "-")[:60]
    if not _NUMBER.fullmatch(text) or _THOUSANDS.fullmatch(text):
        return None
    return float(text.replace(",", "."))


def _meets(found: float, near: float, within: float) -> bool:
    """Tell whether a number is near enough; what a float rounds off does not matter."""
    return abs(found - near) <= within + 1e-9 * abs(near)


def _no_number(text: str) -> str:
    """Say why an answer is no number: thousands, a unit, or no digits at all."""
    if _MARKED.fullmatch(text.strip()):
        hint = _(
            "“{answer}” seems to have a mark between its thousands. Leave it out, "
            "as in 1234.5."
        )
    elif re.search(r"\d", text):
        hint = _(
            "“{answer}” is more than a number. Write it in digits only, without unit "
            "or words, such as 12.5."
        )
    else:
        hint = _("“{answer}” is not a number. Write it in digits only, such as 12.5.")
    return hint.format(answer=_short(text))


def _option(given: str, options: Iterable[str]) -> str:
    """Return the option that an answer is: that very one, else one that is the same."""
    known = list(options)
    alike = (one for one in known if _same(given, one))
    return given if given in known else next(alike, given)


def _same(one: str, other: str) -> bool:
    """Tell whether two texts are the same but for case, accents and outer marks."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    """Return a text without what does not matter in an answer."""
    letters = normalize("NFKD", " ".join(text[:500].split()).casefold())
    bare = "".join(letter for letter in letters if not combining(letter))
    return bare.strip(" .'\"`")


def _short(text: str) -> str:
    """Return an answer to be shown."""
    return text if len(text) <= 40 else text[:39] + "…"
