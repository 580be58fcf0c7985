"""Parcels: labs on their way between groups, in a folder, a git repository or a zip.

A parcel is laid out like an installation's root: ``labs/<slug>/``,
``checkers/<slug>.py``, and ``images/<name>/`` for a lab on an image of its own. Beside
them, a zip of `airlift lab pack` has `MANIFEST` with the hash of every file, and
`PROOF` if the lab was proved. Nothing else of a source is looked at.

What comes from elsewhere is read without following links, leaving the folder or taking
more than fits; none of it is run here.

Errors:
    ParcelError: names the file and says what was expected.
"""

from __future__ import annotations

import lzma
import os
import re
import resource
import shutil
import stat
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from hub.authoring.leavings import is_left
from hub.plain import UNFIT

MANIFEST = "airlift-lab.json"
PROOF = "proof.json"
MOST_FILES = 5_000
MOST_BYTES = 512 * 1024 * 1024
"""What one parcel may hold, unpacked."""
MOST_DEEP = 40
"""Folders within folders."""
_GIT_WITHIN = 300
"""Seconds for a clone."""
_GIT = (
    *("git", "-c", "core.symlinks=false", "-c", "core.hooksPath=/dev/null"),
    *("-c", "protocol.ext.allow=never", "-c", "submodule.recurse=false"),
)
_GIT_FILES = 10 * MOST_FILES
_GIT_BYTES = 4 * MOST_BYTES
"""What git may write into one file: all of a repository's newest files, packed."""
_WANTED = re.compile(
    rf"labs/[a-z][a-z0-9_]*/.+|checkers/[a-z][a-z0-9_]*\.py|images/[a-z0-9_-]+/.+"
    rf"|{re.escape(MANIFEST)}|{re.escape(PROOF)}",
    re.DOTALL,
)
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError),
    *(NotImplementedError, RuntimeError, EOFError, ValueError),
)
"""What reading a damaged zip ends in."""
_SECRETS = re.compile(
    r"(?i)(://)(?!git@)\S+@|([?&][^=&#\s]*(?:token|secret|key|password)[^=&#\s]*=)[^&#\s]+"
)
"""Who asks, and by what word, in an address."""
_POINTER = b"version https://git-lfs.github.com/spec/"
"""Begins a file of Git LFS that says where the real one is."""
_LINKS = {"120000": "a link", "160000": "a repository in it (submodule)"}
"""What git calls files that are none."""


class ParcelError(ValueError):
    """A parcel cannot be taken in as it is."""


def fetch(source: str, into: Path) -> Path:
    """Copy the labs of a source into the empty folder `into`; returns that folder.

    Raises:
        ParcelError: the source is none, or holds what a parcel may not.
    """
    path = Path(source)
    if path.is_dir():
        _copy_folder(path.absolute(), into)
    elif path.is_file() and zipfile.is_zipfile(path):
        _unpack(path, into)
    elif path.exists():
        raise ParcelError(f"{source}: expected a folder, a zip or a git address")
    elif re.match(r"(https?|ssh|git|file)://|[\w.-]+@[\w.-]+:", source):
        _clone(source, into)
    else:
        what = "expected a folder, a zip or a git address; none"
        raise ParcelError(f"{_shown(source)}: {what}")
    return into


def _shown(text: str) -> str:
    """Return words without the user, password and token in their addresses."""
    return _SECRETS.sub(lambda hit: f"{hit[1]}***@" if hit[1] else f"{hit[2]}***", text)


def wanted(name: str) -> bool:
    """Say whether a file belongs to a parcel, by its path in it."""
    return bool(_WANTED.fullmatch(name)) and not is_left(name)


