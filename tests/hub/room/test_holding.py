"""How it holds: hundreds of boards, a storm of reconnections, viewers that never read.

What counts are numbers of messages and what every board ends with; nothing is timed.
"""

from __future__ import annotations

import asyncio
import re
import socket
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from hub.room.viewers import QUEUE
from hub.secrets import read_secret
from tests.hub.room.process import Answer, RoomProcess, an_attempt, auth, batch, call
from tests.hub.room.watching import Watching, request, truth_of
from tests.wire import Wire

pytestmark = pytest.mark.slow

BOARDS = 200
PRESENTERS = 20
"""A user may open so many streams at once; real boards are of many people, too."""
SEATS = 10
HINT = "語" * 300
"""A long sentence of a check, so that what is not read is felt."""


@contextmanager
def wire_to(room: RoomProcess) -> Iterator[Wire]:
    """Give a wire to the room that can be cut."""
    wire = Wire(("127.0.0.1", room.port))
    try:
        yield wire
    finally:
        wire.cut()


def work(room: RoomProcess, seats: list[tuple[str, str]], rounds: int) -> None:
    """Let every seat try each step some times; each try is acknowledged."""
    for number in range(rounds):
        step = ("load-data", "clean-data")[number % 2]
        outcome = ("failed", "passed")[number % 3 == 2]
        reason = "rows-lost" if outcome == "failed" else ""
        for _, token in seats:
            attempt = an_attempt(step, outcome=outcome, reason=reason, hint=HINT)
            sent = room.post("api/attempts", batch(attempt), token)
            assert sent.body["acked"] == [attempt["id"]]


def test_two_hundred_boards_and_a_storm_of_reconnections_end_with_one_truth(
    own_room: RoomProcess,
) -> None:
    """All connections are cut, work goes on, all come back at once with their row.

    Every board ends with what a new one is told, and got there by deltas alone.
    """
    evening = own_room.make_room(SEATS)
    seats = [own_room.seat(evening["code"], f"P{n}") for n in range(SEATS)]
    tokens = [own_room.staff(evening) for _ in range(PRESENTERS)]

    async def storm(wire: Wire) -> None:
        boards = [
            Watching(wire.port, evening["id"], tokens[n % PRESENTERS])
            for n in range(BOARDS)
        ]
        before = [asyncio.create_task(board.read()) for board in boards]
        for board in boards:
            await board.until(lambda one: bool(one.rows))
        await asyncio.to_thread(work, own_room, seats, 2)
        wire.cut()
        await asyncio.gather(*before)
        await asyncio.to_thread(work, own_room, seats, 2)
        wire.mend()
        after = [asyncio.create_task(board.read()) for board in boards]
        await asyncio.to_thread(work, own_room, seats, 2)
        now = own_room.get(f"api/rooms/{evening['id']}/progress", tokens[0]).body
        for board in boards:
            await board.until(lambda one: one.row == now["row"])
        assert [board for board in boards if board.truth != truth_of(now)] == []
        assert {kind for board in boards for kind in board.kinds} == {"delta"}
        assert all(board.rows == sorted(board.rows) for board in boards)
        wire.cut()
        await asyncio.gather(*after)

    with wire_to(own_room) as wire:
        asyncio.run(storm(wire))


async def never_reading(room: RoomProcess, evening: str, token: str) -> socket.socket:
    """Open a stream in whose way as little as possible is kept, and do not read it."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(deaf, ("127.0.0.1", room.port))
    await loop.sock_sendall(deaf, request(evening, token))
    return deaf


def measured(room: RoomProcess, name: str) -> int:
    """Return one of the room's numbers."""
    token = read_secret(room.root / ".airlift" / "secrets", "desk")
    text = call("GET", room.url + "metrics", None, auth(token)).body
    found = re.search(rf"^{name} (\S+)$", text, re.M)
    assert found, f"expected {name} in\n{text}"
    return int(float(found[1]))


def test_a_viewer_that_never_reads_is_dropped_and_slows_nobody(
    own_room: RoomProcess,
) -> None:
    """It costs a queue of bounded length; who reads gets every message meanwhile.

    Once it reads, what the network held comes, then one snapshot with the truth.
    """
    evening = own_room.make_room(SEATS)
    seats = [own_room.seat(evening["code"], f"P{n}") for n in range(SEATS)]
    one, other = own_room.staff(evening), own_room.staff(evening)

    async def watch() -> None:
        deaf = await never_reading(own_room, evening["id"], one)
        board = Watching(own_room.port, evening["id"], other)
        reading = asyncio.create_task(board.read())
        await board.until(lambda board: bool(board.rows))
        queued = []
        while not measured(own_room, "airlift_viewers_behind"):
            queued.append(measured(own_room, "airlift_viewers_queued"))
            await asyncio.to_thread(work, own_room, seats, 1)  # fewer than a queue has
        assert 0 < max(queued) <= 2 * QUEUE
        await asyncio.to_thread(work, own_room, seats, 6)
        now = own_room.get(f"api/rooms/{evening['id']}/progress", one).body
        await board.until(lambda board: board.row == now["row"])
        assert measured(own_room, "airlift_viewers_queued") == 0
        assert board.kinds.count("snapshot") == 1
        assert board.truth == truth_of(now)
        late = Watching(own_room.port, evening["id"], one)
        reader, writer = await asyncio.open_connection(sock=deaf, limit=2**24)
        catching_up = asyncio.create_task(late.read_from(reader))
        await late.until(lambda board: board.row == now["row"])
        assert late.kinds.count("snapshot") == 2
        assert len(late.rows) < len(board.rows)
        assert late.truth == truth_of(now)
        for end in (reading, catching_up):
            end.cancel()
        writer.close()

    asyncio.run(watch())


def test_what_two_presenters_send_twice_counts_once(room: RoomProcess) -> None:
    """Four calls with one id, at once: four times the same answer, one message.

    Both boards show it once.
    """
    evening = room.make_room()
    tokens = [room.staff(evening), room.staff(evening)]
    uid = str(uuid.uuid4())
    said = {"id": uid, "to": "all", "text": "Ten minutes left."}
    path = f"api/rooms/{evening['id']}/messages"

    def send(token: str) -> Answer:
        """Send it."""
        return room.post(path, said, token)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, tokens * 2))
    assert [(answer.status, answer.body) for answer in answers] == [
        (200, {"id": uid})
    ] * 4
    for token in tokens:
        found = room.get(f"api/rooms/{evening['id']}/progress", token).body
        assert [message["id"] for message in found["room"]["messages"]] == [uid]
