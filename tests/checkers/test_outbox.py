"""The outbox: whole files, numbers without gaps, whatever is killed in between."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checkers.engine import numbering as numbering_module
from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.numbering import Numbering
from checkers.engine.outbox import OutboxError, age_ms, put, stamp


def attempt() -> Attempt:
    """Return a new attempt."""
    return Attempt(
        str(uuid4()), "lab", "1.0.0", "", "step", Trigger.CELL, Outcome.PASSED
    )


def held(folder: Path) -> Numbering:
    """Return the outbox as an agent has it."""
    numbering = Numbering(folder)
    assert numbering.hold()
    return numbering


def seqs(numbering: Numbering) -> list[int]:
    """Return the numbers that wait."""
    return [one.item.seq for one in numbering.waiting(1000)]


def test_an_attempt_is_kept_whole_and_private(tmp_path: Path) -> None:
    """One file, readable by its owner, with the clocks of that moment."""
    made = attempt()
    path = put(tmp_path / "outbox", made)
    data = json.loads(path.read_text())
    assert Attempt.from_json(data["attempt"]) == made
    assert data["boot"] == stamp()["boot"]
    assert path.stat().st_mode & 0o077 == 0


def test_numbers_start_at_one_and_have_no_gap(tmp_path: Path) -> None:
    """Attempts are numbered in their order, over several agents in turn."""
    made = [attempt() for _ in range(5)]
    for one in made[:3]:
        put(tmp_path, one)
    first = held(tmp_path)
    assert first.collect() == 3
    for waiting in first.waiting(2):
        first.drop(waiting)
    first.release()
    for one in made[3:]:
        put(tmp_path, one)
    second = held(tmp_path)
    second.collect()
    assert second.epoch == first.epoch
    waiting_now = second.waiting(10)
    assert [one.item.seq for one in waiting_now] == [3, 4, 5]
    assert [one.item.id for one in waiting_now] == [one.id for one in made[2:]]
    assert {one.item.epoch for one in waiting_now} == {first.epoch}


def test_one_agent_at_a_time(tmp_path: Path) -> None:
    """A second agent waits until the first lets go."""
    first, second = held(tmp_path), Numbering(tmp_path)
    assert not second.hold()
    first.release()
    assert second.hold()


def test_what_is_no_attempt_is_set_aside(tmp_path: Path) -> None:
    """Junk, links, pipes, folders and huge files never stop the agent."""
    numbering = held(tmp_path)
    new = numbering.new
    (new / "1.json").write_text("{")
    (new / "2.json").write_text("[" * 16_000)
    (new / "3.json").symlink_to("/etc/passwd")
    (new / "4.json").mkdir()
    (new / "5.json").write_text('{"attempt": {"v": 9}}')
    (new / "6.json").write_text("x" * 200_000)
    os.mkfifo(new / "7.json")
    put(tmp_path, attempt())
    assert numbering.collect() == 1
    assert seqs(numbering) == [1]
    assert numbering.count_refused() == 7


def test_a_folder_full_of_junk_holds_no_attempt_up_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cleared some at a time, and not all of it is kept."""
    monkeypatch.setattr(numbering_module, "_TOGETHER", 20)
    monkeypatch.setattr(numbering_module, "_KEPT_REFUSED", 10)
    numbering = held(tmp_path)
    for number in range(50):
        (numbering.new / f"junk{number}").touch()
    put(tmp_path, attempt())
    assert numbering.collect() == 1
    assert seqs(numbering) == [1]
    assert len(list(numbering.new.iterdir())) == 31
    for _ in range(3):
        numbering.collect()
    assert not numbering.due()
    assert numbering.count_refused() < 13


def test_a_lost_counter_starts_a_new_epoch(tmp_path: Path) -> None:
    """What was waiting is numbered anew under it, and nothing is lost."""
    put(tmp_path, attempt())
    first = held(tmp_path)
    first.collect()
    ids = [one.item.id for one in first.waiting(9)]
    first.release()
    (tmp_path / "counter.json").write_text("{torn")
    second = held(tmp_path)
    second.collect()
    assert second.epoch != first.epoch
    assert UUID(second.epoch)
    assert [one.item.id for one in second.waiting(9)] == ids
    assert seqs(second) == [1]


def test_a_counter_that_cannot_be_written_keeps_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing uncounted is offered for sending; later all is, without a gap."""
    numbering = held(tmp_path)
    put(tmp_path, attempt())

    def full(*args: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        with pytest.raises(OSError, match="No space"):
            numbering.collect()
    assert (numbering.waiting(9), numbering.count()) == ([], 1)
    assert numbering.due()
    put(tmp_path, attempt())
    numbering.collect()
    assert seqs(numbering) == [1, 2]


def test_a_full_disk_is_a_sentence_and_leaves_nothing_torn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attendee is told what to do."""

    def full(*args: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    put(tmp_path, attempt())
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OutboxError, match="Your disk is full"):
        put(tmp_path, attempt())
    assert len(list((tmp_path / "new").iterdir())) == 1


