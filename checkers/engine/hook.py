"""The IPython extension: after each cell, check its steps, show it, keep it.

This is a boundary: an exception that leaves `post_run_cell` would cost the cell its
reply, and a SystemExit would end the kernel, so BaseException is caught here. The
kernel never waits for the network: attempts go to the outbox, the agent sends them.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Mapping
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from checkers.engine import given
from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.gates import SHUT, Gates
from checkers.engine.guard import OriginalBuiltins
from checkers.engine.line import FAULT, Line, Mark, html, line_of, plain
from checkers.engine.nested import Nested
from checkers.engine.outbox import OutboxError, keep, outbox_folder
from checkers.engine.panel import Panel
from checkers.engine.progress import Progress
from checkers.engine.question import Questions, Say
from checkers.engine.run import Cancelled, attempt, run_step
from checkers.engine.steps import (
    Found,
    SeatLab,
    SeatLabError,
    caught_up,
    lab_of,
    labs_from,
    steps_of,
)
from checkers.engine.stopped import why
from checkers.engine.strings import _
from checkers.engine.work import Work

log = logging.getLogger(__name__)
_STOPPED = Line(Mark.FAULT, _("Stopped."), _("Run the cell again to check it."))
_WAITING = Line(
    Mark.UNTOUCHED, _("Waiting."), _("Checked as soon as the kernel is free.")
)
_NOT_SAVED = _("Restart the kernel and run the cell again; else tell a helper.")
_UNTOUCHED_REASONS = ("missing-name", "missing-file", "missing-answer")
_hook: Hook | None = None


def load_ipython_extension(shell: Any) -> None:
    """Register the hook and its commands, such as ``%check`` and ``%question``."""
    global _hook
    unload_ipython_extension(shell)
    _hook = Hook(shell, os.environ)
    shell.events.register("pre_run_cell", _hook.pre_run_cell)
    shell.events.register("post_run_cell", _hook.post_run_cell)
    shell.register_magic_function(_hook.check_all, "line", "check")
    shell.register_magic_function(_hook.show_steps, "line", "steps")
    shell.register_magic_function(_hook.questions.ask, "line", "question")
    shell.register_magic_function(_hook.questions.take, "line", "answer")


def unload_ipython_extension(shell: Any) -> None:
    """Take the hook out again."""
    global _hook
    if _hook is not None:
        shell.events.unregister("pre_run_cell", _hook.pre_run_cell)
        shell.events.unregister("post_run_cell", _hook.post_run_cell)
        _hook = None


class Hook:
    """What one kernel knows of its seat, and what it does after each cell."""

    def __init__(self, shell: Any, environ: Mapping[str, str]) -> None:
        self._shell = shell
        self._home = Path(environ.get("HOME") or "/")
        name = environ.get("JPY_SESSION_NAME") or ""
        self._notebook = Path.cwd() / (name or "-")
        self._named = bool(name)
        self._labs = _labs(environ)
        self._lab = lab_of(self._notebook, self._labs)
        self._outbox = outbox_folder(environ)
        self._progress = Progress(self._outbox)
        self._gates = Gates(self._outbox.parent)
        self._panel = Panel(shell)
        self._queue: deque[tuple[tuple[Found, ...], BaseException | None, Say]] = (
            deque()
        )
        self.questions = Questions(
            shell,
            self._outbox.parent,
            self._lab_or_say,
            self._say,
            lambda one, show: self._cell((one,), None, show),
            lambda: self._nested.source(),
        )
        self._numbers = count(1)
        self._caught_up: set[tuple[str, str]] = set()
        self._nested = Nested()

    def pre_run_cell(self, info: Any) -> None:
        """Note that a cell begins."""
        self._nested.begin(info)

    def post_run_cell(self, result: Any) -> None:
        """Check the steps of the cell that has just run; never raises."""
        try:
            info = result.info
            found = steps_of(info.raw_cell, info.cell_id, self._lab, self._labs)
            if self._lab:
                self._remember(info.raw_cell, found, self._lab)
            answered = self.questions.answered()
            if answered:
                found = tuple(dict.fromkeys((*found, *answered)))
            error = result.error_before_exec or result.error_in_exec
            found, error = self._nested.end(info, found, error)
            if not (found or self._queue):
                return
            with OriginalBuiltins():
                self._cell(found, error)
        except KeyboardInterrupt:
            self._say([_STOPPED])
        except BaseException:
            # The boundary: whatever it is, the cell and its kernel go on.
            log.debug("the hook failed", exc_info=True)
            self._say([Line(Mark.FAULT, "", FAULT)])

    def check_all(self, line: str) -> None:
        """``%check``: check all steps of this lab; ``%check load-data``: only that."""
        try:
            with OriginalBuiltins():
                self._ask(line.split())
        except KeyboardInterrupt:
            self._say([_STOPPED])
        except BaseException:
            # The boundary, as above.
            log.debug("%%check failed", exc_info=True)
            self._say([Line(Mark.FAULT, "", FAULT)])

    def show_steps(self, _line: str) -> None:
        """``%steps``: open the panel with all steps of this lab."""
        try:
            with OriginalBuiltins():
                lab = self._lab_or_say()
                if lab:
                    self._panel.open(lab, self._progress)
        except (KeyboardInterrupt, SystemExit, Exception):
            # The boundary, as above: a broken panel is not the attendee's trouble.
            log.debug("%%steps failed", exc_info=True)
            self._say([Line(Mark.FAULT, "", _("The panel could not be opened."))])

    def _cell(
        self,
        found: tuple[Found, ...],
        error: BaseException | None,
        show: Say | None = None,
    ) -> None:
        """Check now on the main thread; elsewhere leave it to the main thread."""
        if threading.current_thread() is not threading.main_thread():
            self._enqueue(found, error, show)
            return
        while self._queue:
            self._show_checked(*self._queue.popleft())
        if found:
            self._show_checked(found, error, show or self._say)
        self._panel.refresh(self._progress)

    def _remember(self, source: str, found: tuple[Found, ...], lab: SeatLab) -> None:
        """Keep which steps hold the author's work in this kernel, not the own."""
        self._caught_up.update((lab.slug, step) for step in caught_up(source))
        if self._caught_up:
            self._caught_up.difference_update(
                (one.lab.slug, one.step.id) for one in found
            )

    def _enqueue(
        self,
        found: tuple[Found, ...],
        error: BaseException | None,
        show: Say | None,
    ) -> None:
        """Keep a cell of a subshell until the main thread is free, and say so."""
        if not found:
            return
        if show is None:
            display_id = f"airlift-{os.getpid()}-{next(self._numbers)}"
            self._say([_WAITING], display_id)
            show = partial(self._say, display_id=display_id, update=True)
        else:
            show([_WAITING])
        self._queue.append((found, error, show))
        kernel = getattr(self._shell, "kernel", None)
        loop = getattr(kernel, "io_loop", None)
        if loop is not None:
            loop.add_callback(self._drain)

    def _drain(self) -> None:
        """Check what was queued; runs on the kernel's main thread."""
        try:
            with OriginalBuiltins():
                self._cell((), None)
        except BaseException:
            # The boundary: an exception here would end up in the kernel's loop.
            log.debug("a queued check failed", exc_info=True)

    def _show_checked(
        self,
        found: tuple[Found, ...],
        error: BaseException | None,
        show: Say,
    ) -> None:
        """Check the steps of one cell and show what came of it."""
        if error is not None and issubclass(type(error), KeyboardInterrupt):
            lines = [_STOPPED]
        else:
            work = self._work()
            lines = []
            for one in found:
                title = one.step.title if len(found) > 1 else ""
                lines += self._checked(one, work, error, title)
        show(lines)

    def _checked(
        self, one: Found, work: Work, error: BaseException | None, title: str
    ) -> list[Line]:
        """Check one step, keep the attempt and return its lines."""
        if self._gates.shut(one.lab, one.step.id):
            head = f"{title}:" if title else _("Not checked.")
            return [Line(Mark.GATE, head, SHUT)]
        again = False
        if error is None:
            made = self._run(one, work, Trigger.CELL)
            if one.step.question and made.reason == "missing-answer":
                return []  # the cell only asks
            again = bool(one.step.question) and self.questions.checked_before(one)
        else:
            made = self._attempt(one, Outcome.FAILED, "cell-raised", why(error))
        before = self._progress.step(one.lab.slug, one.step.id)
        if made.outcome is Outcome.PASSED and not made.hint and not title:
            title = one.step.title
        line = line_of(made, title, passed_earlier=before.passed)
        said = before.last, before.reason, before.hint
        if again and (made.outcome, made.reason, made.hint) == said:
            return [line]
        return [line, *self._keep(made)]

    def _ask(self, names: list[str]) -> None:
        """Check steps because somebody asked, and show a summary."""
        lab = self._lab_or_say()
        if lab is None:
            return
        wanted = [step for step in lab.steps if not names or step.id in names]
        if not wanted:
            known = ", ".join(step.id for step in lab.steps)
            text = _("There are: {steps}.").format(steps=known)
            self._say([Line(Mark.UNTOUCHED, _("No such step."), text)])
            return
        work = self._work()
        lines: list[Line] = []
        passed = 0
        for step in wanted:
            if (lab.slug, step.id) in self._caught_up:
                lines.append(
                    Line(Mark.UNTOUCHED, f"{step.title}:", _("caught up, not checked"))
                )
                continue
            if self._gates.shut(lab, step.id):
                lines.append(Line(Mark.GATE, f"{step.title}:", SHUT))
                continue
            made = self._run(Found(lab, step), work, Trigger.ASKED)
            earlier = self._progress.step(lab.slug, step.id)
            if made.reason in _UNTOUCHED_REASONS and not earlier.attempts:
                lines.append(Line(Mark.UNTOUCHED, f"{step.title}:", _("not started")))
                continue
            passed += made.outcome is Outcome.PASSED
            lines.append(line_of(made, step.title, passed_earlier=earlier.passed))
            lines += self._keep(made)
        mark = Mark.PASSED if passed == len(wanted) else Mark.TRYING
        text = _("{passed} of {number} passed.")
        head = Line(mark, text.format(passed=passed, number=len(wanted)))
        self._say([head, *lines] if len(wanted) > 1 else lines)
        self._panel.refresh(self._progress)

    def _run(self, one: Found, work: Work, trigger: Trigger) -> Attempt:
        """Run the check of a step; a checker that cannot be used is an error."""
        try:
            return run_step(
                one.lab.slug,
                one.step.id,
                work,
                trigger=trigger,
                version=one.lab.version,
                notebook=self._notebook_name(),
                generation=self._progress.step(one.lab.slug, one.step.id).generation,
            )
        except Cancelled:
            raise KeyboardInterrupt from None

    def _attempt(
        self,
        one: Found,
        outcome: Outcome,
        reason: str,
        hint: str,
        trigger: Trigger = Trigger.CELL,
    ) -> Attempt:
        """Return an attempt that no check has made."""
        return attempt(
            one.lab.slug,
            one.step.id,
            (outcome, reason, hint),
            trigger=trigger,
            version=one.lab.version,
            notebook=self._notebook_name(),
            generation=self._progress.step(one.lab.slug, one.step.id).generation,
        )

    def _keep(self, made: Attempt) -> list[Line]:
        """Put an attempt in the outbox; return what the attendee must know of it."""
        try:
            keep(self._outbox, made, self._progress)
        except OutboxError as error:
            return [Line(Mark.FAULT, _("Not saved."), str(error))]
        except Exception:
            # The boundary: the attendee may have broken what this needs, as json.
            log.debug("not kept", exc_info=True)
            return [Line(Mark.FAULT, _("Not saved."), _NOT_SAVED)]
        return []

    def _work(self) -> Work:
        """Return the work as it is now."""
        known = given.read(self._outbox.parent, self._lab.slug) if self._lab else {}
        return Work(self._shell.user_ns, self._folder(), known)

    def _folder(self) -> Path:
        """Return the lab's folder: above the notebook, else where the seat has it."""
        if self._lab is None:
            return self._notebook.parent
        for above in self._notebook.parents:
            if above.name == self._lab.slug:
                return above
        own = self._home / self._lab.slug
        return own if own.is_dir() else self._notebook.parent

    def _notebook_name(self) -> str:
        """Return the notebook's path below the home, "" when unknown."""
        if not self._named:
            return ""
        try:
            return str(self._notebook.relative_to(self._home))
        except ValueError:
            return self._notebook.name

    def _lab_or_say(self) -> SeatLab | None:
        """Return this notebook's lab, or say that there is none."""
        if self._lab is None:
            text = _("This notebook lies in no lab's folder.")
            self._say([Line(Mark.UNTOUCHED, _("Nothing to check."), text)])
        return self._lab

    def _say(
        self, lines: list[Line], display_id: str = "", *, update: bool = False
    ) -> None:
        """Show lines under the cell; a front end that cannot is left alone."""
        if not lines:
            return
        extra = (
            {"transient": {"display_id": display_id}, "update": update}
            if display_id
            else {}
        )
        try:
            self._shell.display_pub.publish(
                data={"text/plain": plain(lines), "text/html": html(lines)}, **extra
            )
        except BaseException:
            # The boundary: showing must not cost the cell its reply either.
            log.debug("could not show", exc_info=True)


def _labs(environ: Mapping[str, str]) -> dict[str, SeatLab]:
    """Read the seat's labs; with none that can be used, the hook stays idle."""
    try:
        return labs_from(environ)
    except (SeatLabError, OSError):
        log.debug("no labs", exc_info=True)
        return {}
