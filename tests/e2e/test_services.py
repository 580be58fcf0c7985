"""A real PostgreSQL in a seat as locked up as any, started by the real hub."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from hub.catalog import load_lab
from hub.cli.terminal import Terminal
from hub.engine import Engine
from hub.machine import seat_images
from tests.harness import REPOSITORY, Airlift, running, wait_for, wait_stopped
from tests.visitor import Visitor

pytestmark = pytest.mark.docker

LOG = "/home/seat/.airlift/services/postgres.log"


@pytest.fixture(scope="module")
def airlift(
    image: str,
    image_named: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Airlift]:
    """An installation with the image postgres and a lab that wants it."""
    root = tmp_path_factory.mktemp("services")
    shutil.copytree(REPOSITORY / "labs/first_flight", root / "labs/tuning")
    path = root / "labs/tuning/lab.toml"
    path.write_text(path.read_text().replace('"base"', '"postgres"'))
    images = {"postgres": image_named("postgres")}
    toml = {"labs": str(root / "labs")}
    with running(root, image=image, images=images, toml=toml) as found:
        yield found


def psql(airlift: Airlift, seat: str, query: str) -> str:
    """Ask the seat's database as its user; returns the bare answer."""
    code, said = airlift.run_in(seat, "psql", "-Atqc", query)
    assert code == 0, f"{said}\n{log(airlift, seat)}"
    return said.strip()


def log(airlift: Airlift, seat: str) -> str:
    """Return the database's log."""
    return airlift.run_in(seat, "cat", LOG)[1]


def stop(airlift: Airlift, visitor: Visitor) -> None:
    """Stop a seat as the hub does, and wait until it is gone."""
    server = f"/hub/api/users/{visitor.seat}/server"
    assert visitor.request("DELETE", server).status_code in (202, 204)
    gone = f"{airlift.name}-{visitor.seat}"
    names = lambda: [one.name for one in airlift.containers()]  # noqa: E731
    wait_for("the seat's end", lambda: gone not in names())
    wait_stopped(visitor)


def ready(airlift: Airlift, seat: str) -> None:
    """Wait for the seat's services as its user can."""
    code, said = airlift.run_in(seat, "services", "wait")
    assert code == 0, f"{said}\n{log(airlift, seat)}"


def test_a_database_lives_in_a_seat(airlift: Airlift) -> None:
    """It answers the seat's user, comes back when killed, and keeps what it has."""
    room = airlift.open_room("Tuning", labs=["tuning"])
    visitor = airlift.join(room["code"], "Ines")
    seat = visitor.seat
    ready(airlift, seat)
    assert psql(airlift, seat, "SELECT current_user, current_database()") == "seat|seat"
    rows = "SELECT id, md5(id::text) FROM generate_series(1, 200000) id"
    psql(airlift, seat, f"CREATE TABLE trip AS {rows}")
    found = airlift.container(seat).attrs
    assert found["HostConfig"]["ReadonlyRootfs"] is True
    assert found["Config"]["User"] == "1000:1000"

    # a terminal and a bash cell have the seat's programs
    shown = visitor.terminal('services; psql -Atc "SELECT 40+2"; echo e""nd', "end")
    assert "postgres: ready" in shown
    assert "42" in shown
    kernel = visitor.kernel("cells.ipynb", name="bash")
    assert kernel.run("services status && psql -Atc 'SELECT 6*7'").text.endswith("42\n")
    kernel.close()

    # killed hard, it is started again and recovers
    pid = "/home/seat/.airlift/services/postgres/postmaster.pid"
    assert airlift.run_in(seat, "sh", "-c", f"kill -KILL $(head -n 1 {pid})")[0] == 0
    wait_for("its recovery", lambda: "automatic recovery" in log(airlift, seat))
    ready(airlift, seat)
    assert psql(airlift, seat, "SELECT count(*) FROM trip") == "200000"

    # the hub stops the seat: the database ends well before its container
    stop(airlift, visitor)
    visitor.start()
    ready(airlift, seat)
    assert psql(airlift, seat, "SELECT count(*) FROM trip") == "200000"
    words = log(airlift, seat)
    assert words.count("database system is shut down") == 1
    assert words.count("automatic recovery") == 1

    # the whole seat is killed: the next one recovers it
    airlift.container(seat).kill()
    wait_stopped(visitor)
    visitor.start()
    ready(airlift, seat)
    assert psql(airlift, seat, "SELECT count(*) FROM trip") == "200000"
    assert log(airlift, seat).count("automatic recovery") == 2


def test_a_missing_image_is_refused_by_name_and_can_be_brought(
    airlift: Airlift,
) -> None:
    """The room is not made, or its seat does not start, in words."""
    lab = airlift.root / "labs/tuning/lab.toml"
    other = airlift.root / "labs/other"
    shutil.copytree(lab.parent, other)
    text = lab.read_text().replace('image = "postgres"', 'image = "absent"')
    (other / "lab.toml").write_text(text)
    body = {"title": "T", "host": "H", "labs": ["other"], "capacity": 1}
    with pytest.raises(Exception, match="other needs the image absent, which is not"):
        airlift.desk.call("POST", "/rooms", body)

    room = airlift.open_room("Later", labs=["tuning"])
    engine = Engine.load(airlift.settings)
    replace(engine, images={}).save(airlift.settings)
    visitor = airlift.visitor().join(room["code"], "Omar")
    with pytest.raises(AssertionError, match="an image that is not built here"):
        visitor.start()
    # what `airlift room new` does before it makes a room
    places = {"state": airlift.settings.state_dir, "labs": airlift.settings.labs_dir}
    here = replace(airlift.settings, root=REPOSITORY, **places)
    seat_images.bring_for(here, [load_lab(lab.parent)], Terminal())
    assert list(Engine.load(airlift.settings).images) == ["postgres"]
    visitor.start()
    assert airlift.container(visitor.seat).labels["org.airlift.image"] == "postgres"
