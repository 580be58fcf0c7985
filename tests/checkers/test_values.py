"""Plain values out of whatever an attendee's table is made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy
import pandas
import pytest

from checkers.engine.check import Failed
from checkers.values import column, names, near, need, number, plain, show

TABLE = pandas.DataFrame({"a": [1, 2], "b": ["x", None]})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3.0),
        (numpy.int64(3), 3.0),
        (numpy.float32(0.5), 0.5),
        (Fraction(1, 2), 0.5),
        (True, None),
        (numpy.bool_(True), None),
        ("3", None),
        (None, None),
        (float("nan"), None),
        (pandas.NA, None),
        (pandas.NaT, None),
        (10**400, None),
        (Decimal("1.5"), None),
        ([1], None),
    ],
)
def test_a_number_is_a_float_and_anything_else_none(
    value: object, expected: float | None
) -> None:
    """Numbers of numpy count; truth values, text and what is missing do not."""
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x" * 99, repr("x" * 20)),
        (3.0, "3"),
        (2.25, "2.25"),
        (None, "nothing"),
        (float("nan"), "nothing"),
        (date(2025, 6, 1), "2025-06-01"),
        (pandas.Timestamp("2025-06-01 10:00"), "2025-06-01"),
        ([1] * 99, "list"),
        (10**400, "int"),
    ],
)
def test_a_value_is_shown_in_a_few_characters(value: object, expected: str) -> None:
    """No value of an attendee's makes a hint long, or runs its own code."""
    assert show(value) == expected


def test_a_column_is_found_wherever_it_is() -> None:
    """An ordinary column, the index, a level of the index: the same list."""
    table = pandas.DataFrame({"a": [1, 2], "b": [3, 4], "c": [5, 6]})
    for shape in (table, table.set_index("a"), table.set_index(["c", "a"])):
        assert column(shape, "a") == [1, 2]
        assert {"a", "b", "c"} <= set(names(shape))


def test_a_table_with_all_columns_needs_no_more() -> None:
    """Other columns and an index level are fine."""
    need("t", TABLE.set_index("a"), "a", "b")


@pytest.mark.parametrize(
    ("table", "reason", "hint"),
    [
        (TABLE, "column-missing", "`t` has no column `c`. It has: 'a', 'b'."),
        (
            pandas.DataFrame(),
            "column-missing",
            "`t` has no column `c`. It has: none.",
        ),
        (
            pandas.DataFrame([[1, 2]], columns=["c", "c"]),
            "column-twice",
            "`t` has the column `c` more than once.",
        ),
    ],
)
def test_a_column_that_is_not_there_once_is_named(
    table: Any, reason: str, hint: str
) -> None:
    """The hint says what is there instead."""
    with pytest.raises(Failed) as caught:
        need("t", table, "c")
    assert (caught.value.reason, caught.value.hint) == (reason, hint)


@pytest.mark.parametrize(
    ("ones", "others", "same"),
    [
        ([1, 2], [2.05, 1], True),
        ([1, 2], [2.2, 1], False),
        ([1], [1, 1], False),
        ([], [], True),
        ([float("nan")], [1], False),
    ],
)
def test_numbers_are_compared_in_any_order(
    ones: list[float], others: list[float], same: bool
) -> None:
    """Lengths count, order does not, nothing is near not-a-number."""
    assert near(ones, others, 0.1) is same


def test_names_of_places_are_compared_without_their_dress() -> None:
    """Accents, capitals, outer spaces and a full stop do not make an answer wrong."""
    assert plain(" Málaga. ") == plain("MALAGA") == "malaga"
    assert len(plain("x" * 10_000)) == 60
