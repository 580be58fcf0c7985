"""What authors' tools do, as a program: `python -m hub.authoring keep|prove|release …`.

    faults LABS SLUG…             say everything that is wrong with the labs' files
    ids LABS SLUG                 set the ids of its cells by their markers
    keep LABS VERSIONS [SLUG…]    write the labs' versions for the room
    manual ROOT SLUG OUT [FLAG…]  write handbook and guide of a lab
    proof ROOT SLUG IMAGE N       prove it in every way and keep the proof
    prove ROOT SLUG [IMAGE]       say what is wrong with its cells, if anything
    release LABS OUT SLUG         write what a seat gets of a lab
    renew LABS OUT SLUG           the same, but first say what is wrong with any file

A program of its own, since what reads notebooks takes seconds to import. Exit code 1:
the sentences on stderr say what is wrong. Exit code 3: the lab runs only in its image.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hub.authoring.faults import faults
from hub.authoring.ids import set_ids
from hub.authoring.kernel import KernelError
from hub.authoring.manual import ManualError, manual
from hub.authoring.mistakes import MistakesError
from hub.authoring.printing import PrintingError
from hub.authoring.proof import ELSEWHERE, Asked, proved
from hub.authoring.prove import prove_cells
from hub.authoring.proving import place_of, prove_and_keep
from hub.authoring.release import ReleaseError, release
from hub.authoring.stand_places import PlaceError
from hub.authoring.versions import write_version
from hub.catalog import LabError, load_lab, load_labs
from hub.settings import settings
from hub.versions import Versions


def keep(labs: str, versions: str, *slugs: str) -> list[str]:
    """Write the versions of labs, of all when none is named; returns what is wrong.

    Proofs lie beside the versions, and images where this place has them.
    """
    folder, kept = Path(labs), Path(versions)
    airlift = replace(settings(Path.cwd()), labs=folder, state=kept.parent)
    found = [load_lab(folder / slug) for slug in slugs] or load_labs(folder).values()
    wrong = []
    for lab in found:
        try:
            write_version(lab, Versions(kept), proved(lab, airlift))
        except ReleaseError as error:
            wrong.append(str(error))
    return wrong


def read_faults(labs: str, *slugs: str) -> list[str]:
    """Return everything that is wrong with the files of labs."""
    return [str(found) for slug in slugs for found in faults(Path(labs) / slug)]


def release_lab(labs: str, out: str, slug: str) -> list[str]:
    """Write what a seat gets of a lab; returns what is wrong."""
    release(load_lab(Path(labs) / slug), Path(out))
    return []


def renew_lab(labs: str, out: str, slug: str) -> list[str]:
    """Write what a seat gets of a lab whose files are all well; else what is wrong."""
    return read_faults(labs, slug) or release_lab(labs, out, slug)


def name_cells(labs: str, slug: str) -> list[str]:
    """Set the ids of a lab's cells by their markers; returns what was done."""
    return list(set_ids(Path(labs) / slug))


def prove_lab(root: str, slug: str, image: str = "") -> list[str]:
    """Prove the cells of a lab, in an image or with "" here; returns what is wrong."""
    airlift = settings(Path(root))
    lab = load_lab(airlift.labs_dir / slug)
    place = place_of(airlift, lab, image)
    with tempfile.TemporaryDirectory(prefix="airlift-prove-") as folder:
        found = prove_cells(lab, Path(folder) / "stand", place)
    return [str(finding) for finding in found]


def prove_whole(root: str, *words: str) -> list[str]:
    """Prove a lab in every way and keep the proof, which says what is wrong."""
    prove_and_keep(settings(Path(root)), Asked.of(*words), _say)
    return []


def _say(sentence: str) -> None:
    """Say what is done now."""
    print(sentence, flush=True)  # noqa: T201 - read by `hub.machine.proving`


COMPLAINING: dict[str, Callable[..., list[str]]] = {
    "faults": read_faults,
    "keep": keep,
    "proof": prove_whole,
    "prove": prove_lab,
    "release": release_lab,
    "renew": renew_lab,
}
"""Verbs that return what is wrong."""
TELLING: dict[str, Callable[..., list[str]]] = {"ids": name_cells, "manual": manual}
"""Verbs that return what they did."""
ERRORS = (
    *(LabError, ReleaseError, MistakesError, ManualError, PrintingError),
    *(KernelError, PlaceError, OSError),
)


def main(words: list[str]) -> int:
    """Do what the command line says; returns the exit code."""
    verb, *rest = words
    try:
        if verb in TELLING:
            for sentence in TELLING[verb](*rest):
                print(sentence)  # noqa: T201 - what this program is for
            return 0
        wrong = COMPLAINING[verb](*rest)
    except ERRORS as error:
        _complain([str(error)])
        return ELSEWHERE if isinstance(error, PlaceError) else 1
    _complain(wrong)
    return 1 if wrong else 0


def _complain(wrong: list[str]) -> None:
    """Say what is wrong."""
    for sentence in wrong:
        print(sentence, file=sys.stderr)  # noqa: T201 - what this program is for


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
