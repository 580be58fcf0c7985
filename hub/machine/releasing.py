"""Releasing: the labs' versions written for the room, and labs proved, on this machine.

Both are done by `python -m hub.authoring`, since what reads notebooks takes seconds to
import.

Errors:
    ReleasingError: a lab cannot be released, or is not what its author says.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from hub.authoring.proof import ELSEWHERE
from hub.catalog import Lab
from hub.machine import accounts
from hub.machine.proving import NotHereError
from hub.settings import Settings
from hub.versions import Versions, VersionsError, numbers

_MOST = 200
"""Lines of what is wrong that are shown."""


class ReleasingError(Exception):
    """A lab cannot be released, or is not what its author says."""


def keep_versions(airlift: Settings, labs: Iterable[Lab]) -> None:
    """Write the versions of labs and give them to the room's account.

    Raises:
        ReleasingError: those that cannot be released; the others are written.
    """
    slugs = [lab.slug for lab in labs]
    airlift.versions_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.listdir(airlift.versions_dir)  # another user's installation is said by name
    places = (str(airlift.labs_dir), str(airlift.versions_dir))
    _run(airlift, "keep", *places, *slugs)
    accounts.give_versions(airlift)


def prove(airlift: Settings, lab: Lab, image: str = "") -> None:
    """Prove the cells of a lab; its checks stay as they are in the seats.

    Args:
        airlift: the installation.
        lab: the lab.
        image: id of the image to prove it in; "" proves it here.

    Raises:
        ReleasingError: it is not what its author says; has every finding.
        NotHereError: it runs only in its image.
    """
    _run(airlift, "prove", str(airlift.root), lab.slug, image)


def read_faults(airlift: Settings, slugs: Iterable[str]) -> None:
    """Read all files of labs.

    Raises:
        ReleasingError: everything that is wrong with any.
    """
    _run(airlift, "faults", str(airlift.labs_dir), *slugs)


def set_ids(airlift: Settings, slug: str) -> list[str]:
    """Set the ids of a lab's cells by their markers; return what was done.

    Raises:
        ReleasingError: it is no notebook.
    """
    return _run(airlift, "ids", str(airlift.labs_dir), slug).splitlines()


def make_manual(airlift: Settings, lab: Lab, out: Path, *flags: str) -> list[str]:
    """Write the handbook and the guide of a lab; return what was done.

    Args:
        airlift: for the labs.
        lab: the lab.
        out: the folder for the files.
        flags: of `airlift lab manual`, and `--image=` with an image's id.

    Raises:
        ReleasingError: it cannot be made, or captured outputs have drifted.
        NotHereError: its cells run only in its image.
    """
    place = str(out.absolute())
    done = _run(airlift, "manual", str(airlift.root), lab.slug, place, *flags)
    return done.splitlines()


def import_course(airlift: Settings, place: Path, slug: str, *, force: bool) -> str:
    """Make labs of what was written for nbgrader; return the report.

    Raises:
        ReleasingError: nothing can be taken in, or a lab of that name is there.
    """
    words = ["import", str(airlift.labs_dir), str(airlift.checkers_dir)]
    words += [str(place.absolute()), "--slug", slug]
    words += ["--force", str(airlift.state_dir / "written-over")] if force else []
    return _run(airlift, *words, program="hub.authoring.course").rstrip()


def export_course(airlift: Settings, slug: str, out: Path) -> str:
    """Write an imported lab as an nbgrader assignment; return what was written.

    Raises:
        ReleasingError: it is no imported lab, or another notebook is in its place.
    """
    words = ("export", str(airlift.labs_dir), slug, str(out.absolute()))
    return _run(airlift, *words, program="hub.authoring.course").rstrip()


def check_correction(lab: Lab, versions: Versions) -> None:
    """Check that a lab can take the place of the version that seats have.

    Raises:
        ReleasingError: no higher version, or other steps.
    """
    seated = versions.seated().get(lab.slug)
    if seated is None:
        raise ReleasingError(
            f"No seat has the lab {lab.slug} yet: `airlift up` brings it to them."
        )
    where = f"{lab.slug}/lab.toml: "
    if numbers(lab.version) <= numbers(seated):
        raise ReleasingError(
            f"{where}lab.version: expected more than {seated}, which the seats have, "
            f"got {lab.version}"
        )
    try:
        steps = versions.description(lab.slug, seated)["steps"]
        before = [str(step["id"]) for step in steps]
    except (VersionsError, KeyError, TypeError) as error:
        raise ReleasingError(str(error)) from None
    if before != list(lab.step_ids):
        raise ReleasingError(
            f"{where}steps: expected the ids of version {seated} ({', '.join(before)}) "
            f"so that nobody's progress is lost, got {', '.join(lab.step_ids)}"
        )


def _run(airlift: Settings, *words: str, program: str = "hub.authoring") -> str:
    """Run a tool of the authors; return what it says. Its complaints are the error."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", program, *words],
        cwd=airlift.root,
        env={**os.environ, **airlift.places},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        if done.returncode == ELSEWHERE:
            raise NotHereError("\n".join(lines))
        raise ReleasingError("\n".join(lines[-_MOST:]) or "the tool said nothing")
    return done.stdout
