"""The hook in a real kernel: nothing of ours ever breaks a cell."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from checkers.engine.attempt import Attempt
from checkers.engine.note import Kind, Note
from checkers.engine.record import Record

from .conftest import Seat

FAULT = "not held against you"


def test_a_step_is_checked_after_its_cell(seat: Seat) -> None:
    """Failing and passing are shown in text and HTML and kept in the outbox."""
    ran = seat.run("# step: first\nx = 2")
    assert ran.plain == "◐ Not yet. `x` is 2; <b>expected</b> 3."
    assert "&lt;b&gt;expected&lt;/b&gt;" in ran.shown[0]["text/html"]
    assert 'role="status"' in ran.shown[0]["text/html"]
    assert seat.run("# step: first\nx = 3").plain == "✓ Passed. x is 3."
    first, second = map(Attempt.from_json, seat.attempts())
    assert (first.outcome, first.reason) == ("failed", "not-three")
    assert (second.outcome, second.hint) == ("passed", "x is 3.")
    assert (second.lab, second.step, second.notebook) == (
        "tiny",
        "first",
        "tiny/tiny.ipynb",
    )


def test_a_cell_without_step_shows_and_sends_nothing(seat: Seat) -> None:
    """Ordinary cells are left alone."""
    ran = seat.run("x = 3\nprint('hello')  # step by step")
    assert (ran.shown, ran.stream, seat.attempts()) == ([], "hello\n", [])


def test_the_cell_id_is_the_second_key(seat: Seat) -> None:
    """A cell whose marker was deleted is still known by its id."""
    assert "Passed" in seat.run("x = 3", cell_id="first").plain
    assert seat.run("x = 3", cell_id="another").plain == ""


def test_a_merged_cell_checks_all_its_steps(seat: Seat) -> None:
    """Two markers, two lines, two attempts, in order."""
    ran = seat.run("# step: second\ny = 4\n# step: first\nx = 1")
    assert ran.plain.splitlines() == [
        "✓ Second: Passed.",
        "◐ First: Not yet. `x` is 1; <b>expected</b> 3.",
    ]
    assert [one["step"] for one in seat.attempts()] == ["second", "first"]


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("# step: first\nx = = 3", "SyntaxError"),
        ("# step: first\n1 / 0", "ZeroDivisionError"),
        ("# step: first\nunknown", "NameError"),
        ("# step: first\nraise SystemExit", "SystemExit"),
        ("%%bash\n# step: first\nexit 3", "A command in the cell"),
        ("# step: first\n%%time\nx = 3", "has to be the first line"),
    ],
)
def test_a_cell_that_raised_is_not_checked(seat: Seat, code: str, word: str) -> None:
    """The attempt says cell-raised, and the hint names what to look at."""
    seat.run("x = 3")
    assert word in seat.run(code).plain
    assert [one["reason"] for one in seat.attempts()] == ["cell-raised"]


@pytest.mark.parametrize(
    ("code", "reasons"),
    [
        ("%%capture\n# step: first\nx = 3", [""]),
        ("%%capture\n# step: first\nx = 2", ["not-three"]),
        ("%%capture\n# step: first\n1 / 0", ["cell-raised"]),
        ("get_ipython().run_cell('# step: first\\nx = 3');", [""]),
        ("get_ipython().run_cell('# step: first\\n1 / 0');", ["cell-raised"]),
        (
            "# step: second\ny = 4\nget_ipython().run_cell('# step: first\\nx = 3');",
            ["", ""],
        ),
    ],
)
def test_a_cell_within_a_cell_is_one_try(
    seat: Seat, code: str, reasons: list[str]
) -> None:
    """Some magics run the rest of their cell as a cell: nothing is counted twice."""
    shown = seat.run(code, cell_id="some-cell").plain
    assert [one["reason"] for one in seat.attempts()] == reasons
    assert sum(map(shown.count, ("Passed.", "Not yet."))) == len(reasons)
    seat.run("# step: second\ny = 4")
    assert len(seat.attempts()) == len(reasons) + 1


@pytest.mark.parametrize("step", ["broken", "endless", "unchecked"])
def test_a_checkers_fault_is_never_held_against_anyone(seat: Seat, step: str) -> None:
    """SystemExit, an endless loop and a missing check leave cell and kernel alone."""
    ran = seat.run(f"# step: {step}\n6 * 7")
    assert ran.reply["status"] == "ok"
    assert FAULT in ran.plain
    assert [one["outcome"] for one in seat.attempts()] == ["error"]
    assert seat.run("print(1)").stream == "1\n"


HOSTILE = [
    "def f():\n while True: pass",
    "def f(): raise SystemExit",
    "def f(): import os; os.abort if 0 else 1/0",
    "class f:\n def __new__(c): raise BaseException",
    "def f(): import sys; sys.stdout = None; 1/0",
]


@pytest.mark.parametrize("code", HOSTILE)
def test_hostile_values_break_nothing(seat: Seat, code: str) -> None:
    """The attendee's own trouble is a failed step with a hint; the kernel lives."""
    ran = seat.run(f"# step: calls\n{code}")
    assert ran.reply["status"] == "ok"
    assert "Not yet. Your code" in ran.plain
    assert seat.run("print(1)").stream == "1\n"


