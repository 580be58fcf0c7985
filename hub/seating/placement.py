"""Placement: what the room says about a seat, and what follows from it for its server.

The spawner asks the room's desk; everything else here is a pure function of the answer.

Errors:
    SpawnException: JupyterHub's own; carries a sentence for the person who waits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from jupyterhub.spawner import SpawnException
from tornado.web import RequestHandler

from hub.desk import Desk, DeskAwayError, DeskError
from hub.engine import Engine
from hub.seating.boarding import refusal
from hub.settings import Settings
from hub.strings import language_of

PATIENCE = 30.0
"""Seconds that a start waits for a room service that is away."""
RETRY = 0.25
"""Seconds between two questions to a room service that is away."""

SEAT_COMMAND = ("-P", "-m", "checkers.engine.seat", "--")
"""How the seat's Python starts a seat; -P: the attendee's folder holds no modules."""

_PAGES = {
    "lab": "/lab/tree/{slug}/{slug}.ipynb",
    "notebook": "/notebooks/{slug}/{slug}.ipynb",
}


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a seat belongs: its room, labs, image, interface and network."""

    seat: str
    room: str
    number: int
    labs: tuple[str, ...]
    image: str
    interface: str
    egress: bool
    language: str = ""
    """The room's language; "" when it has none of its own."""
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What its labs give to each seat, by environment variables: secret."""


async def find_placement(
    desk: Desk, user: str, say: Callable[[int, str], None]
) -> Placement:
    """Ask the room where the seat of the Hub user `user` belongs.

    A room service that is away is asked again for `PATIENCE` seconds; `say` tells the
    person who waits.

    Raises:
        SpawnException: 403 the user has no seat, 503 the room stayed away.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return _placement(await desk.ask("GET", f"/seats/{user}"))
        except DeskAwayError as error:
            if time.monotonic() > deadline:
                raise refusal(
                    "The room does not answer just now. Please try again in a minute.",
                    reason="room-away",
                ) from error
            say(5, "The room is restarting; this goes on by itself.")
            await asyncio.sleep(RETRY)
        except DeskError as error:
            raise _no_seat(error) from error


def _no_seat(error: DeskError) -> SpawnException:
    """Say why the room gave no seat."""
    if error.status == 404:
        return refusal(
            "You have no seat in a room. Please join with the room's code first.",
            reason="no-seat",
            status=403,
        )
    return refusal(error.message, reason=error.code, status=error.status or 503)


def _placement(answer: dict[str, object]) -> Placement:
    """Read the desk's answer."""
    labs = answer["labs"]
    if not isinstance(labs, list) or not labs:
        raise refusal("This room has no lab.", reason="no-lab")
    return Placement(
        seat=str(answer["seat"]),
        room=str(answer["room"]),
        number=int(str(answer["number"])),
        labs=tuple(str(lab) for lab in labs),
        image=str(answer["image"]),
        interface=str(answer["interface"]),
        egress=bool(answer["egress"]),
        language=str(answer.get("language") or ""),
        keys=_keys(answer.get("vouchers")),
    )


def _keys(value: object) -> dict[str, str]:
    """Read the keys of a seat; a room that is older gives none."""
    given = value if isinstance(value, dict) else {}
    return {str(name): str(key) for name, key in given.items()}


def check_image(place: Placement, built: Sequence[str]) -> None:
    """See that the room's image is one of those that are here."""
    if place.image not in built:
        raise refusal(
            "This room wants an image that is not built here. Please tell a helper.",
            reason="no-image",
            log=f"expected one of {', '.join(built)}, the room wants {place.image}",
        )


def seat_language(room: str, accepted: str, remembered: str) -> str:
    """Return the language of a seat's own sentences.

    Args:
        room: the room's language; "" when it has none.
        accepted: Accept-Language of the browser that starts the seat; "" when the
            start was asked for by a program.
        remembered: the seat's language when it last started; "" at first.
    """
    if remembered and not (room or accepted):
        return remembered
    return language_of(room, accepted)


def accepted_language(handler: RequestHandler | None) -> str:
    """Return what the browser that asks for a start sent as Accept-Language."""
    if handler is None:
        return ""
    return str(handler.request.headers.get("Accept-Language", ""))


def seat_environment(
    place: Placement, settings: Settings, engine: Engine
) -> dict[str, str]:
    """Return what a seat's programs read from the environment, beside JupyterHub's."""
    room = f"http://{engine.gateway}:{settings.room_port}/services/room/"
    return {
        **place.keys,
        "AIRLIFT_ROOM_URL": room,
        "AIRLIFT_LABS": ",".join(place.labs),
        "AIRLIFT_SEAT": place.seat,
        "AIRLIFT_LANGUAGE": place.language,
    }


def first_page(place: Placement) -> str:
    """Return the page a seat opens: the notebook of its first lab."""
    return _PAGES[place.interface].format(slug=place.labs[0])
