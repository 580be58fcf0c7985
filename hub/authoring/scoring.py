"""Scoring: how well a step's check tells changed solutions from the right one.

The walk runs them; here is what that says. Values only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from checkers.engine.attempt import Attempt, Outcome
from hub.authoring.finding import Finding
from hub.authoring.mutants import Mutant
from hub.authoring.proof import Result, Score, Survivor
from hub.catalog import Lab

RAISED = "cell-raised"
"""Reason of attempts that no check has looked at: their cell raised."""
Content = Mapping[str, str]
"""Hashes of what a cell has left, by name."""


@dataclass(slots=True)
class Trial:
    """What came of the changed solutions of one step, as far as one can say yet.

    Args:
        lab: the lab.
        step: the step's id.
        excuses: changes of it that are right as well, as its author has them.
    """

    lab: Lab
    step: str
    excuses: tuple[str, ...] = ()
    killed: int = 0
    raising: Counter[str] = field(default_factory=Counter)
    passed: list[tuple[Mutant, Content]] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    idle: int = 0
    """Excuses of changes that nobody makes."""

    @property
    def counted(self) -> int:
        """How many may say something of the check."""
        return self.killed + len(self.passed) + len(self.errors)

    @property
    def tried(self) -> int:
        """How many were run."""
        return self.counted + self.raising.total()

    def judge(
        self, mutant: Mutant, last: Attempt | None, content: Callable[[], Content]
    ) -> None:
        """Put a changed solution where it belongs; `content` is what it has left."""
        if last is None or last.reason == RAISED:
            self.raising[mutant.kind] += 1
        elif last.outcome is Outcome.PASSED:
            self.passed.append((mutant, content()))
        elif last.outcome is Outcome.ERROR:
            what = f"expected passed or failed with {_one_line(mutant.change)}, got "
            self.errors.append(self._found(f"{what}error: {last.reason} {last.hint}"))
        else:
            self.killed += 1

    def count_idle(self, mutants: Iterable[Mutant]) -> None:
        """Count the excuses that are of none of these, all that there are."""
        there = {_compared(mutant.change) for mutant in mutants}
        self.idle = sum(_compared(excuse) not in there for excuse in self.excuses)

    def score(self, right: Content, ms: int) -> Score:
        """Say how well the check tells them apart.

        Args:
            right: what the solution has left; who leaves the same has changed nothing.
            ms: how long the check took on it.
        """
        excused = {_compared(excuse) for excuse in self.excuses}
        other = [mutant for mutant, content in self.passed if content != right]
        alive = [mutant for mutant in other if _compared(mutant.change) not in excused]
        return Score(
            step=self.step,
            killed=self.killed,
            survivors=tuple(Survivor(mutant.change, mutant.diff) for mutant in alive),
            excused=len(other) - len(alive),
            same=len(self.passed) - len(other),
            raised=self.raising.total(),
            ms=ms,
        )

    def results(self, score: Score) -> list[Result]:
        """Return what a proof says of a score."""
        found = []
        if score.kill < self.lab.floor and not self.lab.imported:
            changes = "; ".join(_one_line(one.change) for one in score.survivors[:5])
            what = f"expected {self.lab.floor:.0%} of the changed solutions to fail, "
            what += f"got {score.killed} of {score.counted}; passed too: {changes}"
            found.append(self._found(what))
        notes = [f"{self.idle} [[excused]] of no such change"] if self.idle else []
        notes += [score.nothing] if score.nothing else []
        said, tells = "; ".join(notes), not score.nothing
        results = [Result("mutants", self.step, tuple(found), said, tells)]
        if self.errors:
            results.append(Result("garbage", self.step, tuple(self.errors)))
        return results

    def _found(self, what: str) -> Finding:
        """Return what is wrong with the step."""
        return Finding(self.lab.slug, f"step {self.step}", what)


def _compared(change: str) -> str:
    """Return a change as it is compared: without what nobody sees."""
    lines = (line.strip() for line in change.strip().split("\n"))
    return "\n".join(line[:1] + " ".join(line[1:].split()) for line in lines if line)


def _one_line(change: str) -> str:
    """Return a change in one line."""
    return " ".join(change.split("\n"))
