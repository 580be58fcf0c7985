"""What made-up people do: the same for a seed, in order, and what real seats send."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from checkers.engine.attempt import Attempt, Outcome
from checkers.engine.note import Kind, Note
from hub.authoring.mistakes import load_mistakes
from hub.catalog import load_lab
from hub.doors.people import Profile, people
from hub.doors.rehearsal import START, Deed, Task, plan

LAB = load_lab(Path(__file__).parents[3] / "labs" / "first_flight")
TASK = Task(LAB, load_mistakes(LAB))
MANY = st.integers(1, 60)
SEED = st.integers(0, 10_000)
MOST = 45
"""Deeds of one person at one step, at most."""


def the_plan(many: int, seed: int) -> tuple[Deed, ...]:
    """Return the deeds of a room with the first lab."""
    return plan(people(many, seed), [TASK], seed)


@settings(max_examples=30, deadline=None)
@given(MANY, SEED)
def test_the_same_seed_is_the_same_rehearsal(many: int, seed: int) -> None:
    """In the order of time, with ids of their own, and bounded."""
    deeds = the_plan(many, seed)
    assert deeds == the_plan(many, seed)
    assert list(deeds) == sorted(deeds, key=lambda deed: deed.at)
    sent = [deed.what for deed in deeds if deed.what]
    assert len({item.id for item in sent}) == len(sent)
    assert len(deeds) <= many * (1 + MOST * len(LAB.steps))


def test_another_seed_is_another_rehearsal() -> None:
    """Nobody practises for the same evening twice, unless they want to."""
    assert the_plan(20, 1) != the_plan(20, 2)


@settings(max_examples=30, deadline=None)
@given(MANY, SEED)
def test_every_deed_is_what_a_seat_could_send(many: int, seed: int) -> None:
    """Attempts and notes hold to the wire contract, of steps and reasons of the lab."""
    reasons = {(mistake.step, mistake.reason) for mistake in TASK.mistakes}
    for deed in the_plan(many, seed):
        if isinstance(deed.what, Attempt):
            attempt = deed.what
            assert Attempt.from_json(attempt.to_json()) == attempt
            assert attempt.step in LAB.step_ids
            failed = attempt.outcome is Outcome.FAILED
            assert ((attempt.step, attempt.reason) in reasons) is failed
        elif isinstance(deed.what, Note):
            assert Note.from_json(deed.what.to_json()) == deed.what


@settings(max_examples=30, deadline=None)
@given(MANY, SEED)
def test_people_come_in_first_and_take_the_steps_in_order(many: int, seed: int) -> None:
    """Nobody works before the start, and a step is passed once."""
    deeds = the_plan(many, seed)
    for person in people(many, seed):
        mine = [deed for deed in deeds if deed.who == person.number]
        assert mine[0].what is None
        assert mine[0].at == person.comes
        assert all(deed.what and deed.at > START for deed in mine[1:])
        passed = [deed.place for deed in mine if deed.passes]
        steps = [f"{LAB.slug}/{step}" for step in LAB.step_ids]
        assert passed == steps[: len(passed)]
        leaves = person.profile is Profile.ABSENT
        assert (len(passed) < len(steps)) is leaves


@settings(max_examples=30, deadline=None)
@given(MANY, SEED)
def test_each_profile_looks_like_itself(many: int, seed: int) -> None:
    """Stuck: the same reason again and again. Brute: quick tries, several a minute."""
    deeds = [deed for deed in the_plan(many, seed) if deed.fails]
    for person in people(many, seed):
        failed = [deed for deed in deeds if deed.who == person.number]
        most = Counter((deed.place, deed.what.reason) for deed in failed).values()  # type: ignore[union-attr]
        if person.profile is Profile.STUCK:
            assert max(most) >= 9
        if person.profile is Profile.BRUTE:
            gaps = [later.at - deed.at for deed, later in pairwise(failed)]
            assert sum(gap < 15 for gap in gaps) >= 8
        if person.profile is Profile.FAST:
            assert max(Counter(deed.place for deed in failed).values(), default=0) <= 1


def test_a_room_has_everything_that_a_presenter_meets() -> None:
    """Forty people: asks, withdrawals, hints, shared cells, feedback, answers."""
    kinds = Counter(
        deed.what.kind for deed in the_plan(40, 1) if isinstance(deed.what, Note)
    )
    wanted = {Kind.ASK, Kind.WITHDRAW, Kind.HINT, Kind.SHARE}
    assert wanted | {Kind.FEEDBACK, Kind.CLOSING} <= set(kinds)


def test_people_get_stuck_alike() -> None:
    """Most who are stuck are so at one step, for one reason: that is a group."""
    crowd = people(40, 1)
    stuck = {person.number for person in crowd if person.profile is Profile.STUCK}
    many = Counter(
        (deed.place, deed.what.reason)  # type: ignore[union-attr]
        for deed in plan(crowd, [TASK], 1)
        if deed.who in stuck and deed.fails
    )
    (_, most), *_ = many.most_common(1)
    assert most > sum(many.values()) / 2


def test_a_lab_without_mistakes_can_be_rehearsed() -> None:
    """A reason is made up then."""
    deeds = plan(people(6, 1), [Task(LAB)], 1)
    failed = {deed.what.reason for deed in deeds if deed.fails}  # type: ignore[union-attr]
    assert failed == {"not-there-yet"}
