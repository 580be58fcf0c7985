"""A wire: a TCP proxy to be cut, stalled, half-closed and mended."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

from tests.harness import free_ports


class Wire:
    """Carries bytes from a port of its own to a target, as long as it is whole.

    The target is (host, port) or the path of a Unix socket. It listens on `host`, on a
    free port where `port` is 0: one that nobody else takes while the wire is cut.
    """

    def __init__(
        self, target: tuple[str, int] | Path, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.target = target
        self.host = host
        self.port = port or free_ports(1)
        self.ends: set[socket.socket] = set()
        self.answers: list[bytearray] = []
        """What reached the near end, one for each connection."""
        self.flowing = threading.Event()
        self.deaf = False
        self.door: socket.socket | None = None
        self.mend()

    def mend(self) -> None:
        """Listen (again) on the same port and let bytes flow."""
        self.deaf = False
        self.flowing.set()
        if self.door is None:
            self.door = socket.create_server((self.host, self.port))
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

    def half_close(self) -> None:
        """Carry requests, and end the answer's direction instead of an answer."""
        self.deaf = True

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
            if self.door is not door:  # cut meanwhile
                self._end(near, far)
                return
            threading.Thread(target=self._carry, args=(near, far)).start()
            threading.Thread(target=self._answer, args=(far, near)).start()

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
        self._end(one, other)

    def _answer(self, far: socket.socket, near: socket.socket) -> None:
        """Carry what the target says and keep it; a deaf wire closes this way only."""
        said = bytearray()
        self.answers.append(said)
        with contextlib.suppress(OSError):
            while data := far.recv(65536):
                self.flowing.wait()
                if self.deaf:
                    near.shutdown(socket.SHUT_WR)
                    return
                near.sendall(data)
                said += data
        self._end(far, near)

    def _end(self, *ends: socket.socket) -> None:
        """Close both ends of a connection."""
        for end in ends:
            self.ends.discard(end)
            _close(end)


def _close(end: socket.socket) -> None:
    """Close a socket that another thread may be waiting on."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
