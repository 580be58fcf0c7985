"""Tables: a TOML file read key by key, to say everything that is wrong with it at once.

`read` opens a file as a `Source`, which knows the line of each key and collects what is
wrong; `Table` takes one table's keys. A key that cannot be used is noted and stands as
an empty value, so reading goes on; whoever reads raises `source.problems` at the end.
"""

from __future__ import annotations

import re
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

MOST_BYTES = 1_000_000
"""Size of a file at most; what people write by hand is far from it."""
_LONGEST = 600
"""Signs of what is said of one key; a value may be longer."""
_ENOUGH = 20_000_000
"""Signs that are read to find the lines of keys; what comes later has none."""
_AT_END = "(at end of document)"
_LAST = re.compile(r"(\.[^.\[\]]+|\[\d+\]|^[^.\[\]]+)$")
"""The last part of a key's name."""


@dataclass
class Source:
    """One TOML file: what it holds, where each key stands, what is wrong with it.

    Args:
        where: the file as people are told of it, such as ``first_flight/lab.toml``.
        text: the file as it is.
        data: what it holds; empty when it is no TOML.
        problems: one sentence each, with file, line and key.
    """

    where: str
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @cached_property
    def lines(self) -> Mapping[str, int]:
        """The line of each key by its name, such as ``steps[2].question.kind``."""
        return dict(_statements(self.text)[0])

    def refuse(self, name: str, what: str) -> None:
        """Note what is wrong with a key; the nearest key around it gives the line."""
        what = what if len(what) <= _LONGEST else f"{what[:_LONGEST]}…"
        near = name
        while near and near not in self.lines:
            near = _LAST.sub("", near)
        line = f":{self.lines[near]}" if near else ""
        self.problems.append(f"{self.where}{line}: {f'{name}: ' if name else ''}{what}")

    def tables(self, name: str) -> list[Table]:
        """Take the tables ``[[name]]`` out of the file; what is none is noted."""
        found = self.data.pop(name, [])
        if not isinstance(found, list):
            self.refuse(name, f"expected tables [[{name}]], got {found!r}")
            return []
        return [
            Table(self, f"{name}[{number}]", data)
            for number, data in enumerate(found, 1)
        ]

    def finish(self, known: Iterable[str]) -> None:
        """Note what is left over: tables that nobody asked for."""
        for key in self.data:
            what = f"expected only {_listed(known)}, got {key!r}"
            self.refuse(key, what + like(key, (name.strip("[]") for name in known)))


def read(path: Path, where: str) -> Source:
    """Read a TOML file; one that is missing or no TOML is a `Source` that says so."""
    try:
        text = text_of(path, MOST_BYTES)
    except FileNotFoundError:
        return Source(where, problems=[f"{where}: expected this file, there is none"])
    except IsADirectoryError:
        return Source(where, problems=[f"{where}: expected a file, got a folder"])
    except ValueError as error:
        return Source(where, problems=[f"{where}: {error}"])
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, what = _place(str(error), text)
        return Source(where, problems=[f"{where}:{line}: expected TOML, got: {what}"])
    except RecursionError:
        what = "brackets within brackets, too many to read"
        return Source(where, problems=[f"{where}: expected TOML, got: {what}"])
    except ValueError:  # of Python's, which has a limit
        what = "a number too long to read"
        return Source(where, problems=[f"{where}: expected TOML, got: {what}"])
    return Source(where, text, data)


