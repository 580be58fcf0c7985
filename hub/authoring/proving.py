"""Proving, as a program: one lab of an installation is proved and its proof kept.

Errors:
    PlaceError: the lab cannot be run at that place; says what to do.
"""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path

from hub.authoring.faults import faults
from hub.authoring.finding import Finding
from hub.authoring.kernel import KernelError
from hub.authoring.mistakes import MistakesError
from hub.authoring.places import own_image
from hub.authoring.proof import PROOFS, Asked, Result, keep, refused
from hub.authoring.prove import packages, prove
from hub.authoring.release import ReleaseError
from hub.authoring.stand_places import Place, PlaceError, here, in_image
from hub.authoring.walk import Tell
from hub.catalog import Lab, LabError, load_lab
from hub.settings import Settings


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
                image=own_image(lab, airlift),
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
    absent = [name for name in packages(lab) if find_spec(name) is None]
    if absent:
        raise PlaceError(
            f"{lab.slug} needs {', '.join(sorted(absent))}, which is not installed "
            "beside airlift: install it there, or let the lab run in its image."
        )
    return here
