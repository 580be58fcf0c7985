"""A parcel: what was taken home, as a zip or as the folder it was unpacked to.

It comes from wherever a person kept it, so nothing in it is believed: names stay below
the folder they are unpacked to, links and archives that swell are refused, and sizes
are counted while reading. Reading one runs nothing of it.

Errors:
    ParcelError: a sentence for the person who brought it.
"""

from __future__ import annotations

import json
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from checkers.engine.strings import _

VERSION = 1
MANIFEST = "airlift.json"
RECORD = "progress.jsonl"
REQUIREMENTS = "requirements.txt"
WORK, LABS, PACKAGE = "work", "labs", "checkers"
MOST_FILE = 100 * 2**20
MOST_BYTES = 500 * 2**20
"""Bytes of all files together, unpacked."""
MOST_FILES = 5_000
MOST_RECORD = 20 * 2**20
MOST_PACKED = 300 * 2**20
"""Bytes of a zip."""
SKIPPED = ("__pycache__", "node_modules", "__MACOSX")
"""Folders that nobody wants to carry around; hidden ones are not carried either."""
_CHUNK = 2**18
_ENTRY = 46 + 1_000
"""Bytes of one entry in a zip's directory, at most."""
_END, _LOCATOR = b"PK\x05\x06", b"PK\x06\x07"


class ParcelError(Exception):
    """Something cannot be used as what was taken home."""


class Parcel:
    """The files of a parcel by their names, such as ``work/first_flight/…``.

    Args:
        sizes: bytes of each file.
        opened: opens one of them for reading.
    """

    def __init__(
        self, sizes: Mapping[str, int], opened: Callable[[str], IO[bytes]]
    ) -> None:
        self.sizes = sizes
        self._opened = opened
        self.manifest = self._manifest()

    def below(self, folder: str) -> list[str]:
        """Return the names of the files below a folder of the parcel, in order."""
        return sorted(name for name in self.sizes if name.startswith(f"{folder}/"))

    def chunks(self, name: str, most: int = MOST_FILE) -> Iterator[bytes]:
        """Give a file's bytes piece by piece.

        Raises:
            ParcelError: it is broken, or larger than `most`.
        """
        total = 0
        try:
            with self._opened(name) as file:
                while chunk := file.read(_CHUNK):
                    total += len(chunk)
                    if total > most:
                        raise ParcelError(
                            _("{name} is larger than {most} MB.").format(
                                name=name, most=most // 2**20
                            )
                        )
                    yield chunk
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError):
            raise ParcelError(
                _("{name} cannot be read; the file is damaged.").format(name=name)
            ) from None

    def read(self, name: str, most: int = MOST_FILE) -> bytes:
        """Return a file's bytes; empty when there is no such file.

        Raises:
            ParcelError: it is broken, or larger than `most`.
        """
        return b"".join(self.chunks(name, most)) if name in self.sizes else b""

    def _manifest(self) -> Mapping[str, Any]:
        """Read airlift.json."""
        not_ours = _(
            "This is nothing that was taken home from Airlift: it has no usable "
            "airlift.json."
        )
        try:
            data = json.loads(self.read(MANIFEST, 2**20 * 4))
        except (ValueError, RecursionError):
            raise ParcelError(not_ours) from None
        if not isinstance(data, dict) or isinstance(data.get("v"), bool):
            raise ParcelError(not_ours)
        if data.get("v") != VERSION:
            raise ParcelError(
                _("This was made by another version of Airlift, which is not known.")
            )
        return data


@contextmanager
def open_zip(file: BinaryIO) -> Iterator[Parcel]:
    """Open a zip, which has to be seekable.

    Raises:
        ParcelError: it is no zip, or one that nobody should unpack.
    """
    _look_at_end(file)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError):
        raise ParcelError(_no_zip()) from None
    with archive:
        names = _checked(archive.infolist())
        sizes = {name: info.file_size for name, info in names.items()}
        yield Parcel(sizes, lambda name: archive.open(names[name]))


def open_folder(folder: Path) -> Parcel:
    """Open what somebody has unpacked already.

    Raises:
        ParcelError: nothing that was taken home lies there.
    """
    sizes: dict[str, int] = {}
    for name in (MANIFEST, RECORD, REQUIREMENTS):
        if (folder / name).is_file():
            sizes[name] = (folder / name).stat().st_size
    for part in (WORK, LABS, PACKAGE):
        for path in files_below(folder / part):
            sizes[path.relative_to(folder).as_posix()] = path.stat().st_size
    return Parcel(sizes, lambda name: (folder / name).open("rb"))


