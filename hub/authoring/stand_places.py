"""Places where a stand is opened: beside this program, or in a lab's real image.

Errors:
    PlaceError: the place cannot be had; says what to do.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

from checkers.engine.seat import copy_labs
from hub.authoring.release import release
from hub.authoring.stand.__main__ import CUT
from hub.catalog import Lab

STAND = "hub.authoring.stand"
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
def here(lab: Lab, folder: Path, kernel: str) -> Iterator[Opened]:
    """Open a stand beside this program, with a home of its own below `folder`.

    A lab without a way out is worked on in a network of its own where this system
    lets us make one.

    Raises:
        PlaceError: its kernel is not installed here.
    """
    if kernel == "bash" and not _has("bash_kernel"):
        raise PlaceError(
            f"{lab.slug} needs bash_kernel to be proved here, which is not installed "
            "beside airlift: prove it with --in-image"
        )
    home = folder / "home"
    home.mkdir(parents=True)
    release(lab, folder / "released")
    copy_labs(folder / "released", [lab.slug], home)
    cut = not lab.egress and may_be_alone()
    words = [*_ALONE] if cut else []
    process = Popen(
        [*words, sys.executable, "-m", STAND],
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


def _has(package: str) -> bool:
    """Tell whether a package is installed beside airlift."""
    return find_spec(package) is not None
