"""Mistakes: the wrong answers of a lab's mistakes.toml and what each must produce.

Errors:
    MistakesError: names the file, the key, what was expected and what was there.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from hub.catalog import Lab

KEYS = ("step", "reason", "code")
OPTIONAL = ("hint",)
_REASON = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class MistakesError(ValueError):
    """A mistakes.toml cannot be used as it is."""


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


def load_mistakes(lab: Lab) -> tuple[Mistake, ...]:
    """Read a lab's mistakes, in the order of the file; no file is no mistakes.

    Raises:
        MistakesError: the first thing that is wrong with it.
    """
    where = f"{lab.slug}/mistakes.toml"
    try:
        text = (lab.folder / "mistakes.toml").read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        return ()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MistakesError(f"{where}: expected TOML, got: {error}") from None
    tables = data.pop("mistakes", [])
    if data or not isinstance(tables, list):
        key = min(data, default="mistakes")
        raise MistakesError(f"{where}: expected only [[mistakes]], got {key!r}")
    return tuple(_mistake(where, n, table, lab) for n, table in enumerate(tables, 1))


def _mistake(where: str, number: int, table: object, lab: Lab) -> Mistake:
    """Read one [[mistakes]] table."""
    where = f"{where}: mistakes[{number}]"
    if not isinstance(table, dict):
        raise MistakesError(f"{where}: expected a table, got {table!r}")
    for key in (*KEYS, *table):
        if key not in KEYS + OPTIONAL:
            known = ", ".join(KEYS + OPTIONAL)
            raise MistakesError(f"{where}.{key}: expected one of {known}")
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise MistakesError(
                f"{where}.{key}: expected a string that is not empty, "
                f"got {table.get(key)!r}"
            )
    if table["step"] not in lab.step_ids:
        raise MistakesError(
            f"{where}.step: expected one of {', '.join(lab.step_ids)}; "
            f"got {table['step']!r}"
        )
    if not _REASON.fullmatch(table["reason"]):
        raise MistakesError(
            f"{where}.reason: expected a key like 'rows-lost', got {table['reason']!r}"
        )
    return Mistake(number, **table)
