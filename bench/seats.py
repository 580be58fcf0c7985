"""How long a seat takes to start: `python bench/seats.py [--many 10] [--rounds 5]`.

Ours is the whole installation: proxy, hub, room, SeatSpawner and the seats' image. The
peer is a plain JupyterHub with a plain DockerSpawner and JupyterLab's packages as their
documents install them, same versions, same base image, same machine, same minutes;
rounds take turns. Time runs from asking for the server until it answers through the
proxy. A start that fails counts as one that never came.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
STOCK = Path(__file__).resolve().parent / "stock"
sys.path[:0] = [str(ROOT), str(ROOT / "images")]

import docker  # noqa: E402 - the two folders above come first
import requests  # noqa: E402

from build import find_base  # noqa: E402
from client import find_client, run_step  # noqa: E402
from contents import fingerprint  # noqa: E402
from hub.machine import proxy  # noqa: E402
from hub.settings import settings  # noqa: E402
from machine import proxy_options, write_secrets  # noqa: E402
from tests.harness import Airlift, free_ports, running, wait_for  # noqa: E402

PATIENCE = 300


class Ours:
    """Starts and stops seats of an installation of Airlift."""

    name = "airlift"

    def __init__(self, airlift: Airlift, many: int) -> None:
        self.airlift = airlift
        code = airlift.open_room(capacity=many + 1)["code"]
        self.people = [
            airlift.visitor().join(code, f"Person {number}") for number in range(many)
        ]

    def start(self, number: int) -> float:
        """Start a seat as its attendee does; return the seconds until it answers."""
        person = self.people[number]
        person.open("/hub/seat")
        began = time.perf_counter()
        person.submit("/hub/seat", do="start")
        person.wait_ready(PATIENCE)
        wait_answer(f"{self.airlift.url}{person.base}/api")
        return time.perf_counter() - began

    def stop(self, number: int) -> None:
        """Stop a seat; its volume stays, as between two visits."""
        person = self.people[number]
        person.request("DELETE", f"/hub/api/users/{person.seat}/server")
        wait_for(
            "the seat's end",
            lambda: not person.get("/hub/api/user").json().get("server"),
            PATIENCE,
        )

    def container(self, number: int) -> Any:
        """Return a running seat's container."""
        return self.airlift.container(self.people[number].seat)


class Stock:
    """Starts and stops servers of a plain JupyterHub."""

    name = "stock"

    def __init__(self, url: str, token: str, network: str, many: int) -> None:
        self.url, self.network = url, network
        self.http = {"Authorization": f"token {token}"}
        for number in range(many):
            self.ask("POST", f"users/person-{number}")

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        """Ask the hub's API."""
        return requests.request(
            method,
            f"{self.url}/hub/api/{path}",
            headers=self.http,
            timeout=PATIENCE,
            **how,
        )

    def start(self, number: int) -> float:
        """Start a server; return the seconds until it answers."""
        began = time.perf_counter()
        asked = self.ask("POST", f"users/person-{number}/server")
        asked.raise_for_status()
        if asked.status_code != 201:
            self._wait_ready(number)
        wait_answer(f"{self.url}/user/person-{number}/api")
        return time.perf_counter() - began

    def _wait_ready(self, number: int) -> None:
        """Follow the hub's own stream until the server is ready."""
        path = f"users/person-{number}/server/progress"
        for line in self.ask("GET", path, stream=True).iter_lines():
            said = json.loads(line[5:]) if line.startswith(b"data:") else {}
            if said.get("failed"):
                raise RuntimeError(said.get("message", "failed"))
            if said.get("ready"):
                return

    def stop(self, number: int) -> None:
        """Stop a server and wait for its end."""
        path = f"users/person-{number}"
        wait_for(
            "a server that may be stopped",
            lambda: self.ask("DELETE", f"{path}/server").status_code in (202, 204, 404),
            PATIENCE,
        )
        wait_for(
            "the server's end",
            lambda: not self.ask("GET", path).json().get("servers"),
            PATIENCE,
        )

    def container(self, number: int) -> Any:
        """Return a running server's container."""
        return docker.from_env().containers.get(f"{self.network}-person-2d{number}")


def wait_answer(url: str) -> None:
    """Wait until a server answers through the proxy."""
    wait_for(url, lambda: requests.get(url, timeout=PATIENCE).status_code == 200)


def stock_image() -> str:
    """Return the id of the peer's image, built if it is not here."""
    client = find_client()
    lock = (ROOT / "images/base/requirements.lock").read_text()
    versions = "".join(
        f"{line}\n" for line in re.findall(r"^[a-z0-9-]+==[^\\\n]*", lock, re.M)
    )
    with tempfile.TemporaryDirectory() as temporary:
        folder, hidden = Path(temporary, "context"), Path(temporary, "secrets")
        folder.mkdir()
        hidden.mkdir()
        (folder / "Dockerfile").write_text((STOCK / "Dockerfile").read_text())
        (folder / "versions.txt").write_text(versions)
        logs = Path(temporary)
        base = find_base(client, settings(ROOT).base_image, "auto", logs)
        word = client.image_id(base)
        mark = fingerprint(folder, sorted(folder.iterdir()), word)[:12]
        tag = f"airlift-bench-stock:{mark}"
        if not client.image_id(tag):
            command = [*client.build_command(), "--progress", "plain", "--tag", tag]
            command += ["--network", "host", "--build-arg", f"BASE_IMAGE={base}"]
            command += [*write_secrets(hidden), *proxy_options(os.environ)]
            kit = {"DOCKER_BUILDKIT": "1"}
            step = "Building the stock image (once)"
            run_step(step, [*command, str(folder)], logs / "log", kit)
    return client.image_id(tag)


