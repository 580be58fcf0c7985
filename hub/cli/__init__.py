"""The command `airlift`: one file per noun, one sentence per error."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from hub.authoring.licences.image import ScanError
from hub.authoring.licences.ledger import LedgerError
from hub.authoring.mistakes import MistakesError
from hub.authoring.parcels import ParcelError
from hub.authoring.printing import PrintingError
from hub.catalog import LabError
from hub.cli.doctor import doctor
from hub.cli.down import down
from hub.cli.lab import lab
from hub.cli.practice import practice
from hub.cli.rehearse import rehearse
from hub.cli.room import room
from hub.cli.seat import seat
from hub.cli.status import status
from hub.cli.up import up
from hub.desk import DeskAwayError, DeskError
from hub.engine import EngineError
from hub.machine.accounts import AccountError
from hub.machine.installation import InstallationError, chosen_settings
from hub.machine.ports import PortError
from hub.machine.practising import PractisingError
from hub.machine.proving import ProvingError
from hub.machine.proxy import ProxyError
from hub.machine.releasing import ReleasingError
from hub.machine.seat_images import SeatImageError
from hub.machine.supervision import SupervisionError
from hub.plain import plain
from hub.settings import SettingsError
from hub.vouchers import VoucherError

EXPECTED = (
    AccountError,
    DeskError,
    EngineError,
    InstallationError,
    LabError,
    LedgerError,
    MistakesError,
    ParcelError,
    PortError,
    PractisingError,
    PrintingError,
    ProvingError,
    ProxyError,
    ReleasingError,
    SeatImageError,
    ScanError,
    SettingsError,
    SupervisionError,
    VoucherError,
)
"""Errors that say themselves what to do: no traceback, exit code 1."""


class Speaking(click.Group):
    """A group of commands that tells expected errors as sentences."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; its expected errors end it with their sentence."""
        try:
            return super().invoke(ctx)
        except (DeskAwayError, FileNotFoundError) as error:
            raise click.ClickException(_away(error)) from None
        except PermissionError as error:
            raise click.ClickException(_not_ours(error)) from None
        except EXPECTED as error:
            raise click.ClickException(plain(str(error))) from None


def _away(error: Exception) -> str:
    """Say why the room does not answer."""
    if isinstance(error, FileNotFoundError) and "secrets" not in str(error.filename):
        raise error
    return (
        "The room does not answer. `airlift status` shows how its parts are; "
        "`airlift up` starts them."
    )


def _not_ours(error: PermissionError) -> str:
    """Say whose file this user cannot use: the installation may be another user's."""
    path, state = Path(error.filename or "/"), chosen_settings().state_dir
    if not path.is_relative_to(state):
        raise error
    return (
        f"expected to be allowed to use {path}, it belongs to {_owner(path)}: this "
        "installation was started as another user. Go on as that one (`sudo make up`), "
        f'or after `make down` give it back: `sudo chown -R "$USER": {state}`'
    )


def _owner(path: Path) -> str:
    """Return the name of a file's owner, as far as it can be seen."""
    for place in (path, *path.parents):
        with suppress(OSError, KeyError):
            return place.owner()
    return "another user"


@click.group(cls=Speaking, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="jupyterhub-airlift", message="%(version)s")
def main() -> None:
    """Hands-on lab evenings: a room, a container per attendee, a live board."""


for command in (up, down, status, doctor, lab, practice, rehearse, room, seat):
    main.add_command(command)
