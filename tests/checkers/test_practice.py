"""A practice folder is made from a zip, its folder or another practice."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest

from checkers.engine.parcel import open_zip
from checkers.engine.place import Place
from checkers.engine.practice_folder import (
    PracticeFolder,
    command,
    environment,
    fill,
)
from checkers.engine.progress import Progress
from checkers.engine.take_home import take_home
from tests.checkers.conftest import released

ROOT = Path(__file__).parents[2]


@pytest.fixture
def seat(tmp_path: Path) -> Place:
    """A seat with the lab `tiny`, work and one passed step."""
    released(tmp_path / "labs", steps=("first", "second"))
    home = tmp_path / "home"
    (home / "tiny").mkdir(parents=True)
    (home / "tiny" / "tiny.ipynb").write_text('{"mine": 1}')
    place = Place(home, home / ".airlift" / "outbox", tmp_path / "labs", ("tiny",))
    pass_step(place, "first")
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("pytest==1.0\n")
    return Place(place.home, place.outbox, place.labs_dir, place.slugs, requirements)


def pass_step(place: Place, step: str) -> None:
    """Add a passed attempt to a place's own record."""
    place.outbox.mkdir(parents=True, exist_ok=True)
    line = {"lab": "tiny", "step": step, "outcome": "passed", "at": 1_790_000_000_000}
    with (place.outbox.parent / "progress.jsonl").open("a") as file:
        file.write(json.dumps({**line, "id": str(uuid4()), "generation": 0}) + "\n")


def zipped(place: Place) -> io.BytesIO:
    """Return what is taken home."""
    target = io.BytesIO()
    take_home(place, target)
    return target


def filled(folder: PracticeFolder, parcel: io.BytesIO) -> PracticeFolder:
    """Fill a folder from a zip."""
    with open_zip(parcel) as opened:
        fill(folder, opened)
    return folder


def test_work_and_progress_are_carried_over(seat: Place, tmp_path: Path) -> None:
    """The folder has the seat's files and knows what was passed."""
    folder = filled(PracticeFolder(tmp_path / "p"), zipped(seat))
    assert (folder.home / "tiny" / "tiny.ipynb").read_text() == '{"mine": 1}'
    progress = Progress(folder.place().outbox)
    assert progress.step("tiny", "first").passed
    assert not progress.step("tiny", "second").attempts
    assert folder.first_page() == "lab/tree/tiny/tiny.ipynb"
    assert folder.requirements.read_text() == "pytest==1.0\n"
    panel = folder.support / "share" / "jupyter" / "labextensions" / "airlift-panel"
    assert (panel / "package.json").is_file()


def test_there_and_back_again_changes_nothing_twice(
    seat: Place, tmp_path: Path
) -> None:
    """Each side gets what the other did, in any order, as often as one likes."""
    folder = filled(PracticeFolder(tmp_path / "p"), zipped(seat))
    pass_step(folder.place(), "second")
    (folder.home / "tiny" / "tiny.ipynb").write_text('{"mine": 2}')
    pass_step(seat, "first")
    for _ in range(2):
        filled(folder, zipped(seat))
        assert Progress(folder.place().outbox).step("tiny", "first").attempts == 2
        assert Progress(folder.place().outbox).step("tiny", "second").passed
        names = sorted(path.name for path in (folder.home / "tiny").iterdir())
        assert names == ["tiny.ipynb"]
        assert (folder.home / "tiny" / "tiny.ipynb").read_text() == '{"mine": 2}'


def test_an_older_zip_does_not_bring_back_an_older_lab(
    seat: Place, tmp_path: Path
) -> None:
    """Labs and checkers are those of the newest zip; another lab joins them."""
    old = zipped(seat)
    path = seat.labs_dir / "tiny" / "lab.json"
    newer = {
        **json.loads(path.read_text()),
        "version": "2.0.0",
        "interface": "notebook",
    }
    path.write_text(json.dumps(newer))
    folder = filled(PracticeFolder(tmp_path / "p"), zipped(seat))
    filled(folder, old)
    assert folder.place().labs()["tiny"].version == "2.0.0"
    assert folder.first_page() == "notebooks/tiny/tiny.ipynb"
    assert "notebook" in command(folder, "python", "127.0.0.1", 1)
    released(tmp_path / "others", "another")
    other = Place(
        tmp_path, tmp_path / "x" / "outbox", tmp_path / "others", ("another",)
    )
    filled(folder, zipped(other))
    assert folder.slugs == ("tiny", "another")


