"""The agent's side of the outbox: number what is there, drop it once acked.

Attempts and notes have one numbering without gaps, in the order they happened.

Layout below the outbox: ``new/`` (written by kernels), ``numbered/`` (waiting for the
room; the number is in the file's name), ``refused/`` (what the room can never accept,
and files that are neither), ``counter.json`` (this outbox's epoch and last number).

A number is given by renaming the file, and the counter is written before any numbered
file can go: whatever is killed in between, no number is skipped or given twice.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from checkers.engine.attempt import MAX_SEQ, Attempt
from checkers.engine.fields import WireError
from checkers.engine.note import Note
from checkers.engine.outbox import NEW, age_ms, stamp
from checkers.engine.plain import open_plain, read_plain

_MOST_BYTES = 160_000
"""Of one file: a shared cell of the greatest length, escaped, and some more."""
_RUN_BYTES = 200_000
"""Of the files sent together, unless the first alone is larger."""
_KEPT_REFUSED = 500
_TOGETHER = 1_000
"""Files that are numbered before the first of them leave."""
_STALE = 60.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A numbered attempt or note that the room does not have yet."""

    path: Path
    item: Attempt | Note
    stamp: dict[str, Any]

    def to_json(self, now: dict[str, Any]) -> dict[str, Any]:
        """Return it as it is sent at the moment `now`."""
        return self.item.aged(age_ms(self.stamp, now)).to_json()


