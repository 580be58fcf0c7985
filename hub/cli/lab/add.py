"""`airlift lab add`: another group's lab is taken in after a look at it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from hub.authoring import adding
from hub.authoring.licences.image import image_packages
from hub.authoring.parcels import ParcelError, fetch
from hub.authoring.proof import Asked
from hub.authoring.swapping import put_back
from hub.catalog import FLOOR
from hub.cli.lab.images import built_image
from hub.cli.terminal import Terminal, console
from hub.machine import dockerd, proving
from hub.machine.installation import running_settings
from hub.plain import plain
from hub.settings import Settings


@click.command()
@click.argument("source", metavar="FOLDER|GIT|ZIP")
@click.option("--lab", "only", multiple=True, help="Only this lab of it; repeatable.")
@click.option(
    "--replace", is_flag=True, help="Put it in the place of one that is here."
)
@click.option("--no-prove", is_flag=True, help="Do not prove it here.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def add(
    source: str, only: tuple[str, ...], replace: bool, no_prove: bool, yes: bool
) -> None:
    """Take in a lab of another group: read its licences, prove it, say what came.

    It is proved aside: rooms see it, and it replaces another, only when it proves.
    """
    airlift = running_settings()
    for part in put_back(airlift):
        said = "an earlier `lab add` was stopped half-way, so it is as it was before."
        console.print(f"{part}: {said}", markup=False)
    with tempfile.TemporaryDirectory(prefix="airlift-add-") as folder:
        parcel = Path(folder, "parcel")
        parcel.mkdir()
        found = adding.arrivals(fetch(source, parcel), airlift, only)
        for arrival in found:
            adding.check(arrival, airlift, replace=replace)
            _tell(arrival)
        if not yes:
            click.confirm("Take it in?", abort=True)
        with adding.aside(found, airlift) as there:
            said_of = [
                (arrival.lab.slug, _looked(airlift, there, arrival, prove=not no_prove))
                for arrival in found
            ]
            adding.put_in_place(found, airlift, there)
    for slug, lines in said_of:
        here = f"{slug} is here: `airlift up` brings it to the seats."
        console.print("\n  ".join([here, *lines]), markup=False)


def _looked(
    airlift: Settings, there: Settings, arrival: adding.Arrival, *, prove: bool
) -> list[str]:
    """Prove a lab that lies aside, or not; returns what nobody has looked at."""
    slug, lines = arrival.lab.slug, []
    read = prove and _prove(airlift, there, arrival)
    if not prove:
        lines.append(f"It was not proved: `airlift lab prove {slug}` does so.")
    if not read and adding.brings_packages(arrival):
        lines.append(
            "Its image was not built, so nobody has looked at the licences of the "
            f"packages in it: `airlift lab licences {slug} --in-image` does so, where "
            "a Docker engine answers."
        )
    return lines


def _tell(arrival: adding.Arrival) -> None:
    """Say what comes in, and that it is a program."""
    for sentence in _described(arrival):
        console.print(plain(sentence), markup=False)


def _described(arrival: adding.Arrival) -> Iterator[str]:
    """Yield what there is to know of a lab before it comes in."""
    lab, (_, checker, *_) = arrival.lab, arrival.moves
    lines = len(checker[0].read_text(encoding="utf-8", errors="replace").splitlines())
    yield (
        f"{lab.slug} {lab.version}: {lab.title}, {lab.minutes} minutes, "
        f"{len(lab.steps)} steps, by {', '.join(lab.authors)}; {lab.license}."
    )
    yield (
        f"  Its checker ({lines} lines) and notebook are programs. They run in every "
        "seat of its rooms, and here when it is proved: look at them first unless you "
        "trust where they come from."
    )
    if not lab.mutants:
        yield "  Its lab.toml says prove.mutants = 0, so no changed solution is tried."
    elif lab.floor < FLOOR:
        asked = f"prove.floor = {lab.floor:g}, less than the usual {FLOOR:g}"
        yield f"  Its lab.toml says {asked}."
    if lab.egress:
        yield "  Its seats reach the internet."
    if lab.terms:
        yield f"  People must accept: {lab.terms.title}."
    if lab.vouchers:
        yield f"  Each seat needs a key: {lab.vouchers.title}."
    for sentence in arrival.said:
        yield f"  {sentence}"


def _prove(airlift: Settings, there: Settings, arrival: adding.Arrival) -> bool:
    """Prove a lab that lies aside: in its image, where an engine answers.

    Returns:
        whether the packages of its image were read, if it brings any.

    Raises:
        ParcelError: it is not what its author says, or a package of its image may not
            be used; has every finding.
    """
    teller, image, slug = Terminal(), "", arrival.lab.slug
    if dockerd.answers():
        kept = replace(there, state=airlift.state)  # for one build at a time, and logs
        image = built_image(kept, slug, teller)
    if image and adding.brings_packages(arrival):
        with teller.step(f"Licences of the packages of {slug}"):
            adding.check_packages(arrival, there, image_packages(image))
    with teller.step(f"Proving {slug}") as at:
        proof = proving.prove(there, Asked(slug, image), at)
    if proof.findings:
        what = "\n".join(str(finding) for finding in proof.findings)
        raise ParcelError(f"{what}\n{slug} does not prove, and is not taken in.")
    return bool(image)
