"""Discreet: who only watches reads nobody's words; all else is the same."""

from __future__ import annotations

import json

from hub.room.discreet import mute_message, mute_text, without_words
from hub.room.feed import message_of

ASK = {"id": "a1", "state": "waiting", "words": "which column?"}
MUTED = {"id": "a1", "state": "waiting", "words": ""}
BOARD = {"row": 7, "seats": [{"seat": "s1", "ask": ASK}, {"seat": "s2", "ask": None}]}


def test_the_words_of_asks_are_left_out() -> None:
    """Of every seat; the board it was made of keeps them."""
    told = without_words(BOARD)
    assert told == {
        "row": 7,
        "seats": [{"seat": "s1", "ask": MUTED}, {"seat": "s2", "ask": None}],
    }
    assert BOARD["seats"][0]["ask"] is ASK  # type: ignore[index]
    assert without_words({"row": 8}) == {"row": 8}


def test_what_staff_say_to_a_few_is_left_out() -> None:
    """What all hear, or all on a step, is there."""
    said = [{"to": to, "text": "Hello."} for to in ("all", "step", "stuck", "seat")]
    told = without_words({"room": {"id": "r1", "messages": said}})["room"]
    heard = [message["text"] for message in told["messages"]]
    assert (told["id"], heard) == ("r1", ["Hello.", "Hello.", "", ""])


def test_an_event_stays_one_event() -> None:
    """Kind, row and everything else as they were; a keep-alive is left alone."""
    hostile = "a\n\nevent: snapshot\ndata: {}\n\n"
    board = {**BOARD, "title": hostile}
    muted = mute_message(message_of("delta", 7, board))
    assert muted.count(b"\n\n") == 1
    assert muted.startswith(b"event: delta\nid: 7\ndata: ")
    data = json.loads(muted.partition(b"data: ")[2])
    assert data == {**without_words(BOARD), "title": hostile}
    assert mute_message(b": keep-alive\n\n") == b": keep-alive\n\n"


def test_frames_are_muted_one_by_one() -> None:
    """As each of them is a delta."""
    data = json.loads(mute_text(json.dumps({"frames": [BOARD, {"row": 8}]})))
    assert data == {"frames": [without_words(BOARD), {"row": 8}]}
