"""Catch up, begin again, take a correction: at a real seat of a real room."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from hub.authoring.release import source_notebook
from hub.authoring.solutions import regions
from hub.catalog import load_lab
from hub.machine import accounts
from tests.harness import REPOSITORY, Airlift, running, wait_for
from tests.visitor import Kernel

pytestmark = pytest.mark.slow

LAB = "first_flight"
SOURCE = {
    cell.id: cell
    for cell in source_notebook(load_lab(REPOSITORY / "labs" / LAB)).cells
    if cell.cell_type == "code"
}
SOLUTIONS = {
    name: max("\n".join(regions(cell)).splitlines(), key=len).strip()
    for name, cell in SOURCE.items()
    if regions(cell)
}
"""The longest line of each step's solution."""
WRONG = "# step: clean-data\nclean = flights"


class Seat:
    """Somebody at work in a room, and what the room knows."""

    def __init__(self, airlift: Airlift) -> None:
        self.airlift = airlift
        self.room = airlift.open_room("Catching up")
        self.visitor = airlift.join(self.room["code"], "Ana")
        self.home = airlift.settings.seats_dir / self.visitor.seat

    def asks(self, **wish: str) -> Any:
        """POST airlift/files; returns its answer."""
        path = f"{self.visitor.base}/airlift/files"
        answer = self.visitor.post(path, {"lab": LAB, **wish})
        assert answer.ok, f"{answer.status_code}: {answer.text[:500]}"
        return answer.json()

    def gets(self, path: str) -> Any:
        """GET below airlift/; returns its answer."""
        answer = self.visitor.get(f"{self.visitor.base}/airlift/{path}")
        assert answer.ok, f"{answer.status_code}: {answer.text[:500]}"
        return answer.json()

    def step(self, step: str) -> dict[str, Any]:
        """Return what the room knows of a step."""
        found = self.airlift.desk.call("GET", f"/rooms/{self.room['id']}")
        (seat,) = found["progress"]["seats"]
        known: dict[str, Any] = seat["steps"].get(f"{LAB}/{step}", {})
        return known

    def state(self, step: str) -> str:
        """Return how a step stands in the room."""
        return str(self.step(step).get("state", "untouched"))

    def opened(self, path: str) -> tuple[list[Any], Kernel]:
        """Open a notebook as a page would; returns its code cells and its kernel."""
        cells = self.visitor.notebook(path)["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        return code, self.visitor.kernel(path)


@pytest.fixture(scope="module")
def airlift_here(prefix: Path) -> Iterator[Airlift]:
    """One installation without an engine for all of these tests."""
    with tempfile.TemporaryDirectory(prefix="airlift-") as folder:
        Path(folder).chmod(0o711)
        with running(Path(folder), prefix=prefix) as found:
            yield found


@pytest.fixture
def seat(airlift_here: Airlift) -> Seat:
    """Ana, at a seat of her own in a room of her own."""
    return Seat(airlift_here)


def close_gate(seat: Seat, step: str) -> None:
    """Let the presenter say: not beyond this step yet."""
    staff = seat.airlift.visitor().staff(seat.room["presenter_key"])
    body = {"id": str(uuid.uuid4()), "lab": LAB, "step": step, "closed": True}
    answer = staff.post(f"/services/room/api/rooms/{seat.room['id']}/gates", body)
    assert answer.ok, f"{answer.status_code}: {answer.text[:500]}"


def found_in(folder: Path) -> list[str]:
    """Return the solutions' lines that lie in any file below a folder."""
    texts = []
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # replaced by another while we look
            texts += [path.read_bytes()] if path.is_file() else []
    lines = [json.dumps(line)[1:-1].encode() for line in SOLUTIONS.values()]
    return [line.decode() for line in lines if any(line in text for text in texts)]


def test_who_is_behind_catches_up_and_goes_on(seat: Seat) -> None:
    """Fetched when asked for and not before, gate or no gate.

    What is solved there has not passed, what is done there passes, and the own notebook
    stays as it is.
    """
    own = seat.home / LAB / f"{LAB}.ipynb"
    before = own.read_bytes()
    assert found_in(seat.home) == []
    assert found_in(seat.airlift.settings.released_dir.resolve()) == []
    close_gate(seat, "load-data")

    path = seat.asks(do="catch-up", step="join-airports")["path"]
    assert path == f"{LAB}/{LAB}-before-join-airports.ipynb"
    assert len(found_in(seat.home)) == 2
    cells, kernel = seat.opened(path)
    for cell in cells:
        if cell["id"] == "join-airports":
            break
        shown = kernel.run(cell["source"], cell=cell["id"])
        assert shown.status == "ok", shown
    kernel.run("%check")
    kernel.run(SOURCE["join-airports"].source, cell="join-airports")
    wait_for("the step to pass", lambda: seat.state("join-airports") == "passed")
    assert (seat.state("load-data"), seat.state("clean-data")) == ("untouched",) * 2
    assert seat.step("clean-data")["caught_up"]
    assert own.read_bytes() == before


def test_who_begins_again_gets_pristine_cells_and_a_generation(seat: Seat) -> None:
    """Attempts count anew, passed stays passed, and the own work lies beside it."""
    _, kernel = seat.opened(f"{LAB}/{LAB}.ipynb")
    for name in ("set-up", "load-data"):
        kernel.run(SOURCE[name].source, cell=name)
    kernel.run(WRONG, cell="clean-data")
    wait_for("the attempt", lambda: seat.step("clean-data").get("attempts") == 1)

    path = seat.asks(do="reset-lab")["path"]
    assert path == f"{LAB}/{LAB}-again.ipynb"
    wait_for("the reset", lambda: seat.step("clean-data").get("generation") == 1)
    assert seat.step("clean-data")["attempts"] == 0
    assert seat.state("load-data") == "passed"
    cells, again = seat.opened(path)
    (cell,) = [cell for cell in cells if cell["id"] == "clean-data"]
    (pristine,) = seat.gets(f"pristine?lab={LAB}&step=clean-data")["cells"]
    assert (pristine["id"], pristine["source"]) == ("clean-data", cell["source"])
    for code in (*(SOURCE[n].source for n in ("set-up", "load-data")), cell["source"]):
        again.run(code)
    wait_for("another try", lambda: seat.step("clean-data").get("attempts") == 1)


def airlift_lab(airlift: Airlift, labs: Path, *words: str, code: int = 0) -> str:
    """Run `airlift lab` for an installation, with labs that an author has changed."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("airlift")), "lab", *words],
        env={
            **os.environ,
            "AIRLIFT_ROOT": str(REPOSITORY),
            "AIRLIFT_STATE": str(airlift.settings.state_dir),
            "AIRLIFT_PORT": str(airlift.settings.port),
            "AIRLIFT_LABS": str(labs),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, f"{words}: {done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def correct(labs: Path) -> None:
    """Mend two cells, one of them a step's, and raise the version."""
    shutil.copytree(REPOSITORY / "labs" / LAB, labs / LAB)
    notebook, toml = labs / LAB / "lab.ipynb", labs / LAB / "lab.toml"
    text = notebook.read_text(encoding="utf-8")
    text = text.replace("## How it works", "## How all of it works")
    text = text.replace("# Read the file data/", "# Please read the file data/")
    notebook.write_text(text, encoding="utf-8")
    version = load_lab(labs / LAB).version
    toml.write_text(toml.read_text().replace(f'"{version}"', '"9.0.0"', 1))


def test_a_corrected_lab_is_offered_to_who_sits_in_it(
    seat: Seat, tmp_path: Path
) -> None:
    """The command, the seat's stream, and the cells that may be taken."""
    labs = tmp_path / "labs"
    refused = airlift_lab(seat.airlift, REPOSITORY / "labs", "offer", LAB, code=1)
    assert "expected more than" in refused
    correct(labs)
    own = seat.home / LAB / f"{LAB}.ipynb"
    own.write_text(own.read_text().replace("# your code here", "flights = 1", 1))
    one_room = ("--room", seat.room["id"])
    told = airlift_lab(seat.airlift, labs, "offer", LAB, *one_room, "--no-prove")
    assert f"first_flight 9.0.0 is offered in Catching up ({seat.room['id']})" in told

    wait_for("the offer", lambda: seat.gets("panel")["offers"])
    assert seat.gets("panel")["offers"] == [{"lab": LAB, "version": "9.0.0"}]
    update = seat.gets(f"update?lab={LAB}")
    assert update["version"] == "9.0.0"
    assert [cell["id"] for cell in update["cells"]] == ["how-it-works"]
    assert update["cells"][0]["source"].startswith("## How all of it works")
    assert found_in(seat.home) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="seats have a user of their own")
def test_a_seat_cannot_read_what_the_room_keeps(seat: Seat) -> None:
    """The solved states lie with the room; a seat's user gets no further."""
    folder = seat.airlift.settings.versions_dir
    assert found_in(folder)
    line = ["ls", str(folder)]
    user = accounts.SEAT
    done = subprocess.run(line, user=user, group=user, extra_groups=[], cwd="/")
    assert done.returncode != 0
