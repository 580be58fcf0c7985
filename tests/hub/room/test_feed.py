"""Feed: a snapshot first, coalesced deltas, bounded queues, exact resumption."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.room import feed as feed_module
from hub.room.entry import CLAIMED, Entry
from hub.room.feed import Feeds, RoomFeed
from hub.room.journal import Journal
from hub.room.messages import Message
from hub.room.picture import Status
from hub.room.progress import SeatFacts
from hub.room.stuck import Rules
from hub.room.viewers import QUEUE, Viewer


class PlainView:
    """A view that shows every seat with its count of attempts."""

    broken = ""
    """A seat that cannot be described."""
    rules = Rules()

    def room(self, room: str) -> dict[str, Any]:
        """Describe the room."""
        return {"id": room}

    def labs(self, room: str, offers: Mapping[str, str]) -> list[dict[str, Any]]:
        """Describe one lab of one step."""
        del room, offers
        return [{"slug": "l", "steps": [{"id": "s", "minutes": 5}]}]

    def message(self, room: str, message: Message) -> dict[str, Any]:
        """Describe one message."""
        return {"id": message.id}

    def seat(
        self, seat: str, facts: SeatFacts, status: Status
    ) -> dict[str, Any] | None:
        """Describe one seat."""
        del status
        if seat == self.broken:
            raise ZeroDivisionError
        return {
            "seat": seat,
            "attempts": sum(step.attempts for step in facts.steps.values()),
        }

    def now(self) -> int:
        """Return no time."""
        return 0


def claim(number: int) -> Entry:
    """Return the claim of seat s<number> as row -3 + `number`, before all others."""
    body = {"number": number}
    return Entry("r1", f"s{number}", CLAIMED, "claimed", 1, body=body, id=number - 3)


def attempt(number: int, seat: str = "s1", hint: str = "") -> Entry:
    """Return an attempt as row `number`."""
    body = {
        "lab": "l",
        "step": "s",
        "outcome": "failed",
        "reason": "",
        "hint": hint,
        "epoch": "",
        "seq": 0,
    }
    return Entry("r1", seat, "attempt", f"u{number}", 1, body=body, id=number)


def read(message: bytes) -> tuple[str, int, dict[str, Any]]:
    """Return kind, id and data of one event."""
    lines = dict(line.split(": ", 1) for line in message.decode().strip().split("\n"))
    return lines["event"], int(lines["id"]), json.loads(lines["data"])


def play(story: Callable[[RoomFeed], Coroutine[Any, Any, None]]) -> None:
    """Run a story with a feed of its own."""

    async def main() -> None:
        feed = RoomFeed("r1", PlainView())
        for number in (1, 2):
            feed.fold(claim(number))
        await story(feed)

    asyncio.run(main())


def test_the_first_message_is_a_snapshot_and_then_come_deltas() -> None:
    """Whoever comes late knows everything at once."""

    async def story(feed: RoomFeed) -> None:
        feed.publish(attempt(1))
        viewer = feed.watch()
        kind, row, data = read(await viewer.next(20))
        assert (kind, row) == ("snapshot", 1)
        assert [seat["attempts"] for seat in data["seats"]] == [1, 0]
        feed.publish(attempt(2, "s2"))
        kind, row, data = read(await viewer.next(20))
        assert (kind, row) == ("delta", 2)
        assert data["seats"][-1] == {"seat": "s2", "attempts": 1}
        assert "room" not in data

    play(story)


def test_a_burst_becomes_one_delta_with_whole_seats() -> None:
    """What changed many times is sent once, as it is now."""

    async def story(feed: RoomFeed) -> None:
        viewer = feed.watch()
        await viewer.next(20)
        for number in range(1, 101):
            feed.publish(attempt(number))
        kind, row, data = read(await viewer.next(20))
        assert (kind, row) == ("delta", 100)
        assert data["seats"] == [{"seat": "s1", "attempts": 100}]
        assert await viewer.next(0.3) == b""

    play(story)


def test_a_claim_says_how_the_room_is_now() -> None:
    """The room's own numbers change with a claim, not with an attempt."""

    async def story(feed: RoomFeed) -> None:
        viewer = feed.watch()
        await viewer.next(20)
        feed.publish(replace(claim(3), id=1))
        _, _, data = read(await viewer.next(20))
        assert data["room"]["claimed"] == 3
        assert data["seats"] == [{"seat": "s3", "attempts": 0}]
        feed.publish(attempt(2, "s3"))
        _, _, data = read(await viewer.next(20))
        assert "room" not in data

    play(story)


