"""Values: plain Python values out of an attendee's tables and texts, for checks.

Nothing here imports pandas, and nothing is written to a table. A column is found
whether it is an ordinary one or a level of the index, since both are right in most
labs. Reasons of `need`: column-missing, column-twice.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from math import isnan
from numbers import Real
from typing import Any
from unicodedata import combining, normalize

from checkers import _, fail


def names(table: Any) -> list[Any]:
    """Return the names of a table's columns and of the levels of its index."""
    return [*table.columns, *table.index.names]


def need(name: str, table: Any, *columns: str) -> None:
    """Fail unless each column is there, and there once.

    Args:
        name: the attendee's name for the table, for the hint.
        table: a pandas DataFrame.
        columns: names of columns or levels of the index.
    """
    there = names(table)
    for column in columns:
        if list(table.columns).count(column) > 1:
            text = _("`{name}` has the column `{column}` more than once.")
            fail("column-twice", text.format(name=name, column=column))
        if column not in there:
            shown = ", ".join(show(item) for item in list(table.columns)[:9])
            text = _("`{name}` has no column `{column}`. It has: {columns}.").format(
                name=name, column=column, columns=shown or _("none")
            )
            fail("column-missing", text)


def column(table: Any, name: str) -> list[Any]:
    """Return a column, or else the level of the index of that name, as a list."""
    if name in list(table.columns):
        return list(table[name].tolist())
    level = list(table.index.names).index(name)
    return list(table.index.get_level_values(level).tolist())


def number(value: object) -> float | None:
    """Return a number as a float; None for anything else, not-a-number included."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return None if isnan(found) else found


def near(ones: Collection[float], others: Collection[float], most: float) -> bool:
    """Tell whether two collections hold the same numbers in any order, or nearly."""
    if len(ones) != len(others):
        return False
    pairs = zip(sorted(ones), sorted(others), strict=True)
    return all(abs(one - other) <= most for one, other in pairs)


def plain(text: str) -> str:
    """Return a name without accents, case, outer spaces and full stop."""
    letters = normalize("NFKD", text[:60]).casefold().strip(" .\n\t")
    return "".join(letter for letter in letters if not combining(letter))


def show(value: object) -> str:
    """Show one value in a few characters, text in quotation marks."""
    if isinstance(value, str):
        return repr(value[:20])
    if isinstance(value, date):
        return value.isoformat()[:10]
    found = number(value)
    if found is not None:
        return f"{found:g}"
    missing = value is None or isinstance(value, float)
    return "nothing" if missing else type(value).__name__[:20]
