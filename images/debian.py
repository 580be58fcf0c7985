"""A base for seats where no image registry answers: Debian or Ubuntu by debootstrap.

The mirror, suite and keyring are those this machine's own apt uses; where it names
none, debootstrap's own.

Errors:
    ClientError: this machine cannot make such a base; says what to do.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from client import Client, ClientError, run_step, say

LABEL = "org.airlift.base"
TAG = "airlift-base"
COMPONENTS = {"debian": "main", "ubuntu": "main,universe"}
PACKAGES = "ca-certificates,python3,python3-venv"
LEAVES = (
    "etc/apt/sources.list",
    "etc/apt/sources.list.d/*",
    "usr/share/doc/*/[!c]*",
    "usr/share/info/*",
    "usr/share/locale/*",
    "usr/share/man/*",
    "var/cache/apt/*",
    "var/cache/debconf/*-old",
    "var/lib/apt/lists/*",
    "var/log/*",
)
"""What a seat does not need; copyright files stay."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where packages come from."""

    mirror: str
    suite: str
    keyring: str = ""


def find_source(etc: Path, suite: str) -> Source | None:
    """Return the source of `suite` as apt's files below `etc` name it, if they do."""
    sources = (source for source in _deb822(etc) + _one_line(etc))
    return next((source for source in sources if source.suite == suite), None)


def _deb822(etc: Path) -> list[Source]:
    """Read apt's files of the newer form."""
    found = []
    for path in sorted(etc.glob("apt/sources.list.d/*.sources")):
        for paragraph in path.read_text(errors="replace").split("\n\n"):
            lines = [line.partition(":") for line in paragraph.splitlines()]
            fields = {key: value.strip() for key, _, value in lines if key[:1] != "#"}
            if fields.get("Enabled", "yes") != "no" and "deb" in fields.get(
                "Types", ""
            ):
                keyring = fields.get("Signed-By", "")
                found += [
                    Source(mirror, suite, keyring if keyring[:1] == "/" else "")
                    for mirror in fields.get("URIs", "").split()[:1]
                    for suite in fields.get("Suites", "").split()
                ]
    return found


def _one_line(etc: Path) -> list[Source]:
    """Read apt's files of the older form, `deb [options] mirror suite components`."""
    found = []
    for path in [
        etc / "apt/sources.list",
        *sorted(etc.glob("apt/sources.list.d/*.list")),
    ]:
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        for line in lines:
            words = line.partition("]")[2].split() if "[" in line else line.split()[1:]
            if line.startswith("deb ") and len(words) >= 3:
                found.append(Source(words[0], words[1]))
    return found


def made_before(client: Client) -> str:
    """Return the tag of the newest base made here, "" if there is none."""
    found = client.newest(LABEL, TAG)
    return tag(client, found) if found else ""


def tag(client: Client, image: str) -> str:
    """Give a base a tag of its own, which a build can start from; return it."""
    name = f"{TAG}:{image.removeprefix('sha256:')[:12]}"
    client.ask("image", "tag", image, name)
    return name


