"""Why a cell stopped, in a sentence that says what to look at.

Never a word of what is in the cell: the sentence is sent to the room.
"""

from __future__ import annotations

from checkers.engine.strings import _
from checkers.engine.text import name_of

_KNOWN: tuple[tuple[type[BaseException], str], ...] = (
    (
        SyntaxError,
        _(
            "The cell stopped with {error}: Python could not read it. Look at the line "
            "it points at: a bracket, colon, comma, quote or indentation is missing or "
            "too much."
        ),
    ),
    (
        NameError,
        _(
            "The cell stopped with {error}: a name in it is not known. Run the cells "
            "above first, or check the spelling."
        ),
    ),
    (
        ImportError,
        _(
            "The cell stopped with {error}: something it imports is not there. Check "
            "the spelling."
        ),
    ),
    (
        FileNotFoundError,
        _(
            "The cell stopped with {error}: a file is not where it looked. Compare the "
            "path with the folder on the left."
        ),
    ),
    (
        KeyError,
        _(
            "The cell stopped with {error}: that key or column is not there. Compare "
            "the spelling."
        ),
    ),
)
_NAMED = {
    "CalledProcessError": _(
        "A command in the cell did not end well. What it said is above."
    ),
    "UsageError": _(
        "A line that begins with % could not be used. Check its spelling; "
        "one that begins with %% has to be the first line of its cell."
    ),
}
"""By name, since importing their modules costs every kernel."""
_OTHER = _(
    "The cell stopped with {error}: the last line of the message above says why."
)


def why(error: BaseException) -> str:
    """Say why a cell stopped that raised this."""
    kind, name = type(error), name_of(error)
    if name in _NAMED:
        return _NAMED[name]
    for known, text in _KNOWN:
        if issubclass(kind, known):
            return text.format(error=name)
    return _OTHER.format(error=name)
