"""Take home: everything of a seat that its person needs to go on elsewhere, as a zip.

``python -m checkers.engine.take_home`` writes it to the standard output, a program of
its own so that the seat's server neither waits nor grows. What is too large for it is
named in its airlift.json and README.txt.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from checkers.engine.bring_back import MEMORY, memory_of
from checkers.engine.packages import bash_cells, requirements
from checkers.engine.parcel import (
    LABS,
    MANIFEST,
    MOST_BYTES,
    MOST_FILE,
    MOST_FILES,
    MOST_RECORD,
    PACKAGE,
    RECORD,
    REQUIREMENTS,
    VERSION,
    WORK,
    files_below,
    is_carried,
)
from checkers.engine.place import Place, place_of
from checkers.engine.plain import read_end
from checkers.engine.progress import FILE
from checkers.engine.progress_page import progress_page
from checkers.engine.record import Record
from checkers.engine.steps import SeatLab
from checkers.engine.strings import _, language

SCRIPT = "practice.py"
SELF = Path(__file__).parents[1]
"""Our own package as it is here."""
_CHUNK = 2**18
_PRACTICE = '''\
"""Go on at home: python3 practice.py (Python 3.11 or newer; see README.txt)."""

import os
import sys

if sys.version_info < (3, 11):
    sys.exit("Practice needs Python 3.11 or newer; this is " + sys.version.split()[0])
if os.name != "posix":
    sys.exit("Practice needs Linux or macOS. On Windows, use WSL (`wsl --install`).")

from checkers.engine.practice import main

sys.exit(main(here=os.path.dirname(os.path.abspath(__file__))))
'''


@dataclass
class _Out:
    """The zip as far as it is written."""

    archive: zipfile.ZipFile
    size: int = 0
    files: int = 0
    left_out: list[dict[str, Any]] = field(default_factory=list)

    def leave(self, name: str, why: str, size: int = 0) -> None:
        """Note a file that stays out, by its name below the home."""
        if len(self.left_out) < MOST_FILES:
            below = name.removeprefix(f"{WORK}/")
            self.left_out.append({"path": below, "why": why, "bytes": size})

    def text(self, name: str, text: str | bytes) -> None:
        """Add a small file of ours."""
        info = zipfile.ZipInfo(name, time.localtime()[:6])
        info.external_attr = (stat.S_IFREG | 0o644) << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        self.archive.writestr(info, text)

    def file(self, path: Path, name: str) -> None:
        """Add a file, or note why it stays out."""
        try:
            size = path.stat().st_size
            if why := self._too_much(size):
                self.leave(name, why, size)
                return
            with path.open("rb") as source:
                info = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
                info.compress_type = zipfile.ZIP_DEFLATED
                self._copy(source, info, size)
        except OSError as error:
            why = _("it cannot be read: {why}").format(why=error.strerror or error)
            self.leave(name, why)

    def _too_much(self, size: int) -> str:
        """Say why a file of this size stays out; "" when it fits."""
        if size > MOST_FILE:
            return _("larger than {most} MB").format(most=MOST_FILE // 2**20)
        if self.size + size > MOST_BYTES:
            return _("there are {most} MB already").format(most=MOST_BYTES // 2**20)
        if self.files >= MOST_FILES:
            return _("there are {most} files already").format(most=MOST_FILES)
        return ""

    def _copy(self, source: BinaryIO, info: zipfile.ZipInfo, size: int) -> None:
        """Copy a file as large as it was when it was looked at: it may grow."""
        info.file_size = size
        with self.archive.open(info, "w") as target:
            while size > 0 and (chunk := source.read(min(_CHUNK, size))):
                target.write(chunk)
                size -= len(chunk)
                self.size += len(chunk)
        self.files += 1


def take_home(place: Place, target: BinaryIO) -> list[dict[str, Any]]:
    """Write the zip to a file that need not be seekable; return what was left out."""
    labs = place.labs()
    own = place.outbox.parent
    with zipfile.ZipFile(
        target, "w", zipfile.ZIP_DEFLATED, allowZip64=False
    ) as archive:
        out = _Out(archive)
        out.text(SCRIPT, _PRACTICE)
        out.text(REQUIREMENTS, _requirements(place))
        out.text(RECORD, read_end(own / FILE, MOST_RECORD))
        for path in files_below(SELF, follow=True):
            out.file(path, f"{PACKAGE}/{path.relative_to(SELF).as_posix()}")
        for slug in labs:
            for path in files_below(place.labs_dir / slug):
                name = path.relative_to(place.labs_dir).as_posix()
                out.file(path, f"{LABS}/{name}")
        for path in _work(place, out):
            out.file(path, f"{WORK}/{path.relative_to(place.home).as_posix()}")
        out.text(
            "progress.html",
            progress_page(Record(place.outbox), place.labs_dir, list(labs)),
        )
        out.text("README.txt", _readme(out.left_out))
        memory = read_end(own / MEMORY, MOST_RECORD)
        manifest = _manifest(place, labs, out.left_out, memory_of(memory))
        out.text(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))
    return out.left_out


def _work(place: Place, out: _Out) -> Iterator[Path]:
    """Give the files of the home, those of the labs first, and note what stays out."""
    first = [place.home / slug for slug in place.slugs]
    for folder in first:
        yield from _files(folder, place.home, out)
    for path in _entries(place.home):
        if path in first or not is_carried(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path, place.home, out)
        else:
            yield from _file(path, place.home, out)


def _files(folder: Path, home: Path, out: _Out) -> Iterator[Path]:
    """Give the files below a folder."""
    if not os.access(folder, os.R_OK | os.X_OK):
        why = _("it cannot be read: {why}").format(why=os.strerror(errno.EACCES))
        out.leave(_below(folder, home), why)
        return
    if (folder / "pyvenv.cfg").is_file():
        out.leave(_below(folder, home), _("a virtual environment"))
        return
    for path in _entries(folder):
        if path.is_dir() and not path.is_symlink():
            if is_carried(path.name):
                yield from _files(path, home, out)
        else:
            yield from _file(path, home, out)


def _file(path: Path, home: Path, out: _Out) -> Iterator[Path]:
    """Give a file if it is one, else note why it stays out."""
    name = _below(path, home)
    if path.is_symlink():
        out.leave(name, _("a link"))
    elif not path.is_file():
        out.leave(name, _("no file"))
    elif not is_carried(path.name):
        out.leave(name, _("hidden"))
    elif not _can_be_told(name):
        out.leave(ascii(name), _("its name has signs that other machines do not know"))
    else:
        yield path


def _entries(folder: Path) -> list[Path]:
    """Return what lies in a folder, in order; nothing when it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _below(path: Path, home: Path) -> str:
    """Return a path below the home, as the zip names it."""
    return path.relative_to(home).as_posix()


