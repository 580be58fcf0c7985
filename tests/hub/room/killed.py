"""The room service, killing itself at a named point of a commit when told to.

Run instead of `python -m hub.room`. As soon as the file `kill` of the installation
says `before` or `after`, the next commit kills the process with signal 9 right before
or right after it. The product has no such switch.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from hub.room import journal
from hub.room.__main__ import arguments, main

_commit = journal._commit


def commit(connection: Any) -> None:
    """Commit, unless the trigger says to die before; die after if it says so."""
    trigger = arguments().root / "kill"
    point = trigger.read_text() if trigger.exists() else ""
    if point == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    _commit(connection)
    if point == "after":
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    journal._commit = commit
    sys.exit(main())
