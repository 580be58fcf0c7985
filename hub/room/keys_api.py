"""Keys: what lets others in as staff of a room, for its presenters."""

from __future__ import annotations

from hub.room.staff_api import StaffHandler
from hub.staff import ROLES


class KeysHandler(StaffHandler):
    """The keys of a room."""

    async def get(self, room: str) -> None:
        """Answer with the key of each role, and where to type it."""
        self.check_presenter(room)
        url = f"{self.service.view.public_url}/hub/staff"
        keys = {role: {"key": self.service.reception.key(room, role)} for role in ROLES}
        self.give({"url": url, **keys})