@contextlib.contextmanager
def stock(image: str, many: int) -> Iterator[Stock]:
    """Run the plain JupyterHub on a network of its own."""
    engine = docker.from_env()
    name, token, port = f"stock-{secrets.token_hex(3)}", secrets.token_hex(16), 0
    network = engine.networks.create(name, driver="bridge")
    network.reload()
    gateway = network.attrs["IPAM"]["Config"][0]["Gateway"]
    port = free_ports(3)
    environ = {
        **os.environ,
        "STOCK_DOOR": f"http://127.0.0.1:{port}",
        "STOCK_PROXY": f"http://127.0.0.1:{port + 1}",
        "STOCK_HUB": f"http://{gateway}:{port + 2}",
        "STOCK_COMMAND": "\n".join([str(proxy.find_node()), str(proxy.SCRIPT)]),
        "STOCK_IMAGE": image,
        "STOCK_NETWORK": name,
        "STOCK_TOKEN": token,
    }
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("w") as log:
        config = str(STOCK / "jupyterhub_config.py")
        hub = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", config],
            cwd=folder,
            env=environ,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        url = environ["STOCK_DOOR"]
        try:
            wait_for("the stock hub", lambda: answers(f"{url}/hub/health"), 60)
            yield Stock(url, token, name, many)
        except BaseException:
            print(Path(folder, "log").read_text()[-3000:], file=sys.stderr)
            raise
        finally:
            hub.terminate()
            hub.wait(60)
            for left in engine.containers.list(all=True, filters={"network": name}):
                left.remove(force=True)
            network.remove()


def answers(url: str) -> bool:
    """Say whether something answers there."""
    with contextlib.suppress(requests.RequestException):
        return requests.get(url, timeout=5).ok
    return False


def memory(container: Any) -> float:
    """Return a container's memory in MB: shared pages count by share; root only."""
    total = 0
    for process in container.top()["Processes"]:
        text = Path(f"/proc/{process[1]}/smaps_rollup").read_text()
        found = re.search(r"^Pss: +(\d+)", text, re.M)
        total += int(found[1]) if found else 0
    return total / 1024


def attempt(start: Callable[[int], float], number: int) -> float:
    """Start one seat; a start that fails takes for ever."""
    try:
        return start(number)
    except Exception as error:
        print(f"  person {number}: {error}", file=sys.stderr)
        return float("inf")


def one(side: Ours | Stock) -> tuple[float, float]:
    """Start one seat alone; return its seconds and its memory."""
    took = attempt(side.start, 0)
    used = memory(side.container(0)) if os.geteuid() == 0 else float("nan")
    side.stop(0)
    return took, used


def rush(side: Ours | Stock, many: int) -> list[float]:
    """Start many seats in one moment; return the seconds of each."""
    with ThreadPoolExecutor(many) as pool:
        took = list(pool.map(lambda number: attempt(side.start, number), range(many)))
        list(pool.map(side.stop, range(many)))
    return took


def show(title: str, ours: float, peer: float, unit: str) -> None:
    """Print one row of the table."""
    ratio = f"{ours / peer:.2f}" if peer not in (0, float("inf")) else "0.00"
    print(f"{title:<40}{ours:>9.2f} {unit:<3}{peer:>9.2f} {unit:<3}{ratio:>7}")


def main() -> None:
    """Run both sides in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    build = [sys.executable, str(ROOT / "images/build.py"), "--root", str(ROOT)]
    built = subprocess.run(build, check=True, stdout=subprocess.PIPE, text=True)
    image, peer_image = built.stdout.strip(), stock_image()
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), image=image) as airlift,
        stock(peer_image, asked.many) as peer,
    ):
        sides = (Ours(airlift, asked.many), peer)
        for side in sides:
            one(side)  # files from disk for the first time
        alone = {side.name: [] for side in sides}
        for _ in range(asked.rounds):
            for side in sides:
                alone[side.name].append(one(side))
        crowd = {side.name: rush(side, asked.many) for side in sides}
    print(f"{'':<40}{'airlift':>12} {'stock':>12} {'ratio':>7}")
    times, used = (
        {name: [run[at] for run in runs] for name, runs in alone.items()}
        for at in (0, 1)
    )
    middle = statistics.median
    show("one seat, median", *(middle(times[side.name]) for side in sides), "s")
    show("one seat, slowest", *(max(times[side.name]) for side in sides), "s")
    title = f"{asked.many} at once"
    show(f"{title}, median", *(middle(crowd[side.name]) for side in sides), "s")
    show(f"{title}, until all are in", *(max(crowd[side.name]) for side in sides), "s")
    images = docker.from_env().images
    sizes = [images.get(name).attrs["Size"] / 1e6 for name in (image, peer_image)]
    show("the image", *sizes, "MB")
    show("memory of a seat, server alone", *(middle(used[s.name]) for s in sides), "MB")


if __name__ == "__main__":
    main()
