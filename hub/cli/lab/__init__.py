"""`airlift lab`: everything an author does with labs; one file a command."""

from __future__ import annotations

import click

from hub.cli.lab.ids import ids
from hub.cli.lab.manual import manual
from hub.cli.lab.new import new
from hub.cli.lab.offer import offer
from hub.cli.lab.release import release


@click.group()
def lab() -> None:
    """Write, prove, print and release labs; offer corrected ones to a room."""


for command in (new, ids, manual, offer, release):
    lab.add_command(command)
