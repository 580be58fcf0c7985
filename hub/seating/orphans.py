"""Orphans: containers of this installation that the hub knows nothing of.

The hub's database says which seats run. A hub that lost a start half-way, or whose
users were deleted, leaves containers behind which nobody would stop; they are removed
before the hub starts, when no start can be under way. Volumes stay.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path

import docker
from docker.errors import DockerException, NotFound
from requests.exceptions import RequestException

from hub.engine import Engine
from hub.seating.container import INSTALLATION, SEAT
from hub.settings import Settings

log = logging.getLogger(__name__)

TIMEOUT = 10
"""Seconds that the hub's start waits for an engine at most."""
_RUNNING = """
    SELECT users.name FROM spawners JOIN users ON users.id = spawners.user_id
    WHERE spawners.server_id IS NOT NULL
"""


def remove_orphans(settings: Settings, engine: Engine) -> list[str]:
    """Remove the containers whose seats the hub does not run; returns their names.

    An engine that does not answer is left alone: the next start of the hub looks again.
    """
    if engine.engine != "docker":
        return []
    try:
        running = running_seats(settings.hub_dir / "jupyterhub.sqlite")
    except sqlite3.Error as error:
        log.warning("hub database cannot be read, orphans stay: %s", error)
        return []
    label = f"{INSTALLATION}={engine.name}"
    removed: list[str] = []
    try:
        with closing(docker.from_env(timeout=TIMEOUT)) as client:
            api = client.api
            found = api.containers(all=True, filters={"label": label})
            seats = {one["Id"]: one["Labels"].get(SEAT, "") for one in found}
            for orphan in orphans(seats, running):
                with suppress(NotFound):  # gone meanwhile, unlike those after it
                    api.remove_container(orphan, v=True, force=True)
                    removed.append(seats[orphan])
                    log.warning("orphan removed seat=%s", seats[orphan])
    except (DockerException, RequestException) as error:
        log.warning("engine does not answer, orphans stay: %s", error)
    return removed


def orphans(seats: Mapping[str, str], running: Iterable[str]) -> list[str]:
    """Return the ids of containers whose seat is not among those that run."""
    known = set(running)
    return [one for one, seat in seats.items() if seat not in known]


def running_seats(database: Path) -> list[str]:
    """Return the Hub users whose servers the hub's database calls running.

    Opened for writing, so that SQLite can take back what a killed hub left half-done.

    Raises:
        sqlite3.Error: the database is there and cannot be read.
    """
    if not database.exists():
        return []
    with closing(sqlite3.connect(f"file:{database}?mode=rw", uri=True)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE name IN ('spawners', 'users')"
        )
        if len(tables.fetchall()) < 2:
            return []
        return [str(row[0]) for row in connection.execute(_RUNNING)]
