"""`airlift lab release`: what the room keeps of labs, written anew."""

from __future__ import annotations

import click

from hub.authoring.proof import proved
from hub.catalog import Lab, load_lab
from hub.cli.lab.named import slugs_there
from hub.cli.terminal import Terminal, console
from hub.machine import releasing
from hub.machine.installation import running_settings
from hub.settings import Settings


@click.command()
@click.argument("slugs", metavar="SLUG…", nargs=-1)
def release(slugs: tuple[str, ...]) -> None:
    """Write labs for the room anew: all, or those that are named.

    Says everything that is wrong with any of them, and then writes none.
    """
    airlift = running_settings()
    there = slugs_there(airlift, slugs)
    with Terminal().step("Labs for the room"):
        releasing.read_faults(airlift, there)
        labs = [load_lab(airlift.labs_dir / slug) for slug in there]
        releasing.keep_versions(airlift, labs)
    for item in labs:
        console.print(
            f"{item.slug} {item.version} is released, {_proved(airlift, item)}.",
            markup=False,
        )


def _proved(airlift: Settings, lab: Lab) -> str:
    """Say when and with what a lab was proved as it is now, or that it was not."""
    stamp = proved(lab, airlift)
    if stamp is None:
        return f"not proved as it is now (`airlift lab prove {lab.slug}`)"
    at, where = stamp.pop("at"), stamp.pop("where")
    with_what = ", ".join(f"{name} {version}" for name, version in stamp.items())
    return f"proved on {at[:10]} {where} with {with_what}"
