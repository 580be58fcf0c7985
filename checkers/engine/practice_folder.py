"""A practice folder: the home of a lab on somebody's own machine.

Work lies in it as it does in a seat's home; below ``.airlift`` are the own record, the
outbox and what the lab needs to run: released labs, checkers, configuration and panel.

Errors:
    ParcelError: a sentence for the person.
    OSError: the folder cannot be written.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import site
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checkers.engine.bring_back import Brought, bring_back
from checkers.engine.fields import SLUG
from checkers.engine.parcel import (
    LABS,
    MANIFEST,
    PACKAGE,
    REQUIREMENTS,
    Parcel,
    ParcelError,
    is_carried,
)
from checkers.engine.place import Place
from checkers.engine.seat import copy_labs
from checkers.engine.strings import _

_HOOK = """\
import sys

try:
    import checkers.engine.hook
except (Exception, SystemExit) as error:
    sys.stderr.write(
        "Steps are not checked in this notebook: Airlift could not be loaded "
        f"({type(error).__name__}).\\n"
    )
else:
    get_config().InteractiveShellApp.extensions.append("checkers.engine.hook")
"""
_SERVER = {
    "ServerApp": {
        "jpserver_extensions": {"checkers.engine.agent": True},
        "open_browser": False,
        "allow_root": True,
        "log_level": "WARN",
    },
    "LabApp": {
        "extension_manager": "readonly",
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    },
}
_PAGE = {
    "disabledExtensions": dict.fromkeys(
        (
            "@jupyter/nbgrader",  # teachers' tools, where those are installed
            "@jupyterlab/apputils-extension:announcements",
            "@jupyterlab/debugger-extension",
            "@jupyterlab/extensionmanager-extension",
            "@jupyterlab/fileeditor-extension:language-server",
            "@jupyterlab/lsp-extension",
            "@jupyterlab/notebook-extension:language-server",
        ),
        True,
    )
}
_OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "fetchNews": "false",
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10},
}
_BASH = {
    "argv": ["python", "-P", "-m", "checkers.engine.bash", "-f", "{connection_file}"],
    "display_name": "Bash",
    "language": "bash",
    "env": {"PS1": "$"},
}
"""The kernel of labs in the shell; its package alone does not announce it."""
_DROPPED = ("AIRLIFT_", "IPYTHON", "JPY_", "JUPYTER", "PYTHON", "XDG_")
"""Variables that would bring in another server's settings."""
BASE = "base"
"""The image whose labs need nothing but Python packages."""
_PAGES = {
    "lab": "lab/tree/{slug}/{slug}.ipynb",
    "notebook": "notebooks/{slug}/{slug}.ipynb",
}


@dataclass(frozen=True, slots=True)
class PracticeFolder:
    """Where somebody practises; `home` need not exist yet."""

    home: Path

    @property
    def own(self) -> Path:
        """The record, the outbox and all that belongs to running the lab."""
        return self.home / ".airlift"

    @property
    def support(self) -> Path:
        """What the lab needs to run."""
        return self.own / "practice"

    @property
    def library(self) -> Path:
        """The folder that holds our package for its kernels and server."""
        return self.support / "lib"

    @property
    def programs(self) -> Path:
        """Commands that its terminals have, as those of a seat do."""
        return self.support / "bin"

    @property
    def requirements(self) -> Path:
        """Which packages the lab needs."""
        return self.support / REQUIREMENTS

    @property
    def venv(self) -> Path:
        """The environment of its own, when it needs one."""
        return self.own / "venv"

    @property
    def slugs(self) -> tuple[str, ...]:
        """Its labs, the one it began with first."""
        first = self.manifest.get("first")
        found = sorted(
            path.parent.name for path in (self.support / LABS).glob("*/lab.json")
        )
        return tuple(sorted(found, key=lambda slug: slug != first))

    @property
    def manifest(self) -> dict[str, Any]:
        """What it was last filled from; empty before."""
        try:
            return dict(json.loads((self.support / MANIFEST).read_text("utf-8")))
        except (OSError, ValueError):
            return {}

    def place(self) -> Place:
        """Return it as the place that can be taken home."""
        outbox, labs = self.own / "outbox", self.support / LABS
        return Place(self.home, outbox, labs, self.slugs, self.requirements)

    def interface(self) -> str:
        """Return the interface of its first lab: lab or notebook."""
        said = str(self._first_lab().get("interface"))
        return said if said in _PAGES else "lab"

    def image(self) -> str:
        """Return the image that its first lab is made for."""
        return str(self._first_lab().get("image") or BASE)

    def _first_lab(self) -> dict[str, Any]:
        """Return lab.json of its first lab."""
        for slug in self.slugs[:1]:
            path = self.support / LABS / slug / "lab.json"
            return dict(json.loads(path.read_text("utf-8")))
        return {}

    def first_page(self) -> str:
        """Return the page to open."""
        return _PAGES[self.interface()].format(slug=self.slugs[0])


def first_lab(parcel: Parcel) -> str:
    """Return the first lab of a parcel.

    Raises:
        ParcelError: there is none.
    """
    labs = parcel.manifest.get("labs")
    for lab in labs if isinstance(labs, list) else []:
        slug = lab.get("slug") if isinstance(lab, dict) else None
        named = isinstance(slug, str) and SLUG.fullmatch(slug) is not None
        if named and f"{LABS}/{slug}/lab.json" in parcel.sizes:
            return str(slug)
    raise ParcelError(_("There is no lab in it that could be practised."))


