"""The panel's requests: a real Jupyter server, the real room, the real websocket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, build_opener
from uuid import uuid4

import pytest

from checkers.engine.attempt import Outcome
from checkers.engine.panel_api import SCHEMA
from hub.secrets import ensure_secrets
from tests.checkers.seat_server import LAB, Page, SeatServer
from tests.hub.room.process import LAB as LAB_TOML
from tests.hub.room.process import RoomProcess, StandInHub

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeatServer]:
    """A seat without a room, that tests share."""
    found = SeatServer(tmp_path_factory.mktemp("seat")).start()
    yield found
    found.stop()


@pytest.fixture
def practice(server: SeatServer) -> SeatServer:
    """The shared seat, which has forgotten what was before."""
    for name in ("progress.jsonl", "welcomed"):
        (server.outbox.parent / name).unlink(missing_ok=True)
    return server


class Evening:
    """A real room with one seat in it, whose server runs."""

    def __init__(self, root: Path) -> None:
        lab = root / "labs" / LAB
        lab.mkdir(parents=True)
        (lab / "lab.toml").write_text(LAB_TOML)
        ensure_secrets(root / ".airlift" / "secrets")
        self.hub = StandInHub()
        self.room = RoomProcess(root, self.hub).start()
        made = self.room.make_room()
        self.id = made["id"]
        self.seat_id, self.token = self.room.seat(made["code"])
        self.staff = self.room.staff(made)
        self.seat = SeatServer(root / "seat", self.room.url, self.token).start()

    def act(self, path: str, **body: Any) -> None:
        """Do something as a presenter."""
        wish = {"id": str(uuid4()), **body}
        answer = self.room.post(f"api/rooms/{self.id}/{path}", wish, self.staff)
        assert answer.status == 200, answer

    def told(self) -> dict[str, Any]:
        """Return what the board knows of the seat."""
        answer = self.room.get(f"api/rooms/{self.id}/progress", self.staff)
        assert answer.status == 200, answer
        seats = answer.body["seats"]
        found: dict[str, Any] = next(
            one for one in seats if one["seat"] == self.seat_id
        )
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


def test_the_panel_needs_the_servers_own_login(practice: SeatServer) -> None:
    """Nobody else reads it; and with the browser's login alone nobody can post."""
    assert practice.get("panel", token="").status == 403
    browser = build_opener(HTTPCookieProcessor())
    browser.open(f"{practice.url}api/status?token=secret").read()
    assert browser.open(f"{practice.url}airlift/panel").status == 200
    body = json.dumps({"kind": "reset", "lab": LAB, "step": "load-data"}).encode()
    with pytest.raises(HTTPError) as refused:
        browser.open(f"{practice.url}airlift/notes", body)
    assert refused.value.code == 403
    assert practice.step()["generation"] == 0
    state = practice.panel()
    assert (state["v"], state["practice"], state["room"]) == (1, True, None)
    assert state["connection"]["state"] == "practice"
    assert state["labs"][0]["notebook"] == f"{LAB}/{LAB}.ipynb"
    assert state["labs"][0]["minutes_left"] == 6


def test_hints_are_taken_one_by_one_and_offered_after_two_failures(
    practice: SeatServer,
) -> None:
    """On wish at any time; a click that comes twice takes one; then none is left."""
    ladder = practice.step()["hints"]
    nothing = {"total": 2, "open": [], "held": False, "offered": False}
    assert ladder == nothing
    for _ in range(2):
        practice.attempt(str(uuid4()))
    assert practice.step()["hints"]["offered"]
    for _ in range(2):
        assert practice.tell("hint", number=1).status == 200
    ladder = practice.step()["hints"]
    nudge = {"text": "A nudge.", "sent": False}
    assert (ladder["open"], ladder["offered"]) == ([nudge], False)
    assert practice.tell("hint").status == 200
    refused = practice.tell("hint")
    assert refused.status == 409
    assert refused.body["error"]["code"] == "no-hint-left"
    texts = [hint["text"] for hint in practice.step()["hints"]["open"]]
    assert texts == ["A nudge.", "Nearly the answer."]


