"""Given: what was answered to the questions of steps, kept beside the outbox.

One file of the seat holds them all: ``{"v": 1, "<lab>": {"<step>": "text"}}``. Kernels
write it (``%answer`` and forms), and so do ``answer`` in a terminal and the agent, for
the side panel's form.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from checkers.engine.outbox import OutboxError, why_not
from checkers.engine.plain import read_plain, write_plain
from checkers.engine.steps import SeatQuestion
from checkers.engine.strings import _
from checkers.engine.text import clean

FILE = "answers.json"
"""In the folder that holds the outbox."""
VERSION = 1
LENGTH = 500
SEPARATOR = "; "
"""Between the options of an answer to a question of kind choices."""
_MOST_BYTES = 2**20
_PATIENCE, _PAUSE = 1.0, 0.01
"""Seconds to wait for another who writes; then it is written all the same."""


def read(folder: Path, lab: str) -> dict[str, str]:
    """Return the answers given in a lab, by step; a broken file holds none."""
    return _all(folder).get(lab, {})


def write(folder: Path, lab: str, step: str, text: str | None) -> None:
    """Keep the answer to a step's question, whole or not at all; None forgets it.

    Raises:
        OutboxError: the disk is full, or the folder cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            _put(folder, lab, step, text)
    except OSError as error:
        raise OutboxError(why_not(error)) from error


def _put(folder: Path, lab: str, step: str, text: str | None) -> None:
    """Write the file anew, with one answer changed."""
    kept = _all(folder)
    answers = {**kept.get(lab, {}), step: clean(text or "", LENGTH)}
    if text is None:
        del answers[step]
        if step not in kept.get(lab, {}):
            return
    write_plain(folder / FILE, json.dumps({"v": VERSION, **kept, lab: answers}))


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other kernels, terminals and the agent from writing meanwhile.

    The folder itself is locked. Who holds it for long, or a file system that knows no
    locks, keeps nobody from answering.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    until = time.monotonic() + _PATIENCE
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > until:
                    break
                time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)


def _all(folder: Path) -> dict[str, dict[str, str]]:
    """Return what the file holds, lab by lab."""
    try:
        data = json.loads(read_plain(folder / FILE, _MOST_BYTES))
        return {
            lab: {step: text for step, text in steps.items() if isinstance(text, str)}
            for lab, steps in data.items()
            if isinstance(steps, dict)
        }
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}


def meant(question: SeatQuestion, text: str) -> str | None:
    """Return the answer that a text means; None when it is none of the options.

    An option may be written in any case, in quotation marks, as its number, or as its
    first words where no other begins so.
    """
    text = clean(text, LENGTH)
    if not question.options:
        return text or None
    several = question.kind == "choices"
    parts = text.split(SEPARATOR.strip()) if several else [text]
    found = {_option(question.options, part) for part in parts if part.strip()}
    if not found or None in found:
        return None
    return SEPARATOR.join(option for option in question.options if option in found)


def _option(options: Sequence[str], text: str) -> str | None:
    """Return the option that a text means."""
    wanted = text.strip().strip("'\"`").strip()
    for option in options:
        if option == wanted:
            return option
    for option in options:
        if option.casefold() == wanted.casefold():
            return option
    number = int(wanted) if re.fullmatch(r"[0-9]{1,3}", wanted) else 0
    if 0 < number <= len(options):
        return options[number - 1]
    begun = [one for one in options if one.casefold().startswith(wanted.casefold())]
    return begun[0] if wanted and len(begun) == 1 else None


def wanted(question: SeatQuestion) -> str:
    """Say in a form that there is no answer yet."""
    if question.options:
        return _("Choose an answer, then submit it.")
    return _("Write your answer, then submit it.")


def choices_of(question: SeatQuestion) -> str:
    """Say what a question can be answered with."""
    options = ", ".join(
        f"{number} {option}" for number, option in enumerate(question.options, 1)
    )
    return _("There are: {options}.").format(options=options)
