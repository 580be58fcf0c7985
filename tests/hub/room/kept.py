"""Versions of a small lab as the room keeps them, without releasing one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

STEPS = ("load-data", "clean-data")


def cell(cell_id: str, source: str, **metadata: Any) -> dict[str, Any]:
    """Return a code cell."""
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook of these cells."""
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


def keep(
    root: Path, version: str, *cells: dict[str, Any], seated: bool = False
) -> None:
    """Write a version of the lab as `hub.authoring.versions` does.

    The one cell of each state says which it is.
    """
    versions = root / ".airlift" / "versions"
    folder = versions / "first_flight" / version
    (folder / "before").mkdir(parents=True, exist_ok=True)
    (folder / "lab.json").write_text(json.dumps({"version": version}))
    released = notebook(*cells) if cells else notebook(cell("a", f"lab {version}"))
    (folder / "lab.ipynb").write_text(json.dumps(released))
    for step in (*STEPS, "secret"):
        state = notebook(cell("a", f"before {step} {version}"))
        (folder / "before" / f"{step}.ipynb").write_text(json.dumps(state))
    if seated:
        (versions / "seated.json").write_text(json.dumps({"first_flight": version}))
