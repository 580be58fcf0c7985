"""Ports: a taken one is named with who holds it; addresses are found."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.machine import ports
from hub.settings import Settings
from tests.harness import free_ports


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on loopback that this very process holds."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield listener.getsockname()[1]


def test_a_taken_port_is_a_sentence(taken: int) -> None:
    """It names the port, who holds it and the flag that chooses another."""
    with pytest.raises(ports.PortError) as caught:
        ports.check_port("127.0.0.1", taken, "door")
    name = Path("/proc/self/comm").read_text().strip()
    assert str(taken) in str(caught.value)
    assert f"{name} (process {os.getpid()})" in str(caught.value)
    assert "--port" in str(caught.value)


def test_a_process_that_ends_while_its_holder_is_looked_for_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The list of processes is old by the time the last of them is looked into."""
    with subprocess.Popen(["sleep", "300"]) as ending:
        place, looks = Path(f"/proc/{ending.pid}/fd"), []

        def late(look: Callable[[Any], Any], path: Any) -> Any:
            """Look into a folder, after that process has ended."""
            if Path(path) == place:
                ending.kill()
                ending.wait(60)
                looks.append(path)
            return look(path)

        for name in ("listdir", "scandir"):
            monkeypatch.setattr(os, name, partial(late, getattr(os, name)))
        try:
            assert ports.holder(free_ports(1)) == "another program"
        finally:
            ending.kill()
    assert looks


def test_a_port_that_is_held_is_for_one_server_alone() -> None:
    """Nobody who asks for it gets it, but a server as seats have them listens there."""
    with ports.held_port() as port:
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        with (
            socket.create_server(("127.0.0.1", port)) as server,
            socket.create_connection(server.getsockname()),
        ):
            pass


def test_listening_for_all_is_refused_where_one_address_is_taken(taken: int) -> None:
    """The kernel would refuse it to the proxy as well."""
    with pytest.raises(ports.PortError):
        ports.check_port("0.0.0.0", taken, "door")


def test_a_port_just_left_is_free() -> None:
    """Connections in their last wait do not count as taken."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        place = listener.getsockname()
        with socket.create_connection(place):
            listener.accept()[0].close()
    ports.check_port("127.0.0.1", place[1], "door")


def test_an_address_of_another_machine_is_refused() -> None:
    """The sentence names the flag for the address."""
    with pytest.raises(ports.PortError, match="--address"):
        ports.check_port("203.0.113.9", free_ports(1), "door")


def test_each_of_the_five_ports_is_looked_at() -> None:
    """Whichever is taken, it is found and named."""
    first = free_ports()
    airlift = Settings(port=first, address="127.0.0.1")
    ports.check_ports(airlift, "127.0.0.1")
    for number in range(first, first + 5):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", number))
            listener.listen(1)
            with pytest.raises(ports.PortError, match=f"Port {number} "):
                ports.check_ports(airlift, "127.0.0.1")


def test_listeners_are_read_with_their_addresses(taken: int) -> None:
    """What listens on loopback is seen as such."""
    assert ("127.0.0.1", taken) in {(at, port) for at, port, _ in ports.listeners()}


def test_the_door_is_named_as_people_reach_it() -> None:
    """A public address wins, then the chosen one, then this machine's own."""
    assert ports.door_url(Settings(public_url="https://labs.example/")) == (
        "https://labs.example"
    )
    assert ports.door_url(Settings(address="127.0.0.1")) == "http://127.0.0.1:8000"
    named = Settings(subdomains="labs.example")
    assert ports.door_url(named) == "http://labs.example:8000"
    everywhere = Settings(port=8100)
    assert ports.door_url(everywhere) == f"http://{ports.lan_address()}:8100"
    assert ports.near_url(everywhere) == "http://127.0.0.1:8100"
