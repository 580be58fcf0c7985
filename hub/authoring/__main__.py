"""What authors' tools do, as a program: `python -m hub.authoring keep|prove|release …`.

    faults LABS SLUG              say everything that is wrong with a lab's files
    ids LABS SLUG                 set the ids of its cells by their markers
    keep LABS VERSIONS [SLUG…]    write the labs' versions for the room
    proof ROOT SLUG [IMAGE [N]]   prove it in every way and keep the proof
    prove LABS SLUG               say what is wrong with its cells, if anything
    release LABS OUT SLUG         write what a seat gets of a lab

A program of its own, since what reads notebooks takes seconds to import. Exit code 1:
the sentences on stderr say what is wrong.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from hub.authoring.faults import faults
from hub.authoring.ids import set_ids
from hub.authoring.kernel import KernelError
from hub.authoring.proof import PROOFS, proved
from hub.authoring.prove import packages, prove_cells
from hub.authoring.proving import asked, prove_and_keep
from hub.authoring.release import ReleaseError, release
from hub.authoring.stand_places import PlaceError
from hub.authoring.versions import write_version
from hub.catalog import LabError, load_lab, load_labs
from hub.settings import settings
from hub.versions import Versions


def keep(labs: Path, versions: Path, *slugs: str) -> list[str]:
    """Write the versions of labs, of all when none is named; returns what is wrong."""
    found = [load_lab(labs / slug) for slug in slugs] or load_labs(labs).values()
    for lab in found:
        write_version(lab, Versions(versions), proved(lab, versions.parent / PROOFS))
    return []


def prove_lab(labs: Path, slug: str) -> list[str]:
    """Prove the cells of a lab; returns what is wrong."""
    lab = load_lab(labs / slug)
    absent = [name for name in packages(lab) if find_spec(name) is None]
    if absent:
        missing = ", ".join(sorted(absent))
        return [
            f"{slug} needs {missing} to be proved, which is not installed beside "
            "airlift. Prove the lab where it is, then go on with --no-prove."
        ]
    with tempfile.TemporaryDirectory(prefix="airlift-prove-") as folder:
        return [str(finding) for finding in prove_cells(lab, Path(folder))]


def _say(sentence: str) -> None:
    """Say what is done now."""
    print(sentence, flush=True)  # noqa: T201 - read by `hub.machine.proving`


def main(words: list[str]) -> int:
    """Do what the command line says; returns the exit code."""
    verb, first, *rest = words
    try:
        said = _VERBS[verb](Path(first), *rest)
    except (LabError, ReleaseError, KernelError, PlaceError, OSError) as error:
        said = [str(error)]
    for sentence in said:
        print(sentence, file=sys.stderr)  # noqa: T201 - what this program is for
    return 1 if said else 0


def _faults(labs: Path, slug: str) -> list[str]:
    """Say everything that is wrong with a lab's files."""
    return [str(finding) for finding in faults(labs / slug)]


def _ids(labs: Path, slug: str) -> list[str]:
    """Set ids and say what was done."""
    for done in set_ids(load_lab(labs / slug)):
        _say(done)
    return []


def _proof(root: Path, *words: str) -> list[str]:
    """Prove a lab in every way."""
    prove_and_keep(settings(root), *asked(*words), tell=_say)
    return []


def _release(labs: Path, out: str, slug: str) -> list[str]:
    """Write what a seat gets of a lab."""
    release(load_lab(labs / slug), Path(out))
    return []


_VERBS: dict[str, Callable[..., list[str]]] = {
    "faults": _faults,
    "ids": _ids,
    "keep": lambda labs, versions, *slugs: keep(labs, Path(versions), *slugs),
    "proof": _proof,
    "prove": prove_lab,
    "release": _release,
}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
