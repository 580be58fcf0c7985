"""Deaths: the engine says at once when a seat's container ends.

JupyterHub looks every few seconds at each seat; this thread listens instead, so that
whoever comes back finds the door and not a dead address. The look stays as the safety
net for when the engine could not be listened to.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing

import docker
from docker.errors import DockerException
from requests.exceptions import RequestException

from hub.seating.container import INSTALLATION, SEAT

log = logging.getLogger(__name__)

AGAIN = 1.0
"""Seconds between two tries to listen to an engine that does not answer."""


def listen(installation: str, tell: Callable[[str], object]) -> None:
    """Start a thread that tells the seat of each container that ends, for good.

    `tell` is called in that thread.
    """
    threading.Thread(
        target=_listen, args=(installation, tell), name="deaths", daemon=True
    ).start()


def _listen(installation: str, tell: Callable[[str], object]) -> None:
    """Listen to the engine; begin again whenever it goes away."""
    filters = {
        "type": "container",
        "event": "die",
        "label": f"{INSTALLATION}={installation}",
    }
    while True:
        try:
            with closing(docker.from_env()) as client:
                for event in client.events(decode=True, filters=filters):
                    tell(event["Actor"]["Attributes"].get(SEAT, ""))
        except (DockerException, RequestException, OSError) as error:
            log.debug("engine cannot be listened to: %s", error)
        time.sleep(AGAIN)
