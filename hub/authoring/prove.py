"""Prove: does a lab do what its author says? Each function returns what is wrong.

Nothing wrong is an empty tuple. They run the lab in a `LabKernel`, as an attendee
would, hook and outbox included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from checkers.engine.attempt import Attempt, Outcome
from hub.authoring.agreement import ids_agree
from hub.authoring.finding import Finding
from hub.authoring.kernel import LabKernel
from hub.authoring.mistakes import Mistake, load_mistakes
from hub.authoring.release import attendee_version, source_notebook
from hub.authoring.states import before
from hub.catalog import Lab

FEWEST_MISTAKES = 2
_GARBAGE = "hub.authoring.stand.garbage"


def prove(lab: Lab, folder: Path) -> tuple[Finding, ...]:
    """Prove a lab in every way there is, with one kernel in the empty `folder`.

    What comes later would only repeat it when ids do not agree, so then it stops.

    Raises:
        ReleaseError, MistakesError: a file cannot be used at all.
        KernelError: the kernel gave up.
    """
    found = ids_agree(lab)
    if found:
        return found
    with LabKernel(lab, folder) as kernel:
        return (
            *source_passes(lab, kernel),
            *values_stay(lab, kernel),
            *garbage_is_no_error(lab, kernel),
            *release_passes_nothing(lab, kernel),
            *states_lead_on(lab, kernel),
            *mistakes_fail(lab, kernel),
        )


def prove_cells(lab: Lab, folder: Path) -> tuple[Finding, ...]:
    """Prove what a change of the notebook alone can break; quicker than `prove`.

    Raises:
        ReleaseError: a file cannot be used at all.
        KernelError: the kernel gave up.
    """
    found = ids_agree(lab)
    if found:
        return found
    with LabKernel(lab, folder) as kernel:
        return (
            *source_passes(lab, kernel),
            *release_passes_nothing(lab, kernel),
            *states_lead_on(lab, kernel),
        )


def source_passes(lab: Lab, kernel: LabKernel) -> tuple[Finding, ...]:
    """Run the source from top to bottom: each step passes when its cells have run."""
    kernel.forget()
    last: dict[str, Attempt] = {}
    for cell in _code(source_notebook(lab)):
        for attempt in kernel.run(cell.source):
            last[attempt.step] = attempt
    return tuple(
        Finding(
            lab.slug, f"step {step.id}", f"expected the solution to pass, got {got}"
        )
        for step in lab.steps
        if (got := _said(last.get(step.id))) != "passed"
    )


def release_passes_nothing(lab: Lab, kernel: LabKernel) -> tuple[Finding, ...]:
    """Run what attendees get, untouched: every step is checked and none passes."""
    kernel.forget()
    seen: dict[str, list[str]] = {step.id: [] for step in lab.steps}
    for cell in _code(attendee_version(lab)):
        for attempt in kernel.run(cell.source):
            seen[attempt.step].append(attempt.outcome.value)
    return tuple(
        Finding(
            lab.slug,
            f"step {step}",
            f"expected the untouched cell to fail, got {', '.join(got) or 'no check'}",
        )
        for step, got in seen.items()
        if set(got) != {Outcome.FAILED.value}
    )


def states_lead_on(lab: Lab, kernel: LabKernel) -> tuple[Finding, ...]:
    """Catch up before each step: nothing counts, and its solution passes there."""
    solutions = {cell.id: cell.source for cell in _code(source_notebook(lab))}
    found = []
    for step in lab.steps:
        kernel.forget()
        where = f"state before step {step.id}"
        for cell in _code(before(lab, step.id)):
            if cell.id in step.cells:
                break
            for attempt in kernel.run(cell.source):
                what = f"cell {cell.id}: expected no check, got {attempt.step}"
                found.append(Finding(lab.slug, where, what))
        attempts = [
            attempt
            for cell in step.cells
            if cell in solutions
            for attempt in kernel.run(solutions[cell])
        ]
        got = _said(_last(attempts, step.id))
        if got != "passed":
            what = f"expected the solution to pass, got {got}"
            found.append(Finding(lab.slug, where, what))
    return tuple(found)


def mistakes_fail(lab: Lab, kernel: LabKernel) -> tuple[Finding, ...]:
    """Make each mistake: it fails with its reason. A step has at least two."""
    mistakes = load_mistakes(lab)
    notebook = source_notebook(lab)
    found = []
    for step, same in groupby(mistakes, key=lambda mistake: mistake.step):
        kernel.forget()
        for cell in builds_on(lab, notebook, step):
            kernel.run(cell.source)
        kernel.keep()
        for mistake in same:
            kernel.restore()
            last = _last(kernel.run(mistake.cell, trial=True), step)
            if _said(last) != f"failed: {mistake.reason}":
                found.append(_mistake_finding(lab, mistake, _said(last)))
            elif last and mistake.hint not in ("", last.hint):
                found.append(_hint_finding(lab, mistake, last.hint))
    counts = Counter(mistake.step for mistake in mistakes)
    for step in lab.step_ids:
        if counts[step] < FEWEST_MISTAKES:
            what = f"expected {FEWEST_MISTAKES} or more mistakes, got {counts[step]}"
            found.append(Finding(lab.slug, f"mistakes.toml, step {step}", what))
    return tuple(found)


def garbage_is_no_error(lab: Lab, kernel: LabKernel) -> tuple[Finding, ...]:
    """Put garbage in the place of every value a check reads: never `error`."""
    _solve(lab, kernel)
    answer = kernel.ask(_GARBAGE, "errors", _module(lab), str(kernel.folder))
    return tuple(
        Finding(
            lab.slug,
            f"step {step}",
            f"expected passed or failed with {name} = {kind}, got error: {why}",
        )
        for step, name, kind, why in answer
    )


def values_stay(lab: Lab, kernel: LabKernel) -> tuple[Finding, ...]:
    """Run each check on right work: no name and no value is another afterwards."""
    _solve(lab, kernel)
    answer = kernel.ask(_GARBAGE, "changes", _module(lab), str(kernel.folder))
    return tuple(
        Finding(lab.slug, f"step {step}", f"expected {name} unchanged by the check")
        for step, name in answer
    )


def builds_on(lab: Lab, notebook: Any, step_id: str) -> Iterator[Any]:
    """Yield the code cells above a step: those of steps it needs, and of no step."""
    steps = {step.id: step for step in lab.steps}
    needed: set[str] = set()
    waiting = [step_id]
    while waiting:
        needs = steps[waiting.pop()].needs
        waiting += [need for need in needs if need not in needed]
        needed.update(needs)
    first = steps[step_id].cells[0]
    others = {cell: step.id for step in lab.steps for cell in step.cells}
    for cell in _code(notebook):
        if cell.id == first:
            return
        if others.get(cell.id) in (None, *needed):
            yield cell


def _solve(lab: Lab, kernel: LabKernel) -> None:
    """Run the source in an empty namespace."""
    kernel.forget()
    for cell in _code(source_notebook(lab)):
        kernel.run(cell.source)


def _code(notebook: Any) -> Iterable[Any]:
    """Return the code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _last(attempts: list[Attempt], step: str) -> Attempt | None:
    """Return the last attempt at a step."""
    return next((item for item in reversed(attempts) if item.step == step), None)


def _said(attempt: Attempt | None) -> str:
    """Say in a few words what came of an attempt."""
    if attempt is None:
        return "no check"
    if attempt.outcome is Outcome.PASSED:
        return "passed"
    return f"{attempt.outcome.value}: {attempt.reason}"


def _mistake_finding(lab: Lab, mistake: Mistake, got: str) -> Finding:
    """Say that a mistake did something else."""
    return Finding(
        lab.slug,
        f"mistakes.toml, mistakes[{mistake.number}], step {mistake.step}",
        f"expected failed: {mistake.reason}, got {got}",
    )


def _hint_finding(lab: Lab, mistake: Mistake, got: str) -> Finding:
    """Say that a mistake showed another sentence."""
    return Finding(
        lab.slug,
        f"mistakes.toml, mistakes[{mistake.number}], step {mistake.step}",
        f"expected the hint {mistake.hint!r}, got {got!r}",
    )


def _module(lab: Lab) -> str:
    """Return the name of the lab's checker."""
    return f"checkers.{lab.slug}"
