"""Answers: the solution of each answer cell between nbgrader's markers.

A course may hold its solutions in marked regions, in whole cells, in a twin of the
notebook, or not at all. Afterwards clearing the notebook gives what students get.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Any

from hub.authoring.course.notebook import is_a, label
from hub.authoring.course.notes import Note
from hub.authoring.course.rules import Rules
from hub.authoring.solutions import BEGIN, END

_USUAL = re.compile(
    r"(?i)\s*(#+\s*(your (code|answer) here|insert your code here)\W*"
    r"|raise NotImplementedError(\(\))?)\s*"
)
LEAK = 30
"""Signs of a solution from which on it is looked for in other cells."""


def settle(
    notebook: Any, rules: Rules, twin: Any | None
) -> tuple[list[Note], set[str]]:
    """Mark the solutions of a notebook, in place.

    Args:
        notebook: regular.
        rules: what its course settles.
        twin: the notebook with the answers, regular too, or None.

    Returns:
        notes, and the ids of answer cells that have no solution.
    """
    notes: list[Note] = []
    unsolved: set[str] = set()
    theirs = {cell.id: cell for cell in twin.cells} if twin else {}
    for number, cell in enumerate(notebook.cells, 1):
        for what in _regions(cell):
            notes.append(Note(label(number, cell), what))
        if cell.cell_type != "code" or not is_a(cell, "solution"):
            continue
        if _is_solved(cell.source, rules):
            continue
        other = theirs.get(cell.id)
        if other is not None and _is_solved(other.source, rules):
            cell.source, what = _merged(cell.source, other.source, rules)
        else:
            cell.source = _marked(cell.source, rules)
            unsolved.add(cell.id)
            what = (
                "it has no solution, so nothing shows that its tests can be passed: "
                "put one into lab.ipynb between its markers"
            )
        if what:
            notes.append(Note(label(number, cell), what))
    return notes + _leaks(notebook), unsolved


def _regions(cell: Any) -> list[str]:
    """Mend the solution markers of a cell; returns what was wrong with them."""
    lines = cell.source.split("\n")
    marks = [BEGIN if BEGIN in line else END for line in lines if _is_mark(line)]
    if not marks:
        return []
    notes = []
    if marks != [BEGIN, END] * (len(marks) // 2):
        cell.source = "\n".join(line for line in lines if not _is_mark(line))
        notes.append("its solution markers do not pair: the whole cell is its solution")
    if not is_a(cell, "solution"):
        notes.append("it has solution markers, so it is taken for an answer cell")
        graded = cell.cell_type == "markdown"
        cell.metadata["nbgrader"] = {
            **{"grade": graded, "grade_id": cell.id, "locked": False},
            **{"schema_version": 3, "solution": True, "task": False},
            **({"points": 0} if graded else {}),
        }
    return notes


def _is_mark(line: str) -> bool:
    """Tell whether a line begins or ends a solution."""
    return BEGIN in line or END in line


def _is_stub(line: str, rules: Rules) -> bool:
    """Tell whether a line stands where a solution is to be."""
    stubs = {stub.strip() for stub in rules.code_stub.split("\n")}
    return bool(line.strip()) and (
        line.strip() in stubs or bool(_USUAL.fullmatch(line))
    )


def _is_solved(source: str, rules: Rules) -> bool:
    """Tell whether an answer cell holds a solution."""
    lines = [line for line in source.split("\n") if line.strip()]
    if BEGIN in source:
        inside, text = False, []
        for line in lines:
            if _is_mark(line):
                inside = BEGIN in line
            elif inside and not _is_stub(line, rules):
                text.append(line)
        return bool(text)
    return bool(lines) and not _has_stub(lines, rules)


def _has_stub(lines: list[str], rules: Rules) -> bool:
    """Tell whether a stub still stands alone: a comment may stay above a solution."""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if _is_stub(line, rules):
            inside = following.strip() and _indent(following) >= _indent(line)
            if not (line.lstrip().startswith("#") and inside):
                return True
            if _is_stub(following, rules):
                return True
    return False


def _indent(line: str) -> int:
    """Return how far a line is indented."""
    return len(line) - len(line.lstrip())


def _marked(source: str, rules: Rules) -> str:
    """Return what students get with an empty solution in the place of each stub."""
    if BEGIN in source:
        return source
    kept: list[str] = []
    for line in source.split("\n"):
        if not _is_stub(line, rules):
            kept.append(line)
            continue
        indent = line[: len(line) - len(line.lstrip())]
        region = [f"{indent}### {BEGIN}", f"{indent}### {END}"]
        if kept[-2:] != region:
            kept += region
    if not source.strip():
        kept = [f"### {BEGIN}", f"### {END}"]
    return "\n".join(kept)


def _merged(template: str, answer: str, rules: Rules) -> tuple[str, str]:
    """Return the answer, marked where it differs from what students get.

    Returns:
        the source, and what is lost of the students' text, "" for nothing.
    """
    if BEGIN in answer:
        return answer, ""
    given, solved = template.rstrip().split("\n"), answer.rstrip().split("\n")
    first = _same(given, solved)
    rest = _same(given[first:][::-1], solved[first:][::-1])
    last = len(solved) - rest
    own = given[first : len(given) - rest]
    middle = solved[first:last]
    indent = min(
        (line[: len(line) - len(line.lstrip())] for line in middle if line.strip()),
        key=len,
        default="",
    )
    lines = [
        *solved[:first],
        f"{indent}### {BEGIN}",
        *middle,
        f"{indent}### {END}",
        *solved[last:],
    ]
    lost = [line for line in own if line.strip() and not _is_stub(line, rules)]
    what = f"the stub stands for its {lost[0].strip()[:60]!r}" if lost else ""
    return "\n".join(lines), what


def _same(ones: list[str], others: list[str]) -> int:
    """Return how many lines two texts have in common at their beginning."""
    pairs = zip(ones, others, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _leaks(notebook: Any) -> list[Note]:
    """Look for solutions that other cells show."""
    notes = []
    texts = {cell.id: _solution(cell.source) for cell in notebook.cells}
    for number, cell in enumerate(notebook.cells, 1):
        for other, text in texts.items():
            shown = other != cell.id and not is_a(cell, "solution")
            if len(text) >= LEAK and shown and text in cell.source:
                notes.append(
                    Note(label(number, cell), f"shows the solution of {other}")
                )
    return notes


def _solution(source: str) -> str:
    """Return the text of a cell's marked solution."""
    return source.partition(BEGIN)[2].partition("\n")[2].partition(END)[0].strip(" #\n")
