"""Scaffold: the files of a new lab, which prove as they are and wait to be changed.

Errors:
    ScaffoldError: a sentence for the author; nothing was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from hub.authoring.leavings import written_in
from hub.catalog import SLUG

KINDS = ("python", "terminal", "service")
TEMPLATES = Path(__file__).with_name("templates")


class ScaffoldError(Exception):
    """A new lab cannot be written as it was asked for."""


def scaffold(
    slug: str, title: str, kind: str, *, labs: Path, checkers: Path, images: Path
) -> tuple[Path, ...]:
    """Write a new lab and return its files.

    Args:
        slug: the folder's and the checker's name.
        title: what people read.
        kind: one of KINDS: steps in Python cells, in a terminal, or with a service.
        labs: folder of the labs.
        checkers: folder of the checkers.
        images: folder of the images.

    Raises:
        ScaffoldError: a name that cannot be used, or something is there already.
    """
    if not SLUG.fullmatch(slug):
        raise ScaffoldError(
            f"expected a name of a-z, 0-9 and _ that begins with a letter, got {slug!r}"
        )
    if not title.strip() or not title.isprintable():
        raise ScaffoldError(f"expected a title on one line, got {title!r}")
    files = dict(_files(TEMPLATES / kind, slug, (labs, checkers, images)))
    places = [labs / slug, checkers / f"{slug}.py", checkers / slug]
    places += [images / slug] if kind == "service" else []
    if there := [str(path) for path in places if path.exists()]:
        raise ScaffoldError(
            f"expected a name that is free, there is {' and '.join(there)} already; "
            "nothing was written"
        )
    for target, template in files.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        text = template.read_text(encoding="utf-8")
        target.write_text(_filled(text, slug, title.strip()), encoding="utf-8")
    return tuple(files)


def _files(
    templates: Path, slug: str, folders: tuple[Path, Path, Path]
) -> Iterator[tuple[Path, Path]]:
    """Yield where each template goes, and the template."""
    labs, checkers, images = folders
    into = {"lab": labs / slug, "image": images / slug}
    for name in map(Path, written_in(templates)):
        path = templates / name
        if name.parts[0] in into:
            yield into[name.parts[0]].joinpath(*name.parts[1:]), path
        else:
            yield checkers / f"{slug}.py", path


def _filled(text: str, slug: str, title: str) -> str:
    """Return a template with the lab's names; strings of TOML and JSON stay whole."""
    quoted = json.dumps(title, ensure_ascii=False)[1:-1]
    return text.replace("@slug@", slug).replace("@title@", quoted)
