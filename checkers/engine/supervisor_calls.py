"""What supervisord is asked: its own calls, over its socket in the seat."""

from __future__ import annotations

import http.client
import socket
import xmlrpc.client
from pathlib import Path
from typing import Any

from checkers.engine.attendance import Places


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket in a folder."""

    def __init__(self, path: str) -> None:
        super().__init__("services", timeout=60)
        self.path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class _Transport(xmlrpc.client.Transport):
    """XML-RPC over a socket in a folder."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = str(path)

    def make_connection(self, host: Any) -> http.client.HTTPConnection:  # noqa: ARG002
        """Connect to the socket, whatever host is named."""
        return _Connection(self.path)


def supervisor(at: Places) -> Any:
    """Return supervisord's calls; each raises OSError when it does not run."""
    transport = _Transport(at.run / "socket")
    return xmlrpc.client.ServerProxy("http://services", transport=transport).supervisor
