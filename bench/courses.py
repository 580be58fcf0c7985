"""One step checked here, beside `nbgrader validate` and `autograde` of its notebook.

Run: ``python bench/courses.py``. The notebook is nbgrader's own quickstart, imported as
`airlift lab import` does. Here a check is what follows after the step's cell has run:
its two test cells, the outbox file written and synced, the line. nbgrader starts a
program and a kernel and runs the whole notebook; what a second student costs more is
measured too. All in one run, in turns.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbgrader
from grader import HOOKED, ROUNDS, TURNS, timed

from hub.authoring.course.folder import found
from hub.authoring.course.importing import drafted
from hub.authoring.course.writing import write
from hub.authoring.release import release
from hub.catalog import load_lab

GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
SLUG, STEP = "ps1", "squares"


def imported(root: Path) -> None:
    """Import and release the notebook, with a cell beside it that solves a step."""
    sources, _notes = found(GUIDE / "source" / "ps1" / "problem1.ipynb")
    draft, _notes = drafted(sources[0], SLUG)
    write(draft, root / "written", root / "lib")
    lab = load_lab(root / "written" / SLUG)
    release(lab, root / "labs")
    cells = json.loads(lab.source.read_text())["cells"]
    cell = next(cell for cell in cells if cell["id"] == STEP)
    (root / "cell.py").write_text("".join(cell["source"]))


def course(root: Path, students: int) -> None:
    """Make nbgrader's course with the same solved notebook handed in by students."""
    shutil.copytree(GUIDE / "source" / "ps1", root / "source" / "ps1")
    (root / "source" / "ps1" / "problem2.ipynb").unlink()
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    run(root, "generate_assignment", "ps1")
    for number in range(students):
        place = root / "submitted" / f"student{number}" / "ps1"
        shutil.copytree(root / "source" / "ps1", place)


def run(root: Path, *words: str) -> float:
    """Run nbgrader in a course; returns the seconds it took."""
    began = time.perf_counter()
    line = [sys.executable, "-m", "nbgrader", *words]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path}  # nbgrader looks for alembic there
    done = subprocess.run(line, cwd=root, env=environ, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"nbgrader failed:\n{done.stderr[-3000:]}")
    return time.perf_counter() - began


def main() -> None:
    """Measure and print the table."""
    here = str(Path(__file__).resolve().parents[1])
    ours, validate, one, two = [], [], [], []
    with tempfile.TemporaryDirectory() as temporary:
        mine, theirs = Path(temporary, "mine"), Path(temporary, "theirs")
        mine.mkdir()
        imported(mine)
        course(theirs, 2)
        for _ in range(TURNS):
            ours.append(timed(sys.executable, HOOKED, str(mine), here, SLUG)[1] / 1000)
            validate.append(run(theirs, "validate", "source/ps1/problem1.ipynb"))
            grade = ("autograde", "ps1", "--force")
            one.append(run(theirs, *grade, "--student", "student0"))
            two.append(run(theirs, *grade))
    check = statistics.median(ours)
    rows = {
        f"a step checked here (of {ROUNDS})": check,
        "nbgrader validate": statistics.median(validate),
        "nbgrader autograde, a student": statistics.median(one),
        "the same, a second student": statistics.median(two) - statistics.median(one),
    }
    print(f"{'':<34}{'seconds':>10}{'times a check':>16}")
    for title, seconds in rows.items():
        print(f"{title:<34}{seconds:>10.4f}{seconds / check:>16,.0f}")


if __name__ == "__main__":
    main()
