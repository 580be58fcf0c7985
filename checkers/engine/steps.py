"""Which steps does an executed cell belong to: visible marker, cell id, notebook.

Errors:
    SeatLabError: a released lab's lab.json cannot be used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

# Markers stand near the top of cells that people write; a pasted data set is not one.
_SEARCHED = 100_000
_LINE = (
    r"(?im)^[ \t]*(?:\#|//|--|<!--)[ \t\#]*{words}"
    r"[ \t]*:[ \t]*([a-z0-9][a-z0-9_-]{{0,63}})"
)
"""Compiled at the first cell that has the word: not every notebook has steps."""


class SeatLabError(ValueError):
    """A lab.json is not as `airlift` releases it."""


# Named tuples here and in the modules beside: a data class costs each kernel's start
# 0.4 ms, a named tuple 0.05.
class SeatQuestion(NamedTuple):
    """What a step asks: one option (choice), several (choices), a number or a text."""

    kind: str
    text: str
    options: tuple[str, ...] = ()
    unit: str = ""


class SeatStep(NamedTuple):
    """A step as a seat knows it; one with `watch` is checked by the agent too."""

    id: str
    title: str
    minutes: int
    cells: tuple[str, ...]
    points: int = 0
    hints: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    watch: bool = False
    question: SeatQuestion | None = None


class SeatLab(NamedTuple):
    """A released lab as a seat knows it."""

    slug: str
    title: str
    version: str
    steps: tuple[SeatStep, ...]
    minutes: int = 0
    language: str = "en"
    notebook: str = ""
    handbook: bool = False

    def step(self, step: str) -> SeatStep | None:
        """Return the step of that id."""
        for item in self.steps:
            if item.id == step:
                return item
        return None


class Found(NamedTuple):
    """One step that a cell belongs to."""

    lab: SeatLab
    step: SeatStep


def seat_labs(folder: Path, slugs: Sequence[str] = ()) -> dict[str, SeatLab]:
    """Read the released labs below `folder`: those named, or all when none is named.

    Raises:
        SeatLabError: of the first that cannot be used.
    """
    names = slugs or sorted(path.parent.name for path in folder.glob("*/lab.json"))
    return {name: _lab(folder / name / "lab.json") for name in names}


def labs_from(environ: Mapping[str, str]) -> dict[str, SeatLab]:
    """Read the labs of the seat that these variables describe.

    Raises:
        SeatLabError: of the first that cannot be used.
    """
    folder = environ.get("AIRLIFT_LABS_DIR")
    if not folder:
        return {}
    slugs = [slug.strip() for slug in environ.get("AIRLIFT_LABS", "").split(",")]
    return seat_labs(Path(folder), [slug for slug in slugs if slug])


def _lab(path: Path) -> SeatLab:
    """Read one lab.json."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return SeatLab(
            slug=_text(data["slug"]),
            title=_text(data["title"]),
            version=_text(data["version"]),
            steps=tuple(_step(step) for step in data["steps"]),
            minutes=int(data.get("minutes", 0)),
            language=_text(data.get("language", "en")),
            notebook=f"{data['slug']}/{_text(data.get('notebook', ''))}",
            handbook=bool(data.get("handbook")),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SeatLabError(
            f"{path.parent.name}/lab.json: expected a released lab, got {error!r}"
        ) from None


def _step(data: Mapping[str, Any]) -> SeatStep:
    """Read one step of a lab.json."""
    return SeatStep(
        id=_text(data["id"]),
        title=_text(data["title"]),
        minutes=int(data.get("minutes", 0)),
        cells=_texts(data.get("cells") or (data["id"],)),
        points=int(data.get("points", 0)),
        hints=_texts(data.get("hints", ())),
        needs=_texts(data.get("needs", ())),
        watch=bool(data.get("watch")),
        question=_question(data.get("question")),
    )


def _question(data: Mapping[str, Any] | None) -> SeatQuestion | None:
    """Read what a step asks, if it asks something."""
    if data is None:
        return None
    return SeatQuestion(
        kind=_text(data["kind"]),
        text=_text(data["text"]),
        options=_texts(data.get("options", ())),
        unit=_text(data.get("unit", "")),
    )


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    """Return strings that are some."""
    return tuple(_text(value) for value in values)


def _text(value: object) -> str:
    """Return a string that is one."""
    if not isinstance(value, str):
        raise TypeError(f"expected a string, got {value!r}")
    return value


def marked(source: str) -> tuple[str, ...]:
    """Return the ids that the markers in a cell name, in order, each once.

    A marker is a comment line ``# step: load-data`` (``//``, ``--`` and ``<!--`` begin
    comments too), on any line, as step, Step or STEP, with any spaces. Merged cells
    have several.
    """
    return _ids(source, "step")


def caught_up(source: str) -> tuple[str, ...]:
    """Return the ids that lines such as ``# caught up: load-data`` name.

    They stand in place of markers where a notebook came with the author's own work.
    """
    return _ids(source, "caught up")


def _ids(source: str, words: str) -> tuple[str, ...]:
    """Return the ids in the comment lines of a cell that begin with words."""
    head = source[:_SEARCHED]
    first = words.split()[0]
    # Three looks cost a tenth of making a large cell's letters small first.
    if not any(form in head for form in (first, first.title(), first.upper())):
        return ()
    line = _LINE.format(words=words.replace(" ", r"[ \t]+"))
    ids = [found.lower().replace("_", "-") for found in re.findall(line, head)]
    return tuple(dict.fromkeys(ids))


def lab_of(notebook: Path, labs: Mapping[str, SeatLab]) -> SeatLab | None:
    """Return the lab a notebook belongs to.

    The nearest folder above it that is named like a lab decides, else the only lab
    there is.
    """
    for folder in notebook.parents:
        if folder.name in labs:
            return labs[folder.name]
    if len(labs) == 1:
        return next(iter(labs.values()))
    return None


def steps_of(
    source: str,
    cell_id: str | None,
    lab: SeatLab | None,
    labs: Mapping[str, SeatLab],
) -> tuple[Found, ...]:
    """Return the steps a cell belongs to, in the order of its markers.

    Args:
        source: the cell as it was sent.
        cell_id: its id, when the front end says it; counts when no marker does.
        lab: the notebook's lab; see `lab_of`.
        labs: all labs of this seat. Without a `lab`, a marker counts that only one
            of them knows.
    """
    found = []
    for step_id in marked(source):
        homes = [lab] if lab else [one for one in labs.values() if one.step(step_id)]
        step = homes[0].step(step_id) if len(homes) == 1 else None
        if step:
            found.append(Found(homes[0], step))
    if found or not (cell_id and lab):
        return tuple(found)
    return tuple(Found(lab, step) for step in lab.steps if cell_id in step.cells)
