"""Terms: what a lab's owner wants accepted before somebody sits, and who accepted it.

A version of terms is a hash of their text, so changed words are asked for again. What
somebody accepted is personal: it lies in a table of its own, erased with the person.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from hub.catalog import Lab, terms_text
from hub.room import tables
from hub.room.refusal import RefusalError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one lab as they are now."""

    lab: str
    lab_version: str
    language: str
    title: str
    text: str
    version: str
    """The beginning of the SHA-256 of the text."""

    def shown(self) -> dict[str, Any]:
        """Describe them at the door."""
        keys = ("lab", "language", "title", "text", "version")
        return {key: getattr(self, key) for key in keys}


def terms_of(labs: Iterable[Lab]) -> list[Terms]:
    """Read the terms of labs, of those that have some.

    Raises:
        RefusalError: `lab-away`: a text cannot be read; the log says why.
    """
    found = []
    for lab in (lab for lab in labs if lab.terms):
        try:
            found.append(_read(lab))
        except (OSError, ValueError) as error:
            log.error("terms cannot be read lab=%s %s", lab.slug, error)
            raise RefusalError("lab-away") from None
    return found


def check_terms(labs: Iterable[Lab]) -> None:
    """Check that terms can be read, before people are asked for them.

    Raises:
        RefusalError: `bad-room`: names the file and what was expected.
    """
    for lab in (lab for lab in labs if lab.terms):
        try:
            _read(lab)
        except (OSError, ValueError) as error:
            said = f"{lab.slug}/lab.toml: terms.file: {error}"
            raise RefusalError("bad-room", said) from None


def _read(lab: Lab) -> Terms:
    """Read the terms of one lab."""
    title, text = lab.terms.title if lab.terms else "", terms_text(lab)
    version = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Terms(lab.slug, lab.version, lab.language, title, text, version)


class Accepted:
    """Which terms the person of each seat has accepted."""

    def __init__(self) -> None:
        self._known: dict[str, set[tuple[str, str]]] = {}

    def load(self, connection: Connection) -> None:
        """Read what was accepted from the database."""
        table = tables.acceptances
        columns = (table.c.seat, table.c.lab, table.c.version)
        for seat, lab, version in connection.execute(select(*columns)):
            self._known.setdefault(seat, set()).add((lab, version))

    def missing(self, seat: str, terms: Iterable[Terms]) -> list[Terms]:
        """Return the terms that the person of a seat has not accepted yet."""
        known = self._known.get(seat, set())
        return [one for one in terms if (one.lab, one.version) not in known]

    def take(self, seat: str, terms: Iterable[Terms]) -> None:
        """Take into memory what was accepted, after its commit."""
        known = self._known.setdefault(seat, set())
        known.update((one.lab, one.version) for one in terms)

    def forget_seat(self, seat: str) -> None:
        """Forget what the person of a seat accepted, after the rows were deleted."""
        self._known.pop(seat, None)


def agree(missing: Sequence[Terms], accepted: Sequence[str]) -> Sequence[Terms]:
    """Return the terms that are accepted now.

    Raises:
        RefusalError: `terms`, when one of them is not.
    """
    if any(one.version not in accepted for one in missing):
        raise RefusalError("terms")
    return missing


def write(connection: Connection, seat: str, terms: Iterable[Terms], at: int) -> None:
    """Keep what the person of a seat accepted, and when."""
    for one in terms:
        row = {
            "seat": seat,
            "lab": one.lab,
            "version": one.version,
            "title": one.title,
            "lab_version": one.lab_version,
            "at": at,
        }
        statement = insert(tables.acceptances).values(row)
        connection.execute(statement.on_conflict_do_nothing())
