"""Vouchers: a key for each seat of a room, dealt when the room is made, for good.

A key goes to its seat's environment and nowhere else: not into the journal, the board
or a log. It is the organiser's and no personal data; when the person of its seat is
erased it stays, since it was used and must never be given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select

from hub.catalog import Lab
from hub.room import tables
from hub.room.refusal import RefusalError
from hub.seats import Seat

LONGEST = 4096
_OURS = ("AIRLIFT_", "JUPYTER", "JPY_", "PYTHON", "LD_", "MEM_", "CPU_")
_SYSTEM = ("PATH", "HOME", "SHELL", "LANG", "USER", "TERM", "TMPDIR")
"""Variables that decide how a seat runs; a key is never in one of them."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """One key; `line` is where it lies in its list, for sentences."""

    key: str = field(repr=False)
    expires_at: int | None
    line: int = 0


Dealt = Mapping[str, Sequence[Voucher]]
"""Lab -> one key a seat, in the order of the seats."""


class Keys:
    """The keys that were given, by seat and lab."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, str]] = {}
        self._given: set[str] = set()

    def load(self, connection: Connection) -> None:
        """Read the keys from the database."""
        for row in connection.execute(select(tables.vouchers)):
            self.take([dict(row._mapping)])

    def of(self, seat: str) -> Mapping[str, str]:
        """Return the keys of a seat by their labs."""
        return self._of.get(seat, {})

    def given(self, key: str) -> bool:
        """Say whether some seat has this key."""
        return key in self._given

    def take(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take keys into memory, after their commit."""
        for row in rows:
            self._of.setdefault(row["seat"], {})[row["lab"]] = row["key"]
            self._given.add(row["key"])


def deal(
    labs: Sequence[Lab],
    lists: Dealt,
    capacity: int,
    known: Keys,
    now: int,
) -> dict[str, list[Voucher]]:
    """Return one key a seat for each lab that gives some, no key twice.

    Args:
        labs: of the room.
        lists: the keys that the organiser brought, by lab.
        capacity: seats of the room.
        known: what other seats have.
        now: keys that have expired by now are left out.

    Raises:
        RefusalError: `bad-room`: too few keys, or a list that no lab asks for.
    """
    giving = {lab.slug: lab for lab in labs if lab.vouchers}
    for slug in lists:
        if slug not in giving:
            raise RefusalError(
                "bad-room",
                f"vouchers: {slug[:64]} gives no keys: its lab.toml has no [vouchers]",
            )
    _check_variables(list(giving.values()))
    dealt: dict[str, list[Voucher]] = {}
    for slug, lab in giving.items():
        taken = {key.key for keys in dealt.values() for key in keys}
        keys = lists.get(slug, ())
        dealt[slug] = _deal(lab, keys, capacity, known, taken, now)
    return dealt


def _deal(
    lab: Lab,
    keys: Sequence[Voucher],
    capacity: int,
    known: Keys,
    taken: Set[str],
    now: int,
) -> list[Voucher]:
    """Return one key a seat for one lab; `taken` are those of the labs before it."""
    alive = [key for key in keys if key.expires_at is None or key.expires_at > now]
    unused = [key for key in alive if not known.given(key.key)]
    fresh = [key for key in unused if key.key not in taken]
    if len(fresh) >= capacity:
        return fresh[:capacity]
    title = lab.vouchers.title if lab.vouchers else ""
    if not keys:
        raise RefusalError(
            "bad-room",
            f"vouchers: {lab.slug} gives each seat a key ({title}), and no list was "
            "named: airlift room new --vouchers keys.csv",
        )
    left_out = [
        f"{number} {words}"
        for number, words in (
            (len(keys) - len(alive), "expired already"),
            (len(alive) - len(unused), "given to other seats before"),
            (len(unused) - len(fresh), "dealt for another lab of this room"),
        )
        if number
    ]
    why = f" ({', '.join(left_out)})" if left_out else ""
    raise RefusalError(
        "bad-room",
        f"vouchers: {lab.slug} needs {capacity} keys ({title}), one a seat; of the "
        f"{len(keys)} in the list {len(fresh)} can be given{why}",
    )


def _check_variables(labs: Sequence[Lab]) -> None:
    """Refuse names that seats need for themselves, and one name for two keys."""
    seen: dict[str, str] = {}
    for lab in labs:
        name = lab.vouchers.variable if lab.vouchers else ""
        if not fits(name):
            raise RefusalError(
                "bad-room",
                f"{lab.slug}/lab.toml: vouchers.variable: expected a name that no "
                f"seat needs for itself, got {name}",
            )
        if name in seen:
            raise RefusalError(
                "bad-room",
                f"{seen[name]} and {lab.slug} cannot share a room: both give a key "
                f"in {name}",
            )
        seen[name] = lab.slug


def fits(variable: str) -> bool:
    """Say whether a variable is none that a seat needs for itself."""
    return not (variable.startswith(_OURS) or variable in _SYSTEM)


def expiring(dealt: Dealt, until: int) -> list[dict[str, Any]]:
    """Return for each lab which of its keys expire before a time, by their lines."""
    found = []
    for lab, keys in dealt.items():
        early = [key for key in keys if key.expires_at and key.expires_at < until]
        if early:
            first = min(key.expires_at or 0 for key in early)
            lines = [key.line for key in early]
            found.append({"lab": lab, "lines": lines, "first_at": first})
    return found


def rows(dealt: Dealt, seats: Sequence[Seat]) -> list[dict[str, Any]]:
    """Return the rows that give each seat its keys."""
    return [
        {"seat": seat.id, "lab": lab, "key": key.key, "expires_at": key.expires_at}
        for lab, keys in dealt.items()
        for seat, key in zip(seats, keys, strict=True)
    ]


def write(connection: Connection, given: Sequence[Mapping[str, Any]]) -> None:
    """Keep which seat has which key."""
    if given:
        connection.execute(insert(tables.vouchers), [dict(row) for row in given])


def read_lists(value: object) -> dict[str, list[Voucher]]:
    """Read the lists of a call: lab -> [{key, expires_at, line}].

    Raises:
        RefusalError: `bad-room`; it names the lab and the line, never a key.
    """
    if not isinstance(value, dict):
        raise RefusalError("bad-room", "vouchers: expected lists of keys by lab")
    found: dict[str, list[Voucher]] = {}
    for lab, keys in value.items():
        if not isinstance(keys, list):
            raise RefusalError("bad-room", f"vouchers: {lab[:64]}: expected a list")
        found[lab] = [_voucher(item) for item in keys]
        if len({key.key for key in found[lab]}) < len(keys):
            raise RefusalError(
                "bad-room", f"vouchers: {lab[:64]}: a key is there twice"
            )
    return found


def _voucher(item: object) -> Voucher:
    """Read one key of a call."""
    if isinstance(item, dict):
        key, expires, line = (item.get(n) for n in ("key", "expires_at", "line"))
        fits = isinstance(key, str) and 0 < len(key) <= LONGEST and "\0" not in key
        if fits and isinstance(expires, int | None) and isinstance(line, int):
            return Voucher(str(key), expires, line)
    raise RefusalError("bad-room", "vouchers: expected a key, when it expires, a line")