def test_resuming_brings_what_changed_since_and_nothing_else() -> None:
    """From any row the viewer names, also one before its last message."""

    async def story(feed: RoomFeed) -> None:
        for entry in (attempt(1, "s1"), attempt(2, "s2"), attempt(3, "s2")):
            feed.publish(entry)
        kind, row, data = read(await feed.watch(1).next(20))
        assert (kind, row) == ("delta", 3)
        assert data["seats"] == [{"seat": "s2", "attempts": 2}]
        _, _, data = read(await feed.watch(3).next(20))
        assert data["seats"] == []

    play(story)


@pytest.mark.parametrize("last", [None, 0, 99])
def test_what_cannot_be_resumed_starts_with_a_snapshot(last: int | None) -> None:
    """A row that never was belongs to another journal."""

    async def story(feed: RoomFeed) -> None:
        feed.publish(attempt(1))
        kind, _, _ = read(await feed.watch(last).next(20))
        assert kind == "snapshot"

    play(story)


def test_a_slow_viewer_is_dropped_to_a_snapshot_and_slows_nobody() -> None:
    """Its queue stays bounded; the next thing it reads is everything."""

    async def story(feed: RoomFeed) -> None:
        slow, quick = feed.watch(), feed.watch()
        await quick.next(20)
        for number in range(1, 3 * QUEUE):
            feed.publish(attempt(number))
            feed._flush()
            assert read(await quick.next(20))[1] == number
            assert len(slow._queue) <= QUEUE
        kind, row, data = read(await slow.next(20))
        assert (kind, row) == ("snapshot", 3 * QUEUE - 1)
        assert data["seats"][0]["attempts"] == 3 * QUEUE - 1
        assert await slow.next(0.01) == b""

    play(story)


def test_one_odd_seat_does_not_silence_the_room() -> None:
    """The flush that meets it is made up for; later ones arrive."""

    async def story(feed: RoomFeed) -> None:
        view = PlainView()
        feed.picture.view = view
        viewer = feed.watch()
        await viewer.next(20)
        view.broken = "s1"
        feed.publish(attempt(1))
        feed._flush()
        view.broken = ""
        kind, row, _ = read(await viewer.next(20))
        assert (kind, row) == ("snapshot", 1)
        feed.publish(attempt(2))
        kind, row, _ = read(await viewer.next(20))
        assert (kind, row) == ("delta", 2)

    play(story)


def test_a_row_that_cannot_be_folded_is_left_out() -> None:
    """The others count; nobody who waits for an answer is left waiting."""

    async def story(feed: RoomFeed) -> None:
        feed.publish(Entry("r1", "s1", "attempt", "odd", 1, body={}, id=1))
        feed.publish(attempt(2))
        _, row, data = read(await feed.watch().next(20))
        assert row == 2
        assert data["seats"][0]["attempts"] == 1

    play(story)


def test_an_ended_viewer_stops_waiting() -> None:
    """Stopping the service does not wait for keep-alives."""

    async def story(feed: RoomFeed) -> None:
        viewer: Viewer = feed.watch()
        await viewer.next(20)
        waiting = asyncio.ensure_future(viewer.next(3600))
        await asyncio.sleep(0)
        viewer.end()
        assert await asyncio.wait_for(waiting, 5) == b""

    play(story)


def test_a_lone_attempt_of_hostile_text_is_one_event() -> None:
    """Line ends and terminators of the text stay inside its JSON."""

    async def story(feed: RoomFeed) -> None:
        viewer = feed.watch()
        await viewer.next(20)
        hint = "a\n\nevent: snapshot\ndata: {}\n\n\u2028<b>\ud800"
        feed.picture.view = type(
            "HintView",
            (PlainView,),
            {"seat": lambda _self, seat, *_facts: {"seat": seat, "name": hint}},
        )()
        feed.publish(attempt(1))
        message = await viewer.next(20)
        assert message.count(b"\n\n") == 1
        assert read(message)[2]["seats"][0]["name"].startswith("a\n\nevent")

    play(story)


def test_rows_that_arrive_while_a_room_is_read_are_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages from the journal and new rows meet without a gap or a double."""
    monkeypatch.setattr(feed_module, "_PAGE", 7)

    async def story() -> None:
        journal = Journal(tmp_path)
        journal.open()
        feeds = Feeds(journal, PlainView())
        journal.on_rows = feeds.publish
        for number in range(40):
            await journal.append([attempt(number)])
        loading = [asyncio.ensure_future(feeds.feed("r1")) for _ in range(3)]
        for number in range(40, 80):
            await journal.append([attempt(number)])
        found = await asyncio.gather(*loading)
        assert found[0] is found[1] is found[2]
        [step] = found[0].facts["s1"].steps.values()
        assert step.attempts == 80
        await journal.close()

    asyncio.run(story())
