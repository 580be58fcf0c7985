"""The checker of the lab @slug@: one function a step, named like it.

A check looks at the attendee's work and decides. The first `fail` ends it; returning
passes it, and what it returns is shown. It runs in the attendee's own kernel, so it
imports nothing heavy, changes nothing and holds no secret. Work out what is right from
the lab's own files rather than writing it down twice.
"""

from __future__ import annotations

import csv

from checkers import Work, answers, check, fail
from checkers.values import number


@check("load-week")
def load_week(work: Work) -> str:
    """All temperatures of the file are there, as numbers, in its order."""
    expected = _celsius(work)
    # Missing, or of another type: failed, with a standard hint.
    temperatures = work.value("temperatures", "list")
    if len(temperatures) != len(expected):
        fail(
            "days-lost" if len(temperatures) < len(expected) else "days-added",
            f"`temperatures` has {len(temperatures)} values, the file has "
            f"{len(expected)} days. Read all of it, once.",
        )
    values = [number(value) for value in temperatures]
    if None in values:
        fail(
            "not-numbers",
            "There is a value in `temperatures` that is no number. The file holds "
            "text; float(…) makes a number of it.",
        )
    if values != expected:
        fail(
            "other-values",
            f"`temperatures` begins with {values[0]:g}. Take the column celsius, and "
            "leave the days in the order of the file.",
        )
    return f"{len(values)} days."


@check("mean-temperature")
def mean_temperature(work: Work) -> str:
    """The mean is that of the file, to a hundredth."""
    days = _celsius(work)
    mean = number(work.value("mean_temperature", "int | float"))
    if mean is None:
        fail("not-numbers", "`mean_temperature` is not a number that can be used.")
    if abs(mean - sum(days)) < 0.01:
        fail("only-the-sum", "This is the sum of all days. Divide it by how many.")
    if abs(mean - sorted(days)[len(days) // 2]) < 0.01:
        fail("median", "This is the day in the middle, the median. The mean is a sum.")
    if abs(mean - sum(days) / len(days)) > 0.01:
        fail(
            "other-mean",
            f"`mean_temperature` is {mean:g}. Expected the sum of `temperatures`, "
            "divided by how many there are.",
        )
    return f"{mean:.1f} degrees."


@check("warm-days")
def warm_days(work: Work) -> None:
    """The question of lab.toml has its answer; checkers.answers has the rules."""
    days = _celsius(work)
    warm = [day for day in days if day > sum(days) / len(days)]
    answers.number(work, "warm-days", len(warm))


def _celsius(work: Work) -> list[float]:
    """Return the temperatures of the lab's own file."""
    with work.file("data/week.csv").open(encoding="utf-8") as file:
        return [float(row["celsius"]) for row in csv.DictReader(file)]
