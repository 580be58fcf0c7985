"""Become the proxy: read its token from the secret file, then exec node."""

from __future__ import annotations

import os
from pathlib import Path

from hub.engine import Engine
from hub.machine.proxy import command, find_node
from hub.secrets import read_secret
from hub.settings import settings


def main() -> None:
    """Replace this process by node; the token is in its environment alone."""
    airlift = settings(Path(os.environ.get("AIRLIFT_ROOT", ".")))
    token = read_secret(airlift.secrets_dir, "proxy")
    line = command(airlift, Engine.load(airlift).gateway, find_node())
    os.execve(line[0], line, {**os.environ, "CONFIGPROXY_AUTH_TOKEN": token})  # noqa: S606


if __name__ == "__main__":
    main()
