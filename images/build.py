"""Build what seats are made of: the image, or with --local an environment without one.

    python images/build.py --root DIR [--image NAME]… [--base-image REF]
                           [--base auto|pull|debootstrap]
    python images/build.py --root DIR --local [PREFIX]
    python images/build.py --root DIR --lock

Progress goes to stderr; stdout has the images' ids, one a line in the order asked for
(or the prefix, or the lock file). Without a name it is the image `base`. Nothing is
built again unless its inputs changed; the look whether they did takes less than a
second. Exit code 1: one sentence on stderr says what to do.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

import debian
from checkers.engine.declared import DeclarationError, declared
from client import Client, ClientError, find_client, run_step, say
from contents import IMAGE, files, gather, gather_own, own_files
from hub.catalog import Lab, LabError, load_labs
from hub.settings import Settings, SettingsError
from hub.settings import settings as load_settings
from local import build_local
from stages import Stage, build_stage, software

TAG = "airlift-seat"
SERVICES = "services.toml"
BASES = ("auto", "pull", "debootstrap")
FIRST_WORD = 20.0
"""Seconds a registry has for its first line of a pull."""
PULL = 900.0
"""Seconds a pull may take as a whole."""
UNNEEDED = "unneeded.txt"


def build_image(
    client: Client, settings: Settings, name: str, base: str, logs: Path
) -> str:
    """Return the id of one of the seats' images, built if any of its inputs changed.

    Args:
        client: the docker command.
        settings: for the root and the labs.
        name: of the image: a folder of images/, or a lab that brings packages.
        base: reference of the image to start from.
        logs: folder for what the steps print.

    Raises:
        ClientError: says what to do.
        LabError: a lab.toml cannot be used.
    """
    labs, tag = load_labs(settings.labs_dir), base
    for stage in software(settings, labs, name):
        tag = build_stage(client, settings, stage, tag, logs)
    last = _labs_stage(settings, labs, name, logs)
    tag = build_stage(client, settings, last, tag, logs)
    return client.image_id(tag)


def _labs_stage(
    settings: Settings, labs: Mapping[str, Lab], name: str, logs: Path
) -> Stage:
    """Return the last stage: checkers, the image's labs and its services."""
    root = settings.software
    held = [lab for lab in labs.values() if lab.seat_image == name]
    source = labs[name].image if name in labs and held == [labs[name]] else name
    services = settings.image_folder(source) / SERVICES
    try:
        declared(services)
    except DeclarationError as error:
        raise ClientError(str(error)) from None
    version = _version(root)

    def fill(context: Path) -> None:
        """Put checkers, released labs and what the image declares there."""
        gather_own(settings, held, context, logs)
        (context / "declared").mkdir()
        gather([services] if services.is_file() else [], context / "declared")

    return Stage(
        sentence=f"Adding checkers and labs to the image {name}",
        dockerfile=settings.software / "images" / "labs.Dockerfile",
        files=(*own_files(settings, held), *files([services])),
        fill=fill,
        name=name,
        tag=TAG,
        version=version,
    )


def _version(root: Path) -> str:
    """Return Airlift's version: of the checkout, which may be newer, or installed."""
    project = root / "pyproject.toml"
    if not project.exists():
        return metadata.version("jupyterhub-airlift")
    return str(tomllib.loads(project.read_text())["project"]["version"])


def find_base(client: Client, reference: str, way: str, logs: Path) -> str:
    """Return a reference of the image to start from, brought here if need be.

    One that is here already is taken, so that a build does not depend on whether a
    registry answers today.

    Raises:
        ClientError: there is none to be had; says what to do.
    """
    if way != "debootstrap":
        if client.image_id(reference):
            return reference
        made = "" if way == "pull" else debian.made_before(client)
        if made:
            return made
        if pull(client, reference, logs):
            return reference
    if way == "pull":
        raise ClientError(
            f"expected a registry that has {reference}, got no answer. "
            "docker load an image of that name, or use --base debootstrap as root."
        )
    return debian.made_before(client) or debian.make_base(client, logs)


def pull(client: Client, reference: str, logs: Path) -> bool:
    """Pull an image; tell whether it is here now. A silent registry is given up."""
    say(f"Looking for {reference} …")
    log = logs / "pull.log"
    log.unlink(missing_ok=True)
    with log.open("w") as file:
        pulling = subprocess.Popen(
            [client.path, "pull", reference],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    start = time.monotonic()
    while pulling.poll() is None:
        time.sleep(0.1)
        waited = time.monotonic() - start
        if waited > PULL or (waited > FIRST_WORD and not log.stat().st_size):
            pulling.kill()
    return pulling.wait() == 0


def write_lock(root: Path) -> Path:
    """Write requirements.lock anew with uv; return its path.

    Raises:
        ClientError: uv failed.
    """
    folder = root / "images" / IMAGE
    lines = (folder / UNNEEDED).read_text().splitlines()
    unneeded = [line for line in lines if line and not line.startswith("#")]
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "--upgrade", "--universal"),
        *("--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"),
        *("--quiet", str(folder / "requirements.in")),
        *("--output-file", str(folder / "requirements.lock")),
    ]
    command += [part for name in unneeded for part in ("--no-emit-package", name)]
    environ = {"UV_CUSTOM_COMPILE_COMMAND": "python images/build.py --lock"}
    with tempfile.TemporaryDirectory() as logs:
        run_step("Locking the seat's software", command, Path(logs, "uv.log"), environ)
    return folder / "requirements.lock"


def _arguments(words: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Build what seats are made of.")
    root = Path(__file__).resolve().parent.parent
    parser.add_argument(
        "--root", type=Path, default=root, help="folder of the checkout"
    )
    parser.add_argument(
        *("--image",), dest="images", action="append", metavar="NAME", help="which"
    )
    parser.add_argument("--base-image", help="image to start from")
    parser.add_argument("--base", choices=BASES, default="auto", help="where from")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        *("--local",), nargs="?", const="", metavar="PREFIX", help="no image at all"
    )
    kind.add_argument(
        "--lock", action="store_true", help="write requirements.lock anew"
    )
    return parser.parse_args(words)


@contextlib.contextmanager
def alone(state: Path) -> Iterator[None]:
    """Let one build at a time work on an installation."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "build.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another build to end …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def answer(asked: argparse.Namespace, settings: Settings) -> dict[str, str]:
    """Build what the command line asks for; return what to print.

    Raises:
        ClientError: says what to do.
    """
    logs = settings.log_dir
    logs.mkdir(parents=True, exist_ok=True)
    if asked.lock:
        return {"lock": str(write_lock(settings.software))}
    with alone(settings.state_dir):
        if asked.local is None:
            client, names = find_client(), asked.images or [IMAGE]
            base = find_base(client, settings.base_image, asked.base, logs)
            return {
                name: build_image(client, settings, name, base, logs) for name in names
            }
        prefix = Path(asked.local or settings.state_dir / "seat-venv").absolute()
        return {"prefix": str(build_local(settings, prefix, logs))}


def main(words: list[str] | None = None) -> int:
    """Build what the command line asks for; return the exit code."""
    asked = _arguments(words)
    start = time.monotonic()
    try:
        settings = load_settings(asked.root, base_image=asked.base_image)
        found = answer(asked, settings)
    except (ClientError, LabError, SettingsError, OSError) as error:
        say(str(error))
        return 1
    say(f"Ready after {time.monotonic() - start:.1f} s.")
    print(json.dumps(found) if asked.json else "\n".join(found.values()))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
