"""What goes into a seat: the inputs, their hash, and the folders to build from."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from client import run_step
from hub import catalog
from hub.authoring.leavings import FOLDERS
from hub.catalog import Lab
from hub.settings import Settings

IMAGE = "base"
SOFTWARE = ("requirements.lock", "install.py")
"""What decides about the packages of a seat, below images/base."""
CONFIGURATION = ("singleuser.py", "etc")
"""What decides about its server and kernels there."""
BUILDING = ("Dockerfile", "apt-packages")
"""What only an image is made with, there."""
_RELEASE = "release_labs.py"


def software_files(root: Path) -> list[Path]:
    """Return the files that decide about a seat's packages."""
    return files(root / "images" / IMAGE / name for name in SOFTWARE)


def configuration_files(root: Path) -> list[Path]:
    """Return the files that decide about a seat's server and kernels."""
    return files(root / "images" / IMAGE / name for name in CONFIGURATION)


def library(settings: Settings) -> Path:
    """Return the folder of the packages hub and checkers: the checkout's, or ours."""
    root = settings.root
    return root if (root / "hub").is_dir() else Path(catalog.__file__).parents[1]


def own_files(settings: Settings, labs: Iterable[Lab]) -> list[Path]:
    """Return the files that decide about checkers, panel and released labs."""
    ours = library(settings)
    vendored = ours / "hub/room/static/vendor"  # the panel's, by a link there
    tools = [ours / "hub/authoring", ours / "hub/catalog.py"]
    tools.append(settings.software / "images" / _RELEASE)
    places = [ours / "checkers", vendored, *tools, *added_checkers(settings)]
    return files([*places, *(lab.folder for lab in labs)])


def added_checkers(settings: Settings) -> list[Path]:
    """Return the checkers that lie beside an installed Airlift, in the place's folder.

    In a checkout there are none: it is the package's own folder.
    """
    folder = settings.checkers_dir
    if folder.resolve() == (library(settings) / "checkers").resolve():
        return []
    return sorted(folder.glob("*.py"))


def files(places: Iterable[Path]) -> list[Path]:
    """Return all files below some places, in order."""
    found: list[Path] = []
    for place in places:
        if place.is_file():
            found.append(place)
        found += (
            Path(folder, name)
            for folder, _, names in os.walk(place)
            if not set(Path(folder).parts) & set(FOLDERS)
            for name in names
        )
    return sorted(found)


def fingerprint(settings: Settings, paths: Iterable[Path], *words: str) -> str:
    """Return a hash of files (place, contents, mode) and of some words."""
    total = hashlib.sha256()
    for word in words:
        total.update(f"{len(word)}:{word}".encode())
    for path in paths:
        data = path.read_bytes()
        runs = os.access(path, os.X_OK)
        name = _place(settings, path)
        total.update(f"{name}:{len(data)}:{runs}:".encode())
        total.update(data)
    return total.hexdigest()[:32]


def _place(settings: Settings, path: Path) -> str:
    """Return where a file lies, the same wherever labs, images and Airlift lie."""
    folders = {
        "labs": settings.labs_dir,
        "checkers": settings.checkers_dir,
        "images": settings.images_dir,
        ".": settings.software,
    }
    for kind, folder in folders.items():
        if path.is_relative_to(folder):
            return os.path.normpath(Path(kind, path.relative_to(folder)))
    return os.path.relpath(path, settings.root)


def gather(places: Iterable[Path], folder: Path) -> None:
    """Fill `folder` with what a stage is built from, each place by its name."""
    for place in places:
        if place.is_dir():
            _copy_tree(place, folder / place.name)
        else:
            shutil.copy(place, folder / place.name)
    readable(folder)


def gather_own(
    settings: Settings, labs: Sequence[Lab], folder: Path, logs: Path
) -> None:
    """Fill `folder` with checkers, the panel among them, and released labs.

    Raises:
        ClientError: a lab cannot be released.
    """
    _copy_tree(library(settings) / "checkers", folder / "checkers")
    for path in added_checkers(settings):
        shutil.copy(path, folder / "checkers" / path.name)
    (folder / "labs").mkdir()
    if labs:
        program = [sys.executable, str(Path(__file__).with_name(_RELEASE))]
        run_step(
            "Releasing the labs",
            [*program, str(folder / "labs"), *(str(lab.folder) for lab in labs)],
            logs / "release.log",
        )
    readable(folder)


def _copy_tree(source: Path, target: Path) -> None:
    """Copy a folder without what running it left there."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*FOLDERS))


def readable(folder: Path) -> None:
    """Let every user read what lies in the folder, whatever this user's umask."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_symlink():
            continue  # it may lead to a file that is not ours
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o644))
