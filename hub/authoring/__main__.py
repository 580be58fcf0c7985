"""What authors' tools do, as a program: `python -m hub.authoring keep|prove|release …`.

    faults LABS SLUG              say everything that is wrong with a lab's files
    ids LABS SLUG                 set the ids of its cells by their markers
    keep LABS VERSIONS [SLUG…]    write the labs' versions for the room
    prove LABS SLUG               say what is wrong with its cells, if anything
    release LABS OUT SLUG         write what a seat gets of a lab

A program of its own, since what reads notebooks takes seconds to import. Exit code 1:
the sentences on stderr say what is wrong.
"""

from __future__ import annotations

import ast
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from hub.authoring.faults import faults
from hub.authoring.ids import set_ids
from hub.authoring.kernel import KernelError
from hub.authoring.prove import prove_cells
from hub.authoring.release import ReleaseError, release, source_notebook
from hub.authoring.versions import write_version
from hub.catalog import Lab, LabError, load_lab, load_labs
from hub.versions import Versions


def keep(labs: Path, versions: Path, *slugs: str) -> list[str]:
    """Write the versions of labs, of all when none is named; returns what is wrong."""
    found = [load_lab(labs / slug) for slug in slugs] or load_labs(labs).values()
    for lab in found:
        write_version(lab, Versions(versions))
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


def packages(lab: Lab) -> set[str]:
    """Return the packages that a lab's cells import."""
    found: set[str] = set()
    for cell in source_notebook(lab).cells:
        try:
            tree = ast.parse(cell.source if cell.cell_type == "code" else "")
        except SyntaxError:
            continue  # a magic, or a cell that is to be mended
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


def main(words: list[str]) -> int:
    """Do what the command line says; returns the exit code."""
    try:
        if words[0] == "keep":
            said = keep(Path(words[1]), Path(words[2]), *words[3:])
        elif words[0] == "faults":
            said = [str(finding) for finding in faults(Path(words[1]) / words[2])]
        elif words[0] == "ids":
            said = []
            for done in set_ids(load_lab(Path(words[1]) / words[2])):
                print(done)  # noqa: T201 - what this program is for
        elif words[0] == "release":
            said = []
            release(load_lab(Path(words[1]) / words[3]), Path(words[2]))
        else:
            said = prove_lab(Path(words[1]), words[2])
    except (LabError, ReleaseError, KernelError, OSError) as error:
        said = [str(error)]
    for sentence in said:
        print(sentence, file=sys.stderr)  # noqa: T201 - what this program is for
    return 1 if said else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
