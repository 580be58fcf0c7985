"""Seats in containers: how they start, what they may do, how they end and come back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docker
import pytest

from hub.seating import container
from hub.spawner import THREADS, SeatSpawner
from tests.harness import Airlift, wait_for
from tests.visitor import Visitor
from tests.wire import Wire

pytestmark = pytest.mark.docker

ENGINE_SOCKET = Path("/var/run/docker.sock")


@pytest.fixture(scope="module")
def code(airlift: Airlift) -> str:
    """The code of a room that is open."""
    return str(airlift.open_room("Spawner")["code"])


def is_running(visitor: Visitor) -> bool:
    """Say whether the hub calls the visitor's seat running."""
    server = visitor.get("/hub/api/user").json()["servers"].get("", {})
    return bool(server.get("ready"))


def is_stopped(visitor: Visitor) -> bool:
    """Say whether the hub knows of no server of the visitor, not even a dying one."""
    return visitor.get("/hub/api/user").json()["servers"] == {}


def is_starting(visitor: Visitor) -> bool:
    """Say whether the hub is at starting the visitor's seat."""
    server = visitor.get("/hub/api/user").json()["servers"].get("", {})
    return server.get("pending") == "spawn"


def has_one_running(airlift: Airlift) -> bool:
    """Say whether there is one container, and it was started."""
    return [found.status for found in airlift.containers()] == ["running"]


def test_a_seat_has_the_baseline_of_every_container(
    airlift: Airlift, code: str
) -> None:
    """Nothing that the engine offers for keeping a container in is left out."""
    visitor = airlift.join(code, "Ines")
    found = airlift.container(visitor.seat).attrs
    host, config = found["HostConfig"], found["Config"]
    assert found["Image"] == airlift.image
    assert config["User"] == "1000:1000"
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["Privileged"] is False
    assert host["PidsLimit"] == airlift.settings.seat_pids
    assert host["Memory"] == host["MemorySwap"] == 1024**3
    assert host["CpuQuota"] == host["CpuPeriod"] == 100_000
    assert set(host["Tmpfs"]) == {"/tmp", "/run"}
    assert {limit["Name"] for limit in host["Ulimits"]} == {"nofile", "fsize", "core"}
    assert host["LogConfig"]["Config"]["max-size"] == "1m"
    assert host["AutoRemove"] is False
    assert host["RestartPolicy"]["Name"] in ("", "no")
    assert list(found["NetworkSettings"]["Networks"]) == [airlift.engine.network]


def test_a_seat_gets_its_volume_and_no_other_mount(airlift: Airlift, code: str) -> None:
    """The one mount is the seat's own volume, owned by the seat's user."""
    visitor = airlift.join(code, "Ida")
    mounts = airlift.container(visitor.seat).attrs["Mounts"]
    assert [(mount["Type"], mount["Destination"]) for mount in mounts] == [
        ("volume", container.HOME)
    ]
    assert mounts[0]["Name"] == f"{airlift.name}-{visitor.seat}"
    status, owner = airlift.run_in(visitor.seat, "stat", "-c", "%u:%g", container.HOME)
    assert (status, owner.strip()) == (0, "1000:1000")


def test_a_seat_knows_its_room_and_none_of_the_hubs_secrets(
    airlift: Airlift, code: str
) -> None:
    """The environment names room and labs; secrets of the installation stay out."""
    visitor = airlift.join(code, "Noor <b>")
    found = airlift.container(visitor.seat)
    env = dict(pair.split("=", 1) for pair in found.attrs["Config"]["Env"])
    assert env["AIRLIFT_ROOM_URL"] == f"{airlift.room_url}/"
    assert env["AIRLIFT_LABS"] == "first_flight"
    assert env["AIRLIFT_SEAT"] == visitor.seat
    everything = str(found.attrs)
    for secret in airlift.settings.secrets_dir.iterdir():
        assert secret.read_text().strip() not in everything
    assert "Noor" not in everything


def test_a_seat_opens_at_its_lab(airlift: Airlift, code: str) -> None:
    """The released lab is in the home, and the seat's first page is its notebook."""
    visitor = airlift.join(code, "Omar")
    assert visitor.open(visitor.base + "/").url.endswith(
        f"{visitor.base}/lab/tree/first_flight/first_flight.ipynb"
    )
    assert visitor.notebook()["cells"]


def test_user_options_decide_nothing(airlift: Airlift, code: str) -> None:
    """Who asks the Hub's API for another image, mount or command gets the seat."""
    visitor = airlift.visitor().join(code, "Mallory")
    options = {
        "image": "alpine",
        "volumes": {"/": "/host"},
        "cmd": ["sleep", "1"],
        "extra_host_config": {"privileged": True},
    }
    answer = visitor.post(f"/hub/api/users/{visitor.seat}/server", options)
    assert answer.status_code in (201, 202), answer.text
    visitor.wait_ready()
    found = airlift.container(visitor.seat).attrs
    assert found["Image"] == airlift.image
    assert [mount["Destination"] for mount in found["Mounts"]] == [container.HOME]
    assert found["HostConfig"]["Privileged"] is False


