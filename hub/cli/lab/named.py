"""Labs of this place by their names, as commands take them."""

from __future__ import annotations

import click

from hub.catalog import Lab, load_lab
from hub.settings import Settings


def named_lab(airlift: Settings, slug: str) -> Lab:
    """Return a lab by its slug."""
    there = sorted(path.parent.name for path in airlift.labs_dir.glob("*/lab.toml"))
    if slug not in there:
        known = ", ".join(there) or "there is none"
        raise click.ClickException(f"expected one of {known}; got {slug}")
    return load_lab(airlift.labs_dir / slug)
