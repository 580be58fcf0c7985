"""From inside a seat: what an attendee's own code cannot reach, become or use up."""

from __future__ import annotations

import contextlib
import json
import socket
from typing import Any

import pytest
from websocket import WebSocketException

from hub.seating import container
from tests.harness import Airlift, wait_for
from tests.visitor import Kernel, Visitor

pytestmark = pytest.mark.docker

REACH = """
import json, socket

def reach(host, port):
    try:
        socket.create_connection((host, port), timeout=2).close()
        return "reached"
    except OSError as error:
        return type(error).__name__

print(json.dumps({name: reach(*place) for name, place in PLACES.items()}))
"""

ASK = """
import json, os, urllib.request, urllib.error

def ask(url):
    token = os.environ["JUPYTERHUB_API_TOKEN"]
    headers = {"Authorization": f"Bearer {token}"}
    try:
        request = urllib.request.Request(url, headers=headers)
        return urllib.request.urlopen(request, timeout=50).status
    except urllib.error.HTTPError as error:
        return error.code

print(json.dumps({name: ask(url) for name, url in PLACES.items()}))
"""

FORK_BOMB = """
import os, signal, time
children = []
try:
    while len(children) < 2000:
        pid = os.fork()
        if pid == 0:
            time.sleep(60)
            os._exit(0)
        children.append(pid)
    print("no limit")
except OSError as error:
    print(f"{type(error).__name__} {len(children)}")
finally:
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    for pid in children:
        os.waitpid(pid, 0)
"""

WRITE = """
import json, os
found = {}
for folder in ("/", "/etc", "/opt/airlift", "/usr/local/bin", "/home", "/var/tmp",
               "/proc/sys/kernel", "/sys"):
    try:
        open(os.path.join(folder, "mine"), "w").close()
        found[folder] = "written"
    except OSError as error:
        found[folder] = "refused"
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def room(airlift: Airlift) -> Any:
    """A room that is open, with two people in it."""
    return airlift.open_room("Isolation")


@pytest.fixture(scope="module")
def attacker(airlift: Airlift, room: Any) -> Visitor:
    """Somebody whose code we are afraid of."""
    return airlift.join(room["code"], "Mallory")


@pytest.fixture(scope="module")
def neighbour(airlift: Airlift, room: Any) -> Visitor:
    """Somebody in the same room."""
    return airlift.join(room["code"], "Ines")


@pytest.fixture
def kernel(attacker: Visitor) -> Kernel:
    """The kernel in which the attacker's code runs."""
    return attacker.kernel()


def answer(kernel: Kernel, code: str, **names: Any) -> Any:
    """Run code in the kernel with names set; returns the JSON it prints."""
    lines = [f"{name} = {value!r}" for name, value in names.items()]
    shown = kernel.run("\n".join([*lines, code]))
    assert shown.status == "ok", f"{shown.error}\n{shown.text}"
    return json.loads(shown.text)


def address(airlift: Airlift, seat: str) -> str:
    """Return the address of a seat on its network."""
    networks = airlift.container(seat).attrs["NetworkSettings"]["Networks"]
    return str(networks[airlift.engine.network]["IPAddress"])


def test_a_seat_reaches_hub_and_room_and_nothing_else(
    airlift: Airlift, kernel: Kernel, neighbour: Visitor
) -> None:
    """No other seat, metadata service, internet, proxy interface or desk."""
    settings, gateway = airlift.settings, airlift.engine.gateway
    places = {
        "hub": (gateway, settings.hub_port),
        "room": (gateway, settings.room_port),
        "neighbour": (address(airlift, neighbour.seat), 8888),
        "metadata": ("169.254.169.254", 80),
        "internet": ("1.1.1.1", 443),
        "name": ("example.org", 443),
        "proxy interface": (gateway, settings.proxy_api_port),
        "desk": (gateway, settings.desk_port),
        "bridge": ("172.17.0.1", 22),
    }
    found = answer(kernel, REACH, PLACES=places)
    assert {name for name, how in found.items() if how == "reached"} == {"hub", "room"}


def test_the_neighbour_is_really_there(airlift: Airlift, neighbour: Visitor) -> None:
    """What the attacker cannot reach does listen: the host reaches it."""
    socket.create_connection((address(airlift, neighbour.seat), 8888), 5).close()


def test_a_seats_token_opens_nothing_of_others(
    airlift: Airlift, room: Any, kernel: Kernel, neighbour: Visitor
) -> None:
    """The token says "this seat": no Hub admin API, no other seat, no board."""
    hub, service = f"{airlift.hub_url}/api", f"{airlift.room_url}/api"
    places = {
        "users": f"{hub}/users",
        "neighbour": f"{hub}/users/{neighbour.seat}",
        "proxy": f"{hub}/proxy",
        "services": f"{hub}/services",
        "progress": f"{service}/rooms/{room['id']}/progress",
        "stream": f"{service}/rooms/{room['id']}/stream",
        "own": f"{service}/seat/progress",
    }
    found = answer(kernel, ASK, PLACES=places)
    assert found.pop("own") == 200
    assert set(found.values()) <= {401, 403, 404}, found


