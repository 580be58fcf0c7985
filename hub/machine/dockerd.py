"""The Docker engine of this machine: is it there, bring it, start it, its networks."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import docker
from docker.errors import DockerException, NotFound
from requests.exceptions import RequestException

from hub.engine import PACKAGES, Choice, EngineError, Machine
from hub.machine.accounts import apt_install
from hub.seating.container import INSTALLATION

ERRORS = (DockerException, RequestException)
PATIENCE = 60.0
"""Seconds that an engine gets to answer after it was started."""
_NO_TALK = {"com.docker.network.bridge.enable_icc": "false"}


def look() -> Machine:
    """Look at this machine: everything that decides about the engine."""
    path = os.environ.get("PATH", os.defpath)
    return Machine(
        root=os.geteuid() == 0,
        debian=Path("/etc/debian_version").exists() and bool(shutil.which("apt-get")),
        answers=answers(),
        installed=bool(shutil.which("dockerd", path=f"{path}:/usr/sbin:/sbin")),
    )


def answers() -> bool:
    """Say whether a Docker engine answers this user."""
    try:
        with_engine = docker.from_env(timeout=5)
        return bool(with_engine.ping())
    except ERRORS:
        return False


def bring(choice: Choice, say: Callable[[str], object], log: Path) -> None:
    """Install and start the engine as far as the choice says.

    Raises:
        EngineError: it could not be installed or does not answer.
    """
    if choice.install:
        done = apt_install(*PACKAGES)
        if done.returncode:
            raise EngineError(
                "apt-get could not install docker.io. It said: "
                f"{done.stderr.strip()[-500:]} "
                "Mend that, or run without containers: ENGINE=local."
            )
    if choice.start and not answers():
        start(say, log)


def start(say: Callable[[str], object], log: Path) -> None:
    """Start dockerd: through systemd where it runs, else by itself.

    Raises:
        EngineError: it does not answer in time; names the log.
    """
    if Path("/run/systemd/system").is_dir():
        subprocess.run(
            ["systemctl", "start", "docker"], check=False, capture_output=True
        )
        where = "`journalctl -u docker`"
    else:
        say("No systemd here: starting dockerd in the background.")
        with log.open("ab") as out:
            subprocess.Popen(
                ["dockerd"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd="/",
                umask=0o022,
                start_new_session=True,
            )
        where = str(log)
    deadline = time.monotonic() + PATIENCE
    while not answers():
        if time.monotonic() > deadline:
            raise EngineError(
                f"dockerd does not answer after {PATIENCE:.0f} s; {where} says why. "
                "Without containers: ENGINE=local."
            )
        time.sleep(0.25)


def ensure_network(name: str, installation: str, *, way_out: bool) -> str:
    """Return the gateway address of a network of ours, made when it is missing.

    Its seats do not reach each other; without a way out they reach the gateway alone.

    Raises:
        EngineError: the engine refused, or gives no gateway address.
    """
    try:
        client = docker.from_env()
        try:
            network = client.networks.get(name)
        except NotFound:
            network = client.networks.create(
                name,
                driver="bridge",
                internal=not way_out,
                options=_NO_TALK,
                labels={INSTALLATION: installation},
            )
            network.reload()
    except ERRORS as error:
        raise EngineError(
            f"Docker could not make the network {name}: {error}. "
            "Too many networks? `docker network prune` removes those nobody uses."
        ) from None
    for entry in network.attrs["IPAM"]["Config"] or ():
        if entry.get("Gateway"):
            return str(entry["Gateway"]).split("/")[0]
    raise EngineError(f"expected a gateway address for the network {name}, got none")
