"""Guards between a check and the kernel it runs in.

Each is a context manager written without a single built-in function, since an
attendee may have replaced any of them.
"""

from __future__ import annotations

import builtins
import signal
import sys
import threading
from collections.abc import MutableMapping
from time import monotonic
from types import FrameType
from typing import Any

_BUILTINS: dict[str, Any] = builtins.__dict__
_ORIGINAL = {name: value for name, value in _BUILTINS.items() if name != "_"}
_ABSENT: Any = object()
_AGAIN = 0.2


class TimeUp(BaseException):
    """The time limit of a check has passed."""


class OriginalBuiltins:
    """The built-in functions as they were when the kernel started, for a moment."""

    def __enter__(self) -> None:
        self.replaced: dict[str, Any] = {}
        for name, value in _ORIGINAL.items():
            present = _BUILTINS.get(name, _ABSENT)
            if present is not value:
                self.replaced[name] = present
                _BUILTINS[name] = value

    def __exit__(self, *_: object) -> None:
        for name, value in self.replaced.items():
            if value is _ABSENT:
                _BUILTINS.pop(name, None)
            else:
                _BUILTINS[name] = value


class _Sink:
    """A text stream that forgets."""

    encoding = "utf-8"
    errors = "replace"

    def write(self, text: str) -> int:
        """Forget a text."""
        return len(text)

    def flush(self) -> None:
        """Do nothing: nothing is kept."""

    def isatty(self) -> bool:
        """Tell that this is no terminal."""
        return False


class Quiet:
    """Printing leads nowhere: a check's output is not the cell's."""

    def __enter__(self) -> None:
        self.streams = (sys.stdout, sys.stderr)
        sink: Any = _Sink()
        sys.stdout = sys.stderr = sink

    def __exit__(self, *_: object) -> None:
        sys.stdout, sys.stderr = self.streams


class NamesKept:
    """Names bound, rebound or deleted meanwhile are put back as they were.

    A check works on a copy, so only the attendee's own functions, called by a
    check, can reach the kernel's variables.
    """

    def __init__(self, namespace: object) -> None:
        self.namespace = namespace if isinstance(namespace, MutableMapping) else None

    def __enter__(self) -> None:
        self.before = {} if self.namespace is None else {**self.namespace}

    def __exit__(self, *_: object) -> None:
        names = self.namespace
        if names is None:
            return
        for name, value in self.before.items():
            if names.get(name, _ABSENT) is not value:
                names[name] = value
        for name in [*names]:
            if name not in self.before:
                del names[name]


class TimeLimit:
    """A timer that raises TimeUp in the main thread of the process.

    Best effort: the interpreter looks at signals between its own instructions only,
    and off the main thread nothing is armed. It strikes again every fifth of a
    second while the check runs, in case something swallowed the first. A timer and
    handler of the attendee are put back, with the time that is left.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.armed = False
        self.active = False

    def __enter__(self) -> TimeLimit:
        if threading.current_thread() is not threading.main_thread():
            return self
        self.active = True
        self.started = monotonic()
        self.handler = signal.signal(signal.SIGALRM, self._strike)
        self.timer = signal.setitimer(signal.ITIMER_REAL, self.seconds, _AGAIN)
        self.armed = True
        return self

    def _strike(self, _signum: int, _frame: FrameType | None) -> None:
        """Raise TimeUp while the check runs; a late signal does nothing."""
        if self.armed:
            raise TimeUp

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop the timer and put the attendee's back; a second time does nothing."""
        self.armed = False
        if not self.active:
            return
        self.active = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        # None: the handler was not installed from Python and cannot be put back.
        if self.handler is not None:
            signal.signal(signal.SIGALRM, self.handler)
        left, interval = self.timer
        if left or interval:
            rest = left - (monotonic() - self.started)
            signal.setitimer(signal.ITIMER_REAL, rest if rest > 0 else 0.001, interval)
