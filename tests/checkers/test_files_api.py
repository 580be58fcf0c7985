"""Files a seat asks for: a real Jupyter server, the real room, real notebooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from hub.secrets import ensure_secrets
from tests.checkers.seat_server import LAB, STEPS, SeatServer
from tests.hub.room.kept import cell, keep, notebook
from tests.hub.room.process import LAB as LAB_TOML
from tests.hub.room.process import RoomProcess, StandInHub

pytestmark = pytest.mark.slow

RELEASED = (
    cell("intro", "Hello."),
    cell("load-data", "# step: load-data\n# your code here"),
    cell("tests", "assert 1", nbgrader={"locked": True}),
    cell("clean-data", "# step: clean-data\n# your code here"),
)
CORRECTED = (
    cell("intro", "Hello again."),
    cell("load-data", "# step: load-data\n# your code here, please"),
    cell("tests", "assert 2", nbgrader={"locked": True}),
    cell("clean-data", "# step: clean-data\n# your code here"),
)
MINE = "# step: load-data\nflights = 1"


def release(seat: SeatServer) -> Path:
    """Release the lab's notebook and data for a seat, and begin to work on it."""
    released, home = seat.root / "labs" / LAB, seat.root / LAB
    (released / "data").mkdir(exist_ok=True)
    (released / "data" / "flights.csv").write_text("a,b\n")
    (released / f"{LAB}.ipynb").write_text(json.dumps(notebook(*RELEASED)))
    home.mkdir()
    work = [dict(one) for one in RELEASED]
    work[1]["source"] = MINE
    (home / f"{LAB}.ipynb").write_text(json.dumps(notebook(*work)))
    return home


def sources(path: Path) -> list[str]:
    """Return the sources of a notebook's cells."""
    cells: list[dict[str, Any]] = json.loads(path.read_text())["cells"]
    return [one["source"] for one in cells]


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[SeatServer]:
    """A seat without a room, at work."""
    server = SeatServer(tmp_path).start()
    release(server)
    yield server
    server.stop()


class Evening:
    """A real room that keeps versions, with one seat at work in it."""

    def __init__(self, root: Path) -> None:
        (root / "labs" / LAB).mkdir(parents=True)
        (root / "labs" / LAB / "lab.toml").write_text(LAB_TOML)
        ensure_secrets(root / ".airlift" / "secrets")
        self.hub = StandInHub()
        self.room = RoomProcess(root, self.hub).start()
        keep(root, "1.0.0", *RELEASED, seated=True)
        self.made = self.room.make_room()
        self.seat_id, token = self.room.seat(self.made["code"])
        self.seat = SeatServer(root / "seat", self.room.url, token).start()
        self.home = release(self.seat)

    def facts(self, step: str) -> dict[str, Any]:
        """Return what the room knows of a step of the seat."""
        answer = self.room.desk("GET", f"/rooms/{self.made['id']}")
        (seat,) = answer.body["progress"]["seats"]
        found: dict[str, Any] = seat["steps"].get(f"{LAB}/{step}", {})
        return found

    def close(self) -> None:
        """Stop all of it."""
        self.seat.stop()
        self.room.stop()
        self.hub.close()


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    """A room, a seat, its server."""
    found = Evening(tmp_path)
    yield found
    found.close()


def test_who_catches_up_gets_a_notebook_beside_the_own_one(evening: Evening) -> None:
    """Twice gives two; own work stays; panel and room know, nothing has passed."""
    wish = {"do": "catch-up", "lab": LAB, "step": "clean-data"}
    before = sorted(path.name for path in evening.home.iterdir())
    assert before == [f"{LAB}.ipynb"]
    first = evening.seat.post("files", wish)
    assert first.body == {"path": f"{LAB}/{LAB}-before-clean-data.ipynb"}
    again = evening.seat.post("files", wish)
    assert again.body == {"path": f"{LAB}/{LAB}-before-clean-data-2.ipynb"}
    path = evening.seat.root / first.body["path"]
    assert sources(path) == ["before clean-data 1.0.0"]
    assert sources(evening.home / f"{LAB}.ipynb")[1] == MINE
    step = evening.seat.step("clean-data")
    assert (step["caught_up"], step["state"]) == (True, "untouched")
    evening.seat.until(
        lambda _state: evening.facts("load-data").get("caught_up"), "the board to know"
    )
    assert evening.facts("load-data")["state"] == "untouched"


def test_a_room_that_is_away_or_has_no_state_says_so(evening: Evening) -> None:
    """In a sentence; nothing is written and nothing told."""
    wish = {"do": "catch-up", "lab": LAB, "step": "clean-data"}
    versions = evening.room.root / ".airlift" / "versions" / LAB
    versions.rename(versions.with_name("elsewhere"))
    refused = evening.seat.post("files", wish)
    assert (refused.status, refused.body["error"]["code"]) == (404, "not-found")
    assert "Please tell a helper" in refused.body["error"]["message"]
    evening.room.stop()
    refused = evening.seat.post("files", wish)
    assert (refused.status, refused.body["error"]["code"]) == (503, "room-away")
    assert [path.name for path in evening.home.iterdir()] == [f"{LAB}.ipynb"]
    assert not evening.seat.step("clean-data")["caught_up"]


