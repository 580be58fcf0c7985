"""The checker of the lab @slug@: one function a step, named like it.

A check looks at the attendee's work and decides. The first `fail` ends it; returning
passes it, and what it returns is shown. These are run again and again while somebody
works, so they are quick and change nothing. Work out what is right from the lab's own
files rather than writing it down twice.
"""

from __future__ import annotations

from checkers import Work, check, fail


@check("make-folder")
def make_folder(work: Work) -> None:
    """There is a folder `report` in the lab's folder."""
    folder = work.folder / "report"
    if folder.is_dir():
        return
    if folder.exists():
        fail("file-not-folder", "`report` is a file. Remove it, then make a folder.")
    for other in work.folder.iterdir():
        if other.is_dir() and other.name.casefold().startswith("report"):
            fail(
                "other-name", f"There is a folder `{other.name}`; it should be report."
            )
    fail("no-folder", "There is no folder `report` in the lab's folder yet.")


@check("find-errors")
def find_errors(work: Work) -> str:
    """The lines with ERROR are in report/errors.txt, as they are, in their order."""
    expected = [line for line in _lines(work, "data/server.log") if "ERROR" in line]
    # No such file, or far too large: failed, with a standard hint.
    found = _lines(work, "report/errors.txt")
    missing = [line for line in expected if line not in found]
    if missing:
        fail(
            "lines-missing",
            f"{len(missing)} of the {len(expected)} lines with ERROR are not in "
            "report/errors.txt as they are in the log.",
        )
    if len(found) > len(expected):
        fail(
            "lines-added",
            f"report/errors.txt has {len(found)} lines. Expected {len(expected)}: "
            "each line with ERROR in capital letters, once.",
        )
    if found != expected:
        fail("other-order", "All lines are there. Leave them in the order of the log.")
    return f"{len(found)} errors."


def _lines(work: Work, path: str) -> list[str]:
    """Return the lines of a text file."""
    return work.file(path).read_text(encoding="utf-8", errors="replace").splitlines()
