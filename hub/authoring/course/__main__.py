"""What `airlift lab import` and `export` run: `python -m hub.authoring.course …`.

    import LABS CHECKERS PLACE [--slug NAME] [--force FOLDER]
    export LABS SLUG OUT

With --force, labs of the same name are written over, and kept in FOLDER as they were.
A program of its own, since what reads notebooks takes seconds to import, and cells of
courses run in its kernels. Exit code 1: the sentence on stderr says what is wrong.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hub.authoring.course.exporting import give_back
from hub.authoring.course.importing import take_in
from hub.authoring.course.notes import CourseError
from hub.authoring.release import ReleaseError
from hub.catalog import LabError, load_lab


def _arguments() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m hub.authoring.course")
    verbs = parser.add_subparsers(dest="verb", required=True)
    taking = verbs.add_parser("import")
    for name in ("labs", "checkers", "place"):
        taking.add_argument(name, type=Path)
    taking.add_argument("--slug", default="")
    taking.add_argument("--force", type=Path)
    giving = verbs.add_parser("export")
    giving.add_argument("labs", type=Path)
    giving.add_argument("slug")
    giving.add_argument("out", type=Path)
    return parser


def main(words: list[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    asked = _arguments().parse_args(words)
    try:
        if asked.verb == "import":
            said = take_in(
                asked.place, asked.labs, asked.checkers, asked.slug, over=asked.force
            )
        else:
            said = "\n".join(give_back(load_lab(asked.labs / asked.slug), asked.out))
    except (CourseError, LabError, ReleaseError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - what this program is for
        return 1
    print(said)  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
