"""Fields: how the wire's JSON objects are read, each with a clear error.

Both sides of the wire import it, so it holds nothing but the standard library.

Errors:
    WireError: a JSON object is not what the contract says; names the key, what was
        expected and what was there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

NAME_LENGTH = 200
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
REASON = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_E = TypeVar("_E", bound=StrEnum)


class WireError(ValueError):
    """A JSON object is not of this contract."""


def short(value: object) -> str:
    """Show a hostile value in at most 40 characters."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        text = repr(value[:40] if isinstance(value, str) else value)
        return text[:60]
    return kind_of(value)


def kind_of(value: object) -> str:
    """Name a JSON value's kind."""
    return "nothing" if value is None else type(value).__name__


def of_version(data: object, what: str, version: int) -> Mapping[str, Any]:
    """Read the outside of a message: an object that says it is of this version."""
    if not isinstance(data, Mapping):
        raise WireError(f"{what}: expected an object, got {kind_of(data)}")
    said = data.get("v")
    if said != version or isinstance(said, bool):
        raise WireError(f"v: expected {version}, got {short(said)}")
    return data


def text(
    data: Mapping[str, Any], key: str, length: int, default: str | None = None
) -> str:
    """Read a string of at most `length` characters."""
    value = data.get(key, default)
    if not isinstance(value, str):
        raise WireError(f"{key}: expected a string, got {kind_of(value)}")
    if len(value) > length:
        raise WireError(
            f"{key}: expected at most {length} characters, got {len(value)}"
        )
    try:
        value.encode()
    except UnicodeEncodeError:
        raise WireError(f"{key}: expected Unicode text, got a lone surrogate") from None
    return value


def pattern(data: Mapping[str, Any], key: str, form: re.Pattern[str], what: str) -> str:
    """Read a string that has this form in full."""
    value = text(data, key, NAME_LENGTH)
    if not form.fullmatch(value):
        raise WireError(f"{key}: expected {what}, got {short(value)}")
    return value


def optional_pattern(
    data: Mapping[str, Any], key: str, form: re.Pattern[str], what: str
) -> str:
    """Read a string that is empty or has this form."""
    return pattern(data, key, form, what) if data.get(key) else ""


def uuid(data: Mapping[str, Any], key: str) -> str:
    """Read a UUID in its usual form of 36 characters."""
    value = text(data, key, NAME_LENGTH)
    try:
        if str(UUID(value)) == value:
            return value
    except ValueError:
        pass
    raise WireError(f"{key}: expected a UUID, got {short(value)}")


def number(data: Mapping[str, Any], key: str, most: int) -> int:
    """Read a whole number from 0 to `most`; absent is 0."""
    value = data.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int):
        raise WireError(f"{key}: expected a whole number, got {short(value)}")
    if not 0 <= value <= most:
        raise WireError(f"{key}: expected 0 to {most}, got {short(value)}")
    return value


def choice(data: Mapping[str, Any], key: str, kind: type[_E]) -> _E:
    """Read one of an enumeration's values."""
    value = data.get(key)
    try:
        return kind(value)  # type: ignore[arg-type]
    except ValueError:
        names = ", ".join(member.value for member in kind)
        raise WireError(f"{key}: expected one of {names}; got {short(value)}") from None
