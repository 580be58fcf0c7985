"""Texts: what people wrote, and the cells they share.

It is personal, so it is not in the journal but in a table of its own, which is erased
with the person. The lines of asks and the staff's messages are shown all the time and
so are held in memory, too; feedback and shared cells are read when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select

from checkers.engine.note import Kind
from hub.room import tables
from hub.room.entry import MESSAGE, Entry
from hub.room.journal import Journal

_SHOWN = (Kind.ASK.value, MESSAGE)
"""Kinds whose words are held in memory."""
_REPLACES = {
    Kind.FEEDBACK.value: Kind.FEEDBACK.value,
    Kind.CLOSING.value: Kind.CLOSING.value,
    Kind.SHARE.value: Kind.SHARE.value,
    Kind.UNSHARE.value: Kind.SHARE.value,
}
"""Kind -> the kind whose earlier text of the same seat and step it takes away."""


@dataclass(frozen=True, slots=True)
class Text:
    """What belongs to one entry; `body` is empty when nothing was written."""

    room: str
    seat: str
    uid: str
    kind: str
    lab: str
    step: str
    at: int
    body: Mapping[str, str] = field(default_factory=dict)


class Texts:
    """The words that are shown all the time, by (seat, uid)."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, str], str] = {}
        self._rooms: dict[str, set[tuple[str, str]]] = {}

    def load(self, connection: Connection) -> None:
        """Read the words from the database."""
        table = tables.texts
        for row in connection.execute(select(table).where(table.c.kind.in_(_SHOWN))):
            self._know(Text(**row._mapping))

    def of(self, seat: str, uid: str) -> str | None:
        """Return the line of an ask or message; None when it is not there."""
        return self._words.get((seat, uid))

    def take(self, texts: Iterable[Text]) -> None:
        """Take new texts into memory, after their commit."""
        for text in texts:
            if text.kind in _SHOWN and text.body:
                self._know(text)

    def _know(self, text: Text) -> None:
        """Hold one line."""
        key = (text.seat, text.uid)
        self._words[key] = next(iter(text.body.values()))
        self._rooms.setdefault(text.room, set()).add(key)

    def still(self, room: str) -> Texts:
        """Return a copy of a room's lines, which never changes."""
        still = Texts()
        keys = self._rooms.get(room, set())
        still._words = {key: self._words[key] for key in keys if key in self._words}
        return still

    def forget_room(self, room: str) -> None:
        """Forget every line of a room, after its rows were deleted."""
        for key in self._rooms.pop(room, set()):
            self._words.pop(key, None)

    def forget_seat(self, seat: str) -> None:
        """Forget every line of a seat, after its rows were deleted."""
        for key in [key for key in self._words if key[0] == seat]:
            del self._words[key]


async def keep(
    journal: Journal, memory: Texts, entries: Sequence[Entry], texts: Sequence[Text]
) -> list[Entry]:
    """Write entries with their texts, all or nothing; returns the new entries."""
    fresh: list[Text] = []

    def work(connection: Connection) -> None:
        fresh.extend(write(connection, texts))

    return await journal.write(work, entries, partial(memory.take, fresh))


def write(connection: Connection, texts: Sequence[Text]) -> list[Text]:
    """Keep texts, in order, in the transaction of their entries; returns the new ones.

    A text whose entry is known already was kept before, or replaced since: it is left
    alone, so that sending again brings nothing back.
    """
    table, fresh = tables.texts, []
    known = _known(connection, texts)
    for text in texts:
        if (text.seat, text.uid) in known:
            continue
        known.add((text.seat, text.uid))
        if text.kind in _REPLACES:
            connection.execute(delete(table).where(_earlier(text)))
        if text.body:
            row: dict[str, Any] = {**asdict(text), "body": dict(text.body)}
            connection.execute(insert(table).values(row))
            fresh.append(text)
    return fresh


def _known(connection: Connection, texts: Sequence[Text]) -> set[tuple[str, str]]:
    """Return which of these entries the journal has already."""
    table = tables.journal
    known = set()
    for seat in {text.seat for text in texts}:
        uids = [text.uid for text in texts if text.seat == seat]
        query = select(table.c.uid).where(table.c.seat == seat, table.c.uid.in_(uids))
        known |= {(seat, row.uid) for row in connection.execute(query)}
    return known


def _earlier(text: Text) -> ColumnElement[bool]:
    """Select what this text takes the place of."""
    table = tables.texts
    return and_(
        table.c.seat == text.seat,
        table.c.kind == _REPLACES[text.kind],
        table.c.lab == text.lab,
        table.c.step == text.step,
    )


def shared_source(
    connection: Connection, seat: str, lab: str, step: str
) -> dict[str, Any] | None:
    """Read a shared cell: its source and when it was shared."""
    table = tables.texts
    query = select(table.c.body, table.c.at).where(
        table.c.seat == seat,
        table.c.kind == Kind.SHARE.value,
        table.c.lab == lab,
        table.c.step == step,
    )
    row = connection.execute(query).first()
    return {"source": row.body["source"], "at": row.at} if row else None