def test_a_lab_in_the_shell_finds_its_kernel(seat: Place, tmp_path: Path) -> None:
    """The package of that kernel does not announce it; other labs do not need it."""
    kernel = "practice/share/jupyter/kernels/bash/kernel.json"
    assert not (
        filled(PracticeFolder(tmp_path / "p"), zipped(seat)).own / kernel
    ).exists()
    spec = {"name": "bash", "display_name": "Bash"}
    notebook = {"cells": [], "metadata": {"kernelspec": spec}}
    (seat.labs_dir / "tiny" / "tiny.ipynb").write_text(json.dumps(notebook))
    folder = filled(PracticeFolder(tmp_path / "q"), zipped(seat))
    assert "checkers.engine.bash" in (folder.own / kernel).read_text()


def test_the_folder_is_the_home_of_its_server(seat: Place, tmp_path: Path) -> None:
    """Nothing of another server's settings, of the room or of a token gets there."""
    folder = filled(PracticeFolder(tmp_path / "p"), zipped(seat))
    environ = {
        "AIRLIFT_ROOM_URL": "http://room",
        "JUPYTERHUB_API_TOKEN": "token",
        "PYTHONPATH": "/elsewhere",
        "PATH": "/bin",
        "XDG_DATA_HOME": "/elsewhere",
    }
    found = environment(folder, environ)
    assert not any("elsewhere" in value for value in found.values())
    assert found["HOME"] == str(folder.home)
    assert found["PATH"] == f"{folder.programs}:/bin"
    assert os.access(folder.programs / "answer", os.X_OK)
    assert "AIRLIFT_ROOM_URL" not in found
    assert "JUPYTERHUB_API_TOKEN" not in found
    inside = environment(folder, {}, Path("/home/seat"))
    assert str(tmp_path) not in "".join(inside.values())


def run(folder: Path, *words: str, script: bool = True) -> tuple[int, str, str]:
    """Run practice.py as a person does; returns code, output and errors."""
    program = ["practice.py"] if script else ["-m", "checkers.engine.practice"]
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    environ |= {} if script else {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *program, *words],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def unpacked(seat: Place, tmp_path: Path) -> Path:
    """A take-home zip unpacked, needing a package that is not here."""
    assert seat.requirements is not None
    seat.requirements.write_text("no-such-package-here==1.0\n")
    with zipfile.ZipFile(zipped(seat)) as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def test_missing_packages_are_named(unpacked: Path) -> None:
    """With what to do; the work is there already."""
    code, output, errors = run(unpacked, "--no-browser")
    assert code == 1
    assert "Not installed here: no-such-package-here." in errors
    assert "--install" in errors
    assert "Traceback" not in errors
    assert "attempts 1, files 1." in output
    assert (unpacked / "airlift-practice" / "tiny" / "tiny" / "tiny.ipynb").is_file()


def test_a_zip_is_packed_and_never_over_another(unpacked: Path) -> None:
    """`--pack` makes the next free name and says where."""
    run(unpacked, "--no-browser")
    first, second = run(unpacked, "--pack"), run(unpacked, "--pack")
    assert (first[0], second[0]) == (0, 0), first[2]
    made = sorted(unpacked.glob("airlift-*.zip"))
    assert len(made) == 2
    for path in made:
        assert str(path) in first[1] + second[1]
        with path.open("rb") as file, open_zip(file) as parcel:
            assert parcel.manifest["labs"][0]["slug"] == "tiny"
            assert b"no-such-package-here" in parcel.read("requirements.txt")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "Say what to practise"),
        (["nothing.zip"], "nothing.zip: No such file"),
        (["notes.txt"], "no zip file"),
        (["."], "nothing that was taken home"),
        (["--folder", "empty"], "no practice folder"),
        (["--pack", "--folder", "empty"], "no practice folder"),
    ],
)
def test_what_cannot_be_practised_is_said(
    tmp_path: Path, words: list[str], says: str
) -> None:
    """One sentence, no traceback."""
    (tmp_path / "notes.txt").write_text("hello " * 100)
    code, _output, errors = run(tmp_path, *words, script=False)
    assert code == 1
    assert says in errors
    assert len(errors.strip().splitlines()) == 1


def test_a_zip_without_a_lab_is_nothing_to_practise(tmp_path: Path) -> None:
    """A manifest that names a lab which is not in it."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        labs = [{"slug": "../../x"}, {"slug": "gone"}, 7]
        archive.writestr("airlift.json", json.dumps({"v": 1, "labs": labs}))
    code, _output, errors = run(tmp_path, "a.zip", script=False)
    assert (code, "no lab in it" in errors) == (1, True)
