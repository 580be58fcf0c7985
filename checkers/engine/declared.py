"""What an image declares to run beside the server: services.toml read into Service.

    [[services]]
    name = "postgres"
    command = ["start-postgres"]      # in the foreground, as the seat's user
    ready = ["pg_isready", "--quiet"] # optional: ends with code 0 once it can be used
    stop = "INT"                      # optional: the signal that ends it well
    [services.environment]            # optional
    PGDATA = "/somewhere"

Errors:
    DeclarationError: everything that is wrong with the file, a line each.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STOPS = ("TERM", "HUP", "INT", "QUIT", "USR1", "USR2")
KEYS = ("name", "command", "ready", "stop", "environment")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class DeclarationError(ValueError):
    """A services.toml cannot be used as it is; `problems` says all that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Service:
    """A program that runs beside the seat's server."""

    name: str
    command: tuple[str, ...]
    ready: tuple[str, ...] = ()
    """Ends with code 0 once the service can be used; without one, it can at once."""
    stop: str = "TERM"
    environment: tuple[tuple[str, str], ...] = ()


def declared(path: Path) -> tuple[Service, ...]:
    """Read services.toml; a file that is not there declares nothing.

    Raises:
        DeclarationError: names file, key, value and what was expected.
    """
    where = "/".join(path.parts[-2:])
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise DeclarationError([f"{where}: expected TOML, got: {error}"]) from None
    tables = data.pop("services", [])
    problems = [f"{where}: expected only [[services]], got {key!r}" for key in data]
    if not isinstance(tables, list):
        problems.append(f"{where}: services: expected [[services]], got {tables!r}")
        tables = []
    services: list[Service] = []
    for number, table in enumerate(tables, 1):
        wrong, service = _service(table)
        problems += [f"{where}: services[{number}]{one}" for one in wrong]
        names = [other.name for other in services]
        if service.name and service.name in names:
            problems.append(
                f"{where}: services[{number}].name: expected a name of its own, "
                f"got {service.name!r} again"
            )
        services.append(service)
    if problems:
        raise DeclarationError(problems)
    return tuple(services)


def _service(table: Any) -> tuple[list[str], Service]:
    """Read one table; returns what is wrong with it, and what could be read."""
    if not isinstance(table, dict):
        return [f": expected a table, got {table!r}"], Service("", ())
    wrong = [
        f".{key}: expected one of {', '.join(KEYS)}" for key in table if key not in KEYS
    ]

    def take(key: str, expected: str, default: Any, good: bool) -> Any:
        """Take a value that is as it should be, or say that it is not."""
        if key in table and not good:
            wrong.append(f".{key}: expected {expected}, got {table[key]!r}")
        elif key not in table and default is None:
            wrong.append(f".{key}: expected {expected}, it is missing")
        return table[key] if key in table and good else default

    name, stop = table.get("name"), table.get("stop")
    known = isinstance(name, str) and bool(_NAME.fullmatch(name))
    words = "a list of words: the program and its arguments"
    environment = take(
        "environment", "variables and strings", {}, _strings(table.get("environment"))
    )
    return wrong, Service(
        name=take("name", "a name of a-z, 0-9 and -", None, known) or "",
        command=tuple(take("command", words, None, _words(table.get("command"))) or ()),
        ready=tuple(take("ready", words, (), _words(table.get("ready")))),
        stop=take("stop", f"one of {', '.join(STOPS)}", "TERM", stop in STOPS),
        environment=tuple(environment.items()),
    )


def _words(value: object) -> bool:
    """Tell a list of strings, the first not empty, without zero bytes."""
    return (
        isinstance(value, list)
        and all(isinstance(word, str) and "\0" not in word for word in value)
        and bool(value and value[0].strip())
    )


def _strings(value: object) -> bool:
    """Tell a table of variables and strings."""
    return isinstance(value, dict) and all(
        _VARIABLE.fullmatch(key) and isinstance(one, str) and "\0" not in one
        for key, one in value.items()
    )
