"""Export: everything about one person as a zip, to hand over when they ask for it.

What the room knows comes from its desk; the files from the seat's volume, through a
container that is made and never started, or from a local seat's home. Only plain
files, folders and links are packed, links as links.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docker
from docker.errors import DockerException, NotFound
from requests.exceptions import RequestException

from hub.engine import Engine, EngineError
from hub.seating.container import HOME, seat_name
from hub.settings import Settings

_LINK = stat.S_IFLNK | 0o777
_EPOCH = 315_532_800
"""1 January 1980, before which a zip knows no time."""


def write_export(
    settings: Settings, engine: Engine, seat: str, known: dict[str, Any], path: Path
) -> int:
    """Write the zip and return how many files of the seat are in it.

    Args:
        settings: of the installation.
        engine: where its seats run.
        seat: whose files.
        known: the desk's answer: participant, journal, texts, terms.
        path: of the zip, made for its owner alone.

    Raises:
        EngineError: the Docker engine failed.
        FileExistsError: there is such a file already.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file, ZipFile(file, "w", ZIP_DEFLATED) as into:
            into.writestr("participant.json", _text(known["participant"]))
            lines = (json.dumps(row, ensure_ascii=False) for row in known["journal"])
            into.writestr("journal.jsonl", "".join(f"{line}\n" for line in lines))
            into.writestr("texts.json", _text(known["texts"]))
            into.writestr("terms.json", _text(known["terms"]))
            if engine.engine == "local":
                return _pack_home(settings.seats_dir / seat, into)
            return _pack_volume(engine, seat, into)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _text(value: object) -> str:
    """Return a value as JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _pack_volume(engine: Engine, seat: str, into: ZipFile) -> int:
    """Pack a seat's volume; a seat that never started has none."""
    volume = seat_name(engine, seat)
    try:
        with closing(docker.from_env()) as client:
            try:
                client.volumes.get(volume)
            except NotFound:
                return 0
            holder = client.containers.create(
                engine.image,
                name=f"{volume}-export-{os.getpid()}",
                volumes={volume: {"bind": HOME, "mode": "ro"}},
                network_disabled=True,
            )
            try:
                pieces, _ = holder.get_archive(HOME)
                return _pack_tar(pieces, into)
            finally:
                with suppress(NotFound):
                    holder.remove(force=True)
    except (DockerException, RequestException, tarfile.TarError) as error:
        raise EngineError(f"Docker could not read seat {seat}: {error}") from None


class _Pieces:
    """A stream of pieces as a file that can be read once."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; nothing at the end."""
        while len(self._rest) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._rest += piece
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def _pack_tar(pieces: Iterator[bytes], into: ZipFile) -> int:
    """Pack the members of the archive that Docker sends."""
    count = 0
    stream: Any = _Pieces(pieces)
    with tarfile.open(fileobj=stream, mode="r|", bufsize=2**18) as archive:
        for member in archive:
            name = member.name.partition("/")[2]
            if member.issym() and name:
                _pack_link(name, member.linkname, member.mtime, into)
            elif member.isreg() and name:
                data = archive.extractfile(member)
                if data is not None:
                    _pack(name, data, member.mtime, into)
                    count += 1
    return count


def _pack_home(home: Path, into: ZipFile) -> int:
    """Pack a local seat's home."""
    count = 0
    for folder, _, names in os.walk(home):
        for name in sorted(names):
            with suppress(FileNotFoundError):  # the seat may be at work
                count += _pack_file(Path(folder, name), home, into)
    return count


def _pack_file(path: Path, home: Path, into: ZipFile) -> int:
    """Pack one entry of a home; returns how many files that were."""
    inside = path.relative_to(home).as_posix()
    kind = path.lstat()
    if stat.S_ISLNK(kind.st_mode):
        _pack_link(inside, os.readlink(path), kind.st_mtime, into)
    if not stat.S_ISREG(kind.st_mode):
        return 0
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as data:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            return 0
        _pack(inside, data, found.st_mtime, into)
    return 1


def _entry(name: str, at: float) -> ZipInfo:
    """Return a zip's entry below files/."""
    moment = time.localtime(max(at, _EPOCH))[:6]
    entry = ZipInfo(f"files/{name}", moment)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry


def _pack(name: str, data: IO[bytes], at: float, into: ZipFile) -> None:
    """Pack one file piece by piece."""
    with into.open(_entry(name, at), "w", force_zip64=True) as file:
        shutil.copyfileobj(data, file)


def _pack_link(name: str, target: str, at: float, into: ZipFile) -> None:
    """Pack a link as a link."""
    entry = _entry(name, at)
    entry.external_attr = _LINK << 16
    into.writestr(entry, target)
