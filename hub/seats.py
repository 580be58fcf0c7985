"""Rooms, seats, participants and who may take which seat: values and pure functions.

Nothing here touches a socket, a database, a clock or a secret; the room service brings
the facts and gets values back. Times are milliseconds since 1970.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Characters of ids and keys; none looks like another."""
NAME_LENGTH = 60
"""Most characters of a name, as a person counts them."""
ZONE_LENGTH = 20
"""Most characters of a zone, as a person counts them."""
NAME_CODE_POINTS = 240
"""Most code points of a name: a pile of accents is no name."""
MOST_SEATS = 10_000
"""Most seats of one room; above 300 the board shows them aggregated."""


class State(StrEnum):
    """Where a room is in its life. A closed room keeps its seats for practice."""

    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Room:
    """One group working through a list of labs in one period."""

    id: str
    title: str
    host: str
    labs: tuple[str, ...]
    image: str
    interface: str
    egress: bool
    capacity: int
    code: str
    state: State = State.NEW
    created_at: int = 0
    opened_at: int | None = None
    closes_at: int | None = None
    erase_at: int | None = None
    language: str = ""
    """Language of its pages, such as `de`; "" is each browser's own."""
    practice: bool = False
    """A standing room for one lab, without a presenter and a clock."""
    rehearsal: bool = False
    """People of it are played: it can be sent attempts at the desk."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One place in a room: one Hub user with one server.

    Args:
        generation: counts up when the seat's phrase has to be another one.
        claimed_at: when somebody took it; None while it is free. It never becomes
            free again.
        erased_at: when everything of its participant was erased; None before.
        swept: its server, volume and Hub user are gone, too.
    """

    id: str
    room: str
    number: int
    generation: int = 1
    claimed_at: int | None = None
    erased_at: int | None = None
    swept: bool = False


@dataclass(frozen=True, slots=True)
class Participant:
    """The person at a claimed seat; personal data lives here only."""

    seat: str
    name: str
    phrase_mark: str
    """HMAC of the return phrase."""
    seen: bool = False
    """The phrase was shown and noted."""
    zone: str = ""
    """Where they sit, such as a table's number; "" when nobody said."""


class Decision(StrEnum):
    """What becomes of a claim: two ways in, and the refusals."""

    KEEP = "keep"
    TAKE = "take"
    WRONG_CODE = "wrong-code"
    ROOM_CLOSED = "room-closed"
    ROOM_NOT_OPEN = "room-not-open"
    BAD_NAME = "bad-name"
    ROOM_FULL = "room-full"


@dataclass(frozen=True, slots=True)
class Claim:
    """The facts that decide about one claim."""

    state: State | None
    """State of the room that the code names; None when it names none."""
    holds: bool
    """The browser holds a seat of this room already."""
    named: bool
    """The name is one after cleaning."""
    free: bool
    """There is a free seat."""


def decide(claim: Claim) -> Decision:
    """Decide about one claim; the first line that applies wins.

    Whoever holds a seat keeps it, whatever became of the room.
    """
    table = (
        (claim.state is None, Decision.WRONG_CODE),
        (claim.holds, Decision.KEEP),
        (claim.state is State.CLOSED, Decision.ROOM_CLOSED),
        (claim.state is State.NEW, Decision.ROOM_NOT_OPEN),
        (not claim.named, Decision.BAD_NAME),
        (not claim.free, Decision.ROOM_FULL),
    )
    return next((decision for applies, decision in table if applies), Decision.TAKE)


def fresh_id(kind: str) -> str:
    """Return a random opaque id: `r` a room, `s` a seat, `p` a staff user."""
    return kind + "".join(secrets.choice(ALPHABET) for _ in range(10))


# Join codes ------------------------------------------------------------------------

_CONSONANTS = "BDFGHJKLMNPRSTVZ"
_VOWELS = "AEIOU"
_RUDE = (
    "BOBO DILO DUPA FICA FODA FUDI GAGA HOMO JUDE KAKA KULO LULU MEDE MERA MOFO NAZI "
    "NEGA NIGA PENE PIPI POPO PUPU PUTA PUTO RAPE SUKA SADO TATA TETA TITI"
)
_AS_LETTER = str.maketrans("01258", "OIZSB")
_AS_DIGIT = str.maketrans("OQDILZSB", "00011258")


