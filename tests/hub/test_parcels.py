"""Labs on their way: packed the same every time, taken in without trust."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hub.authoring import parcels
from hub.authoring.adding import (
    arrivals,
    aside,
    brings_packages,
    check,
    check_packages,
    put_in_place,
)
from hub.authoring.packing import contents, write_pack
from hub.authoring.parcels import ParcelError, fetch
from hub.authoring.places import package_folder
from hub.authoring.proof import PROOFS, Result, keep, kept, refused
from hub.catalog import load_lab, load_labs
from hub.settings import CONFIG, Settings, settings
from tests.harness import REPOSITORY
from tests.hub.room.process import LAB

LEDGER = '[[files]]\npath = "*"\nlicense = "CC-BY-4.0"\n'
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 12345\n"
CHECKER = 'from checkers import check\n\n\n@check("load-data")\ndef f(work): ...\n'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with one lab, on an image of its own, as another group has it."""
    root = tmp_path / "source"
    for name, text in {
        "labs/small/lab.toml": LAB.replace("minutes", 'image = "ours"\nminutes'),
        "labs/small/lab.ipynb": "{}",
        "labs/small/data/a b.csv": "a;b\n",
        "labs/small/LICENSES.toml": LEDGER,
        "checkers/small.py": CHECKER,
        "images/ours/Dockerfile": "ARG SEAT\nFROM ${SEAT}\n",
        "images/ours/LICENSES.toml": LEDGER,
        "README.md": "not a part of it",
        "labs/small/.ipynb_checkpoints/lab.ipynb": "left by an editor",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "images/ours/start").write_text("#!/bin/sh\n")
    (root / "images/ours/start").chmod(0o755)
    return root


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    """An empty place of an installed Airlift."""
    root = tmp_path / "place"
    root.mkdir()
    (root / "airlift.toml").touch()
    return settings(root, {})


def packed(source: Path, out: Path) -> Path:
    """Pack the lab of a folder."""
    lab = load_lab(source / "labs/small")
    checker, image = source / "checkers/small.py", source / "images/ours"
    write_pack(lab, contents(lab, checker, image, None), out)
    return out


def cloned(source: Path, _: Path) -> str:
    """Put a folder into a git repository; returns its address."""
    git = [
        "git",
        "-C",
        str(source),
        "-c",
        "user.name=T",
        "-c",
        "user.email=t@t.test",
    ]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], check=True)
    return f"file://{source}#main"


