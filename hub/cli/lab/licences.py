"""`airlift lab licences`: what labs come under, and what a use asks for."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from hub.authoring.licences.clearance import Clearance, clear, package_ledgers
from hub.authoring.licences.image import package_items, seat_packages
from hub.authoring.licences.policy import USES
from hub.authoring.licences.sheet import sheet
from hub.authoring.places import checker_file
from hub.authoring.printing import print_pdf
from hub.catalog import Lab, load_labs
from hub.cli.lab.named import NewFile, named_lab
from hub.cli.terminal import console, print_json
from hub.machine.installation import running_settings
from hub.settings import Settings

_WORDS = {
    "file": "of its files",
    "figure": "of its figures",
    "checker": "checker",
    "image": "files of its image",
    "python": "Python packages",
    "debian": "Debian packages",
    "page": "packages of pages",
}
"""What a number of items of a kind is called."""


@click.command()
@click.argument("slugs", metavar="SLUG…", nargs=-1)
@click.option(
    "--use",
    type=click.Choice(USES),
    default="teach",
    show_default=True,
    help="Teach with it at a venue, or hand it on in a kit, an image or a zip.",
)
@click.option("--in-image", is_flag=True, help="Read the packages of its image, too.")
@click.option(
    "--sheet",
    "paper",
    type=NewFile(),
    help="Write one page to print, .html or .pdf; of one lab.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def licences(
    slugs: tuple[str, ...], use: str, in_image: bool, paper: Path | None, as_json: bool
) -> None:
    """Say under which licences labs come, and what stands in the way of a use."""
    airlift = running_settings()
    labs = [named_lab(airlift, slug) for slug in slugs]
    labs = labs or list(load_labs(airlift.labs_dir).values())
    if paper and len(labs) != 1:
        raise click.ClickException("expected one lab for --sheet: name it")
    _read_ledgers(airlift, labs)
    found = [_clear(airlift, lab, use, in_image=in_image) for lab in labs]
    if paper:
        write_sheet(found[0], paper)
    if as_json:
        print_json([_described(item) for item in found])
    else:
        _tell(found)
    if any(item.findings for item in found):
        raise SystemExit(1)


def _read_ledgers(airlift: Settings, labs: Sequence[Lab]) -> None:
    """Read the ledgers of all labs first, so that all that is wrong is said at once."""
    images = [
        airlift.image_folder(name) for lab in labs for name in ("base", lab.image)
    ]
    package_ledgers(*(lab.folder for lab in labs), *images)


def _clear(airlift: Settings, lab: Lab, use: str, *, in_image: bool) -> Clearance:
    """Look at one lab, and with `in_image` at the packages of its image."""
    image = airlift.image_folder(lab.image)
    ledgers = package_ledgers(airlift.image_folder("base"), image, lab.folder)
    packages = package_items(seat_packages(airlift, lab), ledgers) if in_image else None
    return clear(
        lab,
        use,
        checker=checker_file(airlift, lab.slug),
        image=image,
        packages=packages,
    )


def write_sheet(found: Clearance, paper: Path) -> None:
    """Write the page to print, as PDF if the file's name says so."""
    text = sheet(found, f"{date.today():%d %B %Y}")
    if paper.suffix.lower() != ".pdf":
        paper.write_text(text, encoding="utf-8")
        return
    with tempfile.TemporaryDirectory(prefix="airlift-sheet-") as folder:
        page = Path(folder, "clearance.html")
        page.write_text(text, encoding="utf-8")
        print_pdf(page, paper)


def _tell(found: list[Clearance]) -> None:
    """Print each lab as a row, then what must be done and what stands in the way."""
    for item in found:
        kinds = Counter(_WORDS[thing.kind] for thing in item.items)
        said = ", ".join(f"{number} {words}" for words, number in kinds.items())
        console.print(
            f"{item.lab.slug} {item.lab.version}, to {item.use}: {said}.", markup=False
        )
        for say, names in item.duties():
            console.print(f"  {', '.join(names)}: {say}", markup=False)
        for said in item.chosen():
            console.print(f"  {said}", markup=False)
    open_ = [what for item in found for what in item.findings]
    for what in open_:
        console.print(what, markup=False)
    if not open_:
        console.print("Cleared: nothing stands in the way.")
    if not all(item.packages_read for item in found):
        console.print("The packages of the image were not read; --in-image does so.")


def _described(found: Clearance) -> dict[str, object]:
    """Return a clearance as JSON."""
    return {
        "lab": found.lab.slug,
        "version": found.lab.version,
        "use": found.use,
        "cleared": not found.findings,
        "packages_read": found.packages_read,
        "findings": list(found.findings),
        "licences": dict(found.counts()),
        "items": [
            {"kind": item.kind, "name": item.name, "version": item.version}
            | {"license": item.license, "keeps_to": list(item.keeps)}
            for item in found.items
        ],
    }
