"""The seal: phrases, staff keys and browsers as HMACs of the installation's secret."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from hub import seats


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

    def phrase_mark(self, room: str, phrase: str) -> str:
        """Return what is stored of a phrase."""
        return self._digest("phrase-mark", room, phrase).hex()

    def key_mark(self, key: str) -> str:
        """Return what is stored of a staff key."""
        return self._digest("key-mark", key).hex()

    def browser_mark(self, browser: str) -> str:
        """Return what is stored of a browser's random string."""
        return self._digest("browser-mark", browser).hex()
