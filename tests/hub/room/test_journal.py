"""The journal: one writer, group commit, nothing doubled, errors with a name."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, insert
from sqlalchemy.exc import IntegrityError, OperationalError

from hub.room import journal as journal_module
from hub.room import tables
from hub.room.entry import Entry
from hub.room.journal import CannotSaveError, Commit, Journal, SecondWriterError
from hub.room.rows import entries_of, last_time, run


def entry(uid: str, seat: str = "s1", room: str = "r1") -> Entry:
    """Return an entry to write."""
    return Entry(room, seat, "attempt", uid, 1000, 10, "boot", {"hint": "schön"})


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Journal]:
    """Open a journal and close it at the end."""
    journal = Journal(folder)
    journal.open()
    try:
        yield journal
    finally:
        await journal.close()


def in_journal(
    folder: Path, story: Callable[[Journal], Coroutine[Any, Any, Any]]
) -> Any:
    """Run a story with an open journal."""

    async def main() -> Any:
        async with opened(folder) as journal:
            return await story(journal)

    return asyncio.run(main())


def test_what_was_appended_is_there_after_a_restart(tmp_path: Path) -> None:
    """Rows come back as they were, in order, with their numbers."""

    async def write(journal: Journal) -> list[Entry]:
        return await journal.append([entry("a"), entry("b")])

    written = in_journal(tmp_path, write)
    read = in_journal(
        tmp_path, lambda j: j.read(partial(entries_of, room="r1", after=0, most=9))
    )
    assert read == written
    assert [row.id for row in read] == [1, 2]


def test_a_known_entry_is_the_same_entry(tmp_path: Path) -> None:
    """Unique by seat and uid, within a batch and across batches."""

    async def story(journal: Journal) -> None:
        assert len(await journal.append([entry("a"), entry("a")])) == 1
        assert await journal.append([entry("a")]) == []
        [other] = await journal.append([entry("a", seat="s2"), entry("a")])
        assert other.seat == "s2"

    in_journal(tmp_path, story)


def test_many_writers_share_one_commit(tmp_path: Path) -> None:
    """A hundred at once need far fewer transactions, and rows arrive in order."""
    commits: list[Commit] = []
    published: list[int] = []

    def publish(rows: Sequence[Entry]) -> None:
        published.extend(row.id for row in rows)

    async def story(journal: Journal) -> list[list[Entry]]:
        journal.on_commit = commits.append
        journal.on_rows = publish
        return await asyncio.gather(
            *(journal.append([entry(str(number))]) for number in range(100))
        )

    answers = in_journal(tmp_path, story)
    assert all(len(rows) == 1 for rows in answers)
    assert sum(commit.rows for commit in commits) == 100
    assert len([commit for commit in commits if commit.rows]) < 50
    assert published == sorted(published) == list(range(1, 101))


def test_a_write_is_all_or_nothing_and_costs_nobody_else(tmp_path: Path) -> None:
    """One caller's broken constraint rolls back that caller's part of the batch."""
    pulse = insert(tables.pulse).values(id=1, at=1)
    taken: list[str] = []

    async def story(journal: Journal) -> list[Entry]:
        await journal.write(partial(run, pulse))
        first, second = await asyncio.gather(
            journal.write(partial(run, pulse), [entry("no")], lambda: taken.append("")),
            journal.append([entry("yes")]),
            return_exceptions=True,
        )
        assert isinstance(first, IntegrityError)
        assert isinstance(second, list)
        assert len(second) == 1
        found: list[Entry] = await journal.read(
            partial(entries_of, room="r1", after=0, most=9)
        )
        return found

    assert [row.uid for row in in_journal(tmp_path, story)] == ["yes"]
    assert taken == []


def test_what_could_not_be_written_is_not_in_the_error(tmp_path: Path) -> None:
    """It is logged as it is, and rows hold names and keys."""

    def give(seat: str) -> partial[Any]:
        row = {"seat": seat, "lab": "small", "key": "SECRET-A", "expires_at": None}
        return partial(run, insert(tables.vouchers).values(row))

    async def story(journal: Journal) -> None:
        await journal.write(give("s1"))
        with pytest.raises(IntegrityError) as error:
            await journal.write(give("s2"))
        assert "vouchers.key" in str(error.value)
        assert "SECRET-A" not in str(error.value)

    in_journal(tmp_path, story)


def test_memory_follows_the_commit_before_anybody_hears_of_it(tmp_path: Path) -> None:
    """First the commit, then `then`, then the published rows, then the answer."""
    order: list[str] = []

    async def story(journal: Journal) -> None:
        journal.on_commit = lambda _commit: order.append("commit")
        journal.on_rows = lambda _rows: order.append("rows")
        pulse = insert(tables.pulse).values(id=1, at=1)
        await journal.write(
            partial(run, pulse), [entry("a")], lambda: order.append("then")
        )
        order.append("answer")

    in_journal(tmp_path, story)
    assert order[:4] == ["commit", "then", "rows", "answer"]


def test_a_bug_in_one_job_does_not_end_the_writer(tmp_path: Path) -> None:
    """The caller gets its own exception; the next write works."""

    def buggy(_connection: object) -> None:
        raise ZeroDivisionError

    async def story(journal: Journal) -> None:
        with pytest.raises(ZeroDivisionError):
            await journal.write(buggy)
        assert len(await journal.append([entry("a")])) == 1

    in_journal(tmp_path, story)


def test_a_disk_that_refuses_has_a_name_and_heals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is acknowledged, nothing stays, and the next write tries again.

    A small write that fits between two refusals is no sign of health yet.
    """
    commit = journal_module._commit

    def refuse(_connection: object) -> None:
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("disk is full"))

    async def story(journal: Journal) -> None:
        monkeypatch.setattr(journal_module, "CALM", 3600.0)
        monkeypatch.setattr(journal_module, "_commit", refuse)
        with pytest.raises(CannotSaveError, match="disk is full"):
            await journal.append([entry("a")])
        assert journal.failing
        assert await journal.probe() is False
        monkeypatch.setattr(journal_module, "_commit", commit)
        assert await journal.probe() is True
        assert journal.failing
        monkeypatch.setattr(journal_module, "CALM", 0.0)
        monkeypatch.setattr(journal_module, "_commit", refuse)
        assert await journal.probe() is False
        monkeypatch.setattr(journal_module, "_commit", commit)
        assert await journal.probe() is True
        assert not journal.failing
        assert len(await journal.append([entry("a")])) == 1

    in_journal(tmp_path, story)


