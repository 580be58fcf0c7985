"""Pace: gates, countdown, goal, start and offers, as the presenter sets them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from hub.room.pace_api import moved
from hub.room.refusal import RefusalError
from hub.room.room_facts import Countdown
from tests.hub.room.kept import keep
from tests.hub.room.process import Answer, Stream, a_note, an_attempt, batch
from tests.hub.room.staffed import LAB, Evening, refused
from tests.hub.room.test_notes import rows

pytestmark = pytest.mark.slow
STEP = "first_flight/load-data"
MINUTE = 60_000


def test_a_gate_is_soft_or_strict(evening: Evening) -> None:
    """Seats are told which, and the last word counts."""
    stream = Stream.of_seat(evening.room, evening.token)
    stream.next()
    for body, told in (
        ({"closed": True}, "soft"),
        ({"closed": True, "strict": True}, "strict"),
    ):
        assert evening.act("gates", evening.presenter, {**LAB, **body}).status == 200
        assert stream.next()[2]["steps"][STEP]["gate"] == told
        assert evening.board()["room"]["gates"] == {STEP: told}
    evening.act("gates", evening.presenter, {**LAB, "closed": False})
    assert stream.next()[2]["steps"] == {}
    stream.close()


def count(evening: Evening, **body: Any) -> Answer:
    """Set the countdown."""
    return evening.act("countdown", evening.presenter, body)


def test_a_countdown_is_started_moved_and_stopped(evening: Evening) -> None:
    """Its place stays while its end moves; seats follow."""
    ends_at = count(evening, minutes=5, **LAB).body["ends_at"]
    told = evening.state()
    assert told["countdown"]["ends_at"] == ends_at
    assert 0 < ends_at - told["at"] <= 5 * MINUTE
    assert {key: told["countdown"][key] for key in LAB} == LAB
    assert count(evening, more=5).body["ends_at"] == ends_at + 5 * MINUTE
    assert count(evening, more=-2).body["ends_at"] == ends_at + 3 * MINUTE
    again = evening.state()["countdown"]
    assert again["started_at"] == told["countdown"]["started_at"]
    assert {key: again[key] for key in LAB} == LAB
    assert count(evening, stop=True).body["ends_at"] is None
    assert evening.state()["countdown"] is None
    refused(count(evening, more=5), 404, "not-found")


def test_the_same_five_minutes_sent_twice_are_five_minutes(evening: Evening) -> None:
    """A call that is sent again is answered as the first time."""
    count(evening, minutes=5)
    once = {"id": str(uuid.uuid4()), "more": 5}
    first = evening.act("countdown", evening.presenter, once).body
    count(evening, more=10)
    assert evening.act("countdown", evening.presenter, once).body == first
    ends_at = evening.state()["countdown"]["ends_at"]
    assert ends_at == first["ends_at"] + 10 * MINUTE


@pytest.mark.parametrize(
    ("running", "minutes", "ends_at"),
    [
        (1_000 * MINUTE, 5, 1_005 * MINUTE),
        (1_000 * MINUTE, -1, 999 * MINUTE),
        (1_000 * MINUTE, -60, 990 * MINUTE),
        (980 * MINUTE, 5, 995 * MINUTE),
    ],
)
def test_more_time_counts_from_the_end_or_from_now(
    running: int, minutes: int, ends_at: int
) -> None:
    """Whichever is later; and never ends in the past."""
    known = Countdown(1, 7, running, "a", "b")
    assert moved(known, "more", minutes, 990 * MINUTE) == {
        **{"ends_at": ends_at, "started_at": 7},
        **{"lab": "a", "step": "b"},
    }


def test_nothing_that_runs_cannot_be_moved() -> None:
    """There has to be a countdown."""
    with pytest.raises(RefusalError):
        moved(Countdown(), "more", 5, 0)


def test_a_goal_is_set_and_who_is_behind_is_told(evening: Evening) -> None:
    """Passed before it or caught up past it is there; taken back, it is gone."""
    goal = {"lab": "first_flight", "step": "clean-data"}
    _, other = evening.room.seat(evening.found["code"])
    evening.room.post("api/attempts", batch(an_attempt()), other)
    assert evening.act("goal", evening.presenter, goal).status == 200
    told = evening.state()["goal"]
    assert told.pop("at") <= evening.state()["at"]
    assert told == {**goal, "behind": True}
    stream = Stream.of_seat(evening.room, other)
    assert stream.next()[2]["goal"]["behind"] is False
    stream.close()
    evening.tell(a_note("caught-up", "clean-data"))
    assert evening.state()["goal"]["behind"] is False
    evening.act("goal", evening.presenter, {"clear": True})
    assert evening.state()["goal"] is None


def test_a_lab_is_started(evening: Evening) -> None:
    """The journal keeps when, and the second start counts instead."""
    for _ in range(2):
        answer = evening.act("start", evening.presenter, {"lab": "first_flight"})
        assert answer.status == 200
    kept = rows(
        evening.room,
        "SELECT body FROM journal WHERE kind = 'start' AND room = ?",
        evening.found["id"],
    )
    assert len(kept) == 2


def test_a_corrected_lab_is_offered_from_the_board(evening: Evening) -> None:
    """As the organiser's command does it: once, and never a step back."""
    keep(evening.room.root, "1.1.0")
    keep(evening.room.root, "1.2.0")
    newer = {"lab": "first_flight", "version": "1.2.0"}
    for _ in range(2):
        assert evening.act("offers", evening.presenter, newer).status == 200
    assert evening.state()["offers"] == {"first_flight": "1.2.0"}
    kept = rows(
        evening.room,
        "SELECT body FROM journal WHERE kind = 'offer' AND room = ?",
        evening.found["id"],
    )
    assert len(kept) == 1
    older = {**newer, "version": "1.1.0"}
    refused(evening.act("offers", evening.presenter, older), 409, "old-version")
    none = {**newer, "version": "9.9.9"}
    refused(evening.act("offers", evening.presenter, none), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("gates", {**LAB, "closed": 1}, "bad-request"),
        ("gates", {**LAB}, "bad-request"),
        ("gates", {**LAB, "closed": True, "strict": "yes"}, "bad-request"),
        ("countdown", {}, "bad-request"),
        ("countdown", {"minutes": 0}, "bad-request"),
        ("countdown", {"minutes": 601}, "bad-request"),
        ("countdown", {"minutes": True}, "bad-request"),
        ("countdown", {"more": 61}, "bad-request"),
        ("countdown", {"more": "5"}, "bad-request"),
        ("countdown", {"more": 5}, "not-found"),
        ("countdown", {"minutes": 5, "lab": "none"}, "not-found"),
        ("goal", {}, "bad-request"),
        ("goal", {**LAB, "step": "none"}, "not-found"),
        ("start", {}, "bad-request"),
        ("start", {"lab": "none"}, "not-found"),
        ("offers", {"lab": "first_flight"}, "bad-request"),
        ("offers", {"lab": "none", "version": "1.0.0"}, "not-found"),
        ("offers", {"lab": "first_flight", "version": "../.."}, "not-found"),
    ],
)
def test_what_cannot_be_set_is_refused_in_words(
    evening: Evening, path: str, body: dict[str, Any], code: str
) -> None:
    """One sentence and a matching status."""
    status = 400 if code == "bad-request" else 404
    refused(evening.act(path, evening.presenter, body), status, code)
