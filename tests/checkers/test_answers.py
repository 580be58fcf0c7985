"""Answers to the questions of steps: kept, read, and given in a terminal."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from checkers import Work
from checkers.answers import choice, choices, number, text
from checkers.engine.check import Failed
from checkers.engine.given import FILE, meant, read, write
from checkers.engine.note import Kind, Note
from checkers.engine.progress import Progress
from checkers.engine.record import Record
from checkers.engine.steps import SeatQuestion
from tests.checkers.terminal_lab import LAB, set_up


def test_answers_are_kept_by_lab_and_step(tmp_path: Path) -> None:
    """Each replaces the one before; None forgets it; others are left alone."""
    write(tmp_path, "one", "a", " red\n ")
    write(tmp_path, "two", "a", "blue")
    write(tmp_path, "one", "b", "3")
    write(tmp_path, "one", "b", None)
    write(tmp_path, "one", "never", None)
    assert (read(tmp_path, "one"), read(tmp_path, "two")) == (
        {"a": "red"},
        {"a": "blue"},
    )
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"one": 3}', '{"one": {"a": 3}}'])
def test_a_broken_file_holds_no_answers(tmp_path: Path, text: str) -> None:
    """It is replaced at the next answer."""
    (tmp_path / FILE).write_text(text)
    assert read(tmp_path, "one") == {}
    write(tmp_path, "one", "a", "red")
    assert read(tmp_path, "one") == {"a": "red"}


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        ("choice", "red", "red"),
        ("choice", " 'Red' ", "red"),
        ("choice", "2", "red"),
        ("choice", "3", "3"),
        ("choice", "RE", "red"),
        ("choice", "b", None),
        ("choice", "5", None),
        ("choice", "", None),
        ("choices", "3; BLUE", "blue; 3"),
        ("choices", "1;1", "blue"),
        ("choices", "blue; green", None),
        ("text", " two  words ", "two words"),
        ("number", "", None),
    ],
)
def test_an_option_may_be_written_in_several_ways(
    kind: str, text: str, answer: str | None
) -> None:
    """By its words in any case, in quotation marks, or by its number."""
    options = ("blue", "red", "3", "black") if kind.startswith("choice") else ()
    assert meant(SeatQuestion(kind, "Which?", options), text) == answer


def test_a_question_is_answered_in_a_terminal(tmp_path: Path) -> None:
    """The command shows questions, checks answers at once and keeps the attempts."""
    environ = set_up(tmp_path)

    def answer(*words: str) -> tuple[int, str]:
        command = [sys.executable, "-P", "-m", "checkers.engine.answers", *words]
        home = tmp_path / "home" / LAB
        done = subprocess.run(
            command, env=environ, cwd=home, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr

    assert "asks: Which colour?\n  1 blue\n  2 red\n" in answer()[1]
    assert answer("other", "red")[0] == 2
    assert answer("asks", "green") == (2, "· There are: 1 blue, 2 red.\n")
    assert answer("asks", "blue") == (1, "◐ Not yet. Another one.\n")
    assert answer("asks", "Red") == (0, "✓ Asks: Passed.\n")
    assert "Answered: red" in answer("asks")[1]
    outbox = tmp_path / "home" / ".airlift" / "outbox"
    kept = [
        json.loads(path.read_text())["attempt"]
        for path in sorted((outbox / "new").iterdir())
    ]
    assert [(one["outcome"], one["trigger"]) for one in kept] == [
        ("failed", "asked"),
        ("passed", "asked"),
    ]
    assert Progress(outbox).step(LAB, "asks").passed
    note = Note(str(uuid4()), Kind.CAUGHT_UP, LAB, "after", {})
    record = Record(outbox)
    record.add(note)
    assert answer("asks", "blue") == (0, "· Asks: caught up, not checked\n")
    gate = {"room": {"state": "open"}, "steps": {f"{LAB}/file": {"gate": "strict"}}}
    (outbox.parent / "room.json").write_text(json.dumps(gate))
    assert answer("asks", "blue")[1].startswith("‖ Not checked.")
    assert read(outbox.parent, LAB) == {"asks": "red"}


def test_a_checked_answer_that_cannot_be_noted_is_not_sent_either(
    tmp_path: Path,
) -> None:
    """Else the room would know of an attempt that the attendee takes for lost."""
    environ = set_up(tmp_path)
    outbox = tmp_path / "home" / ".airlift" / "outbox"
    outbox.mkdir(parents=True)
    most = 2**16
    (outbox.parent / "progress.jsonl").write_bytes(b"x" * (most - 90))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "checkers.engine.answers", "asks", "red"],
        env=environ,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "Not saved. This could not be saved or sent" in done.stdout
    assert not list((outbox / "new").iterdir())


def test_a_check_that_is_interrupted_in_a_terminal_ends_quietly(tmp_path: Path) -> None:
    """The answer is kept, there is no attempt, and no traceback for anybody."""
    environ = set_up(tmp_path)
    checker = "from checkers import check\n\n@check('asks')\ndef asks(work):\n"
    path = tmp_path / "lib" / f"{LAB}.py"
    path.write_text(f"{checker}    raise KeyboardInterrupt\n")
    words = [sys.executable, "-P", "-m", "checkers.engine.answers", "asks", "red"]
    done = subprocess.run(words, env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert not (tmp_path / "home" / ".airlift" / "outbox").exists()


def verdict(rule: Callable[..., object], answer: str, *args: Any, **more: Any) -> str:
    """Return the reason that a rule gives an answer; "" when it passes."""
    try:
        rule(Work({"n": 1}, Path(), {"q": answer}), "q", *args, **more)
    except Failed as failed:
        return failed.reason if failed.hint else "no hint"
    return ""


def test_an_option_is_right_or_has_a_reason_of_its_own() -> None:
    """Case, accents, outer spaces and quotation marks do not matter."""
    others = {"On ID": ("index-on-id", "No.")}
    rule = partial(verdict, choice)
    assert rule(" 'on Flown'", "on flown", others) == ""
    assert rule("on id", "on flown", others) == "index-on-id"
    assert rule("x" * 70, "x" * 71) == "other-option"
    assert rule("-D", "-d", {"-D": ("by-force", "No.")}) == "by-force"


def test_several_options_are_right_together() -> None:
    """One too many and one too few have hints of their own."""
    rule = partial(verdict, choices, right=["a", "b"])
    assert rule("B; a") == ""
    assert rule("a") == "other-option"
    assert rule("a; b; c") == "other-option"
    own = {"c": ("took-c", "Not c."), "b": ("no-b", "b too.")}
    assert rule("a; b; c", others=own) == "took-c"
    assert rule("a", others=own) == "no-b"
    assert rule("A; b", others={"A": ("took-capital", "No.")}) == "took-capital"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("12.5", ""),
        ("12,4", ""),
        ("+12.6", ""),
        ("1.25e1", ""),
        ("12.7", "too-far"),
        ("-12.5", "too-far"),
        ("\N{MINUS SIGN}12", "too-far"),
        ("12.5 ms", "not-a-number"),
        ("1,250", "not-a-number"),
        ("0,125", "too-far"),
        ("nan", "not-a-number"),
        ("1" * 400, "too-far"),
    ],
)
def test_a_number_is_right_within_what_is_allowed(answer: str, reason: str) -> None:
    """A point or a comma; what could be read in two ways is no number."""
    assert verdict(number, answer, 12.5, within=0.1) == reason


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("900 ms", "is more than a number"),
        ("12 %", "is more than a number"),
        ("about 1,000", "is more than a number"),
        ("1.000,5", "seems to have a mark between its thousands"),
        ("1,000.5", "seems to have a mark between its thousands"),
        ("1,000", "seems to have a mark between its thousands"),
        ("1 000", "seems to have a mark between its thousands"),
        ("1'000'000", "seems to have a mark between its thousands"),
        ("1.000", "seems to have a mark between its thousands"),
        ("a thousand", "is not a number"),
        ("1.001", "is too small"),
    ],
)
def test_what_is_no_number_is_told_why(answer: str, why: str) -> None:
    """A unit and a mark between thousands are named, with the answer as it was typed.

    A point may be either, so it is one between thousands where that would be right.
    """
    with pytest.raises(Failed) as failed:
        number(Work({}, Path(), {"step": answer}), "step", 1000)
    assert answer in failed.value.hint
    assert why in failed.value.hint
    assert verdict(number, "1.000", 1) == ""


def test_a_text_is_right_by_words_or_by_form() -> None:
    """Wrong ones may have a reason of their own."""
    rule = partial(verdict, text)
    assert rule(" Zürich. ", "Zurich") == ""
    assert rule("ab12", pattern="[A-Z]{2}[0-9]+") == ""
    assert rule("ab", pattern="[A-Z]{2}[0-9]+") == "other-text"
    assert rule("Bern", "Zurich", others={"bern": ("capital", "No.")}) == "capital"