def test_somebody_without_a_seat_gets_no_container(airlift: Airlift) -> None:
    """Staff have Hub users, and no seat to start."""
    room = airlift.open_room("Staff")
    staff = airlift.visitor().staff(room["presenter_key"])
    answer = staff.open("/hub/spawn")
    assert answer.status_code == 403
    assert "Please join with the room" in answer.text
    user = staff.get("/hub/api/user").json()["name"]
    assert user not in {found.labels[container.SEAT] for found in airlift.containers()}


def test_a_killed_container_comes_back_with_its_home(
    airlift: Airlift, code: str
) -> None:
    """A container's death is noticed; the next start has a new one on the same home."""
    visitor = airlift.join(code, "Lena")
    assert visitor.kernel().run("open('kept.txt', 'w').write('kept')").status == "ok"
    first = airlift.container(visitor.seat)
    first.kill()
    wait_for("the hub to notice", lambda: is_stopped(visitor))
    assert "stopped, with exit code: it was killed" in airlift.log("hub", 400)
    visitor.told = []
    airlift.pause("room")  # a quick start would end before its page opens
    try:
        with ThreadPoolExecutor() as pool:
            path = f"/hub/api/users/{visitor.seat}/server"
            starting = pool.submit(visitor.post, path)
            wait_for("the start", lambda: is_starting(visitor))
            waiting = pool.submit(visitor.wait_ready)
            wait_for("its page", lambda: visitor.told)
            airlift.resume("room")
            waiting.result()
            assert starting.result().status_code in (201, 202)
    finally:
        airlift.resume("room")
    assert "Your seat had stopped: it was killed. Your files are kept." in visitor.told
    visitor.start()
    second = airlift.container(visitor.seat)
    assert second.id != first.id
    assert visitor.kernel().run("print(open('kept.txt').read())").text == "kept\n"
    old = dict(pair.split("=", 1) for pair in first.attrs["Config"]["Env"])
    new = dict(pair.split("=", 1) for pair in second.attrs["Config"]["Env"])
    assert old["JUPYTERHUB_API_TOKEN"] != new["JUPYTERHUB_API_TOKEN"]


def test_stopping_a_seat_keeps_its_home(airlift: Airlift, code: str) -> None:
    """A stop removes the container and leaves the volume."""
    visitor = airlift.join(code, "Tomasz")
    assert visitor.kernel().run("open('kept.txt', 'w').write('kept')").status == "ok"
    answer = visitor.request("DELETE", f"/hub/api/users/{visitor.seat}/server")
    assert answer.status_code in (202, 204), answer.text
    wait_for("the seat to stop", lambda: is_stopped(visitor))
    assert visitor.seat not in {
        found.labels[container.SEAT] for found in airlift.containers()
    }
    visitor.start()
    assert visitor.kernel().run("print(open('kept.txt').read())").text == "kept\n"


def test_a_hub_killed_with_seats_up_finds_them_again(
    own_airlift: Airlift,
) -> None:
    """Hub SIGKILL: the same containers, the logins valid, the cells run on."""
    code = own_airlift.open_room()["code"]
    visitor = own_airlift.join(code, "Ines")
    kernel = visitor.kernel()
    before = own_airlift.container(visitor.seat)
    kernel.run("counter = 41")
    own_airlift.kill("hub")
    assert kernel.run("print(counter + 1)").text == "42\n"
    own_airlift.start("hub")
    wait_for("the seat to run", lambda: is_running(visitor))
    after = own_airlift.container(visitor.seat)
    assert (after.id, after.attrs["State"]["StartedAt"]) == (
        before.id,
        before.attrs["State"]["StartedAt"],
    )
    assert visitor.open(visitor.base + "/").status_code == 200
    assert visitor.kernel().run("print(counter)").text == "41\n"


def test_a_hub_killed_while_a_seat_starts_takes_it_up(own_airlift: Airlift) -> None:
    """The half-started seat becomes a whole one; nobody has to start it again."""
    code = own_airlift.open_room()["code"]
    visitor = own_airlift.visitor().join(code, "Ines")
    answer = visitor.post(f"/hub/api/users/{visitor.seat}/server")
    assert answer.status_code in (201, 202)
    wait_for("a container", lambda: has_one_running(own_airlift))
    own_airlift.restart("hub")
    wait_for("the seat to run", lambda: is_running(visitor), 60)
    assert visitor.open(visitor.base + "/").status_code == 200


