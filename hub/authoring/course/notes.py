"""Notes: what an import has to say, place by place, and the report they make.

Errors:
    CourseError: a notebook or folder cannot be taken in at all; says why.
"""

from __future__ import annotations

from dataclasses import dataclass


class CourseError(Exception):
    """A notebook or folder cannot be taken in, or a lab not be given back."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that an author should know.

    Args:
        where: a file, or a cell as ``cell 4 (squares)``; "" is the whole notebook.
        what: what is not as it was, or not converted, and why.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one notebook.

    Args:
        source: the notebook, below what was asked for.
        slug: the lab it became; "" when it became none.
        steps: how many groups of autograded tests it has.
        proved: how many of them pass with the solution and fail without.
        notes: everything else.
    """

    source: str
    slug: str
    steps: int
    proved: int
    notes: tuple[Note, ...]

    def lines(self) -> list[str]:
        """Return the report on this notebook."""
        head = (
            f"{self.source} → labs/{self.slug}"
            if self.slug
            else f"{self.source}: no lab"
        )
        told = [f"  {note}" for note in self.notes]
        if self.slug or self.steps:
            told.append(f"  {self.proved} of {self.steps} steps prove")
        return [head, *told]


def report(taken: list[Taken], skipped: list[Note]) -> str:
    """Return the report on an import; its last line counts the steps that prove."""
    lines = [line for one in taken for line in one.lines()]
    if skipped:
        lines += ["Not taken in:", *(f"  {note}" for note in skipped)]
    if len(taken) > 1:
        proved, steps = sum(t.proved for t in taken), sum(t.steps for t in taken)
        labs = sum(bool(one.slug) for one in taken)
        lines.append(f"Labs: {labs}. {proved} of {steps} steps prove")
    return "\n".join(lines)
