"""Labs of this place by their names, and files to be written, as commands take them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hub.catalog import Lab, load_lab
from hub.settings import Settings


class NewFile(click.Path):
    """A file to be written, whose folder is there: said before the work is done."""

    def __init__(self, *, dir_okay: bool = False) -> None:
        super().__init__(dir_okay=dir_okay, path_type=Path)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """Return the path, or refuse it."""
        path = Path(str(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"expected a folder {path.parent}, there is none", param, ctx)
        return path


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
