"""The seats' images: which ones labs need, brought by images/build.py.

Errors:
    SeatImageError: one could not be built; carries the end of what the build said.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from hub.catalog import Lab
from hub.engine import BASE, Engine
from hub.machine import dockerd
from hub.machine.telling import Teller
from hub.settings import Settings


class SeatImageError(Exception):
    """An image of the seats, or their environment, could not be built."""


def build(
    airlift: Settings, name: str, at: Callable[[str], None] = lambda _: None
) -> str:
    """Return the id of an image, built if anything that it is made of changed.

    Args:
        airlift: the installation.
        name: of the image, as `Lab.seat_image` has it.
        at: is told what the build is at.

    Raises:
        SeatImageError: it could not be built.
    """
    said = json.loads(run(airlift, ["--image", name, "--json"], at))
    return str(said[name])


def build_environment(airlift: Settings, at: Callable[[str], None]) -> None:
    """Build what local seats run in.

    Raises:
        SeatImageError: it could not be built.
    """
    run(airlift, ["--local"], at)


def image_of(airlift: Settings, lab: Lab) -> str:
    """Return the id of a lab's image, built if need be.

    Raises:
        SeatImageError: it could not be built.
    """
    return build(airlift, lab.seat_image)


def run(airlift: Settings, flags: list[str], at: Callable[[str], None]) -> str:
    """Run images/build.py; return what it printed."""
    program = airlift.software / "images" / "build.py"
    line = [sys.executable, str(program), "--root", str(airlift.root), *flags]
    log = airlift.log_dir / "build.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    said: list[str] = []
    with (
        log.open("w") as file,
        subprocess.Popen(
            line,
            cwd=airlift.root,
            env={**os.environ, **airlift.places},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            umask=0o022,
        ) as started,
    ):
        if started.stderr is None or started.stdout is None:  # pragma: no cover
            raise SeatImageError("expected pipes, got none")
        for words in started.stderr:
            file.write(words)
            said = [*said[-19:], words.rstrip()]
            at(words.strip())
        answer = started.stdout.read().strip()
    if started.returncode:
        last = "\n".join(said)
        raise SeatImageError(
            f"images/build.py failed; {Path(log)} has all of it. It ended with:\n{last}"
        )
    return answer


def bring(
    airlift: Settings, engine: Engine, names: Iterable[str], teller: Teller
) -> Engine:
    """Return the engine with these images, each built if need be.

    Raises:
        SeatImageError: one could not be built.
    """
    images = dict(engine.images)
    for name in dict.fromkeys(names):
        title = "Image of the seats" if name == BASE else f"Image {name} of the seats"
        with teller.step(title) as at:
            images[name] = build(airlift, name, at)
    return replace(engine, images=images)


def bring_again(
    airlift: Settings, engine: Engine, names: Iterable[str], teller: Teller
) -> Engine:
    """Return the engine with images that labs and rooms may ask for, as far as it goes.

    One that cannot be built is said and left out: the others have their evening.
    """
    for name in dict.fromkeys(names):
        try:
            engine = bring(airlift, engine, [name], teller)
        except SeatImageError as error:
            kept = {one: held for one, held in engine.images.items() if one != name}
            engine = replace(engine, images=kept)
            teller.say(f"Labs with the image {name} cannot be started. {error}")
    return engine


def bring_for(airlift: Settings, labs: Iterable[Lab], teller: Teller) -> None:
    """Bring what the seats of these labs need, and note it for hub and room.

    The image `base` is there since `airlift up`. Nothing is done with local seats.

    Raises:
        SeatImageError: one could not be built.
        EngineError: nothing is set up here.
    """
    engine, labs = Engine.load(airlift), list(labs)
    if engine.engine != "docker":
        return
    if any(lab.egress for lab in labs):
        dockerd.ensure_network(engine.egress_network, engine.name, way_out=True)
    wanted = {lab.seat_image for lab in labs} - {BASE}
    found = bring(airlift, engine, sorted(wanted), teller)
    if found != engine:
        found.save(airlift)
