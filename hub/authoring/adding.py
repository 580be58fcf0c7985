"""Adding: another group's lab is looked at, laid aside to be proved, then put in place.

Labs go to ``<root>/labs/<slug>``, checkers to ``<root>/checkers/<slug>.py``, images to
``<root>/images/<name>``. Until then no room sees them, and what is replaced stays.

Errors:
    ParcelError: says what was expected of the parcel.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hub.authoring.leavings import written_in
from hub.authoring.licences.clearance import clear, package_ledgers
from hub.authoring.licences.image import package_items
from hub.authoring.packing import check_manifest, digest
from hub.authoring.parcels import ParcelError
from hub.authoring.places import checker_file, package_folder
from hub.authoring.proof import PROOFS
from hub.authoring.swapping import swap
from hub.catalog import Lab, images_clash, load_lab, packages_of
from hub.settings import Settings

_IMAGE = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_OWN_PARTS = 2
"""Folder and checker; an image is one more."""
_CHECKS = re.compile(r"^@check\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A lab that has come: where it lies now, and where its parts are to lie.

    Args:
        lab: as it is in the parcel.
        moves: (from, to) of the folder, the checker and perhaps the image.
        said: sentences for the organiser.
    """

    lab: Lab
    moves: tuple[tuple[Path, Path], ...]
    said: tuple[str, ...]


def arrivals(parcel: Path, airlift: Settings, only: Sequence[str]) -> list[Arrival]:
    """Look at the labs of an unpacked parcel, or at those named in `only`.

    Raises:
        ParcelError: a part is missing, or is not what the manifest says.
        LabError: a lab.toml cannot be used.
    """
    names = [
        path.relative_to(parcel).as_posix()
        for path in sorted(parcel.rglob("*"))
        if path.is_file()
    ]
    check_manifest(parcel, names)
    there = sorted(path.parent for path in parcel.glob("labs/*/lab.toml"))
    slugs = [folder.name for folder in there]
    for slug in only:
        if slug not in slugs:
            known = ", ".join(slugs) or "none"
            raise ParcelError(f"expected the lab {slug}, the source has {known}")
    if not there:
        raise ParcelError("expected labs/<slug>/lab.toml, found no lab")
    return [
        _arrival(parcel, folder, airlift)
        for folder in there
        if not only or folder.name in only
    ]


def _arrival(parcel: Path, folder: Path, airlift: Settings) -> Arrival:
    """Look at one lab."""
    lab, checker = load_lab(folder), parcel / "checkers" / f"{folder.name}.py"
    slug = lab.slug
    if not checker.is_file():
        raise ParcelError(f"{slug}: expected its checker at checkers/{slug}.py")
    if _of_airlift(slug):
        raise ParcelError(f"{slug}: expected another name, checkers has a part by it")
    if not _IMAGE.fullmatch(lab.image):
        raise ParcelError(f"{slug}: lab.image: expected a name, got {lab.image!r}")
    images = (airlift.image_folder(slug), parcel / "images" / slug)
    if clash := images_clash(lab, *images):
        raise ParcelError(f"{slug}: {clash}")
    moves = [
        (lab.folder, airlift.labs_dir / slug),
        (checker, airlift.checkers_dir / checker.name),
    ]
    image, said = _image(parcel / "images" / lab.image, lab, airlift)
    return Arrival(lab, (*moves, *image), (*said, *_packages(lab, image)))


def _packages(lab: Lab, image: Sequence[tuple[Path, Path]]) -> Iterator[str]:
    """Say which packages come with a lab and the image that it brings, if any."""
    for folder in (lab.folder, *(source for source, _ in image)):
        for path in packages_of(folder):
            yield (
                f"What {folder.parent.name}/{folder.name}/{path.name} names is "
                "installed as root while an image is built here, and can run programs "
                "then, which can read this machine's settings of pip and apt."
            )


def _of_airlift(slug: str) -> bool:
    """Say whether a name is a part of the package that checks nothing by itself."""
    module = package_folder() / f"{slug}.py"
    if module.is_file():
        # at the beginning of a line: a docstring shows it further in
        return not _CHECKS.search(module.read_text(encoding="utf-8"))
    return (package_folder() / slug).is_dir()


def _image(
    brought: Path, lab: Lab, airlift: Settings
) -> tuple[list[tuple[Path, Path]], tuple[str, ...]]:
    """Return the image to put in place, if any, and what to say of it.

    The base, and what an installed Airlift brings along, are never replaced.
    """
    if lab.image == "base":
        return [], ()
    ours = airlift.software / "images" / lab.image
    here = airlift.image_folder(lab.image)
    if not brought.is_dir():
        if here.is_dir():
            return [], ()
        raise ParcelError(
            f"{lab.slug}: expected its image at images/{lab.image}, neither the source "
            "nor this place has one"
        )
    if here.is_dir() and _same(brought, here):
        return [], ()
    if ours.is_dir() and ours == here and airlift.software != airlift.root:
        said = f"{lab.slug} brings another image {lab.image}: Airlift's own is used."
        return [], (said,)
    if lab.image != lab.slug and packages_of(airlift.labs_dir / lab.image):
        raise ParcelError(
            f"{lab.slug}: expected another name of its image, the lab {lab.image} here "
            "brings packages under that name"
        )
    said = (
        f"Its image {lab.image} is built here, as its Dockerfile says: with commands "
        "that run as root in the build, reach what this machine reaches, and can read "
        "its apt sources and proxies, with passwords that stand in them."
    )
    return [(brought, airlift.images_dir / lab.image)], (said,)


