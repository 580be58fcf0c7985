"""Garbage and still names: what checks do with values nobody expects.

These functions run inside a `LabKernel` after the solution, with the kernel's
namespace, and answer in JSON; `hub.authoring.prove` asks them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from checkers.engine.attempt import Outcome
from checkers.engine.check import Check, checker_for
from checkers.engine.run import run
from checkers.engine.work import Work
from hub.authoring.stand.snapshot import content

_JUNK = ("Ellipsis", "module", "exception", "hostile object")
"""Garbage that is nobody's right answer."""
_TIMES, _SECONDS = 30, 1.0
"""How often right work is checked again, and for how long at most."""
_HOSTILE = Path(__file__).with_name("hostile.py")


class Watched(Mapping[str, Any]):
    """A namespace that remembers which names were read."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self.read: list[str] = []

    def __getitem__(self, name: str) -> Any:
        if name in self._names and name not in self.read:
            self.read.append(name)
        return self._names[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def errors(namespace: dict[str, Any], module: str, folder: str) -> list[list[str]]:
    """Put garbage in the place of each value a check reads.

    Returns:
        [step, name, garbage, what came of it] for each `error`, and for what passes
        although it is right nowhere and the check does not pass without the name.
    """
    readers: dict[str, list[Check]] = {}
    for check in checker_for(module):
        for name in names_read(check, namespace, folder):
            readers.setdefault(name, []).append(check)
    trial = dict(namespace)
    # As if the attendee had typed it: its globals are the trial namespace.
    source = _HOSTILE.read_text(encoding="utf-8")
    exec(compile(source, "<attendee>", "exec"), trial)  # noqa: S102
    found = []
    for name, checks in readers.items():
        values = {"missing": None, **trial["garbage"](namespace[name])}
        junk = {k for k in _JUNK if type(values[k]) is not type(namespace[name])}
        for check in checks:
            found += _errors(check, trial, folder, name, values, junk)
        trial[name] = namespace[name]
    return found


def unsteady(namespace: dict[str, Any], module: str, folder: str, step: str) -> str:
    """Check right work again and again; return what came of it when it did not pass."""
    check, end = checker_for(module)[step], time.monotonic() + _SECONDS
    for _ in range(_TIMES):
        attempt = run(check, Work(namespace, Path(folder)))
        if attempt.outcome is not Outcome.PASSED:
            return f"{attempt.outcome.value}: {attempt.reason}"
        if time.monotonic() > end:
            break
    return ""


def changes(namespace: dict[str, Any], module: str, folder: str) -> list[list[str]]:
    """Run each check on right work and compare the namespace before and after.

    Returns:
        [step, name] for each value that is another one, or has changed inside.
    """
    found = []
    before = _fingerprints(namespace)
    for check in checker_for(module):
        run(check, Work(namespace, Path(folder)))
        after = _fingerprints(namespace)
        found += [
            [check.step, name]
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)
        ]
        before = after
    return found


def names_read(check: Check, namespace: dict[str, Any], folder: str) -> list[str]:
    """Return the names whose values a check reads when the work is right."""
    work = Work(namespace, Path(folder))
    watched = Watched(work.namespace)
    work.namespace = watched
    run(check, work)
    return watched.read


def _errors(
    check: Check,
    trial: dict[str, Any],
    folder: str,
    name: str,
    values: dict[str, Any],
    junk: set[str],
) -> list[list[str]]:
    """Run a check with each value under a name; what passes as `junk` is said once."""
    found = []
    for kind, value in values.items():
        trial[name] = value
        if kind == "missing":
            del trial[name]
        attempt = run(check, Work(trial, Path(folder)))
        if attempt.outcome is Outcome.ERROR:
            why = f"error: {attempt.reason} {attempt.hint}"
            found.append([check.step, name, kind, why])
        elif attempt.outcome is Outcome.PASSED and kind == "missing":
            junk = set()  # the check looks at it, and does not need it
        elif attempt.outcome is Outcome.PASSED and kind in junk:
            junk = set()
            found.append([check.step, name, kind, "passed"])
    return found


def _fingerprints(namespace: Mapping[str, Any]) -> dict[str, tuple[int, str]]:
    """Return identity and, where a value can be pickled, content of each name."""
    return {
        name: (id(value), content(value))
        for name, value in namespace.items()
        if not name.startswith("_")
    }
