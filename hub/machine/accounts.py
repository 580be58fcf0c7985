"""Accounts of this machine: who runs what, and who may read which file.

Started as root, the hub stays root (it holds the Docker socket, which equals root);
proxy and room run as `airlift`, seats of the engine `local` as `airlift-seat`. Started
as a normal user, everything is that user.

Errors:
    AccountError: an account cannot run its part; says what to do.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from hub.secrets import ensure_secrets
from hub.settings import Settings

SERVICE = "airlift"
SEAT = "airlift-seat"
_HUB_ALONE = ("cookie",)
"""Secrets that only the hub reads; the others belong to proxy and room."""
_USERADD = (
    *("useradd", "--system", "--user-group", "--no-create-home"),
    *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"),
)


_TRY = """
import pathlib
from hub.catalog import load_labs
from hub.settings import settings
load_labs(settings(pathlib.Path()).labs_dir)
"""
"""What every part does first: read settings and labs."""


class AccountError(Exception):
    """An account cannot run its part."""


def service_user() -> str:
    """Return the account of proxy and room; empty when it is the present user."""
    return SERVICE if os.geteuid() == 0 else ""


def ensure_accounts(say: Callable[[str], object]) -> None:
    """Create the system users that are missing; root only, others need none."""
    if os.geteuid() != 0:
        return
    for name in (SERVICE, SEAT):
        try:
            pwd.getpwnam(name)
        except KeyError:
            say(f"Creating the system user {name}, so that nothing of it runs as root.")
            subprocess.run(
                [*_USERADD, name],
                check=True,
                capture_output=True,
            )


def prepare_state(settings: Settings) -> None:
    """Create the state folders and secrets, each readable by who needs it alone."""
    ensure_folders(settings)
    ensure_secrets(settings.secrets_dir)
    for secret in settings.secrets_dir.iterdir():
        secret.chmod(0o600)
    if os.geteuid() != 0:
        return
    for secret in settings.secrets_dir.iterdir():
        _give(secret, "root" if secret.name in _HUB_ALONE else SERVICE)
    for path in (settings.room_dir, *settings.room_dir.rglob("*")):
        _give(path, SERVICE)
    give_versions(settings)


def give_versions(settings: Settings) -> None:
    """Give the labs' versions to the room's account; root only."""
    if os.geteuid() == 0:
        for path in (settings.versions_dir, *settings.versions_dir.rglob("*")):
            _give(path, SERVICE)


def ensure_folders(settings: Settings) -> None:
    """Create the folders below the state folder with their modes."""
    modes = {
        settings.state_dir: 0o711,
        settings.secrets_dir: 0o711 if os.geteuid() == 0 else 0o700,
        settings.room_dir: 0o700,
        settings.hub_dir: 0o700,
        settings.log_dir: 0o700,
        settings.run_dir: 0o700,
        settings.seats_dir: 0o711,
        settings.released_dir: 0o755,
        settings.versions_dir: 0o700,
    }
    for folder, mode in modes.items():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)


def _give(path: Path, name: str) -> None:
    """Give a file to an account unless it has it already."""
    entry = pwd.getpwnam(name)
    if path.lstat().st_uid != entry.pw_uid:
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def let_pass(
    name: str, places: Iterable[Path], say: Callable[[str], object]
) -> list[Path]:
    """Let an account pass through the folders above `places`; returns those opened.

    It may then pass, not list or read them. Folders that it can pass stay as they are.

    Raises:
        AccountError: this machine's file system or tools cannot do that.
    """
    opened = []
    for folder in _folders_above(places):
        if not can_pass(name, folder):
            _ensure_setfacl(say)
            _setfacl(name, folder)
            opened.append(folder)
    if opened:
        say(
            f"The user {name} may now pass through {', '.join(map(str, opened))} "
            f"(not list or read; undo with `setfacl -x u:{name} FOLDER`)."
        )
    return opened


def _setfacl(name: str, folder: Path) -> None:
    """Add the entry that lets an account pass one folder."""
    done = subprocess.run(
        ["setfacl", "-m", f"u:{name}:--x", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not can_pass(name, folder):
        raise AccountError(
            f"expected the user {name} to pass {folder}, it cannot "
            f"({done.stderr.strip() or 'setfacl changed nothing'}): move the checkout "
            "to a folder that all may pass, such as /opt"
        )


def _folders_above(places: Iterable[Path]) -> list[Path]:
    """List every folder above the places and the places themselves, from the top."""
    found: dict[Path, None] = {}
    for place in places:
        for path in (place.absolute(), place.resolve()):
            for folder in (*reversed(path.parents), path):
                found[folder] = None
    return [folder for folder in found if folder.is_dir()]


def can_pass(name: str, folder: Path) -> bool:
    """Say whether an account may pass a folder and all above it; asked as that one."""
    return _as_account(name, ["test", "-x", str(folder)]).returncode == 0


def _as_account(
    name: str, line: list[str], cwd: str = "/"
) -> subprocess.CompletedProcess[str]:
    """Run a short command as an account; root only."""
    return subprocess.run(
        line,
        user=name,
        group=name,
        extra_groups=[],
        cwd=cwd,
        env={"PATH": os.environ.get("PATH", os.defpath)},
        capture_output=True,
        text=True,
        check=False,
    )


def _ensure_setfacl(say: Callable[[str], object]) -> None:
    """Install Debian's package acl where setfacl is missing."""
    if shutil.which("setfacl"):
        return
    if not shutil.which("apt-get"):
        raise AccountError("expected the command setfacl: install the package acl")
    say("Installing Debian's package acl for setfacl.")
    done = apt_install("acl")
    if done.returncode:
        raise AccountError(
            f"`apt-get install acl` failed: {done.stderr.strip()[-300:]}"
        )


def apt_install(*packages: str) -> subprocess.CompletedProcess[str]:
    """Install Debian packages; package lists are fetched when one is unknown."""
    line = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}

    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )

    done = run(line)
    if done.returncode:
        run(["apt-get", "update", "-q"])
        done = run(line)
    return done


def open_ways(
    settings: Settings, accounts: Iterable[str], say: Callable[[str], object]
) -> None:
    """Let accounts reach checkout, virtual environment, Python and state; as root.

    Raises:
        AccountError: an account still cannot start our Python there.
    """
    if os.geteuid() != 0:
        return
    places = [
        settings.root,
        Path(sys.prefix) / "bin",
        Path(sys.base_prefix) / "bin",
        settings.state_dir,
    ]
    for name in accounts:
        let_pass(name, places, say)
        done = _as_account(name, [sys.executable, "-c", _TRY], str(settings.root))
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no word"])[-1]
            raise AccountError(
                f"expected the user {name} to read what lies in {settings.root}, "
                f"got: {last}. Let all read the checkout: "
                f"`chmod -R go+rX {settings.root}`"
            )
