"""The outbox: one file per attempt or note, kept until the room has it.

The kernel writes, the agent numbers and sends; see `checkers.engine.numbering`. A file
appears whole or not at all (written aside, then renamed), so it survives a killed
kernel and container. The agent flushes it to the disk, since the cell's reply does not
wait for that.

Errors:
    OutboxError: a sentence for the attendee: why something could not be kept.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checkers.engine.attempt import Attempt
from checkers.engine.plain import write_whole
from checkers.engine.strings import _

if TYPE_CHECKING:  # a kernel puts attempts only and need not import notes
    from checkers.engine.note import Note
    from checkers.engine.progress import Progress

NEW = "new"
SOCKET = "agent.sock"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class OutboxError(Exception):
    """An attempt or a note could not be kept."""


def outbox_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the seat's outbox: ``AIRLIFT_OUTBOX``, else below the home."""
    return Path(environ.get("AIRLIFT_OUTBOX") or Path.home() / ".airlift" / "outbox")


def stamp() -> dict[str, Any]:
    """Return the present moment on this machine's clocks, in milliseconds."""
    return {
        "wall": time.time_ns() // 1_000_000,
        "mono": time.clock_gettime_ns(_CLOCK) // 1_000_000,
        "boot": _boot(),
    }


def age_ms(then: Mapping[str, Any], now: Mapping[str, Any]) -> int:
    """Return the milliseconds from one stamp to another.

    Within one boot the clock that nobody can set decides; over a boot, or on another
    machine, the wall clocks have to do, and a clock set back gives 0.
    """
    clock = "mono" if then.get("boot") == now["boot"] else "wall"
    moment = then.get(clock)
    if not isinstance(moment, int):
        return 0
    return max(0, int(now[clock]) - moment)


def put(
    folder: Path, item: Attempt | Note, stamped: Mapping[str, Any] | None = None
) -> Path:
    """Keep an attempt or a note in the outbox and wake the agent; return its file.

    Args:
        folder: the outbox.
        item: what to keep.
        stamped: the moment it happened, as `stamp` gives it; now when not said.

    Raises:
        OutboxError: the disk is full, or the folder cannot be written.
    """
    path = _place(folder, item, stamped or stamp())
    _wake(folder)
    return path


def keep(folder: Path, made: Attempt, progress: Progress) -> None:
    """Keep an attempt in the outbox and in the seat's own progress, or in neither.

    What is only sent would be told to the attendee as lost, and made again and again.

    Raises:
        OutboxError: the disk is full, or a file cannot be written.
    """
    path = _place(folder, made, stamp())
    try:
        progress.add(made)
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()
        raise OutboxError(why_not(error)) from error
    _wake(folder)


def _place(folder: Path, item: Attempt | Note, stamped: Mapping[str, Any]) -> Path:
    """Write the file of an attempt or a note; return it."""
    form = "attempt" if isinstance(item, Attempt) else "note"
    text = json.dumps({form: item.to_json(), **stamped})
    new = folder / NEW
    path = new / f"{time.time_ns():020d}-{item.id}.json"
    aside = new / f".{item.id}.tmp"
    try:
        new.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(aside, text.encode())
            aside.rename(path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutboxError(why_not(error)) from error
    return path


def _write(path: Path, data: bytes) -> None:
    """Write a new file readable by its owner only."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        write_whole(handle, data)
    finally:
        os.close(handle)


def why_not(error: OSError) -> str:
    """Say to the attendee why something could not be kept, and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _(
            "Your disk is full, so this could not be saved or sent. Delete files you "
            "do not need, then try again."
        )
    reason = error.strerror or _("unknown reason")
    return _(
        "This could not be saved or sent ({reason}). Please tell a helper."
    ).format(reason=reason)


def _wake(folder: Path) -> None:
    """Poke the agent, which looks by itself each second when this does not work."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as poke:
            poke.setblocking(False)
            poke.sendto(b"!", str(folder / SOCKET))
    except (OSError, ValueError):
        return


def _boot() -> str:
    """Return the id of the machine's present boot; "" where there is none."""
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""
