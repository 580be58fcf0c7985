"""What staff and observers read beside the stream: seats, a timeline, the past."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hub.room.process import RoomProcess, Stream, a_note, an_attempt, batch
from tests.hub.room.staffed import LAB, Evening, refused
from tests.hub.room.test_openapi import check

pytestmark = pytest.mark.slow


def read(evening: Evening, path: str, token: str = "") -> Any:
    """Read something of the evening's room as a helper."""
    answer = evening.room.get(
        f"api/rooms/{evening.found['id']}/{path}", token or evening.helper
    )
    assert answer.status == 200, answer
    return answer.body


def fail(evening: Evening, token: str, **more: Any) -> None:
    """Send a failed attempt."""
    wrong = {"outcome": "failed", "reason": "rows-lost", "hint": "330 rows", **more}
    sent = evening.room.post("api/attempts", batch(an_attempt(**wrong)), token)
    assert len(sent.body["acked"]) == 1, sent


def applied(board: dict[str, Any], delta: dict[str, Any]) -> dict[str, Any]:
    """Return a board after a delta, as the page makes it."""
    seats = {seat["seat"]: seat for seat in board["seats"]}
    seats.update((seat["seat"], seat) for seat in delta.get("seats", ()))
    return {**board, **delta, "seats": [seats[name] for name in sorted(seats)]}


def test_some_seats_are_found_by_name_number_or_id(evening: Evening) -> None:
    """As the board shows them."""
    other, _ = evening.room.seat(evening.found["code"], "Jo")
    found = read(evening, "seats?q=in")
    check(found, "Found")
    assert [seat["name"] for seat in found["seats"]] == ["Ines"]
    assert found["seats"] == [
        seat for seat in evening.board()["seats"] if seat["seat"] == evening.seat
    ]
    assert [one["number"] for one in read(evening, "seats?from=2&to=9")["seats"]] == [2]
    assert [one["seat"] for one in read(evening, f"seats?seat={other}")["seats"]] == [
        other
    ]
    for nobody in ("seats", "seats?q=xyz", "seats?seat=sabcdefghij"):
        assert read(evening, nobody)["seats"] == []


def test_a_seat_has_a_timeline(evening: Evening) -> None:
    """Oldest first; what its person wrote is in asks alone, and not for observers."""
    fail(evening, evening.token)
    evening.tell(
        a_note("hint", body={"number": 1}),
        a_note("ask", body={"words": "which column?"}),
        a_note("feedback", body={"face": "confusing", "words": "secret"}),
        a_note("share", body={"source": "secret = 1"}),
    )
    evening.act("messages", evening.presenter, {"to": "all", "text": "not in it"})
    evening.act(
        "messages",
        evening.presenter,
        {"to": "seat", "seat": evening.seat, "text": "secret"},
    )
    told = read(evening, f"seats/{evening.seat}/timeline")
    check(told, "Timeline")
    kinds = [line["kind"] for line in told["entries"]]
    assert sorted(kinds) == [
        *("ask", "attempt", "claimed", "feedback", "hint", "message", "share")
    ]
    assert [line["at"] for line in told["entries"]] == sorted(
        line["at"] for line in told["entries"]
    )
    lines = {line["kind"]: line for line in told["entries"]}
    assert lines["attempt"]["reason"] == "rows-lost"
    assert lines["ask"]["words"] == "which column?"
    assert lines["message"]["by"] == "the presenter"
    assert "secret" not in str(told)
    observer = evening.room.staff(evening.found, "observer")
    seen = read(evening, f"seats/{evening.seat}/timeline", observer)
    assert [line["words"] for line in seen["entries"] if line["kind"] == "ask"] == [""]
    path = f"api/rooms/{evening.found['id']}/seats/sabcdefghij/timeline"
    refused(evening.room.get(path, evening.helper), 404, "not-found")


