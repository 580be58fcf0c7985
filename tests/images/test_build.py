"""When images/build.py builds, what it builds again, and what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import docker
import pytest

from tests.harness import REPOSITORY

INPUTS = (
    *("checkers", "labs", "images"),
    *("hub/authoring", "hub/catalog.py", "pyproject.toml"),
    "jupyterhub_config.py",
)


def build(
    root: Path, *flags: str, environ: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run images/build.py for a checkout."""
    line = [sys.executable, str(REPOSITORY / "images/build.py"), "--root", str(root)]
    return subprocess.run(
        [*line, *flags],
        capture_output=True,
        text=True,
        env={**os.environ, **(environ or {})},
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of everything that decides about a seat."""
    skip = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    root = tmp_path / "checkout"
    for name in INPUTS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, root / name, ignore=skip)
        else:
            shutil.copy(REPOSITORY / name, root / name)
    return root


@pytest.mark.docker
def test_nothing_is_built_while_nothing_changed(checkout: Path) -> None:
    """Another checkout with the same inputs has the same image, without a step."""
    image = build(checkout).stdout.strip()
    assert image.startswith("sha256:")
    done = build(checkout.rename(checkout.with_name("moved")))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == image
    assert done.stderr.startswith("Ready after")


@pytest.mark.docker
def test_a_changed_lab_changes_the_last_layers_only(image: str, checkout: Path) -> None:
    """The software below stays, byte for byte; the new lab is inside."""
    path = checkout / "labs/first_flight/lab.toml"
    path.write_text(path.read_text().replace('title = "First flight"', 'title = "New"'))
    client = docker.from_env()
    done = build(checkout)
    assert done.returncode == 0, done.stderr
    changed = done.stdout.strip()
    try:
        assert changed != image
        before = client.images.get(image).attrs["RootFS"]["Layers"]
        after = client.images.get(changed).attrs["RootFS"]["Layers"]
        same = [old == new for old, new in zip(before, after, strict=True)]
        assert same.index(False) >= len(same) - 3
        printed = client.containers.run(
            changed,
            ["cat", "/opt/airlift/labs/first_flight/lab.json"],
            network_mode="none",
            remove=True,
        )
        assert b'"title": "New"' in printed
    finally:
        client.images.remove(changed, force=True)


LOOK = """
set -e
hello --greeting=here
python -c "import toolz, numpy, pandas; print(toolz.__name__)"
find /var/lib/apt/lists /run /tmp -type f 2>/dev/null | wc -l
find / -xdev -type f -perm /6000 2>/dev/null | wc -l
cat /opt/airlift/labs/first_flight/lab.json
"""


@pytest.mark.docker
def test_a_lab_brings_packages_of_its_own(image: str, checkout: Path) -> None:
    """apt.txt and requirements.txt make an image with the name of the lab."""
    assert image
    lab = checkout / "labs/first_flight"
    (lab / "apt.txt").write_text("# a greeting\nhello\n")
    (lab / "requirements.txt").write_text("toolz  # small\n")
    done = build(checkout, "--image", "first_flight", "--json")
    assert done.returncode == 0, done.stderr
    built = json.loads(done.stdout)["first_flight"]
    assert build(checkout, "--image", "first_flight").stdout.strip() == built
    client = docker.from_env()
    try:
        said = client.containers.run(
            built, ["sh", "-c", LOOK], network_mode="none", remove=True
        )
        *lines, text = said.decode().split("\n", 4)
        assert lines == ["here", "toolz", "0", "0"]
        assert json.loads(text)["image"] == "first_flight"
        history = str(client.images.get(built).history())
        assert not re.search("https?_proxy=|BEGIN CERT", history)
    finally:
        client.images.remove(built, force=True)


@pytest.mark.docker
def test_what_cannot_be_built_is_said_by_name(image: str, checkout: Path) -> None:
    """An image that is not there, a package that is not there, a broken declaration."""
    assert image
    done = build(checkout, "--image", "absent")
    assert done.returncode == 1
    assert "images/absent: expected a folder with a Dockerfile" in done.stderr
    assert "There are base, postgres, terminal." in done.stderr
    (checkout / "images/absent").mkdir()
    (checkout / "images/absent/apt.txt").write_text("no-such-package-anywhere\n")
    done = build(checkout, "--image", "absent")
    assert done.returncode == 1
    assert "Installing the packages of images/absent: failed" in done.stderr
    assert "no-such-package-anywhere" in done.stderr
    (checkout / "images/postgres/services.toml").write_text("[[services]]\n")
    done = build(checkout, "--image", "postgres")
    assert done.returncode == 1
    assert "postgres/services.toml: services[1].name: expected a name" in done.stderr


@pytest.mark.docker
def test_a_lab_that_cannot_be_released_is_one_clear_failure(checkout: Path) -> None:
    """The image is not built without it."""
    (checkout / "labs/first_flight/lab.ipynb").write_text("{")
    done = build(checkout)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Releasing the labs: failed" in done.stderr


def test_without_an_engine_the_sentence_says_what_to_do(checkout: Path) -> None:
    """No traceback."""
    done = build(checkout, environ={"DOCKER_HOST": "unix:///nowhere.sock"})
    assert done.returncode == 1
    assert "expected a docker command" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.docker
def test_without_registry_and_root_the_sentence_says_what_to_do(
    image: str, checkout: Path
) -> None:
    """A base that must be pulled from nowhere is refused in words."""
    assert image
    done = build(
        checkout, "--base", "pull", "--base-image", "registry.invalid/python:3.11"
    )
    assert done.returncode == 1
    assert "expected a registry that has registry.invalid/python:3.11" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_local_environment_has_the_same_software(prefix: Path) -> None:
    """Software, checkers, server and labs, without an image."""
    code = (
        "import sys, checkers.engine.seat, pandas, matplotlib, jupyterlab, notebook\n"
        "import importlib.util as u\n"
        "print(u.find_spec('rfc3987_syntax'), checkers.__file__)\n"
    )
    done = subprocess.run(
        [prefix / "bin/python", "-P", "-c", code], capture_output=True, text=True
    )
    assert done.stdout.split() == ["None", f"{prefix}/own/checkers/__init__.py"]
    version = subprocess.run(
        [prefix / "bin/jupyterhub-singleuser", "--version"], capture_output=True
    )
    assert version.returncode == 0
    assert (prefix.parent / "released/first_flight/first_flight.ipynb").is_file()


@pytest.mark.slow
def test_the_local_environment_can_be_used_by_others(prefix: Path) -> None:
    """Seats run as another user; whoever made it had whatever umask."""
    closed = [
        path
        for path in prefix.rglob("*")
        if not path.is_symlink() and not path.stat().st_mode & stat.S_IROTH
    ]
    assert closed == []


@pytest.mark.slow
def test_a_second_local_build_does_nothing(prefix: Path) -> None:
    """The stamp says it is what it would become.

    Tests beside this one may be building for the same place; then it has its turn.
    """
    build(REPOSITORY, "--local")
    before = (prefix / "airlift-stamp.json").stat().st_mtime_ns
    done = build(REPOSITORY, "--local")
    assert done.stdout.strip() == str(prefix)
    said = done.stderr.removeprefix("Waiting for another build to end …\n")
    assert said.startswith("Ready after")
    assert (prefix / "airlift-stamp.json").stat().st_mtime_ns == before
