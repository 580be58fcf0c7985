"""The manual of a lab: attendee handbook and presenter guide, as HTML and PDF.

``<out>/<slug>-handbook.{html,pdf}``, ``<slug>-handbook-large.…`` in large print when
asked for, and ``<slug>-guide.…``.

Errors:
    ManualError: captured outputs have drifted, or a page cannot be made; has a line for
        each thing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hub.authoring.captured import CapturedError, accept, drift, run_source
from hub.authoring.formulas import FormulaError
from hub.authoring.guide import guide
from hub.authoring.handbook import handbook
from hub.authoring.mistakes import load_mistakes
from hub.authoring.notebook import code_cells
from hub.authoring.printing import NoBrowserError, print_pdf
from hub.authoring.proving import place_of
from hub.authoring.release import attendee_version, source_notebook, whole_notebook
from hub.authoring.stand_places import Place, here
from hub.authoring.verdicts import Verdicts, verdicts
from hub.catalog import Lab, load_lab
from hub.settings import settings
from hub.tables import text_of


class ManualError(ValueError):
    """A manual cannot be made."""


def manual(root: str, slug: str, out: str, *flags: str) -> list[str]:
    """Make the manual of a lab; returns what was done, a sentence each.

    Args:
        root: of the installation that has the lab.
        slug: which one.
        out: the folder for the files.
        flags: `--large`, `--accept`, `--no-run`, see `airlift lab manual`; and
            `--image=` with the id of the image to run it in.

    Raises:
        ManualError, ReleaseError, MistakesError, KernelError, PrintingError, LabError
        PlaceError: it runs only in its image.
    """
    airlift = settings(Path(root))
    lab = load_lab(airlift.labs_dir / slug)
    image = next((flag[8:] for flag in flags if flag.startswith("--image=")), "")
    said = []
    if "--no-run" not in flags:
        place = place_of(airlift, lab, image)
        said.append(check_outputs(lab, place, take="--accept" in flags))
    written, why_no_pdf = write_manual(lab, Path(out), large="--large" in flags)
    return [*said, *map(str, written), *([why_no_pdf] if why_no_pdf else [])]


def check_outputs(lab: Lab, place: Place = here, *, take: bool) -> str:
    """Run the source and compare what it shows; returns what was done, in a sentence.

    Args:
        lab: the lab.
        place: where it runs.
        take: whether to keep what differs instead of refusing it.

    Raises:
        ManualError: outputs differ and are not to be taken, or a cell raised.
        ReleaseError, KernelError, PlaceError: the source cannot be run.
    """
    with tempfile.TemporaryDirectory(prefix="airlift-manual-") as folder:
        try:
            fresh = run_source(lab, Path(folder), place)
        except CapturedError as error:
            raise ManualError(str(error)) from None
    if take:
        cells = accept(lab, fresh)
        return f"{lab.slug}: took the outputs of {cells} cells into lab.ipynb."
    if found := drift(lab, fresh):
        raise ManualError(
            "\n".join(str(finding) for finding in found)
            + f"\nLook at the cells; if they are right, keep what they show: "
            f"airlift lab manual {lab.slug} --accept"
        )
    cells = sum(bool(cell.outputs) for cell in code_cells(fresh))
    return f"{lab.slug}: the captured outputs of {cells} cells are still true."


def write_manual(lab: Lab, out: Path, *, large: bool) -> tuple[list[Path], str]:
    """Write handbook and guide; returns the files, and why there is no PDF if so.

    Args:
        lab: the lab.
        out: the folder for the files; it is made.
        large: whether to write the handbook in large print as well.

    Raises:
        ManualError: a page cannot be made.
        ReleaseError, MistakesError: a file of the lab cannot be used.
        PrintingError: chromium is there and made no PDF.
        OSError: `out` cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = []
    try:
        for name, page in _pages(lab, large=large):
            path = out / f"{lab.slug}-{name}.html"
            path.write_text(page, encoding="utf-8", newline="\n")
            written.append(path)
    except FormulaError as error:
        raise ManualError(f"{lab.slug}: {error}") from None
    try:
        return written + [_printed(page) for page in tuple(written)], ""
    except NoBrowserError as error:
        return written, str(error)


def _printed(page: Path) -> Path:
    """Print a page beside itself; returns the PDF."""
    pdf = page.with_suffix(".pdf")
    print_pdf(page, pdf)
    return pdf


def _pages(lab: Lab, *, large: bool) -> Iterator[tuple[str, str]]:
    """Yield the pages by name."""
    released, source = attendee_version(lab), source_notebook(lab)
    yield "handbook", handbook(lab, released, source)
    if large:
        yield "handbook-large", handbook(lab, released, source, large=True)
    whole: Any = whole_notebook(lab)
    yield "guide", guide(lab, whole, load_mistakes(lab), _verdicts(lab))


def _verdicts(lab: Lab) -> dict[str, Verdicts]:
    """Return what a lab's checker can say; nothing without one."""
    found = find_spec(f"checkers.{lab.slug}")
    if found is None or found.origin is None:
        return {}
    return verdicts(text_of(Path(found.origin)))
