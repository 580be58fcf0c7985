"""`airlift lab`: labs released for the room, and corrected while a room runs."""

from __future__ import annotations

import click

from hub.catalog import Lab, load_lab, load_labs
from hub.cli.terminal import Terminal, console
from hub.desk import Desk
from hub.machine import releasing
from hub.machine.installation import running_settings
from hub.settings import Settings
from hub.versions import Versions


@click.group()
def lab() -> None:
    """Release labs for the room, and offer corrected ones while it runs."""


@lab.command()
@click.argument("slugs", metavar="SLUG…", nargs=-1)
def release(slugs: tuple[str, ...]) -> None:
    """Write labs for the room anew: all, or those that are named."""
    airlift = running_settings()
    labs = [_lab(airlift, slug) for slug in slugs]
    labs = labs or list(load_labs(airlift.labs_dir).values())
    with Terminal().step("Labs for the room"):
        releasing.keep_versions(airlift, labs)
    for item in labs:
        console.print(f"{item.slug} {item.version} is released.", markup=False)


@lab.command()
@click.argument("slug")
@click.option("--room", "room_id", help="Offer it in this room alone.")
@click.option("--no-prove", is_flag=True, help="Do not prove the lab first.")
def offer(slug: str, room_id: str | None, no_prove: bool) -> None:
    """Offer a corrected version of a lab to everybody who sits in it now."""
    airlift = running_settings()
    desk, found = Desk.of(airlift), _lab(airlift, slug)
    releasing.check_correction(found, Versions(airlift.versions_dir))
    teller = Terminal()
    if not no_prove:
        with teller.step(f"Proving {slug}"):
            releasing.prove(airlift, found)
    with teller.step("Labs for the room"):
        releasing.keep_versions(airlift, [found])
    body = {"lab": slug, "version": found.version, "room": room_id}
    rooms = desk.call("POST", "/offers", body)["rooms"]
    names = ", ".join(f"{room['title']} ({room['id']})" for room in rooms)
    where = f"offered in {names}" if rooms else "released; no room has this lab"
    console.print(f"{slug} {found.version} is {where}.", markup=False)


def _lab(airlift: Settings, slug: str) -> Lab:
    """Return a lab by its slug."""
    there = sorted(path.parent.name for path in airlift.labs_dir.glob("*/lab.toml"))
    if slug not in there:
        known = ", ".join(there) or "there is none"
        raise click.ClickException(f"expected one of {known}; got {slug}")
    return load_lab(airlift.labs_dir / slug)
