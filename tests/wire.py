"""A wire: a TCP proxy of the tests' own that can be cut, stalled and mended."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path


class Wire:
    """Carries bytes from a port of its own to a target, as long as it is whole.

    The target is (host, port) or the path of a Unix socket.
    """

    def __init__(self, target: tuple[str, int] | Path) -> None:
        self.target = target
        self.ends: set[socket.socket] = set()
        self.flowing = threading.Event()
        self.flowing.set()
        self.door: socket.socket | None = None
        self.port = 0
        self.mend()

    def mend(self) -> None:
        """Listen (again) on the same port and let bytes flow."""
        self.flowing.set()
        if self.door is None:
            self.door = socket.create_server(("127.0.0.1", self.port))
            self.port = self.door.getsockname()[1]
            threading.Thread(target=self._accept, args=(self.door,)).start()

    def cut(self) -> None:
        """Refuse new connections and reset those that are open."""
        if self.door is not None:
            with contextlib.suppress(OSError):
                self.door.shutdown(socket.SHUT_RDWR)
            self.door.close()
            self.door = None
        self.flowing.set()
        for end in list(self.ends):
            _close(end)

    def stall(self) -> None:
        """Keep connections open and carry nothing."""
        self.flowing.clear()

    def _accept(self, door: socket.socket) -> None:
        """Join each connection with one to the target."""
        while True:
            try:
                near, _ = door.accept()
            except OSError:
                return
            try:
                far = self._reach()
            except OSError:
                _close(near)
                continue
            self.ends |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other)).start()

    def _reach(self) -> socket.socket:
        """Connect to the target."""
        if isinstance(self.target, tuple):
            return socket.create_connection(self.target)
        far = socket.socket(socket.AF_UNIX)
        far.connect(str(self.target))
        return far

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        """Carry bytes one way until either end closes."""
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                self.flowing.wait()
                other.sendall(data)
        for end in (one, other):
            self.ends.discard(end)
            _close(end)


def _close(end: socket.socket) -> None:
    """Close a socket that another thread may be waiting on."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