def test_a_reset_begins_a_generation_and_what_was_passed_stays(
    practice: SeatServer,
) -> None:
    """Attempts count anew; a second click on the same reset does nothing."""
    practice.attempt(str(uuid4()))
    practice.attempt(str(uuid4()), Outcome.PASSED)
    step = practice.step()
    assert (step["state"], step["attempts"]) == ("passed", 2)
    for _ in range(2):
        practice.tell("reset", generation=1)
    step = practice.step()
    assert (step["state"], step["now"], step["attempts"]) == ("passed", None, 0)
    assert (step["generation"], step["passed_at"] > 0) == (1, True)
    practice.attempt(str(uuid4()), generation=1)
    step = practice.step()
    assert (step["now"], step["attempts"], step["reason"]) == (
        "failed",
        1,
        "rows-lost",
    )
    assert step["hint"] == "Rows are missing."


def test_feedback_and_closing_are_kept_once(practice: SeatServer) -> None:
    """The same again adds nothing; another answer replaces it."""
    for _ in range(3):
        practice.tell("feedback", face="clear")
    practice.tell("feedback", face="broken", words="It hangs.")
    practice.tell("closing", "", again="yes", good="All", better="")
    state = practice.panel()
    assert state["labs"][0]["steps"][0]["feedback"] == {
        "face": "broken",
        "words": "It hangs.",
    }
    assert state["closing"]["again"] == "yes"
    lines = (practice.outbox.parent / "progress.jsonl").read_text().split("\n")
    kinds = [json.loads(line)["note"] for line in lines if line]
    assert kinds == ["feedback", "feedback", "closing"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (None, 400, "bad-request"),
        ([], 400, "bad-request"),
        ({"kind": "cheer"}, 400, "bad-request"),
        ({"kind": "hint", "lab": "other", "step": "x"}, 404, "unknown-lab"),
        ({"kind": "hint", "lab": LAB, "step": "x"}, 404, "unknown-step"),
        ({"kind": "hint", "lab": LAB, "body": 3}, 400, "bad-request"),
        ({"kind": "reset", "lab": LAB}, 400, "bad-request"),
        ({"kind": "feedback", "lab": LAB, "step": "load-data"}, 400, "bad-request"),
        ({"kind": "ask", "lab": LAB, "step": "load-data"}, 409, "practice"),
        ({"kind": "share", "lab": LAB, "step": "load-data"}, 409, "practice"),
        ({"kind": "ask", "lab": "x" * 200_000}, 413, "too-large"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    practice: SeatServer, body: Any, status: int, code: str
) -> None:
    """One shape of error; nothing of it reaches the outbox."""
    before = practice.panel()["connection"]["pending"]
    answer = practice.post("notes", body)
    assert (answer.status, answer.body["error"]["code"]) == (status, code)
    assert answer.body["error"]["message"]
    assert practice.panel()["connection"]["pending"] == before


def test_taking_back_always_works(practice: SeatServer) -> None:
    """Also when there is nothing to take back, and without a room."""
    before = practice.panel()["connection"]["pending"]
    for kind in ("withdraw", "unshare"):
        assert practice.tell(kind).status == 200
    assert practice.panel()["connection"]["pending"] == before


def test_the_welcome_is_seen_once(practice: SeatServer) -> None:
    """Remembered over a restart of the server."""
    assert practice.panel()["welcomed"] is False
    assert practice.post("welcomed").body["welcomed"] is True
    practice.stop()
    practice.start()
    assert practice.panel()["welcomed"] is True


def test_pages_hear_of_changes_over_the_servers_event_stream(
    practice: SeatServer,
) -> None:
    """A note told, and a kernel's attempt; a burst is few events."""

    async def scene() -> None:
        page = await Page.open(practice)
        await asyncio.to_thread(practice.tell, "feedback", face="clear")
        event = await page.next()
        assert event["schema_id"] == SCHEMA
        first = event["row"]
        for _ in range(20):
            practice.attempt(str(uuid4()))
        rows = [(await page.next())["row"]]
        while practice.step()["attempts"] < 20:
            rows.append((await page.next())["row"])
        assert rows[0] == first + 1 or rows[0] == first + 2
        assert len(rows) < 15
        page.close()

    asyncio.run(scene())


def test_an_ask_goes_to_the_room_and_its_place_comes_back(evening: Evening) -> None:
    """Open once at a time; withdrawn it may be asked again."""
    seat = evening.seat
    seat.until(lambda state: state["connection"]["state"] == "connected", "connected")
    assert seat.tell("ask", words="Where is the file?").status == 200
    ask = seat.until(
        lambda state: state["ask"]["state"] == "waiting" and state["ask"],
        "the room has it",
    )
    assert seat.until(lambda state: state["ask"]["position"] == 1, "a place")
    assert ask["words"] == "Where is the file?"
    assert seat.tell("ask").body["error"]["code"] == "ask-open"
    assert seat.tell("withdraw").body["ask"]["state"] == "withdrawn"
    assert seat.tell("withdraw").status == 200
    assert seat.tell("ask").status == 200
    seat.until(lambda state: state["ask"]["position"] == 1, "asked again")


def test_a_shared_cell_is_taken_back(evening: Evening) -> None:
    """Shared and unshared as the attendee said, at once and in the room."""
    seat = evening.seat
    assert seat.tell("share", source="flights = 1").status == 200
    assert seat.step()["shared"] is True
    seat.until(lambda state: not state["connection"]["pending"], "delivered")
    assert evening.told()["shared"] == [f"{LAB}/load-data"]
    assert seat.tell("unshare").status == 200
    assert seat.step()["shared"] is False
    seat.until(lambda state: not state["connection"]["pending"], "delivered")
    assert evening.told()["shared"] == []


def test_hints_that_staff_hold_back_are_not_given(evening: Evening) -> None:
    """Shown as held, refused in words, given once released."""
    seat = evening.seat
    for _ in range(2):
        seat.attempt(str(uuid4()))
    seat.until(lambda state: state["labs"][0]["steps"][0]["hints"]["offered"], "offer")
    where = {"lab": LAB, "step": "load-data"}
    evening.act("hints", **where, held=True)
    ladder = seat.until(
        lambda state: (
            state["labs"][0]["steps"][0]["hints"]["held"]
            and state["labs"][0]["steps"][0]["hints"]
        ),
        "held",
    )
    assert ladder["offered"] is False
    refused = seat.tell("hint")
    assert (refused.status, refused.body["error"]["code"]) == (409, "hints-held")
    evening.act("hints", **where, held=False)
    seat.until(lambda state: state["labs"][0]["steps"][0]["hints"]["offered"], "again")
    assert seat.tell("hint").status == 200


def test_a_page_hears_what_staff_say_and_do(evening: Evening) -> None:
    """A message, a gate, somebody who comes: each is an event, then in the panel."""
    seat = evening.seat
    seat.until(lambda state: state["room"], "the room told")
    ask = seat.tell("ask").body["ask"]["id"]
    seat.until(lambda state: state["ask"]["position"] == 1, "in the queue")
    where = {"lab": LAB, "step": "clean-data"}
    message = {"text": "<b>Break</b> until nine", "to": "all", "lab": "", "step": ""}

    def all_there(state: dict[str, Any]) -> bool:
        said = [one["text"] for one in state["messages"]]
        gates = [step["gate"] for step in state["labs"][0]["steps"]]
        claimed = (state["ask"]["state"], state["ask"]["by"])
        return (said, gates, claimed) == (
            [message["text"]],
            ["", "soft"],
            ("claimed", "a presenter"),
        )

    async def scene() -> None:
        page = await Page.open(seat)
        evening.act("messages", **message, seat="")
        evening.act("gates", **where, closed=True)
        evening.act(f"asks/{ask}/claim")
        while not all_there(await asyncio.to_thread(seat.panel)):
            await page.next()
        page.close()

    asyncio.run(scene())
    evening.act(f"asks/{ask}/answer")
    seat.until(lambda state: state["ask"]["state"] == "answered", "answered")
    assert seat.tell("ask").body["ask"]["state"] == "saved"


def test_a_message_is_seen_once_however_many_pages_say_so(evening: Evening) -> None:
    """The room hears it, one page after the other knows it; strangers are nothing."""
    seat = evening.seat
    evening.act("messages", text="Break", to="all", lab="", step="", seat="")
    said = seat.until(lambda state: state["messages"], "the message")[0]
    assert not said["seen"]
    for _ in range(2):
        answer = seat.tell("seen", "", message=said["id"])
        assert (answer.status, answer.body["messages"][0]["seen"]) == (200, True)
    assert seat.tell("seen", "", message=str(uuid4())).status == 200
    seat.until(lambda state: not state["connection"]["pending"], "delivered")
    lines = (seat.outbox.parent / "progress.jsonl").read_text().splitlines()
    notes = [json.loads(line).get("note") for line in lines if line.strip()]
    assert notes.count("seen") == 1
    assert seat.panel()["connection"]["refused"] == 0


def test_told_while_the_room_is_away_and_delivered_once(evening: Evening) -> None:
    """The connection says so, everything stays usable, nothing comes twice."""
    seat = evening.seat
    seat.until(lambda state: state["connection"]["state"] == "connected", "connected")
    evening.room.kill()
    seat.until(lambda state: state["connection"]["state"] == "away", "noticed")
    assert seat.tell("hint").status == 200
    assert seat.tell("ask", "clean-data", words="Help").body["ask"]["state"] == "saved"
    seat.attempt(str(uuid4()), Outcome.PASSED)
    seat.until(lambda state: state["connection"]["pending"] == 3, "kept")
    assert seat.panel()["room"]["id"] == evening.id
    evening.room.start()
    seat.until(lambda state: not state["connection"]["pending"], "delivered")
    seat.until(lambda state: state["connection"]["state"] == "connected", "back")
    seat.until(lambda state: state["ask"]["position"] == 1, "in the queue")
    told = evening.told()
    step = told["steps"][f"{LAB}/load-data"]
    assert (step["state"], step["attempts"], step["hints"]) == ("passed", 1, 1)
    assert told["ask"]["words"] == "Help"
    assert seat.panel()["connection"]["refused"] == 0


def test_a_restarted_seat_still_knows_its_room(evening: Evening) -> None:
    """Also while the room is away: from the file beside its outbox."""
    seat = evening.seat
    title = seat.until(lambda state: state["room"], "the room told")["title"]
    seat.stop()
    evening.room.kill()
    seat.start()
    assert seat.panel()["room"]["title"] == title
    seat.until(lambda state: state["connection"]["state"] == "away", "noticed")
    evening.room.start()
    seat.until(lambda state: state["connection"]["state"] == "connected", "back")


def test_a_closed_room_is_told_and_has_nobody_to_ask(evening: Evening) -> None:
    """The page hears of it; taking back and working go on."""
    seat = evening.seat
    seat.until(lambda state: state["room"], "the room told")

    async def scene() -> None:
        page = await Page.open(seat)
        evening.room.desk("POST", f"/rooms/{evening.id}/close")
        while (await asyncio.to_thread(seat.panel))["room"]["state"] != "closed":
            await page.next()
        page.close()

    asyncio.run(scene())
    assert seat.tell("ask").body["error"]["code"] == "practice"
    assert seat.tell("hint").status == 200