def files_below(folder: Path, *, follow: bool = False) -> Iterator[Path]:
    """Give the plain files below a folder: nothing hidden, no caches.

    `follow`: links too, where it is known who made them.
    """
    for place, folders, names in os.walk(folder, followlinks=follow):
        folders[:] = sorted(one for one in folders if is_carried(one))
        for name in sorted(names):
            path = Path(place, name)
            if is_carried(name) and _is_file(path, follow):
                yield path


def _is_file(path: Path, follow: bool) -> bool:
    """Tell whether a plain file lies there."""
    try:
        return stat.S_ISREG(path.stat(follow_symlinks=follow).st_mode)
    except OSError:
        return False


def is_carried(name: str) -> bool:
    """Tell whether a file or folder of this name is taken along at all."""
    return not name.startswith(".") and name not in SKIPPED


def _look_at_end(file: BinaryIO) -> None:
    """Refuse a zip whose directory alone would fill the memory."""
    size = file.seek(0, os.SEEK_END)
    if size > MOST_PACKED:
        raise ParcelError(_too_large())
    start = file.seek(max(0, size - 2**16 - 64))
    end = file.read()
    file.seek(0)
    at = end.rfind(_END)
    if end[-22:-18] == _END and end[-2:] == b"\0\0":
        at = len(end) - 22
    if at < 0 or len(end) - at < 22:
        raise ParcelError(_no_zip())
    directory = int.from_bytes(end[at + 12 : at + 16], "little")
    zip64 = end[max(0, at - 20) : at][:4] == _LOCATOR
    if zip64 or directory > min(start + at, MOST_FILES * _ENTRY):
        raise ParcelError(_too_large())


def _checked(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Return the entries by the names that count, once all have been looked at."""
    files = [info for info in infos if not info.filename.endswith("/")]
    if len(files) > MOST_FILES + 100:
        raise ParcelError(_too_large())
    if sum(info.file_size for info in files) > MOST_BYTES + 2 * MOST_RECORD:
        raise ParcelError(_too_large())
    names: dict[str, zipfile.ZipInfo] = {}
    for info in files:
        _look_at(info)
        if info.filename in names:
            raise ParcelError(
                _("The zip holds {name} twice.").format(name=_shown(info.filename))
            )
        names[info.filename] = info
    top = _top(names)
    return {
        name.removeprefix(top): info
        for name, info in names.items()
        if name.startswith(top)
    }


def _look_at(info: zipfile.ZipInfo) -> None:
    """Refuse an entry that no take-home zip has."""
    name = info.filename
    parts = name.split("/")
    if (
        any(part in ("", ".", "..") for part in parts)
        or any(ord(char) < 32 or char in "\\:" for char in name)
        or len(name.encode(errors="replace")) > 900
        or any(len(part.encode(errors="replace")) > 240 for part in parts)
    ):
        raise ParcelError(
            _("The zip holds a file name that leads elsewhere: {name}").format(
                name=_shown(name)
            )
        )
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise ParcelError(
            _("The zip holds a link or a device: {name}").format(name=_shown(name))
        )
    if info.flag_bits & 1 or info.compress_type not in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    ):
        raise ParcelError(_("The zip is encrypted or packed in an unusual way."))


def _top(names: Mapping[str, object]) -> str:
    """Return the folder that everything lies in: some programs add one."""
    if MANIFEST in names:
        return ""
    found = [name for name in names if name.count("/") == 1]
    tops = [name for name in found if name.endswith(f"/{MANIFEST}")]
    return tops[0].removesuffix(MANIFEST) if len(tops) == 1 else ""


def _shown(name: str) -> str:
    """Return a hostile name so that a line can show it."""
    return ascii(name[:80])


def _no_zip() -> str:
    """Say that it is no zip."""
    return _("This is no zip file, or a damaged one.")


def _too_large() -> str:
    """Say that there is too much in it."""
    return _(
        "This is too large: {size} MB and {files} files can be brought at most."
    ).format(size=MOST_BYTES // 2**20, files=MOST_FILES)
