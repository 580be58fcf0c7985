"""Finding: one thing that is wrong with a lab, said to its author."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a lab.

    Args:
        lab: the lab's slug.
        where: the file, and the line, step or cell in it.
        what: one sentence: what was expected and what was there.
    """

    lab: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.lab}: {self.where}: {self.what}"


def from_problem(lab: str, problem: str) -> Finding:
    """Return a sentence such as ``<slug>/lab.toml:5: lab.minutes: …`` as a finding."""
    where, _, what = problem.removeprefix(f"{lab}/").partition(": ")
    return Finding(lab, where, what)
