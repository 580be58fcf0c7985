"""PostgreSQL, made fast: other right answers pass; a useless database is no error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from checkers import Work, postgres, postgres_tuning
from checkers.engine.attempt import Attempt, Outcome
from hub.authoring.kernel import LabKernel
from hub.authoring.stand_places import in_image
from hub.catalog import load_lab
from hub.settings import settings
from tests.conftest import build_image
from tests.harness import REPOSITORY

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(600)]

LAB = load_lab(Path(__file__).parents[2] / "labs" / "postgres_tuning")
ASKING = [step.id for step in LAB.steps if step.watch and step.id != "backup"]
"""Steps whose checks ask the server, whatever files there are."""
LOAD = r"""psql -f data/tables.sql
bash data/export.sh
psql -c "\copy parcels FROM 'parcels.csv' WITH (FORMAT csv, HEADER)"
cp data/one_day.sql one_day.sql"""
DAY = "SELECT count(*), sum(weight_g) FROM parcels WHERE sent_at"
RANGE = f"{DAY} >= '2025-06-14' AND sent_at < '2025-06-15'"
RIGHT = {
    "find-by-code": (
        'psql -c "CREATE INDEX own ON parcels USING hash (code)"',
        'psql -c "CREATE INDEX own ON parcels (code) INCLUDE (status)"',
        'psql -c "CREATE INDEX own ON parcels (code, depot_id)"',
    ),
    "fresh-statistics": (
        'psql -c "VACUUM (ANALYZE) parcels"',
        'psql -c "ALTER TABLE parcels ALTER id SET STATISTICS 10" -c "ANALYZE"',
    ),
    "one-day": (
        'psql -c "CREATE INDEX own ON parcels (sent_at)"; '
        f'echo "{RANGE}" > one_day.sql',
        f'psql -c "CREATE INDEX own ON parcels USING brin (sent_at)"; echo "/**/ {DAY} '
        "BETWEEN '2025-06-14' AND '2025-06-14 23:59:59'; -- the day\" > one_day.sql",
        'psql -c "CREATE INDEX own ON parcels ((sent_at::date))" -c "ANALYZE parcels"; '
        "cp data/one_day.sql .",
    ),
    "waiting-parcels": (
        'psql -c "CREATE INDEX own ON parcels (depot_id, status, sent_at)"',
        'psql -c "CREATE INDEX own ON parcels (status, depot_id, sent_at, code)"',
        "psql -c \"CREATE INDEX own ON parcels (sent_at) WHERE status = 'waiting'\"",
    ),
    "rules": (
        """psql <<'SQL'
CREATE TABLE set_aside (LIKE parcels, why text);
INSERT INTO set_aside SELECT *, 'weight' FROM parcels WHERE weight_g < 1;
INSERT INTO set_aside SELECT *, 'customer' FROM parcels p WHERE NOT EXISTS
(SELECT FROM customers c WHERE c.id = p.customer_id)
AND id NOT IN (SELECT id FROM set_aside);
INSERT INTO set_aside SELECT *, 'code' FROM parcels WHERE id IN
(SELECT max(id) FROM parcels GROUP BY code HAVING count(*) = 2);
DELETE FROM parcels USING set_aside WHERE parcels.id = set_aside.id;
ALTER TABLE parcels ADD CONSTRAINT known FOREIGN KEY (customer_id) REFERENCES customers
ON DELETE RESTRICT NOT VALID;
ALTER TABLE parcels VALIDATE CONSTRAINT known;
ALTER TABLE parcels ADD CHECK (weight_g > 0 AND status <> ''), ADD CHECK (id > 0);
CREATE UNIQUE INDEX ON parcels (code);
SQL""",
    ),
}
AT_WORK = """psql -q -c "DROP INDEX IF EXISTS own"
psql -q -c "CREATE INDEX own ON parcels (code)"
psql -c "BEGIN; LOCK parcels; SELECT pg_sleep(2); COMMIT" >/dev/null &
sleep 0.8"""
STATES = {
    "table-locked": """psql -c BEGIN -c "LOCK parcels" -c "\\! sleep 300" >/dev/null &
until psql -Atc "SELECT mode FROM pg_locks WHERE granted AND relation =
'parcels'::regclass" | grep -q AccessExclusive; do sleep 0.1; done""",
    "tables-changed": """psql -c "SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE mode = 'AccessExclusiveLock' AND pid <> pg_backend_pid()"
psql -c "ALTER TABLE parcels RENAME code TO label" -c "ALTER TABLE parcels RENAME
status TO state" -c "ALTER TABLE parcels RENAME sent_at TO sent" """,
    "table-missing": 'psql -c "DROP TABLE IF EXISTS parcels, set_aside, shift_log"',
    "server-down": "services stop >/dev/null",
    "database-missing": """services start
psql -d postgres -c "DROP DATABASE seat WITH (FORCE)" """,
}
"""Ways to make a database useless, one after the other, and what most checks say."""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabKernel]:
    """A seat of the lab's own image with the parcels loaded."""
    image = build_image("--root", str(REPOSITORY), "--image", LAB.seat_image)
    place = in_image(settings(REPOSITORY), image)
    with LabKernel(LAB, tmp_path_factory.mktemp("seat") / "stand", place) as found:
        assert do(found, "load-parcels", LOAD).hint == "1,000,000 parcels."
        yield found


def do(kernel: LabKernel, step: str, commands: str) -> Attempt:
    """Do a step in its cell; return what its check says."""
    attempts = kernel.run(f"# step: {step}\n{commands}")
    assert [attempt.step for attempt in attempts] == [step]
    return attempts[0]


@pytest.mark.parametrize(
    ("step", "commands"),
    [(step, commands) for step, ways in RIGHT.items() for commands in ways],
)
def test_there_is_more_than_one_right_answer(
    kernel: LabKernel, step: str, commands: str
) -> None:
    """What is as good as the author's solution passes too."""
    kernel.run('psql -q -c "DROP INDEX IF EXISTS own"')
    attempt = do(kernel, step, commands)
    assert (attempt.outcome, attempt.reason) == (Outcome.PASSED, ""), attempt.hint


def test_a_command_that_is_at_work_on_the_table_is_waited_for(
    kernel: LabKernel,
) -> None:
    """It is the attendee's own, and no reason to fail what is right after it."""
    attempt = do(kernel, "find-by-code", AT_WORK)
    assert (attempt.outcome, attempt.reason) == (Outcome.PASSED, ""), attempt.hint


def test_a_session_that_was_just_ended_is_not_held_against_anyone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server lists it for a moment more: it waits for nobody, and is not at work.

    What the server answers is made up here, since that moment is short.
    """
    sessions = [{"counter-2": "", "counter-5": "counter-2"}, {"counter-7": ""}, {}]
    answers = iter([[one] for one in (*sessions, 1, 0)])
    for module in (postgres, postgres_tuning):
        monkeypatch.setattr(module, "ask", lambda *_: next(answers))
    monkeypatch.setattr(postgres_tuning, "columns", lambda *_: ["counter"])
    work = Work({}, Path())
    assert postgres_tuning._waiting(work) == {}
    assert not postgres.running(work, "pg_dump")


def test_a_useless_database_is_said_and_no_error(kernel: LabKernel) -> None:
    """Locked, renamed, dropped, stopped and gone: a reason each, and what to do."""
    for reason, commands in STATES.items():
        kernel.run(commands)
        seen = [do(kernel, step, ":") for step in ASKING]
        assert {attempt.outcome for attempt in seen} == {Outcome.FAILED}, seen
        assert reason in {attempt.reason for attempt in seen}, seen
        assert all(attempt.hint for attempt in seen)
