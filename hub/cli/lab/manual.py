"""`airlift lab manual`: attendee handbook and presenter guide, to print."""

from __future__ import annotations

from pathlib import Path

import click

from hub.cli.lab.images import built_image, here_or_in_image
from hub.cli.lab.named import named_lab
from hub.cli.terminal import Terminal, console
from hub.engine import BASE
from hub.machine import releasing
from hub.machine.installation import running_settings


@click.command()
@click.argument("slug")
@click.option("--large", is_flag=True, help="The handbook in large print as well.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="manuals",
    show_default=True,
    help="Folder for the files.",
)
@click.option("--accept", is_flag=True, help="Keep what the cells show now.")
@click.option("--no-run", is_flag=True, help="Print what was captured; run nothing.")
def manual(slug: str, large: bool, out: Path, accept: bool, no_run: bool) -> None:
    """Write the attendee handbook and the presenter guide of a lab, HTML and PDF.

    The cells run beside airlift, or in the lab's image where it has one of its own or
    needs a package that is not installed here.
    """
    if accept and no_run:
        raise click.ClickException(
            "--accept keeps what a run shows: leave out --no-run."
        )
    airlift, teller = running_settings(), Terminal()
    lab = named_lab(airlift, slug)
    asked = {"--large": large, "--accept": accept, "--no-run": no_run}
    flags = [flag for flag, wanted in asked.items() if wanted]

    def run(image: str) -> list[str]:
        """Make it with the cells run in an image, or with "" here."""
        place = [f"--image={image}"] if image else []
        with teller.step(f"The manual of {slug}"):
            return releasing.make_manual(airlift, lab, out, *flags, *place)

    if not no_run and lab.seat_image != BASE:
        done = run(built_image(airlift, slug, teller))
    else:
        done = here_or_in_image(run, airlift, slug, teller)
    for sentence in done:
        console.print(sentence, markup=False)