def everything(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def take(source: str | Path, into: Path) -> Path:
    """Fetch a source into a new folder."""
    into.mkdir()
    return fetch(str(source), into)


@pytest.mark.parametrize(
    "way",
    [
        lambda source, _: source,
        lambda source, _: source / "labs/small",
        lambda source, tmp: packed(source, tmp / "small.zip"),
        cloned,
    ],
    ids=["folder", "lab's folder", "zip", "git"],
)
def test_a_lab_comes_in_from_a_folder_a_zip_and_git(
    source: Path,
    place: Settings,
    tmp_path: Path,
    way: Callable[[Path, Path], str | Path],
) -> None:
    """Each part in its place, nothing else, and programs of an image still run."""
    parcel = take(way(source, tmp_path), tmp_path / "parcel")
    found = arrivals(parcel, place, ())
    for arrival in found:
        check(arrival, place, replace=False)
    with aside(found, place) as apart:
        put_in_place(found, place, apart)
    there = everything(place.root)
    assert sorted(there) == [
        "airlift.toml",
        "checkers/small.py",
        "images/ours/Dockerfile",
        "images/ours/LICENSES.toml",
        "images/ours/start",
        "labs/small/LICENSES.toml",
        "labs/small/data/a b.csv",
        "labs/small/lab.ipynb",
        "labs/small/lab.toml",
    ]
    assert all((source / name).read_bytes() == there[name] for name in list(there)[1:])
    assert os.access(place.root / "images/ours/start", os.X_OK)
    (again,) = arrivals(parcel, place, ())
    with pytest.raises(ParcelError, match=r"labs/small, checkers/small\.py: there alr"):
        check(again, place, replace=False)
    check(again, place, replace=True)


def test_what_runs_while_an_image_is_built_is_said(
    source: Path, place: Settings, tmp_path: Path
) -> None:
    """The Dockerfile, and the packages of lab and image, as root."""
    (source / "labs/small/requirements.txt").write_text("toolz\n")
    (source / "images/ours/apt.txt").write_text("tree\n")
    (arrival,) = arrivals(take(source, tmp_path / "parcel"), place, ())
    dockerfile, packages, more = arrival.said
    assert dockerfile.startswith("Its image ours is built here, as its Dockerfile says")
    assert packages.startswith("What labs/small/requirements.txt names is installed as")
    assert more.startswith("What images/ours/apt.txt names is installed as root")


def test_a_pack_has_the_same_bytes_every_time(source: Path, tmp_path: Path) -> None:
    """Whenever and by whoever it is made."""
    first = packed(source, tmp_path / "a.zip").read_bytes()
    os.utime(source / "checkers/small.py", (0, 0))
    again = packed(shutil.copytree(source, tmp_path / "copy"), tmp_path / "b.zip")
    assert again.read_bytes() == first
    names = zipfile.ZipFile(again).namelist()
    assert names[0] == "airlift-lab.json"
    assert not any("checkpoints" in name or "README" in name for name in names)


def test_a_lab_lies_aside_until_it_is_put_in_place(
    source: Path, place: Settings, tmp_path: Path
) -> None:
    """Whole, with the images of here; what it replaces stays, its proof comes along."""
    for name in ("labs/small/old.txt", "images/other/apt.txt"):
        (place.root / name).parent.mkdir(parents=True)
        (place.root / name).write_text("old")
    before = everything(place.root)
    found = arrivals(take(source, tmp_path / "parcel"), place, ())
    with aside(found, place) as apart:
        assert load_lab(apart.labs_dir / "small").image == "ours"
        assert (apart.checkers_dir / "small.py").read_text() == CHECKER
        assert (apart.image_folder("ours") / "start").is_file()
        assert (apart.image_folder("other") / "apt.txt").read_text() == "old"
        inside = set(everything(place.root)) - set(before)
        assert all(name.startswith(".airlift/arriving-") for name in inside)
        assert load_labs(place.labs_dir) == {}
        keep(refused("small", "here", Result("ids")), apart.state_dir / PROOFS)
        put_in_place(found, place, apart)
    assert list(load_labs(place.labs_dir)) == ["small"]
    assert not (place.labs_dir / "small/old.txt").exists()
    assert kept(place.state_dir / PROOFS, "small")
    assert not [name for name in everything(place.root) if "arriving" in name]


@pytest.mark.parametrize("failing", range(7))
def test_what_goes_wrong_half_way_leaves_the_place_as_it_was(
    source: Path,
    place: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failing: int,
) -> None:
    """Whichever rename fails: what was there is back, what was not is gone."""
    for name in ("labs/small/old.txt", "images/ours/Dockerfile", "checkers/small.py"):
        (place.root / name).parent.mkdir(parents=True)
        (place.root / name).write_text("old")
    before = everything(place.root)
    found = arrivals(take(source, tmp_path / "parcel"), place, ())
    renames = iter(range(99))
    rename = Path.rename

    def fails(path: Path, target: Path) -> Path:
        """Rename, but for one time."""
        if next(renames) == failing:
            raise OSError("no space left")
        return rename(path, target)

    with aside(found, place) as apart:
        keep(refused("small", "here", Result("ids")), apart.state_dir / PROOFS)
        monkeypatch.setattr(Path, "rename", fails)
        with pytest.raises(OSError, match="no space left"):
            put_in_place(found, place, apart)
    assert everything(place.root) == before


def rewritten(pack: Path, change: Callable[[zipfile.ZipFile], None]) -> Path:
    """Add to a zip."""
    with zipfile.ZipFile(pack, "a") as into:
        change(into)
    return pack


def an_odd(kind: int) -> Callable[[zipfile.ZipFile], None]:
    """Return what adds a link, a pipe or a device as zips have them."""

    def add(into: zipfile.ZipFile) -> None:
        """Add it."""
        entry = zipfile.ZipInfo("labs/small/data/odd")
        entry.external_attr = (kind | 0o777) << 16
        into.writestr(entry, "/etc/passwd")

    return add


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda z: z.writestr("../evil.py", ""), "expected a path inside the zip"),
        (lambda z: z.writestr("labs/x/../../../e", ""), "expected a path inside"),
        (lambda z: z.writestr("/etc/evil", ""), "expected a path inside the zip"),
        (lambda z: z.writestr("labs\\small\\e", ""), "expected a path inside the zip"),
        (an_odd(stat.S_IFLNK), "data/odd: expected a plain file, got a link"),
        (an_odd(stat.S_IFIFO), "data/odd: expected a plain file, got something else"),
        (an_odd(stat.S_IFCHR), "data/odd: expected a plain file, got something else"),
        (lambda z: z.writestr("labs/small/\x1b[2J", ""), "'labs/small/\\x1b[2J': exp"),
        (lambda z: z.writestr("labs/small/a\nb", ""), "a name that can be printed"),
        (lambda z: z.writestr("labs/small/\u202egnp.exe", ""), "that can be printed"),
        (lambda z: z.writestr(f"labs/small/{'d/' * 1500}f", ""), "at most 40 folders"),
        (lambda z: z.writestr("labs/small/a.csv", POINTER), "got what Git LFS puts in"),
        (lambda z: z.writestr("labs/small/lab.toml", ""), "once, got it twice"),
        (lambda z: z.writestr(".", ""), "'.': expected a path inside the zip"),
        (lambda z: z.writestr("labs/small/lab.toml/a", ""), "got both by one name"),
        (lambda z: z.writestr("labs/small/lab.toml/a/b", ""), "got both by one name"),
        (lambda z: z.writestr("labs/small/data", ""), "got both by one name"),
        (lambda z: z.writestr(f"labs/small/{'n' * 300}", ""), "name too long"),
        (lambda z: z.writestr("labs/small/new.txt", ""), "the manifest has nothing by"),
        (
            lambda z: z.writestr("labs/small/data/bomb", b"0" * 5_000_000),
            "expected at most 1 MB in all",
        ),
    ],
)
def test_a_zip_that_is_not_what_it_seems_is_refused(
    source: Path,
    place: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[zipfile.ZipFile], None],
    said: str,
) -> None:
    """Nothing leaves the folder, follows a link or fills the disk."""
    monkeypatch.setattr(parcels, "MOST_BYTES", 1024 * 1024)
    pack = rewritten(packed(source, tmp_path / "small.zip"), change)
    with pytest.raises(ParcelError) as error:
        arrivals(take(pack, tmp_path / "parcel"), place, ())
    assert said in str(error.value)
    assert not (tmp_path / "evil.py").exists()


