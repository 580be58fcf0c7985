"""`airlift lab pack`: a lab as one zip, for other groups."""

from __future__ import annotations

from pathlib import Path

import click

from hub.authoring.adding import checker_of
from hub.authoring.licences.clearance import clear
from hub.authoring.packing import contents, write_pack
from hub.authoring.parcels import ParcelError
from hub.authoring.places import own_image_folder
from hub.authoring.proof import PROOFS, proved
from hub.cli.lab.named import NewFile, named_lab
from hub.cli.terminal import console
from hub.machine.installation import running_settings


@click.command()
@click.argument("slug")
@click.option(
    "--out",
    type=NewFile(dir_okay=True),
    default=Path(),
    help="File or folder to write it to; the present folder if left out.",
)
def pack(slug: str, out: Path) -> None:
    """Write a lab with its checker, image and licences into one zip."""
    airlift = running_settings()
    found = named_lab(airlift, slug)
    checker, image = checker_of(found, airlift), own_image_folder(found, airlift)
    held = clear(
        found,
        "redistribute",
        checker=checker,
        image=image or airlift.image_folder(found.image),
    )
    if held.findings:
        raise ParcelError("\n".join(held.findings))
    kept = airlift.state_dir / PROOFS / f"{slug}.json"
    there = kept if proved(found, airlift) else None
    files = contents(found, checker, image, there)
    path = out / f"{slug}-{found.version}.zip" if out.is_dir() else out
    write_pack(found, files, path)
    said = "with its proof" if there else "not proved as it is now (airlift lab prove)"
    console.print(f"{path} holds {slug} {found.version}, {said}.", markup=False)
    for say, names in held.duties():
        console.print(f"  {', '.join(names)}: {say}", markup=False)