@pytest.mark.parametrize("name", ["print", "sum", "round", "open"])
def test_replaced_builtins_break_nothing(seat: Seat, name: str) -> None:
    """The check works with the kernel's own; the attendee's stay in place.

    Those that a kernel needs itself (``len``, ``max``) are ruined in test_run.py:
    without them no kernel answers, with or without a hook.
    """
    ran = seat.run(
        f"# step: first\nx = 3\nimport builtins\nreal = builtins.{name}\n"
        f"builtins.{name} = no = lambda *a, **k: 0"
    )
    assert ran.plain == "✓ Passed. x is 3."
    kept = f"here = builtins.{name} is no\nbuiltins.{name} = real\nprint(here)"
    assert seat.run(kept).stream == "True\n"
    assert [one["outcome"] for one in seat.attempts()] == ["passed"]


def test_ruined_modules_break_nothing(seats: Callable[..., Seat]) -> None:
    """What the hook itself needs may be broken: one sentence, and the cell is fine."""
    seat = seats()
    ran = seat.run("# step: first\nx = 3\nimport time\ntime.clock_gettime_ns = None")
    assert ran.reply["status"] == "ok"
    assert ran.plain.startswith("✓ Passed. x is 3.\n◌ Not saved.")


def test_a_file_named_like_us_changes_nothing(seats: Callable[..., Seat]) -> None:
    """An attendee's checkers.py does not take the package's place."""
    seat = seats()
    (seat.folder / "checkers.py").write_text("raise SystemExit('shadowed')")
    seat.manager.restart_kernel(now=True)
    seat.client.wait_for_ready(timeout=60)
    assert "Passed" in seat.run("# step: first\nx = 3").plain


def test_an_interrupt_stops_a_check_and_records_nothing(
    seats: Callable[..., Seat],
) -> None:
    """Stop during a check cancels it; the kernel goes on."""
    seat = seats()
    sign = seat.root / "running"
    message = seat.send(
        "# step: calls\nimport signal\ndef f():\n"
        " signal.setitimer(signal.ITIMER_REAL, 60)\n"
        f" open({str(sign)!r}, 'w').close()\n while True: pass"
    )
    deadline = time.monotonic() + 60
    while not sign.exists():
        assert time.monotonic() < deadline, "the check never began"
        time.sleep(0.01)
    seat.manager.interrupt_kernel()
    ran = seat.finish(message)
    assert "Stopped." in ran.plain
    assert seat.attempts() == []
    assert seat.run("print(1)").stream == "1\n"


def test_an_interrupted_cell_is_no_attempt(seats: Callable[..., Seat]) -> None:
    """Who stops a cell has not tried."""
    seat = seats()
    ran = seat.run("# step: first\nraise KeyboardInterrupt")
    assert "Stopped." in ran.plain
    assert seat.attempts() == []


def test_failing_after_passing_says_so(seats: Callable[..., Seat]) -> None:
    """Passed is not taken back, and a new kernel still knows."""
    seat = seats()
    seat.run("# step: first\nx = 3")
    seat.stop()
    again = seats(seat.root)
    assert again.run("# step: first\nx = 2").plain.startswith(
        "◐ Passed earlier, now different."
    )


def test_check_runs_all_and_leaves_untouched_steps_untouched(seat: Seat) -> None:
    """%check shows a summary; what nobody has begun is not recorded as a failure."""
    seat.run("x = 3\ny = 5")
    lines = seat.run("%check").plain.splitlines()
    assert lines[0] == "◐ 1 of 6 passed."
    assert "✓ First: Passed. x is 3." in lines
    assert "◐ Second: Not yet. Four is wanted." in lines
    assert "· Calls: not started" in lines
    kept = {one["step"]: one["trigger"] for one in seat.attempts()}
    assert "calls" not in kept
    assert set(kept.values()) == {"asked"}


def test_work_of_the_author_does_not_pass_a_step(seats: Callable[..., Seat]) -> None:
    """In a notebook somebody caught up with, %check leaves those steps out."""
    seat = seats()
    seat.run("# caught up: first\nx = 3")
    assert seat.run("%check first").plain == "· First: caught up, not checked"
    assert seat.attempts() == []
    assert seat.run("# step: first\nx = 3").plain == "✓ Passed. x is 3."
    assert seat.run("%check first").plain == "✓ First: Passed. x is 3."


