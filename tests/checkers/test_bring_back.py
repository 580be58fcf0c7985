"""What comes back joins what is here: each attempt once, no file ever replaced."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from checkers.engine.attempt import MAX_AGE_MS, Attempt
from checkers.engine.bring_back import MOST_LINES, Brought, bring_back
from checkers.engine.note import Note
from checkers.engine.numbering import Numbering
from checkers.engine.outbox import stamp
from checkers.engine.parcel import MANIFEST, MOST_FILE, open_zip
from checkers.engine.place import Place
from checkers.engine.progress import Progress
from checkers.engine.record import Record
from tests.checkers.conftest import released

HOUR = 3_600_000


def now() -> int:
    """Return the present moment in milliseconds."""
    return time.time_ns() // 1_000_000


@pytest.fixture
def here(tmp_path: Path) -> Place:
    """An empty seat with the lab `tiny`."""
    released(tmp_path / "labs")
    home = tmp_path / "home"
    home.mkdir()
    return Place(home, home / ".airlift" / "outbox", tmp_path / "labs", ("tiny",))


def attempt(
    step: str = "first", outcome: str = "passed", **more: Any
) -> dict[str, Any]:
    """Return a line of a record."""
    line = {"lab": "tiny", "step": step, "outcome": outcome, "reason": "", "hint": ""}
    return {**line, "at": now() - HOUR, "id": str(uuid4()), "generation": 0, **more}


def note(kind: str, body: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a line of a record that tells something else."""
    line = {"note": kind, "lab": "tiny", "step": "first", "body": body}
    return {**line, "at": now() - HOUR, "id": str(uuid4()), **more}


def parcel(
    lines: Sequence[object] = (), files: Mapping[str, bytes] | None = None, **more: Any
) -> io.BytesIO:
    """Return a zip that was taken home elsewhere."""
    labs = [{"slug": "tiny", "title": "Tiny", "version": "1.2.3"}]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps({"v": 1, "labs": labs, **more}))
        record = "\n".join(
            line if isinstance(line, str) else json.dumps(line) for line in lines
        )
        archive.writestr("progress.jsonl", record)
        for name, data in (files or {}).items():
            archive.writestr(f"work/{name}", data)
    return target


def bring(here: Place, zipped: io.BytesIO) -> Brought:
    """Bring a zip back."""
    with open_zip(zipped) as opened:
        return bring_back(opened, here.home, here.outbox, here.labs())


def waiting(here: Place) -> list[dict[str, Any]]:
    """Return what is in the outbox, as the agent would number and send it."""
    numbering = Numbering(here.outbox)
    assert numbering.hold()
    numbering.collect()
    found: list[dict[str, Any]] = []
    while batch := numbering.waiting(100):
        found += [one.to_json(stamp()) for one in batch]
        for one in batch:
            numbering.drop(one)
    numbering.release()
    return found


def test_new_attempts_are_recorded_and_sent_with_their_age(here: Place) -> None:
    """The own record has them, the outbox too, as old as they are."""
    one = attempt("first", "failed", reason="not-three", hint="x is 2", at=now() - HOUR)
    two = attempt("second", "passed", at=now() - 2 * HOUR, generation=3)
    brought = bring(here, parcel([one, two]))
    assert (brought.attempts, brought.notes, brought.left_out) == (2, 0, [])
    progress = Progress(here.outbox)
    assert progress.step("tiny", "first").reason == "not-three"
    assert progress.step("tiny", "second").passed
    sent = waiting(here)
    assert [item["id"] for item in sent] == [two["id"], one["id"]]
    assert sent[0]["age_ms"] == pytest.approx(2 * HOUR, abs=60_000)
    assert sent[1]["age_ms"] == pytest.approx(HOUR, abs=60_000)
    assert (sent[0]["lab_version"], sent[0]["generation"]) == ("1.2.3", 3)
    assert all(Attempt.from_json(item) for item in sent)


