"""Picture: only what changed goes out; a large room is shown by what matters in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.room import feed as feed_module
from hub.room.entry import (
    GATE,
    HINT_SENT,
    MESSAGE,
    ROOM,
    START,
    WITHDRAW_MESSAGE,
    Entry,
)
from hub.room.feed import RoomFeed
from hub.room.known import Known
from hub.room.messages import Message
from hub.room.pace import MINUTE
from hub.room.picture import MOST_URGENT, MOST_WHOLE, Picture, Status
from hub.room.progress import SeatFacts
from hub.room.stuck import Rules
from tests.hub.room.rows import attempt, claimed, note, row
from tests.hub.room.test_feed import read
from tests.hub.room.test_tally import stories


class WholeView:
    """A view that shows all that a picture tells it, under the seats' own ids."""

    rules = Rules()
    time = 0

    def __init__(self) -> None:
        self.described = 0

    def room(self, room: str) -> dict[str, Any]:
        """Describe the room."""
        return {"id": room}

    def labs(self, room: str, offers: Mapping[str, str]) -> list[dict[str, Any]]:
        """Describe two labs."""
        del room, offers
        steps = {"l": "abc", "m": "x"}
        return [
            {"slug": lab, "steps": [{"id": step, "minutes": 5} for step in steps[lab]]}
            for lab in steps
        ]

    def message(self, room: str, message: Message) -> dict[str, Any]:
        """Describe one message."""
        del room
        return {"id": message.id, "to": message.to}

    def seat(
        self, seat: str, facts: SeatFacts, status: Status
    ) -> dict[str, Any] | None:
        """Describe one seat."""
        self.described += 1
        return {
            "seat": seat,
            "row": facts.row,
            "position": status.position,
            "also": status.also,
            "stuck": status.stuck.step if status.stuck else "",
            "away": status.away,
        }

    def now(self) -> int:
        """Return the time that the test says."""
        return self.time


def picture_of(entries: list[Entry]) -> Picture:
    """Return the picture of what was folded."""
    known = Known("r1")
    for entry in entries:
        known.fold(entry)
    return Picture(known, WholeView())


def delta(picture: Picture, minute: float, *, whole: bool = False) -> dict[str, Any]:
    """Return what went out at some minute; {} when nothing did."""
    changed = picture.settle(int(minute * MINUTE), whole=whole)
    text = picture.delta_text(sorted(changed))
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def snapshot(picture: Picture, minute: float = 0) -> dict[str, Any]:
    """Return everything at some minute, as if nobody else watched."""
    picture.settle(int(minute * MINUTE), whole=True)
    found: dict[str, Any] = json.loads(picture.snapshot_text(alone=True))
    return found


OPEN = [row(0, ROOM, state="open"), row(0, START, lab="l")]


def test_a_delta_holds_the_parts_that_changed() -> None:
    """An attempt changes the counts and its seat; a gate the room; nothing nothing."""
    picture = picture_of([*OPEN, claimed(0, "s1", 1), claimed(0, "s2", 2)])
    assert set(snapshot(picture)) == {
        *("v", "row", "at", "room", "labs", "now", "groups", "seats")
    }
    assert delta(picture, 1) == {}
    picture.known.fold(attempt(1, "a"))
    assert set(delta(picture, 1)) == {"v", "row", "at", "now", "seats"}
    picture.known.fold(attempt(1, "a"))
    assert set(delta(picture, 1)) == {"v", "row", "at", "seats"}
    picture.known.fold(row(2, GATE, lab="l", step="a", closed=True))
    told = delta(picture, 2)
    assert set(told) == {"v", "row", "at", "room"}
    assert told["room"]["gates"] == {"l/a": "soft"}


def test_time_alone_makes_people_slow_and_takes_them_away() -> None:
    """A whole look finds it, and whoever resumes from before hears of it."""
    picture = picture_of([*OPEN, claimed(0)])
    snapshot(picture)
    assert set(delta(picture, 11)) == {"v", "row", "at", "now"}
    told = delta(picture, 11, whole=True)
    assert [seat["stuck"] for seat in told["seats"]] == ["l/a"]
    assert told["now"]["l"]["steps"][0]["stuck"] == 1
    assert told["groups"][0]["why"] == "slow"
    assert delta(picture, 12, whole=True)["now"]["l"]["minutes"] == 7
    row_before = picture.known.row
    assert picture.since(row_before) == ["s1"]
    told = delta(picture, 31, whole=True)
    assert (told["seats"][0]["stuck"], told["seats"][0]["away"]) == ("", True)


def test_the_clock_stops_when_the_room_closes() -> None:
    """Nobody is slow any more, and there is no plan to be behind."""
    picture = picture_of([*OPEN, claimed(0)])
    assert snapshot(picture, 11)["seats"][0]["stuck"] == "l/a"
    picture.known.fold(row(12, ROOM, state="closed"))
    told = delta(picture, 12)
    assert told["now"]["l"]["minutes"] is None
    assert told["seats"][0]["stuck"] == ""


