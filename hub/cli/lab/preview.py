"""`airlift lab preview`: what attendees see, renewed whenever the author saves."""

from __future__ import annotations

import sys

import click

from hub.authoring import preview as previewing
from hub.cli.lab.named import named_lab
from hub.cli.terminal import console
from hub.engine import Engine
from hub.machine import dockerd
from hub.machine.installation import chosen_settings
from hub.settings import Settings


@click.command()
@click.argument("slug")
@click.option("--docker", is_flag=True, help="Show it in the seats' image.")
@click.option("--no-browser", is_flag=True, help="Open no browser.")
def preview(slug: str, docker: bool, no_browser: bool) -> None:
    """Show a lab as attendees see it, renewed whenever you save; Ctrl+C ends it."""
    airlift = chosen_settings()
    lab = named_lab(airlift, slug)
    here = lab.seat_image == "base" and not docker
    previewing.preview(
        airlift,
        lab,
        image="" if here else _image(airlift, lab.seat_image),
        python=_python(airlift),
        browser=not no_browser,
        say=lambda text: console.print(text, markup=False, highlight=False),
    )


def _image(airlift: Settings, name: str) -> str:
    """Return the image to show it in."""
    if not dockerd.answers():
        raise click.ClickException(
            f"This lab needs the image {name}, and no Docker engine answers; see "
            "`airlift doctor`."
        )
    return Engine.load(airlift).image


def _python(airlift: Settings) -> str:
    """Return a Python that has what seats have, if there is one here."""
    seats = airlift.state_dir / "seat-venv" / "bin" / "python"
    return str(seats) if seats.is_file() else sys.executable
