"""Start the caretaker: `python -m hub.caretaker`; AIRLIFT_ROOT names the folder."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from hub.caretaker.hub_api import HubApi
from hub.caretaker.rounds import Rounds
from hub.desk import Desk
from hub.engine import Engine, EngineError
from hub.secrets import read_secret
from hub.settings import SettingsError, settings

EVERY = 60.0
"""Seconds between two rounds."""


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m hub.caretaker")
    root = Path(os.environ.get("AIRLIFT_ROOT", "."))
    parser.add_argument("--root", type=Path, default=root, help="the installation")
    parser.add_argument("--every", type=float, default=EVERY, help="seconds of a round")
    parser.add_argument("--idle", type=float, help="seconds; default: idle_minutes")
    return parser.parse_args(argv)


async def run(rounds: Rounds, every: float) -> None:
    """Walk for ever; stopping it at any moment loses nothing."""
    while True:
        await rounds.walk()
        await asyncio.sleep(every)


def main(argv: list[str] | None = None) -> int:
    """Run the caretaker; returns the exit status, and says why when it is not 0."""
    flags = arguments(argv)
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    try:
        found = settings(flags.root)
        engine = Engine.load(found)
        token = read_secret(found.secrets_dir, "caretaker")
        hub = HubApi(f"http://{engine.gateway}:{found.hub_port}/hub/api", token)
        idle = flags.idle if flags.idle is not None else 60.0 * found.idle_minutes
        asyncio.run(run(Rounds(Desk.of(found), hub, idle), flags.every))
    except (SettingsError, EngineError, OSError) as error:
        print(f"caretaker: {error}", file=sys.stderr)  # noqa: T201 - the last word
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