def make_base(client: Client, logs: Path) -> str:
    """Make the base as a local image; return its tag.

    Raises:
        ClientError: not root, not Debian or Ubuntu, or a step failed.
    """
    family, suite = _family()
    if os.geteuid():
        raise ClientError(
            "expected an image registry that answers, or root to make a Debian base "
            "without one; got neither. Run once "
            f"`sudo {sys.executable} {Path(__file__).with_name('build.py')}`, or load "
            "an official Python image into the engine (docker load) and name it as "
            "base_image."
        )
    source = find_source(Path("/etc"), suite) or Source("", suite)
    say(f"No image registry answers, so the base is made from packages of {suite}.")
    _bring_debootstrap(logs)
    folder = Path(tempfile.mkdtemp(prefix="airlift-base-", dir="/var/tmp"))
    try:
        _bootstrap(source, family, folder, logs)
        return _import(client, folder, suite, logs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def release() -> tuple[str, str]:
    """Return `debian` or `ubuntu` and the suite of this machine; "" for another."""
    try:
        here = platform.freedesktop_os_release()
    except OSError:
        return "", ""
    names = [here.get("ID", ""), *here.get("ID_LIKE", "").split()]
    family = next((name for name in COMPONENTS if name in names), "")
    if "UBUNTU_CODENAME" in here:
        family = "ubuntu"
    return family, here.get("UBUNTU_CODENAME") or here.get("VERSION_CODENAME", "")


def _family() -> tuple[str, str]:
    """Return `debian` or `ubuntu` and the suite of this machine."""
    family, suite = release()
    if not family or not suite:
        raise ClientError(
            "expected an image registry that answers, or Debian or Ubuntu to make a "
            f"base without one; got {platform.platform()}. "
            "Load an official Python image into the engine (docker load)."
        )
    return family, suite


def _bring_debootstrap(logs: Path) -> None:
    """Install debootstrap if it is not there."""
    if shutil.which("debootstrap"):
        return
    apt = ["apt-get", "install", "-y", "--no-install-recommends", "debootstrap"]
    log = logs / "apt.log"
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run_step("Reading the list of packages", ["apt-get", "update"], log, quiet)
    run_step("Installing debootstrap", apt, log, quiet)


def _bootstrap(source: Source, family: str, folder: Path, logs: Path) -> None:
    """Fill `folder` with a small system and its Python, newest security fixes in."""
    options = ["--variant=minbase", f"--include={PACKAGES}"]
    options += [f"--components={COMPONENTS[family]}"]
    if source.keyring and Path(source.keyring).is_file():
        options += [f"--keyring={source.keyring}"]
    # in a mount namespace of its own, so no mount can be left behind
    alone = ["unshare", "--mount"]
    run_step(
        f"Fetching a small {source.suite} (about a minute)",
        # without a mirror of this machine's own, debootstrap knows the distribution's
        [*alone, "debootstrap", *options, source.suite, str(folder)]
        + ([source.mirror] if source.mirror else []),
        logs / "debootstrap.log",
        {"DEBIAN_FRONTEND": "noninteractive"},
    )
    folder.chmod(0o755)
    _check_python(folder, source.suite)
    _upgrade(source, family, folder, logs)
    for pattern in LEAVES:
        for path in list(folder.glob(pattern)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def _upgrade(source: Source, family: str, folder: Path, logs: Path) -> None:
    """Bring the security fixes in; without a mirror that has them, say so."""
    safe = find_source(Path("/etc"), f"{source.suite}-security")
    if safe is None:
        say("The base stays without security fixes: apt knows no source of them here.")
        return
    components = COMPONENTS[family].replace(",", " ")
    with (folder / "etc/apt/sources.list").open("a") as sources:  # after debootstrap's
        sources.write(f"\ndeb {safe.mirror} {safe.suite} {components}\n")
    apt = "apt-get -qq update && apt-get -qq -y --no-install-recommends upgrade"
    alone = ["unshare", "--mount", "chroot", str(folder), "sh", "-c", apt]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run_step("Bringing its security fixes in", alone, logs / "upgrade.log", quiet)
    except ClientError as error:
        say(f"The base stays without the latest security fixes: {error}")


def _check_python(folder: Path, suite: str) -> None:
    """Refuse a Python that is too old for seats."""
    found = [path.name for path in (folder / "usr/bin").glob("python3.[0-9]*")]
    minor = max((int(name.partition(".")[2]) for name in found), default=0)
    if minor < 11:
        raise ClientError(
            f"expected Python 3.11 or newer in {suite}, got 3.{minor}. Load an "
            "official Python image into the engine (docker load)."
        )


def _import(client: Client, folder: Path, suite: str, logs: Path) -> str:
    """Make an image of the folder; return its tag."""
    say("Importing the base …")
    log = logs / "import.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            ["tar", "--create", "--one-file-system", "--directory", str(folder), "."],
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as tar,
    ):
        imported = subprocess.run(
            [
                *(client.path, "import", "--change", f"LABEL {LABEL}={suite}"),
                *("--change", "ENV LANG=C.UTF-8", "-"),
            ],
            stdin=tar.stdout,
            capture_output=True,
            text=True,
            check=False,
        )
    if imported.returncode or tar.returncode:
        raise ClientError(f"expected the base as an image, got: {imported.stderr}")
    return tag(client, imported.stdout.strip())
