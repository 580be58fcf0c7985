"""Old images go, and nothing else: what is needed stays, and what is not ours."""

from __future__ import annotations

import io
import secrets
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.engine import CONTENT, Engine, fresh_name
from hub.machine import old_images
from hub.machine.accounts import ensure_folders
from hub.machine.old_images import Built, old
from hub.settings import settings
from tests.harness import REPOSITORY

Make = Callable[..., str]


def built(tag: str, made: float, *layers: str) -> Built:
    """Return an image; its tag is its id, too."""
    return Built(tag, (f"airlift-seat:{tag}",), made, layers)


SOFTWARE = built("base-00", 1, "os", "lab")
IMAGES = (
    SOFTWARE,
    built("base-0a", 2, "os", "lab", "first"),
    built("base-0b", 3, "os", "lab", "second"),
    built("postgres-0a", 4, "os", "lab", "server"),
    built("postgres-0b", 5, "os", "new", "server"),
)


@pytest.mark.parametrize(
    ("used", "gone"),
    [
        ((), ["base-0a", "postgres-0a"]),
        (("base-0a",), ["postgres-0a"]),
        (("base-0a", "postgres-0a"), []),
        (("another",), ["base-0a", "postgres-0a"]),
    ],
)
def test_the_newest_of_each_name_stays_and_what_is_used_and_what_they_lie_on(
    used: tuple[str, ...], gone: list[str]
) -> None:
    """base-00 is old, and below base-0b: a build would make it again, and all above."""
    assert [image.id for image in old(IMAGES, used)] == gone


def test_what_only_old_images_lie_on_goes_with_them() -> None:
    """Software of years ago is no use to anybody."""
    newer = built("base-1a", 9, "other", "lab")
    assert old((*IMAGES[:3], newer), ()) == list(IMAGES[:3])
    assert old((), ("base-0a",)) == []


@pytest.fixture
def name() -> str:
    """A name of images that are this test's alone: the others here are somebody's."""
    return f"airlift-trial-{secrets.token_hex(4)}"


@pytest.fixture
def client(name: str) -> Iterator[docker.DockerClient]:
    """The engine; containers and images of that name are gone at the end."""
    found = docker.from_env()
    yield found
    for container in found.containers.list(all=True, filters={"name": name}):
        container.remove(force=True)
    for image in found.images.list(filters={"reference": f"{name}*"}):
        found.images.remove(image.id, force=True)


@pytest.fixture
def make(client: docker.DockerClient, name: str) -> Make:
    """Make an image of one small file; returns its id."""

    def made(tag: str, label: str = CONTENT) -> str:
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as into:
            info = tarfile.TarInfo(secrets.token_hex(8))
            into.addfile(info)
        client.api.import_image_from_data(
            data.getvalue(), name, tag, changes=[f"LABEL {label}=x", 'CMD ["none"]']
        )
        return str(client.images.get(f"{name}:{tag}").id)

    return made


@pytest.mark.docker
def test_old_images_of_a_real_engine_are_removed_on_demand(
    client: docker.DockerClient,
    make: Make,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One of seats, of a container, of another label and with a tag of yours stay."""
    monkeypatch.setattr(old_images, "REPOSITORIES", (name,))
    monkeypatch.setenv("AIRLIFT_ROOT", str(REPOSITORY))
    monkeypatch.setenv("AIRLIFT_STATE", str(tmp_path))
    airlift = settings(REPOSITORY)
    ensure_folders(airlift)
    seats = make("base-01")
    Engine("docker", "127.0.0.1", fresh_name(), images={"base": seats}).save(airlift)
    client.containers.create(make("base-02"), name=name)
    client.images.get(make("base-03")).tag(f"{name}-kept", "mine")
    make("base-04", label="org.other")
    make("base-05")
    make("base-06")
    make("other-01")
    done = CliRunner().invoke(main, ["doctor", "--tidy", "--json"])
    assert f"Removed {name}:base-05\n" in done.stderr
    # the doctor has tried the seats' image, which cannot start
    assert client.containers.list(all=True, filters={"ancestor": seats}) == []
    left = {tag for image in client.images.list(name) for tag in image.tags}
    assert {tag.partition(":")[2] for tag in left} - {"mine"} == {
        *("base-01", "base-02", "base-03", "base-04", "base-06", "other-01")
    }
    done = CliRunner().invoke(main, ["doctor", "--tidy", "--json"])
    assert "Removed no image: all are needed" in done.stderr
