"""Start the room service: `python -m hub.room --root DIR`."""

from __future__ import annotations

import argparse
import asyncio
import errno
import logging
import signal
import sys
from pathlib import Path

from hub.engine import Engine, EngineError
from hub.room.app import Listening, RoomApp
from hub.room.journal import JournalError
from hub.settings import Settings, SettingsError, settings

log = logging.getLogger("hub.room")


def place(found: Settings, flags: argparse.Namespace) -> Listening:
    """Return where to listen: flags first, then engine.json and the settings.

    Raises:
        EngineError: engine.json is needed and is not there.
    """
    gateway, public_url = flags.address, flags.public_url
    if gateway is None or public_url is None:
        engine = Engine.load(found)
        gateway = gateway or engine.gateway
        public_url = public_url if public_url is not None else engine.public_url
    return Listening(
        address=gateway,
        port=flags.port or found.room_port,
        desk_port=flags.desk_port or found.desk_port,
        hub_url=flags.hub_url or f"http://{gateway}:{found.hub_port}/hub/api",
        public_url=public_url.rstrip("/"),
    )


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m hub.room", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="the installation")
    parser.add_argument("--address", help="address to listen on; default: the gateway")
    parser.add_argument("--port", type=int, help="port of the public side")
    parser.add_argument("--desk-port", type=int, help="port of the desk, on loopback")
    parser.add_argument("--hub-url", help="address of the hub's API")
    parser.add_argument("--public-url", help="address of the door as people type it")
    parser.add_argument("--verbose", action="store_true", help="log every request")
    return parser.parse_args(argv)


async def run(found: Settings, where: Listening) -> None:
    """Serve until SIGTERM or SIGINT."""
    app, stop = RoomApp(found, where), asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    await app.start()
    await stop.wait()
    await app.stop()


def main(argv: list[str] | None = None) -> int:
    """Run the service; returns the exit status, with one sentence when it is not 0."""
    flags = arguments(argv)
    logging.basicConfig(
        level=logging.DEBUG if flags.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    try:
        found = settings(flags.root)
        where = place(found, flags)
        asyncio.run(run(found, where))
    except (SettingsError, EngineError, JournalError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(_explain(error, flags))
    return 0


def _explain(error: OSError, flags: argparse.Namespace) -> str:
    """Say what an operating system's error means here."""
    if error.errno == errno.EADDRINUSE:
        return (
            "expected free ports, one is taken (is another room service running? "
            f"else change `port` in airlift.toml): {error.strerror}"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"expected an address of this machine, got {flags.address or 'another'}"
    if isinstance(error, (FileNotFoundError, PermissionError)):
        return (
            f"expected to read {error.filename}, got: {error.strerror}. "
            "`airlift up` makes the secrets"
        )
    return str(error)


def _fail(sentence: str) -> int:
    """Say why the service does not run."""
    print(f"room: {sentence}", file=sys.stderr)  # noqa: T201 - the last word
    return 1


if __name__ == "__main__":
    sys.exit(main())
