"""Answering in the panel: the request behind its form, at a real seat's server.

The lab watches no step, so nothing that checks outside a kernel is there before.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from checkers.engine.given import read
from tests.checkers.seat_server import SeatServer
from tests.checkers.terminal_lab import LAB, QUESTION, set_up

pytestmark = pytest.mark.slow
KEPT = ("HOME", "AIRLIFT_CHECKERS", "AIRLIFT_LABS_DIR", "AIRLIFT_LABS")
STEPS: tuple[dict[str, Any], ...] = (
    {"id": "file", "title": "A file"},
    {"id": "asks", "title": "Asks", "question": QUESTION},
    {"id": "dies", "title": "Dies", "question": {"kind": "text", "text": "What?"}},
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeatServer]:
    """A seat without a room."""
    root = tmp_path_factory.mktemp("answering")
    environ = set_up(root, STEPS)
    found = SeatServer(root, **{key: environ[key] for key in KEPT}).start()
    yield found
    found.stop()


def kept(server: SeatServer) -> tuple[dict[str, str], int]:
    """Return the answers the seat keeps, and how many attempts it has made."""
    folder = server.outbox.parent
    lines = folder / "progress.jsonl"
    made = lines.read_text().count('"outcome"') if lines.exists() else 0
    return read(folder, LAB), made


def answer(server: SeatServer, text: object, step: str = "asks") -> tuple[int, Any]:
    """Answer a step; returns status, and the step as the panel has it then."""
    found = server.post("answer", {"lab": LAB, "step": step, "answer": text})
    if found.status != 200:
        return found.status, found.body["error"]["code"]
    steps = found.body["labs"][0]["steps"]
    return 200, next(one for one in steps if one["id"] == step)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (None, 400, "bad-request"),
        (["red"], 400, "bad-request"),
        ({"lab": "other", "step": "asks", "answer": "red"}, 404, "unknown-lab"),
        ({"lab": LAB, "step": "never", "answer": "red"}, 404, "unknown-step"),
        ({"lab": LAB, "step": {}, "answer": "red"}, 404, "unknown-step"),
        ({"lab": LAB, "step": "file", "answer": "red"}, 409, "no-question"),
        ({"lab": LAB, "step": "asks"}, 400, "bad-request"),
        ({"lab": LAB, "step": "asks", "answer": ["red"]}, 400, "bad-request"),
        ({"lab": LAB, "step": "asks", "answer": "green"}, 409, "no-answer"),
        ({"lab": LAB, "step": "asks", "answer": "r" * 501}, 413, "too-large"),
        ({"lab": LAB, "step": "asks", "answer": "r" * 200_000}, 413, "too-large"),
    ],
)
def test_what_is_no_answer_is_refused_in_a_sentence(
    server: SeatServer, body: Any, status: int, code: str
) -> None:
    """Nothing is kept, nothing is checked, and no process was started for it."""
    before = kept(server)
    found = server.post("answer", body)
    assert (found.status, found.body["error"]["code"]) == (status, code)
    assert found.body["error"]["message"]
    assert kept(server) == before
    assert probes(server) == 0


def probes(server: SeatServer) -> int:
    """Return how many probes run below the server."""
    assert server.process is not None
    words = ["pgrep", "-c", "-P", str(server.process.pid), "-f", "engine.probe"]
    return int(subprocess.run(words, capture_output=True, text=True).stdout)


def test_an_answer_needs_the_login_and_the_pages_own_token(server: SeatServer) -> None:
    """A stranger is refused, and so is another site in its browser."""
    before = kept(server)
    body = json.dumps({"lab": LAB, "step": "asks", "answer": "red"}).encode()
    stranger, browser = build_opener(), build_opener(HTTPCookieProcessor())
    browser.open(f"{server.url}api/status?token=secret").read()
    for one in (stranger, browser):
        with pytest.raises(HTTPError) as refused:
            one.open(f"{server.url}airlift/answer", body)
        assert refused.value.code == 403
    assert kept(server) == before


def test_wrong_then_right_and_still_there_after_a_restart(server: SeatServer) -> None:
    """What came of it is the step's state: outcome, reason, hint, tries, answer."""
    assert server.step("asks")["answer"] is None
    status, step = answer(server, "1")
    assert (status, step["answer"], step["now"]) == (200, "blue", "failed")
    assert (step["reason"], step["hint"]) == ("other-option", "Another one.")
    status, step = answer(server, "red")
    assert (status, step["state"], step["attempts"]) == (200, "passed", 2)
    assert kept(server) == ({"asks": "red"}, 2)
    server.stop()
    server.start()
    assert server.step("asks")["answer"] == "red"


def test_a_fault_of_the_check_is_said_and_the_answer_is_kept(
    server: SeatServer,
) -> None:
    """Nothing is held against anybody."""
    assert answer(server, "What?", "dies") == (409, "check-fault")
    step = server.step("dies")
    assert (step["answer"], step["state"], step["attempts"]) == (
        "What?",
        "untouched",
        0,
    )
