"""`airlift lab preview`: what attendees see, renewed whenever the author saves."""

from __future__ import annotations

import sys

import click

from hub.authoring import preview as previewing
from hub.catalog import LabError
from hub.cli.lab.named import named_lab
from hub.cli.terminal import console
from hub.engine import BASE
from hub.machine import releasing
from hub.machine.installation import chosen_settings
from hub.settings import Settings


@click.command()
@click.argument("slug")
@click.option("--docker", is_flag=True, help="Show it in the seats' image.")
@click.option("--no-browser", is_flag=True, help="Open no browser.")
def preview(slug: str, docker: bool, no_browser: bool) -> None:
    """Show a lab as attendees see it, renewed whenever you save; Ctrl+C ends it."""
    airlift = chosen_settings()
    try:
        lab = named_lab(airlift, slug)
    except LabError:
        releasing.read_faults(airlift, [slug])  # says what is wrong elsewhere, too
        raise
    previewing.preview(
        airlift,
        lab,
        docker=docker or lab.seat_image != BASE,
        python=_python(airlift),
        browser=not no_browser,
        say=lambda text: console.print(text, markup=False, highlight=False),
    )


def _python(airlift: Settings) -> str:
    """Return a Python that has what seats have, if there is one here."""
    seats = airlift.state_dir / "seat-venv" / "bin" / "python"
    return str(seats) if seats.is_file() else sys.executable
