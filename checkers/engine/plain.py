"""Plain files: what Airlift keeps in a seat, opened without waiting and without trust.

The folder is its attendee's. Where a file of ours is expected there may be a pipe, on
which opening waits for ever, a folder, a loop of links, or gigabytes of nothing. What
is read is cut off at a size; what has to be written makes its place.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import threading
import time
from pathlib import Path

_IN_THE_WAY = (
    errno.EACCES,
    errno.EISDIR,
    errno.ENOENT,  # a link to nowhere
    errno.ELOOP,
    errno.ENXIO,  # a pipe that nobody reads, a socket
    errno.EINVAL,
)


def read_plain(path: Path, most: int, start: int = 0) -> bytes:
    """Return at most `most` bytes of a regular file, from `start`.

    Raises:
        OSError: there is none, or it cannot be read.
    """
    handle = _open(path, os.O_RDONLY)
    with os.fdopen(handle, "rb") as file:
        file.seek(start)
        return file.read(most)


def read_end(path: Path, most: int) -> bytes:
    """Return the newest bytes of a file that grows; none where no file can be read."""
    try:
        return read_plain(path, most, max(0, path.stat().st_size - most))
    except OSError:
        return b""


def open_plain(path: Path, flags: int) -> int:
    """Open a regular file of ours for writing; what is in its way goes aside.

    Raises:
        OSError: it cannot be written, and no place could be made.
    """
    try:
        return _open(path, flags)
    except OSError as error:
        if error.errno not in _IN_THE_WAY:
            raise
        _make_place(path)
        return _open(path, flags)


def write_whole(handle: int, data: bytes) -> None:
    """Write all of some bytes; a disk that is nearly full takes only part at once.

    Raises:
        OSError: the disk is full.
    """
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def write_plain(path: Path, text: str) -> None:
    """Write a file anew, whole or not at all, for its owner's eyes only.

    Raises:
        OSError: the disk is full, or the folder cannot be written.
    """
    aside = path.with_name(f".{path.name}.{threading.get_native_id()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = open_plain(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        if path.is_dir():
            _make_place(path)
        aside.rename(path)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise


def _open(path: Path, flags: int) -> int:
    """Open a regular file, never waiting for anybody."""
    handle = os.open(path, flags | os.O_NONBLOCK, 0o600)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "expected a file", str(path))
    return handle


def _make_place(path: Path) -> None:
    """Allow ourselves to write a file, and move aside what is none."""
    with contextlib.suppress(OSError):
        path.parent.chmod(0o700)
    with contextlib.suppress(OSError):
        if path.is_symlink() or not path.is_file():
            path.rename(path.with_name(f"{path.name}.{time.time_ns()}"))
        else:
            path.chmod(0o600)
