"""Trial: an imported lab run as it is, once with its solutions and once without.

What passes with the solution and fails without is proved; what passes without has
tests that check nothing.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import checkers
from checkers.engine.attempt import Attempt, Outcome
from hub.authoring.course.names import bound
from hub.authoring.course.notebook import label
from hub.authoring.course.notes import Note
from hub.authoring.course.steps import Group, solved
from hub.authoring.kernel import KernelError, LabKernel
from hub.authoring.places import VARIABLE
from hub.authoring.release import attendee_version, source_notebook
from hub.catalog import Lab

SECONDS = 30.0
"""How long one cell may take, as in nbgrader."""
_INSIDE = "hub.authoring.course.inside"
_STOPPED = {
    "interrupted": "it did not end in time, so it was stopped; in a seat it runs on",
    "restarted": "it ended its kernel, or not in time: all names are gone",
}
_After = Callable[[LabKernel, Any], None]


@dataclass(slots=True)
class Tried:
    """What a trial showed of one step.

    Args:
        solved: what its check said of the solution; "passed", else why not.
        whole: what its hidden tests said of it; "" when they hold.
        hollow: whether it passes with nothing in the place of the solution.
        untouched: whether it passes before anybody has done anything; None when it
            could not be tried.
        idle: those of its test cells that hold before anybody has done anything.
        seconds: how long its check took.
    """

    solved: str = "its cells were never reached"
    whole: str = ""
    hollow: bool = False
    untouched: bool | None = None
    idle: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def vacuous(self) -> str:
        """Say why its tests check nothing; "" when they do."""
        if self.untouched:
            return "its tests pass before anybody has done anything"
        if self.hollow:
            return "its tests pass as well with nothing in the place of the solution"
        return ""

    @property
    def proved(self) -> bool:
        """Whether it passes with the solution, and only then."""
        tried = self.untouched is not None
        return self.solved == "passed" and tried and not (self.vacuous or self.whole)


@contextmanager
def opened(folder: Path) -> Iterator[None]:
    """Let this process and its kernels import the checkers in a folder."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(folder)
    checkers.__path__.append(str(folder))
    try:
        yield
    finally:
        checkers.__path__.remove(str(folder))
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", "")).startswith(f"{folder}{os.sep}"):
                del sys.modules[name]
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before


def tried(
    lab: Lab, groups: Sequence[Group], folder: Path, whole: str
) -> tuple[dict[str, Tried], list[Note]]:
    """Run a lab in real kernels.

    Args:
        lab: the lab; its checker can be imported.
        groups: its steps.
        folder: an empty one.
        whole: module of the checker with the hidden tests, "" for none.

    Returns:
        what was shown of each step; and notes on cells that do not end.
    """
    found = {group.id: Tried() for group in groups}
    last = {group.cells[-1]: group for group in groups}
    source = source_notebook(lab)
    texts = {cell.id: cell.source for cell in source.cells}
    notes: list[Note] = []

    def solution(kernel: LabKernel, cell: Any) -> None:
        """Ask for the rest, when a step's last cell has run and it has passed."""
        if group := last.get(cell.id):
            sources = [solved(texts[one]) for one in group.cells]
            _ask_rest(kernel, lab, whole, found[group.id], group.id, sources)

    def release(kernel: LabKernel, cell: Any) -> None:
        """Check a step that nobody has done, though its stub may have raised."""
        if group := last.get(cell.id):
            tests = [test.reason for test in group.live]
            checker = f"checkers.{lab.slug}"
            said = _asked(kernel, lab, checker, group.id, tests=tests)
            found[group.id].untouched = not said["whole"]
            idle = [test.cell for test in group.live if test.reason in said["passing"]]
            found[group.id].idle = tuple(idle)

    try:
        with LabKernel(lab, folder) as kernel:
            for attempt in _ran(kernel, source, notes, solution):
                found[attempt.step].solved = _said(attempt)
                found[attempt.step].seconds = attempt.ms / 1000
            kernel.forget()
            for _attempt in _ran(kernel, attendee_version(lab), notes, release):
                continue
    except KernelError as error:
        notes.append(Note("", f"the trial ended early: {error}"))
    return found, list(dict.fromkeys(notes))


def _ask_rest(
    kernel: LabKernel, lab: Lab, whole: str, seen: Tried, step: str, sources: list[str]
) -> None:
    """Ask what else is to be known of a step whose solution has run."""
    if seen.solved.startswith(Outcome.ERROR.value):
        said = _asked(kernel, lab, f"checkers.{lab.slug}", step)
        seen.solved = f"error: {said['whole']}"
    elif seen.solved == "passed":
        names = {name for source in sources for name in bound(source)}
        said = _asked(kernel, lab, whole, step, sorted(names))
        seen.whole, seen.hollow = said["whole"], said["hollow"]


def _ran(
    kernel: LabKernel, notebook: Any, notes: list[Note], after: _After
) -> Iterator[Attempt]:
    """Run a notebook's cells; yields the attempts that come of them."""
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type != "code":
            continue
        yield from kernel.run(cell.source, SECONDS)
        if kernel.interrupted:
            what = _STOPPED[kernel.interrupted]
            notes.append(Note(label(number, cell), what))
        if kernel.interrupted != "restarted":
            after(kernel, cell)


def _asked(
    kernel: LabKernel,
    lab: Lab,
    whole: str,
    step: str,
    names: Sequence[str] = (),
    tests: Sequence[str] = (),
) -> dict[str, Any]:
    """Ask in the kernel what else is to be known of a step."""
    out = Path(kernel.folder).parent / "told.json"
    out.unlink(missing_ok=True)
    words = (f"checkers.{lab.slug}", whole, step, [*names], [*tests], str(out))
    arguments = ", ".join(repr(word) for word in words)
    kernel.run(
        f"__import__({_INSIDE!r}, fromlist=['tell'])"
        f".tell(get_ipython().user_ns, {arguments})"
    )
    try:
        found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    except OSError:
        return {"whole": "they could not be run", "hollow": False, "passing": []}
    return found


def _said(attempt: Attempt) -> str:
    """Say in a few words what came of an attempt."""
    if attempt.outcome is Outcome.PASSED:
        return "passed"
    return f"{attempt.outcome.value}: {attempt.reason}: {attempt.hint}"
