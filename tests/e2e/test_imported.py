"""nbgrader's own course in a room: imported, built into an image, worked on live."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbgrader
import pytest

from hub.catalog import load_lab
from hub.machine import releasing
from hub.versions import Versions
from tests.harness import REPOSITORY, Airlift, running, wait_for
from tests.visitor import Shown

GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
SLUG = "ps1_problem1"
SECRET = "assert squares(12)[-1] == 144"
SQUARES = """# step: squares
def squares(n):
    if n < 1:
        raise ValueError("n must be greater than or equal to 1")
    return {body}"""
SUM = """# step: sum-of-squares
def sum_of_squares(n):
    return {body}"""


def airlift_command(root: Path, *words: str) -> str:
    """Run `airlift` in a checkout; returns what it prints."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("airlift")), *words],
        cwd=root,
        env={**os.environ, "AIRLIFT_ROOT": str(root)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def checkout(image: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of ours into which the course was imported."""
    root = tmp_path_factory.mktemp("imported") / "airlift"
    for name in ("hub", "checkers", "images"):
        shutil.copytree(REPOSITORY / name, root / name, symlinks=True)
    for name in ("pyproject.toml", "jupyterhub_config.py"):
        shutil.copy(REPOSITORY / name, root)
    course = root.parent / "course101"
    shutil.copytree(GUIDE / "source" / "ps1", course / "source" / "ps1")
    path = course / "source" / "ps1" / "problem1.ipynb"
    data = json.loads(path.read_text())
    for cell in data["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "correct_squares":
            hidden = ["\n### BEGIN HIDDEN TESTS\n", SECRET, "\n### END HIDDEN TESTS"]
            cell["source"] = [*cell["source"], *hidden]
    path.write_text(json.dumps(data))
    said = airlift_command(root, "lab", "import", str(course))
    assert "2 of 2 steps prove" in said
    assert SECRET in (root / "labs" / SLUG / "hidden.py").read_text()
    return root


@pytest.fixture(scope="module")
def room(checkout: Path) -> Iterator[tuple[Airlift, Any]]:
    """An installation with the imported lab's image, and an open room with the lab."""
    line = [sys.executable, "images/build.py", "--root", str(checkout)]
    done = subprocess.run(line, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    built = done.stdout.strip().splitlines()[-1]
    place = checkout.parent / "installation"
    place.mkdir()
    toml = {"labs": checkout / "labs"}
    with running(place, image=built, toml=toml) as airlift:
        lab = load_lab(checkout / "labs" / SLUG)
        releasing.keep_versions(airlift.settings, [lab])
        Versions(airlift.settings.versions_dir).seat([lab])
        yield airlift, airlift.open_room("Squares", labs=[SLUG])


def test_an_nbgrader_course_runs_live_in_a_room(room: tuple[Airlift, Any]) -> None:
    """Steps fail with the tests' own words and pass by themselves; the room sees it."""
    airlift, opened = room
    visitor = airlift.join(opened["code"], "Ines")
    notebook = visitor.notebook(f"{SLUG}/{SLUG}.ipynb")
    answers = [cell for cell in notebook["cells"] if cell.get("id") == "squares"]
    assert answers[0]["source"].endswith("raise NotImplementedError()")
    kernel = visitor.kernel(f"{SLUG}/{SLUG}.ipynb")

    def said(cell: str) -> str:
        """Run a cell and return what its check shows."""
        shown: Shown = kernel.run(cell)
        assert shown.status == "ok", shown
        return str(shown.data[-1]["text/plain"])

    assert "NotImplementedError" in said(answers[0]["source"])
    assert "`squares(2)` gives [4]; expected [1, 4]." in said(
        SQUARES.format(body="[n ** 2]")
    )
    assert "Passed" in said(SQUARES.format(body="[i ** 2 for i in range(1, n + 1)]"))
    assert "sum_of_squares does not use squares" in said(
        SUM.format(body="sum(i ** 2 for i in range(1, n + 1))")
    )
    assert "Passed" in said(SUM.format(body="sum(squares(n))"))
    assert (
        kernel.run("assert 'orig_squares' not in globals() and squares").status == "ok"
    )

    def states() -> list[str]:
        """Return the states of the steps as the room has them."""
        seats = airlift.desk.call("GET", f"/rooms/{opened['id']}")["progress"]["seats"]
        steps = next(iter(seats))["steps"] if seats else {}
        return sorted(f"{name}: {step['state']}" for name, step in steps.items())

    passed = [f"{SLUG}/{name}: passed" for name in ("squares", "sum-of-squares")]
    wait_for("both steps", lambda: states() == passed or None)
    where = ("/opt/airlift", "/home/seat")
    assert airlift.run_in(visitor.seat, "grep", "-rlF", SECRET, *where) == (1, "")
    code, found = airlift.run_in(visitor.seat, "find", *where)
    assert code == 0
    assert "hidden.py" not in found
    assert f"/checkers/{SLUG}.py" in found
    assert "/home/seat/ps1_problem1/jupyter.png" in found
