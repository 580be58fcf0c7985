"""run gives one attempt whatever a check or a value does."""

from __future__ import annotations

import builtins
import errno
import signal
import sys
import threading
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkers import Work, fail
from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.check import Check, Failed
from checkers.engine.run import Cancelled, run

UNFIT = {"Cc", "Cs", "Zl", "Zp"}
PASSED, FAILED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR


def attempted(
    function: Any, code: str = "", limit: float = 5.0, folder: Path = Path("/nowhere")
) -> Attempt:
    """Run a check on the names that `code` leaves, as a kernel would."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(code, names)
    return run(Check("lab", "step", function, limit), Work(names, folder))


def raising(error: BaseException) -> Any:
    """Return a check that raises."""

    def function(work: Work) -> None:
        raise error

    return function


def forever(work: Work) -> None:
    """Never end."""
    while True:
        pass


def test_a_check_that_returns_has_passed() -> None:
    """None passes; a sentence is shown with it."""
    assert attempted(lambda work: None).outcome is PASSED
    assert attempted(lambda work: "336 rows.").hint == "336 rows."


def test_a_verdict_carries_reason_and_hint() -> None:
    """What fail said is what the attempt says, in the form of the contract."""
    attempt = attempted(lambda work: fail("rows-lost", "12 rows are lost."))
    assert (attempt.outcome, attempt.reason, attempt.hint) == (
        FAILED,
        "rows-lost",
        "12 rows are lost.",
    )
    assert Attempt.from_json(attempt.to_json()) == attempt


@pytest.mark.parametrize(
    "error",
    [
        KeyError("x"),
        SystemExit(3),
        GeneratorExit(),
        MemoryError(),
        RecursionError(),
        BaseExceptionGroup("g", [SystemExit()]),
    ],
)
def test_a_checkers_bug_is_an_error_that_names_its_place(error: BaseException) -> None:
    """The author gets file, line and kind; no message that may hold work."""
    attempt = attempted(raising(error))
    assert (attempt.outcome, attempt.reason) == (ERROR, "checker-error")
    assert attempt.hint.startswith("test_run.py line ")
    assert attempt.hint.endswith(type(error).__name__)


def test_a_checkers_bug_names_what_python_did_not_find() -> None:
    """That is a word of the checker, and says what is wrong with the line."""
    attempt = attempted(lambda work: work.folder.output)
    assert attempt.hint.endswith(": AttributeError output")


@pytest.mark.parametrize("value", [False, True, 1, ["passed"]])
def test_returning_anything_else_is_the_authors_mistake(value: object) -> None:
    """`return False` never passes."""
    assert attempted(lambda work: value).outcome is ERROR


def test_a_bad_reason_is_an_error() -> None:
    """An author's mistake in `fail` is not the attendee's."""
    assert attempted(lambda work: fail("Not A Key", "x")).outcome is ERROR


def test_an_interrupt_cancels() -> None:
    """There is no attempt when the attendee pressed stop."""
    with pytest.raises(Cancelled):
        attempted(raising(KeyboardInterrupt()))


HOSTILE = """
class Hostile(int):
    def __eq__(self, *other): raise ValueError("mine")
    __len__ = __bool__ = __float__ = __iter__ = __lt__ = __add__ = __eq__
    def __repr__(self, *spec): raise SystemExit
    __str__ = __format__ = __repr__
    __hash__ = None
    @property
    def __class__(self): raise GeneratorExit
