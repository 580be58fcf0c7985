"""Rows: journal entries as SQL reads and writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Executable, func, select
from sqlalchemy.dialects.sqlite import insert

from hub.room import tables
from hub.room.entry import Entry


def run(statement: Executable, connection: Connection) -> None:
    """Execute one statement whose result nobody needs."""
    connection.execute(statement)


def entries_of(connection: Connection, room: str, after: int, most: int) -> list[Entry]:
    """Read up to `most` entries of a room with row ids above `after`, in order."""
    table = tables.journal
    query = (
        select(table)
        .where(table.c.room == room, table.c.id > after)
        .order_by(table.c.id)
        .limit(most)
    )
    return [Entry(**row._mapping) for row in connection.execute(query)]


def entries_at(
    connection: Connection, seat: str, kinds: Sequence[str], most: int
) -> list[Entry]:
    """Read the newest `most` entries of a seat that are of these kinds, in order."""
    table = tables.journal
    query = (
        select(table)
        .where(table.c.seat == seat, table.c.kind.in_(kinds))
        .order_by(table.c.id.desc())
        .limit(most)
    )
    return [Entry(**row._mapping) for row in connection.execute(query)][::-1]


Glance = tuple[int, int, str, str, str, str]
"""Id, time, seat, kind, `<lab>/<step>` and outcome of a row; "" where there is none."""


def glances(connection: Connection, room: str, after: int, most: int) -> list[Glance]:
    """Read up to `most` of a room's rows above `after` without most of their bodies."""
    table = tables.journal
    lab, step, outcome = (
        func.coalesce(func.json_extract(table.c.body, f"$.{key}"), "")
        for key in ("lab", "step", "outcome")
    )
    query = (
        select(table.c.id, table.c.at, table.c.seat, table.c.kind, lab, step, outcome)
        .where(table.c.room == room, table.c.id > after)
        .order_by(table.c.id)
        .limit(most)
    )
    return [
        (row[0], row[1], row[2], row[3], f"{row[4]}/{row[5]}", row[6])
        for row in connection.execute(query)
    ]


def entries_by(connection: Connection, ids: Sequence[int]) -> dict[int, Entry]:
    """Read entries by their rows."""
    table = tables.journal
    found = connection.execute(select(table).where(table.c.id.in_(ids)))
    return {row.id: Entry(**row._mapping) for row in found}


def last_time(connection: Connection) -> tuple[int, int, str] | None:
    """Return at, mono and boot of the last row; None when there is none."""
    table = tables.journal
    query = select(table.c.at, table.c.mono, table.c.boot)
    row = connection.execute(query.order_by(table.c.id.desc()).limit(1)).first()
    return (row.at, row.mono, row.boot) if row else None


def entry_of(connection: Connection, seat: str, uid: str) -> Entry | None:
    """Read one entry of a seat."""
    table = tables.journal
    query = select(table).where(table.c.seat == seat, table.c.uid == uid)
    row = connection.execute(query).first()
    return Entry(**row._mapping) if row else None


def entries_with(connection: Connection, seats: Sequence[str], uid: str) -> list[Entry]:
    """Read the entries of some seats that have this uid."""
    table = tables.journal
    query = select(table).where(table.c.seat.in_(seats), table.c.uid == uid)
    return [Entry(**row._mapping) for row in connection.execute(query)]


def insert_new(
    connection: Connection, entries: Iterable[Entry]
) -> dict[tuple[str, str], Entry]:
    """Insert entries that are not there yet; returns those, by (seat, uid)."""
    waiting: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        waiting.setdefault((entry.seat, entry.uid), entry)
    if not waiting:
        return {}
    values: list[Mapping[str, Any]] = [_values(entry) for entry in waiting.values()]
    found = connection.execute(_INSERT, values)
    return {
        (row.seat, row.uid): replace(waiting[row.seat, row.uid], id=row.id)
        for row in found
    }


_INSERT = (
    insert(tables.journal)
    .on_conflict_do_nothing(index_elements=["seat", "uid"])
    .returning(tables.journal.c.id, tables.journal.c.seat, tables.journal.c.uid)
)


def _values(entry: Entry) -> dict[str, Any]:
    """Return an entry as a row without its id."""
    return {
        "room": entry.room,
        "seat": entry.seat,
        "kind": entry.kind,
        "uid": entry.uid,
        "at": entry.at,
        "mono": entry.mono,
        "boot": entry.boot,
        "body": dict(entry.body),
    }
