"""What a lab needs elsewhere is told from what is installed here."""

from __future__ import annotations

from email.message import Message
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest

from checkers.engine.packages import (
    PackageError,
    install,
    lines,
    make_venv,
    missing,
    names,
    requirements,
)


class Installed(Distribution):
    """A package that is installed."""

    def __init__(self, name: str, version: str, *needs: str) -> None:
        self._name, self._version, self._needs = name, version, list(needs)

    @property
    def metadata(self) -> Any:
        """Its name, version and needs."""
        message = Message()
        message["Name"], message["Version"] = self._name, self._version
        for need in self._needs:
            message["Requires-Dist"] = need
        return message

    def read_text(self, filename: str) -> str | None:
        """Nothing else is asked for."""
        return None

    def locate_file(self, path: Any) -> Path:
        """Nothing else is asked for."""
        return Path(path)

    @property
    def requires(self) -> list[str] | None:
        """What it needs."""
        return self._needs


def test_what_nobody_else_asked_for_was_wanted() -> None:
    """Roots are named, their needs are not; extras count only where they are in use."""
    found = [
        Installed("Pandas", "3.1.1", "numpy>=2", 'matplotlib; extra == "plot"'),
        Installed("numpy", "2.4"),
        Installed("matplotlib", "3.11.2", "numpy"),
        Installed("jupyterlab", "4.6.6", "jsonschema[format-nongpl]>=4"),
        Installed("notebook", "7.6.5", "jupyterlab"),
        Installed("jsonschema", "4.26", 'webcolors; extra == "format_nongpl"'),
        Installed("webcolors", "25"),
        Installed("jupyterhub", "6.1.1", "numpy"),
        Installed("pip", "26"),
    ]
    expected = "jupyterlab==4.6.6\nmatplotlib==3.11.2\nnotebook==7.6.5\npandas==3.1.1\n"
    assert requirements(found) == expected


def test_a_requirements_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Names come back, comments and flags do not; what is missing is told."""
    text = lines({"tornado": "6", "no-such-package-here": "1.0", "pip": "1"})
    assert names(text + "# remark\n--flag\n") == ["no-such-package-here", "tornado"]
    path = tmp_path / "requirements.txt"
    path.write_text(text)
    assert missing(path) == ["no-such-package-here"]


def test_what_pip_cannot_install_is_told(tmp_path: Path) -> None:
    """Neither with these versions nor without; an environment itself is quick."""
    path = tmp_path / "requirements.txt"
    path.write_text("./no-such-folder\n")
    said: list[str] = []
    make_venv(tmp_path / "v", said.append)
    python = str(tmp_path / "v" / "bin" / "python")
    with pytest.raises(PackageError, match="pip could not install"):
        install(python, path, said.append)
    assert any("newest" in sentence for sentence in said)
