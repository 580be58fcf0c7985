"""The journal: the only writer of the room's database.

One thread owns one connection. It takes whatever waits, writes it in one transaction
(group commit, `synchronous=FULL`) and answers only after the commit. The small tables
are written through it too, so that nothing else ever writes or checkpoints.

Errors:
    JournalError: base of the two below.
    SecondWriterError: another process holds this journal.
    CannotSaveError: the disk refused (full, read-only, broken); nothing of that batch
        was kept, and the next write tries again.
    BacklogError: more waits to be written than the room wants to hold.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.pool import StaticPool

from hub.room import tables
from hub.room.entry import Entry
from hub.room.rows import insert_new, run

log = logging.getLogger(__name__)
_T = TypeVar("_T")

BATCH = 2_000
"""Jobs that one transaction takes at most."""
BACKLOG = 20_000
"""Entries that may wait to be written."""
CALM = 10.0
"""Seconds until a disk that refused is trusted: a small write may still fit."""
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA foreign_keys = ON",
)


class JournalError(Exception):
    """The journal cannot do what was asked."""


class SecondWriterError(JournalError):
    """Another process writes this journal already."""


class CannotSaveError(JournalError):
    """The disk refused; nothing of the batch was kept."""


class BacklogError(JournalError):
    """Too much waits to be written."""


@dataclass(frozen=True, slots=True)
class _Job(Generic[_T]):
    """Something to write or read, and who waits for it."""

    entries: Sequence[Entry]
    work: Callable[[Connection], _T] | None
    done: asyncio.Future[tuple[_T | None, list[Entry]]]
    reads: bool = False
    then: Callable[[], None] | None = None
    """What to take into memory once it is committed, before anybody hears of it."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of one job: a value and new entries, or an error."""

    job: _Job[Any]
    value: Any = None
    rows: Sequence[Entry] = ()
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """One finished transaction, for whoever measures."""

    rows: int
    seconds: float
    error: Exception | None


