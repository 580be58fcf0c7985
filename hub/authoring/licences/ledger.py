"""The ledger: LICENSES.toml says under which licence each file of a lab comes.

`[[files]]` tables have a `path` (a glob; the last table that fits counts), `license`
(an SPDX expression), `copyright` and `source`. `[[packages]]` tables say of a package
of an image what it does not say itself: `name`, `license` and `why`. Both take
`allows`, the uses that its owner granted beyond the licence, with `why`.

A lab's ledger covers its folder, the pictures pasted into its notebook
(`lab.ipynb#<name>`) and its checker (`checkers/<slug>.py`); an image's ledger covers
the folder of the image.

Errors:
    LedgerError: names the file, the table, the key and what was expected.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hub.catalog import Lab

NAME = "LICENSES.toml"
USES = ("teach", "redistribute")
_FILES = ("path", "license", "copyright", "source")
_PACKAGES = ("name", "license", "why")
_TEXT = r"LICEN[CS]E|COPYING|NOTICE"
_LEFT_OUT = re.compile(rf"(^|/)(\.|__pycache__(/|$)|{_TEXT})")
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
    """

    kind: str
    name: str
    license: str
    version: str = ""
    copyright: str = ""
    source: str = ""
    why: str = ""
    allows: tuple[str, ...] = ()


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
        LedgerError: the first thing that is wrong with it.
    """
    where = f"{folder.name}/{NAME}"
    try:
        data = tomllib.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError, IsADirectoryError) as error:
        raise LedgerError(f"{where}: expected TOML, got: {error}") from None
    found = {
        "files": _rows(where, "files", data.pop("files", []), _FILES),
        "packages": _rows(where, "packages", data.pop("packages", []), _PACKAGES),
    }
    if data:
        raise LedgerError(
            f"{where}: expected only [[files]] and [[packages]], "
            f"got {sorted(data)[0]!r}"
        )
    return Ledger(where, **found)


def _rows(
    where: str, name: str, tables: object, keys: tuple[str, ...]
) -> tuple[dict[str, Any], ...]:
    """Read the tables of one name; `license` and the first key are needed."""
    if not isinstance(tables, list):
        raise LedgerError(f"{where}: expected [[{name}]] tables, got {tables!r}")
    return tuple(
        _row(f"{where}: {name}[{number}]", table, keys)
        for number, table in enumerate(tables, 1)
    )


def _row(where: str, table: object, keys: tuple[str, ...]) -> dict[str, Any]:
    """Read one table."""
    if not isinstance(table, dict):
        raise LedgerError(f"{where}: expected a table, got {table!r}")
    known = dict.fromkeys((*keys, "why", "allows"))
    for key in table:
        if key not in known:
            raise LedgerError(f"{where}.{key}: expected one of {', '.join(known)}")
    row = {key: table.get(key, "") for key in known if key != "allows"}
    for key, value in row.items():
        needed = key in (keys[0], "license")
        if not isinstance(value, str) or (needed and not value.strip()):
            raise LedgerError(f"{where}.{key}: expected some text, got {value!r}")
    allows = table.get("allows", [])
    if not isinstance(allows, list) or not all(use in USES for use in allows):
        raise LedgerError(
            f"{where}.allows: expected a list of {', '.join(USES)}, got {allows!r}"
        )
    if (allows or keys is _PACKAGES) and not row["why"].strip():
        raise LedgerError(f"{where}.why: expected who says so and where, got none")
    return {**row, "allows": tuple(allows)}


def is_text(name: str) -> bool:
    """Say whether a file or folder has the words of licences, which go along."""
    return bool(re.match(_TEXT, name)) and name != NAME


def files_of(folder: Path) -> list[str]:
    """Return the files below a folder that need a licence, in order.

    The texts of licences and the ledger do not; nor does what running left there.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != NAME and not _LEFT_OUT.search(name):
            found.append(name)
    return found


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
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
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
