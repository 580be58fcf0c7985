"""The stages of an image: what they are made from, and what a build gets to know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from client import Client, ClientError
from hub.catalog import load_labs
from hub.settings import Settings, settings
from stages import build_stage, software
from tests.harness import REPOSITORY
from tests.hub.room.process import LAB


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    """A place with one lab that brings packages, on Airlift's own images."""
    (tmp_path / "images").symlink_to(REPOSITORY / "images")
    (tmp_path / "jupyterhub_config.py").touch()
    (tmp_path / "labs").mkdir()
    return settings(tmp_path, {})


def with_packages(place: Settings, slug: str, image: str) -> None:
    """Write a lab that brings packages."""
    lab = place.labs_dir / slug
    lab.mkdir()
    (lab / "lab.toml").write_text(LAB.replace("minutes", f'image = "{image}"\nminutes'))
    (lab / "requirements.txt").write_text("toolz\n")


@pytest.mark.parametrize("slug", ["base", "terminal"])
@pytest.mark.parametrize("image", ["base", "terminal"])
def test_no_lab_changes_an_image_of_everybody(
    place: Settings, slug: str, image: str
) -> None:
    """However it came here; other images are built all the same."""
    with_packages(place, slug, image)
    labs = load_labs(place.labs_dir)
    with pytest.raises(ClientError, match=f"{slug}: expected .* packages"):
        software(place, labs, slug)
    assert software(place, labs, "postgres")


def test_a_labs_packages_lie_on_its_image(place: Settings) -> None:
    """In an image with the name of the lab."""
    with_packages(place, "small", "terminal")
    names = [
        stage.name for stage in software(place, load_labs(place.labs_dir), "small")
    ]
    assert names == ["base", "terminal", "small"]


def test_a_dockerfile_of_an_image_gets_apts_settings_and_never_pips(
    place: Settings, tmp_path: Path
) -> None:
    """What installs packages gets both, since Airlift wrote how."""
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\n[ "$1" = image ] && exit 1\necho "$@"\n')
    docker.chmod(0o755)
    with_packages(place, "small", "terminal")
    handed = {}
    for stage in software(place, load_labs(place.labs_dir), "small"):
        build_stage(Client(str(docker), buildx=False), place, stage, "", tmp_path)
        words = (tmp_path / f"image-{stage.name}.log").read_text()
        handed[stage.name] = sorted(re.findall(r"--secret id=(\w+)", words))
    everything = ["apt", "certificates", "pip"]
    assert handed == {"base": everything, "terminal": ["apt"], "small": everything}
