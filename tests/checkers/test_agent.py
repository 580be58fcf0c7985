"""The agent inside a seat's real Jupyter server, with the real room beside it."""

from __future__ import annotations

import errno
import time
from pathlib import Path
from uuid import uuid4

import pytest

from checkers.engine.agent import agent_from
from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.note import Kind
from checkers.engine.outbox import OutboxError
from checkers.engine.progress import Progress
from tests.checkers.seat_server import LAB, SeatServer


def test_without_a_room_it_is_practice(tmp_path: Path) -> None:
    """No address or no token: nothing is sent and nothing fails."""
    for environ in ({}, {"AIRLIFT_ROOM_URL": "http://x/"}):
        agent = agent_from({"AIRLIFT_OUTBOX": str(tmp_path), **environ})
        assert agent.status()["state"] == "practice"
    agent = agent_from(
        {
            "AIRLIFT_OUTBOX": str(tmp_path),
            "AIRLIFT_ROOM_URL": "http://h:1/services/room/",
            "JUPYTERHUB_API_TOKEN": "t",
        }
    )
    assert agent.room_url == "http://h:1/services/room"
    assert agent.status()["state"] == "waiting"


def test_labs_that_cannot_be_read_leave_a_seat_that_delivers(tmp_path: Path) -> None:
    """A broken lab.json costs the panel its steps, nothing else."""
    (tmp_path / "labs" / "odd").mkdir(parents=True)
    (tmp_path / "labs" / "odd" / "lab.json").write_text("{")
    outbox = tmp_path / "outbox"
    labs = str(tmp_path / "labs")
    agent = agent_from({"AIRLIFT_OUTBOX": str(outbox), "AIRLIFT_LABS_DIR": labs})
    assert agent.scene().labs == {}


def test_what_is_told_is_kept_for_panel_and_room(tmp_path: Path) -> None:
    """One call: the record has it, the outbox has it, who listens hears of it."""
    agent = agent_from({"AIRLIFT_OUTBOX": str(tmp_path / "outbox")})
    heard: list[int] = []
    agent.listeners.append(lambda: heard.append(1))
    first = agent.tell(Kind.RESET, LAB, "load-data")
    second = agent.tell(Kind.RESET, LAB, "load-data")
    assert [note.body["generation"] for note in (first, second)] == [1, 2]
    assert agent.record.step(LAB, "load-data").progress.generation == 2
    assert agent.delivery.numbering.ids() == {first.id, second.id}
    assert heard


def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    """A home that cannot be written is a sentence, not a lost wish."""
    (tmp_path / "air").write_text("in the way")
    agent = agent_from({"AIRLIFT_OUTBOX": str(tmp_path / "air" / "outbox")})
    with pytest.raises(OutboxError, match="could not be saved"):
        agent.tell(Kind.FEEDBACK, LAB, "load-data", {"face": "clear"})
    with pytest.raises(OutboxError, match="could not be saved"):
        agent.welcome()


def test_an_attempt_that_the_seat_could_not_note_is_not_sent_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each look at a watched step would send one more."""
    agent = agent_from({"AIRLIFT_OUTBOX": str(tmp_path / "outbox")})
    made = Attempt("i", LAB, "1", "", "load-data", Trigger.WATCH, Outcome.PASSED)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "add", full)
        with pytest.raises(OutboxError, match="disk is full"):
            agent.keep(made)
    assert agent.delivery.numbering.ids() == set()
    agent.keep(made)
    assert agent.delivery.numbering.ids() == {"i"}


@pytest.mark.slow
def test_a_real_server_runs_the_agent_and_tells_its_status(tmp_path: Path) -> None:
    """Enabled by the shipped configuration; the status needs the server's token."""
    server = SeatServer(tmp_path)
    server.attempt(str(uuid4()), Outcome.PASSED)
    server.start()
    try:
        status = server.get("status").body
        assert (status["state"], status["pending"]) == ("practice", 1)
        assert server.get("status", token="").status == 403
        deadline = time.monotonic() + 60
        while not list((server.outbox / "numbered").glob("*")):
            assert time.monotonic() < deadline, server.log
            time.sleep(0.05)
    finally:
        server.stop()