@pytest.mark.parametrize(
    "way",
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
)
def test_a_zip_that_was_damaged_on_the_way_is_said(tmp_path: Path, way: int) -> None:
    """Wherever the damage is: a sentence, or nothing that mattered."""
    pack, name, said = tmp_path / "small.zip", "labs/small/lab.toml", 0
    with zipfile.ZipFile(pack, "w", way) as into:
        into.writestr(name, LAB)
    whole = pack.read_bytes()
    for number in range(0, len(whole), 3):
        flipped = bytes([whole[number] ^ 0xFF])
        pack.write_bytes(whole[:number] + flipped + whole[number + 1 :])
        try:
            take(pack, tmp_path / f"parcel-{number}")
        except ParcelError:
            said += 1
    assert said


def test_a_file_that_was_changed_on_the_way_is_named(
    source: Path, place: Settings, tmp_path: Path
) -> None:
    """The manifest has the hash of each."""
    parcel = take(packed(source, tmp_path / "small.zip"), tmp_path / "parcel")
    (parcel / "checkers/small.py").write_text("import os")
    with pytest.raises(ParcelError, match=r"checkers/small.py: the manifest has it"):
        arrivals(parcel, place, ())


@pytest.mark.parametrize("git", [False, True])
def test_links_in_a_folder_or_repository_are_refused(
    source: Path, tmp_path: Path, git: bool
) -> None:
    """What they lead to is none of the lab's."""
    (source / "labs/small/data/passwd").symlink_to("/etc/passwd")
    address = cloned(source, tmp_path) if git else source
    with pytest.raises(ParcelError, match="data/passwd: expected a plain file"):
        take(address, tmp_path / "parcel")


