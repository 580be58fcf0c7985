"""The scan: every package of an image with its licence, as the image itself says it.

A program for the Python of the image, given on its stdin with nothing of ours there:
standard library only. It prints one JSON object; what the words mean is decided by
`hub.authoring.licences.names`, outside.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

EXCERPT = 40_000
"""Characters of a licence's text that are looked at."""
_TEXT = re.compile(r"(?i)(licen[cs]e|copying|notice)[^/]*$")


def python_packages() -> list[dict[str, Any]]:
    """Return the Python packages that this interpreter can import."""
    found = {}
    for package in metadata.distributions():
        about: Any = package.metadata
        classifiers = about.get_all("Classifier") or []
        files = [path for path in package.files or () if _TEXT.search(str(path))]
        found[about["Name"]] = {
            "kind": "python",
            "name": about["Name"],
            "version": package.version,
            "expression": about.get("License-Expression") or "",
            "license": (about.get("License") or "")[:EXCERPT],
            "classifiers": [c for c in classifiers if c.startswith("License ::")],
            "texts": [_text(Path(str(path.locate()))) for path in files[:8]],
        }
    return [found[name] for name in sorted(found, key=str.casefold)]


def debian_packages(root: Path = Path("/")) -> list[dict[str, Any]]:
    """Return the Debian packages with the licences that their copyright file names."""
    try:
        listed = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Package} ${Version} ${db:Status-Abbrev}\n"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    rows = [line.split() for line in listed.splitlines()]
    return [
        {
            "kind": "debian",
            "name": row[0],
            "version": row[1],
            **copyright_of(root / "usr/share/doc" / row[0] / "copyright"),
        }
        for row in rows
        if len(row) > 2 and row[2].startswith("i")
    ]


def copyright_of(path: Path) -> dict[str, Any]:
    """Return the short names of a copyright file, and the common licences it names."""
    text = _text(path, 4_000_000)
    short = re.findall(r"(?mi)^License:[ \t]*(\S[^\n]*)", text)
    machine = bool(re.match(r"(?i)\s*Format", text))
    common = re.findall(
        r"/usr/share/common-licenses/([A-Za-z0-9.+-]*[A-Za-z0-9])", text
    )
    return {
        "there": bool(text),
        "short": sorted({name.strip() for name in short}) if machine else [],
        "common": sorted(set(common)),
        "texts": [] if machine else [text[:EXCERPT]],
    }


def page_packages(places: list[Path]) -> list[dict[str, Any]]:
    """Return what the pages of JupyterLab and its extensions bring, by their lists."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for path in sorted(p for place in places for p in place.rglob(_PAGES)):
        for item in json.loads(path.read_text(encoding="utf-8"))["packages"]:
            name, version = str(item.get("name")), str(item.get("versionInfo"))
            found[name, version] = {
                "kind": "page",
                "name": name,
                "version": version,
                "expression": item.get("licenseId") or "",
                "license": "",
                "classifiers": [],
                "texts": [str(item.get("extractedText") or "")[:EXCERPT]],
            }
    return [found[key] for key in sorted(found)]


_PAGES = "third-party-licenses.json"


def _text(path: Path, most: int = EXCERPT) -> str:
    """Return a text file's beginning; "" when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")[:most]
    except OSError:
        return ""


def main() -> None:
    """Print what is there."""
    packages = [
        interpreter(),
        *python_packages(),
        *debian_packages(),
        *page_packages([Path(sys.prefix)]),
    ]
    json.dump({"packages": packages}, sys.stdout)


def interpreter() -> dict[str, Any]:
    """Return Python itself, which is no package of its own in some images."""
    version = sys.version.split()[0]
    said = {"expression": "PSF-2.0", "license": "", "classifiers": [], "texts": []}
    return {"kind": "python", "name": "Python", "version": version, **said}


if __name__ == "__main__":
    main()
