"""Ports and addresses of this machine: who holds a port, how others reach us."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub import subdomains
from hub.settings import Settings


class PortError(Exception):
    """A port or address cannot be used; says which, who holds it, what to do."""


def check_ports(settings: Settings, gateway: str) -> None:
    """Check that the five ports of an installation are free.

    Raises:
        PortError: the first one that is not.
    """
    loopback = "127.0.0.1"
    for address, port, noun in (
        (settings.address, settings.port, "door"),
        (loopback, settings.proxy_api_port, "proxy"),
        (gateway, settings.hub_port, "hub"),
        (gateway, settings.room_port, "room"),
        (loopback, settings.desk_port, "desk"),
    ):
        check_port(address, port, noun)


def check_port(address: str, port: int, noun: str) -> None:
    """Check that one port can be listened on.

    Raises:
        PortError: it cannot.
    """
    try:
        family, kind, _, _, place = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            probe.listen(1)
    except OSError as error:
        raise _refusal(address, port, noun, error) from None


def _refusal(address: str, port: int, noun: str, error: OSError) -> PortError:
    """Say why a port cannot be used and which flag chooses another."""
    if error.errno == errno.EADDRINUSE:
        return PortError(
            f"Port {port} (the {noun}) is taken by {holder(port)}. Stop that, or "
            "choose five other ports in a row: `--port 8100` (make up PORT=8100)."
        )
    return PortError(
        f"Cannot listen on {address}:{port} (the {noun}): {error.strerror or error}. "
        "Choose an address of this machine with `--address`."
    )


def holder(port: int) -> str:
    """Say who listens on a port, as far as this user may know."""
    inodes = {inode for _, listening, inode in listeners() if listening == port}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(_socket(link) in inodes for link in (process / "fd").iterdir()):
                name = (process / "comm").read_text().strip()
                return f"{name} (process {process.name})"
        except OSError:  # it has ended, or is somebody else's
            continue
    return "another program"


def _socket(link: Path) -> str:
    """Return the inode of the socket that a process has open; "" for anything else."""
    try:
        kind, _, inode = str(link.readlink()).partition(":")
    except OSError:  # closed by now
        return ""
    return inode.strip("[]") if kind == "socket" else ""


def listeners() -> list[tuple[str, int, str]]:
    """List what listens on this machine: address, port, socket's inode."""
    found = []
    for table in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/net", table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == "0A":
                place, port = fields[1].rsplit(":", 1)
                found.append((_address(place), int(port, 16), fields[9]))
    return found


def _address(text: str) -> str:
    """Read an address of /proc/net/tcp: 32-bit words of this machine's byte order."""
    words = [bytes.fromhex(text[at : at + 8])[::-1] for at in range(0, len(text), 8)]
    packed = b"".join(words)
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, packed)


@contextmanager
def held_port() -> Iterator[int]:
    """Give a port of loopback that nobody else takes before its server listens there.

    Bound and not listening: whoever asks for any port gets another, and a server that
    names it and sets SO_REUSEADDR, as Tornado's does, may have it.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


def lan_address() -> str:
    """Return this machine's address as others on its network see it; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.254", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def door_url(settings: Settings) -> str:
    """Return the door's address as people type it, without a slash at the end."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    if settings.subdomains:
        return subdomains.address(settings)
    everywhere = settings.address in ("0.0.0.0", "::", "")  # noqa: S104
    return f"http://{lan_address() if everywhere else settings.address}:{settings.port}"


def near_url(settings: Settings) -> str:
    """Return the door's address as this machine itself reaches it."""
    everywhere = settings.address in ("0.0.0.0", "::", "")  # noqa: S104
    return f"http://{'127.0.0.1' if everywhere else settings.address}:{settings.port}"
