"""Labs run in their images: when asked for, and when they cannot be run here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hub.catalog import load_lab
from hub.machine import dockerd
from hub.machine.proving import NotHereError
from hub.machine.seat_images import image_of
from hub.machine.telling import Teller
from hub.settings import Settings

Made = TypeVar("Made")


def built_image(airlift: Settings, slug: str, teller: Teller) -> str:
    """Return the id of a lab's image, built if need be.

    Raises:
        LabError, SeatImageError: there is none.
    """
    with teller.step(f"The image of {slug}"):
        return image_of(airlift, load_lab(airlift.labs_dir / slug))


def here_or_in_image(
    run: Callable[[str], Made], airlift: Settings, slug: str, teller: Teller
) -> Made:
    """Run a lab here; where it cannot be, in its image, if an engine answers.

    Args:
        run: takes the id of an image, or "" to run it here.
        airlift: the installation.
        slug: the lab's.
        teller: told why the image is used.

    Raises:
        NotHereError: it cannot be run here and no engine answers; says what to do.
        LabError, SeatImageError: there is no image of it.
    """
    try:
        return run("")
    except NotHereError as error:
        if not dockerd.answers():
            raise NotHereError(
                f"{error} No Docker engine answers here, which its image needs: "
                "`airlift doctor` says what to do."
            ) from None
        teller.say(f"{error} A Docker engine answers: it runs in its image.")
    return run(built_image(airlift, slug, teller))
