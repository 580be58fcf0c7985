"""Folder: which notebooks of a course become labs, and what lies beside them.

Errors:
    CourseError: there is no notebook at all.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.authoring.course.notebook import read
from hub.authoring.course.notes import CourseError, Note
from hub.authoring.course.rules import Rules, rules_for
from hub.authoring.licences.ledger import NAME as LEDGER

IGNORED = (
    ".ipynb_checkpoints",
    "__pycache__",
    "feedback",
    "submitted",
    "autograded",
    "gradebook.db",
    ".git",
    ".DS_Store",
    "*.pyc",
)
"""What nbgrader never hands out, or is somebody's, and what no lab needs."""
MOST_BYTES = 64 * 2**20
"""Size of one file at most."""
_SOLVED = re.compile(
    r"(?i)[-_. ]*\(?(solutions?|sol|answers?|answer[-_ ]?key|key|solved|instructor)\)?$"
)
_COPY = re.compile(r"(?i)([-_ ]copy[-_ ]?\d*|-checkpoint| \(\d+\))$")
_SOLUTIONS = re.compile(r"(?i)^(solutions?|answers?)$")


@dataclass(frozen=True, slots=True)
class Source:
    """One notebook that may become a lab.

    Args:
        path: the notebook.
        shown: its place below what was asked for.
        assignment: name of its assignment in nbgrader.
        rules: what its course settles.
        twin: the same notebook with its answers, if there is one.
        files: what lies beside it and goes with it, by its name there.
        alone: whether it is the only notebook of its assignment.
    """

    path: Path
    shown: str
    assignment: str
    rules: Rules
    twin: Path | None
    files: tuple[tuple[str, Path], ...]
    alone: bool


def found(path: Path) -> tuple[list[Source], list[Note]]:
    """Return the notebooks at a place, and what was left out.

    Args:
        path: a notebook, an assignment's folder, or a course's.

    Raises:
        CourseError: there is none.
    """
    if path.is_file():
        return [_alone(path)], []
    if not path.is_dir():
        raise CourseError(f"{path}: expected a notebook or a folder, there is none")
    sources: list[Source] = []
    notes: list[Note] = []
    folders = _assignments(path)
    names = {folder.name for folder in folders}
    for folder in folders:
        if (solved := _unsolved(folder.name)) in names:
            what = f"the answers to {solved}: read from here"
            notes.append(Note(_shown(path, folder), what))
            continue
        some, left = _assignment(path, folder)
        sources += some
        notes += left
    if not sources:
        raise CourseError(
            f"{path}: expected a notebook, an nbgrader assignment or a course with "
            "source/<assignment>/<notebook>.ipynb; there is no notebook to take in"
        )
    return sources, notes


def _alone(path: Path) -> Source:
    """Return a single notebook; its files are those that its text names."""
    if path.suffix != ".ipynb":
        raise CourseError(f"{path.name}: expected a notebook (.ipynb)")
    text = _text(path)
    beside = [item for item in _files(path.parent, []) if _is_named(item[0], text)]
    return Source(
        path=path,
        shown=path.name,
        assignment=path.stem,
        rules=rules_for(path.parent.absolute()),
        twin=_twin(path, list(path.parent.glob("*.ipynb"))),
        files=tuple(beside),
        alone=True,
    )


def _text(path: Path) -> str:
    """Return the text of a notebook's cells; what is none has none, and is said later.

    The file itself has many words that nobody wrote, such as "data" and "source".
    """
    try:
        return "\n".join(cell.source for cell in read(path).cells)
    except CourseError:
        return ""


def _is_named(name: str, text: str) -> bool:
    """Tell whether a notebook's text names a file, or imports it."""
    if name.endswith(".py"):
        module = re.escape(name.partition("/")[0].removesuffix(".py"))
        if re.search(rf"\b(import|from)\s+{module}\b", text):
            return True
    whole = re.escape(name)
    if "." not in name:  # else it may be any word
        return bool(re.search(rf"[\"'(`]{whole}[\"')`]", text))
    return bool(re.search(rf"(?<![\w.-]){whole}(?![\w-])", text))


def _assignments(path: Path) -> list[Path]:
    """Return the assignments' folders: those of a course, or the folder itself."""
    source = rules_for(path.absolute()).source
    inside = [path / name for name in (source, "release") if (path / name).is_dir()]
    place = inside[0] if inside else path
    if path.absolute().name == Path(source).name:
        place = path  # what lies in it beside the assignments are headers and footers
    elif place == path and any(path.glob("*.ipynb")):
        return [path]
    named = [item for item in sorted(place.iterdir()) if item.is_dir()]
    return [
        item for item in named if not _ignored(item.name) and any(item.glob("*.ipynb"))
    ]


