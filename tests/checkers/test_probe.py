"""Checks in a process of their own: whatever one does, there is an attempt."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from checkers.engine import family, given
from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.probe import Request
from checkers.engine.prober import Prober
from tests.checkers.terminal_lab import LAB, set_up
from tests.harness import wait_for


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A seat's folder with the lab in it."""
    set_up(tmp_path)
    return tmp_path


def probed(
    root: Path, act: Callable[[Callable[[str], Awaitable[Attempt]], Prober], object]
) -> None:
    """Let an asynchronous function check steps by one prober."""
    environ = {
        "PATH": os.environ["PATH"],
        "AIRLIFT_CHECKERS": str(root / "lib"),
        "AIRLIFT_OUTBOX": str(root / "home" / ".airlift" / "outbox"),
    }

    async def run() -> None:
        prober = Prober(environ)

        async def check(step: str) -> Attempt:
            folder = str(root / "home" / LAB)
            return await prober.attempt(
                Request(LAB, step, folder, "watch", "1.0.0", "", 2)
            )

        try:
            await act(check, prober)  # type: ignore[misc]
        finally:
            await prober.stop()

    asyncio.run(run())


def has_ended(pid: int) -> bool:
    """Tell whether there is no such process any more."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def pids(root: Path) -> list[int]:
    """Return the processes that a check has started."""
    return [int(word) for word in (root / "home" / LAB / "pids").read_text().split()]


def test_a_check_says_the_same_as_in_a_kernel(root: Path) -> None:
    """What it prints leads nowhere; the attempt carries what the request said."""
    note = root / "home" / LAB / "note.txt"

    async def act(check: Callable[[str], Awaitable[Attempt]], _: Prober) -> None:
        made = await check("file")
        assert (made.outcome, made.reason) == (Outcome.FAILED, "missing-file")
        note.write_text("not yet")
        assert (await check("file")).reason == "other-text"
        note.write_text("ready\n")
        made = await check("file")
        assert (made.outcome, made.hint) == (Outcome.PASSED, "Well noted.")
        assert (made.trigger, made.generation) == (Trigger.WATCH, 2)
        assert (await check("nothing")).reason == "no-check"

    probed(root, act)


def test_a_check_that_hangs_is_ended_with_all_it_started(root: Path) -> None:
    """It swallows its time limit and starts a command anew each time."""

    async def act(check: Callable[[str], Awaitable[Attempt]], prober: Prober) -> None:
        made = await check("hangs")
        assert (made.outcome, made.reason) == (Outcome.ERROR, "time-limit")
        assert not prober.running
        assert pids(root)
        assert all(map(has_ended, pids(root)))
        assert (await check("file")).reason == "missing-file"

    probed(root, act)


def test_a_check_leaves_no_children_behind(root: Path) -> None:
    """Daemons that a check forks are ended when it is over, the probe goes on."""

    async def act(check: Callable[[str], Awaitable[Attempt]], prober: Prober) -> None:
        assert (await check("forks")).outcome is Outcome.PASSED
        assert prober.running
        assert len(pids(root)) == 3
        assert all(map(has_ended, pids(root)))

    probed(root, act)


def test_a_check_that_writes_endlessly_fails_and_fills_nothing(root: Path) -> None:
    """Neither the disk nor the line to the agent."""

    async def act(check: Callable[[str], Awaitable[Attempt]], _: Prober) -> None:
        assert (await check("floods")).reason == "command-slow"

    probed(root, act)


def test_a_probe_that_ends_is_the_checkers_fault_and_another_one_starts(
    root: Path,
) -> None:
    """Two requests at once are answered one after the other."""

    async def act(check: Callable[[str], Awaitable[Attempt]], _: Prober) -> None:
        both = await asyncio.gather(check("dies"), check("file"))
        assert [one.reason for one in both] == ["checker-error", "missing-file"]
        assert both[0].outcome is Outcome.ERROR

    probed(root, act)


@pytest.mark.parametrize("what", [signal.SIGKILL, signal.SIGSTOP])
def test_a_probe_that_somebody_ends_or_stops_is_nobodys_fault(
    root: Path, what: signal.Signals
) -> None:
    """A terminal at the seat can do that: the check is asked again, or goes on."""

    async def act(check: Callable[[str], Awaitable[Attempt]], prober: Prober) -> None:
        await check("file")
        (probe,) = (one for one in family.descendants(os.getpid()) if is_probe(one))
        os.kill(probe, what)
        assert (await check("file")).reason == "missing-file"
        slow = asyncio.create_task(check("sleeps"))
        asleep = root / "home" / LAB / "asleep"
        await asyncio.to_thread(wait_for, "the check to begin", asleep.exists)
        if what is signal.SIGKILL:
            (probe,) = (one for one in family.descendants(os.getpid()) if is_probe(one))
            os.kill(probe, what)
        assert (await slow).outcome is Outcome.PASSED

    probed(root, act)


def is_probe(pid: int) -> bool:
    """Tell whether a process is the prober's."""
    return b"engine.probe" in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_checker_that_cannot_be_imported_is_an_error(root: Path) -> None:
    """And it counts again as soon as it can."""
    module = root / "lib" / f"{LAB}.py"
    text = module.read_text()
    module.write_text("raise SystemExit")

    async def act(check: Callable[[str], Awaitable[Attempt]], _: Prober) -> None:
        assert (await check("file")).reason == "checker-broken"
        module.write_text(text)
        assert (await check("file")).reason == "missing-file"

    probed(root, act)


def test_an_answer_reaches_the_check(root: Path) -> None:
    """What was answered outside is what `work.answer` gives."""
    folder = root / "home" / ".airlift"

    async def act(check: Callable[[str], Awaitable[Attempt]], _: Prober) -> None:
        assert (await check("asks")).reason == "missing-answer"
        given.write(folder, LAB, "asks", "blue")
        assert (await check("asks")).reason == "other-option"
        given.write(folder, LAB, "asks", "red")
        assert (await check("asks")).outcome is Outcome.PASSED

    probed(root, act)
