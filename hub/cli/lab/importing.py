"""`airlift lab import`: a course of nbgrader becomes labs."""

from __future__ import annotations

from pathlib import Path

import click

from hub.cli.terminal import Terminal, console
from hub.machine import releasing
from hub.machine.installation import chosen_settings


@click.command("import")
@click.argument("place", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--slug", default="", help="Name of the lab; made from names if left out."
)
@click.option(
    "--force",
    is_flag=True,
    help="Write over labs of the same name; what you wrote in them stays.",
)
def import_course(place: Path, slug: str, force: bool) -> None:
    """Make labs of an nbgrader notebook, assignment or course, and try them.

    Says cell by cell what could not be taken in, and how many steps prove.
    """
    airlift = chosen_settings()
    with Terminal().step(f"Importing {place.name}, running its cells"):
        said = releasing.import_course(airlift, place, slug, force=force)
    console.print(said, markup=False, highlight=False)
