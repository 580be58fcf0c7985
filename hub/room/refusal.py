"""Refusals: every way in which the room says no, with status and one sentence.

Errors:
    RefusalError: carries a code of REFUSALS; web.py turns it into the error shape.
"""

from __future__ import annotations

from hub.strings import noted

REFUSALS: dict[str, tuple[int, str]] = {
    "bad-request": (400, noted("This request is not one the room understands.")),
    "not-logged-in": (401, noted("Please log in first.")),
    "not-allowed": (403, noted("You are not allowed to do this here.")),
    "wrong-code": (403, noted("No room has this code. Please look at it once more.")),
    "wrong-phrase": (
        403,
        noted("No seat in this room has this phrase. Please try again."),
    ),
    "wrong-key": (403, noted("No room has this key. Please look at it once more.")),
    "not-found": (404, noted("There is no such thing here.")),
    "wrong-method": (405, noted("This address does not do that.")),
    "room-full": (409, noted("All seats are taken. Please tell the presenter.")),
    "room-not-open": (
        409,
        noted("The room is not open yet. Please try again at the start."),
    ),
    "room-closed": (
        409,
        noted("The room is closed. Were you in it? Come back with your phrase."),
    ),
    "terms": (
        409,
        noted("Please read the terms below and say that you accept them."),
    ),
    "old-version": (
        409,
        noted("This room was offered a newer version already."),
    ),
    "ask-taken": (409, noted("Somebody goes there already.")),
    "ask-over": (409, noted("This was answered or taken back already.")),
    "too-large": (413, noted("This is more than the room takes at once.")),
    "bad-name": (422, noted("Please type a name with at least one letter.")),
    "bad-room": (422, noted("A room cannot be made from this.")),
    "unknown-lab": (422, noted("There is no such lab.")),
    "no-image": (422, noted("This lab cannot be started here.")),
    "mixed-labs": (422, noted("These labs cannot share a room.")),
    "slow-down": (429, noted("Too many tries. Please wait a moment.")),
    "broken": (500, noted("Something in the room went wrong; its log says what.")),
    "lab-away": (503, noted("This lab cannot be read just now. Please try again.")),
    "hub-away": (503, noted("The hub does not answer just now. Please try again.")),
    "busy": (503, noted("The room has too much to do just now. Please try again.")),
    "cannot-save": (
        503,
        noted("The room cannot save anything just now: its disk may be full."),
    ),
    "stopping": (503, noted("The room is restarting. Please try again in a moment.")),
}
"""Code -> HTTP status and the sentence for whoever asked; the door translates it."""


class RefusalError(Exception):
    """The room refuses; `code` is one of REFUSALS."""

    def __init__(
        self, code: str, message: str = "", retry_after: float | None = None
    ) -> None:
        self.status, sentence = REFUSALS[code]
        self.code = code
        self.message = message or sentence
        if retry_after is None and self.status == 503:
            retry_after = 2.0
        self.retry_after = retry_after
        super().__init__(self.message)
