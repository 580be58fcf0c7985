"""An evening: attendees in real seats who keep a record, and a wire to their room.

Each run of a cell has a number of its own, which the check repeats in its hint. So what
was run can be compared with what the journal keeps and what the board shows, and the
wire has heard which attempts were acknowledged.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import websocket

from tests.harness import PARTS, Airlift, free_ports, wait_for
from tests.visitor import Kernel, Shown, Visitor
from tests.wire import Wire

STEP = "first_flight/load-data"
SET_UP = 'import pandas as pd\nwhole = pd.read_csv("data/flights.csv")'
CELL = "# step: load-data\n{before}flights = whole.head({number})"
_ACKED = re.compile(rb'"acked":\s*\[([^\]]*)\]')
_ROWS = re.compile(r"has ([\d,]+) row")


@dataclass(frozen=True)
class Kept:
    """An attempt as the journal keeps it."""

    id: str
    epoch: str
    seq: int
    number: int
    """The number of the cell that was run; 0 for another cell."""
    at: int
    """When it happened, in milliseconds by the room's clock."""


class WiredAirlift(Airlift):
    """An installation whose seats and proxy reach the room by a wire."""

    def __init__(self, root: Path, **how: Any) -> None:
        super().__init__(root, **how)
        self.behind = free_ports(1)
        gateway, port = self.engine.gateway, self.settings.room_port
        self.wire = Wire((gateway, self.behind), gateway, port)

    def _command(self, part: str) -> list[str]:
        """Let the room listen behind the wire."""
        extra = ["--port", str(self.behind)] if part == "room" else []
        return [*super()._command(part), *extra]

    def close(self) -> None:
        """Take everything away."""
        self.wire.cut()
        super().close()


class Attendee:
    """Somebody in a seat, who runs one numbered cell after the other."""

    def __init__(self, airlift: Airlift, visitor: Visitor) -> None:
        self.airlift = airlift
        self.visitor = visitor
        self.ran: list[int] = []
        self.kernel = self.open_notebook()

    @property
    def seat(self) -> str:
        """The Hub user of the seat."""
        return self.visitor.seat

    def open_notebook(self) -> Kernel:
        """Open the notebook and run its set-up, as often as it takes.

        A kernel that has just been killed is started again by its server, and what is
        sent meanwhile may be lost; a person runs the cell again.
        """

        def opened() -> Kernel | None:
            """Try once."""
            with ExitStack() as unless_it_answers:
                try:
                    kernel = self.visitor.kernel()
                    unless_it_answers.callback(kernel.close)
                    shown = kernel.run(SET_UP, seconds=15)
                except (AssertionError, OSError, websocket.WebSocketException):
                    return None
                unless_it_answers.pop_all()
            assert shown.status == "ok", shown
            return kernel

        self.kernel = wait_for("a kernel that answers", opened, 90)
        return self.kernel

    def come_back(self) -> None:
        """Connect to the kernel anew.

        Its server has hung up on whoever answered no ping for two minutes; a visitor
        does so only while cells run.
        """
        self.kernel.close()
        self.kernel = self.visitor.kernel()

    def log_in_anew(self) -> None:
        """Let the seat's server ask the hub anew who this is.

        It forgets after five minutes, and without a hub it then knows nobody.
        """
        jar, base = self.visitor.http.cookies, f"{self.visitor.base}/"
        for cookie in [one for one in jar if one.path == base]:
            jar.clear(cookie.domain, cookie.path, cookie.name)
        answer = self.visitor.open(f"{base}tree")
        assert answer.ok, f"log in: {answer.status_code}: {answer.text[:300]}"

    def cell(self, before: str = "") -> str:
        """Return the next cell; it counts as run from now on."""
        self.ran.append(len(self.ran) + 1)
        return CELL.format(number=self.ran[-1], before=before)

    def work(self) -> Shown:
        """Run the next cell; its reply and its line must come."""
        shown = self.kernel.run(self.cell())
        assert shown.status == "ok", shown
        assert f"has {self.ran[-1]:,} row" in shown.words, shown.words
        return shown

    def begin(self, before: str) -> None:
        """Send the next cell and wait until it runs."""
        sent, kind = self.kernel.send(self.cell(before)), ""
        while kind != "execute_input":
            message = json.loads(self.kernel.socket.recv())
            if message.get("parent_header", {}).get("msg_id") == sent:
                kind = message["msg_type"]

    def status(self) -> dict[str, Any]:
        """Return how the seat's agent stands."""
        answer = self.visitor.get(f"{self.visitor.base}/airlift/status")
        assert answer.ok, f"status: {answer.status_code}: {answer.text[:300]}"
        found: dict[str, Any] = answer.json()
        return found

    def kill(self, what: str) -> None:
        """Kill a process of the seat; `what` is Python for its id, said by the kernel.

        The seat's first process is the engine's own, which nobody inside can kill.
        """
        shown = self.kernel.run(f"import os\nprint({what})")
        pid = int(shown.text)
        kill = ["python", "-c", f"import os; os.kill({pid}, 9)"]
        self.airlift.container(self.seat).exec_run(kill)

    def container_id(self) -> str:
        """Return the id of the seat's container."""
        return str(self.airlift.container(self.seat).id)