x = Hostile(3)
"""


@pytest.mark.parametrize(
    "function",
    [
        lambda work: work.value("x", "int") == 3 or None,
        lambda work: f"{work.value('x', 'int')}",
        lambda work: len(work.value("x")),
        lambda work: isinstance(work.value("x"), str),
        lambda work: fail("odd", f"got {work.value('x')!r}"),
    ],
)
def test_what_the_attendees_value_raises_is_no_checkers_bug(function: Any) -> None:
    """Hostile values fail the step and never give an error."""
    attempt = attempted(function, HOSTILE)
    assert (attempt.outcome, attempt.reason) == (FAILED, "code-raised")
    assert attempt.hint.startswith("Your code raised")


def test_what_a_file_of_the_attendee_raises_is_theirs_too(tmp_path: Path) -> None:
    """Code in the lab's folder is the attendee's, as code in a cell is."""
    path = tmp_path / "mine.py"
    code = compile("def f(): return 1 / 0", str(path), "exec")
    names: dict[str, Any] = {}
    exec(code, names)
    check = Check("lab", "step", lambda work: work.value("f")(), 30)
    attempt = run(check, Work({"f": names["f"]}, tmp_path))
    assert attempt.hint == (
        "Your code raised ZeroDivisionError when the check used it: division by zero"
    )


def test_a_file_that_cannot_be_read_is_no_fault_of_the_check(tmp_path: Path) -> None:
    """Shut, no text, a folder, a full disk: said by its name, and an attempt."""
    lab = tmp_path / "lab"
    (lab / "there").mkdir(parents=True)
    (lab / "junk.txt").write_bytes(b"\xff\xfe")

    def said(function: Any) -> str:
        made = attempted(function, folder=lab)
        assert (made.outcome, made.reason) == (FAILED, "unreadable")
        return made.hint

    shut = PermissionError(errno.EACCES, "Permission denied", str(lab / "a.txt"))
    assert said(raising(shut)) == "`lab/a.txt` cannot be read (Permission denied)."
    assert "`lab/there`" in said(lambda work: (work.folder / "there").read_text())
    assert "`lab/gone`" in said(lambda work: (work.folder / "gone").read_text())
    assert "UTF-8" in said(lambda work: work.file("junk.txt").read_text("utf-8"))
    assert "disk is full" in said(raising(OSError(errno.ENOSPC, "No space")))
    other = PermissionError(errno.EACCES, "Permission denied", "/somewhere/else")
    for error in (other, OSError("of its own"), PermissionError()):
        assert attempted(raising(error), folder=lab).outcome is ERROR


def test_a_verdict_forged_by_the_attendee_keeps_the_contract() -> None:
    """Nothing but text reaches the attempt."""

    def check(work: Work) -> None:
        raise Failed(["x"], object())  # type: ignore[arg-type]

    attempt = attempted(check)
    assert Attempt.from_json(attempt.to_json()).outcome is FAILED


def test_an_exception_with_a_lying_class_is_contained() -> None:
    """Even an exception whose attributes raise gives an attempt."""

    class OddError(Exception):
        @property
        def __traceback__(self) -> Any:  # type: ignore[override]
            raise SystemExit

    assert attempted(raising(OddError())).outcome is ERROR


def test_a_check_without_end_is_stopped_and_is_the_checkers_fault() -> None:
    """The limit ends it; the reason says so."""
    attempt = attempted(forever, limit=0.1)
    assert (attempt.outcome, attempt.reason) == (ERROR, "time-limit")


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n while True: pass",
        # one `except` that swallows the first strike does not save the loop
        "def f():\n try:\n  while True: pass\n except: pass\n while True: pass",
    ],
)
def test_an_attendees_endless_loop_is_stopped_and_is_theirs(code: str) -> None:
    """A function that never returns fails the step with a hint."""
    attempt = attempted(lambda work: work.value("f")(), code, limit=0.1)
    assert (attempt.outcome, attempt.reason) == (FAILED, "too-slow")


def test_the_attendees_own_alarm_survives() -> None:
    """Handler and timer are put back with the time that is left."""
    rang: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 60)
        attempted(forever, limit=0.05)
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 60
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        attempted(lambda work: time.sleep(0.1))
        time.sleep(0.1)
        assert rang == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_no_timer_is_left_behind() -> None:
    """After a check nothing strikes in the attendee's cell."""
    before = signal.getsignal(signal.SIGALRM)
    running = signal.setitimer(signal.ITIMER_REAL, 0)  # the test's own time limit
    for function in (forever, lambda work: None, raising(SystemExit())):
        attempted(function, limit=0.05)
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        assert signal.getsignal(signal.SIGALRM) is before
    signal.setitimer(signal.ITIMER_REAL, *running)


def test_off_the_main_thread_a_check_runs_without_limit() -> None:
    """No timer is armed there, and the check gives its attempt."""
    got: list[Attempt] = []
    thread = threading.Thread(
        target=lambda: got.append(attempted(lambda work: time.sleep(0.05), limit=0.01))
    )
    thread.start()
    thread.join()
    assert got[0].outcome is PASSED


def test_replaced_builtins_do_not_reach_the_check_and_stay_replaced() -> None:
    """The check sees the kernel's own; the attendee keeps what they made."""
    names = ("len", "isinstance", "print", "type", "getattr", "round", "max", "str")
    before = {name: getattr(builtins, name) for name in names}

    def lie(*args: object, **kwargs: object) -> object:
        raise SystemExit

    def check(work: Work) -> str:
        return f"{len([1, 2])} {isinstance(1, int)}"

    made = Check("lab", "step", check, 30)
    work = Work({}, Path("/nowhere"))
    try:
        for name in names:
            setattr(builtins, name, lie)
        attempt = run(made, work)
        kept = [builtins.__dict__[name] is lie for name in names]
    finally:
        for name, value in before.items():
            setattr(builtins, name, value)
    assert (attempt.outcome, attempt.hint) == (PASSED, "2 True")
    assert kept == [True] * len(names)


def test_names_bound_by_called_functions_are_put_back() -> None:
    """A check that calls the attendee's function leaves the variables as they were."""
    code = (
        "kept = [1]\ngone = 2\n"
        "def f():\n global kept, gone, new\n kept = 5; new = 1\n del gone"
    )
    names: dict[str, Any] = {}
    exec(code, names)
    before = dict(names)
    check = Check("lab", "step", lambda work: work.value("f")(), 30)
    assert run(check, Work(names, Path("/nowhere"))).outcome is PASSED
    assert names == before
    assert names["kept"] is before["kept"]


def test_a_check_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Printing inside a check, by whomever, does not reach the cell."""
    stream = sys.stdout
    attempted(lambda work: work.value("f")(), "def f(): print('noise')")
    assert sys.stdout is stream
    assert capsys.readouterr().out == ""


@given(st.text(st.characters(), max_size=2000))
def test_any_hint_keeps_the_contract(hint: str) -> None:
    """Controls, lone surrogates and length never make an attempt unsendable."""
    attempt = attempted(lambda work: hint)
    assert Attempt.from_json(attempt.to_json()) == attempt
    assert not {unicodedata.category(letter) for letter in attempt.hint} & UNFIT


def test_the_trigger_and_the_lab_are_recorded() -> None:
    """What the caller knows is in the attempt."""
    attempt = run(
        Check("lab", "step", lambda work: None),
        Work({}, Path("/nowhere")),
        trigger=Trigger.ASKED,
        version="1.2.3",
        notebook="lab/lab.ipynb",
    )
    assert (attempt.trigger, attempt.lab_version, attempt.notebook) == (
        Trigger.ASKED,
        "1.2.3",
        "lab/lab.ipynb",
    )
