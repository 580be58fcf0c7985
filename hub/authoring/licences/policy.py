"""What a licence lets one do: teach with a thing at a venue, or hand it on in a kit.

The kinds of licences come from `license-expression`, which knows every SPDX licence and
how it is classed by ScanCode; the table of uses below is ours and no legal advice. Of
`A OR B` the better one counts, of `A AND B` both, of `A WITH exception` the licence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, NamedTuple

USES = ("teach", "redistribute")
NOT_STATED = "LicenseRef-not-stated"
"""Stands in a ledger for what nobody has said yet."""
Part = Any
"""A parsed expression; the library has no types."""


class Verdict(IntEnum):
    """What becomes of one licence in one use; the larger, the worse."""

    FREE = 0
    DUTY = 1
    """Allowed, as long as something is done."""
    REFUSED = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a use of a licence comes to, and the sentence that says so."""

    verdict: Verdict
    say: str = ""


class Choice(NamedTuple):
    """What an expression leaves to choose, and what is chosen of it."""

    of: str
    taken: str


_CREDIT = "name its authors and its licence wherever it is shown"
_SHARE = "name its authors; a changed version goes on under the same licence"
_SOURCE = (
    "hand on the licence's text, and the source code or a written offer of it with "
    "every copy (Debian's: snapshot.debian.org and the version's number; others: "
    "their source archive)"
)
_NETWORK = f"{_SOURCE}; whoever uses a changed version over the network gets it, too"
_PAID = (
    "no entrance fee, no paid course and no sponsor's event without the owner's "
    "permission"
)
_OWNER = (
    "it is not free software: ask its owner, then say what was granted with `allows` "
    "and `why` in LICENSES.toml"
)
_CHANGED = (
    "it may not be handed on changed, and releasing a lab changes its notebook: ask "
    "its owner, or keep it as a file of its own"
)
_TO_FILL_IN = (
    "nobody has said its licence yet: put its SPDX expression into LICENSES.toml"
)
TABLE: dict[str, tuple[Ruling, Ruling]] = {
    "public domain": (Ruling(Verdict.FREE), Ruling(Verdict.FREE)),
    "permissive": (
        Ruling(Verdict.FREE),
        Ruling(Verdict.DUTY, "hand on its copyright notice and licence text"),
    ),
    "attribution": (Ruling(Verdict.DUTY, _CREDIT), Ruling(Verdict.DUTY, _CREDIT)),
    "share-alike": (Ruling(Verdict.DUTY, _CREDIT), Ruling(Verdict.DUTY, _SHARE)),
    "copyleft, limited": (Ruling(Verdict.FREE), Ruling(Verdict.DUTY, _SOURCE)),
    "copyleft": (Ruling(Verdict.FREE), Ruling(Verdict.DUTY, _SOURCE)),
    "copyleft, network": (Ruling(Verdict.FREE), Ruling(Verdict.DUTY, _NETWORK)),
    "unchanged only": (
        Ruling(Verdict.DUTY, "use it as it is"),
        Ruling(Verdict.DUTY, "hand it on as it is, whole and unchanged"),
    ),
    "unchanged only, changed here": (
        Ruling(Verdict.REFUSED, _CHANGED),
        Ruling(Verdict.REFUSED, _CHANGED),
    ),
    "non-commercial": (
        Ruling(Verdict.DUTY, _PAID),
        Ruling(
            Verdict.REFUSED,
            "a kit goes to people whose use may be commercial: ask its owner, then say "
            "what was granted with `allows` and `why` in LICENSES.toml",
        ),
    ),
    "proprietary": (Ruling(Verdict.REFUSED, _OWNER), Ruling(Verdict.REFUSED, _OWNER)),
}
"""Kind of licence -> (teach, redistribute)."""
_CATEGORIES = {
    "Public Domain": "public domain",
    "Permissive": "permissive",
    "Copyleft Limited": "copyleft, limited",
    "Copyleft": "copyleft",
}
_APART = (
    ("CC-BY-SA", ("GPL", "CC-BY-NC"), "material of both kinds cannot become one work"),
    ("GPL-2.0-only", ("GPL-3.0", "Apache-2.0"), "code of both kinds cannot be joined"),
    ("CC-BY-ND", ("CC-BY-SA",), "the one forbids what the other demands"),
)
"""Licences that do not go together within one work."""


@cache
def _licensing() -> Any:
    """Return what reads SPDX expressions; half a second, so only when it is needed."""
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


@cache
def _categories() -> dict[str, str]:
    """Return the category of every licence that has an SPDX key."""
    import license_expression

    path = license_expression.vendored_scancode_licensedb_index_location
    with open(path, encoding="utf-8") as file:
        index = json.load(file)
    found: dict[str, str] = {}
    for row in index:
        for key in (row["spdx_license_key"], *row["other_spdx_license_keys"]):
            found.setdefault(str(key), str(row["category"]))
    return found


