"""The caretaker with a real hub, room and seats: who is stopped, what is taken away."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import docker
import pytest
import requests

from hub.seating import container
from hub.seating.local_seats import remove_home
from hub.secrets import read_secret
from tests.harness import Airlift, wait_for
from tests.visitor import Visitor

pytestmark = pytest.mark.slow

LOG = "caretaker"


@contextlib.contextmanager
def caretaker(airlift: Airlift, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the caretaker, with short rounds, for as long as the block lasts."""
    line = [sys.executable, "-m", "hub.caretaker", "--every", "0.5", *flags]
    with airlift.log_path(LOG).open("ab") as log:
        process = subprocess.Popen(
            line, cwd=airlift.root, env=airlift._environ(), stdout=log, stderr=log
        )
    try:
        yield process
        assert process.poll() is None, airlift.log(LOG)
    finally:
        process.kill()
        process.wait(30)


def users(airlift: Airlift, token: str) -> requests.Response:
    """Ask the hub for all users with a service's token."""
    return hub(airlift, "GET", "/users", token)


def hub(airlift: Airlift, method: str, path: str, token: str) -> requests.Response:
    """Call the hub's API with a service's token, `room` or `caretaker`."""
    secret = read_secret(airlift.settings.secrets_dir, token)
    headers = {"Authorization": f"token {secret}"}
    url = f"{airlift.hub_url}/api{path}"
    return requests.request(method, url, headers=headers, timeout=60)


def members(airlift: Airlift) -> set[str]:
    """Return who is in the caretaker's group."""
    answer = hub(airlift, "GET", "/groups/practice", "caretaker")
    return set(answer.json()["users"])


def is_running(visitor: Visitor) -> bool:
    """Say whether the hub calls the visitor's server ready."""
    server = visitor.get("/hub/api/user").json()["servers"].get("", {})
    return bool(server.get("ready"))


def is_stopped(visitor: Visitor) -> bool:
    """Say whether the hub knows of no server of the visitor, not even a dying one."""
    return visitor.get("/hub/api/user").json()["servers"] == {}


def close_room(airlift: Airlift, room: Any) -> None:
    """End an evening."""
    airlift.desk.call("POST", f"/rooms/{room['id']}/close")


def swept(airlift: Airlift) -> bool:
    """Say whether nothing is left to be taken away."""
    return airlift.desk.call("GET", "/care")["erased"] == []


def test_only_seats_out_of_an_open_room_are_stopped(local_airlift: Airlift) -> None:
    """However long they idle; one that was stopped starts again with its files."""
    airlift = local_airlift
    evening, over = airlift.open_room("Open"), airlift.open_room("Closed")
    inside = airlift.join(evening["code"], "Ines")
    done = airlift.join(over["code"], "Ben")
    assert done.kernel().run("open('kept.txt', 'w').write('kept')").status == "ok"
    with caretaker(airlift, "--idle", "0"):
        wait_for("a first round", lambda: airlift.log_path(LOG).exists())
        time.sleep(2)
        assert is_running(inside)
        assert is_running(done)
        close_room(airlift, over)
        wait_for("the idle seat to be stopped", lambda: is_stopped(done))
        assert members(airlift) == {done.seat}
        assert is_running(inside)
    done.start()
    assert done.get(f"{done.base}/api/contents/first_flight/kept.txt").ok
    with caretaker(airlift, "--idle", "3600"):
        airlift.desk.call("POST", f"/rooms/{over['id']}/open")
        wait_for("the group to lose the seat", lambda: members(airlift) == set())
        assert is_running(done)


def test_its_token_reaches_no_further_than_its_group(local_airlift: Airlift) -> None:
    """It cannot stop, read or delete a seat that the room did not name."""
    airlift = local_airlift
    visitor = airlift.join(airlift.open_room()["code"], "Ines")
    assert users(airlift, "caretaker").json() == []
    for method, path in (
        ("GET", f"/users/{visitor.seat}"),
        ("DELETE", f"/users/{visitor.seat}/server"),
        ("DELETE", f"/users/{visitor.seat}"),
        ("GET", "/groups/room-presenters"),
        ("POST", "/users/mallory"),
    ):
        assert hub(airlift, method, path, "caretaker").status_code in (403, 404), path
    assert is_running(visitor)


