"""Versions, written: one release of a lab with the state before each of its steps.

`hub.versions` says how they lie and reads them.

Errors:
    ReleaseError: the lab cannot be released, or a notebook of it is too large.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat

from hub.authoring.release import ReleaseError, attendee_version, description
from hub.authoring.states import before
from hub.authoring.swapping import whole
from hub.catalog import Lab
from hub.versions import MOST_BYTES, STAMP, Versions, made_of


def write_version(
    lab: Lab, versions: Versions, proved: dict[str, Any] | None = None
) -> Path:
    """Write a lab's version and return its folder.

    Its lab.json says when and with what it was `proved`, if it was, and so do the
    metadata of its notebook.

    It appears whole, in place of an earlier one with the same number. Nobody but its
    owner may read it.

    Raises:
        ReleaseError: the notebook cannot be used.
        OSError: the folder cannot be written.
    """
    target = versions.path(lab.slug, lab.version)
    notebook = attendee_version(lab)
    if proved:
        notebook.metadata["airlift"]["proved"] = proved
    texts = {
        "lab.json": json.dumps(description(lab) | {"proved": proved}, indent=1) + "\n",
        "lab.ipynb": _text(lab, notebook),
        STAMP: made_of(lab) + "\n",
    }
    for step in lab.step_ids:
        texts[f"before/{step}.ipynb"] = _text(lab, before(lab, step))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with whole(target) as new:
        (new / "before").mkdir()
        for name, text in texts.items():
            (new / name).write_text(text, encoding="utf-8", newline="\n")
        for path in (new, *new.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
    return target


def _text(lab: Lab, notebook: Any) -> str:
    """Return a notebook as text that is not too large to be sent."""
    text: str = nbformat.writes(notebook) + "\n"  # type: ignore[no-untyped-call]
    if len(text.encode()) > MOST_BYTES:
        raise ReleaseError(
            f"{lab.slug}/{lab.source.name}: expected at most {MOST_BYTES} bytes, got "
            f"{len(text.encode())}: put large pictures into data/"
        )
    return text
