"""Packing: a lab with its checker and image as one zip, the same bytes every time."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from hub.authoring.parcels import MANIFEST, PROOF, ParcelError, wanted
from hub.catalog import Lab

VERSION = 1
_EPOCH = (1980, 1, 1, 0, 0, 0)


def contents(
    lab: Lab, checker: Path, image: Path | None, proof: Path | None
) -> dict[str, Path]:
    """Return the files of a pack by their paths in it, in order.

    Args:
        lab: the lab.
        checker: its module.
        image: the folder of its image; None when it is Airlift's own.
        proof: what proving it said last; None when there is none.

    Raises:
        ParcelError: a file of the lab is none, such as a link.
    """
    found = {f"checkers/{lab.slug}.py": checker}
    found |= _below(lab.folder, f"labs/{lab.slug}")
    if image is not None:
        found |= _below(image, f"images/{image.name}")
    if proof is not None:
        found[PROOF] = proof
    return dict(sorted(found.items()))


def _below(folder: Path, name: str) -> dict[str, Path]:
    """Return the files below a folder that go into a pack."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = f"{name}/{path.relative_to(folder).as_posix()}"
        if wanted(inside) and (path.is_symlink() or not path.is_dir()):
            if path.is_symlink() or not path.is_file():
                raise ParcelError(f"{inside}: expected a plain file, got a link")
            found[inside] = path
    return found


def write_pack(lab: Lab, files: Mapping[str, Path], out: Path) -> None:
    """Write the zip; it appears whole."""
    manifest = {
        "v": VERSION,
        "lab": lab.slug,
        "version": lab.version,
        "title": lab.title,
        "license": lab.license,
        "image": lab.image,
        "airlift": metadata.version("jupyterhub-airlift"),
        "files": {name: digest(path) for name, path in files.items()},
    }
    draft = out.with_name(f".{out.name}.draft")
    try:
        with zipfile.ZipFile(draft, "w") as pack:
            text = json.dumps(manifest, indent=1) + "\n"
            _put(pack, MANIFEST, text.encode(), runs=False)
            for name, path in files.items():
                _put(pack, name, path.read_bytes(), runs=os.access(path, os.X_OK))
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def _put(pack: zipfile.ZipFile, name: str, data: bytes, *, runs: bool) -> None:
    """Put one file into the zip, without a time, an owner or this system's flags."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = 3
    entry.external_attr = (0o100755 if runs else 0o100644) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    pack.writestr(entry, data, compresslevel=9)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_manifest(folder: Path, names: Iterable[str]) -> dict[str, Any]:
    """Compare an unpacked parcel with its manifest; returns it, empty without one.

    Raises:
        ParcelError: names the first file that is another, missing or unknown.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        expected = dict(manifest["files"])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ParcelError(f"{MANIFEST}: expected a manifest, got: {error!r}") from None
    there = {name: digest(folder / name) for name in names if name != MANIFEST}
    for name in sorted(expected.keys() | there.keys()):
        if expected.get(name) != there.get(name):
            got = "another" if name in expected and name in there else "none"
            said = "it" if name in expected else "nothing by this name"
            raise ParcelError(f"{name}: the manifest has {said}, got {got}")
    return dict(manifest)
