"""`airlift doctor`: what is well here, what is not, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict

import click

from hub.cli.terminal import console, json_flag, print_json
from hub.machine.doctor import Finding, examine, worst
from hub.machine.installation import running_settings

_MARKS = {"ok": "✓", "warn": "!", "bad": "✗"}
_COLOURS = {"ok": "blue", "warn": "yellow", "bad": "dark_orange3"}


@click.command()
@json_flag
def doctor(as_json: bool) -> None:
    """Look at engine, ports, image, versions, disk, memory and network.

    Exit code 1 when something is bad; warnings alone are 0.
    """
    findings = []
    for finding in examine(running_settings()):
        findings.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    if worst(findings) == "bad":
        raise SystemExit(1)


def _print(finding: Finding) -> None:
    """Print one finding, with what to do below it."""
    mark = f"{_MARKS[finding.level]} {finding.about}"
    console.print(mark, style=_COLOURS[finding.level], end="", markup=False)
    console.print(f": {finding.says}", markup=False)
    if finding.todo and finding.level != "ok":
        console.print(f"    {finding.todo}", markup=False)
