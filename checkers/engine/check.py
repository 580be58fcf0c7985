"""check and fail: how an author writes a check; Checker: all checks of one lab.

Errors:
    CheckError: an author's mistake; names the module, the check and what was
        expected.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple, NoReturn, TypeVar

if TYPE_CHECKING:
    from checkers.engine.work import Work

LIMIT = 1.0
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_registered: dict[str, dict[str, Check]] = {}


class CheckError(ValueError):
    """A check cannot be used as its author wrote it."""


class Failed(BaseException):
    """The verdict "failed"; a BaseException, so that `except Exception` lets it by."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason, hint)
        self.reason = reason
        self.hint = hint


class Check(NamedTuple):
    """One check: the function that looks at the work for one step.

    Args:
        lab: slug of the lab, which is the last part of its module's name.
        step: id of the step.
        function: takes the work; returns None or one sentence when it is passed.
        limit: seconds it may take.
    """

    lab: str
    step: str
    function: Callable[[Work], str | None]
    limit: float = LIMIT


@dataclass(frozen=True, slots=True)
class Checker:
    """All checks of one lab, in the order of its module."""

    lab: str
    checks: tuple[Check, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """Ids of the steps that have a check."""
        return tuple(check.step for check in self.checks)

    def __iter__(self) -> Iterator[Check]:
        return iter(self.checks)

    def __getitem__(self, step: str) -> Check:
        """Return the check of a step.

        Raises:
            CheckError: the step has no check.
        """
        for item in self.checks:
            if item.step == step:
                return item
        raise CheckError(
            f"{self.lab}: expected a check for step {step!r}, "
            f"got checks for {', '.join(self.steps) or 'none'}"
        )


_F = TypeVar("_F", bound="Callable[[Work], str | None]")


def check(step: str, *, limit: float = LIMIT) -> Callable[[_F], _F]:
    """Make the function below the check of a step; the function stays as it is.

    Args:
        step: the step's id as in lab.toml.
        limit: seconds the check may take; the cell's reply waits for it.

    Raises:
        CheckError: a bad id or limit, or a second check for the same step.
    """

    def register(function: _F) -> _F:
        where = f"{function.__module__}.{function.__name__}"
        if not isinstance(step, str) or not ID.fullmatch(step):
            raise CheckError(f"{where}: expected an id of a-z, 0-9 and -, got {step!r}")
        if not isinstance(limit, (int, float)) or not 0 < limit <= 60:
            raise CheckError(f"{where}: limit: expected 0 to 60 seconds, got {limit!r}")
        checks = _registered.setdefault(function.__module__, {})
        other = checks.get(step)
        # The same function again is a module being reloaded.
        if other and other.function.__name__ != function.__name__:
            raise CheckError(
                f"{where}: expected one check for step {step!r}, "
                f"got a second one beside {other.function.__name__}"
            )
        lab = function.__module__.rpartition(".")[2]
        checks[step] = Check(lab, step, function, float(limit))
        return function

    return register


def fail(reason: str, hint: str) -> NoReturn:
    """End the check: this step is not right yet.

    Args:
        reason: short stable key, by which people are grouped, such as ``rows-lost``;
            ``not-begun`` while what the lab sets up is not there.
        hint: one sentence for the attendee: what was seen, what to try.

    Raises:
        CheckError: a reason or hint that cannot be used.
    """
    if not isinstance(reason, str) or not ID.fullmatch(reason):
        raise CheckError(f"reason: expected a key like 'rows-lost', got {reason!r}")
    if not isinstance(hint, str) or not hint.strip():
        raise CheckError(f"{reason}: hint: expected a sentence, got {hint!r}")
    raise Failed(reason, hint)


def checker_for(module: ModuleType | str) -> Checker:
    """Return the checker of a lab's module, given the module or its full name.

    Raises:
        CheckError: it holds no check, or two functions share a name.
        ImportError: there is no such module.
    """
    if isinstance(module, str):
        module = importlib.import_module(module)
    checks = _registered.get(module.__name__, {})
    if not checks:
        raise CheckError(f"{module.__name__}: expected at least one @check, got none")
    for item in checks.values():
        name = item.function.__name__
        if getattr(module, name, None) is not item.function:
            raise CheckError(
                f"{module.__name__}: expected one function named {name}, got two "
                f"(one is the check of step {item.step!r})"
            )
    return Checker(module.__name__.rpartition(".")[2], tuple(checks.values()))