def fresh_code() -> str:
    """Return a random join code: four letters one can say, and two digits."""
    while True:
        word = "".join(
            secrets.choice(letters) for letters in (_CONSONANTS, _VOWELS) * 2
        )
        if word not in _RUDE:
            return f"{word}-{secrets.randbelow(100):02}"


def clean_code(typed: str) -> str:
    """Return a typed code in its one form, such as `KUPA-37`; "" when it is none.

    Case, spaces and dashes do not matter; a look-alike counts as what fits its place.
    """
    text = unicodedata.normalize("NFKC", typed[:100]).upper()
    text = "".join(char for char in text if char.isalnum())
    code = f"{text[:4].translate(_AS_LETTER)}-{text[4:].translate(_AS_DIGIT)}"
    return code if re.fullmatch(r"[A-Z]{4}-[0-9]{2}", code) else ""


# Phrases and keys ------------------------------------------------------------------


@cache
def words() -> tuple[str, ...]:
    """Return the words of return phrases, in their fixed order."""
    return tuple((Path(__file__).parent / "words.txt").read_text().split())


def phrase(digest: bytes) -> str:
    """Spell a digest as three words; about 31 bits of it count."""
    number, parts = int.from_bytes(digest), []
    for _ in range(3):
        number, index = divmod(number, len(words()))
        parts.append(words()[index])
    return " ".join(parts)


def clean_phrase(typed: str) -> str:
    """Return a typed phrase in its one form: lower-case words, single spaces."""
    text = unicodedata.normalize("NFKC", typed[:200]).casefold()
    return " ".join(re.findall(r"[^\W\d_]+", text))


def key(digest: bytes) -> str:
    """Spell a digest as a staff key: four groups of four characters."""
    number, text = int.from_bytes(digest), ""
    for _ in range(16):
        number, index = divmod(number, len(ALPHABET))
        text += ALPHABET[index]
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def clean_key(typed: str) -> str:
    """Return a typed staff key in its one form; "" when it is none."""
    text = unicodedata.normalize("NFKC", typed[:100]).casefold()
    text = "".join(char for char in text if char in ALPHABET)
    if len(text) != 16:
        return ""
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


# Names -----------------------------------------------------------------------------

_JOINERS = "\u200c\u200d"
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def clean_name(typed: str, length: int = NAME_LENGTH) -> str:
    """Return a typed name as it is kept and shown; "" when nothing is left.

    Control characters, bidi overrides and invisible letters go, whitespace becomes
    single spaces, and it ends after `length` characters as a person counts them. What
    remains is still hostile text to every page.
    """
    text = " ".join(typed[: 20 * NAME_CODE_POINTS].split())
    kept = "".join(char for char in text if _shown(char))
    kept = unicodedata.normalize("NFC", " ".join(kept.split()))
    kept = _cut(kept, length).strip()
    visible = any(unicodedata.category(char)[0] in "LNPS" for char in kept)
    return kept if visible else ""


def _shown(char: str) -> bool:
    """Say whether a character may be in a name."""
    if char in _JOINERS:
        return True
    return unicodedata.category(char)[0] != "C" and char not in _BLANKS


def _cut(text: str, length: int) -> str:
    """Cut after `length` characters; marks and joined parts count as one."""
    count, joined = 0, False
    for index, char in enumerate(text[:NAME_CODE_POINTS]):
        extends = joined or char in _JOINERS or unicodedata.category(char)[0] == "M"
        count += not extends
        joined = char == "\u200d"
        if count > length:
            return text[:index]
    return text[:NAME_CODE_POINTS]


def display_names(participants: Iterable[Participant]) -> dict[str, str]:
    """Return the name to show of each seat; the second Anna is "Anna (2)".

    Args:
        participants: of one room, in the order in which they came.
    """
    shown: dict[str, str] = {}
    used: set[str] = set()
    count: dict[str, int] = {}
    for person in participants:
        folded = person.name.casefold()
        name, number = person.name, count.get(folded, 1)
        while name.casefold() in used:
            number += 1
            name = f"{person.name} ({number})"
        count[folded] = number
        used.add(name.casefold())
        shown[person.seat] = name
    return shown
