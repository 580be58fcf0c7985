"""The checker of the lab @slug@: one function a step, named like it.

A check looks at the attendee's work and decides. The first `fail` ends it; returning
passes it, and what it returns is shown. These are run again and again while somebody
works, so they are quick and change nothing.
"""

from __future__ import annotations

from checkers import Work, check, fail

SERVER = "http://127.0.0.1:8300"
WORDS = 3


@check("write-greeting")
def write_greeting(work: Work) -> None:
    """greeting.txt holds a few words."""
    words = len(_greeting(work).split())
    if words < WORDS:
        fail(
            "too-short",
            f"greeting.txt has {words} words; write at least {WORDS}. Words with "
            "spaces between them want quotation marks around all of them.",
        )


@check("restart-server", limit=4)
def restart_server(work: Work) -> str:
    """The server says what is in greeting.txt."""
    greeting = _greeting(work)
    # Nothing answers: failed, with a standard hint.
    said = work.http(SERVER).body.strip()
    if said != greeting:
        fail(
            "old-greeting",
            f"The server says {said[:60]!r}, the file says {greeting[:60]!r}. It read "
            "the file when it started.",
        )
    return "The server says your words."


def _greeting(work: Work) -> str:
    """Return what is in greeting.txt, without the spaces around it."""
    path = work.file("greeting.txt", most=2_000)
    return path.read_text(encoding="utf-8", errors="replace").strip()
