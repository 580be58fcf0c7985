"""The seal: phrases, staff keys and browsers as HMACs of the installation's secret."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from hub import seats


@dataclass(frozen=True, slots=True)
class Pass:
    """What a projector's link says: its room, its end, and a lot that makes it one."""

    room: str
    expires_at: int
    lot: str


@dataclass(frozen=True, slots=True)
class Seal:
    """Derives what people are shown, and the marks by which it is recognised."""

    secret: bytes = field(repr=False)

    def _digest(self, *parts: str) -> bytes:
        """Return the HMAC of parts, none of which can run into the next."""
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.digest(
            self.secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256
        )

    def phrase(self, seat: str, generation: int) -> str:
        """Return the return phrase of a seat."""
        return seats.phrase(self._digest("phrase", seat, str(generation)))

    def key(self, room: str, role: str) -> str:
        """Return the staff key of a room for a role of its staff."""
        return seats.key(self._digest("key", room, role))

    def projector(self, ticket: Pass) -> str:
        """Return the token of a projector's link."""
        body = f"{ticket.room}.{ticket.expires_at}.{ticket.lot}"
        return f"{body}.{self._digest('projector', body).hex()}"

    def passed(self, token: str) -> Pass | None:
        """Return what a projector's token says; None when we did not seal it."""
        body, _, mark = token.rpartition(".")
        true = self._digest("projector", body).hex()
        if not hmac.compare_digest(mark.encode("utf-8", "replace"), true.encode()):
            return None
        room, expires_at, lot = body.split(".")
        return Pass(room, int(expires_at), lot)

    def phrase_mark(self, room: str, phrase: str) -> str:
        """Return what is stored of a phrase."""
        return self._digest("phrase-mark", room, phrase).hex()

    def key_mark(self, key: str) -> str:
        """Return what is stored of a staff key."""
        return self._digest("key-mark", key).hex()

    def browser_mark(self, browser: str) -> str:
        """Return what is stored of a browser's random string."""
        return self._digest("browser-mark", browser).hex()
