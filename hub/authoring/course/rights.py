"""Rights: what a course says of its licences, written as the ledger of a lab.

It is said by the texts of licences that lie beside the notebook, in folders below or on
top of the course, each for what lies there and below, and by the notebook's metadata.
What nobody says is written as `NOT_STATED`, which `airlift lab licences` refuses until
somebody puts in what it is.
"""

from __future__ import annotations

import glob
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from hub.authoring.course.folder import Source
from hub.authoring.course.notes import Note
from hub.authoring.course.text import toml
from hub.authoring.licences.ledger import NAME, figures_of, files_of, is_text
from hub.authoring.licences.names import all_by_text, spdx
from hub.authoring.licences.policy import NOT_STATED, plain
from hub.catalog import BESIDE

_HEAD = f"""\
# Written by `airlift lab import`. Where it says {NOT_STATED}, the course says nothing:
# put in the SPDX expression (https://spdx.org/licenses) and who holds the rights.
"""
_MOST = 100_000
"""Characters of a licence's text that are looked at."""
_IDENTIFIER = re.compile(r"SPDX-License-Identifier:[ \t]*([^\n*]+)")
_CC = re.compile(
    r"\b(?:CC[ -]BY|Attribution)"
    r"(-NC|-NonCommercial)?(-SA|-ND|-ShareAlike|-NoDeriv\w+)?[ -](\d\.\d)\b",
    re.I,
)
_CC0 = re.compile(r"\bCC0[ -]1\.0\b", re.I)
_GNU = re.compile(
    r"\A.{0,60}GNU (AFFERO |LESSER )?GENERAL PUBLIC LICENSE Version (\d(?:\.\d)?)", re.I
)
_CODE = re.compile(r"\b(?:MIT|BSD|Apache|[AL]?GPL|MPL)\b")
"""Licences of code that a text names beside one of texts."""
_HOLDER = re.compile(r"(?im)^[ \t]*(?:copyright\b|©).*$")
_NOTICED = ("MIT", "BSD", "ISC")
"""Licences whose text begins with a notice of who holds the rights."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of the rights in some files, and where."""

    license: str = NOT_STATED
    where: str = ""
    copyright: str = "not stated"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a course says of one notebook and what lies beside it.

    Args:
        notebook: of the notebook, and of what the import makes from it.
        folders: of files, by the folder in which it is said; "." is the notebook's.
        texts: licences to be brought along that do not lie beside the notebook.
    """

    notebook: Stated
    folders: dict[str, Stated]
    texts: tuple[Path, ...]

    def of(self, name: str) -> Stated:
        """Return what is said of a file, by its name in the lab's folder."""
        if not name.startswith(f"{BESIDE}/"):
            return self.notebook
        for folder in PurePosixPath(name).relative_to(BESIDE).parents:
            if str(folder) in self.folders:
                return self.folders[str(folder)]
        return Stated()

    def license(self, names: Iterable[str]) -> str:
        """Return the licence of a lab that hands these files on, as far as known."""
        said = {self.of(name).license for name in names} - {NOT_STATED}
        if len(said) < 2:
            return next(iter(said), NOT_STATED)
        return plain(" AND ".join(f"({one})" for one in sorted(said)))


def rights_of(source: Source, notebook: Any) -> Rights:
    """Return what a course says of a notebook and of the files beside it."""
    texts: dict[str, list[Path]] = {}
    for name, path in source.files:
        if is_text(path.name):
            texts.setdefault(str(PurePosixPath(name).parent), []).append(path)
    brought: list[Path] = []
    for place in (source.path.parent, source.rules.root):
        if place and "." not in texts and (found := _texts(place)):
            texts["."] = brought = found
    folders = {folder: _stated(paths) for folder, paths in texts.items()}
    own = folders.get(".", Stated())
    if license_ := _named(_words(notebook.metadata.get("license"))):
        own = Stated(license_, "the notebook's metadata", own.copyright)
    return Rights(own, folders, tuple(brought))


def _texts(folder: Path) -> list[Path]:
    """Return the texts of licences that lie in a folder."""
    return [path for path in sorted(folder.iterdir()) if _fits(path)]


