"""Notes as seats send them: kept once, words apart from the journal."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

import pytest

from tests.hub.room.process import RoomProcess, a_note, an_attempt, batch, notes

pytestmark = pytest.mark.slow
STEP = "first_flight/load-data"


def rows(room: RoomProcess, query: str, *values: str) -> list[tuple[Any, ...]]:
    """Read the room's database beside the running room."""
    path = room.root / ".airlift" / "room" / "journal.sqlite"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return database.execute(query, values).fetchall()


def texts(room: RoomProcess, seat: str) -> list[tuple[str, str]]:
    """Return kind and body of what is kept of a seat's words."""
    query = "SELECT kind, body FROM texts WHERE seat = ? ORDER BY kind, at, uid"
    return rows(room, query, seat)


def test_every_kind_of_note_is_kept_once(room: RoomProcess) -> None:
    """Acknowledged with its id; sent again it is acknowledged again."""
    evening = room.make_room()
    seat, token = room.seat(evening["code"])
    ask = a_note("ask", body={"words": "It is stuck."})
    sent = [
        a_note("hint", body={"number": 1}),
        ask,
        a_note("withdraw", body={"ask": ask["id"]}),
        a_note("share", body={"source": "x = 1"}),
        a_note("unshare"),
        a_note("feedback", body={"face": "clear", "words": ""}),
        a_note("closing", "", {"again": "yes", "good": "All.", "better": ""}),
        a_note("caught-up", "clean-data"),
        a_note("reset", body={"generation": 1}),
        a_note("updated", "", {"version": "1.0.1", "cells": 2}),
    ]
    for _ in range(2):
        answer = room.post("api/notes", notes(*sent), token)
        acked = {"acked": [one["id"] for one in sent], "refused": []}
        assert (answer.status, answer.body) == (200, acked)
    kinds = rows(room, "SELECT kind FROM journal WHERE seat = ? ORDER BY id", seat)
    assert [kind for (kind,) in kinds] == ["claimed", *(one["kind"] for one in sent)]
    steps = room.get("api/seat/progress", token).body["seat"]["steps"]
    assert steps[STEP]["hints"] == 1
    assert steps[STEP]["generation"] == 1
    assert steps[STEP]["feedback"] == "clear"
    assert steps[STEP]["caught_up"] is True
    assert steps[STEP]["state"] == "untouched"
    assert (
        "first_flight/clean-data" not in steps
        or not (steps["first_flight/clean-data"]["caught_up"])
    )


def test_what_people_write_is_never_in_the_journal(room: RoomProcess) -> None:
    """The journal's rows hold no word of it; the table of texts does."""
    evening = room.make_room()
    seat, token = room.seat(evening["code"])
    marker = "rosebud"
    sent = [
        a_note("ask", body={"words": f"{marker} ask"}),
        a_note("share", body={"source": f"{marker} = 1"}),
        a_note("feedback", body={"face": "odd", "words": f"{marker} odd"}),
        a_note(
            "feedback", "clean-data", {"face": "too-slow", "words": f"{marker} slow"}
        ),
        a_note("closing", "", {"again": "no", "good": marker, "better": marker}),
    ]
    answer = room.post("api/notes", notes(*sent), token).body
    assert len(answer["acked"]) == 4
    [refused] = answer["refused"]
    assert refused["code"] == "bad-note"
    journal = rows(room, "SELECT * FROM journal WHERE seat = ?", seat)
    assert marker not in repr(journal)
    assert len(journal) == 5
    assert [kind for kind, _ in texts(room, seat)] == [
        *("ask", "closing", "feedback", "share")
    ]
    assert all(marker in body for _, body in texts(room, seat))


def test_a_later_text_takes_the_place_of_the_earlier(room: RoomProcess) -> None:
    """Feedback, closing words and a shared cell of one step are kept once."""
    evening = room.make_room()
    seat, token = room.seat(evening["code"])
    first = a_note("share", body={"source": "first"})
    other = a_note("share", "clean-data", {"source": "other"})
    for sent in (first, other, a_note("share", body={"source": "second"}), first):
        assert room.post("api/notes", notes(sent), token).body["acked"] == [sent["id"]]
    assert [body for _, body in texts(room, seat)] == [
        '{"source":"other"}',
        '{"source":"second"}',
    ]
    room.post("api/notes", notes(a_note("unshare"), first), token)
    assert texts(room, seat) == [("share", '{"source":"other"}')]
    faces = [
        a_note("feedback", body={"face": "confusing", "words": "Which file?"}),
        a_note("feedback", body={"face": "clear", "words": ""}),
    ]
    room.post("api/notes", notes(*faces), token)
    assert [kind for kind, _ in texts(room, seat)] == ["share"]
    shown = room.get("api/seat/progress", token).body["seat"]
    assert shown["steps"][STEP]["feedback"] == "clear"
    assert shown["shared"] == ["first_flight/clean-data"]


