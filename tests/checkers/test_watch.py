"""Steps that are done outside a kernel: checked by themselves, and never too often."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from checkers.engine import watch as watch_module
from checkers.engine.attempt import Attempt, Outcome, Trigger
from checkers.engine.cadence import (
    HANGING,
    REST,
    SELDOM,
    SHARE,
    SOON,
    Cadence,
    Rest,
    rested,
)
from checkers.engine.gates import Gates
from checkers.engine.note import Kind, Note
from checkers.engine.outbox import OutboxError
from checkers.engine.probe import Request
from checkers.engine.progress import Progress
from checkers.engine.record import Record
from checkers.engine.steps import Found, SeatLab, SeatStep
from checkers.engine.watch import Seen, Watch, current_steps, is_news, watch_of
from hub.secrets import ensure_secrets
from tests.checkers.seat_server import DEADLINE, SeatServer
from tests.checkers.terminal_lab import LAB, lab_toml, set_up
from tests.harness import wait_for
from tests.hub.room.process import RoomProcess, StandInHub, call

KEPT = ("HOME", "AIRLIFT_CHECKERS", "AIRLIFT_LABS_DIR", "AIRLIFT_LABS")
MISSING = Seen(Outcome.FAILED, "missing-file", "There is no file.", 1_000)
NOT_BEGUN = Seen(Outcome.FAILED, "not-begun", "Run the first cell.", 1_000)
SLOW = Seen(Outcome.FAILED, "too-slow", "It took 812 ms.", 1_000)


@pytest.mark.parametrize(
    ("now", "before", "active", "news"),
    [
        (MISSING, None, True, False),
        (Seen(Outcome.PASSED, "", ""), None, False, True),
        (Seen(Outcome.ERROR, "checker-error", "x"), None, False, True),
        (MISSING, MISSING, True, False),
        (NOT_BEGUN, None, True, False),
        (NOT_BEGUN, MISSING, True, False),
        (SLOW, MISSING, False, True),
        (Seen(Outcome.PASSED, "", ""), SLOW, False, True),
        (Seen(Outcome.FAILED, "too-slow", "It took 9.5 ms.", 90_000), SLOW, True, True),
        (
            Seen(Outcome.FAILED, "too-slow", "It took 9.5 ms.", 90_000),
            SLOW,
            False,
            False,
        ),
        (
            Seen(Outcome.FAILED, "too-slow", "It took 9.5 ms.", 2_000),
            SLOW,
            True,
            False,
        ),
    ],
)
def test_only_news_becomes_an_attempt(
    now: Seen, before: Seen | None, active: bool, news: bool
) -> None:
    """Where a step begins is none, nor is a figure that changes by itself."""
    assert is_news(now, before, active=active) is news


@given(
    st.lists(
        st.tuples(st.floats(0.01, 20), st.booleans(), st.floats(0, 3)), max_size=80
    )
)
def test_looks_follow_activity_and_never_pile_up(
    story: list[tuple[float, bool, float]],
) -> None:
    """Each look leaves several times its time free, and without activity they end."""
    cadence, now, free_from, active = Cadence(), 0.0, 0.0, None
    for passes, acts, takes in story:
        now += passes
        if acts:
            cadence, active = cadence.noted(now), now
            assert cadence.due <= max(now, free_from)
        if now >= cadence.due:
            assert active is not None
            assert now >= free_from
            now += takes
            cadence = cadence.looked(now, takes)
            free_from = now + min(max(SOON, SHARE * takes), SELDOM)
            assert cadence.due >= free_from
    while cadence.due < float("inf"):
        assert cadence.due - now <= SELDOM + 0.001
        now = max(now, cadence.due)
        cadence = cadence.looked(now, 0.1)
    assert active is None or now - active <= REST + 2 * SELDOM


def test_only_what_may_be_done_now_is_watched(tmp_path: Path) -> None:
    """Not passed, needs met, not shut, at most three; caught up counts as done.

    And first the one that is open in the panel, whatever its place and its needs.
    """
    ids = ("a", "b", "c", "d", "e", "f")
    steps = tuple(
        SeatStep(one, one, 1, (one,), needs=("b",) if one == "d" else (), watch=True)
        for one in ids
    )
    lab = SeatLab("l", "L", "1", (*steps[:1], SeatStep("x", "x", 1, ()), *steps[1:]))
    outbox = tmp_path / "outbox"
    record, gates = Record(outbox), Gates(tmp_path)

    def current(opened: str = "") -> str:
        record.look()
        found = current_steps(lab, record, gates, opened)
        return " ".join(step.id for step in found)

    def attempt(step: str, outcome: Outcome, generation: int = 0) -> None:
        made = Attempt("i", "l", "1", "", step, Trigger.WATCH, outcome)
        Progress(outbox).add(replace(made, generation=generation))

    assert current() == "a b c"
    assert current("f") == "f a b c"
    assert current("d") == "d a b c"
    assert current("b") == "b a c e"
    assert current("x") == "a b c"
    attempt("a", Outcome.PASSED)
    attempt("b", Outcome.FAILED)
    assert current() == "b c e"
    attempt("b", Outcome.PASSED)
    assert current() == "c d e"
    record.add(Note(str(uuid4()), Kind.RESET, "l", "a", {"generation": 1}))
    assert current() == "a c d"
    record.add(Note(str(uuid4()), Kind.CAUGHT_UP, "l", "e", {}))
    assert current() == "e f"
    gate = {"room": {"state": "open"}, "steps": {"l/e": {"gate": "strict"}}}
    (tmp_path / "room.json").write_text(json.dumps(gate))
    assert current("f") == "e"
    assert current("d") == "e"


def test_a_step_that_is_shut_during_a_look_is_not_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the check of the first step shuts the second one."""
    environ = set_up(tmp_path)
    for key in (*KEPT, "AIRLIFT_OUTBOX"):
        monkeypatch.setenv(key, environ[key])
    folder, outbox = tmp_path / "home" / LAB, Path(environ["AIRLIFT_OUTBOX"])
    outbox.mkdir(parents=True)
    gate = {"room": {"state": "open"}, "steps": {f"{LAB}/one": {"gate": "strict"}}}
    (tmp_path / "gate.json").write_text(json.dumps(gate))
    (tmp_path / "lib" / f"{LAB}.py").write_text(
        "import shutil\nfrom checkers import check\n\n"
        "@check('one', limit=30)\ndef one(work):\n"
        f"    shutil.copy({str(tmp_path / 'gate.json')!r}, "
        f"{str(outbox.parent / 'room.json')!r})\n\n"
        "@check('two')\ndef two(work):\n    pass\n"
    )
    steps = tuple(SeatStep(one, one, 1, (one,), watch=True) for one in ("one", "two"))
    lab, kept = SeatLab(LAB, "L", "1", steps), []
    record, gates = Record(outbox), Gates(outbox.parent)
    watch = watch_of({LAB: lab}, record, gates, folder.parent, {}, kept.append)

    async def run() -> None:
        task = asyncio.create_task(watch.run())
        await asyncio.sleep(1.5)
        (folder / "note.txt").touch()
        deadline = time.monotonic() + DEADLINE
        while not kept or watch.prober.busy:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.5)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(run())
    assert {made.step for made in kept} == {"one"}


