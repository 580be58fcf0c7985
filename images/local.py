"""A seat's environment without an image, for the engine `local`: the same software.

The prefix holds the virtual environment, configuration and checkers; the released labs
lie in a folder of their own. A stamp says what both were made from, so a second call
does nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from client import run_step, say
from contents import (
    IMAGE,
    configuration_files,
    fingerprint,
    gather_own,
    own_files,
    readable,
    software_files,
)
from hub.catalog import Lab, load_labs
from hub.settings import Settings

STAMP = "airlift-stamp.json"


def build_local(settings: Settings, prefix: Path, logs: Path) -> Path:
    """Make or renew the environment at `prefix` and the released labs; return it.

    Args:
        settings: for the root, the labs and where released labs go.
        prefix: folder of the virtual environment.
        logs: folder for what the steps print.

    Raises:
        ClientError: a step failed; carries the end of what it printed.
    """
    root, released = settings.software, settings.released_dir
    known = load_labs(settings.labs_dir).values()
    labs = [lab for lab in known if lab.seat_image == IMAGE]
    software = fingerprint(settings, software_files(root), sys.base_prefix, sys.version)
    changing = [*configuration_files(root), *own_files(settings, labs)]
    own = fingerprint(settings, changing, software, str(released))
    stamp = _read(prefix / STAMP)
    if stamp.get("own") == own and released.is_dir():
        return prefix
    before = os.umask(0o022)
    try:
        if stamp.get("software") != software:
            _install(root, prefix, logs)
            _write(prefix / STAMP, {"software": software})
        else:
            program = root / "images" / IMAGE / "install.py"
            command = [str(prefix / "bin" / "python"), str(program), "--own"]
            run_step("Configuring the seats", command, logs / "install.log")
        _put_own(settings, labs, prefix, logs)
        _write(prefix / STAMP, {"software": software, "own": own})
    finally:
        os.umask(before)
    return prefix


def _install(root: Path, prefix: Path, logs: Path) -> None:
    """Install the seat's software from the lock; pip reads the machine's settings."""
    if prefix.exists():
        say(f"Making {prefix} anew: its software changed.")
        shutil.rmtree(prefix)
    base = root / "images" / IMAGE
    venv = [sys.executable, "-m", "venv", str(prefix)]
    run_step("Making the seats' environment", venv, logs / "venv.log")
    python = str(prefix / "bin" / "python")
    run_step(
        "Installing the seats' software (a minute or two)",
        [
            *(python, "-m", "pip", "install", "--no-compile", "--no-deps", "--quiet"),
            *("--only-binary", ":all:", "--require-hashes", "--progress-bar", "off"),
            *("--disable-pip-version-check", "-r", str(base / "requirements.lock")),
        ],
        logs / "pip.log",
    )
    run_step(
        "Compiling the seats' software",
        [python, str(base / "install.py")],
        logs / "install.log",
    )
    readable(prefix)


def _put_own(settings: Settings, labs: Sequence[Lab], prefix: Path, logs: Path) -> None:
    """Put checkers and released labs in place, each in one move."""
    released = settings.released_dir
    released.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".own-", dir=prefix) as temporary:
        folder = Path(temporary)
        gather_own(settings, labs, folder, logs)
        python = str(prefix / "bin" / "python")
        modules = str(folder / "checkers")
        compiled = [python, "-m", "compileall", "-q", "--invalidation-mode"]
        compiled += ["unchecked-hash", "-s", modules]
        compiled += ["-p", str(prefix / "own" / "checkers"), modules]
        run_step("Compiling the checkers", compiled, logs / "compile.log")
        _replace(folder / "checkers", prefix / "own" / "checkers", folder / "old")
        _replace_across(folder / "labs", released)


def _replace(new: Path, place: Path, aside: Path) -> None:
    """Put a folder where another may be."""
    if place.exists():
        place.rename(aside)
    new.rename(place)


def _replace_across(new: Path, place: Path) -> None:
    """Put a folder's contents where others may be, on any file system."""
    place.mkdir(mode=0o755, exist_ok=True)
    place.chmod(0o755)
    for old in place.iterdir():
        if not (new / old.name).exists():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for lab in new.iterdir():
        aside = place / f".{lab.name}.new"
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(lab, aside)
        if (place / lab.name).exists():
            shutil.rmtree(place / lab.name)
        aside.rename(place / lab.name)


def _read(path: Path) -> dict[str, str]:
    """Return a stamp; empty when there is none that can be read."""
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError):
        return {}


def _write(path: Path, stamp: dict[str, str]) -> None:
    """Write a stamp in one piece."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(stamp) + "\n")
    draft.replace(path)