def _copy_folder(source: Path, into: Path) -> None:
    """Copy from a folder laid out like a root, or from one lab's folder in it."""
    root, below = source, ""
    if (source / "lab.toml").is_file():
        if source.parent.name != "labs":
            raise ParcelError(
                f"{source}: expected a lab at labs/<slug>, with its checker at "
                "checkers/<slug>.py beside labs; or name the folder above labs"
            )
        root, below = source.parents[1], f"labs/{source.name}/"
    room = _Room(into)
    for folder in ("labs", "checkers", "images"):
        if (root / folder).is_symlink():
            raise ParcelError(f"{folder}: expected a folder, got a link")
        for path in sorted(_walk(root / folder)):
            name = path.relative_to(root).as_posix()
            other = below and name.startswith("labs/") and not name.startswith(below)
            if wanted(name) and not other:
                if found := _other(path.lstat().st_mode):
                    raise ParcelError(f"{name}: expected a plain file, got {found}")
                with path.open("rb") as data:
                    room.take(name, data, runs=os.access(path, os.X_OK))


def _other(mode: int) -> str:
    """Say what is no plain file, by its mode; "" when it is one."""
    if stat.S_ISREG(mode):
        return ""
    return "a link" if stat.S_ISLNK(mode) else "something else, such as a pipe"


def _walk(folder: Path) -> Iterable[Path]:
    """Yield everything below a folder that is no folder; links are not followed."""
    for place, folders, names in os.walk(folder):
        yield from (Path(place, name) for name in names)
        yield from (p for n in folders if (p := Path(place, n)).is_symlink())


def _clone(source: str, into: Path) -> None:
    """Clone a git repository, `address#branch` for one of its branches.

    Nothing of it is run: no hooks, filters, submodules or transports by command.
    """
    address, _, branch = source.partition("#")
    if address.lower().endswith(".zip"):
        what = "expected a zip that is here: download it first"
        raise ParcelError(f"{_shown(source)}: {what}")
    clone = into.with_name(f"{into.name}-clone")
    command = [
        *("clone", "--quiet", "--depth", "1", "--no-tags", "--no-checkout"),
        *("--template=", *((f"--branch={branch}",) if branch else ())),
        *("--", address, str(clone)),
    ]
    try:
        _git(*command)
        _check_tree(clone)
        _git("-C", str(clone), "checkout", "--quiet", "HEAD")
        _copy_folder(clone, into)
    except FileNotFoundError:
        raise ParcelError("expected the command git, there is none here") from None
    except subprocess.TimeoutExpired:
        what = f"no answer for {_GIT_WITHIN} s"
        raise ParcelError(f"{_shown(address)}: {what}") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines()[-1:] or ["nothing"]
        raise ParcelError(_shown(f"{address}: git said: {said[0]}")) from None
    finally:
        shutil.rmtree(clone, ignore_errors=True)


