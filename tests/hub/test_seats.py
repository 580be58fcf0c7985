"""Codes, phrases, keys, names, and who may take which seat."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import seats
from hub.seats import Claim, Decision, Participant, State


@pytest.mark.parametrize("typed", ["KUPA-37", "kupa37", " k u p a — 37 ", "KUPA–3 7"])
def test_a_code_may_be_typed_in_many_ways(typed: str) -> None:
    """Case, spaces and dashes do not matter."""
    assert seats.clean_code(typed) == "KUPA-37"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("BOLO-10", "BOLO-10"),
        ("B0L0-IO", "BOLO-10"),
        ("5IZA-S2", "SIZA-52"),
        ("RIBA-1Z", "RIBA-12"),
        ("ＫＵＰＡ－３７", "KUPA-37"),
    ],
)
def test_a_look_alike_counts_as_what_fits_its_place(typed: str, meant: str) -> None:
    """A zero among the letters is an O, an O among the digits a zero."""
    assert seats.clean_code(typed) == meant


@pytest.mark.parametrize("typed", ["", "KUPA", "KUPA-3", "KUPA-377", "37-KUPA", "…"])
def test_what_is_no_code_is_no_code(typed: str) -> None:
    """Anything of another shape is nothing."""
    assert seats.clean_code(typed) == ""


@given(st.text())
def test_cleaning_a_code_twice_changes_nothing(typed: str) -> None:
    """The one form of a code is its own one form, whatever was typed."""
    code = seats.clean_code(typed)
    assert seats.clean_code(code) == code


def test_fresh_codes_can_be_said_and_typed() -> None:
    """Each comes back from its own cleaning, and they differ."""
    codes = {seats.fresh_code() for _ in range(300)}
    assert len(codes) > 290
    assert all(seats.clean_code(code) == code for code in codes)


def test_words_are_easy_to_tell_apart() -> None:
    """There are at least 1,024 of them, short and plain, none twice."""
    words = seats.words()
    assert len(set(words)) == len(words) >= 1024
    assert all(word.isascii() and word.islower() for word in words)
    assert all(3 <= len(word) <= 9 for word in words)


@given(st.binary(min_size=32, max_size=32))
def test_a_phrase_survives_how_people_type_it(digest: bytes) -> None:
    """Capitals, commas and spaces around the three words do not matter."""
    phrase = seats.phrase(digest)
    assert len(phrase.split()) == 3
    typed = "  " + ", ".join(word.title() for word in phrase.split()) + ". "
    assert seats.clean_phrase(typed) == phrase


@given(st.binary(min_size=32, max_size=32))
def test_a_key_survives_how_people_type_it(digest: bytes) -> None:
    """Capitals, spaces and missing dashes do not matter."""
    key = seats.key(digest)
    assert seats.clean_key(key.upper().replace("-", " ")) == key
    assert seats.clean_key(key[:-1]) == ""


def test_ids_say_their_kind_and_are_random() -> None:
    """A letter for the kind and ten characters without look-alikes."""
    ids = {seats.fresh_id("s") for _ in range(1000)}
    assert len(ids) == 1000
    assert all(found[0] == "s" and len(found) == 11 for found in ids)
    assert all(set(found[1:]) <= set(seats.ALPHABET) for found in ids)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ines \t\n  Ferreira ", "Ines Ferreira"),
        ("Zoe\u0308", "Zoë"),
        ("\u202eevil\u202c", "evil"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\ud800Ann", "Ann"),
        ("\u3164", ""),
        ("\u200d\u200d", ""),
        ("\u0301", ""),
        ("   ", ""),
        ("", ""),
    ],
)
def test_a_name_is_kept_as_a_person_would_read_it(typed: str, kept: str) -> None:
    """Unicode stays, what controls or hides goes."""
    assert seats.clean_name(typed) == kept


def test_a_name_of_ten_thousand_characters_is_cut() -> None:
    """Sixty characters as a person counts them; a flag of marks does not smuggle."""
    assert seats.clean_name("x" * 10_000) == "x" * 60
    assert seats.clean_name("é" * 10_000) == "é" * 60
    family = "👩\u200d👩\u200d👧"
    assert seats.clean_name(family * 10_000).startswith(family * 40)
    assert len(seats.clean_name("a" + "\u0301\u0316" * 5_000)) <= 240


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_a_cleaned_name_is_safe_to_keep(typed: str) -> None:
    """No control character, bounded, encodable, and the same when cleaned again."""
    name = seats.clean_name(typed)
    kinds = {unicodedata.category(char) for char in name} - {"Cf"}
    assert not any(kind.startswith("C") for kind in kinds)
    assert len(name.encode()) <= 4 * seats.NAME_CODE_POINTS
    assert seats.clean_name(name) == name


def people(*names: str) -> list[Participant]:
    """Return participants at the seats s0, s1 and so on."""
    return [Participant(f"s{n}", name, "") for n, name in enumerate(names)]


def test_the_second_anna_gets_a_number() -> None:
    """The first keeps the plain name; case does not make a difference."""
    shown = seats.display_names(people("Anna", "Ben", "anna", "Anna"))
    assert list(shown.values()) == ["Anna", "Ben", "anna (2)", "Anna (3)"]


@given(st.lists(st.sampled_from(["Anna", "Anna (2)", "anna (2)", "Anna (3)", "Bo"])))
def test_shown_names_are_never_the_same(names: list[str]) -> None:
    """Whatever people call themselves, and who comes later renames nobody."""
    shown = seats.display_names(people(*names))
    assert len({name.casefold() for name in shown.values()}) == len(names)
    earlier = seats.display_names(people(*names[:-1]))
    assert earlier.items() <= shown.items()


OPEN, NEW, CLOSED = State.OPEN, State.NEW, State.CLOSED


@pytest.mark.parametrize(
    ("state", "holds", "named", "free", "decision"),
    [
        (None, False, True, True, Decision.WRONG_CODE),
        (None, False, False, False, Decision.WRONG_CODE),
        (OPEN, False, True, True, Decision.TAKE),
        (OPEN, True, True, True, Decision.KEEP),
        (OPEN, True, False, False, Decision.KEEP),
        (OPEN, False, False, True, Decision.BAD_NAME),
        (OPEN, False, True, False, Decision.ROOM_FULL),
        (OPEN, False, False, False, Decision.BAD_NAME),
        (CLOSED, True, True, True, Decision.KEEP),
        (CLOSED, False, True, True, Decision.ROOM_CLOSED),
        (CLOSED, False, False, False, Decision.ROOM_CLOSED),
        (NEW, True, True, True, Decision.KEEP),
        (NEW, False, True, True, Decision.ROOM_NOT_OPEN),
    ],
)
def test_claims_are_decided_by_a_table(
    state: State | None, holds: bool, named: bool, free: bool, decision: Decision
) -> None:
    """Whoever holds a seat keeps it; the others hear the first thing in the way."""
    claim = Claim(state=state, holds=holds, named=named, free=free)
    assert seats.decide(claim) is decision
