"""Spoil: files, answers and services as nobody expects them, for watched steps.

Each is put in place, looked at by the checks, and put back as it was.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from checkers.engine import given

ANSWERS = (
    *("", " ", "?", "0", "-1", "1e999", "nan", "1,5", "None", "<b>", "; ;"),
    *("x" * 500, "\U0001f600", "999999999999999999999", "\u202e12"),
)
MOST = 3
"""How many open, and how many hidden files are spoilt."""
_BYTES = b"\x00\xff\xfe not what was here \r\n" * 20
Refused = tuple[str, str, str]
"""The step, what was in place, and what the check raised."""
Look = Callable[[str], str]
"""Checks a step; returns what its checker raised, or ""."""


def spoilt_answers(
    look: Look, steps: Sequence[str], outbox: Path, lab: str
) -> Iterator[Refused]:
    """Give strange answers to questions."""
    place = outbox.parent / given.FILE
    with _put_back(place):
        for step in steps:
            for text in ANSWERS:
                given.write(outbox.parent, lab, step, text)
                if why := look(step):
                    yield step, f"with the answer {text[:20]!r}", why


def spoilt_files(look: Look, steps: Sequence[str], folder: Path) -> Iterator[Refused]:
    """Take files away and put bytes in their place; at last, empty the folder."""
    for path in _chosen(folder):
        name = str(path.relative_to(folder))
        with _put_back(path):
            for kind in ("without", "with bytes in"):
                path.unlink(missing_ok=True)
                if kind != "without":
                    path.write_bytes(_BYTES)
                for step in steps:
                    if why := look(step):
                        yield step, f"{kind} {name}", why
    aside = folder.with_name(f".{folder.name}.aside")
    folder.rename(aside)
    folder.mkdir()
    try:
        for step in steps:
            if why := look(step):
                yield step, "with an empty folder", why
    finally:
        folder.rmdir()
        aside.rename(folder)


def _chosen(folder: Path) -> list[Path]:
    """Return a few files of a folder, those near the top first."""
    found = [Path(above, name) for above, _, files in os.walk(folder) for name in files]
    found = [path for path in found if path.is_file() and not path.is_symlink()]
    found.sort(key=lambda path: (len(path.parts), path))
    hidden = [path for path in found if _hidden(path.relative_to(folder))]
    open_ = [path for path in found if path not in hidden and path.suffix != ".ipynb"]
    return [*open_[-MOST:], *hidden[:MOST]]


def _hidden(name: Path) -> bool:
    """Tell whether a file or a folder above it is hidden."""
    return any(part.startswith(".") for part in name.parts)


@contextlib.contextmanager
def _put_back(path: Path) -> Iterator[None]:
    """Put a file back as it is now, or take it away when there is none."""
    aside = path.with_name(f".{path.name}.aside")
    there = path.exists()
    if there:
        path.rename(aside)
        path.write_bytes(aside.read_bytes())
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        if there:
            aside.rename(path)
