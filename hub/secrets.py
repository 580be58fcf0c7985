"""Secrets of one installation: files with mode 0600 below `state`/secrets.

`room` and `caretaker` authenticate these services to the hub, `desk` the hub, the
caretaker and the CLI to the room's loopback API, `proxy` the hub to the proxy;
`cookie` signs the hub's cookies; `seal` keys the HMACs of return phrases, staff keys
and browsers.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

NAMES = ("room", "caretaker", "desk", "proxy", "cookie", "seal")


def ensure_secrets(folder: Path) -> None:
    """Create each secret of 256 bits that does not exist yet, as 64 hex digits."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        try:
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))


def read_secret(folder: Path, name: str) -> str:
    """Return one secret as 64 hex digits.

    Raises:
        FileNotFoundError: `ensure_secrets` has not run for this folder.
    """
    return (folder / name).read_text().strip()
