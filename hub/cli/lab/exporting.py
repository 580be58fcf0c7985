"""`airlift lab export`: an imported lab given back to nbgrader."""

from __future__ import annotations

from pathlib import Path

import click

from hub.cli.lab.named import named_lab
from hub.cli.terminal import console
from hub.machine import releasing
from hub.machine.installation import chosen_settings


@click.command("export")
@click.argument("slug")
@click.option(
    "--nbgrader",
    "out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder of the course; its other assignments stay.",
)
def export_course(slug: str, out: Path) -> None:
    """Write an imported lab as an nbgrader assignment, hidden tests included."""
    airlift = chosen_settings()
    named_lab(airlift, slug)
    said = releasing.export_course(airlift, slug, out.absolute())
    console.print(said, markup=False, highlight=False)
