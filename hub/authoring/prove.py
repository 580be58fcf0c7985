"""Prove: does a lab do what its author says? All that is looked at, in one proof.

What only has to be read is read first; then the lab is run in a `LabKernel`, as an
attendee would, hook, probe and outbox included. What begins with a fresh home each time
is run in a second one meanwhile.
"""

from __future__ import annotations

import ast
import re
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from checkers.engine.attempt import Outcome
from checkers.engine.check import checker_for
from hub.authoring.agreement import ids_agree
from hub.authoring.finding import Finding
from hub.authoring.kernel import LabKernel
from hub.authoring.mistakes import load_mistakes
from hub.authoring.notebook import code_cells
from hub.authoring.proof import Proof, Result, Score, content_of
from hub.authoring.release import attendee_version, files, source_notebook
from hub.authoring.stand_places import Place, here
from hub.authoring.texts import hints_hold_no_solution, links_are_known
from hub.authoring.walk import Tell, Walk, blocks, last_of, said
from hub.catalog import Lab
from hub.tables import text_of

_GARBAGE = "hub.authoring.stand.garbage"
_MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)


def _quiet(_sentence: str) -> None:
    """Tell nobody."""


def prove(
    lab: Lab,
    folder: Path,
    *,
    place: Place = here,
    where: str = "here",
    image: Path | None = None,
    mutants: int | None = None,
    tell: Tell = _quiet,
) -> Proof:
    """Prove a lab in every way there is, with two kernels in the empty `folder`.

    Running it would only repeat it when ids do not agree, so then it stops.

    Args:
        lab: the lab.
        folder: empty; everything that is written lies below it.
        place: where the lab is run; see `stand_places`.
        where: what the proof says of that place.
        image: the folder of the lab's image, if it is not Airlift's base.
        mutants: how many changed solutions of a step count at most, if not as many
            as lab.toml says.
        tell: told what is done now.

    Raises:
        ReleaseError, MistakesError: a file cannot be used at all.
        KernelError, PlaceError: the lab could not be run.
    """
    started = time.monotonic()
    load_mistakes(lab)  # what is wrong with them is said before anything runs
    results: list[Result] = [Result("ids", findings=ids_agree(lab))]
    scores: tuple[Score, ...] = ()
    versions: dict[str, str] = {}
    most = lab.mutants if mutants is None else mutants
    if not results[0].findings:
        results.append(links_are_known(lab))
        with (
            ThreadPoolExecutor(1) as beside,
            LabKernel(lab, folder / "walk", place) as kernel,
            LabKernel(lab, folder / "beside", place) as fresh,
        ):
            afresh = beside.submit(_run_afresh, lab, fresh)
            ran, scores = _run(lab, kernel, most, tell)
            tell("untouched cells, other orders")
            results += [*ran, *afresh.result(), egress(lab, kernel)]
            versions = versions_of(lab, kernel)
    return Proof(
        lab=lab.slug,
        version=lab.version,
        content=content_of(lab, image),
        where=where,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - started, 1),
        versions=versions,
        results=tuple(results),
        scores=scores,
    )


def prove_cells(lab: Lab, folder: Path, place: Place = here) -> tuple[Finding, ...]:
    """Prove what a change of the notebook alone can break; quicker than `prove`.

    Its arguments are those of `prove`.

    Raises:
        ReleaseError: a file cannot be used at all.
        KernelError, PlaceError: the lab could not be run.
    """
    found = ids_agree(lab)
    if found:
        return found
    with LabKernel(lab, folder, place) as kernel:
        walk = Walk(lab, kernel, mistakes=False)
        walk.run()
        results = [*walk.results, *release_passes_nothing(lab, kernel)]
    return tuple(found for result in results for found in result.findings)