def test_to_bring_the_same_again_changes_nothing(here: Place) -> None:
    """Neither record, outbox nor files."""
    zipped = parcel([attempt(), note("hint", {"number": 1})], {"tiny/new.txt": b"x"})
    first = bring(here, zipped)
    assert (first.attempts, first.notes, first.files) == (1, 1, ["tiny/new.txt"])
    record = (here.outbox.parent / "progress.jsonl").read_bytes()
    waiting(here)
    (here.home / "tiny" / "new.txt").unlink()
    again = bring(here, zipped)
    assert (again.attempts, again.notes, again.files) == (0, 0, [])
    assert (here.outbox.parent / "progress.jsonl").read_bytes() == record
    assert waiting(here) == []
    assert not (here.home / "tiny" / "new.txt").exists()


def test_two_at_once_count_once(here: Place) -> None:
    """A double click does not double."""
    zipped = parcel([attempt() for _ in range(50)], {"tiny/a.txt": b"x"}).getvalue()
    counts: list[int] = []

    def work() -> None:
        counts.append(bring(here, io.BytesIO(zipped)).attempts)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 0, 50]
    assert len(waiting(here)) == 50
    assert [path.name for path in (here.home / "tiny").iterdir()] == ["a.txt"]


def test_what_the_seat_did_later_stays_how_it_stands(here: Place) -> None:
    """An older failure that comes back does not undo what was done here since."""
    own = attempt("first", "passed", at=now() - HOUR)
    here.outbox.parent.mkdir(parents=True)
    (here.outbox.parent / "progress.jsonl").write_text(json.dumps(own) + "\n")
    bring(here, parcel([own, attempt("first", "failed", at=now() - 2 * HOUR)]))
    state = Progress(here.outbox).step("tiny", "first")
    assert (state.last, state.attempts) == ("passed", 2)
    bring(here, parcel([attempt("first", "failed", at=now())]))
    state = Progress(here.outbox).step("tiny", "first")
    assert (state.last, state.passed) == ("failed", True)


@pytest.mark.parametrize(
    ("at", "age"),
    [
        pytest.param(now() + 10**12, 0, id="in-the-future"),
        (0, MAX_AGE_MS),
        (-5, MAX_AGE_MS),
        (10**30, 0),
        ("yesterday", 0),
        (None, 0),
        (True, 0),
        (1.5, 0),
    ],
)
def test_a_strange_time_is_brought_within_bounds(
    here: Place, at: Any, age: int
) -> None:
    """Neither the future nor longer ago than an attempt may be."""
    assert bring(here, parcel([attempt(at=at)])).attempts == 1
    (sent,) = waiting(here)
    assert sent["age_ms"] == pytest.approx(age, abs=60_000)


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[" * 100_000,
        "{}",
        [],
        "NaN",
        {"lab": "tiny", "step": "first", "outcome": "passed", "at": 0},
        attempt(id="1"),
        attempt(id=["x"]),
        attempt(outcome="great"),
        attempt(outcome="error"),
        attempt(hint="x" * 10_000),
        attempt(lab="../tiny"),
        attempt(generation=-1),
        attempt(reason="Not A Key"),
        note("ask", {"words": "help"}),
        note("share", {"source": "secret"}),
        note("hint", {"number": "one"}),
        note("hint", []),
        note("dance", {}),
    ],
)
def test_a_line_that_is_nothing_to_bring_is_passed_over(
    here: Place, line: object
) -> None:
    """Strange lines, errors of a checker, and what concerned the other place alone."""
    good = attempt()
    brought = bring(here, parcel([line, good, line]))
    assert (brought.attempts, brought.notes) == (1, 0)
    assert [item["id"] for item in waiting(here)] == [good["id"]]


def test_notes_that_stay_true_come_along(here: Place) -> None:
    """Hints taken, feedback, resets: the record and the room have them."""
    lines = [
        note("hint", {"number": 2}),
        note("feedback", {"face": "loved", "words": "nice"}),
        note("reset", {"generation": 1}),
        note("closing", {"again": "yes", "good": "", "better": ""}, step=""),
    ]
    assert bring(here, parcel(lines)).notes == 4
    record = Record(here.outbox)
    record.look()
    assert record.step("tiny", "first").hints == 2
    assert record.step("tiny", "first").progress.generation == 1
    assert record.closing is not None
    assert {Note.from_json(item).kind for item in waiting(here)} == {
        *("hint", "feedback", "reset", "closing")
    }


