"""One service, as supervisord starts it: ``python -P -m checkers.engine.service NAME``.

It imports little, as every start of a service waits for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from checkers.engine.attendance import places
from checkers.engine.declared import DeclarationError, declared


def main(words: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    """Become the service of that name; return an exit code where that fails."""
    try:
        found = {one.name: one for one in declared(places(environ).declared)}
    except DeclarationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    service = found[words[0]]
    whole = {**environ, **dict(service.environment)}
    try:
        os.execvpe(service.command[0], service.command, whole)  # noqa: S606  # no shell
    except OSError as error:
        sys.stderr.write(
            f"{service.name}: expected a command that runs, got "
            f"{service.command[0]}: {error.strerror}\n"
        )
        return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