def test_an_offer_lists_what_may_be_taken_and_nothing_else(evening: Evening) -> None:
    """Untouched and locked cells; own work, equal cells and other versions not."""
    none = evening.seat.get(f"update?lab={LAB}")
    assert (none.status, none.body["error"]["code"]) == (404, "not-found")
    keep(evening.room.root, "1.0.1", *CORRECTED)
    body = {"lab": LAB, "version": "1.0.1"}
    assert evening.room.desk("POST", "/offers", body).status == 200
    offers = evening.seat.until(lambda state: state["offers"], "the offer")
    assert offers == [{"lab": LAB, "version": "1.0.1"}]
    found = evening.seat.get(f"update?lab={LAB}").body
    assert found["version"] == "1.0.1"
    assert [(one["id"], one["was"], one["locked"]) for one in found["cells"]] == [
        ("intro", "Hello.", False),
        ("tests", "assert 1", True),
    ]
    other = evening.seat.get(f"update?lab={LAB}&notebook=../../etc/passwd").body
    assert [one["id"] for one in other["cells"]] == ["intro", "load-data", "tests"]
    (evening.home / "copy.ipynb").write_text(json.dumps(notebook(*CORRECTED)))
    copy = evening.seat.get(f"update?lab={LAB}&notebook={LAB}/copy.ipynb").body
    assert copy["cells"] == []


def test_a_lab_begins_again_beside_the_own_work(practice: SeatServer) -> None:
    """A pristine notebook, the data that were lost, a generation for each step."""
    home = practice.root / LAB
    answer = practice.post("files", {"do": "reset-lab", "lab": LAB})
    assert answer.body == {"path": f"{LAB}/{LAB}-again.ipynb"}
    assert sources(practice.root / answer.body["path"])[1].endswith("your code here")
    assert sources(home / f"{LAB}.ipynb")[1] == MINE
    assert (home / "data" / "flights.csv").read_text() == "a,b\n"
    assert [practice.step(step)["generation"] for step in STEPS] == [1, 1]
    (home / "data" / "flights.csv").write_text("my own")
    practice.post("files", {"do": "reset-lab", "lab": LAB})
    assert (home / "data" / "flights.csv").read_text() == "my own"
    assert (home / f"{LAB}-again-2.ipynb").exists()
    assert practice.step()["generation"] == 2


def test_the_cells_of_a_step_come_back_as_they_were(practice: SeatServer) -> None:
    """From the released lab, whatever became of the own notebook."""
    (cell,) = practice.get(f"pristine?lab={LAB}&step=load-data").body["cells"]
    assert cell["source"] == "# step: load-data\n# your code here"
    assert practice.step()["generation"] == 0


def test_the_handbook_is_there_for_its_own_seat_and_runs_nothing(
    practice: SeatServer,
) -> None:
    """It lies with the released lab; a lab without one, or no lab, says so."""
    refused = practice.get(f"handbook?lab={LAB}")
    assert (refused.status, refused.body["error"]["code"]) == (404, "not-found")
    page = practice.root / "labs" / LAB / f"{LAB}-handbook.html"
    page.write_text("<h1>On paper</h1><script>alert(1)</script>")
    address = f"{practice.url}airlift/handbook?lab={LAB}&token=secret"
    with urlopen(address) as answer:
        assert answer.headers.get_content_type() == "text/html"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "script-src" not in policy
        assert b"On paper" in answer.read()
    assert practice.get("handbook?lab=../first_flight").status == 404
    page.unlink()


def test_without_a_room_one_sentence_says_why(practice: SeatServer) -> None:
    """Solved states and corrections are with the room alone."""
    wish = {"do": "catch-up", "lab": LAB, "step": "clean-data"}
    refused = practice.post("files", wish)
    assert (refused.status, refused.body["error"]["code"]) == (409, "practice")
    assert "needs a room" in refused.body["error"]["message"]
    assert practice.get(f"update?lab={LAB}").status == 409


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (None, 400, "bad-request"),
        ([], 404, "unknown-lab"),
        ({"do": "catch-up", "lab": "../x", "step": "a"}, 404, "unknown-lab"),
        ({"do": "catch-up", "lab": LAB, "step": "../x"}, 404, "unknown-step"),
        ({"do": "catch-up", "lab": LAB}, 404, "unknown-step"),
        ({"do": "format-disk", "lab": LAB}, 400, "bad-request"),
    ],
)
def test_what_makes_no_sense_is_refused(
    practice: SeatServer, body: object, status: int, code: str
) -> None:
    """In the one error shape; nothing is written."""
    refused = practice.post("files", body)
    assert (refused.status, refused.body["error"]["code"]) == (status, code)
    assert len(list((practice.root / LAB).iterdir())) == 1
