"""Made-up people: the same for a seed, all different, in the shares that were asked."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.doors.people import SHARES, TABLE, Profile, people
from hub.seats import clean_name

MANY = st.integers(1, 500)
SEED = st.integers(0, 10_000)


@settings(max_examples=40, deadline=None)
@given(MANY, SEED)
def test_people_are_all_different_and_the_same_again(many: int, seed: int) -> None:
    """Names are whole: the door would take each as it is."""
    crowd = people(many, seed)
    assert crowd == people(many, seed)
    assert [person.number for person in crowd] == list(range(1, many + 1))
    assert len({person.name for person in crowd}) == many
    assert all(clean_name(person.name) == person.name for person in crowd)


@settings(max_examples=40, deadline=None)
@given(MANY, SEED)
def test_a_table_has_six_people_at_most(many: int, seed: int) -> None:
    """Tables are numbered from 1, and only the last one has room."""
    tables = Counter(int(person.table) for person in people(many, seed))
    assert sorted(tables) == list(range(1, len(tables) + 1))
    assert all(tables[table] == TABLE for table in range(1, len(tables)))


@settings(max_examples=40, deadline=None)
@given(MANY, SEED)
def test_profiles_come_in_their_shares(many: int, seed: int) -> None:
    """Nobody is more than one person away from the share."""
    found = Counter(person.profile for person in people(many, seed))
    for profile in Profile:
        assert abs(found[profile] - SHARES[profile] * many) <= 1


def test_the_shares_are_a_whole() -> None:
    """All profiles have one, and they sum to 1."""
    assert set(SHARES) == set(Profile)
    assert round(sum(SHARES.values()), 9) == 1


@settings(max_examples=40, deadline=None)
@given(MANY, SEED)
def test_who_comes_late_finds_the_others_at_work(many: int, seed: int) -> None:
    """All the others are in before the work begins."""
    for person in people(many, seed):
        late = person.profile is Profile.LATE
        assert (person.comes > 300) is late
