"""The notes' wire contract: every kind there and back, and clear refusals."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from checkers.engine.fields import WireError
from checkers.engine.note import Kind, Note

ASK = str(uuid4())
BODIES: dict[str, dict[str, Any]] = {
    "hint": {"number": 2},
    "ask": {"words": "which column?"},
    "withdraw": {"ask": ASK},
    "share": {"source": "flights = 1"},
    "unshare": {},
    "feedback": {"face": "confusing", "words": ""},
    "closing": {"again": "maybe", "good": "the room", "better": ""},
    "caught-up": {},
    "reset": {"generation": 1},
    "updated": {"version": "1.0.1", "cells": 3},
    "seen": {"message": ASK},
}


def test_every_kind_has_a_body_here() -> None:
    """The table above is complete."""
    assert set(BODIES) == {kind.value for kind in Kind}


@pytest.mark.parametrize("kind", BODIES)
def test_a_note_comes_back_as_it_was(kind: str) -> None:
    """To JSON and back gives the same note, numbered and aged."""
    note = Note(ASK, Kind(kind), "first_flight", "load-data", BODIES[kind])
    sent = note.numbered(str(uuid4()), 7).aged(1_200)
    assert Note.from_json(json.loads(json.dumps(sent.to_json()))) == sent


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"v": 2}, "v: expected 1, got 2"),
        ({"kind": "shout"}, "kind: expected one of hint, ask"),
        ({"id": "1"}, "id: expected a UUID, got '1'"),
        ({"step": ""}, "step: expected a step's id, got ''"),
        ({"body": []}, "body: expected an object, got list"),
        ({"body": {"number": 0}}, "number: expected 1 to 20, got 0"),
        ({"body": {"number": True}}, "number: expected a whole number, got True"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], sentence: str) -> None:
    """A refusal names the key, what was expected and what was there."""
    note = Note(ASK, Kind.HINT, "first_flight", "load-data", BODIES["hint"])
    with pytest.raises(WireError) as error:
        Note.from_json({**note.to_json(), **change})
    assert sentence in str(error.value)


def test_a_call_for_help_may_concern_no_step() -> None:
    """An ask without a step is one of the whole lab; strange keys are dropped."""
    note = Note(ASK, Kind.ASK, "first_flight", "", {"words": ""})
    data = {**note.to_json(), "body": {"words": "", "seat": "somebody-else"}}
    assert Note.from_json(data) == note