def _run(
    lab: Lab, kernel: LabKernel, mutants: int, tell: Tell
) -> tuple[list[Result], tuple[Score, ...]]:
    """Walk through a lab, and spoil what was made; return results and scores."""
    walk = Walk(lab, kernel, mutants=mutants, tell=tell)
    walk.run()
    tell("garbage")
    ended = [*values_stay(lab, kernel), *garbage_is_no_error(lab, kernel)]
    checks = {check.step: check.limit for check in checker_for(module_of(lab))}
    scores = tuple(replace(score, limit=checks[score.step]) for score in walk.scores)
    hints = hints_hold_no_solution(lab, walk.shown)
    results = [*walk.results, *ended, *hints]
    if not mutants or mutants < lab.mutants:
        tried = f"at most {mutants} of {lab.mutants}" if mutants else "none"
        note = f"{tried} a step were tried"
        results.append(Result("mutants", note=note, proved=False))
    return results, scores


def _run_afresh(lab: Lab, kernel: LabKernel) -> list[Result]:
    """Run a lab in the ways that each begin with a fresh home."""
    return [*release_passes_nothing(lab, kernel), *orders_pass(lab, kernel)]


def release_passes_nothing(lab: Lab, kernel: LabKernel) -> tuple[Result, ...]:
    """Run what attendees get, untouched: every step is checked and none passes.

    A question that nobody answered may go unchecked.
    """
    kernel.forget()
    seen: dict[str, list[str]] = {step.id: [] for step in lab.steps}
    for cell in code_cells(attendee_version(lab)):
        for attempt in kernel.run(cell.source):
            seen.setdefault(attempt.step, []).append(said(attempt))
    results = []
    for step in lab.steps:
        got = seen[step.id]
        unasked = step.question is not None and not got
        found = []
        failed = all(word.startswith(f"{Outcome.FAILED.value}:") for word in got)
        if not unasked and not (got and failed):
            what = "expected the untouched cell to fail, got "
            what += ", ".join(got) or "no check"
            found.append(Finding(lab.slug, f"step {step.id}", what))
        results.append(Result("release", step.id, tuple(found)))
    return tuple(results)


def garbage_is_no_error(lab: Lab, kernel: LabKernel) -> tuple[Result, ...]:
    """Put garbage in the place of every value a check reads: never `error`.

    What is right nowhere does not pass either, as where a check excuses exceptions.

    The kernel has run the solution. Steps done outside it have no values there.
    """
    found: dict[str, list[Finding]] = {step.id: [] for step in lab.steps}
    if kernel.python:
        answer = kernel.ask(_GARBAGE, "errors", module_of(lab), str(kernel.folder))
        for step, name, kind, got in answer:
            if got == "passed" and lab.imported:
                continue  # its tests are as they came
            wanted = "failed" if got == "passed" else "passed or failed"
            what = f"expected {wanted} with {name} = {kind}, got {got}"
            found[step].append(Finding(lab.slug, f"step {step}", what))
    watched = [step.id for step in lab.steps if step.watch]
    asked = [step.id for step in lab.steps if step.question]
    for name, kind, why in kernel.spoil(watched, asked):
        what = f"expected passed or failed {kind}, got error: {why}"
        found[name].append(Finding(lab.slug, f"step {name}", what))
    return tuple(Result("garbage", step, tuple(said)) for step, said in found.items())


def values_stay(lab: Lab, kernel: LabKernel) -> tuple[Result, ...]:
    """Run each check on right work: no name, value or file is another afterwards."""
    found: dict[str, list[Finding]] = {step.id: [] for step in lab.steps}
    results: list[Result] = []
    if kernel.python:
        before = kernel.written()
        answer = kernel.ask(_GARBAGE, "changes", module_of(lab), str(kernel.folder))
        for step, name in answer:
            what = f"expected {name} unchanged by the check"
            found[step].append(Finding(lab.slug, f"step {step}", what))
        if kernel.written() != before:
            what = "expected the files unchanged by the checks"
            wrote = Finding(lab.slug, f"checkers/{lab.slug}.py", what)
            results.append(Result("still", findings=(wrote,)))
    for step in lab.steps:
        if step.watch:
            files = kernel.content()["files"], kernel.written()
            kernel.check(step.id)
            if (kernel.content()["files"], kernel.written()) != files:
                what = "expected the files unchanged by the check"
                found[step.id].append(Finding(lab.slug, f"step {step.id}", what))
    results += [Result("still", step, tuple(said)) for step, said in found.items()]
    return tuple(results)


