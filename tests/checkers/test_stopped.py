"""Why a cell stopped, in a sentence."""

from __future__ import annotations

import subprocess

import pytest
from IPython.core.error import UsageError

from checkers.engine.stopped import why


class OwnKeyError(KeyError):
    """An exception of the attendee's own, of a known kind."""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SyntaxError("secret"), "SyntaxError: Python could not read it"),
        (IndentationError("secret"), "IndentationError: Python could not read it"),
        (NameError("secret"), "Run the cells above first"),
        (ModuleNotFoundError("secret"), "something it imports"),
        (FileNotFoundError("secret"), "a file is not where it looked"),
        (OwnKeyError("secret"), "OwnKeyError: that key or column"),
        (ValueError("secret"), "ValueError: the last line"),
        (subprocess.CalledProcessError(3, "secret"), "A command in the cell"),
        (UsageError("secret"), "has to be the first line of its cell"),
    ],
)
def test_why(error: BaseException, words: str) -> None:
    """The kind of error says what to look at; its own words stay in the seat."""
    said = why(error)
    assert words in said
    assert "secret" not in said