def _fits(path: Path) -> bool:
    """Say whether a file is a licence's text."""
    return is_text(path.name) and path.is_file() and not path.is_symlink()


def _stated(paths: list[Path]) -> Stated:
    """Return what the texts in one folder say; of several licences, nothing."""
    texts = [path.read_text("utf-8", errors="replace")[:_MOST] for path in paths]
    found = {name for text in texts for name in _by_words(text)}
    if len(found) != 1:
        return Stated()
    license_ = found.pop()
    held = [line[0].strip() for text in texts for line in _HOLDER.finditer(text)]
    known = held and license_.startswith(_NOTICED)
    where = ", ".join(path.name for path in paths)
    return Stated(license_, where, held[0] if known else Stated().copyright)


def _by_words(text: str) -> set[str]:
    """Return the licences that a text names or holds."""
    if said := _IDENTIFIER.findall(text):
        return {name for words in said if (name := _named(words))}
    flat = " ".join(text.split())
    found = {*all_by_text(text), *_creative(flat)}
    if any(name.startswith("CC") for name in found) and _CODE.search(flat):
        return set()  # of the texts the one, of the code the other
    if gnu := _GNU.search(flat):
        family = {"A": "AGPL", "L": "LGPL"}.get((gnu[1] or "")[:1].upper(), "GPL")
        number = gnu[2] if "." in gnu[2] else f"{gnu[2]}.0"
        found.add(f"{family}-{number}-only")
    return {name for name in found if plain(name)}


def _creative(flat: str) -> Iterator[str]:
    """Yield the Creative Commons licences that a text names."""
    for limit, how, number in _CC.findall(flat):
        kind = {"": "", "s": "-SA", "n": "-ND"}[how[1:2].lower()]
        yield f"CC-BY{'-NC' if limit else ''}{kind}-{number}"
    if _CC0.search(flat):
        yield "CC0-1.0"


def _named(words: str) -> str:
    """Return the SPDX expression that some words name; "" when they name none."""
    return spdx(words) or next(_creative(words), "")


def _words(said: object) -> str:
    """Return the words of a notebook's metadata on its licence."""
    if isinstance(said, dict):
        said = next((said[key] for key in ("id", "name") if said.get(key)), "")
    return said if isinstance(said, str) else ""


def ledger(folder: Path, slug: str, found: Rights, origin: str) -> str:
    """Return LICENSES.toml for a lab's folder: a table for each file.

    Args:
        folder: the lab's, with everything else in it.
        slug: the lab's.
        found: what the course says.
        origin: where the course's files are from.
    """
    tables = [_HEAD]
    for name in (*listed(folder), f"checkers/{slug}.py"):
        said = found.of(name)
        source = f"imported from {origin}"
        tables.append(table(name, said.license, said.copyright, source))
    return "\n".join(tables)


def table(name: str, license_: str, copyright_: str, source: str) -> str:
    """Return the ledger's table for one file."""
    return (
        f"[[files]]\npath = {_path(name)}\nlicense = {toml(license_)}\n"
        f"copyright = {toml(copyright_)}\nsource = {toml(source)}\n"
    )


def listed(folder: Path) -> list[str]:
    """Return the files and pasted figures of a lab."""
    return [*files_of(folder), *figures_of(folder / "lab.ipynb")]


def _path(name: str) -> str:
    """Return a file's name as a path of the ledger, which is a pattern."""
    pattern = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "?", glob.escape(name))
    return json.dumps(pattern, ensure_ascii=False)


def notes(folder: Path, found: Rights) -> list[Note]:
    """Say which licences of a lab's files are known, and of how many none is."""
    counts = Counter(found.of(name) for name in listed(folder))
    said = []
    for one, number in counts.items():
        files = "1 file" if number == 1 else f"{number} files"
        if one.license == NOT_STATED:
            what = f"nothing says the licence of {files}: put it in for {NOT_STATED}"
        else:
            what = f"{one.license} for {files}, as {one.where} says"
        said.append(Note(NAME, what))
    return said