def test_notes_that_can_never_be_kept_are_refused_one_by_one(
    room: RoomProcess,
) -> None:
    """Another room's lab, an unknown step, an ask that never was, nonsense."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    good = a_note("hint", body={"number": 2})
    bad = [
        a_note("hint", body={"number": 1}, lab="other_lab"),
        a_note("hint", "no-such-step", {"number": 1}),
        a_note("withdraw", body={"ask": str(uuid.uuid4())}),
        a_note("hint", body={"number": 0}),
        a_note("hint", "", {"number": 1}),
        a_note("share", body={"source": "x" * 20_001}),
        "nonsense",
    ]
    answer = room.post("api/notes", notes(*bad, good), token).body
    assert answer["acked"] == [good["id"]]
    assert [one["code"] for one in answer["refused"]] == [
        "unknown-lab",
        "unknown-step",
        "unknown-ask",
        *["bad-note"] * 4,
    ]


@pytest.mark.parametrize(
    "body", [{"v": 1}, {"v": 2, "notes": []}, {"v": 1, "attempts": []}]
)
def test_a_request_of_another_shape_is_refused_whole(
    room: RoomProcess, body: object
) -> None:
    """400 with a sentence."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    answer = room.post("api/notes", body, token)
    assert (answer.status, answer.body["error"]["code"]) == (400, "bad-request")
    answer = room.post("api/notes", notes(*[a_note("unshare")] * 101), token)
    assert (answer.status, answer.body["error"]["code"]) == (400, "bad-request")


def test_attempts_and_notes_share_one_numbering(room: RoomProcess) -> None:
    """No gap where each number came, also as something refused; a gap where not."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    epoch = str(uuid.uuid4())
    tried = [an_attempt(epoch=epoch, seq=number) for number in (1, 3)]
    odd = an_attempt("no-such-step", epoch=epoch, seq=4)
    hint = a_note("hint", body={"number": 1}, epoch=epoch, seq=2)
    wrong = a_note("hint", body={"number": 0}, epoch=epoch, seq=5)
    for _ in range(2):
        room.post("api/attempts", batch(*tried, odd), token)
        room.post("api/notes", notes(hint, wrong), token)
        seat = room.get("api/seat/progress", token).body["seat"]
        assert seat["gaps"] == 0
    late = a_note("hint", body={"number": 2}, epoch=epoch, seq=8)
    room.post("api/notes", notes(late), token)
    assert room.get("api/seat/progress", token).body["seat"]["gaps"] == 2


def test_attempts_of_the_highest_generation_count(room: RoomProcess) -> None:
    """After a reset the step is untouched, unless it had passed before."""
    evening = room.make_room()
    _, token = room.seat(evening["code"])
    failed = an_attempt(outcome="failed", reason="rows-lost")
    room.post("api/attempts", batch(failed, an_attempt("clean-data")), token)
    resets = [
        a_note("reset", step, {"generation": 1}) for step in ("load-data", "clean-data")
    ]
    room.post("api/notes", notes(*resets), token)
    steps = room.get("api/seat/progress", token).body["seat"]["steps"]
    assert [step["state"] for step in steps.values()] == ["passed", "untouched"]
    late = an_attempt(outcome="failed", reason="late")
    now = an_attempt(outcome="failed", reason="now", generation=1)
    room.post("api/attempts", batch(now, late), token)
    step = room.get("api/seat/progress", token).body["seat"]["steps"][STEP]
    assert (step["state"], step["attempts"], step["reason"]) == ("trying", 1, "now")


def test_the_words_of_asks_survive_a_killed_room(own_room: RoomProcess) -> None:
    """What was acknowledged is shown again after the restart."""
    evening = own_room.make_room()
    _, token = own_room.seat(evening["code"])
    ask = a_note("ask", body={"words": "My table is empty."})
    assert own_room.post("api/notes", notes(ask), token).body["acked"] == [ask["id"]]
    own_room.kill()
    own_room.start()
    staff = own_room.staff(evening)
    shown = own_room.get(f"api/rooms/{evening['id']}/progress", staff).body
    [seat] = shown["seats"]
    assert seat["ask"]["words"] == "My table is empty."
    assert (seat["ask"]["state"], seat["ask"]["position"]) == ("waiting", 1)