def fill(folder: PracticeFolder, parcel: Parcel) -> Brought:
    """Put a parcel's labs, checkers, work and progress into a practice folder."""
    first = first_lab(parcel)
    folder.own.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = folder.manifest
    if _made(parcel.manifest) >= _made(before):
        _support(folder, parcel, str(before.get("first") or first))
    configure(folder)
    place = folder.place()
    brought = bring_back(parcel, place.home, place.outbox, place.labs())
    copy_labs(place.labs_dir, place.slugs, place.home)
    return brought


def _made(manifest: Mapping[str, Any]) -> int:
    """Return when a parcel was made."""
    made = manifest.get("made")
    return made if isinstance(made, int) else 0


def _support(folder: PracticeFolder, parcel: Parcel, first: str) -> None:
    """Renew what the lab needs to run; labs that came before stay."""
    aside = folder.own / "practice.new"
    shutil.rmtree(aside, ignore_errors=True)
    if (folder.support / LABS).is_dir():
        shutil.copytree(folder.support / LABS, aside / LABS)
    for name in [*parcel.below(LABS), *parcel.below(PACKAGE)]:
        if all(is_carried(part) for part in name.split("/")):
            inside = f"lib/{name}" if name.startswith(f"{PACKAGE}/") else name
            target = aside / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                for chunk in parcel.chunks(name):
                    file.write(chunk)
    _write(
        aside / REQUIREMENTS,
        parcel.read(REQUIREMENTS, 2**20).decode("utf-8", "replace"),
    )
    language = str(parcel.manifest.get("language", ""))[:10]
    kept = {
        "made": _made(parcel.manifest),
        "first": first,
        "language": language,
        "preview": parcel.manifest.get("preview") is True,
    }
    _write(aside / MANIFEST, json.dumps(kept))
    shutil.rmtree(folder.support, ignore_errors=True)
    aside.rename(folder.support)


def configure(folder: PracticeFolder) -> None:
    """Write the configuration of its server and kernels, and the side panel."""
    profile = folder.own / "ipython" / "profile_default"
    _write(profile / "ipython_config.py", _HOOK)
    etc = folder.support / "etc" / "jupyter"
    _write(etc / "jupyter_server_config.json", json.dumps(_SERVER, indent=1))
    _write(etc / "labconfig" / "page_config.json", json.dumps(_PAGE, indent=1))
    overrides = etc / "labconfig" / "default_setting_overrides.json"
    _write(overrides, json.dumps(_OVERRIDES, indent=1))
    answer = folder.programs / "answer"
    words = f'{shlex.quote(sys.executable)} -P -m checkers.engine.answers "$@"'
    _write(answer, f"#!/bin/sh\nexec {words}\n")
    answer.chmod(0o755)
    share = folder.support / "share" / "jupyter"
    if any(_kernel(folder.support / LABS / slug) == "bash" for slug in folder.slugs):
        _write(share / "kernels" / "bash" / "kernel.json", json.dumps(_BASH, indent=1))
    panel = folder.library / PACKAGE / "panel"
    try:
        name = str(json.loads((panel / "package.json").read_text("utf-8"))["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    if SLUG.fullmatch(name):
        target = share / "labextensions" / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(panel, target)


def _kernel(lab: Path) -> str:
    """Return the name of the kernel that a released lab's notebook wants."""
    try:
        notebook = json.loads((lab / f"{lab.name}.ipynb").read_text("utf-8"))
        return str(notebook["metadata"]["kernelspec"]["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def environment(
    folder: PracticeFolder, environ: Mapping[str, str], home: Path | None = None
) -> dict[str, str]:
    """Return the environment of its server and kernels.

    The folder is their home, so what they keep stays in it, and settings of other
    servers of this person do not reach them.

    Args:
        folder: the practice folder.
        environ: this process's environment.
        home: where the folder lies for the server, when that is elsewhere.
    """
    seen = PracticeFolder(home or folder.home)
    kept = {
        key: value for key, value in environ.items() if not key.startswith(_DROPPED)
    }
    if site.ENABLE_USER_SITE and home is None:
        kept["PYTHONUSERBASE"] = site.getuserbase()
    if home is None:  # elsewhere, an image has them
        kept["PATH"] = f"{folder.programs}{os.pathsep}{environ.get('PATH', os.defpath)}"
    language = environ.get("AIRLIFT_LANGUAGE") or str(
        folder.manifest.get("language", "")
    )
    return kept | {
        "HOME": str(seen.home),
        "PYTHONPATH": str(seen.library),
        "IPYTHONDIR": str(seen.own / "ipython"),
        "JUPYTER_CONFIG_DIR": str(seen.own / "jupyter"),
        "JUPYTER_CONFIG_PATH": str(seen.support / "etc" / "jupyter"),
        "JUPYTER_DATA_DIR": str(seen.own / "jupyter" / "data"),
        "JUPYTER_RUNTIME_DIR": str(seen.own / "jupyter" / "runtime"),
        "JUPYTER_PATH": str(seen.support / "share" / "jupyter"),
        "AIRLIFT_LABS_DIR": str(seen.support / LABS),
        "AIRLIFT_LABS": ",".join(folder.slugs),
        "AIRLIFT_REQUIREMENTS": str(seen.requirements),
        "AIRLIFT_LANGUAGE": language,
    }


def command(folder: PracticeFolder, python: str, address: str, port: int) -> list[str]:
    """Return the command of its server; the token is in the environment."""
    module = {"lab": "jupyterlab", "notebook": "notebook"}[folder.interface()]
    # -P: a file in the practice folder takes no module's place
    return [
        *(python, "-P", "-m", module),
        f"--ServerApp.ip={address}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.default_url=/{folder.first_page()}",
    ]


def _write(path: Path, text: str) -> None:
    """Write a text file, its folder too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
