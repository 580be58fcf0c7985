"""The networks of seats, made in a real engine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import docker
import pytest

from hub.engine import EngineError, fresh_name
from hub.machine import dockerd
from hub.seating.container import INSTALLATION
from tests.harness import remove_installation

pytestmark = pytest.mark.docker


@pytest.fixture
def name() -> Iterator[str]:
    """The name of an installation that leaves nothing behind."""
    if not dockerd.answers():
        pytest.fail("needs a Docker engine that answers; see `airlift doctor`")
    one = fresh_name()
    yield one
    with contextlib.closing(docker.DockerClient()) as client:
        remove_installation(client, one)


@pytest.mark.parametrize("way_out", [False, True])
def test_a_network_is_made_once(name: str, way_out: bool) -> None:
    """Seats do not talk to each other; only one with a way out is not internal."""
    gateway = dockerd.ensure_network(name, name, way_out=way_out)
    assert dockerd.ensure_network(name, name, way_out=way_out) == gateway
    with contextlib.closing(docker.DockerClient()) as client:
        (network,) = client.networks.list(filters={"label": f"{INSTALLATION}={name}"})
    assert network.attrs["Internal"] is not way_out
    option = "com.docker.network.bridge.enable_icc"
    assert network.attrs["Options"][option] == "false"
    assert network.attrs["IPAM"]["Config"][0]["Gateway"] == gateway


def test_no_engine_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing listens the answer is no, and a network a sentence."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    assert dockerd.answers() is False
    with pytest.raises(EngineError, match="docker network prune"):
        dockerd.ensure_network("x", "x", way_out=False)
