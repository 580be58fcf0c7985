"""One installation as a command finds it: its folder, its settings, is it running.

While an installation runs, `state`/run/settings.json holds the settings it was started
with, so that later commands need no flags again.

Errors:
    InstallationError: there is no installation here, or it runs with other settings.
"""

from __future__ import annotations

import json
import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from hub.machine.supervision import Supervision
from hub.settings import CONFIG, FILE, Settings, settings


class InstallationError(Exception):
    """There is no installation here, or it runs with other settings."""


def find_root() -> Path:
    """Return the folder of the installation: AIRLIFT_ROOT, else the present folder.

    Raises:
        InstallationError: it is neither a checkout nor a folder with airlift.toml.
    """
    root = Path(os.environ.get("AIRLIFT_ROOT") or ".").absolute()
    if not any((root / name).exists() for name in (CONFIG, FILE)):
        raise InstallationError(
            f"expected {CONFIG} or {FILE} in {root}: run airlift in the folder of its "
            f"checkout, or where labs are to lie beside an {FILE} (it may be empty), "
            "or name that folder in AIRLIFT_ROOT"
        )
    return root


def chosen_settings(**flags: Any) -> Settings:
    """Return the settings from airlift.toml, environment and flags (None: not given).

    The engine `local` opens the door on loopback alone unless an address was chosen.
    """
    chosen = settings(find_root(), **flags)
    given = flags.get("address") or os.environ.get("AIRLIFT_ADDRESS")
    if chosen.engine == "local" and not given:
        return on_loopback(chosen)
    return chosen


def on_loopback(chosen: Settings) -> Settings:
    """Return the settings with the door on loopback, unless a file chose otherwise."""
    if chosen.address == Settings().address:
        return replace(chosen, address="127.0.0.1")
    return chosen


def running_settings(**flags: Any) -> Settings:
    """Return the settings of the running installation, else the chosen ones.

    Raises:
        InstallationError: it runs, and flags ask for something else.
    """
    chosen = chosen_settings(**flags)
    supervision = Supervision(chosen)
    if not supervision.pid():
        return chosen
    try:
        saved = json.loads(_file(chosen).read_text())
    except (OSError, ValueError):
        return chosen
    saved = {key: value for key, value in saved.items() if key in _keys()}
    running = settings(chosen.root, environ={}, **saved)
    for key, value in flags.items():
        if value is not None and getattr(running, key) != getattr(chosen, key):
            raise InstallationError(
                f"Airlift runs already, with {key} = {getattr(running, key)}. "
                f"Stop it first (`make down`), then start it with "
                f"{key} = {getattr(chosen, key)}."
            )
    return running


def save_running(airlift: Settings) -> None:
    """Note the settings that the parts are being started with."""
    values = {key: str(getattr(airlift, key)) for key in _keys()}
    _file(airlift).write_text(json.dumps(values, indent=2) + "\n")


def _file(airlift: Settings) -> Path:
    """Return the file of the running settings."""
    return airlift.run_dir / "settings.json"


def _keys() -> list[str]:
    """Return the names of all settings."""
    return [item.name for item in fields(Settings) if item.metadata]
