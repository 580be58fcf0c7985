"""Rehearsal: what made-up people do in a room, as a list of deeds.

Pure: the same people, labs and seed give the same deeds. Times are seconds since the
room opened; who plays them may go faster. The deeds are what real seats send: attempts
and notes, with reasons and sentences from the lab's own mistakes.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.note import Kind, Note
from hub.authoring.mistakes import Mistake
from hub.catalog import Lab, Step
from hub.doors.people import Person, Profile, lot

START = 180.0
"""Seconds after opening when the work begins; until then people come."""
_WORDS = (
    "It says the table has too few rows, I do not see why.",
    "Which column do I need here?",
    "I get the same message whatever I try.",
    "Is my file the right one?",
    "",
    "I am lost, please come.",
)
_LIKED = ("The checks said at once what was wrong.", "The pace.", "The data.", "")
_DISLIKED = ("More time for the third step.", "A larger screen in front.", "", "")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that one person does; `what` None is coming in."""

    at: float
    who: int
    what: Attempt | Note | None = None

    @property
    def place(self) -> str:
        """The step that it is about, as `<lab>/<step>`; "" for coming in."""
        return f"{self.what.lab}/{self.what.step}" if self.what else ""

    @property
    def fails(self) -> bool:
        """It is an attempt that does not pass."""
        return (
            isinstance(self.what, Attempt) and self.what.outcome is not Outcome.PASSED
        )

    @property
    def passes(self) -> bool:
        """It is an attempt that passes."""
        return isinstance(self.what, Attempt) and self.what.outcome is Outcome.PASSED


@dataclass(frozen=True, slots=True)
class Task:
    """A lab as a rehearsal needs it: its steps and the mistakes people make there."""

    lab: Lab
    mistakes: tuple[Mistake, ...] = ()
    hard: str = field(default="")
    """The step at which most get stuck; "" is drawn by lot."""

    def at(self, step: str) -> list[Mistake]:
        """Return the mistakes of one step, the most common first; one is made up."""
        found = [mistake for mistake in self.mistakes if mistake.step == step]
        return found or [Mistake(0, step, "not-there-yet", "pass")]


def plan(crowd: Sequence[Person], tasks: Sequence[Task], seed: int) -> tuple[Deed, ...]:
    """Return everything that people do, in the order of time, were they left alone."""
    draw = lot(f"room {seed}")
    tasks = [_with_hard_step(task, draw) for task in tasks]
    deeds = [deed for person in crowd for deed in course(person, tasks, seed)]
    return in_order(deeds)


def in_order(deeds: Sequence[Deed]) -> tuple[Deed, ...]:
    """Return deeds as they happen; what one person does at one time keeps its order."""
    return tuple(sorted(deeds, key=lambda deed: (deed.at, deed.who)))


def _with_hard_step(task: Task, draw: random.Random) -> Task:
    """Draw the step at which most get stuck: neither the first nor the last."""
    inner = task.lab.step_ids[1:-1] or task.lab.step_ids
    return task if task.hard else Task(task.lab, task.mistakes, draw.choice(inner))


def course(person: Person, tasks: Sequence[Task], seed: int) -> tuple[Deed, ...]:
    """Return everything that one person does, in order."""
    return tuple(_Course(person, lot(f"{seed} {person.number}")).run(tasks))