def _can_be_told(name: str) -> bool:
    """Tell whether a name can be brought back; see `checkers.engine.parcel`."""
    return not any(
        ord(char) < 32 or char in "\\:" or 0xD800 <= ord(char) < 0xE000 for char in name
    )


def _requirements(place: Place) -> str:
    """Return requirements.txt: the one handed on, else what is installed here."""
    if place.requirements is not None:
        try:
            return place.requirements.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            pass
    notebooks = (place.labs_dir / slug / f"{slug}.ipynb" for slug in place.slugs)
    return requirements(bash=bash_cells(notebooks))


def _manifest(
    place: Place,
    labs: Mapping[str, SeatLab],
    left_out: list[dict[str, Any]],
    brought: Mapping[str, list[str]],
) -> dict[str, Any]:
    """Return airlift.json, version 1.

    ``brought`` has the files that came from elsewhere, by name and hash: those that
    are still the same have nothing new to bring back.
    """
    return {
        "v": VERSION,
        "made": time.time_ns() // 1_000_000,
        "language": language(),
        "labs": [
            {"slug": slug, "title": lab.title, "version": lab.version}
            for slug, lab in labs.items()
        ],
        "seat_labs": list(place.slugs),
        "left_out": left_out,
        "brought": dict(brought),
    }


def _readme(left_out: list[dict[str, Any]]) -> str:
    """Return README.txt."""
    lines = [
        _(
            "Go on at home: in this folder, run "
            "`python3 -m venv v && v/bin/python practice.py --install` "
            "(Python 3.11 or newer; Linux, macOS or WSL)."
        ),
        _(
            "The labs open in your browser with their checks, without internet from "
            "the second time on; Ctrl+C ends it, and your work is in airlift-practice."
        ),
        _(
            "To take it back: `v/bin/python practice.py --pack`, then choose that zip "
            "under Bring back in your seat."
        ),
    ]
    if left_out:
        lines += ["", _("Left out:")]
        lines += [f"  {one['path']}: {one['why']}" for one in left_out]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the zip of this seat to the standard output."""
    try:
        take_home(place_of(), sys.stdout.buffer)
    except BrokenPipeError:
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
