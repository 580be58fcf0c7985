"""An installed Airlift, not a clone: a wheel, and a folder of one's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.harness import REPOSITORY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bin_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commands of an environment that has the wheel, and our dependencies beside it.

    Built from a copy: beside this test another one may build, in the same folder.
    """
    folder = tmp_path_factory.mktemp("installed")
    for name in tracked():
        copy = folder / "source" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / name, copy, follow_symlinks=False)
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*pip, *build, str(folder / "source")], check=True, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    venv = [sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")]
    subprocess.run(venv, check=True)
    python = folder / "venv/bin/python"
    install = ["--python", str(python), "install", "--no-deps", str(wheel)]
    subprocess.run([*pip, *install], check=True)
    paths = sysconfig.get_paths(vars={"base": str(folder / "venv")})
    beside = Path(paths["purelib"]) / "beside.pth"
    beside.write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


def tracked(*places: str) -> list[str]:
    """Return the files of this repository, or those in some of its places."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *places],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.split("\0") if name]


def airlift(bin_dir: Path, root: Path, *words: str) -> str:
    """Run a command in a folder; returns what it said."""
    environ = {**os.environ, "PATH": f"{bin_dir}:{os.environ['PATH']}"}
    for name in [name for name in environ if name.startswith("AIRLIFT_")]:
        del environ[name]
    done = subprocess.run(
        [str(bin_dir / "airlift"), *words],
        cwd=root,
        env=environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def place(root: Path) -> Path:
    """Make the folder of an installation."""
    root.mkdir()
    (root / "airlift.toml").touch()
    return root


def test_everything_that_seats_are_built_from_is_in_the_wheel(bin_dir: Path) -> None:
    """And the hub's configuration; files are the same and as runnable."""
    share = bin_dir.parent / "share/jupyterhub-airlift"
    for name in tracked("images", "jupyterhub_config.py"):
        ours, theirs = REPOSITORY / name, share / name
        assert theirs.read_bytes() == ours.read_bytes(), name
        assert os.access(theirs, os.X_OK) == os.access(ours, os.X_OK), name


def test_a_lab_goes_from_one_place_to_another_and_into_a_seat(
    bin_dir: Path, tmp_path: Path, image: str
) -> None:
    """Packed here, added and proved there, with its checker in the image."""
    here, there = place(tmp_path / "here"), place(tmp_path / "there")
    airlift(bin_dir, here, "lab", "new", "tiny_lab")
    assert (here / "checkers/tiny_lab.py").is_file()
    with (here / "labs/tiny_lab/lab.toml").open("a") as file:
        file.write("\n[prove]\nmutants = 0\n")  # other tests try those
    airlift(bin_dir, here, "lab", "pack", "tiny_lab", "--out", str(tmp_path))
    (pack,) = tmp_path.glob("tiny_lab-*.zip")
    said = airlift(bin_dir, there, "lab", "add", str(pack), "--yes")
    assert "They run in every seat" in said
    assert "The image of tiny_lab: ready" in said
    assert "Proving tiny_lab: ready" in said
    assert (there / "checkers/tiny_lab.py").is_file()
    assert (there / "labs/tiny_lab/lab.ipynb").is_file()
    told = airlift(bin_dir, there, "lab", "licences", "--use", "redistribute")
    assert "Cleared" in told
    share = bin_dir.parent / "share/jupyterhub-airlift"
    built = subprocess.run(
        [str(bin_dir / "python"), str(share / "images/build.py"), "--root", str(there)],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    inside = (
        "import checkers.tiny_lab, checkers.first_flight, os; "
        "print(os.listdir('/opt/airlift/labs'))"
    )
    run = ["docker", "run", "--rm", "--network", "none", "--entrypoint", "python"]
    ran = subprocess.run(
        [*run, built.stdout.strip(), "-P", "-c", inside],
        capture_output=True,
        text=True,
    )
    assert ran.stdout.strip() == "['tiny_lab']", ran.stderr
    assert built.stdout.strip() != image
