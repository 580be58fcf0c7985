"""`airlift lab`: everything an author does with labs; one file a command."""

from __future__ import annotations

from contextlib import suppress

import click

from hub.authoring.places import open_checkers
from hub.cli.lab.add import add
from hub.cli.lab.exporting import export_course
from hub.cli.lab.ids import ids
from hub.cli.lab.importing import import_course
from hub.cli.lab.licences import licences
from hub.cli.lab.manual import manual
from hub.cli.lab.new import new
from hub.cli.lab.offer import offer
from hub.cli.lab.pack import pack
from hub.cli.lab.preview import preview
from hub.cli.lab.prove import prove
from hub.cli.lab.release import release
from hub.machine.installation import InstallationError, running_settings
from hub.settings import SettingsError


@click.group()
def lab() -> None:
    """Write, prove, print and release labs; offer corrected ones to a room."""
    with suppress(InstallationError, SettingsError):  # the command says it, too
        open_checkers(running_settings())


for command in (
    *(add, export_course, ids, import_course, licences, manual, new, offer, pack),
    *(preview, prove, release),
):
    lab.add_command(command)
