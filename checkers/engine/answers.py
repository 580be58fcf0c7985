"""Answers: ``answer <step> <text>``, for terminals and bash cells.

``python -m checkers.engine.answers`` is the same. The answer is kept, the step checked
at once, and what came of it is said; without words it shows what is asked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from checkers.engine.attempt import Outcome, Trigger
from checkers.engine.gates import SHUT, Gates
from checkers.engine.given import LENGTH, choices_of, meant, read, write
from checkers.engine.line import Line, Mark, line_of, plain
from checkers.engine.outbox import OutboxError, keep, outbox_folder
from checkers.engine.progress import Progress
from checkers.engine.record import Record
from checkers.engine.run import Cancelled, run_step
from checkers.engine.steps import Found, SeatLab, SeatLabError, lab_of, labs_from
from checkers.engine.strings import _
from checkers.engine.text import clean
from checkers.engine.work import Work


def main(words: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    """Answer a step's question, or show the questions; return the exit code.

    0 is passed (or shown), 1 is not passed, 2 is no answer at all.
    """
    asked = list(_asked(environ))
    if len(words) < 2:
        shown = [one for one in asked if one.step.id in words or not words]
        return _show(shown or asked, environ)
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


def _show(asked: Iterable[Found], environ: Mapping[str, str]) -> int:
    """Show questions and how to answer them."""
    folder = outbox_folder(environ).parent
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
    if _is_caught_up(one, outbox):
        text = _("caught up, not checked")
        return _say([Line(Mark.UNTOUCHED, f"{one.step.title}:", text)], 0)
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
        keep(outbox, made, progress)
    except Cancelled:
        return 130  # as a shell says of what Ctrl+C has ended
    except OutboxError as error:
        return _say([Line(Mark.FAULT, _("Not saved."), str(error))], 1)
    passed = made.outcome is Outcome.PASSED
    title = one.step.title if passed and not made.hint else ""
    return _say([line_of(made, title, passed_earlier=before.passed)], int(not passed))


def _is_caught_up(one: Found, outbox: Path) -> bool:
    """Tell whether a step lies before the state that was caught up to.

    Its cells in that notebook are the author's, and may be run as they are.
    """
    record = Record(outbox)
    record.look()
    return one.lab.steps.index(one.step) < record.start(one.lab)


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