class _Course:
    """Walks one person through the labs; the draw decides, nothing else."""

    def __init__(self, person: Person, draw: random.Random) -> None:
        self.person = person
        self.draw = draw
        self.now = person.comes
        self.lab: Lab

    def run(self, tasks: Sequence[Task]) -> Iterator[Deed]:
        """Yield what the person does from the door to the end."""
        yield Deed(self.now, self.person.number)
        self.now = max(START, self.now) + self.draw.uniform(5, 60)
        for task in tasks:
            self.lab = task.lab
            leaves, hard = self._leaves(task), self._hard_step(task)
            for step in task.lab.steps:
                if step.id == leaves:
                    yield from self._wrong(step, task, 1)
                    return
                yield from self._step(step, task, hard)
            yield from self._closing()

    def _leaves(self, task: Task) -> str:
        """Return the step at which the person leaves the room, if so."""
        if self.person.profile is not Profile.ABSENT:
            return ""
        return self.draw.choice(task.lab.step_ids)

    def _hard_step(self, task: Task) -> str:
        """Return the step that is hard for this person, if one is."""
        if self.person.profile not in (Profile.STUCK, Profile.BRUTE):
            return ""
        alike = self.draw.random() < 0.65
        return task.hard if alike else self.draw.choice(task.lab.step_ids)

    def _step(self, step: Step, task: Task, hard: str) -> Iterator[Deed]:
        """Yield the work on one step, up to its pass."""
        if step.id == hard and self.person.profile is Profile.STUCK:
            yield from self._stuck(step, task)
        elif step.id == hard:
            yield from self._brute(step, task)
        else:
            yield from self._wrong(step, task, self._misses())
        yield self._attempt(step, None)
        if self.draw.random() < 0.08:
            face = self.draw.choice(("clear", "clear", "loved", "confusing"))
            yield self._note(Kind.FEEDBACK, step, face=face, words="")

    def _misses(self) -> int:
        """Return how many wrong tries there are at a step that is not too hard."""
        most = {Profile.FAST: 1, Profile.SLOW: 3}.get(self.person.profile, 2)
        return self.draw.randint(0, most)

    def _wrong(self, step: Step, task: Task, tries: int) -> Iterator[Deed]:
        """Yield some wrong tries in the time that this person takes for the step."""
        work = 60 * step.minutes * self.person.pace * self.draw.uniform(0.75, 1.25)
        for number in range(tries):
            self.now += work / (tries + 1)
            yield self._attempt(step, self._mistake(task.at(step.id)))
            if number and self.draw.random() < 0.4:
                yield from self._hint(step, 1)
            if self.draw.random() < (0.3 if number else 0.06):
                yield from self._call_for_help(step)
        self.now += work / (tries + 1)

    def _stuck(self, step: Step, task: Task) -> Iterator[Deed]:
        """Yield the same wrong try over and over for a quarter of an hour."""
        mistake, tries = task.at(step.id)[0], self.draw.randint(10, 16)
        asks = self.draw.randint(3, 5) if self.draw.random() < 0.6 else 0
        self.now += 60 * step.minutes * self.person.pace * 0.6
        for number in range(1, tries):
            yield self._attempt(step, mistake)
            self.now += self.draw.uniform(35, 110)
            if number in (3, 7):
                yield from self._hint(step, 1 + number // 7)
            if number == asks:
                yield self._ask(step)
                if self.draw.random() < 0.5:
                    yield self._note(Kind.SHARE, step, source=mistake.code.strip())

    def _brute(self, step: Step, task: Task) -> Iterator[Deed]:
        """Yield many quick wrong tries, each another guess."""
        self.now += 40
        for _ in range(self.draw.randint(10, 18)):
            yield self._attempt(step, self.draw.choice(task.at(step.id)))
            self.now += self.draw.uniform(4, 12)

    def _mistake(self, known: Sequence[Mistake]) -> Mistake:
        """Draw a mistake; those that the author named first are the common ones."""
        weights = [0.5**place for place in range(len(known))]
        return self.draw.choices(known, weights)[0]

    def _hint(self, step: Step, number: int) -> Iterator[Deed]:
        """Yield taking the next hint, where there is one."""
        if number <= len(step.hints):
            self.now += self.draw.uniform(2, 6)
            yield self._note(Kind.HINT, step, number=number)

    def _ask(self, step: Step) -> Deed:
        """Return a call for help."""
        self.now += self.draw.uniform(3, 15)
        return self._note(Kind.ASK, step, words=self.draw.choice(_WORDS))

    def _call_for_help(self, step: Step) -> Iterator[Deed]:
        """Yield a call for help; some turn out not to be needed soon after."""
        ask = self._ask(step)
        yield ask
        if ask.what and self.draw.random() < 0.4:
            self.now += self.draw.uniform(20, 60)
            yield self._note(Kind.WITHDRAW, step, ask=ask.what.id)

    def _closing(self) -> Iterator[Deed]:
        """Yield the answers to the closing questions, of those who give some."""
        if self.draw.random() < 0.5:
            self.now += self.draw.uniform(10, 60)
            yield self._note(
                Kind.CLOSING,
                None,
                again=self.draw.choice(("yes", "yes", "maybe")),
                good=self.draw.choice(_LIKED),
                better=self.draw.choice(_DISLIKED),
            )

    def _attempt(self, step: Step, mistake: Mistake | None) -> Deed:
        """Return a wrong try, or the one that passes."""
        attempt = Attempt(
            id=fresh(self.draw),
            lab=self.lab.slug,
            lab_version=self.lab.version,
            notebook=f"{self.lab.slug}/{self.lab.slug}.ipynb",
            step=step.id,
            trigger=Trigger.CELL,
            outcome=Outcome.FAILED if mistake else Outcome.PASSED,
            reason=mistake.reason if mistake else "",
            hint=mistake.hint if mistake else "",
            ms=self.draw.randint(2, 40),
        )
        return Deed(self.now, self.person.number, attempt)

    def _note(self, kind: Kind, step: Step | None, **body: Any) -> Deed:
        """Return one note of this moment."""
        place = step.id if step else ""
        note = Note(fresh(self.draw), kind, self.lab.slug, place, body)
        return Deed(self.now, self.person.number, note)


def fresh(draw: random.Random) -> str:
    """Return a UUID by lot."""
    return str(uuid.UUID(int=draw.getrandbits(128), version=4))
