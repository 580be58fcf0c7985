"""`airlift practice`: a lab with its checks on this machine, without a room."""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from hub.cli.terminal import console
from hub.engine import BASE
from hub.machine import practising
from hub.machine.installation import InstallationError, chosen_settings
from hub.settings import SettingsError


@click.command()
@click.argument("source", metavar="ZIP|LAB", default="")
@click.option("--folder", default="", help="Where to practise.")
@click.option("--install", is_flag=True, help="Install the packages it needs.")
@click.option("--no-browser", is_flag=True, help="Open no browser.")
@click.option("--docker", is_flag=True, help="Run it in the seats' image instead.")
@click.option("--pack", is_flag=True, help="Make a zip to take back, and end.")
def practice(
    source: str,
    folder: str,
    install: bool,
    no_browser: bool,
    docker: bool,
    pack: bool,
) -> None:
    """Run a lab with its checks here: from a take-home zip, or a lab of this place."""
    python = _python()
    if not pack:
        with _parcel(source) as parcel:
            prepared = practising.prepare(python, parcel, folder)
        if docker or prepared["image"] != BASE:
            _in_container(prepared, browser=not no_browser)
            return
        source, folder = "", str(prepared["folder"])
    elif not folder and source and not Path(source).exists():
        folder = str(Path("airlift-practice") / source)
        source = ""
    flags = {"--install": install, "--no-browser": no_browser, "--pack": pack}
    words = [source] if source else []
    words += ["--folder", folder] if folder else []
    words += [flag for flag, given in flags.items() if given]
    line = practising.program(python, [*words, "--own-environment"])
    os.execve(python, line, practising.environment())  # noqa: S606  # no shell


def _in_container(prepared: Mapping[str, Any], *, browser: bool) -> None:
    """Run it in the seats' image until Ctrl+C."""
    airlift = chosen_settings()
    image = prepared["image"]
    console.print(
        f"In the image {image}, which is built first if need be.", markup=False
    )
    with suppress(KeyboardInterrupt), practising.in_container(airlift, prepared) as ran:
        page, wait = ran
        console.print(f"The lab is open at {page}", markup=False)
        console.print(
            f"Ctrl+C ends it; your work stays in {prepared['folder']}.", markup=False
        )
        if browser:
            webbrowser.open(page)
        wait()
    console.print(
        "To take it back to your seat: airlift practice --pack --folder "
        f"{prepared['folder']}",
        markup=False,
    )


@contextmanager
def _parcel(source: str) -> Iterator[str]:
    """Give what the practice program takes: a zip, its folder, or a lab made ready."""
    path = Path(source)
    if not source or path.is_file() or (path / practising.MANIFEST).is_file():
        yield source
        return
    airlift = chosen_settings()
    lab = path if (path / "lab.toml").is_file() else airlift.labs_dir / source
    if not (lab / "lab.toml").is_file():
        raise click.ClickException(
            f"expected a take-home zip, the folder it was unpacked to, or a lab; "
            f"got {source}"
        )
    with tempfile.TemporaryDirectory(prefix="airlift-practice-") as folder:
        practising.write_parcel(airlift, lab.absolute(), Path(folder))
        yield folder


def _python() -> str:
    """Return a Python that has a lab's packages, if there is one here."""
    # a zip needs no installation around it
    with suppress(InstallationError, SettingsError):
        seats = chosen_settings().state_dir / "seat-venv" / "bin" / "python"
        if seats.is_file():
            return str(seats)
    return sys.executable
