"""`airlift lab`: everything an author does with labs; one file a command."""

from __future__ import annotations

from contextlib import suppress

import click

from hub.authoring.places import open_checkers
from hub.cli.lab.ids import ids
from hub.cli.lab.licences import licences
from hub.cli.lab.new import new
from hub.cli.lab.offer import offer
from hub.cli.lab.release import release
from hub.machine.installation import InstallationError, running_settings
from hub.settings import SettingsError


@click.group()
def lab() -> None:
    """Write, prove, print and release labs; offer corrected ones to a room."""
    with suppress(InstallationError, SettingsError):  # the command says it, too
        open_checkers(running_settings())


for command in (ids, licences, new, offer, release):
    lab.add_command(command)
