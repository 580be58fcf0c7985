"""`airlift lab offer`: a corrected version, offered while a room runs."""

from __future__ import annotations

import click

from hub.cli.lab.images import here_or_in_image
from hub.cli.lab.named import named_lab
from hub.cli.terminal import Terminal, console
from hub.desk import Desk
from hub.machine import releasing
from hub.machine.installation import running_settings
from hub.versions import Versions


@click.command()
@click.argument("slug")
@click.option("--room", "room_id", help="Offer it in this room alone.")
@click.option("--no-prove", is_flag=True, help="Do not prove the lab first.")
def offer(slug: str, room_id: str | None, no_prove: bool) -> None:
    """Offer a corrected version of a lab to everybody who sits in it now."""
    airlift = running_settings()
    desk, found = Desk.of(airlift), named_lab(airlift, slug)
    releasing.check_correction(found, Versions(airlift.versions_dir))
    teller = Terminal()

    def prove(image: str) -> None:
        """Prove it in an image, or with "" here."""
        with teller.step(f"Proving {slug}"):
            releasing.prove(airlift, found, image)

    if not no_prove:
        here_or_in_image(prove, airlift, slug, teller)
    with teller.step("Labs for the room"):
        releasing.keep_versions(airlift, [found])
    body = {"lab": slug, "version": found.version, "room": room_id}
    rooms = desk.call("POST", "/offers", body)["rooms"]
    names = ", ".join(f"{room['title']} ({room['id']})" for room in rooms)
    where = f"offered in {names}" if rooms else "released; no room has this lab"
    console.print(f"{slug} {found.version} is {where}.", markup=False)