def test_a_step_whose_check_takes_long_rests_and_one_that_hangs_for_longer() -> None:
    """Never longer than a minute; a quick one not at all."""
    assert rested(None, 100.0, 0.2) is None
    slow = rested(None, 100.0, 4.0)
    assert slow == Rest(100.0 + SHARE * 4.0, 96.0)
    assert rested(slow, 200.0, 4.0) == Rest(212.0, 196.0)
    assert rested(slow, 200.0, 2.0, beside=2) == Rest(218.0, 198.0)
    assert rested(slow, 200.0, 90.0) == Rest(200.0 + SELDOM, 110.0)
    rest, rests = None, []
    for _ in range(6):
        rest = rested(rest, 0.0, 2.0, hung=True)
        assert rest is not None
        rests.append(rest.until)
    assert rests == [6, 12, 24, 48, HANGING, HANGING]
    assert rested(rest, 0.0, 0.3) is None
    assert slow is not None
    quiet = Cadence(due=120.0, active=90.0)
    assert not slow.is_over(111.0, quiet.noted(101.0))
    assert slow.is_over(112.0, replace(quiet, active=101.0))
    assert not slow.is_over(113.0, quiet)
    assert slow.is_over(120.0, quiet)


def watch_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch, keep: Callable[[Attempt], object]
) -> tuple[Watch, Path]:
    """Return the watch of two steps, one of which hangs, and the lab's folder."""
    environ = set_up(root)
    for key in (*KEPT, "AIRLIFT_OUTBOX"):
        monkeypatch.setenv(key, environ[key])
    outbox = Path(environ["AIRLIFT_OUTBOX"])
    outbox.mkdir(parents=True)
    steps = tuple(
        SeatStep(one, one, 1, (one,), watch=True) for one in ("hangs", "file")
    )
    record, gates = Record(outbox), Gates(outbox.parent)
    home = root / "home"
    lab = SeatLab(LAB, "L", "1", steps)
    return watch_of({LAB: lab}, record, gates, home, {}, keep), home / LAB