def test_a_place_in_the_line_changes_for_those_behind_alone() -> None:
    """When the first is helped, the second moves up and the third, too."""
    rows = [*OPEN, *(claimed(0, f"s{number}", number) for number in range(1, 5))]
    asks = [note(1, "ask", seat=f"s{number}") for number in range(1, 4)]
    picture = picture_of([*rows, *asks])
    snapshot(picture, 1)
    picture.known.fold(note(2, "withdraw", seat="s1", ask=asks[0].uid))
    told = {seat["seat"]: seat["position"] for seat in delta(picture, 2)["seats"]}
    assert told == {"s1": None, "s2": 1, "s3": 2}
    picture.known.fold(
        note(3, "ask-same", seat="s3", ask=asks[2].uid, same=asks[1].uid)
    )
    told = {seat["seat"]: seat["also"] for seat in delta(picture, 3)["seats"]}
    assert told == {"s2": 1, "s3": 1}


def test_a_seat_that_did_not_change_is_not_described_again() -> None:
    """Whoever comes costs the room no more than joining texts."""
    picture = picture_of([*OPEN, *(claimed(0, f"s{n}", n) for n in range(1, 9))])
    snapshot(picture)
    view: Any = picture.view
    assert view.described == 8
    picture.known.fold(attempt(1, "a"))
    for _ in range(5):
        snapshot(picture, 1)
    assert view.described == 9


def test_a_message_counts_whom_it_reached_and_who_saw_it() -> None:
    """Each seat once; taken back it stays in the list, marked."""
    rows = [*OPEN, *(claimed(0, f"s{number}", number) for number in (1, 2, 3))]
    rows += [attempt(1, "a", "passed", seat="s1"), attempt(1, "a", seat="s2")]
    said = [
        row(2, MESSAGE, to="all"),
        row(2, MESSAGE, to="step", lab="l", step="b"),
        row(2, MESSAGE, to="stuck", lab="l", step="a", seats=["s2", "s3"]),
        row(2, MESSAGE, "s2", to="seat"),
    ]
    seen = [
        *(
            note(3, "seen", seat=seat, message=said[0].uid)
            for seat in ("s1", "s2", "s2")
        ),
        note(3, "seen", seat="s1", message="never-said"),
        row(4, WITHDRAW_MESSAGE, message=said[0].uid),
        row(4, HINT_SENT, "s1", lab="l", step="b", number=1),
    ]
    told = snapshot(picture_of([*rows, *said, *seen]), 5)["room"]["messages"]
    assert [(one["seats"], one["seen"], one["withdrawn"]) for one in told] == [
        (3, 2, True),
        (1, 0, False),
        (2, 0, False),
        (1, 0, False),
    ]


LARGE = MOST_WHOLE + 1


def large(*more: Entry) -> Picture:
    """Return the picture of a room that is shown aggregated."""
    seats = [claimed(0, f"s{number}", number) for number in range(1, LARGE + 1)]
    return picture_of([*OPEN, *seats, *more])


def test_a_large_room_is_shown_by_blocks_and_by_who_needs_somebody() -> None:
    """Those in line first, in their order, then those who are stuck."""
    fails = [attempt(1 + at, "a", seat="s7") for at in range(3)]
    asks = [note(3, "ask", seat="s300"), note(2, "ask", seat="s20")]
    picture = large(*fails, *asks)
    told = snapshot(picture, 5)
    assert told["aggregated"] is True
    assert [seat["seat"] for seat in told["seats"]] == ["s300", "s20", "s7"]
    assert told["heat"]["size"] == 25
    assert [block["seats"] for block in told["heat"]["blocks"]] == [25] * 12 + [1]
    assert told["heat"]["blocks"][0]["stuck"] == {"l/a": 1}
    assert told["now"]["l"]["steps"][0]["stuck"] == 1
    picture.known.fold(attempt(6, "a", "passed", seat="s301"))
    changed = delta(picture, 6)
    assert set(changed) == {"v", "row", "at", "now", "heat"}
    picture.known.fold(attempt(6, "a", "passed", seat="s7"))
    assert [seat["seat"] for seat in delta(picture, 6)["seats"]] == ["s300", "s20"]


def test_of_a_large_room_only_so_many_are_shown() -> None:
    """Though everybody is slow."""
    told = snapshot(large(), 11)
    assert len(told["seats"]) == MOST_URGENT
    assert told["groups"][0]["people"] == LARGE
    assert len(told["groups"][0]["seats"]) == MOST_WHOLE