@cache
def read(words: str) -> Part | None:
    """Return an SPDX expression as the library holds it; None when it is none."""
    from license_expression import ExpressionError, ExpressionParseError

    try:
        return _licensing().parse(words, validate=True, strict=True)
    except (ExpressionError, ExpressionParseError, IndexError):
        return None  # the last: empty brackets


def plain(words: str) -> str:
    """Return an SPDX expression in its one form; "" when it is none."""
    found = read(words)
    return "" if found is None else str(found.simplify())


def keys(words: str) -> set[str]:
    """Return the licences that an expression names."""
    found = read(words)
    return set() if found is None else {str(key) for key in found.symbols}


def ruling(words: str, use: str, *, changed: bool = False) -> Ruling:
    """Say what using a thing of this licence comes to.

    Args:
        words: an SPDX expression.
        use: one of USES.
        changed: the thing is handed on in a changed form, as a notebook is.
    """
    found = read(words)
    if words == NOT_STATED:
        return Ruling(Verdict.UNKNOWN, _TO_FILL_IN)
    if found is None:
        said = f"expected an SPDX expression, got {words!r}" if words else ""
        return Ruling(Verdict.UNKNOWN, said or "expected a licence, got none")
    atoms, _choices = chosen(words, use, changed=changed)
    rulings = [_of_one(atom, use, changed) for atom in atoms]
    verdict = max(one.verdict for one in rulings)
    says = (one.say for one in rulings if one.verdict is verdict and one.say)
    return Ruling(verdict, "; ".join(dict.fromkeys(says)))


def _of_one(atom: str, use: str, changed: bool) -> Ruling:
    """Rule on one licence, with an exception or without."""
    return TABLE[_kind(atom, changed)][USES.index(use)]


def _kind(atom: str, changed: bool) -> str:
    """Return which kind of TABLE a licence is; exceptions only allow more."""
    return kind(atom.partition(" WITH ")[0], changed=changed)


def chosen(
    words: str,
    use: str,
    *,
    changed: bool = False,
    beside: Collection[str] = (),
    named: Collection[str] = (),
) -> tuple[tuple[str, ...], tuple[Choice, ...]]:
    """Return the licences to keep to: all of each AND, the better one of each OR.

    The better one is allowed, goes together with those beside it, is named by the lab,
    and asks for less, in this order; of equals it is the first.

    Args:
        words: an SPDX expression.
        use: one of USES.
        changed: as in `ruling`.
        beside: licences that are in the same work.
        named: licences that lab.toml names.

    Returns:
        the licences, none when it is no expression, and what was chosen.
    """
    kinds = list(TABLE)

    def cost(atoms: tuple[str, ...]) -> tuple[int, ...]:
        """Return how bad it would be to keep to some licences."""
        verdict = max(_of_one(atom, use, changed).verdict for atom in atoms)
        return (
            verdict >= Verdict.REFUSED,
            len(apart({*bound, *atoms})),
            not set(atoms) <= set(named),
            verdict,
            max(kinds.index(_kind(atom, changed)) for atom in atoms),
        )

    found = read(words)
    if found is None:
        return (), ()
    bound = {*beside, *_bound(found)}
    return _chosen(found, cost)


def _bound(part: Part) -> set[str]:
    """Return the licences of an expression that nobody can choose away."""
    if type(part).__name__ == "OR":
        return set()
    args = getattr(part, "args", ())
    return set().union(*map(_bound, args)) if args else {str(part)}


def _chosen(
    part: Part, cost: Callable[[tuple[str, ...]], tuple[int, ...]]
) -> tuple[tuple[str, ...], tuple[Choice, ...]]:
    """Choose in one part of an expression."""
    arms = [_chosen(arg, cost) for arg in getattr(part, "args", ())]
    if not arms:
        return (str(part),), ()
    if type(part).__name__ == "OR":
        atoms, choices = min(arms, key=lambda arm: cost(arm[0]))
        return atoms, (*choices, Choice(str(part), " AND ".join(atoms)))
    atoms = tuple(dict.fromkeys(atom for arm in arms for atom in arm[0]))
    return atoms, tuple(choice for arm in arms for choice in arm[1])


def kind(key: str, *, changed: bool = False) -> str:
    """Return which kind of TABLE one licence is."""
    if changed and key.startswith("CC-BY-") and "-ND" in key:
        return "unchanged only, changed here"
    if "-NC" in key or "Noncommercial" in key:
        return "non-commercial"
    if key.startswith("CC-BY-ND"):
        return "unchanged only"
    if key.startswith("CC-BY-SA"):
        return "share-alike"
    if key.startswith("CC-BY"):
        return "attribution"
    if key.startswith("AGPL"):
        return "copyleft, network"
    return _CATEGORIES.get(_categories().get(key, ""), "proprietary")


def apart(found: set[str]) -> list[str]:
    """Say which of a work's licences do not go together."""
    return [
        f"{one} and {other} do not go together: {why}"
        for first, others, why in _APART
        for one in sorted(found)
        for other in sorted(found)
        if one.startswith(first) and other.startswith(others)
    ]