def test_a_repository_is_looked_at_before_anything_of_it_is_written(
    source: Path, tmp_path: Path
) -> None:
    """A few bytes of git stand for a million files; submodules are not fetched."""
    cloned(source, tmp_path)
    git = ["git", "-C", str(source)]

    def said(words: list[str], data: bytes = b"") -> str:
        """Return what git says."""
        done = subprocess.run(
            [*git, *words], input=data, capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    def committed(tree: str) -> None:
        """Make a tree the repository's newest."""
        who = ["-c", "user.name=T", "-c", "user.email=t@t.test"]
        commit = said([*who, "commit-tree", tree, "-m", "x"])
        said(["update-ref", "refs/heads/main", commit])

    head = said(["rev-parse", "HEAD"])
    submodule = ["--add", "--cacheinfo", f"160000,{head},labs/small/sub"]
    said(["update-index", *submodule])
    committed(said(["write-tree"]))
    with pytest.raises(ParcelError, match=r"labs/small/sub: .* got a repository in it"):
        take(f"file://{source}", tmp_path / "submodule")
    blob = f"100644 blob {said(['hash-object', '-w', '--stdin'])}"
    folder = f"040000 tree {said(['mktree'])}"
    for entry in (blob, folder):
        for _ in range(6):
            rows = "".join(f"{entry}\t{number}\n" for number in range(10))
            entry = f"040000 tree {said(['mktree'], rows.encode())}"
        committed(entry.rpartition(" ")[2])
        with pytest.raises(ParcelError, match="a repository of at most 50000 files"):
            take(f"file://{source}", tmp_path / entry[-6:])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("labs/small/LICENSES.toml", "expected the licence of each file"),
        ("images/ours/LICENSES.toml", "images/ours/Dockerfile: expected a licence"),
        ("checkers/small.py", "small: expected its checker at checkers/small.py"),
        ("labs/small/lab.toml", "found no lab"),
        ("images/ours", "expected its image at images/ours"),
    ],
)
def test_what_is_missing_is_named(
    source: Path, place: Settings, tmp_path: Path, name: str, said: str
) -> None:
    """Licences, checker, lab or image."""
    path = source / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    parcel = take(source, tmp_path / "parcel")

    def look() -> None:
        for arrival in arrivals(parcel, place, ()):
            check(arrival, place, replace=False)

    with pytest.raises(ParcelError) as error:
        look()
    assert said in str(error.value)


def test_a_lab_takes_no_name_of_a_part_and_no_image_elsewhere(
    source: Path, place: Settings, tmp_path: Path
) -> None:
    """`checkers/values.py` is ours; an image is a name, not a path."""
    (source / "labs/small").rename(source / "labs/values")
    (source / "checkers/small.py").rename(source / "checkers/values.py")
    parcel = take(source, tmp_path / "parcel")
    with pytest.raises(ParcelError, match="values: expected another name"):
        arrivals(parcel, place, ())
    shutil.copytree(parcel / "labs/values", parcel / "labs/small")
    shutil.copy(parcel / "checkers/values.py", parcel / "checkers/small.py")
    text = (parcel / "labs/small/lab.toml").read_text()
    (parcel / "labs/small/lab.toml").write_text(text.replace('"ours"', '"../x"'))
    with pytest.raises(ParcelError, match=r"lab\.image: expected a name"):
        arrivals(parcel, place, ("small",))
    with pytest.raises(ParcelError, match="the lab other, the source has small, val"):
        arrivals(parcel, place, ("other",))