def test_a_room_that_grows_large_tells_everything_anew() -> None:
    """The first delta after it has the blocks and the whole list."""
    picture = picture_of(
        [*OPEN, *(claimed(0, f"s{number}", number) for number in range(1, LARGE))]
    )
    assert len(snapshot(picture)["seats"]) == MOST_WHOLE
    picture.known.fold(claimed(1, "s301", LARGE))
    told = delta(picture, 1)
    assert (told["aggregated"], told["seats"]) == (True, [])
    assert len(told["heat"]["blocks"]) == 13


@given(stories(), st.integers(1, 4))
def test_counting_before_anybody_watches_is_counting_at_once(
    entries: list[Entry], most: int
) -> None:
    """Piece by piece, with more rows in between, comes to the same."""
    picture, plain = picture_of(entries[:-3]), picture_of(entries)
    picture.prepare(most)
    for entry in entries[-3:]:
        picture.known.fold(entry)
    while picture.prepare(most):
        pass
    assert snapshot(picture, 70) == snapshot(plain, 70)


def test_deltas_lead_to_what_a_snapshot_says() -> None:
    """For whoever watched from the start, and for whoever resumes from any row."""

    @given(stories(), st.lists(st.integers(0, 90), min_size=1, max_size=5))
    def check(entries: list[Entry], minutes: list[int]) -> None:
        picture = picture_of([])
        board = snapshot(picture)
        share = len(entries) // len(minutes) + 1
        for place, minute in enumerate(sorted(minutes)):
            for entry in entries[place * share : (place + 1) * share]:
                picture.known.fold(entry)
            told = delta(picture, minute, whole=True)
            seats = {seat["seat"]: seat for seat in board["seats"]}
            seats.update((seat["seat"], seat) for seat in told.get("seats", ()))
            board = {**board, **told, "seats": list(seats.values())}
        truth = snapshot(picture, max(minutes))
        for one in (board, truth):
            one["seats"] = sorted(one["seats"], key=lambda seat: seat["seat"])
            del one["row"], one["at"]
        assert board == truth

    check()


def test_a_room_that_nobody_watches_is_folded_and_nothing_else() -> None:
    """The first viewer gets the truth; looking goes on until the last one left."""

    async def story() -> None:
        view = WholeView()
        feed = RoomFeed("r1", view)
        for entry in [*OPEN, claimed(0), attempt(1, "a"), attempt(2, "a")]:
            feed.publish(entry)
        assert (feed._timer, feed._looks, view.described) == (None, None, 0)
        assert feed.known.changed == {"s1"}
        view.time = 3 * MINUTE
        await feed.get_ready()
        viewer = feed.watch()
        _, _, told = read(await viewer.next(20))
        assert told["now"]["l"]["steps"][0]["trying"] == 1
        view.time = 31 * MINUTE
        feed._look()
        _, _, told = read(await viewer.next(20))
        assert told["seats"][0]["stuck"] == "l/a"
        feed.leave(viewer)
        feed._look()
        assert feed._looks is None

    asyncio.run(story())


def test_an_onlooker_hears_of_what_time_does_and_reads_counts() -> None:
    """A projector without any board open; no seat is in what it gets."""

    async def story() -> None:
        view = WholeView()
        feed = RoomFeed("r1", view)
        onlooker = feed.look_on()
        assert await onlooker.changed(20)
        for entry in [*OPEN, claimed(0)]:
            feed.publish(entry)
        assert await onlooker.changed(20)
        view.time = 11 * MINUTE
        feed._look()
        assert await onlooker.changed(20)
        assert feed.now()["l"]["steps"][0]["stuck"] == 1
        assert "s1" not in json.dumps(feed.now())
        assert feed.stuck_on("l", "a") == ["s1"]
        assert feed.stuck() == {"s1": "l/a"}
        feed.look_away(onlooker)
        feed._look()
        assert feed._looks is None

    asyncio.run(story())


@pytest.mark.parametrize("late", [0, 1])
def test_a_storm_of_viewers_costs_one_snapshot_and_misses_nothing(
    late: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came after it was made follows in the next delta."""
    monkeypatch.setattr(feed_module, "_YOUNG", 3600.0)  # however long the storm takes

    async def story() -> None:
        view = WholeView()
        feed = RoomFeed("r1", view)
        for entry in [*OPEN, claimed(0, "s1", 1), claimed(0, "s2", 2)]:
            feed.publish(entry)
        if late:
            feed.watch()
        first = [feed.watch() for _ in range(100)]
        feed.publish(attempt(1, "a", seat="s2"))
        last = [feed.watch() for _ in range(100)]
        assert view.described == 2
        messages = [read(await viewer.next(20)) for viewer in (*first, *last)]
        assert {kind for kind, _, _ in messages} == {"snapshot"}
        for viewer in (*first, *last):
            _, row_, told = read(await viewer.next(20))
            assert row_ == feed.row
            assert [seat["seat"] for seat in told["seats"]] == ["s2"]
            assert told["now"]["l"]["steps"][0]["trying"] == 1

    asyncio.run(story())
