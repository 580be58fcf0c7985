"""Proving, as a program: one lab of an installation is proved and its proof kept.

Errors:
    PlaceError: the lab cannot be run at that place; says what to do.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from hub.authoring.faults import faults
from hub.authoring.finding import Finding
from hub.authoring.kernel import KernelError
from hub.authoring.mistakes import MistakesError
from hub.authoring.places import own_image_folder
from hub.authoring.proof import PROOFS, Asked, Result, keep, refused
from hub.authoring.prove import packages, prove
from hub.authoring.release import ReleaseError
from hub.authoring.stand_places import Place, PlaceError, here, in_image
from hub.authoring.walk import Tell
from hub.catalog import Lab, LabError, load_lab
from hub.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
"""What a line of requirements begins with."""


def prove_and_keep(airlift: Settings, asked: Asked, tell: Tell) -> Path:
    """Prove a lab of this installation and keep the proof; returns its file.

    Whatever is wrong with the lab is in the proof. `tell` is told what is done now.

    Raises:
        PlaceError: it cannot be run there.
    """
    slug, folder = asked.slug, airlift.labs_dir / asked.slug
    try:
        lab = load_lab(folder)
        place = place_of(airlift, lab, asked.image)
        with tempfile.TemporaryDirectory(prefix="airlift-prove-") as temporary:
            proof = prove(
                lab,
                Path(temporary) / "stand",
                place=place,
                where=asked.where,
                image=own_image_folder(lab, airlift),
                mutants=asked.mutants,
                tell=tell,
            )
    except (LabError, MistakesError, ReleaseError) as error:
        found = faults(folder) or (Finding(slug, "files", str(error)),)
        proof = refused(slug, asked.where, Result("ids", findings=found))
    except KernelError as error:
        what = str(error).removeprefix(f"{slug}: ")
        found = (Finding(slug, "kernel", what),)
        proof = refused(slug, asked.where, Result("solution", findings=found))
    return keep(proof, airlift.state_dir / PROOFS)


def place_of(airlift: Settings, lab: Lab, image: str) -> Place:
    """Return where a lab is run: in an image, or with "" beside this program.

    Raises:
        PlaceError: it cannot be run beside this program.
    """
    if image:
        return in_image(airlift, image)
    if (airlift.image_folder(lab.image) / "services.toml").is_file():
        raise PlaceError(
            f"{lab.slug} needs the services of its image {lab.image}, so it runs only "
            "there."
        )
    needed = packages(lab)
    absent = [name for name in needed if find_spec(name) is None]
    if absent:
        raise PlaceError(
            f"{lab.slug} needs {', '.join(sorted(absent))}, which is not installed "
            "beside airlift: install it there, or let the lab run in its image."
        )
    unlisted = _unlisted(airlift, lab, needed)
    if unlisted:
        raise PlaceError(
            f"{lab.slug} needs {', '.join(unlisted)}, which is here, but which nothing "
            f"brings into its image {lab.seat_image}: name its package in "
            f"labs/{lab.slug}/requirements.txt."
        )
    return here


def _unlisted(airlift: Settings, lab: Lab, needed: Iterable[str]) -> list[str]:
    """Return the packages that are here, but not in the seats of a lab.

    What a Dockerfile of its image installs nobody can read, so then there is none.
    """
    folder, base = airlift.image_folder(lab.image), airlift.image_folder("base")
    lock, built = base / "requirements.lock", (folder / "Dockerfile").is_file()
    if (built and lab.image != "base") or not lock.is_file():
        return []
    lists = [lock]
    lists += [place / "requirements.txt" for place in (folder, lab.folder)]
    lines = [
        line
        for path in lists
        if path.is_file()
        for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    ]
    listed = {_distribution(found[0]) for line in lines if (found := _NAME.match(line))}
    waiting = list(listed)
    while waiting:  # what these bring with them
        with suppress(metadata.PackageNotFoundError):
            rows = metadata.requires(waiting.pop()) or ()
            plainly = (row for row in rows if "extra ==" not in row)
            names = (found[0] for row in plainly if (found := _NAME.match(row)))
            more = {_distribution(name) for name in names} - listed
            listed |= more
            waiting += more
    known = metadata.packages_distributions()
    return sorted(
        name
        for name in needed
        if not {_distribution(one) for one in known.get(name, ())} & listed
    )


def _distribution(name: str) -> str:
    """Return the name of a package as all who write it mean it."""
    return re.sub(r"[-_.]+", "-", name).lower()
