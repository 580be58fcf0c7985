"""Leavings: what running a lab, an editor or a Mac's zip leaves beside what is written.

This is the one list of it, for whatever copies, compares or hands on folders.
"""

from __future__ import annotations

from pathlib import Path

FOLDERS = ("__pycache__", ".ipynb_checkpoints", "__MACOSX")
"""Nobody writes them; other hidden files may be meant, as in an image."""


def is_left(name: str) -> bool:
    """Tell whether a file counts as left, by its path below a folder: all hidden do."""
    return any(part.startswith(".") or part in FOLDERS for part in name.split("/"))


def written_in(folder: Path) -> list[str]:
    """Return the files below a folder that were not left there, in order."""
    return [
        name
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not is_left(name := path.relative_to(folder).as_posix())
    ]
