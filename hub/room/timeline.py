"""Timeline: what happened at one seat, as the staff may read it. Pure.

Of what people wrote it holds the lines of asks, which the queue shows, too; nothing of
feedback, shared cells or messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from checkers.engine.note import Kind
from hub.room.entry import (
    ANSWER_ASK,
    ATTEMPT,
    CLAIM_ASK,
    CLAIMED,
    HINT_SENT,
    MESSAGE,
    PHRASE,
    RELEASE_ASK,
    SAME_ASK,
    VISIT,
    Entry,
)

MOST_ENTRIES = 500
"""Entries of a timeline; the newest ones."""
LATE_MS = 10_000
"""How much later than it was a time of a seat's outbox may be: a request's limit."""
_STEP = ("lab", "step")
_TOLD: dict[str, tuple[str, ...]] = {
    ATTEMPT: (*_STEP, "outcome", "reason", "hint", "trigger", "generation", "ms"),
    CLAIMED: (),
    PHRASE: (),
    VISIT: ("open",),
    MESSAGE: (*_STEP, "to"),
    HINT_SENT: (*_STEP, "number"),
    CLAIM_ASK: ("ask",),
    RELEASE_ASK: ("ask",),
    ANSWER_ASK: ("ask",),
    SAME_ASK: ("ask", "same"),
    Kind.ASK: _STEP,
    Kind.WITHDRAW: ("ask",),
    Kind.HINT: (*_STEP, "number"),
    Kind.SHARE: _STEP,
    Kind.UNSHARE: _STEP,
    Kind.FEEDBACK: (*_STEP, "face"),
    Kind.CAUGHT_UP: _STEP,
    Kind.RESET: (*_STEP, "generation"),
    Kind.UPDATED: ("lab", "version"),
    Kind.SEEN: ("message",),
}
"""Kind -> what of its body is told; other kinds are left out."""
KINDS = tuple(str(kind) for kind in _TOLD)
"""Kinds that a timeline holds."""


def told(
    entries: Iterable[Entry], words: Callable[[str], str], who: Callable[[str], str]
) -> list[dict[str, Any]]:
    """Describe what happened, in the order of the times at which it did.

    Args:
        entries: of one seat, in the order of their rows.
        words: returns the line of an ask by its id.
        who: returns what to call a user of the staff.
    """
    kept = (entry for entry in _in_order(entries) if entry.kind in _TOLD)
    lines = sorted(kept, key=lambda entry: (entry.at, entry.id))
    return [_line(entry, words, who) for entry in lines]


def _in_order(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Give entries, those of the outbox never a little before the one before them."""
    before = 0
    for entry in entries:
        if entry.body.get("seq"):
            late = 0 < before - entry.at <= LATE_MS
            before = before if late else entry.at
            yield replace(entry, at=before)
        else:
            yield entry


def _line(
    entry: Entry, words: Callable[[str], str], who: Callable[[str], str]
) -> dict[str, Any]:
    """Describe one entry."""
    keys = _TOLD[entry.kind]
    line: dict[str, Any] = {
        "row": entry.id,
        "at": entry.at,
        "kind": str(entry.kind),
        "lab": "",
        "step": "",
        **{key: entry.body[key] for key in keys if key in entry.body},
    }
    if entry.kind == Kind.ASK:
        line.update(ask=entry.uid, words=words(entry.uid))
    if entry.body.get("by"):
        line["by"] = who(entry.body["by"])
    return line
