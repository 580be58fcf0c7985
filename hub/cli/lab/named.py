"""Labs of this place by their names, as commands take them."""

from __future__ import annotations

from collections.abc import Sequence

import click

from hub.catalog import Lab, load_lab
from hub.settings import Settings


def named_lab(airlift: Settings, slug: str) -> Lab:
    """Return a lab by its slug."""
    return load_lab(airlift.labs_dir / slugs_there(airlift, [slug])[0])


def slugs_there(airlift: Settings, slugs: Sequence[str]) -> list[str]:
    """Return the slugs of labs that are there: those that are named, else all."""
    there = sorted(path.parent.name for path in airlift.labs_dir.glob("*/lab.toml"))
    for slug in slugs:
        if slug not in there:
            known = ", ".join(there) or "there is none"
            raise click.ClickException(f"expected one of {known}; got {slug}")
    return list(slugs) or there