@pytest.mark.parametrize(
    "slug", sorted(path.stem for path in package_folder().glob("[a-z]*.py"))
)
def test_the_name_of_a_checkers_part_is_free_for_labs_alone(
    source: Path, place: Settings, tmp_path: Path, slug: str
) -> None:
    """A part that shows a check in its docstring (`answers`) is a part all the same."""
    (source / "labs/small").rename(source / f"labs/{slug}")
    (source / "checkers/small.py").rename(source / f"checkers/{slug}.py")
    parcel = take(source, tmp_path / "parcel")
    if (REPOSITORY / f"labs/{slug}/lab.toml").exists():
        assert arrivals(parcel, place, ())
    else:
        with pytest.raises(ParcelError, match=f"{slug}: expected another name"):
            arrivals(parcel, place, ())


def test_a_lab_of_airlifts_own_is_not_shadowed_unasked(
    source: Path, place: Settings, tmp_path: Path
) -> None:
    """An installed Airlift has its checkers in the package, away from the place's."""
    (source / "labs/small").rename(source / "labs/git_rescue")
    (source / "checkers/small.py").rename(source / "checkers/git_rescue.py")
    (arrival,) = arrivals(take(source, tmp_path / "parcel"), place, ())
    with pytest.raises(ParcelError, match=r"^git_rescue: a lab of Airlift's own has"):
        check(arrival, place, replace=False)
    check(arrival, place, replace=True)


@pytest.mark.parametrize("slug", ["base", "terminal", "ours", "theirs"])
@pytest.mark.parametrize("named", ["base", "the lab's"])
def test_a_lab_with_packages_has_no_name_of_an_image(
    source: Path, tmp_path: Path, slug: str, named: str
) -> None:
    """They would be in everybody's; without packages a lab and its image share one."""
    root = tmp_path / "checkout"
    shutil.copytree(REPOSITORY / "images", root / "images")
    (root / "images/ours").mkdir()
    (root / CONFIG).touch()
    lab = (source / "labs/small").rename(source / f"labs/{slug}")
    (source / "checkers/small.py").rename(source / f"checkers/{slug}.py")
    (source / "images/ours").rename(source / "images/theirs")
    image = slug if named == "the lab's" else named
    (lab / "lab.toml").write_text(LAB.replace("minutes", f'image = "{image}"\nminutes'))
    first = take(source, tmp_path / "parcel")
    assert arrivals(first, settings(root, {}), ())
    (lab / "requirements.txt").write_text("toolz\n")
    parcel = take(source, tmp_path / "again")
    with pytest.raises(ParcelError, match=f"{slug}: expected .* packages"):
        arrivals(parcel, settings(root, {}), ())


def test_an_image_has_no_name_of_a_lab_with_packages(
    source: Path, place: Settings, tmp_path: Path
) -> None:
    """The lab that is here would be on the newcomer's image."""
    (place.labs_dir / "ours").mkdir(parents=True)
    (place.labs_dir / "ours/apt.txt").write_text("tree\n")
    parcel = take(source, tmp_path / "parcel")
    with pytest.raises(ParcelError, match="small: expected another name of its image"):
        arrivals(parcel, place, ())


def test_what_is_no_source_is_said(tmp_path: Path) -> None:
    """A file, an address of a zip, a repository that is not there."""
    (tmp_path / "a.txt").write_text("x")
    for source, said in (
        (tmp_path / "a.txt", "expected a folder, a zip or a git address"),
        ("nowhere", "expected a folder, a zip or a git address"),
        ("https://labs.example/lab.zip", "download it first"),
        (f"file://{tmp_path}/none", "git said: "),
        (f"file://{tmp_path}/none#--upload-pack=x", "git said: "),
    ):
        with pytest.raises(ParcelError, match=said):
            fetch(str(source), tmp_path / "into")


