"""Service: the parts of one running room service, as its handlers see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hub.room.auth import RoomAuth, User
from hub.room.catalogue import Catalogue
from hub.room.clock import Clock
from hub.room.erasing import Erasing
from hub.room.feed import Feeds
from hub.room.journal import Journal
from hub.room.limits import Buckets
from hub.room.metrics import Metrics
from hub.room.practice import Practice
from hub.room.reception import Reception
from hub.room.refusal import RefusalError
from hub.room.replay import Replays
from hub.room.store import Store
from hub.room.view import StoreView
from hub.room.walls import Walls
from hub.settings import Settings
from hub.staff import scope
from hub.versions import Versions

PREFIX = "/services/room/"


@dataclass(slots=True)
class Service:
    """Everything that handlers work with."""

    auth: RoomAuth
    journal: Journal
    store: Store
    clock: Clock
    catalogue: Catalogue
    reception: Reception
    practice: Practice
    erasing: Erasing
    feeds: Feeds
    view: StoreView
    metrics: Metrics
    desk_token: str = field(repr=False)
    attempts: Buckets
    """Attempts and notes that a seat may send."""
    actions: Buckets
    """What one of the staff may do."""
    streams: Buckets
    """Streams that a user may open."""
    files: Buckets
    """Notebooks that a seat may fetch."""
    versions: Versions
    replays: Replays
    walls: Walls
    settings: Settings
    stopping: bool = False
    streaming: set[Callable[[], None]] = field(default_factory=set)
    """What ends each open stream, for the stop."""

    def role(self, user: User, room: str) -> str:
        """Return a user's role in a room, by its scopes and the room's staff list.

        Raises:
            RefusalError: `not-allowed`; a room that is not there looks the same.
        """
        role = self.store.staff.get((str(user["name"]), room))
        if role is None or not self.auth.allowed(user, scope(role)):
            raise RefusalError("not-allowed")
        return role