def _same(one: Path, other: Path) -> bool:
    """Say whether two folders hold the same files."""
    names = written_in(one)
    return names == written_in(other) and all(
        digest(one / name) == digest(other / name) for name in names
    )


def check(arrival: Arrival, airlift: Settings, *, replace: bool) -> None:
    """Check that a lab may come in: no other is in its place, and it has licences.

    Raises:
        ParcelError: something is there already, or licences stand in the way.
    """
    if not replace:
        _check_free(arrival)
    sources = {place: source for source, place in arrival.moves}
    here = airlift.images_dir / arrival.lab.image
    found = clear(
        arrival.lab,
        "teach",
        checker=arrival.moves[1][0],
        image=sources.get(here, airlift.image_folder(arrival.lab.image)),
    )
    if found.findings:
        raise ParcelError("\n".join(found.findings))


def _check_free(arrival: Arrival) -> None:
    """Check that nothing is in a lab's places, and no lab of Airlift's has its name.

    Raises:
        ParcelError: names what is there.
    """
    taken = [place for _, place in arrival.moves if place.exists()]
    slug = arrival.lab.slug
    if taken:
        names = ", ".join(f"{place.parent.name}/{place.name}" for place in taken)
        raise ParcelError(
            f"{names}: there already. --replace puts the new one in its place"
        )
    if (package_folder() / f"{slug}.py").is_file():
        raise ParcelError(
            f"{slug}: a lab of Airlift's own has this name and would get the new one's "
            "checks: give it another, or --replace puts it in that one's place"
        )


def brings_packages(arrival: Arrival) -> bool:
    """Say whether a lab's seats have more than those of a lab that is here."""
    return bool(packages_of(arrival.lab.folder)) or len(arrival.moves) > _OWN_PARTS


def check_packages(
    arrival: Arrival, there: Settings, packages: Sequence[dict[str, Any]]
) -> None:
    """Check that the packages of a lab's image may be taught with.

    Args:
        arrival: the lab.
        there: where it lies aside.
        packages: as `hub.authoring.licences.image` reads them.

    Raises:
        ParcelError: some may not, or nobody knows their licences; names each.
    """
    lab, image = arrival.lab, there.image_folder(arrival.lab.image)
    ledgers = package_ledgers(there.image_folder("base"), image, lab.folder)
    found = clear(
        lab,
        "teach",
        checker=arrival.moves[1][0],
        image=image,
        packages=package_items(packages, ledgers),
    )
    if found.findings:
        raise ParcelError("\n".join(found.findings))


@contextmanager
def aside(arrivals: Sequence[Arrival], airlift: Settings) -> Iterator[Settings]:
    """Lay labs out where no room sees them, to be proved; yields that place.

    Its images are those of here, with what the labs bring in their place.
    """
    airlift.state_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="arriving-", dir=airlift.state_dir) as root:
        there = replace(
            airlift,
            state=Path(root, "state"),
            labs=Path(root, "labs"),
            checkers=Path(root, "checkers"),
            images=Path(root, "images"),
        )
        for folder in (there.labs_dir, there.checkers_dir, there.images_dir):
            folder.mkdir()
        for source, place in _moves(arrivals):
            _copy(source, _in(there, airlift, place))
        for image in airlift.images_dir.glob("*/"):
            if not (there.images_dir / image.name).exists():
                (there.images_dir / image.name).symlink_to(image)
        yield there


def _moves(arrivals: Sequence[Arrival]) -> list[tuple[Path, Path]]:
    """Return (from, to) of every part; labs may share an image."""
    return list(dict.fromkeys(move for one in arrivals for move in one.moves))


def _in(there: Settings, airlift: Settings, place: Path) -> Path:
    """Return where a part of this place lies in another one."""
    folders = {
        airlift.labs_dir: there.labs_dir,
        airlift.checkers_dir: there.checkers_dir,
        airlift.images_dir: there.images_dir,
    }
    return folders[place.parent] / place.name


def put_in_place(
    arrivals: Sequence[Arrival], airlift: Settings, there: Settings
) -> None:
    """Put labs that lie aside into their places, with their proofs."""
    moves = [(_in(there, airlift, place), place) for _, place in _moves(arrivals)]
    for proof in (there.state_dir / PROOFS).glob("*.json"):
        moves.append((proof, airlift.state_dir / PROOFS / proof.name))
    swap(moves, airlift)


def _copy(source: Path, place: Path) -> None:
    """Copy a file or a folder, readable by all."""
    if source.is_file():
        shutil.copyfile(source, place)
        place.chmod(0o755 if os.access(source, os.X_OK) else 0o644)
        return
    place.mkdir()
    place.chmod(0o755)
    for path in sorted(source.iterdir()):
        _copy(path, place / path.name)


def checker_of(lab: Lab, airlift: Settings) -> Path:
    """Return the module of a lab's checker.

    Raises:
        ParcelError: there is none.
    """
    found = checker_file(airlift, lab.slug)
    if found is None:
        raise ParcelError(f"{lab.slug}: expected its checker, there is none")
    return found
