"""A parcel is looked at before it is believed: hostile zips are refused in words."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from checkers.engine.parcel import (
    MANIFEST,
    MOST_BYTES,
    MOST_FILES,
    ParcelError,
    files_below,
    open_folder,
    open_zip,
)

Filler = Callable[[zipfile.ZipFile], None]


def zipped(fill: Filler, manifest: object = None) -> io.BytesIO:
    """Return a zip with a manifest and what `fill` adds."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest or {"v": 1}))
        fill(archive)
    return target


def nothing(archive: zipfile.ZipFile) -> None:
    """Add nothing."""


def link(archive: zipfile.ZipFile) -> None:
    """Add a symbolic link."""
    info = zipfile.ZipInfo("work/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")


def named(name: str) -> Filler:
    """Return what adds a file of that name."""
    return lambda archive: archive.writestr(name, "x")


def twice(archive: zipfile.ZipFile) -> None:
    """Add two files of one name."""
    archive.writestr("work/a", "x")
    with pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("work/a", "y")


def many(archive: zipfile.ZipFile) -> None:
    """Add more files than anybody has."""
    for number in range(MOST_FILES + 200):
        archive.writestr(zipfile.ZipInfo(f"work/{number}"), b"")


def packed_unusually(archive: zipfile.ZipFile) -> None:
    """Add a file in another packing."""
    archive.writestr("work/a", "x" * 100, compress_type=zipfile.ZIP_LZMA)


@pytest.mark.parametrize(
    ("fill", "says"),
    [
        (link, "a link or a device"),
        (named("../evil"), "leads elsewhere"),
        (named("work/../../evil"), "leads elsewhere"),
        (named("/etc/evil"), "leads elsewhere"),
        (named("work//evil"), "leads elsewhere"),
        (named("work\\evil"), "leads elsewhere"),
        (named("C:/evil"), "leads elsewhere"),
        (named("work/a\nb"), "leads elsewhere"),
        (named("work/" + "a" * 300), "leads elsewhere"),
        (twice, "twice"),
        (many, "too large"),
        (packed_unusually, "unusual"),
    ],
)
def test_a_zip_that_nobody_should_unpack_is_refused(fill: Filler, says: str) -> None:
    """Each trick has its sentence, and none reaches the disk."""
    with pytest.raises(ParcelError, match=says), open_zip(zipped(fill)):
        pass


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"no zip at all" * 50, b"PK\x05\x06" + b"\xff" * 18]
)
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    """Anything else is told from a zip."""
    with pytest.raises(ParcelError), open_zip(io.BytesIO(data)):
        pass


def test_a_cut_zip_is_refused() -> None:
    """A download that broke off is not half taken in."""
    data = zipped(named("work/a")).getvalue()
    for end in range(0, len(data), 7):
        with pytest.raises(ParcelError), open_zip(io.BytesIO(data[:end])) as parcel:
            parcel.read("work/a")


@pytest.mark.parametrize(
    "manifest", [{"v": 2}, {"v": True}, {}, [1], "x", {"labs": []}, "[" * 5000]
)
def test_a_manifest_of_another_kind_is_refused(manifest: object) -> None:
    """Only version 1 is read."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        text = manifest if isinstance(manifest, str) else json.dumps(manifest)
        archive.writestr(MANIFEST, text)
    with pytest.raises(ParcelError), open_zip(target):
        pass


def test_a_bomb_is_refused_by_what_it_says_of_itself() -> None:
    """Sizes are added up before anything is unpacked."""

    def bomb(archive: zipfile.ZipFile) -> None:
        with archive.open("work/zeros", "w", force_zip64=True) as file:
            for _ in range(MOST_BYTES // 2**24 + 4):
                file.write(bytes(2**24))

    with pytest.raises(ParcelError, match="too large"), open_zip(zipped(bomb)):
        pass


def test_a_bomb_that_lies_of_its_size_gives_no_more_than_it_said() -> None:
    """What swells beyond its size is damaged, not unpacked."""
    data = bytearray(
        zipped(lambda zip_: zip_.writestr("work/a", bytes(10**6))).getvalue()
    )
    at = data.rfind(b"PK\x01\x02")
    assert struct.unpack_from("<I", data, at + 24) == (10**6,)
    struct.pack_into("<I", data, at + 24, 10)
    with open_zip(io.BytesIO(bytes(data))) as parcel:
        assert parcel.sizes["work/a"] == 10
        with pytest.raises(ParcelError, match="damaged"):
            parcel.read("work/a")


def test_a_directory_of_millions_of_entries_is_refused_unread() -> None:
    """A zip64 or a huge directory is not even listed."""
    data = bytearray(zipped(nothing).getvalue())
    struct.pack_into("<I", data, len(data) - 10, 2**31)
    with pytest.raises(ParcelError, match="too large"), open_zip(io.BytesIO(data)):
        pass


def test_a_program_that_packed_it_anew_in_one_folder_does_no_harm() -> None:
    """The folder that some programs add is looked through, and their caches passed."""
    target, folder = io.BytesIO(), "airlift-2026"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(f"{folder}/", "")
        archive.writestr(f"{folder}/{MANIFEST}", '{"v": 1}')
        archive.writestr("/".join((folder, "work", "a.txt")), "hello")
        archive.writestr(f"__MACOSX/{folder}/._a", "x")
    with open_zip(target) as parcel:
        assert parcel.below("work") == ["work/a.txt"]
        assert parcel.read("work/a.txt") == b"hello"


def test_a_file_has_a_size_that_it_may_have() -> None:
    """Reading stops at what the reader allows."""
    with open_zip(zipped(lambda zip_: zip_.writestr("a", bytes(3 * 2**20)))) as parcel:
        assert len(parcel.read("a")) == 3 * 2**20
        with pytest.raises(ParcelError, match="larger than 2 MB"):
            parcel.read("a", 2 * 2**20)
        assert parcel.read("nothing") == b""


def test_an_unpacked_folder_is_a_parcel_too(tmp_path: Path) -> None:
    """Only the known parts of it; links, caches and environments are left alone."""
    (tmp_path / "work" / "lab" / "__pycache__").mkdir(parents=True)
    (tmp_path / "v" / "lib").mkdir(parents=True)
    (tmp_path / "v" / "lib" / "big.py").write_text("x")
    (tmp_path / MANIFEST).write_text('{"v": 1}')
    (tmp_path / "work" / "lab" / "a.txt").write_text("hello")
    (tmp_path / "work" / "lab" / "__pycache__" / "a.pyc").write_text("x")
    (tmp_path / "work" / "lab" / "link").symlink_to("/etc/passwd")
    (tmp_path / "work" / ".hidden").write_text("x")
    parcel = open_folder(tmp_path)
    assert sorted(parcel.sizes) == [MANIFEST, "work/lab/a.txt"]
    assert parcel.read("work/lab/a.txt") == b"hello"


def test_links_are_followed_where_it_is_said(tmp_path: Path) -> None:
    """Our own package may hold links of ours."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.js").write_text("x")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "vendor").symlink_to(tmp_path / "real")
    assert list(files_below(tmp_path / "own")) == []
    found = list(files_below(tmp_path / "own", follow=True))
    assert found == [tmp_path / "own" / "vendor" / "a.js"]