def test_a_check_that_hangs_is_asked_after_the_others_and_seldom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the first step; the one behind it is asked each time all the same.

    By a clock of its own: on a busy machine a process that starts takes longer than
    the first rest of a step.
    """
    watch, folder = watch_alone(tmp_path, monkeypatch, lambda made: None)
    asked: list[str] = []
    attempt, now = watch.prober.attempt, 1_000.0

    async def noted(request: Request) -> Attempt:
        asked.append(request.step)
        ms = {"hangs": 1_300, "file": 10}[request.step]
        return replace(await attempt(request), ms=ms)

    clock = SimpleNamespace(monotonic=lambda: now, time=time.time, time_ns=time.time_ns)
    monkeypatch.setattr(watch_module, "time", clock)
    monkeypatch.setattr(watch.prober, "attempt", noted)

    async def run() -> None:
        nonlocal now
        for size in range(6):
            (folder / "other.txt").write_text("x" * size)
            now += SOON
            await watch._tick(now)
        await watch.prober.stop()

    asyncio.run(run())
    assert asked == ["hangs", *["file"] * 5, "hangs"]


def test_a_full_disk_is_no_reason_to_look_more_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be kept is news again at the next look, in its time."""
    full = True
    kept: list[str] = []

    def keep(made: Attempt) -> None:
        if full:
            raise OutboxError("Your disk is full.")
        kept.append(made.step)

    watch, folder = watch_alone(tmp_path, monkeypatch, keep)
    (folder / "note.txt").write_text("ready")

    async def run() -> None:
        nonlocal full
        one = Found(watch.labs[LAB], watch.labs[LAB].steps[1])
        begun = time.monotonic()
        watch._cadence = Cadence().noted(begun)
        with pytest.raises(OutboxError):
            await watch._look_at([one], begun)
        assert watch._cadence.due > begun + SOON
        assert watch._cadence.wait > Cadence().wait
        full = False
        await watch._look_at([one], watch._cadence.due)
        await watch.prober.stop()

    asyncio.run(run())
    assert kept == ["file"]