def orders(lab: Lab) -> tuple[tuple[str, ...], ...]:
    """Return other orders of the steps that their needs allow, two at most.

    In one the last step that is free comes next each time; in the other the last step
    comes as early as it can, then the one before it, and so on. Most steps are so tried
    before some that they do not need; not each is before every one of them.
    """
    latest: list[str] = []
    while len(latest) < len(lab.steps):
        free = [
            step.id
            for step in lab.steps
            if step.id not in latest and set(step.needs) <= set(latest)
        ]
        latest.append(free[-1])
    needs = {step.id: step.needs for step in lab.steps}
    earliest: list[str] = []

    def visit(step: str) -> None:
        """Do a step after all that it needs."""
        for need in needs[step]:
            visit(need)
        if step not in earliest:
            earliest.append(step)

    for step in reversed(lab.step_ids):
        visit(step)
    found = dict.fromkeys((tuple(latest), tuple(earliest)))
    return tuple(order for order in found if order != lab.step_ids)


def orders_pass(lab: Lab, kernel: LabKernel) -> tuple[Result, ...]:
    """Do the steps in other orders: each passes when what it needs is done.

    Where there is none, in their own, without the trials that come between in a walk:
    these may leave something behind that the solution lives on.
    """
    other = orders(lab)
    found: dict[str, Finding] = {}
    for order in other or (lab.step_ids,):
        kernel.forget()
        for step, got in _in_order(lab, kernel, order):
            if got != "passed":
                how = f"in the order {', '.join(order)}" if other else "in a fresh seat"
                what = f"expected the solution to pass {how}, got {got}"
                found.setdefault(step, Finding(lab.slug, f"step {step}", what))
    note = "; ".join(", ".join(order) for order in other)
    note = note or "each step needs those before it"
    return (Result("order", findings=tuple(found.values()), note=note),)


def _in_order(
    lab: Lab, kernel: LabKernel, order: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Run steps in an order, each after the cells above it that are of no step."""
    waiting = list(blocks(lab))
    for name in order:
        for block in list(waiting):
            if block.step and block.step.id != name:
                continue
            attempts = [
                attempt for cell in block.cells for attempt in kernel.run(cell.source)
            ]
            waiting.remove(block)
            if block.step:
                yield name, said(last_of(attempts, name))
                break


def egress(lab: Lab, kernel: LabKernel) -> Result:
    """Say whether the lab was run without a way out."""
    if lab.egress:
        return Result("egress", note="lab.toml allows it the internet")
    if kernel.cut:
        return Result("egress", note="run without a way out")
    note = "not proved here: this system gives no network of its own; use --in-image"
    return Result("egress", note=note, proved=False)


def versions_of(lab: Lab, kernel: LabKernel) -> dict[str, str]:
    """Return the versions of airlift, Python and what the lab's cells import."""
    found = {"airlift": metadata.version("jupyterhub-airlift")}
    return found | kernel.versions(sorted(packages(lab)))


def packages(lab: Lab) -> set[str]:
    """Return the packages that a lab's cells and its checker import.

    Modules that lie among the lab's own files are none.
    """
    sources = [
        _MAGIC.sub(r"\1pass", cell.source) for cell in code_cells(source_notebook(lab))
    ]
    spec = find_spec(module_of(lab))
    if spec and spec.origin:
        sources.append(text_of(Path(spec.origin)))
    own = {PurePosixPath(name).parts[0].removesuffix(".py") for name in files(lab)}
    found: set[str] = set()
    for source in sources:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue  # another language, or what is to be mended
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - own - {"checkers"}


def module_of(lab: Lab) -> str:
    """Return the name of the lab's checker."""
    return f"checkers.{lab.slug}"
