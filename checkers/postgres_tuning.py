"""The checker of the lab postgres_tuning: what the seat's PostgreSQL says of each step.

Most checks ask the catalogue alone. A query is timed only once its plan looks right,
against the same query without an index in the same session, so that the ratio counts
and not the machine.
"""

from __future__ import annotations

import json
import re
from time import sleep
from typing import Any, NoReturn

from checkers import Work, check, fail
from checkers.postgres import (
    allowed,
    ask,
    columns,
    constraints,
    dumped,
    index_used,
    indexes,
    nodes,
    one_query,
    psql,
    running,
    times_faster,
)

SECONDS = 10.0  # a check's limit; psql gives up before
ROWS, COLUMNS = 1_000_000, "id code customer_id depot_id status weight_g sent_at"
ONE = "SELECT * FROM parcels WHERE code = 'GP-7925696'"
WAITING, WAITING_ROWS = "SELECT * FROM parcels WHERE status = 'waiting'", 40_124
ONE_DAY = "SELECT count(*), sum(weight_g) FROM parcels WHERE sent_at{} '2025-06-14'"
DAY_ASKED = ONE_DAY.format("::date =")
DAY_RANGE = ONE_DAY.format(" >=") + " AND sent_at < '2025-06-15'"
DEPOT = (
    "SELECT id, code, sent_at FROM parcels WHERE depot_id = 7 AND status = 'waiting' "
    "ORDER BY sent_at LIMIT 20"
)
DAY_TIMES, DEPOT_TIMES = 5, 20
GUESSES = "PostgreSQL has no statistics of `parcels` yet, so it guesses"
AGAIN = "Load the table again (step 1), then this step."
# what data/export.sql makes wrong, by id
TWICE = {200_117, 431_009, 655_302, 918_444}
UNKNOWN = set(range(5, ROWS, 26_881))
WEIGHTLESS = {*range(5, ROWS, 53_762), *range(9, ROWS, 61_543)}
BAD = TWICE | UNKNOWN | WEIGHTLESS
KINDS = {"unknown customers": UNKNOWN, "impossible weights": WEIGHTLESS}
KINDS["a code that is there already"] = TWICE
# rows, sum of the ids and grams of the parcels that are not bad
GOOD = [ROWS - len(BAD), ROWS * (ROWS + 1) // 2 - sum(BAD), 10_019_567_271]


@check("load-parcels", limit=SECONDS)
def load_parcels(work: Work) -> str:
    """The table is there, with its columns and a million rows."""
    (rows,) = ask(work, "SELECT count(*) FROM parcels")
    there = columns(work, "parcels")
    again = "Run data/tables.sql, which empties it, and load the whole file once."
    if there != COLUMNS.split():
        seen = f"The columns of `parcels` are {', '.join(there)[:150]}"
        fail("columns-changed", f"{seen}. Run data/tables.sql and load again.")
    if not rows:
        seen = "`parcels` is there and has no rows yet. If you have run `\\copy`, read"
        fail("table-empty", f"{seen} what it said: it brings in all rows, or none.")
    if rows != ROWS:
        seen = f"`parcels` has {rows:,} rows, the old system has {ROWS:,}"
        fail("rows-missing" if rows < ROWS else "rows-added", f"{seen}. {again}")
    if not any(ask(work, f"SELECT count(*) {ONE[9:]} AND id = 614208")):
        seen = "A million rows, but parcel 614208 is not that of the old system"
        fail("rows-changed", f"{seen}. {again}")
    return f"{rows:,} parcels."


@check("read-a-plan")
def read_a_plan(work: Work) -> str:
    """How many rows the scan read for nothing."""
    given = _number(work, "read-a-plan")
    if given == ROWS - 1:
        return "It read a million rows to find one."
    if given == ROWS:
        fail("all-rows", "One of the million was the right one: it was not removed.")
    if given in (0, 1):
        fail("rows-found", "That many rows it found. How many did it throw away?")
    if given != int(given) or given < 2_000:
        fail("time-or-width", "That is a time or a width. Look for `Rows Removed`.")
    if given < 50_000:
        seen = "That is out of the first brackets: what PostgreSQL expected"
        fail("expected-not-seen", f"{seen}. Look for the line `Rows Removed`.")
    fail("other-number", f"It is not {given:,.0f}. Copy it from `Rows Removed …`.")


@check("find-by-code", limit=SECONDS)
def find_by_code(work: Work) -> str:
    """The search for a code reads an index, not the table."""
    (plan,) = ask(work, f"EXPLAIN (FORMAT JSON) {ONE}")
    if used := index_used(plan):
        return f"PostgreSQL finds a code by {used}."
    found = _own_indexes(work)
    for index in found:
        _say_why_not(index)
    if found:
        seen = f"There is an index on {found[-1]['keys'][0]}"
        fail("index-elsewhere", f"{seen}, but the query searches for a code.")
    seen = "The plan still says Seq Scan: PostgreSQL reads the whole table"
    fail("no-index", f"{seen}. `parcels` has no index yet but the one on `id`.")


@check("fresh-statistics", limit=SECONDS)
def fresh_statistics(work: Work) -> str:
    """Every column has statistics, and the plan expects what is there."""
    known, vacuumed, plan = ask(
        work,
        "SELECT coalesce(jsonb_agg(attname), '[]') FROM pg_stats "
        "WHERE tablename = 'parcels' AND schemaname = ANY (current_schemas(false))",
        "SELECT count(last_vacuum) FROM pg_stat_user_tables WHERE relname = 'parcels'",
        f"EXPLAIN (FORMAT JSON) {WAITING}",
    )
    rows = plan[0]["Plan"]["Plan Rows"]
    if vacuumed and not known:
        fail("vacuum-only", f"{GUESSES}. VACUUM alone gathers none.")
    if not known:
        fail("no-statistics", f"{GUESSES}. Compare the two `rows=` in the plan.")
    if lacking := [name for name in COLUMNS.split() if name not in known]:
        seen = f"There are statistics, but none of {', '.join(lacking)}"
        fail("some-columns-only", f"{seen}. Name the table alone, without a column.")
    seen = f"PostgreSQL expects {rows:,} waiting parcels. There are {WAITING_ROWS:,}."
    if not WAITING_ROWS / 2 < rows < WAITING_ROWS * 2:
        fail("statistics-stale", f"{seen} The statistics are older than the rows.")
    return seen


@check("one-day", limit=SECONDS)
def one_day(work: Work) -> str:
    """The query in one_day.sql finds the same without reading the table."""
    query = one_query(work, "one_day.sql")
    said = psql(work, f"EXPLAIN (FORMAT JSON) {query}")
    if said.code:
        seen = f"PostgreSQL does not understand one_day.sql: {said.error}"
        fail("query-broken", f"{seen[:200]}. Try it: `psql -f one_day.sql`")
    if not index_used(json.loads(said.out)):
        if not any("sent_at" in one["keys"][0] for one in _own_indexes(work)):
            fail("no-index", "There is no index on `sent_at` yet. Make it first.")
        seen = "The plan of one_day.sql still reads the whole table"
        fail(
            "column-wrapped",
            f"{seen}. The index holds `sent_at` as it is: compare that, with nothing "
            "done to it, with where the day begins and ends.",
        )
    found, right = psql(work, query).out.strip(), psql(work, DAY_RANGE).out.strip()
    if found != right:
        _other_result(found, right)
    times = times_faster(work, query, DAY_ASKED, DAY_TIMES)
    if times < DAY_TIMES:
        seen = f"one_day.sql is only {times:.1f} times as fast as the old query"
        fail("not-faster", f"{seen}; expected {DAY_TIMES} times.")
    return f"The same answer, {times:,.0f} times as fast."


@check("waiting-parcels", limit=SECONDS)
def waiting_parcels(work: Work) -> str:
    """The counter's query reads twenty rows of one index, in their order."""
    (plan,) = ask(work, f"EXPLAIN (FORMAT JSON) {DEPOT}")
    used = index_used(plan)
    if not used:
        seen = "The plan reads the whole table"
        fail("no-index", f"{seen}. Which columns does the query compare and sort by?")
    if any("Sort" in node["Node Type"] for node in nodes(plan)):
        seen = f"The plan finds rows by {used}, then sorts them"
        fail("still-sorts", f"{seen}. With `sent_at` last, an index has them in order.")
    filters = " ".join(str(node.get("Filter")) for node in nodes(plan))
    if "depot_id" in filters and "status" in filters:
        begun = "depot_id" in [index["keys"][0] for index in _own_indexes(work)]
        wanted = "ends with `sent_at`" if begun else "begins with the depot"
        seen = f"The plan walks along {used}, the oldest parcel first, and throws"
        fail(
            "walks-by-date", f"{seen} nearly all away. It needs an index that {wanted}."
        )
    times = times_faster(work, DEPOT, DEPOT, DEPOT_TIMES)
    if times < DEPOT_TIMES:
        seen = f"{times:.1f} times as fast as with no index; expected {DEPOT_TIMES}"
        fail("not-fast-enough", f"{seen}. What does {used} still walk past?")
    return f"{times:,.0f} times as fast as without an index."


@check("bad-rows")
def bad_rows(work: Work) -> str:
    """How many rows break at least one rule."""
    given = _number(work, "bad-rows")
    sizes = [len(kind) for kind in KINDS.values()]
    zeros = sum(number % 2 == 0 for number in WEIGHTLESS)
    if given == len(BAD):
        return f"{given:.0f} of a million."
    if given == sum(sizes):
        fail("counted-twice", "Some rows break two rules. Count each row once.")
    if given == len(BAD) + len(TWICE):
        fail("both-of-a-pair", "Of two rows with the same code only the second is bad.")
    if given == len(UNKNOWN | WEIGHTLESS):
        fail("codes-left-out", "Two rules are in. Now the codes that are there twice.")
    if given in sizes:
        fail("one-rule-only", "So many break one of the rules. Join all three with OR.")
    if given in (len(BAD) - zeros, len(WEIGHTLESS) - zeros):
        fail("zero-left-out", "A parcel of 0 grams is a bad one too.")
    fail("other-number", f"It is not {given:,.0f}. Count for each rule alone first.")


@check("rules", limit=SECONDS)
def rules(work: Work) -> str:
    """Bad rows are set aside, and three constraints keep new ones out."""
    _right_set_aside(work)
    if left := _there(work, BAD):
        seen = f"{left} rows of `set_aside` are still in `parcels` as well"
        fail("still-in-parcels", f"{seen}. Delete there what is in `set_aside`.")
    found = constraints(work, "parcels")
    _known_customers([rule for rule in found if rule["type"] == "f"])
    _real_weights(work)
    _one_parcel_a_code(work)
    if late := [rule for rule in found if not rule["valid"]]:
        seen = f"The rule on {late[0]['keys'][0]} is NOT VALID, so it binds new rows"
        fail("not-validated", f"{seen} only. VALIDATE CONSTRAINT looks at the others.")
    (rows,) = ask(work, "SELECT count(*) FROM parcels")
    if rows != GOOD[0]:
        seen = f"`parcels` has {rows:,} rows; expected {GOOD[0]:,}. Good rows went too"
        fail("good-rows-lost", f"{seen}. {AGAIN}")
    return f"{rows:,} good parcels, {len(BAD)} set aside."


@check("lock", limit=SECONDS)
def lock(work: Work) -> str:
    """The session that held all up is gone, and the others could finish."""
    waiting = _waiting(work)
    for name, other in sorted(waiting.items()):
        seen = f"{name} waits for {other}. Does {other} wait as well?"
        fail("still-waiting", f"{seen} End the session that waits for nobody.")
    (done,) = ask(work, "SELECT coalesce(jsonb_agg(counter), '[]') FROM shift_log")
    lost = [name for name in ("counter-5", "counter-7") if name not in done]
    again = "Run `bash data/counters.sh` again, end the one that waits for nobody."
    if len(lost) == 1:
        seen = f"{lost[0]} only waited; it was ended, and its work is lost"
        fail("wrong-one-ended", f"{seen}. {again}")
    if lost:
        fail("all-ended", f"counter-5 and counter-7 were ended too. {again}")
    return "counter-5 and counter-7 could finish their work."


@check("backup", limit=SECONDS)
def backup(work: Work) -> str:
    """There is a whole backup, the table was lost, and all of it is back."""
    if "parcels" not in dumped(work, "backup.dump"):
        seen = "backup.dump does not hold the rows of `parcels`"
        fail("no-rows-in-backup", f"{seen}. Back up this database, with its data.")
    if not (work.folder / "incident.txt").is_file():
        seen = "The backup holds the rows of `parcels`"
        fail("no-accident-yet", f"{seen}. Now lose the table: `bash data/accident.sh`")
    if running(work, "pg_restore"):
        fail("restore-unfinished", "pg_restore is at work. Let it finish.")
    if not columns(work, "parcels"):
        seen = "The table `parcels` is lost, as it should be by now"
        fail("table-still-lost", f"{seen}. Bring it back with `pg_restore`.")
    there, twice = ask(
        work,
        "SELECT jsonb_build_array(count(*), sum(id::bigint), sum(weight_g)) "
        "FROM parcels",
        "SELECT count(*) - count(DISTINCT id) FROM set_aside",
    )
    if there != GOOD:
        seen = (
            f"`parcels` has {there[0]:,} rows; expected the same {GOOD[0]:,} as before"
        )
        fail("rows-differ", f"{seen}. Restore backup.dump once, with `--clean`.")
    kinds = [rule["type"] for rule in constraints(work, "parcels")]
    if not _own_indexes(work) or "f" not in kinds:
        seen = "The rows are back, the indexes and rules are not: `-t` restores no more"
        fail("rules-not-back", f"{seen} than a table. Leave it out, and use `--clean`.")
    if twice:
        seen = "`parcels` is back, but the rows of `set_aside` are there twice now"
        fail("restored-on-top", f"{seen}. Restore again with `--clean --if-exists`.")
    return f"{there[0]:,} parcels are back, with their rules."


def _number(work: Work, step: str) -> float:
    """Return the number that was answered to a step's question."""
    given = work.answer(step).casefold().replace(",", "").replace(" ", "")
    digits = re.fullmatch(r"(\d{1,12}(?:\.\d{1,6})?)(?:rows?|parcels?|ms)?\.?", given)
    if digits is None:
        fail("not-a-number", "The answer is a number, such as 1234.")
    return float(digits[1])


def _own_indexes(work: Work) -> list[dict[str, Any]]:
    """Return the indexes of the table but that of its primary key."""
    found = indexes(work, "parcels")
    return [one for one in found if not (one["primary"] and one["keys"] == ["id"])]


def _say_why_not(index: dict[str, Any]) -> None:
    """Fail when an index holds the code and still does not help to find one."""
    keys, name = index["keys"], index["name"]
    if keys[0] == "code" and not index["valid"]:
        fail("index-invalid", f"{name} was never finished. Drop it and make it again.")
    if keys[0] == "code" and index["part"]:
        fail("index-partial", f"{name} has a WHERE, so it does not hold all parcels.")
    if "code" in keys[1:]:
        seen = f"{name} begins with {keys[0]}, and an index is sorted by what it begins"
        fail("code-not-first", f"{seen} with, like a telephone book by surnames.")
    if any("code" in key and key != "code" for key in keys):
        seen = f"{name} holds {keys[0]}, not the code as it is"
        fail("index-on-expression", f"{seen}. The query compares the code as it is.")


def _other_result(found: str, right: str) -> NoReturn:
    """Fail, saying how the result differs from that of the old query."""
    few, many = right.partition("|")[0], found.partition("|")[0]
    if found.count("|") != 1 or "\n" in found or not many.isdigit():
        fail("other-columns", "Keep what the old query shows: the count and the sum.")
    seen = f"one_day.sql counts {int(many):,} parcels, the old query {int(few):,}"
    if int(many) > int(few):
        fail("too-many-rows", f"{seen}. Midnight of the next day is the next day's.")
    fail("other-result", f"{seen}. Where does the day begin, and where does it end?")


def _right_set_aside(work: Work) -> None:
    """Fail unless `set_aside` holds each bad row, once, and nothing else."""
    there = columns(work, "set_aside")
    if not there:
        seen = "There is no table `set_aside` yet"
        fail("no-set-aside", f"{seen}. Copy the bad rows there before you delete any.")
    if lost := [name for name in COLUMNS.split() if name not in there]:
        seen = f"`set_aside` does not hold {', '.join(lost)}"
        fail("columns-lost", f"{seen}. The office needs the whole rows: SELECT *.")
    ids = ask(work, "SELECT to_jsonb(id) FROM set_aside LIMIT 5000")
    for name, kind in KINDS.items():
        if lacking := kind.difference(ids):
            seen = f"`set_aside` lacks {len(lacking)} of {len(kind)} rows with {name}"
            if _there(work, lacking) < len(lacking):
                fail("deleted-first", f"{seen}, and `parcels` too. {AGAIN}")
            fail("bad-rows-missing", f"{seen}. Drop it and make it with all rules.")
    if more := len(BAD.symmetric_difference(ids)):
        seen = f"`set_aside` has {more} rows that break no rule"
        fail("good-rows-set-aside", f"{seen}. Of two with one code the first is right.")
    if len(ids) != len(BAD):
        fail("set-aside-twice", "Rows that break two rules are in `set_aside` twice.")


def _there(work: Work, ids: set[int]) -> int:
    """Return how many parcels with one of these ids are in the table."""
    among = f"id = ANY (ARRAY{sorted(ids)})"
    return int(ask(work, f"SELECT count(*) FROM parcels WHERE {among}")[0])  # noqa: S608


def _known_customers(foreign: list[dict[str, Any]]) -> None:
    """Fail unless a parcel's customer must be one of the customers."""
    if ("customers", "customer_id") in [(x["target"], *x["keys"]) for x in foreign]:
        return
    if foreign:
        seen = f"The foreign key ties {foreign[0]['keys'][0]} to {foreign[0]['target']}"
        fail("other-foreign-key", f"{seen}. Which column names the customer?")
    seen = "A parcel can still name a customer who does not exist"
    fail("no-foreign-key", f"{seen}. A foreign key on customer_id forbids it.")


def _real_weights(work: Work) -> None:
    """Fail unless weights of zero and less are refused, and others are not."""
    below, zero, *real = allowed(work, "parcels", "weight_g", (-20, 0, 1, 19_999))
    if below:
        fail("no-check", "A weight below zero is still allowed. A CHECK forbids it.")
    if zero:
        fail("zero-allowed", "The CHECK lets a parcel of 0 grams in. That is bad too.")
    if not all(real):
        fail("check-too-strict", "The CHECK forbids weights such as 1 g or 19,999 g.")


def _one_parcel_a_code(work: Work) -> None:
    """Fail unless a code can be there once only."""
    unique = [index for index in _own_indexes(work) if index["unique"]]
    if any(one["keys"] == ["code"] and not one["part"] for one in unique):
        return
    if unique:
        seen = f"UNIQUE is on {', '.join(unique[0]['keys'])[:100]}"
        fail("other-unique", f"{seen}. The code alone has to be unique.")
    fail("no-unique", "Two parcels can still have the same code. UNIQUE forbids it.")


def _waiting(work: Work) -> dict[str, str]:
    """Return which counter waits for which, once no other is about to begin or end."""
    if not columns(work, "shift_log"):
        fail("not-started", "The counters are not at work: `bash data/counters.sh`")
    query = """SELECT coalesce(jsonb_object_agg(application_name, (SELECT
        coalesce(min(b.application_name), '') FROM pg_stat_activity b
        WHERE b.pid = ANY (pg_blocking_pids(a.pid)))), '{}')
        FROM pg_stat_activity a WHERE application_name LIKE 'counter-_'"""
    sessions: dict[str, str] = {}
    for _moment in range(8):
        before, (sessions,) = sessions, ask(work, query)
        if not sessions or (sessions == before and any(sessions.values())):
            break
        sleep(0.1)
    return {name: on for name, on in sessions.items() if on}
