"""`airlift doctor`: what is well here, what is not, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict

import click
import docker

from hub.cli.terminal import console, json_flag, print_json
from hub.engine import Engine, EngineError
from hub.machine import dockerd, old_images
from hub.machine.doctor import Finding, examine, worst
from hub.machine.installation import running_settings
from hub.settings import Settings

_MARKS = {"ok": "✓", "warn": "!", "bad": "✗"}
_COLOURS = {"ok": "blue", "warn": "yellow", "bad": "dark_orange3"}


@click.command()
@json_flag
@click.option("--tidy", is_flag=True, help="First remove old images of the seats.")
def doctor(as_json: bool, tidy: bool) -> None:
    """Look at engine, ports, image, versions, disk, memory and network.

    Exit code 1 when something is bad; warnings alone are 0.
    """
    airlift, findings = running_settings(), []
    if tidy:
        _tidy(airlift)
    for finding in examine(airlift):
        findings.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    if worst(findings) == "bad":
        raise SystemExit(1)


def _tidy(airlift: Settings) -> None:
    """Remove the images that nothing needs; says which."""
    engine = Engine.load(airlift)
    if not dockerd.answers():
        raise EngineError("No Docker engine answers here: there is nothing to tidy.")
    client = docker.from_env()
    removed = list(old_images.remove(client, old_images.look(client, engine)))
    for tag in removed or ["no image: all are needed"]:
        click.echo(f"Removed {tag}", err=True)


def _print(finding: Finding) -> None:
    """Print one finding, with what to do below it."""
    mark = f"{_MARKS[finding.level]} {finding.about}"
    console.print(mark, style=_COLOURS[finding.level], end="", markup=False)
    console.print(f": {finding.says}", markup=False)
    if finding.todo and finding.level != "ok":
        console.print(f"    {finding.todo}", markup=False)