WRITER = """
import sys
from pathlib import Path
from uuid import uuid4
from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.outbox import put
print("ready", flush=True)
while True:
    made = Attempt(str(uuid4()), "l", "1", "", "s", Trigger.CELL, Outcome.PASSED)
    put(Path(sys.argv[1]), made)
    print(made.id, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_whole_files(tmp_path: Path) -> None:
    """Everything a kernel said is kept is there and readable after kill -9."""
    said: list[str] = []
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        said += [child.stdout.readline().strip() for _ in range(40)][1:]
        child.send_signal(signal.SIGKILL)
        said += [line.strip() for line in child.stdout if line.endswith("\n")]
        child.wait()
    said = [line for line in said if line != "ready"]
    numbering = held(tmp_path)
    sent: dict[int, str] = {}
    while numbering.collect():  # however many a child wrote before it was killed
        while numbering.waiting(1):
            _acknowledge(numbering, sent)
    assert set(said) <= set(sent.values())
    assert numbering.count_refused() == 0
    assert sorted(sent) == list(range(1, len(sent) + 1))


class KilledError(Exception):
    """The agent dies here."""


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(
        st.sampled_from(["put", "collect", "ack", "die-in-collect"]), max_size=25
    ),
    where=st.sampled_from(["rename", "fsync", "pwrite"]),
    after=st.integers(0, 3),
)
def test_no_kill_skips_or_repeats_a_number(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[str],
    where: str,
    after: int,
) -> None:
    """Die at any call of `collect`: numbers seen by the room have no gap, no twin."""
    folder = tmp_path_factory.mktemp("outbox")
    numbering = held(folder)
    put_ids: list[str] = []
    seen: dict[int, str] = {}
    with pytest.MonkeyPatch.context() as patch:
        for step in steps:
            if step == "put":
                made = attempt()
                put(folder, made)
                put_ids.append(made.id)
            elif step == "die-in-collect":
                numbering = _killed(numbering, patch, where, after)
            else:
                numbering.collect()
            if step == "ack":
                _acknowledge(numbering, seen)
    numbering.collect()
    _acknowledge(numbering, seen)
    assert sorted(seen) == list(range(1, len(put_ids) + 1))
    assert sorted(seen.values()) == sorted(put_ids)
    numbering.release()


def _acknowledge(numbering: Numbering, seen: dict[int, str]) -> None:
    """Play the room: take all that waits."""
    for one in numbering.waiting(100):
        assert seen.setdefault(one.item.seq, one.item.id) == one.item.id
        numbering.drop(one)


def _killed(
    numbering: Numbering, patch: pytest.MonkeyPatch, where: str, after: int
) -> Numbering:
    """Let the agent die at a call, then start another."""
    left = [after]

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            if left[0] == 0:
                raise KilledError
            left[0] -= 1
            return real(*args)

        return call

    owner = Path if where == "rename" else numbering_module.os
    with patch.context() as dies:
        dies.setattr(owner, where, dying(getattr(owner, where)))
        with contextlib.suppress(KilledError):
            numbering.collect()
    numbering.release()
    return held(numbering.folder)


def test_practice_keeps_the_newest(tmp_path: Path) -> None:
    """Without a room the outbox does not grow for ever."""
    numbering = held(tmp_path)
    for _ in range(5):
        put(tmp_path, attempt())
    numbering.collect()
    numbering.trim(2)
    assert seqs(numbering) == [4, 5]


def test_what_a_killed_kernel_left_is_swept(tmp_path: Path) -> None:
    """A half-written file goes after a minute, not before."""
    numbering = held(tmp_path)
    old, young = numbering.new / ".a.tmp", numbering.new / ".b.tmp"
    old.touch()
    young.touch()
    long_ago = time.time() - 3600
    os.utime(old, (long_ago, long_ago))
    numbering.collect()
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize(
    ("then", "age"),
    [
        ({"boot": "b", "mono": 1_000, "wall": 10**15}, 4_000),
        ({"boot": "another", "mono": 1, "wall": 7_000}, 2_000),
        ({"boot": "another", "mono": 1, "wall": 99_000}, 0),
        ({"boot": "b"}, 0),
        ({"boot": "b", "mono": "x"}, 0),
    ],
)
def test_age_needs_no_true_clock(then: dict[str, object], age: int) -> None:
    """Within a boot the unsettable clock counts; else the wall; never below 0."""
    assert age_ms(then, {"boot": "b", "mono": 5_000, "wall": 9_000}) == age
