"""Importing: courses of nbgrader become labs, with a report on every cell.

A lab appears whole, after its trial: its steps are those whose tests check something.

Errors:
    CourseError: nothing can be taken in, or a lab of that name is there.
"""

from __future__ import annotations

import pkgutil
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import Any

import checkers
from hub.authoring.agreement import ids_agree
from hub.authoring.course import again, answers, hidden, notebook, rights, writing
from hub.authoring.course.autotest import instantiated
from hub.authoring.course.folder import Source, found
from hub.authoring.course.names import modules, written
from hub.authoring.course.notes import CourseError, Note, Taken, report
from hub.authoring.course.steps import Group, grouped
from hub.authoring.course.testcells import autotests
from hub.authoring.course.text import slug
from hub.authoring.course.trial import Tried, opened, tried
from hub.authoring.course.writing import Draft
from hub.authoring.release import ReleaseError
from hub.authoring.texts import outside
from hub.catalog import LabError, load_lab

LEAST, MOST = 5.0, 60.0
"""Seconds that a step's check may take: five times what the solution needs."""


def take_in(
    path: Path,
    labs: Path,
    checkers_to: Path,
    name: str = "",
    *,
    over: Path | None = None,
) -> str:
    """Import what lies at a place; returns the report.

    Args:
        path: a notebook, an assignment's folder, or a course's.
        labs: folder of the labs.
        checkers_to: folder of their checkers.
        name: slug of the lab, or what the slugs of several begin with.
        over: write over labs of the same name, and keep them there as they were; None
            writes over none.

    Raises:
        CourseError: nothing can be taken in, or a lab of that name is there.
    """
    sources, skipped = found(path)
    names = slugs(sources, name)
    for one in names:
        _free(labs / one, checkers_to / f"{one}.py", force=over is not None)
    taken = [
        _taken(source, one, labs, checkers_to, over)
        for source, one in zip(sources, names, strict=True)
    ]
    return report(taken, skipped)


def _free(folder: Path, checker: Path, *, force: bool) -> None:
    """Refuse to write over a lab, or over one that was not imported in any case.

    Raises:
        CourseError: there is one; says what to do.
    """
    there = [place for place in (folder, checker) if place.exists()]
    if not there:
        return
    what = f"{there[0]} is there already: choose another name with --slug"
    why = "it was not imported"
    try:
        imported = load_lab(folder).imported
    except LabError as error:
        imported = ""
        if (folder / "lab.toml").exists():
            why = f"nobody can tell whether it was imported ({error.problems[0]})"
    if not imported:
        raise CourseError(f"{what}; {why}, so nothing writes over it")
    if not force:
        raise CourseError(f"{what}, or --force to write over it")


def slugs(sources: Sequence[Source], name: str) -> list[str]:
    """Return a free slug for each notebook."""
    place = str(Path(str(checkers.__file__)).parent)
    own = {module.name for module in pkgutil.iter_modules([place])}
    labs = {path.parent.name for path in _own_labs()}
    used = own - labs
    names: list[str] = []
    several = len({source.assignment for source in sources}) > 1
    for source in sources:
        words = [name] if name else []
        words += [source.assignment] if several or not name else []
        words += [] if source.alone else [source.path.stem]
        wanted = free = slug(*dict.fromkeys(words))
        number = 1
        while free in used:
            number += 1
            free = f"{wanted}_{number}"
        used.add(free)
        names.append(free)
    return names


def _own_labs() -> Iterator[Path]:
    """Yield the lab.toml files beside the package `checkers`, as in a checkout."""
    yield from Path(str(checkers.__file__)).parents[1].glob("labs/*/lab.toml")


