"""The stream of a seat: the whole state, when it changed, and bounded."""

from __future__ import annotations

import pytest

from tests.hub.room.process import (
    RoomProcess,
    Stream,
    a_note,
    an_attempt,
    batch,
    notes,
)

pytestmark = pytest.mark.slow


def test_a_seat_is_told_the_whole_state_at_once(room: RoomProcess) -> None:
    """Also when nothing has happened yet; ids are row ids."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    stream = Stream.of_seat(room, token)
    kind, row, state = stream.next()
    assert (kind, row) == ("seat", state["row"])
    assert state["at"] > 0
    told = state["room"]
    assert (told["id"], told["state"]) == (evening["id"], "open")
    assert (told["practice"], told["erase_at"]) == (False, evening["erase_at"])
    assert "code" not in told
    del state["room"], state["row"], state["at"]
    nothing = {"steps": {}, "ask": None, "messages": [], "shared": [], "offers": {}}
    calm = {"countdown": None, "goal": None, "visit": ""}
    assert state == {"v": 1, **nothing, **calm}
    stream.close()


def test_an_ask_and_its_place_are_told_to_everybody_who_waits(
    room: RoomProcess,
) -> None:
    """Whoever asked second is first when the first one takes it back."""
    evening = room.make_room()
    streams, asks, tokens = [], [], []
    for place in (1, 2):
        _, token = room.seat(evening["code"])
        ask = a_note("ask", body={"words": "Please."})
        room.post("api/notes", notes(ask), token)
        stream = Stream.of_seat(room, token)
        state = stream.next()[2]
        assert (state["ask"]["id"], state["ask"]["position"]) == (ask["id"], place)
        assert (state["ask"]["state"], state["ask"]["by"]) == ("waiting", "")
        assert "words" not in state["ask"]
        streams.append(stream)
        asks.append(ask)
        tokens.append(token)
    back = a_note("withdraw", body={"ask": asks[0]["id"]})
    room.post("api/notes", notes(back), tokens[0])
    first, second = (stream.next()[2]["ask"] for stream in streams)
    assert (first["state"], first["position"]) == ("withdrawn", None)
    assert (second["state"], second["position"]) == ("waiting", 1)


def test_what_does_not_concern_a_seat_is_not_sent(room: RoomProcess) -> None:
    """Own attempts change nothing there; the next message is the next change."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    _, other = room.seat(evening["code"])
    stream = Stream.of_seat(room, token)
    stream.next()
    room.post("api/attempts", batch(an_attempt()), token)
    room.post("api/notes", notes(a_note("share", body={"source": "1"})), other)
    room.desk("POST", f"/rooms/{evening['id']}/close")
    assert stream.next()[2]["room"]["state"] == "closed"
    stream.close()


def test_a_burst_becomes_few_messages(room: RoomProcess) -> None:
    """Changes are gathered; the last message is how it is."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    stream = Stream.of_seat(room, token)
    stream.next()
    sent = [
        a_note("share", step, {"source": "1"}) if on else a_note("unshare", step)
        for on in [True, False] * 20
        for step in ("load-data", "clean-data")
    ]
    for start in range(0, len(sent), 4):
        room.post("api/notes", notes(*sent[start : start + 4]), token)
    room.post("api/notes", notes(a_note("share", body={"source": "2"})), token)
    count, shared = 1, stream.next()[2]["shared"]
    while shared != ["first_flight/load-data"]:
        count, shared = count + 1, stream.next()[2]["shared"]
    assert count < len(sent) / 4
    stream.close()


def test_one_stream_a_seat(room: RoomProcess) -> None:
    """A second one takes the place of the first, which ends."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    first = Stream.of_seat(room, token)
    first.next()
    second = Stream.of_seat(room, token)
    second.next()
    with pytest.raises(EOFError):
        first.next()
    room.post("api/notes", notes(a_note("share", body={"source": "1"})), token)
    assert second.next()[2]["shared"] == ["first_flight/load-data"]
    second.close()


def test_seats_that_never_read_slow_nobody(room: RoomProcess) -> None:
    """Two hundred open streams, none of them read, and a seat that is."""
    evening = room.make_room(capacity=201)
    deaf = []
    for _ in range(200):
        _, token = room.seat(evening["code"])
        deaf.append(Stream.of_seat(room, token))
    _, token = room.seat(evening["code"])
    stream = Stream.of_seat(room, token)
    stream.next()
    for number in range(5):
        ask = a_note("ask", body={"words": f"{number}"})
        room.post("api/notes", notes(ask), token)
        assert stream.next()[2]["ask"]["id"] == ask["id"]
    assert room.get("health").status == 200
    for one in (*deaf, stream):
        one.close()


def test_a_page_or_a_stranger_gets_no_stream(room: RoomProcess) -> None:
    """Only a seat's token opens it."""
    evening = room.make_room()
    assert Stream.of_seat(room, "").status == 401
    assert Stream.of_seat(room, room.staff(evening)).status == 403


def test_a_stopping_room_ends_the_stream(own_room: RoomProcess) -> None:
    """The seat hears the end at once and comes again."""
    evening = own_room.make_room()
    _, token = own_room.seat(evening["code"])
    stream = Stream.of_seat(own_room, token)
    stream.next()
    assert own_room.stop() == 0
    with pytest.raises(EOFError):
        stream.next()
