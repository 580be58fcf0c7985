"""The seat's entry: copy its labs into the home once, then become the server.

``python -m checkers.engine.seat -- <server command…>``

A lab's files are copied at the first start and again only where neither the file nor
a memory of it exists: work is never overwritten, and a deleted file stays deleted.
Where the image declares services, `checkers.engine.beside` runs them with the server.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from checkers.engine.plain import read_plain, write_plain

MEMORY = Path(".airlift") / "copied.json"
_MOST_BYTES = 8 * 2**20
SERVICES = "/opt/airlift/services.toml"
"""What the image declares to run beside the server, if it declares anything."""


def main(words: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    """Copy the labs and run the command that follows ``--``."""
    if not words or words[0] != "--" or len(words) < 2:
        say("expected -- and the server's command")
        return 2
    command = list(words[1:])
    home = Path(environ.get("HOME") or Path.home())
    slugs = [slug.strip() for slug in environ.get("AIRLIFT_LABS", "").split(",")]
    labs = Path(environ.get("AIRLIFT_LABS_DIR") or "/opt/airlift/labs")
    try:
        copy_labs(labs, [slug for slug in slugs if slug], home)
    except OSError as error:
        # A full disk must not keep people from the work they have.
        say(f"the labs could not be copied: {error}")
    os.chdir(home)
    if Path(environ.get("AIRLIFT_SERVICES") or SERVICES).is_file():
        command = [sys.executable, "-P", "-m", "checkers.engine.beside", "--", *command]
    try:
        os.execvp(command[0], command)  # noqa: S606  # no shell, on purpose
    except OSError as error:
        say(f"expected a command that runs, got {command[0]}: {error.strerror}")
        return 127


def copy_labs(labs: Path, slugs: Sequence[str], home: Path) -> list[str]:
    """Copy released labs from `labs` into `home`; return the files copied.

    Raises:
        OSError: nothing more could be written; what was copied is remembered.
    """
    memory = home / MEMORY
    before = _remembered(memory)
    known = set(before)
    copied: list[str] = []
    try:
        for slug in slugs:
            source = labs / slug
            if not source.is_dir():
                say(f"expected the lab {slug} in {labs}, it is not there")
                continue
            for path in sorted(source.rglob("*")):
                name = f"{slug}/{path.relative_to(source)}"
                if is_work(path, source) and name not in known:
                    if _copy(path, home / name):
                        copied.append(name)
                    known.add(name)
    finally:
        if known != before:
            _remember(memory, known)
    return copied


def copy_missing(released: Path, folder: Path) -> None:
    """Copy the files of a released lab that are no longer in its folder.

    Raises:
        OSError: nothing more could be written.
    """
    for path in sorted(released.rglob("*")):
        if is_work(path, released):
            _copy(path, folder / path.relative_to(released))


def is_work(path: Path, released: Path) -> bool:
    """Tell whether something of a released lab is a file for its folder in the home.

    What is not is the seat's own: lab.json, and the handbook that the panel opens.
    """
    own = (released / "lab.json", handbook_of(released))
    return path.is_file() and path not in own


def handbook_of(released: Path) -> Path:
    """Return where the handbook of a released lab lies."""
    return released / f"{released.name}-handbook.html"


def _copy(source: Path, target: Path) -> bool:
    """Copy a file whole or not at all; False when something is there already."""
    if target.is_symlink() or target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.airlift")
    try:
        shutil.copyfile(source, aside)
        aside.chmod(0o644)
        settle(aside, target)
    except FileExistsError:
        return False
    finally:
        aside.unlink(missing_ok=True)
    return True


def settle(aside: Path, target: Path) -> None:
    """Give a finished file its name.

    A link, unlike a rename, never replaces what appeared meanwhile; some file systems
    have none.

    Raises:
        FileExistsError: something has that name by now.
    """
    try:
        os.link(aside, target)
    except FileExistsError:
        raise
    except OSError:
        aside.rename(target)


def _remembered(memory: Path) -> set[str]:
    """Read the names that were copied before; a broken memory is empty."""
    try:
        names = json.loads(read_plain(memory, _MOST_BYTES))
        return {name for name in names if isinstance(name, str)}
    except (OSError, ValueError, TypeError, RecursionError):
        return set()


def _remember(memory: Path, names: set[str]) -> None:
    """Write the names that were copied."""
    write_plain(memory, json.dumps(sorted(names)))


def say(sentence: str) -> None:
    """Say a sentence to whoever reads the container's log."""
    sys.stderr.write(f"airlift seat: {sentence}\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