@pytest.mark.parametrize(
    "address",
    [
        "https://anna:{}@localhost:1/labs.git",
        "https://{}@localhost:1/labs.git#main",
        "https://anna:{}/x@localhost:1/labs.git",
        "http://localhost:1/labs.git?private_token={}",
        "HTTPS://anna:{}@localhost:1/labs.git",
        "https://anna:{}@labs.example/lab.zip",
    ],
)
def test_the_token_in_an_address_is_never_shown(tmp_path: Path, address: str) -> None:
    """Neither by us nor in what git says; the host is."""
    with pytest.raises(ParcelError) as error:
        fetch(address.format("glpat-s3cret"), tmp_path / "into")
    assert "s3cret" not in str(error.value)
    assert "***" in str(error.value)
    assert re.search(r"localhost:1|labs\.example", str(error.value))


def test_packages_that_a_lab_brings_are_read_before_it_comes_in(
    source: Path, place: Settings, tmp_path: Path
) -> None:
    """Those of Airlift's own images were read by Airlift."""
    (arrival,) = arrivals(take(source, tmp_path / "parcel"), place, ())
    said = {"expression": "", "license": "", "classifiers": [], "texts": []}
    known = {"kind": "python", "name": "known", "version": "1", **said}
    known["expression"] = "MIT"
    unknown = {**known, "name": "strange", "expression": "Ask Bob"}
    with aside([arrival], place) as there:
        check_packages(arrival, there, [known])
        with pytest.raises(ParcelError) as error:
            check_packages(arrival, there, [known, unknown])
    assert str(error.value) == (
        "small: python strange 1: expected an SPDX expression, got 'Ask Bob'"
    )
    assert brings_packages(arrival)
    plain = replace(arrival, moves=arrival.moves[:2])
    assert not brings_packages(plain)
    (plain.lab.folder / "requirements.txt").write_text("strange\n")
    assert brings_packages(plain)


def test_a_checkout_keeps_its_own_image(source: Path, tmp_path: Path) -> None:
    """The same image is left as it is, another one needs --replace."""
    root = tmp_path / "checkout"
    shutil.copytree(source / "images", root / "images")
    (root / "images/ours/.ipynb_checkpoints").mkdir()
    (root / "images/ours/.ipynb_checkpoints/start").write_text("left by an editor")
    (root / CONFIG).touch()
    place = settings(root, {})
    parcel = take(source, tmp_path / "parcel")
    (arrival,) = arrivals(parcel, place, ())
    assert len(arrival.moves) == 2
    (root / "images/ours/Dockerfile").write_text("FROM other")
    (arrival,) = arrivals(parcel, place, ())
    with pytest.raises(ParcelError, match="images/ours: there already"):
        check(arrival, place, replace=False)


def test_what_is_there_already_is_named_outside_the_root_too(
    source: Path, tmp_path: Path
) -> None:
    """An organiser may keep labs elsewhere."""
    root, labs = tmp_path / "root", tmp_path / "labs"
    root.mkdir()
    (labs / "small").mkdir(parents=True)
    place = settings(root, {"AIRLIFT_LABS": str(labs)})
    (arrival,) = arrivals(take(source, tmp_path / "parcel"), place, ())
    with pytest.raises(ParcelError, match=r"^labs/small: there already"):
        check(arrival, place, replace=False)


def test_a_manifest_that_is_none_is_refused(
    source: Path, place: Settings, tmp_path: Path
) -> None:
    """Broken, or of another kind."""
    parcel = take(source, tmp_path / "parcel")
    for text in ("{", json.dumps([1]), json.dumps({"v": 1}), "[" * 100_000):
        (parcel / "airlift-lab.json").write_text(text)
        with pytest.raises(ParcelError, match="expected a manifest"):
            arrivals(parcel, place, ())