def _taken(
    source: Source, name: str, labs: Path, checkers_to: Path, over: Path | None
) -> Taken:
    """Take one notebook in; what cannot be is said, and no reason to stop."""
    notes: list[Note] = []
    groups: list[Group] = []
    try:
        draft, notes = drafted(source, name)
        groups = list(draft.groups)
        if not any(group.live for group in groups):
            raise CourseError(
                "no autograded test that checks anything: it makes no lab"
            )
        notes += [
            Note(f"step {group.id}", "no test of it is left: it is no step")
            for group in groups
            if not group.live
        ]
        with tempfile.TemporaryDirectory(prefix="airlift-import-") as folder:
            draft, proved, more = _tried(draft, Path(folder))
            notes += more
            if not any(group.live for group in draft.groups):
                raise CourseError("no test of it checks anything: it makes no lab")
            done = Path(folder) / "done"
            places = (labs / name, checkers_to / f"{name}.py")
            made = (done / "labs" / name, done / "checkers" / f"{name}.py")
            if over and places[0].exists():
                notes += again.kept(made[0], places[0])
                notes += again.set_aside(name, made, places, over)
            else:
                notes += rights.notes(made[0], draft.rights)
            _put(made, places)
    except (CourseError, LabError, ReleaseError, OSError) as error:
        notes.append(Note("", str(error)))
        return Taken(source.shown, "", len(groups), 0, tuple(notes))
    return Taken(source.shown, name, len(groups), proved, tuple(notes))


def drafted(source: Source, name: str) -> tuple[Draft, list[Note]]:
    """Read a notebook and everything that belongs to it."""
    found = notebook.read(source.path)
    notes = _around(found, source)
    notes += notebook.regular(found, source.rules)
    twin, more = _twin(source)
    settled, unsolved = answers.settle(found, source.rules, twin)
    notes += more + settled
    found, more = _with_autotests(found, source)
    notes += more
    whole, more = hidden.taken_out(found)
    notes += more
    groups, more = grouped(found, whole)
    notes += more + _absent(found, source)
    own = {name for name, _path in source.files} & set(writing.PACKAGES)
    what = "its packages make an image of this lab's own"
    notes += [Note(name, what) for name in sorted(own)]
    said = rights.rights_of(source, found)
    cells = frozenset(unsolved)
    return Draft(name, source, found, whole, groups, {}, said, cells), notes


def _around(found: Any, source: Source) -> list[Note]:
    """Put a course's header and footer around a notebook, as nbgrader does."""
    notes = []
    for which in ("header", "footer"):
        place = getattr(source.rules, which)
        if not place or source.rules.root is None:
            continue
        try:
            other = notebook.read(source.rules.root / place)
        except CourseError as error:
            notes.append(Note("", f"the course's {which} is left out: {error}"))
            continue
        cells = found.cells
        found.cells = other.cells + cells if which == "header" else cells + other.cells
        notes.append(Note("", f"the course's {which} ({place}) is part of it"))
    return notes


def _twin(source: Source) -> tuple[Any, list[Note]]:
    """Read the notebook that holds the answers."""
    if source.twin is None:
        return None, []
    try:
        twin = notebook.read(source.twin)
        notebook.regular(twin, source.rules)
    except CourseError as error:
        return None, [Note(source.twin.name, f"no answers from there: {error}")]
    return twin, [Note("", f"answers are taken from {source.twin.name}")]


def _with_autotests(found: Any, source: Source) -> tuple[Any, list[Note]]:
    """Return a notebook with its AUTOTEST lines made into tests."""
    if not any(autotests(cell.source) for cell in found.cells):
        return found, []
    with tempfile.TemporaryDirectory(prefix="airlift-autotest-") as folder:
        for name, path in source.files:
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        tests = source.path.parent / "autotests.yml"
        if tests.is_file():
            shutil.copyfile(tests, Path(folder, tests.name))
        try:
            made = instantiated(found, source.rules, Path(folder))
        except CourseError as error:
            return found, [Note("", f"its AUTOTEST lines are no tests: {error}")]
    return made, [Note("", "its AUTOTEST lines were made into tests by nbgrader")]


def _absent(found: Any, source: Source) -> list[Note]:
    """Say which packages a notebook imports that are not here."""
    own = {name.partition("/")[0].removesuffix(".py") for name, _path in source.files}
    own |= {module for cell in found.cells for module in written(cell.source)}
    named = {
        module
        for cell in found.cells
        if cell.cell_type == "code"
        for module in modules(cell.source)
    }
    absent = sorted(
        module
        for module in named - own - set(sys.stdlib_module_names)
        if find_spec(module) is None
    )
    what = (
        "not installed here, so what needs it cannot be proved here; name its package "
        "in the lab's requirements.txt unless the seat's image has it"
    )
    return [Note("", f"it imports {module}: {what}") for module in absent]


