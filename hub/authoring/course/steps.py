"""Steps: answer cells and the autograded tests behind them, as steps of a lab."""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hub.authoring.course.names import bound, definitions, modules, read, written
from hub.authoring.course.notebook import is_a, label
from hub.authoring.course.notes import Note
from hub.authoring.course.testcells import judged
from hub.authoring.course.text import step_id
from hub.authoring.solutions import BEGIN, END

_POINTS = re.compile(r"(?i)\s*[(\[][^)\]]*\b(points?|pts?|marks?)\b[^)\]]*[)\]]")
_MAKES = re.compile(r"(?m)^(?:def|class) +(\w+)")
_AUTOMATIC = re.compile(r"cell-[0-9a-f]{8,}|cell-\d+")


@dataclass(frozen=True, slots=True)
class Test:
    """One autograded test cell as a check runs it.

    Args:
        cell: id of the cell.
        reason: the reason when it fails.
        source: what attendees see of it, as Python.
        whole: the same with its hidden tests.
        points: what it counts.
        before: what attendees see earlier tests define, and `source` uses.
        before_whole: what earlier tests define, hidden or not, and `whole` uses.
        live: whether what attendees see of it checks anything.
        makes: modules that answer cells write and it imports.
    """

    cell: str
    reason: str
    source: str
    whole: str
    points: float
    before: str
    before_whole: str
    live: bool
    makes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Answer cells with the tests behind them: a step, if any test is live."""

    id: str
    title: str
    cells: tuple[str, ...]
    tests: tuple[Test, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def live(self) -> tuple[Test, ...]:
        """The tests that attendees' work is checked by."""
        return tuple(test for test in self.tests if test.live)

    @property
    def points(self) -> float:
        """The points of its live tests."""
        return sum(test.points for test in self.live)


@dataclass(slots=True)
class _Walk:
    """What was seen on the way down a notebook."""

    whole: Mapping[str, str]
    heading: str = ""
    answers: list[Any] = field(default_factory=list)
    by_hand: list[Any] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    plain: set[str] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


def grouped(notebook: Any, whole: Mapping[str, str]) -> tuple[list[Group], list[Note]]:
    """Return a notebook's groups, and what is no part of any.

    Args:
        notebook: regular, its solutions marked, its hidden parts taken out.
        whole: whole texts of cells with hidden parts, by id.
    """
    walk = _Walk(whole)
    for number, cell in enumerate(notebook.cells, 1):
        _see(walk, number, cell)
    for cell in walk.answers:
        number = notebook.cells.index(cell) + 1
        what = "no autograded test follows: nothing checks it, it is no step"
        walk.notes.append(Note(label(number, cell), what))
    sources = {cell.id: solved(cell.source) for cell in notebook.cells}
    return _with_needs(walk.groups, sources), walk.notes


def solved(source: str) -> str:
    """Return a cell without the lines that mark its solution."""
    lines = source.split("\n")
    return "\n".join(line for line in lines if BEGIN not in line and END not in line)


def _see(walk: _Walk, number: int, cell: Any) -> None:
    """Take one cell into account."""
    where = label(number, cell)
    if cell.cell_type == "markdown":
        found = re.findall(r"(?m)^#{1,6}\s+(.+?)\s*#*$", cell.source)
        walk.heading = found[-1] if found else walk.heading
    if is_a(cell, "task"):
        walk.notes.append(Note(where, "a task, graded by hand: left as text"))
    elif is_a(cell, "solution") and is_a(cell, "grade"):
        walk.notes.append(Note(where, "graded by hand: left as it is, no step"))
        if cell.cell_type == "code":
            walk.by_hand.append(cell)
            walk.plain |= bound(solved(cell.source))
    elif is_a(cell, "solution") and cell.cell_type == "code":
        walk.answers.append(cell)
        walk.files |= written(cell.source)
        walk.plain |= bound(solved(cell.source))
    elif is_a(cell, "grade"):
        _test(walk, where, cell)
    elif cell.cell_type == "code":
        walk.plain |= bound(cell.source)
        _asks(walk, where, cell)


def _asks(walk: _Walk, where: str, cell: Any) -> None:
    """Note a cell that waits for somebody to type."""
    if "input" in read(cell.source) and "input" not in walk.plain:
        what = "it asks with input(): nobody types in a trial, so it stops there"
        walk.notes.append(Note(where, what))


