"""Home: the files of a seat as they were, for one wrong answer after the other.

A copy is laid aside once; bringing it back touches only what has changed since, so it
costs little however large the home is.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from checkers.engine import given

ASIDE = Path(".airlift") / "aside"
"""Where the copies lie; no part of them."""
_ASIDE = str(ASIDE)
ANSWERS = f".airlift/{given.FILE}"
"""What was answered to questions: hidden, and still an attendee's work."""
_OUT_OF_SIGHT = re.compile(r"(?:^|/)(?:\.|__pycache__/)")
_Look = tuple[int, ...]


class Home:
    """The home of a seat, kept and restored under names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[str, dict[str, _Look]] = {}

    def keep(self, name: str) -> None:
        """Lay a copy aside, in place of an earlier one of that name.

        What has not changed since then lies there already.
        """
        aside = self.folder / ASIDE / name
        aside.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept, looks = self._kept.get(name, {}), dict(_walk(self.folder))
        _remove_others(aside, kept, looks)
        for rel, look in sorted(looks.items()):
            if kept.get(rel) == look:
                continue
            if stat.S_ISDIR(look[0]):
                (aside / rel).mkdir(exist_ok=True)
            elif _is_file(look):
                _copy(self.folder / rel, aside / rel)
        self._kept[name] = looks

    def restore(self, name: str) -> None:
        """Make the home what it was when it was kept under a name."""
        kept, aside = self._kept[name], self.folder / ASIDE / name
        there = dict(_walk(self.folder))
        _remove_others(self.folder, there, kept)
        for rel, look in sorted(kept.items()):
            if there.get(rel) == look:
                continue
            path = self.folder / rel
            if stat.S_ISDIR(look[0]):
                path.mkdir(exist_ok=True)
                path.chmod(stat.S_IMODE(look[0]))
            elif _is_file(look):
                _copy(aside / rel, path)
                kept[rel] = _look(path.lstat())

    def content(self) -> str:
        """Return a hash of what lies open in the home, and of what was answered.

        Names and bytes count, times do not.
        """
        found = hashlib.sha256()
        for rel, look in sorted(_walk(self.folder)):
            if rel.startswith(".") and rel != ANSWERS:
                continue
            path = self.folder / rel
            found.update(f"{rel}\0{stat.S_IFMT(look[0])}\0".encode())
            if stat.S_ISLNK(look[0]):
                found.update(os.readlink(path).encode())
            elif stat.S_ISREG(look[0]):
                found.update(path.read_bytes())
        return found.hexdigest()

    def written(self) -> str:
        """Return a hash of when the files that lie open were written, the same or not.

        Bytes alone do not tell who writes the same once more.
        """
        found = [
            (rel, look)
            for rel, look in _walk(self.folder)
            if _is_file(look) and not _OUT_OF_SIGHT.search(rel)
        ]
        return hashlib.sha256(repr(sorted(found)).encode()).hexdigest()


def _walk(folder: Path, below: str = "") -> Iterator[tuple[str, _Look]]:
    """Yield name and look of everything in a folder but the copies."""
    try:
        found = [*os.scandir(folder / below)]
    except OSError:
        return  # it went meanwhile, or nobody may look into it
    for entry in found:
        rel = below + entry.name
        if rel == _ASIDE:
            continue
        try:
            look = _look(entry.stat(follow_symlinks=False))
        except FileNotFoundError:
            continue
        yield rel, look
        if stat.S_ISDIR(look[0]):
            yield from _walk(folder, f"{rel}/")


def _look(found: os.stat_result) -> _Look:
    """Return what shows that something has changed."""
    if stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode):
        return found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns
    return (found.st_mode,)


def _is_file(look: _Look) -> bool:
    """Tell files and links, of which there are copies, from folders and sockets."""
    return len(look) > 1


def _copy(source: Path, target: Path) -> None:
    """Copy a file or a link with its times and rights, in place of another one."""
    target.unlink(missing_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)


def _remove_others(
    folder: Path, there: Mapping[str, _Look], wanted: Mapping[str, _Look]
) -> None:
    """Take away what is not wanted, or of another kind."""
    others = [
        (rel, look)
        for rel, look in there.items()
        if stat.S_IFMT(wanted.get(rel, (0,))[0]) != stat.S_IFMT(look[0])
    ]
    for rel, look in sorted(others, reverse=True):
        if stat.S_ISDIR(look[0]):
            shutil.rmtree(folder / rel)
        else:
            (folder / rel).unlink(missing_ok=True)
