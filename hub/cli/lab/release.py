"""`airlift lab release`: what the room keeps of labs, written anew."""

from __future__ import annotations

import click

from hub.catalog import load_labs
from hub.cli.lab.named import named_lab
from hub.cli.terminal import Terminal, console
from hub.machine import releasing
from hub.machine.installation import running_settings


@click.command()
@click.argument("slugs", metavar="SLUG…", nargs=-1)
def release(slugs: tuple[str, ...]) -> None:
    """Write labs for the room anew: all, or those that are named."""
    airlift = running_settings()
    labs = [named_lab(airlift, slug) for slug in slugs]
    labs = labs or list(load_labs(airlift.labs_dir).values())
    with Terminal().step("Labs for the room"):
        releasing.keep_versions(airlift, labs)
    for item in labs:
        console.print(f"{item.slug} {item.version} is released.", markup=False)
