"""The stages of an image, each a small build on the one before.

    software (images/base)
      -> images/<name>: apt.txt and requirements.txt, then its Dockerfile
      -> labs/<slug>: apt.txt and requirements.txt, where a lab brings some
      -> checkers and released labs

A stage is an image with a tag that says what it was made from, so one whose inputs
have not changed is there already and costs a look.

Errors:
    ClientError: an image is not there to be built, or a build failed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from client import Client, ClientError, run_step
from contents import (
    BUILDING,
    CONFIGURATION,
    IMAGE,
    SOFTWARE,
    fingerprint,
    gather,
)
from contents import files as all_files
from hub.catalog import PACKAGES, Lab, images_clash, packages_of
from hub.engine import CONTENT
from hub.settings import Settings
from machine import SECRETS, proxy_options, write_secrets

VERSION = "org.airlift.version"
BETWEEN = "airlift-software"
"""Name of images that are only built upon."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One build: `files` decide about it, `fill` makes the folder to build from."""

    sentence: str
    dockerfile: Path
    files: tuple[Path, ...]
    fill: Callable[[Path], None]
    name: str
    """Of the image, for its tag."""
    tag: str = BETWEEN
    version: str = ""
    """Of Airlift, on the last stage alone: it decides about it and is a label of it."""
    parent: str = "SEAT"
    """The Dockerfile's argument that names the image to start from."""
    secrets: tuple[str, ...] = ()
    """What of this machine the Dockerfile may read, of `machine.SECRETS`."""


def software(settings: Settings, labs: Mapping[str, Lab], name: str) -> list[Stage]:
    """Return the stages of an image up to the labs; the first starts from a base.

    Raises:
        ClientError: there is no such image to be built, or a lab would change it.
    """
    lab = labs.get(name)
    if lab is None or not packages_of(lab.folder):
        return _image(settings, name)
    if clash := images_clash(lab, settings.image_folder(name)):
        raise ClientError(f"{name}: {clash}")
    return [*_image(settings, lab.image), _packages(settings, lab.folder, name)]


def _image(settings: Settings, name: str) -> list[Stage]:
    """Return the stages of a folder below images."""
    folder = settings.image_folder(name)
    stages = [_base(settings)]
    if name == IMAGE:
        return stages
    if packages_of(folder):
        stages.append(_packages(settings, folder, name))
    if (folder / "Dockerfile").is_file():
        stages.append(
            Stage(
                sentence=f"Building the image {name}",
                dockerfile=folder / "Dockerfile",
                files=tuple(all_files([folder])),
                fill=lambda context: gather(sorted(folder.iterdir()), context),
                name=name,
                secrets=("apt",),  # not pip's: whoever wrote it may be anybody
            )
        )
    if len(stages) == 1:
        raise ClientError(
            f"images/{name}: expected a folder with a Dockerfile, apt.txt or "
            f"requirements.txt, there is none. There are {', '.join(known(settings))}."
        )
    return stages


def known(settings: Settings) -> list[str]:
    """Return the names of the images that this place and Airlift itself have."""
    places = {settings.images_dir, settings.software / "images"}
    found = {path.name for place in places for path in place.glob("[!._]*/")}
    return sorted(name for name in found if settings.image_folder(name).is_dir())


def _base(settings: Settings) -> Stage:
    """Return the stage with the seat's own software."""
    folder = settings.software / "images" / IMAGE
    places = [folder / name for name in (*BUILDING, *SOFTWARE, *CONFIGURATION)]
    return Stage(
        sentence="Building the seats' software (minutes the first time, then seconds)",
        dockerfile=folder / "Dockerfile",
        files=tuple(all_files(places)),
        fill=lambda context: gather(places, context),
        name=IMAGE,
        parent="BASE_IMAGE",
        secrets=SECRETS,
    )


def _packages(settings: Settings, folder: Path, name: str) -> Stage:
    """Return the stage that installs what a folder's lists name."""

    def fill(context: Path) -> None:
        """Put both lists there; one that is missing is empty."""
        for one in PACKAGES:
            (context / one).touch()
        gather(packages_of(folder), context)

    return Stage(
        sentence=f"Installing the packages of {'/'.join(folder.parts[-2:])}",
        dockerfile=settings.software / "images" / "packages.Dockerfile",
        files=tuple(packages_of(folder)),
        fill=fill,
        name=name,
        secrets=SECRETS,
    )


def build_stage(
    client: Client, settings: Settings, stage: Stage, parent: str, logs: Path
) -> str:
    """Return the tag of a stage on top of `parent`, built if need be.

    Raises:
        ClientError: the build failed; carries the end of what it printed.
    """
    inputs = [stage.dockerfile, *stage.files]
    content = fingerprint(settings, inputs, stage.version, client.image_id(parent))
    tag = f"{stage.tag}:{stage.name}-{content[:12]}"
    if client.image_id(tag):
        return tag
    with tempfile.TemporaryDirectory(prefix="airlift-build-") as temporary:
        context, secrets = Path(temporary, "context"), Path(temporary, "secrets")
        context.mkdir()
        secrets.mkdir(mode=0o700)
        stage.fill(context)
        shutil.copy(stage.dockerfile, context / "Dockerfile")
        command = [
            *client.build_command(),
            *("--progress", "plain", "--network", "host"),
            *("--build-arg", f"{stage.parent}={parent}"),
            *("--label", f"{CONTENT}={content}", "--tag", tag),
            *("--label", f"{VERSION}={stage.version}"),
            *write_secrets(secrets, stage.secrets),
            *proxy_options(os.environ),
            str(context),
        ]
        log = logs / f"image-{stage.name}.log"
        run_step(stage.sentence, command, log, {"DOCKER_BUILDKIT": "1"})
    return tag
