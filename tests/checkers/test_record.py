"""The seat's own record: a fold of its lines, whatever they are and whoever adds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkers.engine.note import Kind, Note
from checkers.engine.progress import Lines, Progress
from checkers.engine.record import Record, StepRecord, stepped


def tried(outcome: str, at: int = 1, **more: Any) -> dict[str, Any]:
    """Return an attempt's line."""
    return {"lab": "l", "step": "s", "outcome": outcome, "at": at, **more}


def told(kind: str, at: int = 1, **body: Any) -> dict[str, Any]:
    """Return a note's line."""
    return {"note": kind, "lab": "l", "step": "s", "at": at, "id": "i", "body": body}


def folded(*lines: dict[str, Any]) -> StepRecord:
    """Fold lines into one step."""
    found = StepRecord()
    for line in lines:
        found = stepped(found, line)
    return found


@pytest.mark.parametrize(
    ("lines", "failed"),
    [
        ([], 0),
        ([tried("failed"), tried("failed")], 2),
        ([tried("failed"), tried("passed"), tried("failed")], 1),
        ([tried("failed"), told("hint", number=1)], 0),
        ([tried("failed"), told("reset", generation=1)], 0),
        ([tried("failed"), told("reset", generation=0)], 1),
        ([told("reset", generation=1), tried("failed")], 0),
        ([told("reset", generation=1), tried("failed", generation=1)], 1),
        ([tried("failed"), tried("odd"), {"lab": "l", "step": "s"}], 1),
    ],
)
def test_failures_count_from_the_last_hint_pass_or_reset(
    lines: list[dict[str, Any]], failed: int
) -> None:
    """Old generations and strange lines do not count."""
    assert folded(*lines).failed == failed


def test_the_newest_word_of_each_kind_counts() -> None:
    """Hints never go down; feedback is replaced; sharing is taken back."""
    step = folded(
        told("hint", number=2),
        told("hint", number=1),
        told("feedback", face="clear"),
        told("feedback", face="broken"),
        told("share", source="x"),
        told("unshare"),
        told("caught-up"),
    )
    assert (step.hints, step.shared, step.caught_up) == (2, False, True)
    assert step.feedback == {"face": "broken"}
    assert folded().shared is None


def test_what_was_brought_back_does_not_replace_what_is_newer() -> None:
    """It counts and may be the first pass, but the step stands as it stands here."""
    step = folded(tried("failed", at=9), tried("passed", at=5, brought=True))
    assert (step.progress.passed, step.passed_at) == (True, 5)
    assert (step.progress.attempts, step.last_at, step.failed) == (2, 9, 1)
    assert step.progress.last == "failed"
    later = folded(tried("failed", at=5), tried("passed", at=9, brought=True))
    assert later.progress.last == "passed"


def test_asks_closing_and_updates_are_of_the_whole_seat(tmp_path: Path) -> None:
    """The newest ask, whether it was taken back; what was updated."""
    record, lines = Record(tmp_path / "outbox"), Lines(tmp_path / "progress.jsonl")
    asked, later = str(uuid4()), str(uuid4())
    lines.add({**told("ask", words="Help"), "id": asked})
    assert record.look()
    assert not record.look()
    assert record.ask is not None
    assert (record.ask.id, record.ask.words) == (asked, "Help")
    lines.add(told("withdraw", ask=later))
    record.look()
    assert not record.ask.withdrawn
    lines.add(told("withdraw", ask=asked))
    lines.add(told("closing", again="yes"))
    lines.add(told("updated", version="1.0.1", cells=2))
    record.look()
    assert record.ask.withdrawn
    assert record.closing == {"again": "yes", "lab": "l", "at": 1}
    assert record.updated == {"l": "1.0.1"}
    (tmp_path / "progress.jsonl").unlink()
    assert record.look()
    assert record.ask is None


def test_a_note_added_is_read_as_it_was_told(tmp_path: Path) -> None:
    """The agent writes what another agent, or the take-home, reads."""
    record = Record(tmp_path / "outbox")
    note = Note(str(uuid4()), Kind.ASK, "l", "", {"words": "Ä \\ud83d"})
    record.add(note)
    record.look()
    assert record.ask is not None
    assert (record.ask.id, record.ask.step) == (note.id, "")
    assert record.ask.words == "Ä \\ud83d"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
_KEYS = ("note", "lab", "step", "outcome", "body", "at", "id", "generation", "brought")
_WORDS = st.sampled_from([*Kind, "passed", "failed", {"generation": 2}, {"number": []}])


@given(
    st.lists(
        st.dictionaries(st.sampled_from(_KEYS), _JSON | _WORDS, max_size=9), max_size=8
    )
)
def test_no_line_breaks_the_record_and_both_folds_agree(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, Any]]
) -> None:
    """The kernel's progress and the agent's record say the same of every step."""
    folder = tmp_path_factory.mktemp("record")
    path = folder / "progress.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    record, progress = Record(folder / "outbox"), Progress(folder / "outbox")
    record.look()
    for line in lines:
        key = str(line.get("lab", "")), str(line.get("step", ""))
        assert record.step(*key).progress == progress.step(*key)
