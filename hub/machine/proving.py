"""Proving: labs proved on this machine, by `python -m hub.authoring proof`.

A program of its own, since what reads notebooks takes seconds to import.

Errors:
    ProvingError: a lab could not be proved here at all; says what to do.
    NotHereError: it runs only in its image, since something of it is not here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable

from hub.authoring.proof import ELSEWHERE, PROOFS, Asked, Proof, kept
from hub.settings import Settings

END = 15.0
"""Seconds the program has to end when it is told to."""


class ProvingError(Exception):
    """A lab could not be proved at all."""


class NotHereError(ProvingError):
    """A lab runs only in its image."""


def prove(
    airlift: Settings, asked: Asked, at: Callable[[str], None] = lambda _: None
) -> Proof:
    """Prove a lab and return the proof, which is kept, too.

    `at` is told what is done now.

    Raises:
        NotHereError: it runs only in its image.
        ProvingError: it could not be run.
    """
    line = [sys.executable, "-P", "-m", "hub.authoring", "proof", str(airlift.root)]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [*line, *asked.words],
            cwd=airlift.root,
            env={**os.environ, **airlift.places},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            errors="replace",
        )
        try:
            for words in process.stdout or ():
                at(words.strip())
            code = process.wait()
        finally:
            _end(process)
        said.seek(0)
        why = said.read().strip().splitlines()[-30:]
    found = kept(airlift.state_dir / PROOFS, asked.slug)
    if code == ELSEWHERE:
        raise NotHereError("\n".join(why))
    if code or found is None:
        raise ProvingError("\n".join(why) or f"{asked.slug}: the tool said nothing")
    return found


def _end(process: subprocess.Popen[str]) -> None:
    """End the program if it still runs, as Ctrl+C does: it takes its files away."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(END)
        except subprocess.TimeoutExpired:
            process.kill()
