"""run: one check on one attendee's work gives one Attempt, whatever happens.

This is a boundary: nothing that a check or an attendee's value does leaves it, but
one thing. Who is to blame decides the outcome: a verdict, or an exception out of the
attendee's own code or over a file of theirs, is `failed`; anything else that goes
wrong is the checker's own `error` and never held against anyone.

Errors:
    Cancelled: the attendee interrupted the check; there is no attempt.
"""

from __future__ import annotations

import builtins
import errno
import logging
import os
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any
from uuid import uuid4

from checkers.engine.attempt import (
    HINT_LENGTH,
    MAX_GENERATION,
    MAX_MS,
    Attempt,
    Outcome,
    Trigger,
)
from checkers.engine.check import ID, Check, Checker, CheckError, Failed, checker_for
from checkers.engine.fields import NAME_LENGTH
from checkers.engine.guard import (
    NamesKept,
    OriginalBuiltins,
    Quiet,
    TimeLimit,
    TimeUp,
)
from checkers.engine.strings import _
from checkers.engine.text import clean, name_of
from checkers.engine.work import Work

log = logging.getLogger(__name__)
_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_Verdict = tuple[Outcome, str, str]


class Cancelled(Exception):  # noqa: N818  # it is no error
    """The check was interrupted from the keyboard; nothing is recorded."""


def run(
    check: Check,
    work: Work,
    *,
    trigger: Trigger = Trigger.CELL,
    version: str = "",
    notebook: str = "",
    generation: int = 0,
) -> Attempt:
    """Run one check and return what came of it.

    Args:
        check: the check; see `checker_for`.
        work: the work it looks at.
        trigger: why it runs.
        version: the lab's version.
        notebook: path of the notebook below the seat's home.
        generation: how often the step had been reset before.

    Raises:
        Cancelled: a KeyboardInterrupt came meanwhile.
    """
    with OriginalBuiltins():
        started = perf_counter()
        outcome, reason, hint = _verdict(check, work)
        return attempt(
            check.lab,
            check.step,
            (outcome, reason, hint),
            trigger=trigger,
            version=version,
            notebook=notebook,
            generation=generation,
            ms=round((perf_counter() - started) * 1000),
        )


def run_step(
    lab: str,
    step: str,
    work: Work,
    *,
    trigger: Trigger,
    version: str = "",
    notebook: str = "",
    generation: int = 0,
    begun: Callable[[float], object] | None = None,
) -> Attempt:
    """Find the check of a step and run it; a checker that cannot be used is an error.

    Args:
        lab: slug of the lab; its checker is imported when it is first needed.
        step: id of the step.
        work: the work it looks at.
        trigger: why it runs.
        version: the lab's version.
        notebook: path of the notebook below the seat's home.
        generation: how often the step had been reset before.
        begun: told the check's time limit when it is about to run.

    Raises:
        Cancelled: a KeyboardInterrupt came meanwhile.
    """
    facts: dict[str, Any] = {
        "trigger": trigger,
        "version": version,
        "notebook": notebook,
        "generation": generation,
    }
    try:
        check = _checker(lab)[step]
    except KeyboardInterrupt:
        raise Cancelled from None
    except BaseException as error:
        # The boundary: an author's module may raise anything when imported.
        log.debug("lab=%s no checker", lab, exc_info=True)
        reason = "no-check" if type(error) is CheckError else "checker-broken"
        verdict = Outcome.ERROR, reason, f"checkers.{lab}: {name_of(error)}"
        return attempt(lab, step, verdict, **facts)
    if begun is not None:
        begun(check.limit)
    return run(check, work, **facts)


@cache
def _checker(lab: str) -> Checker:
    """Return a lab's checker; one that cannot be imported is tried again each time."""
    with Quiet():
        return checker_for(import_module(f"checkers.{lab}"))


def attempt(
    lab: str,
    step: str,
    verdict: tuple[Outcome, str, str],
    *,
    trigger: Trigger,
    version: str,
    notebook: str,
    generation: int = 0,
    ms: int = 0,
) -> Attempt:
    """Return a new attempt; texts are cleaned and cut to what the contract allows."""
    outcome, reason, hint = verdict
    return Attempt(
        id=str(uuid4()),
        lab=lab,
        lab_version=clean(version, 64),
        notebook=clean(notebook, NAME_LENGTH),
        step=step,
        trigger=trigger,
        outcome=outcome,
        reason=reason,
        hint=clean(hint, HINT_LENGTH),
        ms=min(max(ms, 0), MAX_MS),
        generation=min(generation, MAX_GENERATION),
    )