def test_the_past_becomes_the_present(evening: Evening) -> None:
    """The last moment of the replay is what the board shows, and frames lead there."""
    room, found = evening.room, evening.found
    _, other = room.seat(found["code"], "Jo")
    for _ in range(3):
        fail(evening, evening.token)
    evening.act("gates", evening.presenter, {**LAB, "closed": True})
    room.post("api/attempts", batch(an_attempt()), other)
    evening.tell(a_note("ask", body={"words": "which column?"}))
    evening.act("messages", evening.presenter, {"to": "all", "text": "Look here."})
    slider = read(evening, "replay")
    check(slider, "Replay")
    assert sum(slider["passes"]) == 1
    marks = [(mark["kind"], mark["words"]) for mark in slider["marks"]]
    assert marks == [
        *(("room", "open"), ("gate", "soft"), ("first", "")),
        ("message", "Look here."),
    ]
    live = evening.board()
    then = read(evening, f"replay?at={slider['last']}")
    check(then, "Snapshot")
    shown = ("room", "labs", "now", "groups", "seats")
    assert {key: then[key] for key in shown} == {key: live[key] for key in shown}
    assert (then["row"], then["at"]) == (live["row"], slider["last"])
    first = slider["first"] - 1
    start = read(evening, f"replay?at={first}")
    assert (start["seats"], start["room"]["state"]) == ([], "new")
    span = f"after={first}&until={slider['last']}"
    frames = read(evening, f"replay?{span}&frames=7")["frames"]
    assert [frame["at"] for frame in frames][-1] == slider["last"]
    board = start
    for frame in frames:
        check(frame, "Delta")
        board = applied(board, frame)
    board["seats"].sort(key=lambda seat: seat["number"])
    assert {key: board[key] for key in shown} == {key: then[key] for key in shown}


def test_an_observer_reads_nobodys_words(evening: Evening) -> None:
    """Neither live nor in the past, wherever asks are shown; staff do."""
    evening.tell(a_note("ask", body={"words": "which column?"}))
    observer = evening.room.staff(evening.found, "observer")
    last = read(evening, "replay")["last"]
    paths = ("progress", "seats?q=in", f"replay?at={last}")
    frames = f"replay?after={last - 5000}&until={last}&frames=2"
    for path in (*paths, frames, f"seats/{evening.seat}/timeline"):
        assert "which column?" in str(read(evening, path))
        told = read(evening, path, observer)
        assert "which column?" not in str(told)
        assert "'ask'" in str(told)
    stream = Stream(evening.room, evening.found["id"], observer)
    kind, _, told = stream.next()
    assert (kind, told["seats"][0]["ask"]["words"]) == ("snapshot", "")
    evening.tell(a_note("withdraw", body={"ask": told["seats"][0]["ask"]["id"]}))
    evening.tell(a_note("ask", body={"words": "secret"}))
    while told.get("seats", [{}])[0].get("ask", {}).get("state") != "waiting":
        _, _, told = stream.next()
    assert "secret" not in str(told)
    stream.close()


def test_a_replay_has_bounds(evening: Evening) -> None:
    """What cannot be answered says what was expected."""
    path = f"api/rooms/{evening.found['id']}/replay"
    for wrong in ("?after=5&until=5", "?after=1&until=9&frames=999", "?at=then"):
        refused(evening.room.get(path + wrong, evening.helper), 400, "bad-request")
    stranger = evening.room.hub.admit("pstrangerxy", "custom:room:helper")
    refused(evening.room.get(path, stranger), 403, "not-allowed")


def test_whoever_was_erased_was_never_there(own_room: RoomProcess) -> None:
    """Neither the board of some time ago nor a frame shows them."""
    found = own_room.make_room()
    gone, token = own_room.seat(found["code"], "Erased Person")
    own_room.seat(found["code"], "Jo")
    presenter = own_room.staff(found)
    own_room.post("api/attempts", batch(an_attempt()), token)
    path = f"api/rooms/{found['id']}/replay"
    slider = own_room.get(path, presenter).body
    before = own_room.get(f"{path}?at={slider['last']}", presenter).body
    assert len(before["seats"]) == 2
    erased = own_room.desk("POST", f"/seats/{gone}/erase")
    assert erased.status == 200, erased
    after = own_room.get(f"{path}?at={slider['last']}", presenter).body
    assert [seat["name"] for seat in after["seats"]] == ["Jo"]
    assert after["now"]["first_flight"]["steps"][0]["passed"] == 0
    assert "Erased" not in str(after)


def test_who_does_not_get_on_is_said_to_staff_and_not_to_the_seat(
    evening: Evening,
) -> None:
    """With the rule and the group on the board; the seat hears nothing of it."""
    _, other = evening.room.seat(evening.found["code"], "Jo")
    for token in (evening.token, evening.token, evening.token, other):
        fail(evening, token)
    board = evening.board()
    stuck = {seat["name"]: seat["stuck"] for seat in board["seats"]}
    assert (stuck["Ines"]["why"], stuck["Ines"]["count"], stuck["Jo"]) == (
        "same",
        3,
        None,
    )
    [group] = board["groups"]
    assert (group["reason"], group["people"], group["stuck"]) == ("rows-lost", 2, 1)
    step = board["now"]["first_flight"]["steps"][0]
    assert (step["trying"], step["stuck"]) == (1, 1)
    own = evening.room.get("api/seat/progress", evening.token).body
    assert own["seat"]["stuck"] is None
    assert "hints" not in own["labs"][0]["steps"][0]
    assert "hints" in board["labs"][0]["steps"][0]
