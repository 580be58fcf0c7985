"""PostgreSQL: ask the seat's own server, through psql, for checks.

A session can only read, waits for a lock no longer than a moment (for seconds while the
one that holds it is at work) and gives up after seconds. Reasons of these functions:
server-down, database-missing, table-locked, table-missing, tables-changed;
explain-inside, not-one-query; backup-empty, backup-not-custom, backup-unfinished.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from time import sleep
from typing import Any, NamedTuple

from checkers import Work, fail

SECONDS = 9.0
"""The longest that psql may take; a check that asks has a limit above it."""
_OPTIONS = (
    "-c statement_timeout=8s -c lock_timeout={} -c client_min_messages=error "
    "-c default_transaction_read_only=on -c application_name=check"
)
_PSQL = ("psql", "-XqAtw", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-d")
_MOMENT, _WHILE = 400, 3000
"""Milliseconds to wait for a lock, and for one whose holder is at work."""
_HOLDERS = (
    "SELECT coalesce(jsonb_agg(state), '[]') FROM pg_locks JOIN pg_stat_activity "
    "USING (pid) WHERE mode = 'AccessExclusiveLock' AND granted"
)
_ERROR = re.compile(r"ERROR:  (\w{5}): (.*)")
_NO_INDEX = "SET enable_indexscan = off; SET enable_bitmapscan = off"


class Said(NamedTuple):
    """What psql said: its output, or the code and the text of an error."""

    out: str
    code: str = ""
    error: str = ""


def psql(work: Work, *commands: str, wait: int = _MOMENT) -> Said:
    """Run commands in one session; fail when the server cannot be asked.

    The attendee's own command may hold a lock, an ALTER TABLE for one: that is waited
    for, since what comes of it is what the check is about.
    """
    words = [*_PSQL, f"options='{_OPTIONS.format(wait)}'"]
    for command in commands:
        words += ["-c", command]
    ran = work.run(words, timeout=SECONDS)
    if not ran.code:
        return Said(ran.out)
    error = _ERROR.search(ran.out)
    if error and error[1] == "55P03":
        holders = ask(work, _HOLDERS)[0]
        if not holders or "active" in holders:  # at work, or done by now
            if wait == _MOMENT:
                return psql(work, *commands, wait=_WHILE)
            fail("table-locked", "A command is at work on the table. Let it finish.")
        seen = "Another session keeps the table locked, in some terminal"
        fail("table-locked", f"{seen}. End its transaction there: COMMIT; or ROLLBACK;")
    if error:
        return Said(ran.out, error[1], error[2].strip())
    if "does not exist" in ran.out:
        fail("database-missing", "Your database is gone. Make it again: `createdb`")
    seen = "PostgreSQL does not answer. In a terminal, `services status` says how it is"
    fail("server-down", f"{seen}, and `services restart postgres` starts it again.")


def ask(work: Work, *commands: str) -> list[Any]:
    """Run commands in one session that answer in JSON; return the answers."""
    said = psql(work, *commands)
    seen = f"PostgreSQL says: {said.error[:150]}"
    if said.code == "42P01":
        fail("table-missing", f"{seen}. In psql, `\\d` lists what your database has.")
    if said.code:
        fail("tables-changed", f"{seen}. Are the tables still as the lab made them?")
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(said.out):
        value, at = decoder.raw_decode(said.out, at)
        found.append(value)
        at = len(said.out) - len(said.out[at:].lstrip())
    return found


def nodes(plan: Any) -> Iterator[dict[str, Any]]:
    """Give the nodes of a plan as EXPLAIN (FORMAT JSON) answers it."""
    for one in plan:
        node = one.get("Plan", one)
        yield node
        yield from nodes(node.get("Plans", ()))


def index_used(plan: Any) -> str:
    """Return the index by which a plan reads; "" when it reads a whole table."""
    found = list(nodes(plan))
    if any(node["Node Type"] == "Seq Scan" for node in found):
        return ""
    return next((node["Index Name"] for node in found if "Index Name" in node), "")


def columns(work: Work, table: str) -> list[str]:
    """Return the names of a table's columns, in order; none when it is not there."""
    query = f"""SELECT coalesce(jsonb_agg(attname ORDER BY attnum), '[]')
        FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped
        AND attrelid = to_regclass('{table}')"""  # noqa: S608 - the author's
    return list(ask(work, query)[0])