def test_a_second_writer_is_refused_by_name(tmp_path: Path) -> None:
    """Another process holds the lock; the sentence names it."""

    async def story(_journal: Journal) -> subprocess.CompletedProcess[str]:
        program = (
            "import asyncio, pathlib, sys; from hub.room.journal import Journal\n"
            "async def main(): Journal(pathlib.Path(sys.argv[1])).open()\n"
            "asyncio.run(main())"
        )
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", program, str(tmp_path)],
            capture_output=True,
            text=True,
        )

    other = in_journal(tmp_path, story)
    assert other.returncode != 0
    assert SecondWriterError.__name__ in other.stderr
    assert f"process {os.getpid()}" in other.stderr


def test_a_broken_database_is_said_to_be_one(tmp_path: Path) -> None:
    """The sentence names the folder and what SQLite says."""
    (tmp_path / "journal.sqlite").write_bytes(b"not a database" * 100)

    async def story() -> None:
        Journal(tmp_path).open()

    with pytest.raises(CannotSaveError, match="not a database"):
        asyncio.run(story())


def test_the_journal_is_set_for_safety(tmp_path: Path) -> None:
    """WAL, a full sync at every commit, deleted data overwritten, no memory map."""

    def pragmas(connection: Any) -> dict[str, Any]:
        names = ("journal_mode", "synchronous", "secure_delete", "mmap_size")
        return {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in names
        }

    found = in_journal(tmp_path, lambda journal: journal.read(pragmas))
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "mmap_size": 0,
    }


def test_the_last_row_anchors_the_clock(tmp_path: Path) -> None:
    """An empty journal has none; otherwise at, mono and boot."""

    async def story(journal: Journal) -> None:
        assert await journal.read(last_time) is None
        await journal.append([entry("a")])
        assert await journal.read(last_time) == (1000, 10, "boot")

    in_journal(tmp_path, story)


def test_migrations_make_the_tables_that_the_code_expects(tmp_path: Path) -> None:
    """Alembic finds no difference between the migrated database and tables.py."""

    async def nothing(_journal: Journal) -> None:
        return None

    in_journal(tmp_path, nothing)
    engine = create_engine(f"sqlite:///{tmp_path / 'journal.sqlite'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.metadata) == []


def test_journal_rows_hold_no_names(tmp_path: Path) -> None:
    """The journal's columns are the design's; names have a table of their own."""
    del tmp_path
    assert set(tables.journal.c.keys()) == {
        *("id", "room", "seat", "kind", "uid", "at", "mono", "boot", "body")
    }
    with_names = [
        table.name for table in tables.metadata.tables.values() if "name" in table.c
    ]
    assert with_names == ["participants"]
