"""Rules: what a course's nbgrader_config says about its notebooks.

The file is read, not run: settings made of plain values count, and those that are
computed are named in a note.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.authoring.course.notes import CourseError, Note

NAMES = ("nbgrader_config.py", "nbgrader_config.json")
_KNOWN = {
    "ClearSolutions.begin_solution_delimeter": "begin_solution",
    "ClearSolutions.end_solution_delimeter": "end_solution",
    "ClearSolutions.code_stub": "code_stub",
    "ClearSolutions.text_stub": "text_stub",
    "ClearHiddenTests.begin_test_delimeter": "begin_hidden",
    "ClearHiddenTests.end_test_delimeter": "end_hidden",
    "ClearMarkScheme.begin_mark_scheme_delimeter": "begin_scheme",
    "ClearMarkScheme.end_mark_scheme_delimeter": "end_scheme",
    "InstantiateTests.autotest_delimiter": "autotest",
    "InstantiateTests.hashed_delimiter": "hashed",
    "IncludeHeaderFooter.header": "header",
    "IncludeHeaderFooter.footer": "footer",
    "CourseDirectory.source_directory": "source",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What a course settles; the defaults are nbgrader's."""

    begin_solution: str = "BEGIN SOLUTION"
    end_solution: str = "END SOLUTION"
    begin_hidden: str = "BEGIN HIDDEN TESTS"
    end_hidden: str = "END HIDDEN TESTS"
    begin_scheme: str = "BEGIN MARK SCHEME"
    end_scheme: str = "END MARK SCHEME"
    code_stub: str = "# YOUR CODE HERE\nraise NotImplementedError()"
    text_stub: str = "YOUR ANSWER HERE"
    autotest: str = "AUTOTEST"
    hashed: str = "HASHED"
    header: str = ""
    footer: str = ""
    source: str = "source"
    root: Path | None = None
    """The course's folder: where its configuration lies."""
    notes: tuple[Note, ...] = field(default=())


def rules_for(folder: Path) -> Rules:
    """Return the rules for an assignment's or course's folder.

    The configuration lies in it, or up to two folders above, as in
    ``course/source/ps1``.

    Raises:
        CourseError: a configuration that cannot be read.
    """
    above = (folder, *folder.parents[:2])
    for place in above:
        for name in NAMES:
            if (place / name).is_file():
                return _rules(place / name)
    usual = Rules()
    return Rules(root=next((p for p in above if (p / usual.source).is_dir()), None))


def _rules(path: Path) -> Rules:
    """Read one configuration."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = _json(text) if path.suffix == ".json" else _python(text)
    except (OSError, ValueError, SyntaxError, AttributeError) as error:
        raise CourseError(f"{path.name}: expected a configuration: {error}") from None
    values: dict[str, Any] = {}
    notes = []
    for name, value in found.items():
        if name not in _KNOWN:
            continue
        if name.endswith("code_stub") and isinstance(value, dict):
            value = value.get("python", Rules().code_stub)
        if isinstance(value, str) and value:
            values[_KNOWN[name]] = value
        else:
            what = f"c.{name} is computed there: nbgrader's default counts instead"
            notes.append(Note(path.name, what))
    return Rules(**values, root=path.parent, notes=tuple(notes))


def _json(text: str) -> dict[str, Any]:
    """Read a configuration in JSON."""
    return {
        f"{kind}.{key}": value
        for kind, keys in json.loads(text).items()
        if isinstance(keys, dict)
        for key, value in keys.items()
    }


def _python(text: str) -> dict[str, Any]:
    """Read the assignments ``c.Class.key = value``; a computed value is None."""
    found: dict[str, Any] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            name = ast.unparse(node.targets[0])
            try:
                value = ast.literal_eval(node.value)
            except (ValueError, TypeError):
                value = None
            found[name.removeprefix("c.")] = value
    return found