class Numbering:
    """One outbox, held by one agent at a time.

    Args:
        folder: the outbox.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.new = folder / NEW
        self.numbered = folder / "numbered"
        self.refused = folder / "refused"
        self._counter = folder / "counter.json"
        self._lock_file = folder / "agent.lock"
        self._lock: int | None = None
        self.epoch = ""
        self._last = 0
        self._written = 0
        self._aside = 0

    def hold(self) -> bool:
        """Take the outbox; False while another agent has it.

        Raises:
            OSError: the folder cannot be written.
        """
        for folder in (self.new, self.numbered, self.refused):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._has_lock():
            return True
        self.release()
        lock = open_plain(self._lock_file, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._begin()
        except BlockingIOError:
            os.close(lock)
            return False
        except BaseException:
            os.close(lock)
            raise
        self._lock = lock
        return True

    def _has_lock(self) -> bool:
        """Tell whether the outbox is held, and still the same one."""
        if self._lock is None:
            return False
        try:
            there = os.stat(self._lock_file)
        except OSError:
            return False  # somebody at the seat has deleted it
        return os.path.samestat(there, os.fstat(self._lock))

    def release(self) -> None:
        """Let another agent have the outbox."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def due(self) -> bool:
        """Tell whether `collect` has something to do."""
        return bool(_names(self.new)) or self._last != self._written

    def collect(self) -> int:
        """Number what kernels have written; return how many there were.

        Raises:
            OSError: the disk is full or the folder cannot be written.
        """
        count = 0
        for name in _first(_names(self.new)):
            path = self.new / name
            if name[0] == ".":
                _sweep(path)
                continue
            read = _read(path)
            if read is None:
                self._set_aside(path)
                continue
            _flush(path)
            self._last += 1
            path.rename(self.numbered / f"{self._last:016d}-{read.item.id}.json")
            count += 1
        if self._last != self._written:
            _flush(self.numbered)
            self._write_counter()
        return count

    def waiting(self, most: int) -> list[Waiting]:
        """Return what to send next: at most `most`, the oldest, all of one form.

        None while the counter is behind: what is not counted must not go.
        """
        if self._last != self._written:
            return []
        found: list[Waiting] = []
        size = 0
        for path, seq in self._in_order():
            if len(found) == most:
                break
            read = _read(path)
            if read is None:
                self._set_aside(path)
                continue
            size += read.size
            if found and (
                type(read.item) is not type(found[0].item) or size > _RUN_BYTES
            ):
                break
            item = read.item.numbered(self.epoch, seq)
            found.append(Waiting(path, item, read.stamp))
        return found

    def count(self) -> int:
        """Return how many attempts and notes wait, numbered or not."""
        return len(self.ids())

    def ids(self) -> set[str]:
        """Return the ids of the attempts and notes that wait, numbered or not."""
        return {
            name.partition("-")[2].removesuffix(".json")
            for folder in (self.new, self.numbered)
            for name in _names(folder)
            if name[0] != "."
        }

    def count_refused(self) -> int:
        """Return how many files have been set aside."""
        return len(_names(self.refused))

    def refused_ids(self) -> set[str]:
        """Return the ids of what the room has refused."""
        names = _names(self.refused)
        return {name.partition("-")[2].removesuffix(".json") for name in names}

    def drop(self, waiting: Waiting) -> None:
        """Forget an item, because the room has it."""
        waiting.path.unlink(missing_ok=True)

    def refuse(self, waiting: Waiting) -> None:
        """Set an item aside, because the room can never accept it."""
        self._set_aside(waiting.path)

    def trim(self, most: int) -> None:
        """Forget the oldest files of ``numbered/`` beyond `most`."""
        paths = [path for path, _ in self._in_order()]
        for path in paths[: max(0, len(paths) - most)]:
            path.unlink(missing_ok=True)

    def _begin(self) -> None:
        """Read epoch and last number; start a new epoch where they are lost."""
        try:
            data = json.loads(read_plain(self._counter, 1_000))
            self.epoch, self._last = str(UUID(data["epoch"])), int(data["last"])
            if not 0 <= self._last <= MAX_SEQ:
                raise ValueError(self._last)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError):
            self._start_again()  # lost, torn, or nested without end
        numbers = [seq for _, seq in self._in_order()]
        self._last = max([self._last, *numbers])
        self._write_counter()

    def _start_again(self) -> None:
        """Begin a new epoch; numbers of a lost one are given anew."""
        for path, seq in self._in_order():
            path.rename(self.new / f"{seq:020d}-{path.name.partition('-')[2]}")
        self.epoch, self._last = str(uuid4()), 0

    def _write_counter(self) -> None:
        """Write epoch and last number for good.

        In place and of one length, so that it works on a full disk too.
        """
        text = json.dumps({"epoch": self.epoch, "last": self._last}).ljust(96)
        handle = open_plain(self._counter, os.O_WRONLY | os.O_CREAT)
        try:
            os.pwrite(handle, text.encode(), 0)
            os.fsync(handle)
        finally:
            os.close(handle)
        self._written = self._last

    def _in_order(self) -> Iterator[tuple[Path, int]]:
        """Give the numbered files and their numbers, oldest first."""
        for name in sorted(_names(self.numbered)):
            number = name.partition("-")[0]
            if len(number) == 16 and number.isascii() and number.isdigit():
                yield self.numbered / name, int(number)

    def _set_aside(self, path: Path) -> None:
        """Move a file to ``refused/``, which keeps some hundreds."""
        with contextlib.suppress(OSError):
            path.rename(self.refused / path.name)
            self._aside += 1
            if self._aside % (_KEPT_REFUSED // 5) == 1:  # looking there takes a while
                names = sorted(_names(self.refused))
                for name in names[: max(0, len(names) - _KEPT_REFUSED)]:
                    (self.refused / name).unlink()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a file of the outbox holds."""

    item: Attempt | Note
    stamp: dict[str, Any]
    size: int


def _read(path: Path) -> _Kept | None:
    """Read a file of the outbox; None when it is none, whatever it is instead."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode) or state.st_size > _MOST_BYTES:
            return None
        data = json.loads(os.read(handle, _MOST_BYTES))
        item = (
            Note.from_json(data["note"])
            if "note" in data
            else Attempt.from_json(data["attempt"])
        )
        return _Kept(item, {key: data.get(key) for key in stamp()}, state.st_size)
    except (OSError, ValueError, KeyError, TypeError, WireError, RecursionError):
        return None
    finally:
        os.close(handle)


def _names(folder: Path) -> list[str]:
    """Return the names in a folder; none when it is not there."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _first(names: Sequence[str]) -> list[str]:
    """Return the names to go through now, in order; hidden ones come last."""
    return sorted(names, key=lambda name: (name[0] == ".", name))[:_TOGETHER]


def _sweep(path: Path) -> None:
    """Remove what a kernel was killed over while writing, a minute later."""
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > _STALE:
            path.unlink()


def _flush(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
