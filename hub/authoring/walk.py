"""The walk: a lab worked through once from top to bottom, with every way to go wrong.

Before each step everything is kept; its mistakes, its changed solutions and what
somebody runs to catch up are tried there, one after the other; then everything is as
it was, and the solution is run.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from checkers.engine.attempt import Attempt, Outcome
from hub.authoring.finding import Finding
from hub.authoring.kernel import LabKernel, ended_how
from hub.authoring.mistakes import Mistake, load_excuses, load_mistakes
from hub.authoring.mutants import Mutant, mutants
from hub.authoring.notebook import code_cells
from hub.authoring.proof import Result, Score
from hub.authoring.release import source_notebook
from hub.authoring.scoring import RAISED, Trial
from hub.authoring.solutions import is_solution
from hub.authoring.states import before
from hub.authoring.texts import named
from hub.catalog import Lab, Step

FEWEST_MISTAKES = 2
NO_NAME = "missing-name"
"""Reason of attempts whose name a check has not found, whatever the cell does."""
STEADY = "hub.authoring.stand.garbage"
TRIES = 2
"""How many changed solutions are tried at most for one that says something."""
MOST_RAISING = 2
"""After so many exceptions of one kind of change, no more of that kind is tried."""
MISTAKE_SECONDS = 50.0
"""How long a mistake may take; one that takes longer is said to its author."""
MUTANT_SECONDS = 20.0
"""How long a changed solution may take; no check looks at one that takes longer."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Block:
    """The cells of one step, or those between two steps, in order."""

    step: Step | None
    cells: tuple[Any, ...]