def text_of(path: Path, most: int | None = None) -> str:
    """Return the text of a file, without the mark that some editors begin one with.

    Raises:
        ValueError: it is longer than `most` bytes, or not in UTF-8; says what it is and
            what to do.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        data = file.read() if most is None else file.read(most + 1)
    if most is not None and len(data) > most:
        raise ValueError(f"expected at most {most:,} bytes, got more")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        at = error.object[: error.start].count(b"\n") + 1
        got = f"the byte 0x{error.object[error.start]:02x} in line {at}"
        if error.object.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            got = "UTF-16"
        what = f"expected text in UTF-8, got {got}; save the file as UTF-8"
        raise ValueError(what) from None


def like(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" when a known word is near, else nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    near = [other for other in near if other != word]
    return f"; did you mean {near[0]!r}?" if near else ""


class Table:
    """One TOML table, read key by key; `finish` refuses keys nobody asked for."""

    def __init__(self, source: Source, name: str, data: object) -> None:
        self.source = source
        self.name = name
        self.data: dict[str, Any] = {}
        self.known: list[str] = []
        self.missing: list[str] = []
        self._there = isinstance(data, dict)
        if isinstance(data, dict):
            self.data = dict(data)
        else:
            got = "none" if data is None else repr(data)
            source.refuse(name, f"expected a table [{name}], got {got}")

    def refuse(self, key: str, expected: str, value: object) -> None:
        """Note what was expected of a key and what was there."""
        self.source.refuse(f"{self.name}.{key}", f"expected {expected}, got {value!r}")

    def _take(self, key: str, default: object) -> Any:
        """Take a key out of the table; None when it is missing and must not be."""
        self.known.append(key)
        value = self.data.pop(key, default)
        if value is None:
            self.missing.append(key)
        return value

    def text(
        self,
        key: str,
        default: str | None = None,
        *,
        pattern: re.Pattern[str] | None = None,
        expected: str = "",
        choices: Iterable[str] = (),
    ) -> str:
        """Take a string that is not empty."""
        value, choices = self._take(key, default), tuple(choices)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, "a string that is not empty", value)
            return ""
        if pattern and not pattern.fullmatch(value):
            self.refuse(key, expected, value)
        elif choices and value not in choices:
            self._not_one_of(key, value, choices)
        return value

    def word(self, key: str) -> str:
        """Take a string that may be left out."""
        value = self._take(key, "")
        if isinstance(value, str):
            return value
        self.refuse(key, "a string", value)
        return ""

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """Take one of a few words; absent is ""."""
        value = self._take(key, "")
        if value != "" and value not in choices:
            self._not_one_of(key, value, choices)
        return str(value)

    def _not_one_of(self, key: str, value: object, choices: tuple[str, ...]) -> None:
        """Note that a value is none of those there are, and which is near."""
        expected = f"expected one of {', '.join(choices)}, got {value!r}"
        self.source.refuse(f"{self.name}.{key}", expected + like(str(value), choices))

    def texts(
        self, key: str, default: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        """Take a list of strings."""
        value = self._take(key, default)
        if value is None:
            return ()
        if not isinstance(value, (list, tuple)) or not all(
            isinstance(item, str) for item in value
        ):
            self.refuse(key, "a list of strings", value)
            return ()
        return tuple(value)

    def number(self, key: str, default: int | None = None, *, least: int = 1) -> int:
        """Take a whole number of at least `least`."""
        value = self._take(key, default)
        if value is None:
            return least
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.refuse(key, f"a whole number of at least {least}", value)
            return least
        return value

    def share(self, key: str, default: float) -> float:
        """Take a number from 0 to 1."""
        value = self._take(key, default)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and 0 <= value <= 1:
            return float(value)
        self.refuse(key, "a number from 0 to 1", value)
        return default

    def table(self, key: str) -> Table | None:
        """Take a table to be read by itself; absent is None."""
        self.known.append(key)
        if key not in self.data:
            return None
        return Table(self.source, f"{self.name}.{key}", self.data.pop(key))

    def flag(self, key: str) -> bool:
        """Take true or false; absent is false."""
        value = self._take(key, False)
        if isinstance(value, bool):
            return value
        self.refuse(key, "true or false", value)
        return False

    def finish(self) -> None:
        """Note keys that no one knows, such as a typo, and those that are missing."""
        if not self._there:
            return
        missing = list(self.missing)
        for key in self.data:
            near = get_close_matches(key, self.missing or self.known, n=1, cutoff=0.6)
            near = near or get_close_matches(key, self.known, n=1, cutoff=0.6)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            missing = [name for name in missing if name not in near]
            what = f"expected one of {', '.join(self.known)}{meant}"
            self.source.refuse(f"{self.name}.{key}", what)
        for key in missing:
            self.source.refuse(f"{self.name}.{key}", "expected a value, it is missing")


def _listed(names: Iterable[str]) -> str:
    """Return names as a sentence has them: a, b and c."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _statements(text: str) -> tuple[list[tuple[str, int]], int]:
    """Return the name and line of each key, and the line where TOML ends.

    `tomllib` tells no lines. But a statement is the fewest lines that are TOML by
    themselves, so it can be asked; that line is where one begins that never ends, and
    0 when all is well.
    """
    found: list[tuple[str, int]] = []
    counts: dict[str, int] = {}
    table, begin, lines, left = "", 0, text.split("\n"), [_ENOUGH]
    while begin < len(lines):
        end, data = _statement(lines, begin, left)
        if data is None:
            return found, begin + 1
        if lines[begin].lstrip().startswith("["):
            double = lines[begin].lstrip().startswith("[[")
            table = _header(data, double=double, counts=counts)
            found.append((table, begin + 1))
        else:
            found += [(name, begin + 1) for name in _names(data, table)]
        begin = end
    return found, 0


def _statement(
    lines: list[str], begin: int, left: list[int]
) -> tuple[int, dict[str, Any] | None]:
    """Return the line after the statement that begins here, and what it says.

    `left` holds how many signs may still be read.
    """
    for end in range(begin + 1, len(lines) + 1):
        text = "\n".join(lines[begin:end])
        left[0] -= len(text)
        if left[0] < 0:
            break
        try:
            return end, tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue
    return len(lines), None


def _header(data: dict[str, Any], *, double: bool, counts: dict[str, int]) -> str:
    """Return the name of a table's header: numbered where there can be several."""
    name = ""
    while data:
        key, below = next(iter(data.items()))
        name = f"{name}.{key}" if name else key
        data = below[0] if isinstance(below, list) else below
        if double and not data:
            counts[name] = counts.get(name, 0) + 1
        if name in counts:
            name = f"{name}[{counts[name]}]"
    return name


def _names(data: Mapping[str, Any], table: str) -> Iterable[str]:
    """Return the names that a statement below a table gives values to."""
    for key, value in data.items():
        name = f"{table}.{key}" if table else key
        yield name
        if isinstance(value, dict):
            yield from _names(value, name)


def _place(error: str, text: str) -> tuple[int, str]:
    """Return the line of what is no TOML, and `tomllib`'s words without the place."""
    found = re.search(r" \(at line (\d+), column (\d+)\)$", error)
    if found:
        line = text.split("\n")[int(found[1]) - 1].strip()
        return int(found[1]), f"{error[: found.start()]} in {line!r}"
    begin = _statements(text)[1]
    return begin, f"{error.removesuffix(_AT_END).strip()} at the end of the file"
