"""Old images: those that Airlift built and nothing needs any more, found and removed.

An image is kept when it has no label of Airlift's builds or a tag that is not theirs;
when it is the newest of its name; when this installation's seats start from it, or any
container was made from it; and when one that is kept is built on it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import docker
from docker.errors import APIError

from hub.engine import CONTENT, Engine

REPOSITORIES = ("airlift-seat", "airlift-software")
"""What images of seats, and those they are built on, are called."""


@dataclass(frozen=True, slots=True)
class Built:
    """An image that Airlift built.

    Args:
        id: its id.
        tags: all its tags, such as ``airlift-seat:base-4f322e37dd60``.
        made: when, in seconds since the epoch.
        layers: of its files, the lowest first.
    """

    id: str
    tags: tuple[str, ...]
    made: float
    layers: tuple[str, ...]

    @property
    def names(self) -> set[str]:
        """Its names without what says of which content it is."""
        return {tag.rpartition("-")[0] for tag in self.tags}


def old(images: Sequence[Built], used: Collection[str]) -> list[Built]:
    """Return the images that nothing needs.

    Args:
        images: all that Airlift built.
        used: ids of images that containers were made from, or will be.
    """
    newest: dict[str, Built] = {}
    for image in sorted(images, key=lambda image: image.made):
        newest |= dict.fromkeys(image.names, image)
    kept = [*newest.values(), *(image for image in images if image.id in used)]
    return [
        image
        for image in images
        if not any(one.layers[: len(image.layers)] == image.layers for one in kept)
    ]


def look(client: docker.DockerClient, engine: Engine) -> list[Built]:
    """Return the images on an engine that nothing needs."""
    used = {str(one["ImageID"]) for one in client.api.containers(all=True)}
    found = list(_built(client))
    return old(found, used | set(engine.images.values()))


def _built(client: docker.DockerClient) -> Iterator[Built]:
    """Yield the images that Airlift built and that have no tags but its own."""
    for listed in client.api.images(filters={"label": CONTENT}):
        tags = [tag for tag in listed["RepoTags"] or () if tag != "<none>:<none>"]
        if tags and all(tag.partition(":")[0] in REPOSITORIES for tag in tags):
            seen = client.images.get(listed["Id"]).attrs
            made = datetime.fromisoformat(seen["Created"]).timestamp()
            layers = tuple(seen["RootFS"]["Layers"])
            yield Built(listed["Id"], tuple(tags), made, layers)


def remove(client: docker.DockerClient, images: Sequence[Built]) -> Iterator[str]:
    """Remove images, and nothing by force; yields the tags that went."""
    for image in images:
        for tag in image.tags:
            with contextlib.suppress(APIError):  # a container was made from it just now
                client.api.remove_image(tag, noprune=True)
                yield tag
