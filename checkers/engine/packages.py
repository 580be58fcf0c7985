"""Which packages a lab needs elsewhere: those that were installed here on purpose.

Nobody names them in a lab; but in a seat whatever no other package asked for was wanted
for its own sake. A practice folder hands on the list that it came with.

Errors:
    PackageError: a sentence on what could not be installed, and why.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import (
    Distribution,
    PackageNotFoundError,
    distributions,
    version,
)
from pathlib import Path

from checkers.engine.strings import _

ALWAYS = ("ipykernel", "ipywidgets", "jupyterlab", "notebook")
"""What a practice needs in any case."""
_LEFT_OUT = re.compile(
    r"(pip|setuptools|wheel|uv|jupyterhub|jupyterhub-airlift|supervisor)$"
)
BASH = "bash-kernel"
"""What a notebook with bash cells needs, and no other."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NEED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
_EXTRA = re.compile(r""";.*\bextra\s*==\s*["']([^"']+)["']""")


class PackageError(Exception):
    """Something is not installed and could not be."""


def requirements(
    found: Iterable[Distribution] | None = None, *, bash: bool = False
) -> str:
    """Return requirements.txt: the wanted packages in the versions that are here.

    Args:
        found: the packages; without, those that are installed.
        bash: whether a notebook has bash cells.
    """
    versions: dict[str, str] = {}
    needs: list[tuple[str, str]] = []
    for one in distributions() if found is None else found:
        name = _plain(one.metadata["Name"] or "")
        versions.setdefault(name, one.version)
        needs += ((name, line) for line in one.requires or ())
    extras: set[tuple[str, str]] = set()
    asked: set[str] = set()
    # Twice: an extra in use is found in one pass, what it needs in the next.
    for name, line in needs + needs:
        match = _NEED.match(line)
        extra = _EXTRA.search(line)
        if match and (extra is None or (name, _plain(extra[1])) in extras):
            needed = _plain(match[1])
            asked.add(needed)
            extras |= {(needed, _plain(one)) for one in (match[2] or "").split(",")}
    wanted = (set(versions) - asked) | (set(versions) & set(ALWAYS))
    wanted -= set() if bash else {BASH}
    return lines({name: versions[name] for name in wanted})


def bash_cells(notebooks: Iterable[Path]) -> bool:
    """Say whether one of these notebooks has bash cells."""
    for path in notebooks:
        try:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            if notebook["metadata"]["kernelspec"]["name"] == "bash":
                return True
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return False


def lines(versions: Mapping[str, str]) -> str:
    """Return requirements.txt for these versions."""
    return "".join(
        f"{name}=={version}\n"
        for name, version in sorted(versions.items())
        if name and not _LEFT_OUT.match(name)
    )


def names(text: str) -> list[str]:
    """Return the packages that a requirements.txt names."""
    found = []
    for line in text.splitlines():
        match = _NAME.match(line.strip())
        if match:
            found.append(match[0])
    return found


def missing(path: Path) -> list[str]:
    """Return the packages of a requirements.txt that this Python does not have.

    Another version counts as there: a lab's checks are no matter of the last digit.
    """
    lacking = []
    for name in names(path.read_text(encoding="utf-8")):
        try:
            version(name)
        except PackageNotFoundError:
            lacking.append(name)
    return lacking


def make_venv(folder: Path, say: Callable[[str], None]) -> None:
    """Make a virtual environment.

    Raises:
        PackageError: it cannot be made.
    """
    say(_("Making an environment of its own in {folder}").format(folder=folder))
    if not _run([sys.executable, "-m", "venv", "--clear", str(folder)]):
        raise PackageError(
            _("No environment could be made: on Debian and Ubuntu, python3-venv is it.")
        )


def install(python: str, path: Path, say: Callable[[str], None]) -> None:
    """Install what a requirements.txt names with pip, for a Python.

    Where those very versions do not fit this Python, the newest that do.

    Raises:
        PackageError: pip is not there or could not install them.
    """
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    if not _run([*pip, "--version"], quiet=True):
        raise PackageError(_("There is no pip in this Python."))
    line = [*pip, "install", "--quiet", "--progress-bar", "off"]
    wanted = names(path.read_text(encoding="utf-8"))
    say(_("Installing {names}; a minute or two").format(names=", ".join(wanted)))
    if _run([*line, "-r", str(path)]):
        return
    say(_("These versions could not be installed; trying the newest ones"))
    if not _run([*line, *wanted]):
        raise PackageError(_("pip could not install the packages; above it says why."))


def _run(line: list[str], *, quiet: bool = False) -> bool:
    """Run a program whose errors the person may read; tell whether it worked."""
    where = subprocess.DEVNULL if quiet else None
    return subprocess.run(line, stdout=where, stderr=where, check=False).returncode == 0


def _plain(name: str) -> str:
    """Return a package's name as all its spellings have it."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
