"""The probe: what can be reached from inside a seat's container, tried there."""

from __future__ import annotations

import json

import docker
from docker.errors import ContainerError

from hub.engine import Engine
from hub.machine import ports
from hub.seating.container import NOWHERE, UID, tmpfs

Target = tuple[str, int]
OUTSIDE: tuple[Target, ...] = (("198.51.100.1", 443), ("169.254.169.254", 80))
"""An address beyond this machine (RFC 5737: nobody's) and the clouds' metadata."""

_SCRIPT = """
import concurrent.futures, errno, json, socket, sys
def reach(target):
    try:
        socket.create_connection(target, timeout=2).close()
        return "connected"
    except TimeoutError:
        return "no answer"
    except OSError as error:
        unreachable = error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH)
        return "no way" if unreachable else "refused"
with concurrent.futures.ThreadPoolExecutor(16) as threads:
    print(json.dumps(list(threads.map(reach, json.loads(sys.argv[1])))))
"""


def open_places(gateway: str) -> set[Target]:
    """Return where this machine listens beyond loopback, as a seat would try it.

    A seat reaches every IPv4 address of its host, not the gateway's alone.
    """
    found = set()
    for address, port, _ in ports.listeners():
        if address in ("0.0.0.0", "::"):  # noqa: S104
            found.add((gateway, port))
        elif ":" not in address and not address.startswith("127."):
            found.add((address, port))
    return found


def from_inside(engine: Engine, targets: list[Target]) -> dict[Target, str]:
    """Try each target from a container that is set up like a seat's.

    Returns `connected`, `refused`, `no answer` or `no way` for each.

    Raises:
        docker.errors.DockerException: the container could not run.
    """
    seat = docker.from_env().containers.create(
        engine.image,
        command=["-c", _SCRIPT, json.dumps(targets)],
        entrypoint=["python", "-P"],
        network=engine.network,
        user=f"{UID}:{UID}",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        read_only=True,
        tmpfs=tmpfs(),
        dns=[NOWHERE],
        mem_limit="256m",
        pids_limit=64,
    )
    try:  # `containers.run` would leave one behind that cannot start
        seat.start()
        code = seat.wait()["StatusCode"]
        said = seat.logs(stdout=not code, stderr=bool(code))
    finally:
        seat.remove(force=True)
    if code:
        raise ContainerError(seat, code, "the probe", engine.image, said.decode())
    return dict(zip(targets, json.loads(said), strict=True))
