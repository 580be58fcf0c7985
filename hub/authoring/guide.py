"""The presenter guide: plan, solutions with what they show, checks, mistakes, hints.

It is made of the whole source notebook with its captured outputs, lab.toml,
mistakes.toml and the checker's own words. It is never part of a release.

Errors:
    FormulaError: a formula cannot be drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from markupsafe import Markup

from hub.authoring.chapters import Chapter, chapters
from hub.authoring.mistakes import Mistake
from hub.authoring.notebook import code_cells, language
from hub.authoring.prose import code_html, outputs_html, words_html
from hub.authoring.release import is_note
from hub.authoring.sheet import markdown, ours, sheet
from hub.authoring.solutions import BEGIN, END
from hub.authoring.verdicts import Verdicts
from hub.catalog import Lab, Step

NOTHING = Verdicts("", ())


@dataclass(frozen=True, slots=True)
class Shown:
    """A code cell as presenters see it: its code, and what it shows."""

    code: Markup
    outputs: Markup


@dataclass(frozen=True, slots=True)
class Slip:
    """A likely mistake: what somebody wrote, the reason, and what they then read."""

    reason: str
    hint: Markup
    code: Markup


@dataclass(frozen=True, slots=True)
class StepPage:
    """All that a presenter wants to know of one step.

    Args:
        step: the step.
        until: minutes from the lab's beginning to its end.
        notes: talking points.
        solution: its cells with the author's solution.
        around: the other code cells of its chapter.
        looks_at: what its check looks at.
        reasons: what the check can say beside what `slips` show.
        slips: likely mistakes.
        hints: the ladder.
    """

    step: Step
    until: int
    notes: tuple[Markup, ...]
    solution: tuple[Shown, ...]
    around: tuple[Shown, ...]
    looks_at: Markup
    reasons: tuple[str, ...]
    slips: tuple[Slip, ...]
    hints: tuple[Markup, ...]


def guide(
    lab: Lab,
    notebook: Any,
    mistakes: Iterable[Mistake],
    verdicts: dict[str, Verdicts],
) -> str:
    """Return the guide as a page that needs no other file.

    Args:
        lab: the lab.
        notebook: its whole source, with notes and captured outputs.
        mistakes: of its mistakes.toml.
        verdicts: of its checker, by step.
    """
    slips = tuple(mistakes)
    lead, *steps, end = chapters(lab, notebook)
    until = accumulate(step.minutes for step in lab.steps)
    spoken = language(notebook)
    pages = [
        _page(lab, chapter, minutes, spoken, slips, verdicts)
        for chapter, minutes in zip(steps, until, strict=True)
    ]
    titles = {step.id: number for number, step in enumerate(lab.steps, 1)}
    return sheet(
        "guide.html",
        lab,
        pages=pages,
        numbers=titles,
        lead=_notes(lab, lead),
        end=_notes(lab, end),
    )


def _page(
    lab: Lab,
    chapter: Chapter,
    until: int,
    spoken: str,
    mistakes: tuple[Mistake, ...],
    verdicts: dict[str, Verdicts],
) -> StepPage:
    """Gather all that there is about a step."""
    step = chapter.step
    assert step is not None
    said = verdicts.get(step.id, NOTHING)
    own = [mistake for mistake in mistakes if mistake.step == step.id]
    cells = [(cell, _shown(cell, spoken)) for cell in code_cells(chapter)]
    return StepPage(
        step=step,
        until=until,
        notes=_notes(lab, chapter),
        solution=tuple(shown for cell, shown in cells if cell.id in step.cells),
        around=tuple(
            shown for cell, shown in cells if cell.id not in step.cells and cell.outputs
        ),
        looks_at=ours(words_html(said.looks_at)),
        reasons=tuple(r for r in said.reasons if r not in {m.reason for m in own}),
        slips=tuple(
            Slip(
                one.reason,
                ours(words_html(one.hint)),
                ours(code_html(one.code.strip("\n"), spoken)),
            )
            for one in own
        ),
        hints=tuple(ours(words_html(hint)) for hint in step.hints),
    )


def _notes(lab: Lab, chapter: Chapter) -> tuple[Markup, ...]:
    """Return the notes for presenters in a chapter."""
    return tuple(markdown(lab, cell) for cell in chapter.cells if is_note(cell))


def _shown(cell: Any, spoken: str) -> Shown:
    """Return a code cell without solution markers, with its captured outputs."""
    lines = cell.source.split("\n")
    kept = [line for line in lines if BEGIN not in line and END not in line]
    return Shown(
        ours(code_html("\n".join(kept), spoken)),
        ours(outputs_html(cell.outputs, cell.metadata.get("alt", ""))),
    )
