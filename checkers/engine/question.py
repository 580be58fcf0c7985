"""Questions: ``%question`` shows a step's question as a form, ``%answer`` answers it.

Both keep the answer beside the outbox and have the step checked: a form at once, the
command after its cell, together with the steps that the cell is marked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from checkers.engine import given
from checkers.engine.form import Form
from checkers.engine.guard import OriginalBuiltins
from checkers.engine.line import FAULT, Line, Mark
from checkers.engine.outbox import OutboxError
from checkers.engine.steps import Found, SeatLab, caught_up
from checkers.engine.strings import _

log = logging.getLogger(__name__)
Say = Callable[[list[Line]], None]


class Questions:
    """The questions of one kernel's lab.

    Args:
        shell: of the kernel.
        folder: the one that holds the outbox.
        lab: gives the notebook's lab, or says that there is none.
        say: shows lines under the cell.
        check: checks a step and shows the lines by what it is given.
        source: gives the source of the cell that runs now.
    """

    def __init__(
        self,
        shell: Any,
        folder: Path,
        lab: Callable[[], SeatLab | None],
        say: Say,
        check: Callable[[Found, Say], None],
        source: Callable[[], str],
    ) -> None:
        self._shell = shell
        self._folder = folder
        self._lab = lab
        self._say = say
        self._check = check
        self._source = source
        self._answered: list[Found] = []
        self._fresh: set[Found] = set()

    def answered(self) -> tuple[Found, ...]:
        """Take the steps that were answered by a command since the last cell."""
        found = tuple(self._answered)
        self._answered.clear()
        return found

    def checked_before(self, one: Found) -> bool:
        """Tell whether a step's answer is one kept from before; a new one counts once.

        A cell that asks may be run again to see its form.
        """
        fresh = one in self._fresh
        self._fresh.discard(one)
        return not fresh and one.step.id in given.read(self._folder, one.lab.slug)

    def ask(self, line: str) -> None:
        """``%question late-route``: show the question of a step with a form."""
        try:
            with OriginalBuiltins():
                one = self._question(line.strip())
                if one:
                    known = given.read(self._folder, one.lab.slug)
                    before = known.get(one.step.id, "")
                    # in the author's own cell it is not the attendee's answer
                    own = one.step.id not in caught_up(self._source())
                    submit = partial(self._submit if own else _leave, one)
                    Form(one.step, before, submit).show(self._shell)
        except (KeyboardInterrupt, SystemExit, Exception):
            # The hook's boundary: whatever it is, the cell goes on.
            log.debug("%%question failed", exc_info=True)
            self._say([Line(Mark.FAULT, "", _("The question could not be shown."))])

    def take(self, line: str) -> None:
        """``%answer late-route ATH``: answer a question; checked after the cell."""
        try:
            with OriginalBuiltins():
                name, _space, text = line.strip().partition(" ")
                one = self._question(name)
                # as above
                if one and name not in caught_up(self._source()):
                    self._answer(one, text)
        except OutboxError as error:
            self._say([Line(Mark.FAULT, _("Not saved."), str(error))])
        except (KeyboardInterrupt, SystemExit, Exception):
            # The hook's boundary, as above.
            log.debug("%%answer failed", exc_info=True)
            self._say([Line(Mark.FAULT, "", FAULT)])

    # no variables put in: an answer may hold braces and dollars
    setattr(take, "_ipython_magic_no_var_expand", True)  # noqa: B010

    def _question(self, name: str) -> Found | None:
        """Return the step of that id, or say which steps ask something."""
        lab = self._lab()
        if lab is None:
            return None
        asking = [step for step in lab.steps if step.question]
        for step in asking:
            if step.id == name:
                return Found(lab, step)
        text = _("No question of that name. There are: {steps}.")
        known = ", ".join(step.id for step in asking) or _("none")
        self._say([Line(Mark.UNTOUCHED, "", text.format(steps=known))])
        return None

    def _answer(self, one: Found, text: str) -> None:
        """Keep an answer; its step is checked when the cell has ended."""
        assert one.step.question is not None  # see _question
        meant = given.meant(one.step.question, text)
        if meant is None:
            known = given.choices_of(one.step.question)
            self._say([Line(Mark.UNTOUCHED, "", known)])
            return
        given.write(self._folder, one.lab.slug, one.step.id, meant)
        self._answered.append(one)
        self._fresh.add(one)

    def _submit(self, one: Found, form: Form, text: str) -> None:
        """Keep what a form was answered and check its step; says so in the form."""
        try:
            with OriginalBuiltins():
                given.write(self._folder, one.lab.slug, one.step.id, text)
                self._fresh.add(one)
                self._check(one, form.say)
        except OutboxError as error:
            form.say([Line(Mark.FAULT, _("Not saved."), str(error))])
        except BaseException:
            # The hook's boundary: an exception would end up in the kernel's loop.
            log.debug("an answer could not be checked", exc_info=True)
            form.say([Line(Mark.FAULT, "", FAULT)])


def _leave(one: Found, form: Form, _text: str) -> None:
    """Say in a form that its answer is left alone, as its cell is the author's."""
    form.say([Line(Mark.UNTOUCHED, f"{one.step.title}:", _("caught up, not checked"))])