def indexes(work: Work, table: str) -> list[dict[str, Any]]:
    """Return a table's indexes, the oldest first.

    Each has name, valid, unique, primary, part (it has a WHERE) and keys.
    """
    query = f"""SELECT coalesce(jsonb_agg(jsonb_build_object('name',
        indexrelid::regclass, 'valid', indisvalid, 'unique', indisunique,
        'primary', indisprimary, 'part', indpred IS NOT NULL, 'keys',
        (SELECT jsonb_agg(pg_get_indexdef(indexrelid, n, true) ORDER BY n)
        FROM generate_series(1, indnkeyatts) n)) ORDER BY indexrelid), '[]')
        FROM pg_index WHERE indrelid = '{table}'::regclass"""  # noqa: S608 - the author's
    return list(ask(work, query)[0])


def constraints(work: Work, table: str) -> list[dict[str, Any]]:
    """Return a table's constraints.

    Each has type (pg_constraint.contype), valid, keys, target and rule.
    """
    query = f"""SELECT coalesce(jsonb_agg(jsonb_build_object('type', contype, 'valid',
        convalidated, 'keys', (SELECT jsonb_agg(attname) FROM pg_attribute
        WHERE attrelid = conrelid AND attnum = ANY (conkey)), 'target',
        confrelid::regclass, 'rule', pg_get_expr(conbin, conrelid))), '[]')
        FROM pg_constraint WHERE conrelid = '{table}'::regclass"""  # noqa: S608 - the author's
    return list(ask(work, query)[0])


def times_faster(work: Work, query: str, slow: str, wanted: float) -> float:
    """Return how many times as fast a query is as one that may use no index.

    Both run here and now and the best of each counts, so the number hardly depends on
    the machine and on what else it does. Near what is wanted, they run once more.
    """
    analyse = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
    runs = (*[analyse + query] * 2, _NO_INDEX, analyse + slow)
    indexed = plain = times = float("inf")
    for _round in range(2):
        plans = ask(work, *runs)
        *quick, whole = (max(plan[0]["Execution Time"], 0.01) for plan in plans)
        indexed, plain = min(indexed, *quick), min(plain, whole)
        times = plain / indexed
        if not wanted / 2 < times < wanted * 2:
            break
    return times


def allowed(work: Work, table: str, column: str, values: Sequence[float]) -> list[bool]:
    """Tell for each value whether the table's CHECKs would let it into a column.

    The other columns are those of some row that is there. Nothing is written.
    """
    checks = [rule["rule"] for rule in constraints(work, table) if rule["type"] == "c"]
    rules = " AND ".join(f"({rule}) IS NOT FALSE" for rule in checks) or "true"
    query = f"""SELECT to_jsonb({rules}) FROM (SELECT (jsonb_populate_record(
        (SELECT old FROM {table} AS old LIMIT 1), jsonb_build_object('{column}', value)
        )).* FROM unnest(ARRAY{list(values)}) AS value) AS {table}"""  # noqa: S608 - the author's
    return [bool(one) for one in ask(work, query)]


def one_query(work: Work, name: str) -> str:
    """Return the one query that a file of the lab's folder holds, without comments."""
    path = work.file(name, most=10_000)
    text = path.read_text(encoding="utf-8-sig", errors="replace").replace("\0", "")
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    lines = [line.partition("--")[0] for line in text.splitlines()]
    query = " ".join(" ".join(lines).split()).rstrip("; ")
    first = query.partition(" ")[0].casefold()
    if first == "explain":
        fail("explain-inside", f"Leave EXPLAIN out of {name}: the query alone, please.")
    if ";" in query or first not in ("select", "with"):
        fail("not-one-query", f"{name} should hold one query that begins with SELECT.")
    return query


def dumped(work: Work, name: str) -> set[str]:
    """Return the tables whose rows are in a backup that `pg_dump -Fc` has written."""
    path = work.file(name, most=2**30)
    with path.open("rb") as file:
        head = file.read(5)
    if not head:
        fail("backup-empty", f"{name} is empty. What did pg_dump say?")
    if head != b"PGDMP":
        seen = f"{name} is not of the custom format, which pg_restore reads"
        fail("backup-not-custom", f"{seen}. Give pg_dump the option `-Fc`.")
    listed = work.run(["pg_restore", "--list", name])
    if listed.code or running(work, "pg_dump"):
        fail("backup-unfinished", f"{name} is not whole yet. Let pg_dump finish.")
    return set(re.findall(r"TABLE DATA \S+ (\S+) ", listed.out))


def running(work: Work, program: str) -> bool:
    """Tell whether a program such as pg_dump is connected to the server just now.

    One that has just ended may be for a moment more.
    """
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name"
    for _moment in range(3):
        if not ask(work, f"{query} = '{program}'")[0]:
            return False
        sleep(0.1)
    return True
