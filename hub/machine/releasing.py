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

from hub.catalog import Lab
from hub.machine import accounts
from hub.settings import Settings
from hub.versions import Versions, VersionsError, numbers


class ReleasingError(Exception):
    """A lab cannot be released, or is not what its author says."""


def keep_versions(airlift: Settings, labs: Iterable[Lab]) -> None:
    """Write the versions of labs and give them to the room's account.

    Raises:
        ReleasingError: one cannot be released; the others may be written.
    """
    slugs = [lab.slug for lab in labs]
    airlift.versions_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.listdir(airlift.versions_dir)  # another user's installation is said by name
    places = (str(airlift.labs_dir), str(airlift.versions_dir))
    _run(airlift, "keep", *places, *slugs)
    accounts.give_versions(airlift)


def prove(airlift: Settings, lab: Lab) -> None:
    """Prove the cells of a lab; its checks stay as they are in the seats.

    Raises:
        ReleasingError: it is not what its author says; has every finding.
    """
    _run(airlift, "prove", str(airlift.labs_dir), lab.slug)


def set_ids(airlift: Settings, lab: Lab) -> list[str]:
    """Set the ids of a lab's cells by their markers; return what was done.

    Raises:
        ReleasingError: it is no notebook.
    """
    return _run(airlift, "ids", str(airlift.labs_dir), lab.slug).splitlines()


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


def _run(airlift: Settings, *words: str) -> str:
    """Run a tool of the authors; return what it says. Its complaints are the error."""
    done = subprocess.run(
        [sys.executable, "-m", "hub.authoring", *words],
        cwd=airlift.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise ReleasingError("\n".join(lines[-30:]) or "the tool said nothing")
    return done.stdout
