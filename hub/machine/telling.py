"""Telling the organiser what is going on while something takes its time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol


class Teller(Protocol):
    """Who tells the organiser what is going on."""

    def say(self, sentence: str) -> None:
        """Print one sentence."""

    def step(self, title: str) -> AbstractContextManager[Callable[[str], None]]:
        """Show a step while it runs; the function it gives shows what it is at."""
