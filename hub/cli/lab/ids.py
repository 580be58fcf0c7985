"""`airlift lab ids`: ids for the cells that say which step they are."""

from __future__ import annotations

import click

from hub.cli.lab.named import named_lab
from hub.cli.terminal import console
from hub.machine import releasing
from hub.machine.installation import chosen_settings


@click.command()
@click.argument("slug")
def ids(slug: str) -> None:
    """Give the cells that begin with `# step: …` the ids and metadata of steps."""
    airlift = chosen_settings()
    if not (airlift.labs_dir / slug / "lab.ipynb").is_file():
        named_lab(airlift, slug)  # says which labs there are
    done = releasing.set_ids(airlift, slug)
    for sentence in done or ["All cells that say which step they are have its id."]:
        console.print(sentence, markup=False, highlight=False)
    if done:
        console.print("If the notebook is open, let it be read again from the disk.")