def _unsolved(name: str) -> str:
    """Return a name without what marks it as the one with answers; "" without such."""
    plain = _SOLVED.sub("", name)
    return plain if plain != name else ""


def _assignment(path: Path, folder: Path) -> tuple[list[Source], list[Note]]:
    """Return the notebooks of one assignment."""
    rules = rules_for(folder.absolute())
    notes: list[Note] = list(rules.notes)
    there = sorted(folder.glob("*.ipynb"))
    stems = {item.stem for item in there}
    kept = []
    for item in there:
        why = _left_out(item, stems)
        if why:
            notes.append(Note(_shown(path, item), why))
        else:
            kept.append(item)
    left: list[Note] = []
    beside = tuple(_files(folder, left))
    notes += [Note(_shown(path, folder / note.where), note.what) for note in left]
    sources = [
        Source(
            path=item,
            shown=_shown(path, item),
            assignment=folder.absolute().name,
            rules=rules,
            twin=_twin(item, there),
            files=beside,
            alone=len(kept) == 1,
        )
        for item in kept
    ]
    return sources, notes


def _shown(path: Path, item: Path) -> str:
    """Return a file's place below what was asked for."""
    return item.relative_to(path).as_posix()


def _left_out(item: Path, stems: set[str]) -> str:
    """Say why a notebook of an assignment is no lab of its own; "" when it is."""
    if item.name.startswith("."):
        return "hidden file"
    plain = _COPY.sub("", item.stem)
    if plain == item.stem and item.stem.startswith("Copy of "):
        plain = item.stem.removeprefix("Copy of ")
    if plain != item.stem and plain in stems:
        return f"a copy of {plain}.ipynb"
    if plain != item.stem and item.stem.endswith("-checkpoint"):
        return "a checkpoint"
    solved = _unsolved(item.stem)
    if solved in stems:
        return f"the answers to {solved}.ipynb: read from here"
    return ""


def _twin(path: Path, beside: list[Path]) -> Path | None:
    """Return the notebook that holds the answers to this one, if there is one."""
    for other in sorted(beside):
        if _unsolved(other.stem) == path.stem:
            return other
    parent = path.absolute().parent
    places = [item for item in sorted(parent.iterdir()) if _SOLUTIONS.match(item.name)]
    places += [
        item
        for item in sorted(parent.parent.iterdir())
        if item.is_dir() and _unsolved(item.name) == parent.name
    ]
    for place in places:
        for other in sorted(place.glob("*.ipynb")):
            if other.stem == path.stem or _unsolved(other.stem) == path.stem:
                return other
    return None


def _files(folder: Path, notes: list[Note]) -> Iterator[tuple[str, Path]]:
    """Yield what lies beside the notebooks and goes with them."""
    for here, folders, names in os.walk(folder):
        inside = Path(here).relative_to(folder)
        for name in sorted(folders):
            what = "a folder of answers" if _SOLUTIONS.match(name) else ""
            what = "Jupyter's checkpoints" if name == IGNORED[0] else what
            if what:
                notes.append(Note((inside / name).as_posix(), what))
        folders[:] = sorted(
            name
            for name in folders
            if not _ignored(name)
            and not _SOLUTIONS.match(name)
            and not (Path(here) / name).is_symlink()
        )
        for name in sorted(names):
            path = Path(here, name)
            shown = (inside / name).as_posix()
            why = _unfit(path, top=here == str(folder))
            if why:
                notes.append(Note(shown, why))
            elif why is not None:
                yield shown, path


def _unfit(path: Path, *, top: bool) -> str | None:
    """Say why a file does not go with a lab; None: silently, "" when it does."""
    if _ignored(path.name) or (top and path.suffix == ".ipynb"):
        return None
    if path.name.startswith("nbgrader_config.") or path.name == "autotests.yml":
        return None
    if top and path.name == LEDGER:
        return "a lab's ledger of licences: it is written anew"
    if path.is_symlink() or not path.is_file():
        return "no plain file"
    if path.suffix == ".ipynb":
        return "a notebook in a folder below: nbgrader grades none there"
    if path.stat().st_size > MOST_BYTES:
        return f"more than {MOST_BYTES // 2**20} MiB"
    return ""


def _ignored(name: str) -> bool:
    """Tell whether nbgrader would not hand it out."""
    return any(fnmatch.fnmatch(name, pattern) for pattern in IGNORED)