def _verdict(check: Check, work: Work) -> _Verdict:
    """Run the check behind all guards and say what came of it."""
    limit = TimeLimit(check.limit)
    try:
        with NamesKept(work.origin), Quiet(), limit:
            return _passed(check.function(work))
    except Failed as verdict:
        return _failed(verdict)
    except KeyboardInterrupt:
        raise Cancelled from None
    except TimeUp as error:
        if _theirs(error, work):
            return (
                Outcome.FAILED,
                "too-slow",
                _(
                    "Your code took more than {limit:g} s when the check used it. "
                    "Is there a loop that never ends?"
                ).format(limit=check.limit),
            )
        return Outcome.ERROR, "time-limit", f"{_place(error)}: over {check.limit:g} s"
    except BaseException as error:
        # The boundary of DESIGN.md: SystemExit and exceptions of any other kind.
        log.debug("step=%s the check raised", check.step, exc_info=True)
        if _theirs(error, work):
            return Outcome.FAILED, "code-raised", _their_hint(error)
        if hint := _unreadable(error, work):
            return Outcome.FAILED, "unreadable", hint
        what = f"{name_of(error)}{_not_found(error)}"
        return Outcome.ERROR, "checker-error", f"{_place(error)}: {what}"
    finally:
        limit.stop()  # also when it struck while it was being armed


def _not_found(error: BaseException) -> str:
    """Return the name that Python did not find: the check's author wrote it."""
    if type(error) is AttributeError or type(error) is NameError:
        return f" {error.name}" if type(error.name) is str else ""
    return ""


def _failed(verdict: Failed) -> _Verdict:
    """Read a verdict; one that `fail` did not make is the attendee's own doing."""
    reason, hint = verdict.reason, verdict.hint
    if type(reason) is str and type(hint) is str and ID.fullmatch(reason):
        return Outcome.FAILED, reason, hint
    return Outcome.FAILED, "code-raised", _their_hint(verdict)


def _passed(sentence: object) -> _Verdict:
    """Read what a check returned."""
    if sentence is None:
        return Outcome.PASSED, "", ""
    if type(sentence) is str:
        return Outcome.PASSED, "", sentence
    raise CheckError(f"expected None or a sentence returned, got {name_of(sentence)}")


def _trace(error: BaseException) -> TracebackType | None:
    """Return the traceback without asking the exception's class, which may lie."""
    trace: TracebackType | None = vars(BaseException)["__traceback__"].__get__(error)
    return trace


def _theirs(error: BaseException, work: Work) -> bool:
    """Tell whether the attendee's own code was running when this was raised."""
    folder = os.path.abspath(work.folder) + os.sep
    trace = _trace(error)
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_globals is work.origin:
            return True
        name = frame.f_code.co_filename
        if (
            name.startswith(folder)
            and not name.startswith(_OURS)
            and "site-packages" not in name
        ):
            return True
        trace = trace.tb_next
    return False


def _their_hint(error: BaseException) -> str:
    """Say what the attendee's code raised, without running more of it."""
    kind = name_of(error)
    known = getattr(builtins, kind, None) is type(error)
    args = error.args if known else ()
    said = f": {args[0]}" if args and type(args[0]) is str else ""
    text = _("Your code raised {error} when the check used it").format(error=kind)
    return clean(text + said, HINT_LENGTH)


def _unreadable(error: BaseException, work: Work) -> str:
    """Say what of the attendee's could not be read; "" where that is not why.

    A file of the lab's folder that is shut, or a full disk, is no fault of the check
    that reads it. Of bytes that are no text Python does not say whose they are: they
    are taken for the attendee's.
    """
    if type(error) is UnicodeDecodeError:
        return _("A file is not plain text in UTF-8. Look at what is in it.")
    if getattr(builtins, name_of(error), None) is not type(error):
        return ""
    if not isinstance(error, OSError):
        return ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _(
            "Your disk is full, so this could not be checked. Delete files you do not "
            "need."
        )
    folder, name = Path(os.path.abspath(work.folder)), error.filename
    path = Path(os.path.abspath(name)) if isinstance(name, (str, Path)) else None
    if path is None or not path.is_relative_to(folder):
        return ""
    shown = clean(str(path.relative_to(folder.parent)), 100)
    text = _("`{path}` cannot be read ({reason}).")
    return text.format(path=shown, reason=error.strerror)


def _place(error: BaseException) -> str:
    """Name the checker's line that was running, for its author."""
    place = "the checker"
    trace = _trace(error)
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if os.path.basename(name) not in ("run.py", "work.py", "guard.py"):
            place = f"{os.path.basename(name)} line {trace.tb_lineno}"
            if name.startswith(_OURS):
                return place
        trace = trace.tb_next
    return place