def _tried(draft: Draft, folder: Path) -> tuple[Draft, int, list[Note]]:
    """Write a lab aside, run it, and write it again with the steps that count.

    Returns:
        the lab as it was written into ``done``, how many steps prove, and notes.
    """
    trial, whole = folder / "trial", ""
    writing.write(draft, trial / "labs", trial / "checkers")
    live = [group for group in draft.groups if group.live]
    with opened(trial / "checkers"):
        if any(test.source != test.whole for group in live for test in group.tests):
            whole = f"checkers.{draft.slug}_whole"
            text = writing.checker(draft, whole=True)
            path = trial / "checkers" / f"{draft.slug}_whole.py"
            path.write_text(text, encoding="utf-8")
        (folder / "kernels").mkdir()
        lab = load_lab(trial / "labs" / draft.slug)
        seen, notes = tried(lab, live, folder / "kernels", whole)
        notes += [Note(one.where, one.what) for one in ids_agree(lab)]
        links = tuple(outside(lab))
    notes += [
        note
        for group in live
        for note in _said(group, seen[group.id], draft.unsolved & {*group.cells})
    ]
    kept = [_kept(group, seen.get(group.id)) for group in draft.groups]
    limits = {name: _limit(one.seconds) for name, one in seen.items()}
    done = replace(draft, groups=_needed(kept), limits=limits, links=links)
    if links:
        what = f"it names {len(links)} addresses outside: lab.toml allows them"
        notes.insert(0, Note("", what))
    writing.write(done, folder / "done" / "labs", folder / "done" / "checkers")
    proved = sum(seen[group.id].proved for group in done.groups if group.live)
    return done, proved, notes


def _kept(group: Group, seen: Tried | None) -> Group:
    """Return a group as the lab has it: without tests that check nothing."""
    if seen is None:
        return group
    if seen.vacuous or seen.seconds * 5 > MOST:
        return replace(group, tests=())
    tests = [replace(t, live=t.live and t.cell not in seen.idle) for t in group.tests]
    return replace(group, tests=tuple(tests))


def _needed(groups: list[Group]) -> list[Group]:
    """Return groups that need only steps which are still there."""
    steps = {group.id for group in groups if group.live}
    return [replace(g, needs=tuple(n for n in g.needs if n in steps)) for g in groups]


def _limit(seconds: float) -> float:
    """Return the seconds that a check may take."""
    return min(MOST, max(LEAST, float(ceil(seconds * 5))))


def _said(group: Group, seen: Tried, unsolved: Collection[str]) -> Iterator[Note]:
    """Say why a step is not proved, or none at all; some cells may be `unsolved`."""
    where = f"step {group.id} ({', '.join(test.cell for test in group.live)})"
    yield from _rounded(group, where)
    if seen.vacuous:
        yield Note(where, f"{seen.vacuous}: it is no step")
    elif seen.seconds * 5 > MOST:
        what = (
            f"its tests take {seen.seconds:.1f} s: more than {MOST / 5:.0f} s are too"
        )
        yield Note(where, f"{what} long after a cell, it is no step")
    elif unsolved:
        yield Note(where, f"not proved: {', '.join(sorted(unsolved))} has no solution")
    elif seen.solved != "passed":
        yield Note(where, f"not proved: with the solution it {_verdict(seen.solved)}")
    elif seen.whole:
        yield Note(where, f"not proved: its hidden tests say {seen.whole}")
    elif seen.untouched is None:
        yield Note(where, "not proved: it could not be tried without the solution")
    for cell in () if seen.vacuous else seen.idle:
        what = "it passes before anybody has done anything: it is left out"
        yield Note(f"step {group.id}, test {cell}", what)


def _rounded(group: Group, where: str) -> Iterator[Note]:
    """Say that lab.toml has whole points."""
    if group.points % 1:
        what = f"{group.points:g} points are {ceil(group.points)} in lab.toml"
        yield Note(where, f"{what}; its tests keep theirs")


def _verdict(said: str) -> str:
    """Return what a check said, as the end of a sentence."""
    return f"says {said}" if ":" in said else f"says that {said}"


def _put(made: tuple[Path, Path], places: tuple[Path, Path]) -> None:
    """Move a lab and its checker to where they belong."""
    for new, place in zip(made, places, strict=True):
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir():
            shutil.rmtree(place)
        shutil.move(new, place)
