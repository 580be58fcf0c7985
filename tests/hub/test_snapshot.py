"""One mistake leaves nothing behind for the next one."""

from __future__ import annotations

import math
from typing import Any

import pandas

from hub.authoring.stand.snapshot import content, keep, restore


def test_what_a_cell_did_in_place_is_undone_each_time() -> None:
    """Tables, lists, new names and deleted names are what they were."""
    names: dict[str, Any] = {"table": pandas.DataFrame({"a": [1, 2]}), "listed": [1]}
    keep(names)
    for _ in range(2):
        names["table"].loc[0, "a"] = 9
        names["extra"] = 1
        del names["listed"]
        restore(names)
        assert list(names) == ["table", "listed"]
        assert names["table"]["a"].tolist() == [1, 2]
        assert names["listed"] == [1]


def test_one_value_under_two_names_stays_one_value() -> None:
    """A mistake may depend on it: a change to one shows in the other."""
    names: dict[str, Any] = {"one": [1]}
    names["other"] = names["one"]
    keep(names)
    restore(names)
    assert names["one"] is names["other"]


def test_what_cannot_be_copied_and_what_is_the_kernels_stays() -> None:
    """Modules and generators are the same objects; In and Out are left alone."""
    endless = (number for number in [1])
    names: dict[str, Any] = {"math": math, "endless": endless, "In": ["x"], "_": 3}
    keep(names)
    names["In"].append("y")
    restore(names)
    assert (names["math"], names["endless"]) == (math, endless)
    assert (names["In"], names["_"]) == (["x", "y"], 3)


FUNCTIONS = """
def shop(tax=%s):
    return lambda price: price * tax
def plain(a, b=%s, *, c=%s):
    return a + b + c
made = shop()
"""


def test_a_function_is_another_by_what_it_holds() -> None:
    """A default or an enclosed value that was changed is no change without effect."""
    ones, others, same = {}, {}, {}
    for names, number in ((ones, 1), (others, 2), (same, 1)):
        exec(FUNCTIONS % (number, number, number), names)
    for name in ("shop", "plain", "made"):
        assert content(ones[name]) == content(same[name]) != content(others[name])
    exec(FUNCTIONS.replace("plain(a, b", "plain(b, a") % (1, 1, 1), others)
    assert content(ones["plain"]) != content(others["plain"])


def test_of_a_function_that_holds_itself_nothing_is_told() -> None:
    """Nor does looking at it ever end in an exception."""
    names: dict[str, Any] = {}
    exec("def outer():\n  def f(): return f\n  return f\nf = outer()", names)
    assert content(names["f"]) == ""