def test_a_seat_without_such_steps_pays_for_none(tmp_path: Path) -> None:
    """Neither its agent nor its kernels import what watches or asks by widgets."""
    environ = set_up(tmp_path, ({"id": "plain", "title": "Plain"},))
    code = (
        "import os, sys, checkers.engine.hook, checkers.engine.agent as agent\n"
        "assert agent.agent_from(os.environ).watch is None\n"
        "print({'checkers.engine.watch', 'checkers.engine.probe', 'ipywidgets'}"
        " & {*sys.modules})"
    )
    words = [sys.executable, "-P", "-c", code]
    done = subprocess.run(words, env=environ, capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr


class Watched:
    """A seat in a real room, whose steps are watched."""

    def __init__(self, root: Path) -> None:
        environ = set_up(root)
        self.home = root / "home"
        self.folder = self.home / LAB
        evening = root / "evening"
        (evening / "labs" / LAB).mkdir(parents=True)
        (evening / "labs" / LAB / "lab.toml").write_text(lab_toml())
        ensure_secrets(evening / ".airlift" / "secrets")
        self.hub = StandInHub()
        self.room = RoomProcess(evening, self.hub).start()
        made = self.room.make_room(labs=[LAB])
        self.id = made["id"]
        self.seat, token = self.room.seat(made["code"])
        self.staff = self.room.staff(made)
        kept = {key: environ[key] for key in KEPT}
        self.server = SeatServer(root, self.room.url, token, **kept).start()

    def close(self) -> None:
        """Stop all of it."""
        self.server.stop()
        self.room.stop()
        self.hub.close()

    def type(self, line: str) -> None:
        """Open a terminal and type a line there, as JupyterLab does."""
        headers = {"Authorization": "token secret"}
        answer = call("POST", f"{self.server.url}api/terminals", {}, headers)
        name = answer.body["name"]

        async def send() -> None:
            url = self.server.url.replace("http", "ws")
            request = HTTPRequest(f"{url}terminals/websocket/{name}", headers=headers)
            socket = await websocket_connect(request)
            await socket.write_message(json.dumps(["stdin", line + "; exit\r"]))
            while await asyncio.wait_for(socket.read_message(), DEADLINE):
                pass

        asyncio.run(send())

    def step(self, name: str) -> dict[str, Any]:
        """Return one step of the panel's state."""
        return self.server.step(name)

    def wait(self, name: str, key: str, value: object) -> None:
        """Wait until a step of the panel has a value."""
        self.server.until(
            lambda state: any(
                step["id"] == name and step[key] == value
                for step in state["labs"][0]["steps"]
            ),
            f"{name}.{key} == {value!r}",
        )

    def attempts(self, step: str) -> list[tuple[str, str, str]]:
        """Return the attempts at a step that the room has of this seat, in order."""
        path = f"api/rooms/{self.id}/seats/{self.seat}/timeline"
        answer = self.room.get(path, self.staff)
        assert answer.status == 200, answer
        return [
            (one["trigger"], one["outcome"], one["reason"])
            for one in answer.body["entries"]
            if one["kind"] == "attempt" and one["step"] == step
        ]

    def expect(self, step: str, *attempts: tuple[str, str, str]) -> None:
        """Wait until the room has exactly these attempts at a step, newest last."""
        deadline = time.monotonic() + DEADLINE
        while (found := self.attempts(step)) != list(attempts):
            assert time.monotonic() < deadline, found
            time.sleep(0.3)  # the room takes 5 questions a second

    def probes(self) -> list[str]:
        """Return the probes that run below the server."""
        assert self.server.process is not None
        words = ["pgrep", "-P", str(self.server.process.pid), "-f", "engine.probe"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        return done.stdout.split()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """One seat for the whole story."""
    found = Watched(tmp_path_factory.mktemp("watched"))
    yield found
    found.close()


def test_a_seat_nobody_works_at_has_no_probe(watched: Watched) -> None:
    """The process starts at the first sign of activity."""
    time.sleep(2.5)
    assert watched.probes() == []
    assert watched.step("file")["watch"] is True
    assert watched.step("asks")["question"]["options"] == ["blue", "red"]


def test_a_step_done_in_a_terminal_passes_by_itself(watched: Watched) -> None:
    """Where it begins is no attempt; what differs later is one each."""
    watched.type("cd; ls")
    wait_for("a first look", (watched.home / "looked").exists)
    assert watched.attempts("file") == []
    assert len(watched.probes()) == 1
    # by a rename: a look at the file before its text is written is news, too
    watched.type(f"cd; echo not yet > new; mv new {LAB}/note.txt")
    watched.wait("file", "reason", "other-text")
    watched.type(f"cd; echo ready > new; mv new {LAB}/note.txt")
    watched.wait("file", "state", "passed")
    told = ("watch", "failed", "other-text"), ("watch", "passed", "")
    watched.expect("file", *told)
    assert watched.step("service")["attempts"] == 0


def test_a_reset_step_is_watched_again(watched: Watched) -> None:
    """And passes at once where the work is still there; a given answer is forgotten."""
    (watched.server.root / ".airlift" / "answers.json").write_text(
        json.dumps({"v": 1, LAB: {"file": "x", "asks": "red"}})
    )
    wish = {"kind": "reset", "lab": LAB, "step": "file", "body": {"generation": 1}}
    assert watched.server.post("notes", wish).status == 200
    watched.wait("file", "now", "passed")
    assert watched.step("file")["generation"] == 1
    kept = json.loads((watched.server.root / ".airlift" / "answers.json").read_text())
    assert kept[LAB] == {"asks": "red"}


def test_a_service_that_comes_up_passes_by_itself(watched: Watched) -> None:
    """Once the step before it is passed, with no terminal: a file is the sign."""
    page = watched.folder / "index.html"
    page.write_text("up")
    words = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(
        words, cwd=watched.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as service:
        try:
            assert service.stdout is not None
            port = service.stdout.readline().split(b"port ")[1].split()[0].decode()
            (watched.folder / "port").write_text(port)
            watched.wait("service", "state", "passed")
        finally:
            service.kill()


def test_a_check_that_hangs_is_ended_and_said_to_be_at_fault(watched: Watched) -> None:
    """It is the next step; nothing of it stays, and it is said once."""
    fault = ("watch", "error", "time-limit")
    watched.expect("hangs", fault)
    answer = watched.server.post("check", {"lab": LAB, "step": "hangs"})
    assert (answer.status, answer.body["error"]["code"]) == (409, "check-fault")
    watched.type("true")
    time.sleep(3)
    watched.expect("hangs", fault, ("asked", *fault[1:]))


def test_a_step_is_checked_now_when_asked(watched: Watched) -> None:
    """Watched ones only, known ones only, and not behind a strict gate."""

    def check(**body: object) -> tuple[int, str]:
        answer = watched.server.post("check", body)
        return answer.status, answer.body.get("error", {}).get("code", "")

    (watched.folder / "note.txt").write_text("other")
    assert check(lab=LAB, step="file") == (200, "")
    told = ("asked", "failed", "other-text")
    wait_for("it in the room", lambda: watched.attempts("file")[-1:] == [told])
    assert check(lab=LAB, step="forks") == (409, "not-watched")
    assert check(lab=LAB, step="nothing") == (404, "unknown-step")
    assert check(lab="nothing", step="file") == (404, "unknown-lab")
    assert check(lab=[], step={}) == (404, "unknown-lab")
    for closed, gate in ((True, "strict"), (False, "")):
        body = {"id": str(uuid4()), "lab": LAB, "step": "file", "strict": True}
        path = f"api/rooms/{watched.id}/gates"
        answer = watched.room.post(path, {**body, "closed": closed}, watched.staff)
        assert answer.status == 200, answer
        watched.wait("file", "gate", gate)
        assert not closed or check(lab=LAB, step="hangs") == (409, "shut")


def test_a_step_that_is_open_in_the_panel_is_watched_out_of_turn(
    watched: Watched,
) -> None:
    """Although what it needs is not passed; nothing unknown can be opened."""
    (watched.folder / "late.txt").write_text("here")
    body = {"lab": LAB, "step": "late"}
    assert watched.server.post("opened", {**body, "step": "nothing"}).status == 404
    assert watched.server.post("opened", body).status == 200
    watched.wait("late", "state", "passed")
    assert watched.server.post("opened", {**body, "step": "after"}).status == 200


def test_an_answer_from_the_panel_is_an_attempt_like_any_other(
    watched: Watched,
) -> None:
    """The room has one for each answer, with what the check says and not the page."""
    for answer, now in (("blue", "failed"), ("red", "passed")):
        body = {"lab": LAB, "step": "asks", "answer": answer, "outcome": "passed"}
        assert watched.server.post("answer", body).status == 200
        assert watched.step("asks")["now"] == now
    told = ("asked", "failed", "other-option"), ("asked", "passed", "")
    watched.expect("asks", *told)


def test_a_probe_goes_with_its_server(watched: Watched) -> None:
    """A server that is killed leaves no process behind."""
    assert check_starts(watched)
    (probe,) = watched.probes()
    assert watched.server.process is not None
    watched.server.process.kill()
    watched.server.process.wait(DEADLINE)
    deadline = time.monotonic() + DEADLINE
    while Path(f"/proc/{probe}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def check_starts(watched: Watched) -> bool:
    """Have a check run, so that there is a probe."""
    return watched.server.post("check", {"lab": LAB, "step": "file"}).status == 200
