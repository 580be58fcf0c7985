"""Where the checkers of a place lie, for what imports them here, and a lab's image.

Airlift's own checkers lie in its package `checkers`; those that a place has added lie
in `<root>/checkers` and come first. In a seat both are one folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import checkers
from hub.catalog import Lab
from hub.settings import Settings

VARIABLE = "AIRLIFT_CHECKERS"


def open_checkers(airlift: Settings) -> None:
    """Let this process, and every program it starts, import a place's checkers."""
    folder = str(airlift.checkers_dir)
    os.environ[VARIABLE] = folder
    if folder not in checkers.__path__:
        checkers.__path__.insert(0, folder)


def checker_file(airlift: Settings, slug: str) -> Path | None:
    """Return the module of a lab's checker; None when there is none."""
    for folder in (airlift.checkers_dir, package_folder()):
        if (folder / f"{slug}.py").is_file():
            return folder / f"{slug}.py"
    return None


def own_image_folder(lab: Lab, airlift: Settings) -> Path | None:
    """Return the folder of a lab's image that goes with it; None of Airlift's base."""
    folder = airlift.image_folder(lab.image)
    return folder if lab.image != "base" and folder.is_dir() else None


def package_folder() -> Path:
    """Return the folder of the package `checkers` itself."""
    return Path(str(checkers.__file__)).parent
