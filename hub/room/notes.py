"""Notes in: what a seat tells beside attempts, with what its person wrote.

A person's words go to `texts` in the same transaction; the journal keeps the rest.
"""

from __future__ import annotations

from typing import Any

from prometheus_client import Counter

from checkers.engine.note import Kind, Note
from hub.room import texts
from hub.room.asks import MOST_ASKS
from hub.room.entry import Entry
from hub.room.intake import Batch, IntakeHandler, OddItemError
from hub.room.progress import SeatFacts
from hub.room.texts import Text

WRITTEN = {
    Kind.ASK: ("words",),
    Kind.FEEDBACK: ("words",),
    Kind.CLOSING: ("good", "better"),
    Kind.SHARE: ("source",),
}
"""Kind of note -> what of its body a person wrote."""


class NotesHandler(IntakeHandler):
    """Notes in; acknowledged after the commit."""

    key = "notes"
    asks: set[str]
    """Ids of the seat's asks, those of this request included."""

    def counter(self) -> Counter:
        """Return what counts notes."""
        return self.service.metrics.notes

    async def get_ready(self) -> None:
        """Look up what the seat asked before."""
        feed = await self.service.feeds.feed(self.room.id)
        facts = feed.facts.get(self.seat.id, SeatFacts())
        self.asks = {name for name, ask in facts.asks.items() if ask.row}

    def read(self, item: Any, batch: Batch) -> None:
        """Add one note: an entry, and its text where it has one or takes one away."""
        note = Note.from_json(item)
        self.check_place(note.lab, note.step)
        self._check_ask(note)
        written = WRITTEN.get(note.kind, ())
        body: dict[str, Any] = {
            "lab": note.lab,
            "step": note.step,
            **{key: note.body[key] for key in note.body if key not in written},
            "epoch": note.epoch,
            "seq": note.seq,
        }
        entry = self.entry(note.kind.value, note.id, body, note.age_ms)
        words = {key: note.body[key] for key in written if note.body[key]}
        batch.entries.append(entry)
        batch.texts.append(text_of(entry, words))

    def _check_ask(self, note: Note) -> None:
        """See that what is withdrawn was asked, and that asking has an end."""
        if note.kind is Kind.WITHDRAW and note.body["ask"] not in self.asks:
            raise OddItemError(
                "unknown-ask", "ask: expected one of this seat's, got another"
            )
        if note.kind is Kind.ASK and note.id not in self.asks:
            if len(self.asks) >= MOST_ASKS:
                raise OddItemError(
                    "too-many-asks", f"expected at most {MOST_ASKS} asks of a seat"
                )
            self.asks.add(note.id)

    async def keep(self, batch: Batch) -> list[Entry]:
        """Write entries and texts, all or nothing."""
        entries, service = [*batch.entries, *batch.numbers], self.service
        if not entries:
            return []
        return await texts.keep(
            service.journal, service.store.texts, entries, batch.texts
        )


def text_of(entry: Entry, words: dict[str, str]) -> Text:
    """Return what was written in an entry."""
    return Text(
        room=entry.room,
        seat=entry.seat,
        uid=entry.uid,
        kind=entry.kind,
        lab=entry.body.get("lab", ""),
        step=entry.body.get("step", ""),
        at=entry.at,
        body=words,
    )
