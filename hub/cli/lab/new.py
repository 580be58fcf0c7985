"""`airlift lab new`: the files of a new lab, to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from hub.authoring.scaffold import KINDS, ScaffoldError, scaffold
from hub.cli.terminal import console
from hub.machine.installation import chosen_settings

_FOR = {
    "lab.toml": "title, steps and hints: begin here",
    "lab.ipynb": "the one notebook: text, steps and their solutions",
    "mistakes.toml": "what learners get wrong, and the reason each must produce",
    "LICENSES.toml": "who made what",
    "Dockerfile": "what a seat has beyond the base image",
    "services.toml": "processes that start with the seat",
}
_NEXT = """
It proves as it is. Change it step by step, and look now and then:

  jupyter lab {notebook}
      to write the notebook; any other editor of notebooks will do
  airlift lab prove {slug}
      says what is not as you say it is
  airlift lab preview {slug}
      shows what attendees see, and renews it when you save

The guide is docs/authors.md."""


@click.command()
@click.argument("slug")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="python",
    show_default=True,
    help="Where people work: in Python cells, in a terminal, or with a service.",
)
@click.option("--title", help="What people read; made from the name if left out.")
def new(slug: str, kind: str, title: str | None) -> None:
    """Write the files of a new lab, which proves as it is, for you to change."""
    airlift = chosen_settings()
    try:
        files = scaffold(
            slug,
            title or slug.replace("_", " ").capitalize(),
            kind,
            labs=airlift.labs_dir,
            checkers=airlift.checkers_dir,
            images=airlift.images_dir,
        )
    except ScaffoldError as error:
        raise click.ClickException(str(error)) from None
    shown = [_relative(path, airlift.root) for path in files]
    width = max(map(len, shown))
    for path, name in zip(files, shown, strict=True):
        about = "one check a step" if name.startswith("checkers") else ""
        if name.startswith("images") and name.endswith(".py"):
            about = "a file of the image"
        about = about or _FOR.get(path.name, "a file the lab reads")
        console.print(f"  {name:{width}}  {about}", markup=False, highlight=False)
    notebook = _relative(airlift.labs_dir / slug / "lab.ipynb", airlift.root)
    console.print(
        _NEXT.format(slug=slug, notebook=notebook), markup=False, highlight=False
    )


def _relative(path: Path, root: Path) -> str:
    """Return a path below the root as people type it there."""
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