class Evening:
    """A room full of attendees, in an installation that can be broken and mended."""

    def __init__(self, airlift: WiredAirlift, names: tuple[str, ...]) -> None:
        self.airlift = airlift
        self.wire = airlift.wire
        self.room = airlift.open_room("Faults, tonight")
        with ThreadPoolExecutor(len(names)) as pool:
            self.attendees = list(pool.map(self._come, names))

    def _come(self, name: str) -> Attendee:
        """Join, open the notebook and run a first cell."""
        visitor = self.airlift.join(self.room["code"], name)
        who = Attendee(self.airlift, visitor)
        who.work()
        return who

    def mend(self) -> Evening:
        """Mend the wire, start every part that is down, let the outboxes empty."""
        self.wire.mend()
        for part in PARTS:
            if self.airlift.parts[part].poll() is not None:
                self.airlift.launch(part)
                self.airlift.wait_up(part)
        self.airlift.wait_door()
        for who in self.attendees:
            who.come_back()
            self.wait_back(who)  # else what is away later may be so since before
            self.wait_empty(who)
        return self

    def kept(self, seat: str) -> list[Kept]:
        """Return a seat's attempts in the journal, by their numbers."""
        path = self.airlift.settings.room_dir / "journal.sqlite"
        place = f"file:{path}?mode=ro"  # a room that starts recovers it, alone
        with closing(sqlite3.connect(place, uri=True, timeout=60)) as journal:
            rows = journal.execute(
                "SELECT uid, body, at FROM journal WHERE kind = 'attempt' AND seat = ?",
                [seat],
            ).fetchall()
        return sorted(
            (_kept(uid, json.loads(body), at) for uid, body, at in rows),
            key=lambda one: (one.seq, one.id),
        )

    def acked(self) -> set[str]:
        """Return the ids of all attempts whose acknowledgement reached a seat."""
        lists = [
            found for said in self.wire.answers for found in _ACKED.findall(bytes(said))
        ]
        return {id_ for found in lists for id_ in json.loads(b"[%s]" % found)}

    def assert_nothing_acknowledged_is_lost(self) -> None:
        """Compare the acknowledgements with the journal."""
        acked = self.acked()
        kept = {one.id for who in self.attendees for one in self.kept(who.seat)}
        assert acked, "expected acknowledgements on the wire, got none"
        assert acked <= kept, f"acknowledged and lost: {acked - kept}"

    def assert_all_arrived_once(self) -> None:
        """Wait for every attempt; compare seats, journal and board."""
        for who in self.attendees:
            self.wait_empty(who)
            kept = self.kept(who.seat)
            numbers, seqs = [one.number for one in kept], [one.seq for one in kept]
            assert numbers == who.ran, f"expected cells {who.ran}, got {kept}"
            assert seqs == list(range(1, len(who.ran) + 1)), f"gaps: {kept}"
            assert len({one.epoch for one in kept}) == 1, "numbered anew"
            assert who.status()["refused"] == 0
            seen = self.on_board(who)
            assert seen["gaps"] == 0
            assert seen["steps"][STEP]["attempts"] == len(who.ran)
            assert seen["steps"][STEP]["failed"] == len(who.ran)
        self.assert_nothing_acknowledged_is_lost()

    def on_board(self, who: Attendee) -> dict[str, Any]:
        """Return what the board shows of an attendee."""
        room = self.airlift.desk.call("GET", f"/rooms/{self.room['id']}")
        seats = {seat["seat"]: seat for seat in room["progress"]["seats"]}
        found: dict[str, Any] = seats[who.seat]
        return found

    def wait_empty(self, who: Attendee) -> None:
        """Wait until an attendee's outbox is empty."""
        wait_for("an empty outbox", lambda: not who.status()["pending"])

    def wait_kept(self, who: Attendee) -> None:
        """Wait until the journal has the last cell of an attendee."""
        wait_for(
            "the attempt in the journal",
            lambda: any(one.number == who.ran[-1] for one in self.kept(who.seat)),
        )

    def wait_back(self, who: Attendee) -> None:
        """Wait until an agent sends to its room and hears from it again."""
        wait_for("the agent's room", lambda: who.status()["state"] == "connected")

    def wait_away(self, who: Attendee) -> None:
        """Wait until an agent has noticed that its room does not answer."""
        wait_for("the agent to notice", lambda: who.status()["state"] == "away")


def _kept(uid: str, body: dict[str, Any], at: int) -> Kept:
    """Read a row of the journal."""
    rows = _ROWS.search(body["hint"])
    number = int(rows[1].replace(",", "")) if rows else 0
    return Kept(uid, body["epoch"], body["seq"], number, at)


@contextmanager
def evening(root: Path, image: str, *names: str) -> Iterator[Evening]:
    """Run an evening for as long as the block lasts."""
    airlift = WiredAirlift(root, image=image)
    try:
        airlift.start()
        yield Evening(airlift, names)
    finally:
        airlift.close()