def test_a_local_seat_is_erased_with_its_home(local_airlift: Airlift) -> None:
    """Home, log, processes and Hub user go; the neighbour keeps everything."""
    airlift = local_airlift
    code = airlift.open_room()["code"]
    gone, stays = airlift.join(code, "Xylophonia"), airlift.join(code, "Ben")
    home = airlift.settings.seats_dir / gone.seat
    assert (home / "first_flight").is_dir()
    token = gone.kernel().run("import os\nprint(os.environ['JUPYTERHUB_API_TOKEN'])")
    airlift.desk.call("POST", f"/seats/{gone.seat}/erase")
    with caretaker(airlift):
        wait_for("the sweep", lambda: swept(airlift))
    assert not home.exists()
    assert not (airlift.settings.log_dir / f"seat-{gone.seat}.log").exists()
    assert hub(airlift, "GET", "/groups/practice", "caretaker").json()["users"] == []
    assert gone.get("/hub/api/user").status_code == 403
    headers = {"Authorization": f"token {token.text.strip()}"}
    answer = requests.get(f"{airlift.hub_url}/api/user", headers=headers, timeout=30)
    assert answer.status_code == 403
    assert is_running(stays)
    assert (airlift.settings.seats_dir / stays.seat / "first_flight").is_dir()


@pytest.mark.docker
def test_a_seat_is_erased_with_its_volume(own_airlift: Airlift) -> None:
    """Container, volume and Hub user go, also when hub and room were away at first."""
    airlift = own_airlift
    assert airlift.docker is not None
    code = airlift.open_room()["code"]
    gone, stays = airlift.join(code, "Xylophonia"), airlift.join(code, "Ben")
    volumes = [container.seat_name(airlift.engine, one.seat) for one in (gone, stays)]
    assert airlift.docker.volumes.get(volumes[0])
    airlift.desk.call("POST", f"/seats/{gone.seat}/erase")
    airlift.kill("hub")
    with caretaker(airlift):
        wait_for("a round without a hub", lambda: "ended early" in airlift.log(LOG))
        airlift.kill("room")
        airlift.launch("hub")
        airlift.wait_up("hub")
        airlift.launch("room")
        airlift.wait_up("room")
        wait_for("the sweep", lambda: swept(airlift))
    with pytest.raises(docker.errors.NotFound):
        airlift.docker.volumes.get(volumes[0])
    with pytest.raises(docker.errors.NotFound):
        airlift.container(gone.seat)
    assert airlift.docker.volumes.get(volumes[1])
    assert is_running(stays)
    assert gone.get("/hub/api/user").status_code == 403
    folder = airlift.settings.room_dir
    files = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"Xylophonia" not in files
    assert b"Ben" in files


@pytest.mark.docker
def test_a_volume_that_cannot_go_keeps_its_user_until_it_can(
    own_airlift: Airlift,
) -> None:
    """An engine that refuses costs a round, never the files' removal."""
    airlift = own_airlift
    assert airlift.docker is not None
    visitor = airlift.join(airlift.open_room()["code"], "Ines")
    volume = container.seat_name(airlift.engine, visitor.seat)
    held = airlift.docker.containers.create(
        airlift.image, name=f"{volume}-held", volumes={volume: {"bind": "/mnt"}}
    )
    try:
        airlift.desk.call("POST", f"/seats/{visitor.seat}/erase")
        with caretaker(airlift):
            refused = "is not swept yet"
            wait_for("a refused sweep", lambda: refused in airlift.log(LOG, 200))
            assert not swept(airlift)
            held.remove(force=True)
            wait_for("the sweep", lambda: swept(airlift))
    finally:
        with contextlib.suppress(docker.errors.NotFound):
            held.remove(force=True)
    with pytest.raises(docker.errors.NotFound):
        airlift.docker.volumes.get(volume)


def test_removing_a_home_follows_no_link(local_airlift: Airlift) -> None:
    """What links out of the home point to stays; closed folders are no obstacle."""
    settings = local_airlift.settings
    outside = settings.state_dir / "outside"
    outside.mkdir()
    (outside / "precious.txt").write_text("kept")
    home = settings.seats_dir / "saaaaaaaaaa"
    (home / "closed").mkdir(parents=True)
    (home / "closed" / "file").write_text("x")
    (home / "link").symlink_to(outside)
    (home / "closed").chmod(0)
    remove_home(settings, home.name)
    assert not home.exists()
    home.symlink_to(outside)
    remove_home(settings, home.name)
    assert not home.is_symlink()
    for name in ("", ".", "..", "../outside", "paaaaaaaaaa"):
        remove_home(settings, name)
    assert (outside / "precious.txt").read_text() == "kept"
    assert settings.seats_dir.is_dir()
