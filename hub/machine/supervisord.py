"""Supervisor's daemon, awake ten times a second instead of once.

Supervisor restarts a part that died at its next look, which is up to a second later;
a room promises that each part is back within two. Nothing else differs (supervisor 4.3,
November 2026: a look costs 0.05 ms).
"""

from __future__ import annotations

import sys

from supervisor import supervisord
from supervisor.options import ServerOptions

LOOK = 0.1
"""Seconds between two looks at the parts, at most."""


class AwakeOptions(ServerOptions):
    """Supervisor's options with a poller that never waits longer than `LOOK`."""

    def __init__(self) -> None:
        super().__init__()
        poll = self.poller.poll
        self.poller.poll = lambda timeout: poll(min(timeout, LOOK))


def main(words: list[str]) -> None:
    """Run the daemon with supervisord's own command line."""
    options = AwakeOptions()
    options.realize(words, doc=supervisord.__doc__)
    options.first, options.test = True, False
    supervisord.go(options)


if __name__ == "__main__":
    main(sys.argv[1:])