def test_a_seat_has_no_way_to_the_engine(kernel: Kernel) -> None:
    """No socket of the engine, no device, nothing of the host mounted."""
    code = """
import glob, json, os
print(json.dumps({
    "sockets": [p for p in ("/var/run/docker.sock", "/run/docker.sock",
                            "/run/containerd/containerd.sock") if os.path.exists(p)],
    "disks": glob.glob("/dev/sd*") + glob.glob("/dev/vd*") + glob.glob("/dev/nvme*"),
    "docker": [k for k in os.environ if "DOCKER" in k],
}))
"""
    assert answer(kernel, code) == {"sockets": [], "disks": [], "docker": []}


def test_a_seat_has_no_privilege_and_gets_none(kernel: Kernel) -> None:
    """No capability, no new privileges, seccomp on, not root, no setuid program."""
    code = """
import json, subprocess
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read()
              .splitlines() if ":\\t" in line)
setuid = subprocess.run(["find", "/", "-xdev", "-perm", "/6000", "-type", "f"],
                        capture_output=True, text=True).stdout.split()
print(json.dumps({key: status[key].split()[0] for key in
    ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Uid")}
    | {"setuid": setuid}))
"""
    found = answer(kernel, code)
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(found[name], 16) == 0, name
    assert (found["NoNewPrivs"], found["Seccomp"]) == ("1", "2")
    assert found["Uid"] == "1000"
    assert found["setuid"] == []


def test_only_the_home_can_be_written(kernel: Kernel) -> None:
    """The root file system is read-only, and so are checkers, labs and programs."""
    found = answer(kernel, WRITE)
    assert set(found.values()) == {"refused"}, found
    assert kernel.run("open('/home/seat/mine', 'w').close()").status == "ok"


def test_a_seats_temporary_files_and_largest_file_are_bounded(kernel: Kernel) -> None:
    """A seat cannot fill the machine's memory by /tmp, nor its disk by one file."""
    shown = kernel.run(
        "import os\n"
        "try:\n"
        "    with open('/tmp/big', 'wb') as file:\n"
        "        for _ in range(300): file.write(bytes(1 << 20))\n"
        "except OSError as error: print(error.strerror)\n"
        "finally: os.unlink('/tmp/big')\n"
        "try: os.truncate(os.open('big', os.O_CREAT | os.O_WRONLY), 2 << 30)\n"
        "except OSError as error: print(error.strerror)\n"
    )
    assert shown.text == "No space left on device\nFile too large\n"


def test_a_fork_bomb_stays_in_its_seat(
    airlift: Airlift, attacker: Visitor, kernel: Kernel, neighbour: Visitor
) -> None:
    """The limit of processes stops it; the neighbour computes on; the seat recovers."""
    beside = neighbour.kernel()
    sent = kernel.send(FORK_BOMB)
    assert beside.run("print(6 * 7)").text == "42\n"
    words = ""
    while not words:
        message = json.loads(kernel.socket.recv())
        if message["parent_header"].get("msg_id") != sent:
            continue
        if message["msg_type"] == "stream":
            words = message["content"]["text"]
    name, count = words.split()
    assert name == "BlockingIOError"
    assert int(count) < airlift.settings.seat_pids
    assert attacker.kernel().run("print(1)").text == "1\n"


def test_a_memory_hog_loses_its_kernel_and_nothing_else(
    airlift: Airlift, attacker: Visitor, neighbour: Visitor
) -> None:
    """The hog dies; its server, its container and the neighbour's kernel live."""
    neighbour.kernel().run("kept = 42")
    before = airlift.container(attacker.seat).attrs["State"]["StartedAt"]
    hog = attacker.kernel()
    hog.send("hog = [bytearray(1 << 20) for _ in range(4096)]")

    def empty() -> bool:
        """Say whether the kernel is a new one, without the hog."""
        with contextlib.suppress(AssertionError, OSError, WebSocketException):
            asked = attacker.kernel()
            return asked.run("print('hog' in globals())", "", 15).text == "False\n"
        return False

    wait_for("a kernel without the hog", empty)
    after = airlift.container(attacker.seat).attrs["State"]
    assert after["Running"] is True
    assert after["StartedAt"] == before
    assert neighbour.kernel().run("print(kept)").text == "42\n"


def test_a_visitors_login_opens_no_other_seat(
    airlift: Airlift, attacker: Visitor, neighbour: Visitor
) -> None:
    """A browser logged in as one seat is refused at another's pages and files."""
    for path in ("/lab", "/api/contents", "/api/kernels"):
        found = attacker.open(neighbour.base + path)
        assert found.status_code in (403, 404), (path, found.status_code, found.url)
    assert airlift.container(neighbour.seat).labels[container.SEAT] == neighbour.seat
