"""Home: the files of a seat as they were, for one wrong answer after the other.

A copy is laid aside once; bringing it back touches only what has changed since, so it
costs little however large the home is.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from checkers.engine import given

ASIDE = Path(".airlift") / "aside"
"""Where the copies lie; no part of them."""
ANSWERS = f".airlift/{given.FILE}"
"""What was answered to questions: hidden, and still an attendee's work."""
_Look = tuple[int, ...]


class Home:
    """The home of a seat, kept and restored under names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[str, dict[str, _Look]] = {}

    def keep(self, name: str) -> None:
        """Lay a copy aside, in place of an earlier one of that name."""
        aside = self.folder / ASIDE / name
        if aside.exists():
            shutil.rmtree(aside)
        aside.mkdir(parents=True, mode=0o700)
        looks = {}
        for rel, path, look in _walk(self.folder):
            looks[rel] = look
            if not stat.S_ISDIR(look[0]):
                target = aside / rel
                target.parent.mkdir(parents=True, exist_ok=True)
                _copy(path, target)
        self._kept[name] = looks

    def restore(self, name: str) -> bool:
        """Make the home what it was; tells whether anything was different."""
        kept, aside = self._kept[name], self.folder / ASIDE / name
        different = False
        for rel, path, look in sorted(_walk(self.folder), reverse=True):
            if stat.S_IFMT(kept.get(rel, (0,))[0]) != stat.S_IFMT(look[0]):
                _remove(path, look)
                different = True
        for rel, look in sorted(kept.items()):
            path = self.folder / rel
            if _look(path) == look:
                continue
            if stat.S_ISDIR(look[0]):
                path.mkdir(exist_ok=True)
                path.chmod(stat.S_IMODE(look[0]))
            else:
                path.unlink(missing_ok=True)
                _copy(aside / rel, path)
                different = True
            kept[rel] = _look(path) or look
        return different

    def content(self) -> str:
        """Return a hash of what lies open in the home, and of what was answered.

        Names and bytes count, times do not.
        """
        found = hashlib.sha256()
        for rel, path, look in sorted(_walk(self.folder)):
            if rel.startswith(".") and rel != ANSWERS:
                continue
            found.update(f"{rel}\0{stat.S_IFMT(look[0])}\0".encode())
            if stat.S_ISLNK(look[0]):
                found.update(os.readlink(path).encode())
            elif stat.S_ISREG(look[0]):
                found.update(path.read_bytes())
        return found.hexdigest()


def _walk(folder: Path) -> Iterator[tuple[str, Path, _Look]]:
    """Yield name, path and look of all files, folders and links but the copies."""
    for above, names, files in os.walk(folder):
        if Path(above) == (folder / ASIDE).parent and ASIDE.name in names:
            names.remove(ASIDE.name)
        for name in (*names, *files):
            path = Path(above, name)
            look = _look(path)
            if look is not None:
                yield str(path.relative_to(folder)), path, look


def _look(path: Path) -> _Look | None:
    """Return what shows that something has changed; None when there is nothing."""
    try:
        found = path.lstat()
    except OSError:
        return None
    if stat.S_ISDIR(found.st_mode):
        return (found.st_mode,)
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
        return None  # a socket or pipe belongs to what made it
    return found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _copy(source: Path, target: Path) -> None:
    """Copy a file or a link with its times and rights."""
    shutil.copy2(source, target, follow_symlinks=False)


def _remove(path: Path, look: _Look) -> None:
    """Take away a file, a link, or a folder with all that is left in it."""
    if stat.S_ISDIR(look[0]):
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