def _test(walk: _Walk, where: str, cell: Any) -> None:
    """Put a test cell into its group, or say why not."""
    if cell.cell_type != "code":
        walk.notes.append(Note(where, "graded, but neither code nor an answer: left"))
        return
    cells = walk.answers or walk.by_hand
    if not cells and not walk.groups:
        walk.notes.append(Note(where, "no answer cell stands above it: it tests none"))
        return
    if cells:
        walk.groups.append(_group(walk, cells))
        walk.answers, walk.by_hand = [], []
    test, what = _judged(walk, cell, len(walk.groups[-1].tests) + 1)
    if what:
        walk.notes.append(Note(where, what))
    if test:
        group = walk.groups[-1]
        walk.groups[-1] = replace(group, tests=(*group.tests, test))


def _group(walk: _Walk, cells: list[Any]) -> Group:
    """Begin a group; its id is that of its first answer cell.

    Where nbgrader made that up, it is what the cell defines, or the heading.
    """
    taken = {group.id for group in walk.groups}
    titles = {group.title for group in walk.groups}
    heading = _POINTS.sub("", walk.heading).strip(" :.#*_")
    wanted = cells[0].id
    if _AUTOMATIC.fullmatch(wanted):
        made = _MAKES.search(cells[0].source)
        wanted = made[1] if made else heading or f"step-{len(walk.groups) + 1}"
    name, number = step_id(wanted), 1
    while name in taken:
        number += 1
        name = f"{step_id(wanted)}-{number}"
    title = heading or _spoken(name)
    return Group(
        id=name,
        title=f"{title}: {_spoken(name)}" if title in titles else title,
        cells=tuple(cell.id for cell in cells),
    )


def _spoken(name: str) -> str:
    """Return an id as words."""
    return name.replace("-", " ").capitalize()


def _judged(walk: _Walk, cell: Any, number: int) -> tuple[Test | None, str]:
    """Judge a test cell: the test, if any of it can be run, and what to note."""
    seen = judged(cell.source)
    full = judged(walk.whole.get(cell.id, cell.source))
    if seen.why and full.why:
        return None, f"no test: {full.why if cell.id in walk.whole else seen.why}"
    source = full.source if full.why == "" else seen.source
    before = definitions(walk.seen, read(seen.source) - walk.plain)
    before_whole = definitions(walk.tests, read(source) - walk.plain)
    walk.seen.append(seen.source)
    walk.tests.append(source)
    why = seen.why or _lacks(walk, f"{before}\n{seen.source}")
    test = Test(
        cell=cell.id,
        reason=f"test-{number}" if _AUTOMATIC.fullmatch(cell.id) else step_id(cell.id),
        source=seen.source,
        whole=source,
        points=cell.metadata.nbgrader.get("points", 0),
        before=before,
        before_whole=before_whole,
        live=not why,
        makes=tuple(sorted(walk.files & modules(source))),
    )
    if why:
        return test, f"what attendees see of it is no test ({why}): not run live"
    if full.why:
        return test, f"its hidden tests are left out: {full.why}"
    return test, ""


def _lacks(walk: _Walk, source: str) -> str:
    """Say which names that code uses only hidden parts define; "" when none."""
    hidden = {name for text in walk.tests for name in bound(text)}
    there = {name for text in walk.seen for name in bound(text)}
    names = (read(source) & hidden) - there - walk.plain - vars(builtins).keys()
    if not names:
        return ""
    return f"it uses {', '.join(sorted(names))}, which only hidden tests define"


def _with_needs(groups: list[Group], sources: Mapping[str, str]) -> list[Group]:
    """Give each group the earlier ones whose names it uses."""
    found: list[Group] = []
    makes: dict[str, str] = {}
    for group in groups:
        texts = [sources[cell] for cell in group.cells]
        texts += [f"{test.before_whole}\n{test.whole}" for test in group.tests]
        used = {makes[name] for text in texts for name in read(text) if name in makes}
        needs = [other.id for other in groups if other.id in used]
        found.append(replace(group, needs=tuple(needs)))
        if group.live:
            names = {name for cell in group.cells for name in bound(sources[cell])}
            makes.update(dict.fromkeys(names, group.id))
    return found