def test_attempts_after_a_reset_are_of_the_next_generation(seat: Seat) -> None:
    """What was passed stays passed; the tries are counted anew."""
    seat.run("# step: first\nx = 3")
    note = {"note": "reset", "lab": "tiny", "step": "first", "body": {"generation": 1}}
    with (seat.outbox.parent / "progress.jsonl").open("a") as file:
        file.write(json.dumps(note) + "\n")
    assert "Passed earlier" in seat.run("# step: first\nx = 2").plain
    seat.run("# step: first\nraise ValueError")
    assert [one["generation"] for one in seat.attempts()] == [0, 1, 1]


def test_a_notebook_outside_the_labs_folder_is_checked_all_the_same(
    seats: Callable[..., Seat], tmp_path: Path
) -> None:
    """The check looks at the files where the seat has them."""
    seat = seats(tmp_path, JPY_SESSION_NAME=str(tmp_path / "home" / "copy.ipynb"))
    hook = "__import__('checkers.engine.hook').engine.hook._hook"
    said = seat.run(f"print({hook}._work().folder)").stream.strip()
    assert said == str(seat.folder)
    assert "Passed" in seat.run("# step: first\nx = 3").plain
    assert seat.attempts()[0]["notebook"] == "copy.ipynb"


def test_check_of_one_step(seat: Seat) -> None:
    """%check takes a step's id; an unknown one names the known."""
    seat.run("y = 4")
    assert seat.run("%check second").plain == "✓ Second: Passed."
    assert "There are: first, second" in seat.run("%check nothing").plain


def test_the_panel_follows_the_checks(seat: Seat) -> None:
    """%steps opens a widget; a later check changes its value."""
    opened = seat.run("%steps")
    assert "application/vnd.jupyter.widget-view+json" in opened.shown[0]
    assert opened.plain.startswith("· The tiny lab 0 of 6 passed · about 12 minutes")
    seat.run("# step: first\nx = 3")
    value = seat.run(
        "import ipywidgets\n"
        "print([w.value for w in ipywidgets.Widget.widgets.values()"
        " if isinstance(w, ipywidgets.HTML)][-1])"
    ).stream
    assert "1 of 6 passed" in value


def test_without_ipywidgets_the_panel_is_text(seats: Callable[..., Seat]) -> None:
    """The fallback shows the same lines."""
    seat = seats()
    seat.run("import sys; sys.modules['ipywidgets'] = None")
    assert "0 of 6 passed" in seat.run("%steps").plain
    assert "1 of 6 passed" in seat.run("# step: first\nx = 3").plain


def test_the_panel_shows_hints_taken_and_offers_the_next(
    seats: Callable[..., Seat],
) -> None:
    """As at the side: after two failures, once more after two with the hint."""
    offer = "· A hint may help here."
    seat = seats()
    seat.run("import sys; sys.modules['ipywidgets'] = None")
    assert offer not in seat.run("%steps").plain
    seat.run("# step: second\ny = 3")
    assert offer in seat.run("# step: second\ny = 3").plain
    record = Record(seat.outbox)
    record.add(Note(str(uuid4()), Kind.HINT, "tiny", "second", {"number": 1}))
    shown = seat.run("# step: second\ny = 3").plain
    assert "· Hint 1 of 2: Look at `y`." in shown
    assert "<four>" not in shown
    assert offer not in shown
    assert offer in seat.run("# step: second\ny = 3").plain
    record.add(Note(str(uuid4()), Kind.HINT, "tiny", "second", {"number": 2}))
    shown = seat.run("# step: second\ny = 3").plain
    assert "· Hint 2 of 2: It is <four>." in shown
    assert offer not in seat.run("# step: second\ny = 3").plain
    assert "Hint" not in seat.run("# step: second\ny = 4").plain


def test_a_cell_of_a_subshell_is_checked_on_the_main_thread(
    seats: Callable[..., Seat],
) -> None:
    """Off the main thread the check waits its turn, then replaces what it said."""
    seat = seats()
    ran = seat.run(
        "import threading\n"
        "from IPython import get_ipython\n"
        "shell = get_ipython()\nx = 3\n"
        "from types import SimpleNamespace as N\n"
        "result = N(info=N(raw_cell='# step: first', cell_id=None),"
        " error_before_exec=None, error_in_exec=None)\n"
        "thread = threading.Thread(target=shell.events.trigger,"
        " args=('post_run_cell', result))\n"
        "thread.start(); thread.join()\n"
    )
    assert "Waiting." in ran.plain
    deadline = time.monotonic() + 60
    while not seat.attempts():
        assert time.monotonic() < deadline, "the queued check never ran"
        time.sleep(0.05)
    assert [one["outcome"] for one in seat.attempts()] == ["passed"]


