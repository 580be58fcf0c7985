"""Places where a stand is opened: beside this program, or in a lab's real image.

Errors:
    PlaceError: the place cannot be had; says what to do.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

import docker

from checkers.engine.seat import copy_labs
from hub.authoring.release import release
from hub.authoring.stand.__main__ import CUT
from hub.catalog import Lab
from hub.seating.container import HOME, UID, limits
from hub.settings import Settings

STAND = "hub.authoring.stand"
_RECEIVE = f"""
import json, os, pathlib, runpy, sys
size = b""
while not size.endswith(b"\\n"):
    size += os.read(0, 1) or sys.exit(3)
left, text = int(size), b""
while left > len(text):
    text += os.read(0, left - len(text)) or sys.exit(3)
folder = pathlib.Path("/tmp/airlift-stand")
for name, source in json.loads(text).items():
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(source)
os.environ["PYTHONPATH"] = str(folder)
sys.path.insert(0, str(folder))
runpy.run_module("{STAND}", run_name="__main__")
"""
"""Reads modules from stdin, byte by byte so as to leave what follows, and runs them."""
_ALONE = ("unshare", "--net", "--map-root-user")
_END = 10.0


class PlaceError(RuntimeError):
    """There is no such place for a lab."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A stand that runs.

    Args:
        process: it, with its lines on stdin and stdout.
        folder: the lab's folder as the stand has it.
        cut: it reaches no network but its own.
        hook: kernels have to be told to load the hook.
    """

    process: Popen[bytes]
    folder: Path
    cut: bool
    hook: bool


Place = Callable[[Lab, Path, str], AbstractContextManager[Opened]]
"""Takes the lab, an empty folder, and the name of the kernel."""


@contextlib.contextmanager
def here(lab: Lab, folder: Path, _kernel: str) -> Iterator[Opened]:
    """Open a stand beside this program, with a home of its own below `folder`.

    A lab without a way out is worked on in a network of its own where this system
    lets us make one.

    """
    home = folder / "home"
    home.mkdir(parents=True)
    release(lab, folder / "released")
    copy_labs(folder / "released", [lab.slug], home)
    cut = not lab.egress and may_be_alone()
    words = [*_ALONE] if cut else []
    process = Popen(
        [*words, sys.executable, "-P", "-m", STAND],
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        cwd=home,
        env=_environ(lab, folder, home, cut),
    )
    try:
        yield Opened(process, home / lab.slug, cut, hook=True)
    finally:
        end(process)


def in_image(airlift: Settings, image: str) -> Place:
    """Return the place in a container of an image, held to what a seat is held to.

    It goes with all its files when this program ends, however that happens.
    """

    @contextlib.contextmanager
    def opened(lab: Lab, _folder: Path, _kernel: str) -> Iterator[Opened]:
        """Open a stand in a container of its own."""
        engine = docker.from_env().api
        try:
            container = _create(engine, airlift, image, lab)
            process = Popen(
                ["docker", "start", "--attach", "--interactive", container],
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
            )
            try:
                _hand_on(process)
                yield Opened(process, Path(HOME, lab.slug), not lab.egress, hook=False)
            finally:
                end(process)
                with contextlib.suppress(docker.errors.APIError):
                    engine.remove_container(container, force=True, v=True)
        finally:
            engine.close()

    return opened


def _create(engine: docker.APIClient, airlift: Settings, image: str, lab: Lab) -> str:
    """Make a container with a seat's limits, whose files go with it."""
    host = engine.create_host_config(
        **{**limits(airlift), "restart_policy": None},
        auto_remove=True,
        mem_limit=airlift.seat_memory,
        nano_cpus=round(airlift.seat_cpus * 1e9),
        network_mode="bridge" if lab.egress else "none",
    )
    entry = ["python", "-P", "-m", "checkers.engine.seat", "--"]
    made = engine.create_container(
        image,
        [*entry, "python", "-P", "-c", _RECEIVE],
        user=f"{UID}:{UID}",
        working_dir=HOME,
        hostname="seat",
        stdin_open=True,
        volumes=[HOME],
        environment={"AIRLIFT_LABS": lab.slug, "AIRLIFT_ROOM_URL": ""},
        host_config=host,
    )
    return str(made["Id"])


def _hand_on(process: Popen[bytes]) -> None:
    """Give the stand's own modules to a container, whose image has none of ours."""
    root = Path(__file__).parents[2]
    package = Path(__file__).parent / "stand"
    paths = [root / "hub" / "__init__.py", package.with_name("__init__.py")]
    modules = {
        str(path.relative_to(root)): path.read_text(encoding="utf-8")
        for path in [*paths, *sorted(package.glob("*.py"))]
    }
    text = json.dumps(modules).encode()
    assert process.stdin is not None  # a pipe
    with contextlib.suppress(BrokenPipeError):  # told by what is asked first
        process.stdin.write(f"{len(text)}\n".encode() + text)
        process.stdin.flush()


def end(process: Popen[bytes]) -> None:
    """Tell a stand that nothing more comes and wait until it is gone."""
    with contextlib.suppress(OSError):
        process.stdin.close()  # type: ignore[union-attr]
    try:
        process.wait(_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()  # type: ignore[union-attr]


@functools.cache
def may_be_alone() -> bool:
    """Tell whether this system gives a program a network of its own."""
    if not shutil.which(_ALONE[0]):
        return False
    done = subprocess.run([*_ALONE, "true"], capture_output=True, check=False)
    return done.returncode == 0


def _environ(lab: Lab, folder: Path, home: Path, cut: bool) -> dict[str, str]:
    """Return the variables of a stand that is no container's."""
    commands = folder / "bin"
    commands.mkdir()
    answer = commands / "answer"
    program = f"{shlex.quote(sys.executable)} -P -m checkers.engine.answers"
    answer.write_text(f'#!/bin/sh\nexec {program} "$@"\n')
    answer.chmod(0o755)
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    environ = {
        **os.environ,
        "AIRLIFT_LABS": lab.slug,
        "AIRLIFT_LABS_DIR": str(folder / "released"),
        "AIRLIFT_OUTBOX": str(home / ".airlift" / "outbox"),
        "AIRLIFT_ROOM_URL": "",
        "HOME": str(home),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "PATH": f"{commands}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "XDG_CACHE_HOME": cache,  # the fonts of plots are not looked for each time
    }
    return {**environ, CUT: "yes"} if cut else environ