@dataclass(slots=True)
class Walk:
    """A walk through a lab and what was seen on it.

    Args:
        lab: the lab.
        kernel: where it is worked on.
        mutants: how many changed solutions count for a step; 0 tries none.
        mistakes: whether mistakes are made, too.
        tell: told what is done now.
    """

    lab: Lab
    kernel: LabKernel
    mutants: int = 0
    mistakes: bool = True
    tell: Tell = lambda _sentence: None
    results: list[Result] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    shown: dict[str, set[str]] = field(default_factory=dict)
    """The hints that checks have given, by step."""
    _done: list[str] = field(default_factory=list)
    _named: frozenset[str] = frozenset()

    def run(self) -> None:
        """Walk from top to bottom."""
        made = load_mistakes(self.lab) if self.mistakes else ()
        self._named = named(self.lab)
        caught_up = self._caught_up()
        self.kernel.forget()
        for block in blocks(self.lab):
            if block.step is None:
                self._solve(block)
                continue
            self.tell(f"step {block.step.id}")
            own = [mistake for mistake in made if mistake.step == block.step.id]
            self.kernel.keep()
            if self.mistakes:
                self._mistakes(block.step, own)
            trial = self._mutants(block.step, block)
            self._catch_up(block.step, [caught_up.get(c.id, "") for c in block.cells])
            self.kernel.restore()
            self._solution(block.step, block, trial)

    def _solution(self, step: Step, block: Block, trial: Trial) -> None:
        """Run the solution of a step: it passes; and say how its mutants did."""
        last = last_of(self._solve(block), step.id)
        found = []
        if said(last) != "passed":
            what = f"expected the solution to pass, got {said(last)}"
            found.append(Finding(self.lab.slug, f"step {step.id}", what))
        self.results.append(Result("solution", step.id, tuple(found)))
        self._time(step, last)
        if not found:
            self._steady(step)
        if self.mutants and not found:
            content = self._content() if trial.passed else {}
            self.scores.append(trial.score(content, last.ms if last else 0))
            self.results += trial.results(self.scores[-1])

    def _solve(self, block: Block) -> list[Attempt]:
        """Run cells as the author wrote them."""
        attempts = []
        for cell in block.cells:
            attempts += self.kernel.run(cell.source)
            self._done.append(cell.source)
        return attempts

    def _mistakes(self, step: Step, own: list[Mistake]) -> None:
        """Make each mistake: it fails with its reason. A step has at least two.

        One that is there twice counts once, and one whose cell raises or makes no name
        not at all, as no check has looked at what it does.
        """
        found = []
        for mistake in own:
            where = f"mistakes.toml, mistakes[{mistake.number}], step {step.id}"
            if what := self._mistake(step, mistake):
                found.append(Finding(self.lab.slug, where, what))
        counted = {
            _written(one.code) for one in own if one.reason not in (RAISED, NO_NAME)
        }
        if len(counted) < FEWEST_MISTAKES and not self.lab.imported:
            what = f"expected {FEWEST_MISTAKES} or more mistakes, got {len(counted)}"
            where = f"mistakes.toml, step {step.id}"
            found.append(Finding(self.lab.slug, where, what))
        note = f"{len(own)} made"
        self.results.append(Result("mistakes", step.id, tuple(found), note))

    def _mistake(self, step: Step, mistake: Mistake) -> str:
        """Make one mistake; say what is wrong with what came of it, or ""."""
        self.kernel.restore()
        attempts = self.kernel.run(mistake.cell, MISTAKE_SECONDS, trial=True)
        ended, last = self.kernel.interrupted, last_of(attempts, step.id)
        if ended == "restarted":
            self._again()
        if ended:
            how = ended_how(ended)
            return f"expected an end within {MISTAKE_SECONDS:g} s, its cell {how}"
        self._remember(last)
        if said(last) != f"failed: {mistake.reason}":
            return f"expected failed: {mistake.reason}, got {said(last)}"
        if last and mistake.hint not in ("", last.hint):
            return f"expected the hint {mistake.hint!r}, got {last.hint!r}"
        return ""

    def _mutants(self, step: Step, block: Block) -> Trial:
        """Run changed solutions until enough of them say something."""
        excuses = [one for one in load_excuses(self.lab) if one.step == step.id]
        trial = Trial(self.lab, step.id, tuple(one.change for one in excuses))
        for number, mutant in self._changed(step, block):
            if trial.counted >= self.mutants or trial.tried >= TRIES * self.mutants:
                break
            if trial.raising[mutant.kind] >= MOST_RAISING:
                continue
            self.kernel.restore()
            sources = [cell.source for cell in block.cells]
            sources[number] = mutant.source
            attempts: list[Attempt] = []
            for source in sources:
                made = self.kernel.run(source, MUTANT_SECONDS, trial=True)
                if self.kernel.interrupted:
                    attempts = made  # what was said before was not of all of it
                    break
                attempts += made
            last = last_of(attempts, step.id)
            self._remember(last)
            trial.judge(mutant, last, self._content)
            if self.kernel.interrupted == "restarted":
                self._again()
        if excuses:
            trial.count_idle(mutant for _, mutant in self._changed(step, block))
        return trial

    def _changed(self, step: Step, block: Block) -> Iterator[tuple[int, Mutant]]:
        """Yield the mutants of a step's cells, with the cell's number."""
        python = self.kernel.python
        for number, cell in enumerate(block.cells if self.mutants else ()):
            if not is_solution(cell):
                continue
            for mutant in mutants(cell.source, step.question, python=python):
                yield number, mutant

    def _content(self) -> dict[str, str]:
        """Return hashes of all but those values that neither lab nor check names.

        What a solution names for itself on the way is nobody's concern.
        """
        found = self.kernel.content()
        return {
            name: content
            for name, content in found.items()
            if not name.startswith("value ") or name[6:] in self._named
        }

    def _caught_up(self) -> dict[str, str]:
        """Return what somebody runs to catch up, by the id of the author's cell."""
        source = source_notebook(self.lab).cells
        solved = before(self.lab, self.lab.steps[-1].id).cells[1:]
        first = min(n for n, c in enumerate(source) if c.id in self.lab.steps[-1].cells)
        pairs = zip(source[:first], solved, strict=False)
        return {one.id: two.source for one, two in pairs if one.cell_type == "code"}

    def _catch_up(self, step: Step, sources: list[str]) -> None:
        """Run the solved cells of a step: they count for nothing."""
        if not all(sources):
            return  # nobody needs to catch up with the last step
        self.kernel.restore()
        attempts = [
            attempt
            for source in sources
            for attempt in self.kernel.run(source, trial=True)
        ]
        # in a terminal, `answer` asks the seat's record, which knows of no state here
        answered = step.question is not None and not self.kernel.python
        found = [
            Finding(
                self.lab.slug,
                f"state after step {step.id}",
                f"expected no check, got {attempt.step}",
            )
            for attempt in attempts
            if not answered
        ]
        self.results.append(Result("catching-up", step.id, tuple(found)))

    def _again(self) -> None:
        """Do everything up to here once more, as the kernel had to be started again."""
        self.kernel.forget()  # else it would be done on top of itself
        for source in self._done:
            self.kernel.run(source)
        self.kernel.keep()

    def _time(self, step: Step, last: Attempt | None) -> None:
        """Note it when a check ran out of time."""
        if last is not None and last.reason in ("time-limit", "too-slow"):
            what = f"expected the check to keep its limit, got {last.hint}"
            found = Finding(self.lab.slug, f"step {step.id}", what)
            self.results.append(Result("still", step.id, (found,)))

    def _steady(self, step: Step) -> None:
        """Check right work again and again: it passes each time.

        Answers to questions are not in the kernel, nor is what is watched.
        """
        if not self.kernel.python or step.question or step.watch:
            return
        module, place = f"checkers.{self.lab.slug}", str(self.kernel.folder)
        if got := self.kernel.ask(STEADY, "unsteady", module, place, step.id):
            what = f"expected the same work to pass each time, got {got}"
            found = Finding(self.lab.slug, f"step {step.id}", what)
            self.results.append(Result("still", step.id, (found,)))

    def _remember(self, last: Attempt | None) -> None:
        """Keep what a check told somebody who is not there yet."""
        failed = last is not None and last.outcome is Outcome.FAILED
        if last is not None and failed and last.hint and last.reason != RAISED:
            self.shown.setdefault(last.step, set()).add(last.hint)


def blocks(lab: Lab) -> tuple[Block, ...]:
    """Return the code cells of a lab's source, those of a step together."""
    owner = {cell: step for step in lab.steps for cell in step.cells}
    cells = code_cells(source_notebook(lab))
    last = {owner[c.id].id: n for n, c in enumerate(cells) if c.id in owner}
    found: list[Block] = []
    n = 0
    while n < len(cells):
        step = owner.get(cells[n].id)
        end = last[step.id] + 1 if step else n + 1
        found.append(Block(step, tuple(cells[n:end])))
        n = end
    return tuple(found)


def _written(code: str) -> str:
    """Return a mistake as it is compared: Python without comments and spaces."""
    try:
        return ast.dump(ast.parse(code))
    except (SyntaxError, ValueError):
        return " ".join(code.split())


def last_of(attempts: list[Attempt], step: str) -> Attempt | None:
    """Return the last attempt at a step."""
    return next((item for item in reversed(attempts) if item.step == step), None)


def said(attempt: Attempt | None) -> str:
    """Say in a few words what came of an attempt."""
    if attempt is None:
        return "no check"
    if attempt.outcome is Outcome.PASSED:
        return "passed"
    where = f" ({attempt.hint})" if attempt.outcome is Outcome.ERROR else ""
    return f"{attempt.outcome.value}: {attempt.reason}{where}"
