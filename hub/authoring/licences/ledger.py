"""The ledger: LICENSES.toml says under which licence each file of a lab comes.

`[[files]]` tables have a `path` (a glob; the last table that fits counts), `license`
(an SPDX expression), `copyright` and `source`. `[[packages]]` tables say of a package
of an image what it does not say itself: `name`, `license` and `why`. Both take
`allows`, the uses that its owner granted beyond the licence, with `why`.

A lab's ledger covers its folder, the pictures pasted into its notebook
(`lab.ipynb#<name>`) and its checker (`checkers/<slug>.py`); an image's ledger covers
the folder of the image.

Errors:
    LedgerError: all that is wrong, each with file, line, key and what was expected.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hub.authoring.leavings import written_in
from hub.authoring.licences.policy import USES, Choice
from hub.catalog import Lab
from hub.tables import Table, read, text_of

NAME = "LICENSES.toml"
TABLES = ("[[files]]", "[[packages]]")
_FILES = ("path", "license", "copyright", "source")
_PACKAGES = ("name", "license", "why")
_TEXT = re.compile(r"(^|/)(LICEN[CS]E|COPYING|NOTICE)")
_PASTED = re.compile(r"data:image/[a-z+.-]+[;,]", re.I)


class LedgerError(ValueError):
    """A LICENSES.toml cannot be used as it is."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that has a licence; "" where nobody says which.

    Args:
        kind: `file`, `figure`, `checker` or `image` (our own files), `python`, `debian`
            or `page` (packages of an image).
        name: the file, or the package.
        license: an SPDX expression, or the words that could not be read as one.
        allows: uses that its owner granted beyond the licence.
        keeps: the licences that its use here keeps to, one of each choice.
        choices: what its licence left to choose.
    """

    kind: str
    name: str
    license: str
    version: str = ""
    copyright: str = ""
    source: str = ""
    why: str = ""
    allows: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """What one LICENSES.toml says; `where` names it in sentences."""

    where: str
    files: tuple[dict[str, Any], ...] = ()
    packages: tuple[dict[str, Any], ...] = ()

    def item(self, kind: str, name: str) -> Item:
        """Return a file with what the last table that fits says of it."""
        fits = [row for row in self.files if fnmatchcase(name, row["path"])]
        if not fits:
            return Item(kind, name, "")
        row = fits[-1]
        return Item(
            kind,
            name,
            row["license"],
            copyright=row["copyright"],
            source=row["source"],
            why=row["why"],
            allows=row["allows"],
        )

    def idle(self, names: Iterable[str]) -> list[str]:
        """Return the paths that fit none of these files, such as a typo."""
        known = list(names)
        return [
            row["path"]
            for row in self.files
            if not any(fnmatchcase(name, row["path"]) for name in known)
        ]

    def corrected(self, item: Item) -> Item:
        """Return a package with what this ledger knows better."""
        for row in self.packages:
            if fnmatchcase(item.name.casefold(), row["name"].casefold()):
                item = replace(
                    item, license=row["license"], why=row["why"], allows=row["allows"]
                )
        return item


def load_ledger(folder: Path) -> Ledger | None:
    """Read the ledger of a folder; None when there is none.

    Raises:
        LedgerError: all that is wrong with it.
    """
    return load_ledgers(folder)[0]


def load_ledgers(*folders: Path) -> list[Ledger | None]:
    """Read the ledgers of some folders; None for each that has none.

    Raises:
        LedgerError: all that is wrong with any of them.
    """
    problems: list[str] = []
    found = [_ledger(folder, problems) for folder in folders]
    if problems:
        raise LedgerError("\n".join(dict.fromkeys(problems)))
    return found


def _ledger(folder: Path, problems: list[str]) -> Ledger | None:
    """Read one ledger; what is wrong with it is noted in `problems`."""
    if not (folder / NAME).exists():
        return None
    source = read(folder / NAME, f"{folder.name}/{NAME}")
    files = [_row(table, _FILES) for table in source.tables("files")]
    packages = [_row(table, _PACKAGES) for table in source.tables("packages")]
    source.finish(TABLES)
    problems += source.problems
    return Ledger(source.where, tuple(files), tuple(packages))


def _row(table: Table, keys: tuple[str, ...]) -> dict[str, Any]:
    """Read one table; `license` and the first key are needed."""
    needed = (keys[0], "license")
    row: dict[str, Any] = {
        key: table.text(key) if key in needed else table.word(key)
        for key in keys
        if key != "why"
    }
    allows = table.texts("allows", ())
    if not set(allows) <= set(USES):
        table.refuse("allows", f"a list of {', '.join(USES)}", list(allows))
    why = table.data.get("why", "")
    if (allows or keys is _PACKAGES) and isinstance(why, str) and not why.strip():
        table.refuse("why", "who says so, and where", why)
    row["why"] = table.word("why")
    table.finish()
    return {**row, "allows": allows}


def is_text(name: str) -> bool:
    """Say whether a file or folder has the words of licences, which go along."""
    return bool(_TEXT.match(name)) and name != NAME


def files_of(folder: Path) -> list[str]:
    """Return the files below a folder that need a licence, in order.

    The texts of licences and the ledger do not; nor does what running left there.
    """
    names = written_in(folder)
    return [name for name in names if name != NAME and not _TEXT.search(name)]


def lab_items(lab: Lab, ledger: Ledger, checker: Path | None) -> list[Item]:
    """Return every file and pasted figure of a lab, its checker last."""
    items = [ledger.item("file", name) for name in files_of(lab.folder)]
    items += [ledger.item("figure", name) for name in figures_of(lab.source)]
    if checker is not None:
        items.append(ledger.item("checker", f"checkers/{checker.name}"))
    return items


def figures_of(notebook: Path) -> list[str]:
    """Return the pictures pasted into a notebook's cells, as `lab.ipynb#<name>`."""
    try:
        cells = json.loads(text_of(notebook))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # no notebook: other tools say so
    return sorted(f"{notebook.name}#{name}" for name in _figures(cells))


def _figures(cells: list[Any]) -> Iterator[str]:
    """Yield the names of attachments; of pictures in the text, their cell's id."""
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict) or cell.get("cell_type") == "code":
            continue
        yield from cell.get("attachments") or {}
        source = cell.get("source", "")
        if _PASTED.search(source if isinstance(source, str) else "".join(source)):
            yield str(cell.get("id", number))
