"""Mistakes: the wrong answers of a lab's mistakes.toml and what each must produce.

Errors:
    MistakesError: all that is wrong, each with file, line, key and what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import dedent

from hub.catalog import Lab
from hub.tables import Source, Table, read

TABLES = ("[[mistakes]]", "[[excused]]")
_REASON = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class MistakesError(ValueError):
    """A mistakes.toml cannot be used as it is; has one sentence for each problem."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong answer: `code` takes the place of the solution of `step`'s cell.

    `hint` is the sentence that its person reads; "" where the author does not say.
    """

    number: int
    step: str
    reason: str
    code: str
    hint: str = ""

    @property
    def cell(self) -> str:
        """The code as a whole cell, with the step's marker."""
        return f"# step: {self.step}\n{self.code}"


@dataclass(frozen=True, slots=True)
class Excuse:
    """A change of a solution that is right as well, so its check may pass it.

    `change` is the changed lines as a proof prints them; `reason` says why it is right.
    """

    number: int
    step: str
    change: str
    reason: str


def load_mistakes(lab: Lab) -> tuple[Mistake, ...]:
    """Read a lab's mistakes, in the order of the file; no file is no mistakes.

    Raises:
        MistakesError: all that is wrong with the file.
    """
    return _load(lab)[0]


def load_excuses(lab: Lab) -> tuple[Excuse, ...]:
    """Read what a lab's author excuses; no file is nothing.

    Raises:
        MistakesError: all that is wrong with the file.
    """
    return _load(lab)[1]


def _load(lab: Lab) -> tuple[tuple[Mistake, ...], tuple[Excuse, ...]]:
    """Read the file."""
    path = lab.folder / "mistakes.toml"
    if not path.exists():
        return (), ()
    source = read(path, f"{lab.slug}/{path.name}")
    mistakes = _mistakes(source, lab)
    excuses = _excuses(source, lab)
    source.finish(TABLES)
    if source.problems:
        raise MistakesError(source.problems)
    return mistakes, excuses


def _mistakes(source: Source, lab: Lab) -> tuple[Mistake, ...]:
    """Read the [[mistakes]] tables."""
    found = []
    for number, table in enumerate(source.tables("mistakes"), 1):
        mistake = Mistake(
            number=number,
            step=_step(table, lab),
            reason=table.text(
                "reason", pattern=_REASON, expected="a key like 'rows-lost'"
            ),
            code=table.text("code"),
            hint=table.word("hint"),
        )
        table.finish()
        found.append(mistake)
    return tuple(found)


def _excuses(source: Source, lab: Lab) -> tuple[Excuse, ...]:
    """Read the [[excused]] tables."""
    found = []
    for number, table in enumerate(source.tables("excused"), 1):
        step, change = _step(table, lab), _changed(table.text("change"))
        found.append(Excuse(number, step, change, table.text("reason")))
        table.finish()
    return tuple(found)


def _changed(printed: str) -> str:
    """Return the changed lines of a change as it was printed, without those around."""
    lines = dedent(printed.strip("\n")).split("\n")
    return "\n".join(line for line in lines if line[:1] in ("-", "+"))


def _step(table: Table, lab: Lab) -> str:
    """Take the step that a table is about."""
    return table.text("step", choices=lab.step_ids)
