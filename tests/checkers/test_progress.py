"""Own progress survives kernels and torn lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkers.engine import progress as progress_module
from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.progress import Lines, Progress

ATTEMPT = Attempt("i", "lab", "1", "", "step", Trigger.CELL, Outcome.FAILED, hint="no")


def test_two_kernels_see_each_others_attempts(tmp_path: Path) -> None:
    """What one adds, the other reads; passed stays passed."""
    one, other = Progress(tmp_path / "outbox"), Progress(tmp_path / "outbox")
    one.add(ATTEMPT)
    assert (other.step("lab", "step").attempts, other.step("lab", "step").passed) == (
        1,
        False,
    )
    other.add(replace(ATTEMPT, outcome=Outcome.PASSED))
    one.add(ATTEMPT)
    state = one.step("lab", "step")
    assert (state.attempts, state.passed, state.last) == (3, True, Outcome.FAILED)
    assert other.step("lab", "step") == state


def test_what_another_kernel_adds_meanwhile_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the file's size and the reading."""
    one, other = Progress(tmp_path / "outbox"), Progress(tmp_path / "outbox")
    one.add(ATTEMPT)
    read = progress_module.read_plain

    def late(path: Path, most: int, start: int = 0) -> bytes:
        one.add(ATTEMPT)
        return read(path, most, start)

    with monkeypatch.context() as patch:
        patch.setattr(progress_module, "read_plain", late)
        other.step("lab", "step")
    assert other.step("lab", "step").attempts == 2


def test_a_checkers_error_is_no_progress(tmp_path: Path) -> None:
    """Errors say nothing about the work."""
    progress = Progress(tmp_path / "outbox")
    progress.add(replace(ATTEMPT, outcome=Outcome.ERROR))
    assert progress.step("lab", "step").attempts == 0


def test_a_deleted_file_is_a_fresh_start(tmp_path: Path) -> None:
    """A kernel that goes on does not remember what the file no longer says."""
    progress = Progress(tmp_path / "outbox")
    progress.add(ATTEMPT)
    assert progress.step("lab", "step").attempts == 1
    progress.path.unlink()
    assert progress.step("lab", "step").attempts == 0
    progress.add(ATTEMPT)
    assert progress.step("lab", "step").attempts == 1


@given(st.binary(max_size=200))
def test_torn_and_strange_lines_are_passed_over(
    tmp_path_factory: object, junk: bytes
) -> None:
    """Whatever stands in the file, what is added after it counts."""
    folder = tmp_path_factory.getbasetemp() / str(uuid4())  # type: ignore[attr-defined]
    folder.mkdir()
    progress = Progress(folder / "outbox")
    progress.path.write_bytes(junk)
    progress.add(ATTEMPT)
    assert progress.step("lab", "step").attempts == 1


def test_a_reset_begins_a_generation(tmp_path: Path) -> None:
    """Attempts count anew, nothing was last; what was passed stays passed."""
    progress = Progress(tmp_path / "outbox")
    progress.add(replace(ATTEMPT, outcome=Outcome.PASSED, id="1"))
    reset = {"note": "reset", "lab": "lab", "step": "step", "body": {"generation": 1}}
    Lines(progress.path).add(reset)
    state = progress.step("lab", "step")
    assert (state.attempts, state.passed, state.last) == (0, True, None)
    assert state.generation == 1
    progress.add(replace(ATTEMPT, reason="rows-lost", generation=1))
    state = progress.step("lab", "step")
    assert (state.attempts, state.last, state.reason) == (
        1,
        Outcome.FAILED,
        "rows-lost",
    )
    assert state.passed


def test_an_attempt_of_an_old_generation_only_ever_passes(tmp_path: Path) -> None:
    """A kernel that did not know of the reset yet says nothing of the new one."""
    progress = Progress(tmp_path / "outbox")
    progress.add(replace(ATTEMPT, generation=2))
    progress.add(replace(ATTEMPT, outcome=Outcome.PASSED, generation=1))
    state = progress.step("lab", "step")
    assert (state.attempts, state.passed, state.last) == (1, True, Outcome.FAILED)


def test_a_line_tells_which_attempt_it_was(tmp_path: Path) -> None:
    """Its id, reason and generation, for whoever merges two records."""
    progress = Progress(tmp_path / "outbox")
    progress.add(replace(ATTEMPT, reason="rows-lost", generation=3))
    _, (line,) = Lines(progress.path).more()
    assert (line["id"], line["reason"], line["generation"]) == ("i", "rows-lost", 3)