def test_an_outbox_that_cannot_be_written_is_said_and_breaks_nothing(
    seats: Callable[..., Seat], tmp_path: Path
) -> None:
    """The result is still shown, with a sentence about what to do."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    seat = seats(AIRLIFT_OUTBOX=str(blocked / "outbox"))
    ran = seat.run("# step: first\nx = 3")
    assert ran.reply["status"] == "ok"
    assert "✓ Passed." in ran.plain
    assert "Not saved." in ran.plain


def test_a_full_disk_is_said_in_words(seats: Callable[..., Seat]) -> None:
    """Writing fails as it does on a full disk: one sentence, no traceback.

    What then is not noted at the seat, or only half, is not sent to the room either.
    """
    seat = seats()
    seat.run(
        "import os\nreal = os.write\n"
        "def full(*a): raise OSError(28, 'No space left on device')\n"
        "os.write = full"
    )
    ran = seat.run("# step: first\nx = 3")
    assert "Your disk is full" in ran.plain
    assert ran.reply["status"] == "ok"
    assert list((seat.outbox / "new").iterdir()) == []
    seat.run(
        "import fcntl\ndef last(handle, data):\n"
        "    added = fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_APPEND\n"
        "    return full() if added and len(data) < 90 else real(handle, data[:90])\n"
        "os.write = last"
    )
    ran = seat.run("# step: first\nx = 3")
    assert "Not saved. Your disk is full" in ran.plain
    assert list((seat.outbox / "new").iterdir()) == []


def test_without_labs_the_hook_is_idle(seats: Callable[..., Seat]) -> None:
    """A kernel outside any lab works and says that there is nothing to check."""
    seat = seats(AIRLIFT_LABS_DIR="/nowhere")
    assert seat.run("# step: first\nx = 3").plain == ""
    assert "Nothing to check." in seat.run("%check").plain


def test_a_kernel_starts_though_airlift_cannot_be_loaded(
    seats: Callable[..., Seat],
) -> None:
    """One sentence instead of a dead kernel."""
    shipped = Path(__file__).parents[2] / "images/base/etc/ipython/ipython_config.py"
    broken = "import sys\nsys.modules['checkers.engine.hook'] = None\n"
    seat = seats(config=broken + shipped.read_text())
    assert seat.run("print(1)").stream == "1\n"


NOT_OPENED = "The presenter has not opened this step yet."


def gated(seat: Seat, gate: object = "strict", state: str = "open") -> None:
    """Keep what the room says, as the agent does: a gate at the first step."""
    told = {"steps": {"tiny/first": {"gate": gate}}, "room": {"state": state}}
    aside = seat.outbox.parent / "aside"
    aside.parent.mkdir(exist_ok=True)
    aside.write_text(json.dumps(told))
    aside.rename(seat.outbox.parent / "room.json")


def test_behind_a_strict_gate_nothing_is_checked(seat: Seat) -> None:
    """One line and no attempt, whether the cell is right, wrong or raises."""
    gated(seat)
    for code in ("y = 4", "y = 5", "1 / 0"):
        ran = seat.run(f"# step: second\n{code}")
        assert ran.plain == f"‖ Not checked. {NOT_OPENED}"
    assert seat.run("# step: first\nx = 3").plain == "✓ Passed. x is 3."
    ran = seat.run("# step: first\nx = 3\n# step: second\ny = 4")
    assert ran.plain.splitlines() == [
        "✓ First: Passed. x is 3.",
        f"‖ Second: {NOT_OPENED}",
    ]
    assert [one["step"] for one in seat.attempts()] == ["first", "first"]
    gated(seat, "")
    assert "Passed." in seat.run("# step: second\ny = 4").plain


def test_asking_for_a_check_does_not_open_a_gate(seat: Seat) -> None:
    """``%check`` says which steps are not open and checks the others."""
    gated(seat)
    seat.run("x = 3; y = 4")
    assert seat.run("%check second").plain == f"‖ Second: {NOT_OPENED}"
    lines = seat.run("%check first second").plain.splitlines()
    assert lines == [
        "◐ 1 of 2 passed.",
        "✓ First: Passed. x is 3.",
        f"‖ Second: {NOT_OPENED}",
    ]
    assert [one["step"] for one in seat.attempts()] == ["first"]


@pytest.mark.parametrize(("gate", "state"), [("soft", "open"), ("strict", "closed")])
def test_a_gate_that_does_not_hold_lets_checks_run(
    seat: Seat, gate: str, state: str
) -> None:
    """A soft one only asks to wait; those of a closed room are over."""
    gated(seat, gate, state)
    assert "Passed." in seat.run("# step: second\ny = 4").plain
