"""Solutions: nbgrader's markers in a notebook, and the notebook without them.

Only this module and `hub.authoring.course` know nbgrader. Its import costs seconds, so
import this one (and `hub.authoring.release`) where labs are released, not at the start
of every command.

Errors:
    SolutionError: names the cell, what was expected and what was there.
"""

from __future__ import annotations

import re
from copy import deepcopy
from itertools import takewhile
from typing import Any

from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

BEGIN = "BEGIN SOLUTION"
END = "END SOLUTION"
STUB = "# your code here"
"""What stands in a Python cell where the solution was."""
SHELL_STUB = "# type your commands here, or in a terminal"
"""What stands in a cell of a shell."""
ANSWER = re.compile(r"^(\s*%?answer\s+[\w-]+\s+)(.*\S)\s*$")
"""A line that answers a question, and the answer in it."""
STUBS = (STUB, SHELL_STUB)


class SolutionError(ValueError):
    """The solution markers of a cell cannot be used as they are."""


def regions(cell: Any) -> list[str]:
    """Return the text of each solution in a cell.

    Raises:
        SolutionError: a marker without its partner, or in a cell that nbgrader does
            not take for a solution.
    """
    found: list[str] = []
    open_at: int | None = None
    lines: list[str] = cell.source.split("\n")
    for number, line in enumerate(lines, 1):
        if BEGIN in line:
            if open_at is not None:
                raise SolutionError(_unbalanced(cell, END, open_at, BEGIN, number))
            open_at = number
        elif END in line:
            if open_at is None:
                raise SolutionError(_unbalanced(cell, BEGIN, 0, END, number))
            found.append("\n".join(lines[open_at : number - 1]))
            open_at = None
    if open_at is not None:
        raise SolutionError(_unbalanced(cell, END, open_at, "", len(lines)))
    if found and not is_solution(cell):
        raise SolutionError(
            f"cell {cell.id}: expected nbgrader metadata with solution = true beside "
            f"'### {BEGIN}', got none"
        )
    return found


def solution_lines(source: str) -> list[tuple[int, int]]:
    """Return the lines of each solution in a solution cell, as they are sliced.

    Without markers that is all of it, as nbgrader takes it, but for the lines at its
    beginning that say which step it is. The markers pair, as `regions` found.
    """
    lines = source.split("\n")
    starts = [number for number, line in enumerate(lines, 1) if BEGIN in line]
    ends = [number for number, line in enumerate(lines) if END in line]
    if starts:
        return list(zip(starts, ends, strict=True))
    heads = ("# step:", "%%", "%question")
    first = len(list(takewhile(lambda line: line.startswith(heads), lines)))
    return [(first, len(lines))]


def _unbalanced(cell: Any, expected: str, after: int, got: str, line: int) -> str:
    """Say which marker is missing."""
    place = f"after line {after}" if after else "first"
    seen = repr(f"### {got}") if got else "none"
    return (
        f"cell {cell.id}: expected '### {expected}' {place}, got {seen} at line {line}"
    )


def is_solution(cell: Any) -> bool:
    """Tell whether nbgrader takes a cell for a solution."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution", False))


def cleared(notebook: Any) -> Any:
    """Return a copy of a notebook with a stub in place of each solution.

    A solution cell without markers becomes a stub as a whole, but for a first line
    that says which step it is. Hidden tests and marking schemes go, too. An imported
    notebook says itself what its stubs are, and may show a solution elsewhere, since
    its import has told so.

    Raises:
        SolutionError: markers that cannot be used, or a solution that is still there.
    """
    solutions = [text for cell in notebook.cells for text in regions(cell)]
    own = notebook.metadata.get("airlift")
    own = own if isinstance(own, dict) else {}
    work = ClearSolutions()
    stub = own.get("code_stub", STUB)
    spoken = notebook.metadata.get("kernelspec", {}).get("language", "python")
    known = {spoken: STUB, **work.code_stub}
    work.code_stub = {**known, "python": stub, "bash": SHELL_STUB}
    work.text_stub = own.get("text_stub", work.text_stub)
    result, _ = work.preprocess(deepcopy(notebook), {})
    for kind in (ClearHiddenTests, ClearMarkScheme):
        try:
            result, _ = kind(enforce_metadata=False).preprocess(result, {})
        except RuntimeError as error:
            raise SolutionError(f"expected hidden parts with an end: {error}") from None
    for before, after in zip(notebook.cells, result.cells, strict=True):
        first = before.source.split("\n", 1)[0]
        if first.startswith("# step:") and not after.source.startswith(first):
            after.source = f"{first}\n{after.source}"
    for cell in result.cells:
        for text in () if "assignment" in own else solutions:
            if text.strip() and text.strip() in cell.source:
                raise SolutionError(
                    f"cell {cell.id}: expected no solution text, got "
                    f"{text.strip().splitlines()[0]!r}"
                )
    return result
