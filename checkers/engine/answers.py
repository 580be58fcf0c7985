"""Answers: what was answered to the questions of steps, kept beside the outbox.

One file of the seat holds them all: ``{"v": 1, "<lab>": {"<step>": "text"}}``. Kernels
write it (``%answer`` and forms), and so does ``answer <step> <text>`` in a terminal,
which is this module as a program: it checks the step at once and says what came of it.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from checkers.engine.attempt import Outcome, Trigger
from checkers.engine.gates import SHUT, Gates
from checkers.engine.line import Line, Mark, line_of, plain
from checkers.engine.outbox import OutboxError, outbox_folder, put, why_not
from checkers.engine.progress import Progress
from checkers.engine.run import run_step
from checkers.engine.steps import (
    Found,
    SeatLab,
    SeatLabError,
    SeatQuestion,
    lab_of,
    labs_from,
)
from checkers.engine.strings import _
from checkers.engine.text import clean
from checkers.engine.work import Work

FILE = "answers.json"
"""In the folder that holds the outbox."""
VERSION = 1
LENGTH = 500
SEPARATOR = "; "
"""Between the options of an answer to a question of kind choices."""


def read(folder: Path, lab: str) -> dict[str, str]:
    """Return the answers given in a lab, by step; a broken file holds none."""
    return _all(folder).get(lab, {})


def write(folder: Path, lab: str, step: str, text: str | None) -> None:
    """Keep the answer to a step's question, whole or not at all; None forgets it.

    Raises:
        OutboxError: the disk is full, or the folder cannot be written.
    """
    kept = _all(folder)
    answers = {**kept.get(lab, {}), step: clean(text or "", LENGTH)}
    if text is None:
        del answers[step]
        if step not in kept.get(lab, {}):
            return
    aside = folder / f".{FILE}.{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside.write_text(json.dumps({"v": VERSION, **kept, lab: answers}))
        aside.chmod(0o600)
        aside.rename(folder / FILE)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise OutboxError(why_not(error)) from error


def _all(folder: Path) -> dict[str, dict[str, str]]:
    """Return what the file holds, lab by lab."""
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
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


def choices_of(question: SeatQuestion) -> str:
    """Say what a question can be answered with."""
    options = ", ".join(
        f"{number} {option}" for number, option in enumerate(question.options, 1)
    )
    return _("There are: {options}.").format(options=options)


def main(words: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    """Answer a step's question, or show the questions; return the exit code.

    0 is passed (or shown), 1 is not passed, 2 is no answer at all.
    """
    asked = list(_asked(environ))
    if len(words) < 2:
        shown = [one for one in asked if one.step.id in words or not words]
        return _show(shown or asked, read_all=environ)
    for one in asked:
        if one.step.id == words[0]:
            return _give(one, " ".join(words[1:]), environ)
    known = ", ".join(one.step.id for one in asked) or _("none")
    text = _("No question of that name. There are: {steps}.").format(steps=known)
    return _say([Line(Mark.UNTOUCHED, "", text)], 2)


def _asked(environ: Mapping[str, str]) -> Iterable[Found]:
    """Give the steps with a question: of the lab of this folder, else of all labs."""
    try:
        labs = labs_from(environ)
    except (SeatLabError, OSError):
        return
    here = lab_of(Path.cwd() / "-", labs)
    for lab in [here] if here else labs.values():
        yield from (Found(lab, step) for step in lab.steps if step.question)


def _show(asked: Iterable[Found], read_all: Mapping[str, str]) -> int:
    """Show questions and how to answer them."""
    folder = outbox_folder(read_all).parent
    lines = []
    for one in asked:
        question = one.step.question
        assert question is not None  # see _asked
        lines.append(f"{one.step.id}: {clean(question.text, LENGTH)}")
        for number, option in enumerate(question.options, 1):
            lines.append(f"  {number} {clean(option, LENGTH)}")
        given = read(folder, one.lab.slug).get(one.step.id)
        if given is not None:
            lines.append("  " + _("Answered: {text}").format(text=given))
    lines.append(_("Answer with: answer STEP TEXT"))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _give(one: Found, text: str, environ: Mapping[str, str]) -> int:
    """Keep an answer, check its step and say what came of it."""
    outbox = outbox_folder(environ)
    question = one.step.question
    assert question is not None  # see _asked
    if Gates(outbox.parent).shut(one.lab, one.step.id):
        return _say([Line(Mark.GATE, _("Not checked."), SHUT)], 1)
    answer = meant(question, text)
    if answer is None:
        return _say([Line(Mark.UNTOUCHED, "", choices_of(question))], 2)
    progress = Progress(outbox)
    before = progress.step(one.lab.slug, one.step.id)
    try:
        write(outbox.parent, one.lab.slug, one.step.id, answer)
        answers = read(outbox.parent, one.lab.slug)
        made = run_step(
            one.lab.slug,
            one.step.id,
            Work({}, _folder(one.lab, environ), answers),
            trigger=Trigger.ASKED,
            version=one.lab.version,
            generation=before.generation,
        )
        put(outbox, made)
        progress.add(made)
    except (OutboxError, OSError) as error:
        return _say([Line(Mark.FAULT, _("Not saved."), str(error))], 1)
    passed = made.outcome is Outcome.PASSED
    title = one.step.title if passed and not made.hint else ""
    return _say([line_of(made, title, passed_earlier=before.passed)], int(not passed))


def _folder(lab: SeatLab, environ: Mapping[str, str]) -> Path:
    """Return the lab's folder: above this one, else in the home."""
    for folder in (Path.cwd() / "-").parents:
        if folder.name == lab.slug:
            return folder
    return Path(environ.get("HOME") or Path.home()) / lab.slug


def _say(lines: list[Line], code: int) -> int:
    """Print lines; return the exit code."""
    sys.stdout.write(plain(lines) + "\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