def _git(*words: str) -> None:
    """Run git without anything that a repository or an address could make it run."""
    subprocess.run(
        [*_GIT, *words],
        env=_git_environ(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_GIT_WITHIN,
        check=True,
        preexec_fn=_limited,
    )


def _git_environ() -> dict[str, str]:
    """Return the environment of git: it asks nobody, and fetches nothing by LFS."""
    return {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1"}


def _limited() -> None:
    """Let a process write no larger file than a clone may have."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (_GIT_BYTES, _GIT_BYTES))


def _check_tree(clone: Path) -> None:
    """Look at what would be checked out: links, submodules, too many or too large.

    Nothing is written yet: a few bytes of a repository can stand for any number of
    files and folders.
    """
    line = [*_GIT, "-C", str(clone), "ls-tree", "-r", "-t", "-l", "-z", "HEAD"]
    files = size = 0
    with subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_git_environ(),
    ) as listing:
        try:
            for row in _rows(listing.stdout):
                about, _, name = row.partition("\t")
                mode, _kind, _id, length = about.split()
                if mode in _LINKS and wanted(name):
                    what = f"expected a plain file, got {_LINKS[mode]}"
                    raise ParcelError(f"{name}: {what}")
                files, size = files + 1, size + int(length.strip("-") or 0)
                if files > _GIT_FILES or size > _GIT_BYTES:
                    raise ParcelError(
                        f"expected a repository of at most {_GIT_FILES} files and "
                        f"{_GIT_BYTES // 1024**2} MB, got more"
                    )
        finally:
            listing.kill()


def _rows(data: IO[bytes] | None) -> Iterator[str]:
    """Yield what stands between zero bytes, as it comes."""
    rest = b""
    while piece := data.read(1 << 16) if data else b"":
        *whole, rest = (rest + piece).split(b"\0")
        yield from map(os.fsdecode, whole)


def _unpack(path: Path, into: Path) -> None:
    """Unpack a zip; one folder around everything, as code hosts make it, is left out.

    What an entry says of its size counts for nothing: bytes are counted as they come.
    """
    room = _Room(into)
    try:
        with zipfile.ZipFile(path) as pack:
            entries = [entry for entry in pack.infolist() if not entry.is_dir()]
            around = _around([entry.filename for entry in entries])
            for entry in entries:
                name = entry.filename.removeprefix(around)
                _check_entry(entry)
                if wanted(name):
                    runs = bool(entry.external_attr >> 16 & stat.S_IXUSR)
                    with pack.open(entry) as data:
                        room.take(name, data, runs=runs)
    except ParcelError:
        raise
    except _BROKEN as error:
        raise ParcelError(f"{path.name}: expected a whole zip, got: {error}") from None


def _around(names: list[str]) -> str:
    """Return the one folder around all files; "" when there is none."""
    tops = {name.partition("/")[0] for name in names}
    inside = len(tops) == 1 and all("/" in name for name in names)
    top = next(iter(tops), "")
    return f"{top}/" if inside and top not in ("labs", "checkers", "images") else ""


def _check_entry(entry: zipfile.ZipInfo) -> None:
    """Refuse an entry that leads out, is a link or is locked; even one not wanted."""
    name = entry.filename
    parts = PurePosixPath(name).parts
    led = name.startswith("/") or "\\" in name or ".." in parts
    if led or not parts or ":" in parts[0]:
        raise ParcelError(f"{name[:120]!r}: expected a path inside the zip")
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) and (found := _other(mode)):
        raise ParcelError(f"{name}: expected a plain file, got {found}")
    if entry.flag_bits & 1:
        raise ParcelError(f"{name}: expected a file without a password")


def _check_name(name: str) -> None:
    """Refuse a name that people could not read, or that lies too deep.

    Raises:
        ParcelError: says which.
    """
    if UNFIT.search(name) or set("\n\t") & set(name):
        raise ParcelError(f"{name[:120]!a}: expected a name that can be printed")
    if name.count("/") > MOST_DEEP:
        what = f"expected at most {MOST_DEEP} folders within each other"
        raise ParcelError(f"{name[:120]}…: {what}")


class _Room:
    """Takes files into a folder, up to what a parcel may hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = 0
        self.bytes = 0

    def take(self, name: str, data: IO[bytes], *, runs: bool) -> None:
        """Write one file.

        Raises:
            ParcelError: it is there already, or one too many or too large.
        """
        self.files += 1
        _check_name(name)
        if self.files > MOST_FILES:
            raise ParcelError(f"expected at most {MOST_FILES} files, got more")
        target = self.folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                while piece := data.read(1 << 20):
                    if piece.startswith(_POINTER):
                        raise ParcelError(
                            f"{name}: expected the file itself, got what Git LFS puts "
                            "in its place: take a folder into which it was fetched"
                        )
                    self.bytes += len(piece)
                    if self.bytes > MOST_BYTES:
                        size = f"{MOST_BYTES // 1024**2} MB"
                        raise ParcelError(f"{name}: expected at most {size} in all")
                    file.write(piece)
            target.chmod(0o755 if runs else 0o644)
        except (FileExistsError, NotADirectoryError):
            found = "this file once, got it twice"
            if not target.is_file():
                found = "a file or a folder, got both by one name"
            raise ParcelError(f"{name}: expected {found}") from None
        except OSError as error:
            raise ParcelError(
                f"{name[:120]}: expected a file to copy, got: {error.strerror or error}"
            ) from None
