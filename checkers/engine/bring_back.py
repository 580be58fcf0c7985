"""Bring back: what was done elsewhere joins what is here, in either direction.

A seat takes in what was practised at home, and a practice folder what was done at a
seat, by the same function. It only adds: attempts and notes that are not in the own
record go there and into the outbox, files go where none is, else beside under a new
name. What was brought once is remembered, so bringing it again changes nothing.
``python -m checkers.engine.bring_back ZIP`` does it for the seat it runs in.

Errors:
    ParcelError: a sentence for the person, of `checkers.engine.parcel`.
    OSError: nothing more can be written; what was added stays, and to bring the same
        again does the rest.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

from checkers.engine.attempt import MAX_AGE_MS, Attempt, Outcome, Trigger
from checkers.engine.fields import WireError
from checkers.engine.note import Kind, Note
from checkers.engine.outbox import OutboxError, put, stamp, why_not
from checkers.engine.parcel import (
    MOST_FILES,
    MOST_RECORD,
    RECORD,
    WORK,
    Parcel,
    ParcelError,
    is_carried,
    open_zip,
)
from checkers.engine.place import place_of
from checkers.engine.plain import open_plain, read_end, write_plain
from checkers.engine.progress import FILE
from checkers.engine.seat import settle
from checkers.engine.steps import SeatLab
from checkers.engine.strings import _

MEMORY = "brought.json"
MOST_LINES = 5_000
"""Attempts and notes that one parcel can add."""
_KEPT = (
    Kind.HINT,
    Kind.FEEDBACK,
    Kind.CLOSING,
    Kind.CAUGHT_UP,
    Kind.RESET,
    Kind.UPDATED,
)
"""Notes that stay true elsewhere; a call for help or a shared cell does not."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass
class Brought:
    """What was added.

    Args:
        attempts: how many attempts.
        notes: how many notes, such as a hint taken.
        files: the new files, below the home.
        left_out: sentences on what was not taken in, and why.
    """

    attempts: int = 0
    notes: int = 0
    files: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the answer to ``POST airlift/bring-back``."""
        return {
            "v": 1,
            "attempts": self.attempts,
            "notes": self.notes,
            "files": self.files,
            "left_out": self.left_out,
        }


def bring_back(
    parcel: Parcel, home: Path, outbox: Path, labs: Mapping[str, SeatLab]
) -> Brought:
    """Add what a parcel has and this place has not.

    Args:
        parcel: what was taken home elsewhere.
        home: where the work lies.
        outbox: this place's outbox; the own record lies beside it.
        labs: the labs of this place; of others nothing is recorded.
    """
    brought = Brought()
    outbox.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(outbox.parent / "bring-back.lock"):
        _bring_record(parcel, outbox, labs, brought)
        _bring_files(parcel, home, outbox.parent / MEMORY, brought)
    return brought


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let nobody else bring something back meanwhile."""
    handle = open_plain(lock, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


# --- the record


def _bring_record(
    parcel: Parcel, outbox: Path, labs: Mapping[str, SeatLab], brought: Brought
) -> None:
    """Add the attempts and notes that the own record does not know."""
    own = outbox.parent / FILE
    known = {line.get("id") for line in lines_of(read_end(own, MOST_RECORD))}
    now = stamp()
    versions = _versions(parcel)
    found: list[tuple[int, Attempt | Note]] = []
    strange = 0
    for line in lines_of(parcel.read(RECORD, MOST_RECORD)):
        item = _item(line, versions)
        if item is None or not _is_here(item, labs):
            strange += item is not None
        elif item.id not in known:
            known.add(item.id)
            found.append((_moment(line, now["wall"]), item))
    found.sort(key=lambda one: one[0])
    if len(found) > MOST_LINES:
        found = found[-MOST_LINES:]
        brought.left_out.append(
            _("Only the newest {count} attempts were taken in.").format(
                count=MOST_LINES
            )
        )
    if strange:
        brought.left_out.append(
            _("{count} attempts belong to labs that are not here.").format(
                count=strange
            )
        )
    _add(own, outbox, found, now)
    brought.attempts = sum(isinstance(item, Attempt) for _at, item in found)
    brought.notes = len(found) - brought.attempts


def _add(
    own: Path,
    outbox: Path,
    found: Sequence[tuple[int, Attempt | Note]],
    now: Mapping[str, Any],
) -> None:
    """Put items into the outbox, then into the own record.

    In this order: what is interrupted between the two is brought once more, and the
    room knows an id that comes twice.
    """
    lines = b""
    for at, item in found:
        age = now["wall"] - at
        put(outbox, item, {**now, "wall": at, "mono": now["mono"] - age})
        lines += b"\n" + json.dumps(_line(item, at)).encode() + b"\n"
    if lines:
        handle = open_plain(own, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with open(handle, "ab") as file:
            file.write(lines)


def lines_of(data: bytes) -> Iterator[dict[str, Any]]:
    """Give the JSON objects of a record; a torn or strange line is passed over."""
    for text in data.split(b"\n"):
        with contextlib.suppress(ValueError, RecursionError):
            line = json.loads(text) if text.strip() else None
            if isinstance(line, dict):
                yield line


def _item(
    line: Mapping[str, Any], versions: Mapping[str, str]
) -> Attempt | Note | None:
    """Read a line of a record as what it tells; None when it is nothing to bring."""
    try:
        if "note" in line:
            note = Note.from_json({**line, "v": 1, "kind": line["note"], "age_ms": 0})
            return note if note.kind in _KEPT else None
        attempt = Attempt.from_json(
            {
                "lab_version": versions.get(str(line.get("lab")), ""),
                "trigger": Trigger.CELL,
                **{key: line[key] for key in _ATTEMPT if key in line},
                "v": 1,
            }
        )
        return None if attempt.outcome is Outcome.ERROR else attempt
    except (WireError, TypeError):
        return None


_ATTEMPT = (
    *("id", "lab", "lab_version", "notebook", "step", "trigger"),
    *("outcome", "reason", "hint", "ms", "generation"),
)
"""Keys of a record's line that are those of an attempt."""


def _is_here(item: Attempt | Note, labs: Mapping[str, SeatLab]) -> bool:
    """Tell whether this place has the lab and the step."""
    lab = labs.get(item.lab)
    return lab is not None and (not item.step or lab.step(item.step) is not None)


def _moment(line: Mapping[str, Any], now: int) -> int:
    """Return when it happened, in milliseconds; never later than now."""
    at = line.get("at")
    if isinstance(at, bool) or not isinstance(at, int):
        return now
    return max(now - MAX_AGE_MS, min(at, now))


def _line(item: Attempt | Note, at: int) -> dict[str, Any]:
    """Return an item as a line of the own record.

    ``brought`` says that it may be older than the line before it.
    """
    line: dict[str, Any] = {"lab": item.lab, "step": item.step, "at": at}
    line |= {"id": item.id, "brought": True}
    if isinstance(item, Note):
        return {"note": item.kind.value, **line, "body": dict(item.body)}
    return line | {
        "outcome": item.outcome.value,
        "reason": item.reason,
        "hint": item.hint,
        "generation": item.generation,
    }


def _versions(parcel: Parcel) -> dict[str, str]:
    """Return the versions of the labs that the parcel was made with."""
    labs = parcel.manifest.get("labs")
    return {
        str(lab.get("slug")): str(lab.get("version", ""))[:64]
        for lab in (labs if isinstance(labs, list) else [])
        if isinstance(lab, dict)
    }


# --- the files


def _bring_files(parcel: Parcel, home: Path, path: Path, brought: Brought) -> None:
    """Add the files of the work that are not here."""
    memory = memory_of(read_end(path, MOST_RECORD))
    before = json.dumps(memory)
    unchanged = memory_of(json.dumps(parcel.manifest.get("brought", {})).encode())
    try:
        for name in parcel.below(WORK)[:MOST_FILES]:
            below = name.removeprefix(f"{WORK}/")
            try:
                digest = _digest(parcel, name)
                if digest not in memory.setdefault(below, []):
                    same = digest in unchanged.get(below, ())
                    _bring_file(parcel, name, digest, home, same, brought)
                    memory[below].append(digest)
            except ParcelError as error:
                brought.left_out.append(str(error))
    finally:
        memory = {name: digests for name, digests in memory.items() if digests}
        text = json.dumps(memory)
        if text != before:
            write_plain(path, text)


def _bring_file(
    parcel: Parcel, name: str, digest: str, home: Path, same: bool, brought: Brought
) -> None:
    """Add one file where there is none, else beside.

    `same`: nobody has changed it since it came from elsewhere to where it was packed.
    """
    below = PurePosixPath(name.removeprefix(f"{WORK}/"))
    if not all(is_carried(part) for part in below.parts):
        raise ParcelError(_("{name} is hidden and stays out.").format(name=below))
    target = home / below
    if _holds(target, digest) or (same and target.exists()):
        return
    if not target.parent.resolve().is_relative_to(home.resolve()):
        raise ParcelError(
            _("{name} would leave your folder and stays out.").format(name=below)
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ParcelError(
            _("{name} stays out: its folder's name is a file's here.").format(
                name=below
            )
        ) from None
    aside = target.with_name(f".{uuid4().hex}.airlift")
    try:
        with aside.open("xb") as file:
            for chunk in parcel.chunks(name):
                file.write(chunk)
        for candidate in _names_for(target):
            with contextlib.suppress(FileExistsError):
                if _holds(candidate, digest):
                    return
                settle(aside, candidate)
                brought.files.append(candidate.relative_to(home).as_posix())
                return
    finally:
        aside.unlink(missing_ok=True)


def _names_for(target: Path) -> Iterator[Path]:
    """Give the names a file may get, the own one first."""
    yield target
    yield target.with_name(f"{target.stem}-brought{target.suffix}")
    for number in range(2, 1_000):
        yield target.with_name(f"{target.stem}-brought-{number}{target.suffix}")


def _digest(parcel: Parcel, name: str) -> str:
    """Return the hash of a parcel's file."""
    total = hashlib.sha256()
    for chunk in parcel.chunks(name):
        total.update(chunk)
    return total.hexdigest()


def _holds(path: Path, digest: str) -> bool:
    """Tell whether a file of this hash lies there."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return False


def memory_of(data: bytes) -> dict[str, list[str]]:
    """Read what was brought before: hashes by name; strange entries are left out."""
    with contextlib.suppress(ValueError, RecursionError, AttributeError):
        return {
            name: [one for one in digests if _DIGEST.fullmatch(str(one))]
            for name, digests in json.loads(data).items()
            if isinstance(digests, list)
        }
    return {}


def main(words: Sequence[str]) -> int:
    """Bring a zip back to this seat; print the answer as JSON."""
    here = place_of()
    try:
        with open(words[0], "rb") as file, open_zip(file) as parcel:
            brought = bring_back(parcel, here.home, here.outbox, here.labs())
    except (ParcelError, OutboxError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{why_not(error)}\n")
        return 1
    print(json.dumps(brought.to_json()))  # noqa: T201 - the answer
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