def test_a_container_the_hub_does_not_know_is_removed_at_its_start(
    own_airlift: Airlift,
) -> None:
    """Orphans go, seats that run stay, and containers of others are not touched."""
    code = own_airlift.open_room()["code"]
    visitor = own_airlift.join(code, "Ines")
    assert own_airlift.docker is not None
    marks = {container.INSTALLATION: own_airlift.name, container.SEAT: "sorphan2345"}
    orphan = own_airlift.docker.containers.run(
        own_airlift.image,
        ["sleep", "600"],
        detach=True,
        labels=marks,
        network_mode="none",
    )
    others = {container.INSTALLATION: "airlift-ffffffff", container.SEAT: visitor.seat}
    stranger = own_airlift.docker.containers.run(
        own_airlift.image,
        ["sleep", "600"],
        detach=True,
        labels=others,
        network_mode="none",
    )
    try:
        own_airlift.restart("hub")
        seats = [found.labels[container.SEAT] for found in own_airlift.containers()]
        assert seats == [visitor.seat]
        stranger.reload()
        assert stranger.status == "running"
    finally:
        stranger.remove(force=True)
        for found in own_airlift.containers():
            if found.id == orphan.id:
                found.remove(force=True)


def test_an_engine_that_does_not_answer_is_no_seat_that_is_gone(
    make_airlift: Callable[..., Airlift],
) -> None:
    """Cut off from the engine the hub keeps its seats, also over its own restart."""
    wire = Wire(ENGINE_SOCKET)
    airlift = make_airlift(environ={"DOCKER_HOST": f"tcp://127.0.0.1:{wire.port}"})
    try:
        airlift.start()
        code = airlift.open_room()["code"]
        visitor, late = airlift.join(code, "Ines"), airlift.visitor()
        kernel = visitor.kernel()
        kernel.run("counter = 41")
        wire.cut()
        wait_for(
            "the hub to look",
            lambda: "engine does not answer" in airlift.log("hub", 400),
        )
        assert is_running(visitor)
        with pytest.raises(AssertionError, match="Please try once more"):
            late.join(code, "Late").start()
        kernel.close()  # by now its server may have hung up, for want of a pong
        airlift.restart("hub")
        assert visitor.kernel().run("print(counter + 1)").text == "42\n"
        wait_for("the seat to run", lambda: is_running(visitor))
        airlift.container(visitor.seat).kill()
        wire.mend()
        wait_for("the hub to notice", lambda: not is_running(visitor))
    finally:
        wire.cut()


def test_a_seat_that_ran_out_of_memory_says_so(image: str) -> None:
    """The engine's own account of a memory hog becomes words with the limit."""
    client = docker.DockerClient()
    hog = client.containers.run(
        image,
        ["python", "-c", "hog = [bytearray(1 << 20) for _ in range(512)]"],
        detach=True,
        mem_limit="64m",
        memswap_limit="64m",
        network_mode="none",
        labels={container.INSTALLATION: "airlift-test"},
    )
    try:
        hog.wait()
        wait_for(  # its end and why are two events, in whatever order
            "the engine to know why",
            lambda: hog.reload() or hog.attrs["State"]["OOMKilled"],
        )
        words = container.why_ended(hog.attrs["State"], "64M")
    finally:
        hog.remove(force=True)
        client.close()
    assert words == "it ran out of memory (64M)"


def test_a_seat_whose_container_dies_while_starting_says_so(
    make_airlift: Callable[..., Airlift],
) -> None:
    """The person who waits is told at once, not after two minutes."""
    airlift = make_airlift(toml={"seat_cpus": 0.05}).start()
    visitor = airlift.visitor().join(airlift.open_room()["code"], "Ines")
    with ThreadPoolExecutor() as pool:
        # it answers after ten seconds only; and a server is slow on so little, not dead
        pool.submit(visitor.post, f"/hub/api/users/{visitor.seat}/server")
        wait_for("a container to kill", lambda: has_one_running(airlift))
        airlift.container(visitor.seat).kill()
        with pytest.raises(AssertionError, match="did not start"):
            visitor.wait_ready(30)
    assert "The seat stopped while it started" in visitor.told[-1]


def test_ten_people_at_once_get_ten_seats(own_airlift: Airlift) -> None:
    """A rush at the door: every one has a seat of their own in the end."""
    code = own_airlift.open_room(capacity=10)["code"]
    visitors: list[Visitor] = []

    def come(number: int) -> None:
        """Join and start."""
        visitors.append(own_airlift.join(code, f"Person {number}"))

    threads = [threading.Thread(target=come, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({visitor.seat for visitor in visitors}) == 10
    assert len(own_airlift.containers()) == 10
    assert all(is_running(visitor) for visitor in visitors)


def test_threads_that_ask_at_once_get_one_client_of_the_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A hub that starts looks at all its seats at once; replaced clients crash it."""
    made: list[docker.APIClient] = []
    at_once = threading.Barrier(THREADS)
    make = docker.APIClient

    def noted(**how: object) -> docker.APIClient:
        """Make a client and note it."""
        made.append(make(**how))
        return made[-1]

    def ask(_thread: int) -> docker.APIClient:
        """Ask for the client when everybody is ready to."""
        at_once.wait(30)
        return SeatSpawner().client

    monkeypatch.setattr(SeatSpawner, "_client", None)
    monkeypatch.setattr(docker, "APIClient", noted)
    with ThreadPoolExecutor(THREADS) as pool:
        got = list(pool.map(ask, range(THREADS)))
    assert len(made) == 1
    assert set(map(id, got)) == {id(made[0])}
    made[0].close()