class Journal:
    """The journal of one installation. Call `open`, use it on one loop, `close` it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.failing: Exception | None = None
        """Why a write failed; None when all of the last seconds worked."""
        self._trusted = 0.0
        self.on_rows: Callable[[Sequence[Entry]], None] = lambda _rows: None
        """Called on the loop with each batch's new rows, before anybody is answered."""
        self.on_commit: Callable[[Commit], None] = lambda _commit: None
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._waiting = 0
        self._closed = False

    def open(self) -> None:
        """Lock, migrate, and start the writing thread.

        Raises:
            SecondWriterError: another room service runs on this folder.
            CannotSaveError: the database cannot be opened or migrated.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _lock(self.folder / "lock")
        path = self.folder / "journal.sqlite"
        try:  # SQLite gives its other files the same mode
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            os.close(self._lock)
            raise CannotSaveError(str(error)) from None
        engine = create_engine(
            f"sqlite:///{path}",
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,  # names and keys; an error is logged as it is
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
            json_serializer=partial(
                json.dumps, ensure_ascii=False, separators=(",", ":")
            ),
        )
        event.listen(engine, "connect", _prepare)
        try:
            self._connection = engine.connect()
            _transact(self._connection, tables.upgrade)
        except DatabaseError as error:
            os.close(self._lock)
            raise CannotSaveError(
                f"{self.folder}: expected a database to write to, got: {error.orig}"
            ) from None
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Write what waits, close the database and give the lock back."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        await asyncio.sleep(0)
        self._connection.close()
        self._connection.engine.dispose()
        os.close(self._lock)

    async def settle(self, patience: float) -> None:
        """Wait until what waits now is written, at most `patience` seconds."""
        try:
            await asyncio.wait_for(self.read(lambda _connection: None), patience)
        except (JournalError, TimeoutError) as error:
            log.warning("stopping with unwritten entries: %s", error)
        await asyncio.sleep(0.01)  # answers leave the loop

    async def append(self, entries: Sequence[Entry]) -> list[Entry]:
        """Write entries; returns, after the commit, those that were not known yet.

        Raises:
            CannotSaveError: nothing was kept.
            BacklogError: nothing was tried.
        """
        return (await self._do(entries, None))[1]

    async def write(
        self,
        work: Callable[[Connection], None],
        entries: Sequence[Entry] = (),
        then: Callable[[], None] | None = None,
    ) -> list[Entry]:
        """Do `work` and write entries, all or nothing; returns the new ones.

        Args:
            work: writes to the small tables, on the thread.
            entries: what the journal says of it.
            then: called on the loop after the commit, before anybody hears of it.

        Raises:
            CannotSaveError: nothing was kept.
            IntegrityError: `work` went against the tables' constraints.
        """
        return (await self._do(entries, work, then=then))[1]

    async def read(self, work: Callable[[Connection], _T]) -> _T:
        """Read on the journal's connection, between two transactions."""
        value: _T = (await self._do((), work, reads=True))[0]
        return value

    async def probe(self) -> bool:
        """Try a small write; says whether the journal can write."""
        row = {"id": 1, "at": time.time_ns() // 1_000_000}
        statement = insert(tables.pulse).values(row)
        statement = statement.on_conflict_do_update(index_elements=["id"], set_=row)
        try:
            await self.write(partial(run, statement))
        except JournalError:
            return False
        return True

    async def _do(
        self,
        entries: Sequence[Entry],
        work: Callable[[Connection], Any] | None,
        *,
        reads: bool = False,
        then: Callable[[], None] | None = None,
    ) -> tuple[Any, list[Entry]]:
        """Hand one job to the thread and wait for its answer."""
        if self._closed:
            raise CannotSaveError("the journal is closed")
        if self._waiting > BACKLOG:
            raise BacklogError(f"{self._waiting} entries wait to be written")
        job = _Job(entries, work, self._loop.create_future(), reads, then)
        self._waiting += len(entries)
        self._jobs.put(job)
        return await job.done

    # On the thread ------------------------------------------------------------------

    def _run(self) -> None:
        """Write batch after batch until told to stop."""
        going = True
        while going:
            batch: list[_Job[Any]] = []
            going = self._take(batch)
            started = time.perf_counter()
            answers, error = self._answers(batch)
            commit = Commit(
                sum(len(answer.rows) for answer in answers),
                time.perf_counter() - started,
                error,
            )
            self._loop.call_soon_threadsafe(self._deliver, answers, commit)

    def _take(self, batch: list[_Job[Any]]) -> bool:
        """Collect what waits; says whether to go on after it."""
        job = self._jobs.get()
        while job is not None:
            batch.append(job)
            if len(batch) >= BATCH:
                return True
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return True
        return False

    def _answers(
        self, batch: list[_Job[Any]]
    ) -> tuple[list[_Answer], Exception | None]:
        """Do a batch: its writes in one transaction, then its reads."""
        writes = [job for job in batch if not job.reads]
        answers: list[_Answer] = []
        failure: Exception | None = None
        if writes:
            try:
                answers = _transact(self._connection, partial(_write, writes), _commit)
            except DatabaseError as error:
                failure = CannotSaveError(f"{self.folder}: {error.orig}")
                answers = [_Answer(job, error=failure) for job in writes]
            except Exception as error:  # the thread must outlive our own bugs
                log.exception("a batch was rolled back")
                answers = [_Answer(job, error=error) for job in writes]
            now = time.monotonic()
            self._trusted = now + CALM if failure else self._trusted
            if failure or now >= self._trusted:
                self.failing = failure
        for job in batch:
            if job.reads:
                answers.append(_attempt(self._connection, job))
        return answers, failure

    # On the loop --------------------------------------------------------------------

    def _deliver(self, answers: list[_Answer], commit: Commit) -> None:
        """Publish a batch's new rows and answer everybody who waits."""
        rows = [row for answer in answers for row in answer.rows]
        if commit.error:
            log.error("cannot save: %s", commit.error)
        self.on_commit(commit)
        for answer in answers:
            if answer.job.then and not answer.error:
                answer.job.then()
        if rows:
            self.on_rows(sorted(rows, key=lambda row: row.id))
        for answer in answers:
            self._waiting -= len(answer.job.entries)
            done = answer.job.done
            if done.cancelled():
                continue
            if answer.error:
                done.set_exception(answer.error)
            else:
                done.set_result((answer.value, list(answer.rows)))


def _lock(path: Path) -> int:
    """Hold the file against a second writer; returns its descriptor."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(handle, 20).decode("ascii", "replace").strip()
        os.close(handle)
        raise SecondWriterError(
            f"{path.parent}: expected to be the only room service here, got another "
            f"one that runs already (process {holder or 'unknown'})"
        ) from None
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle


def _prepare(connection: Any, _record: object) -> None:
    """Set what SQLite needs for a journal."""
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _commit(connection: Connection) -> None:
    """Make the transaction last: after this returns, it survives a power cut."""
    connection.exec_driver_sql("COMMIT")


def _transact(
    connection: Connection,
    work: Callable[[Connection], _T],
    commit: Callable[[Connection], None] = _commit,
) -> _T:
    """Do `work` in one transaction; on any error nothing of it stays."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        value = work(connection)
        commit(connection)
    except BaseException:
        raw = connection.connection.dbapi_connection
        if raw is not None and raw.in_transaction:
            connection.exec_driver_sql("ROLLBACK")
        raise
    return value


def _write(jobs: list[_Job[Any]], connection: Connection) -> list[_Answer]:
    """Write a batch inside its transaction: plain entries at once, then the rest."""
    plain = [job for job in jobs if job.work is None]
    fresh = insert_new(connection, (entry for job in plain for entry in job.entries))
    answers = []
    for job in plain:
        keys = dict.fromkeys((entry.seat, entry.uid) for entry in job.entries)
        rows = [fresh.pop(key) for key in keys if key in fresh]
        answers.append(_Answer(job, rows=rows))
    for job in jobs:
        if job.work is not None:
            answers.append(_write_one(connection, job))
    return answers


def _write_one(connection: Connection, job: _Job[Any]) -> _Answer:
    """Do one job's work and entries, all or nothing."""
    connection.exec_driver_sql("SAVEPOINT job")
    try:
        value = job.work(connection) if job.work else None
        rows = list(insert_new(connection, job.entries).values())
    except IntegrityError as error:
        connection.exec_driver_sql("ROLLBACK TO job")
        connection.exec_driver_sql("RELEASE job")
        return _Answer(job, error=error)
    connection.exec_driver_sql("RELEASE job")
    return _Answer(job, value, rows)


def _attempt(connection: Connection, job: _Job[Any]) -> _Answer:
    """Do one job that only reads."""
    try:
        return _Answer(job, job.work(connection) if job.work else None)
    except DatabaseError as error:
        return _Answer(job, error=CannotSaveError(str(error.orig)))