def test_results_of_other_labs_stay_out_and_are_told(here: Place) -> None:
    """The room would refuse them."""
    brought = bring(here, parcel([attempt(lab="other"), attempt(step="no-such")]))
    assert brought.attempts == 0
    assert brought.left_out == ["2 attempts belong to labs that are not here."]
    assert waiting(here) == []


def test_too_many_results_are_cut_and_told(here: Place) -> None:
    """The newest count."""
    lines = [attempt(at=now() - 10**7 + number) for number in range(MOST_LINES + 10)]
    brought = bring(here, parcel(lines))
    assert brought.attempts == MOST_LINES
    assert "Only the newest" in brought.left_out[0]


def test_a_file_that_differs_is_put_beside(here: Place) -> None:
    """Never over: the own file stays, and each new version gets a name."""
    (here.home / "tiny").mkdir()
    (here.home / "tiny" / "tiny.ipynb").write_bytes(b"mine")
    names = [
        bring(here, parcel(files={"tiny/tiny.ipynb": text})).files
        for text in (b"theirs", b"mine", b"theirs", b"other")
    ]
    beside = "tiny/tiny-brought.ipynb"
    assert names == [[beside], [], [], ["tiny/tiny-brought-2.ipynb"]]
    assert (here.home / "tiny" / "tiny.ipynb").read_bytes() == b"mine"
    assert (here.home / beside).read_bytes() == b"theirs"


def test_a_file_that_nobody_changed_there_does_not_come_beside(here: Place) -> None:
    """Work that went on here only is not doubled by its older copy."""
    (here.home / "tiny").mkdir()
    (here.home / "tiny" / "a.txt").write_bytes(b"newer")
    digest = hashlib.sha256(b"older").hexdigest()
    files = {"tiny/a.txt": b"older", "tiny/b.txt": b"older"}
    unchanged = {"tiny/a.txt": [digest], "tiny/b.txt": [digest]}
    assert bring(here, parcel(files=files, brought=unchanged)).files == ["tiny/b.txt"]


def test_hidden_names_and_ways_out_of_the_home_stay_shut(
    here: Place, tmp_path: Path
) -> None:
    """Configuration cannot be planted, and a link in the home leads nobody outside."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (here.home / "way").symlink_to(outside)
    (here.home / "file").write_text("x")
    files = {
        ".bashrc": b"x",
        ".ipython/profile_default/startup/a.py": b"x",
        "tiny/.git/hooks/post-commit": b"x",
        "tiny/__pycache__/a.pyc": b"x",
        "way/evil": b"x",
        "file/below": b"x",
        "good.txt": b"x",
    }
    brought = bring(here, parcel(files=files))
    assert brought.files == ["good.txt"]
    assert len(brought.left_out) == 6
    assert list(outside.iterdir()) == []
    assert (here.home / "file").read_text() == "x"
    names = sorted(path.name for path in here.home.iterdir())
    assert names == [".airlift", "file", "good.txt", "way"]


def test_a_file_that_is_too_large_stays_out(here: Place) -> None:
    """And says so."""
    files = {"big.bin": bytes(MOST_FILE + 1), "small.txt": b"x"}
    brought = bring(here, parcel(files=files))
    assert brought.files == ["small.txt"]
    assert "big.bin is larger than" in brought.left_out[0]
    assert sorted(path.name for path in here.home.iterdir()) == [
        ".airlift",
        "small.txt",
    ]


@pytest.mark.parametrize("memory", ["{", "[]", '{"a": 1}', '{"a": ["x"]}', "null"])
def test_a_broken_memory_is_begun_anew(here: Place, memory: str) -> None:
    """What cannot be read is no reason to fail."""
    here.outbox.parent.mkdir(parents=True)
    (here.outbox.parent / "brought.json").write_text(memory)
    assert bring(here, parcel(files={"a": b"x"})).files == ["a"]
    assert bring(here, parcel(files={"a": b"x"})).files == []
