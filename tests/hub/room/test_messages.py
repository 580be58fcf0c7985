"""Messages: whom each concerns, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from hub.room.entry import MESSAGE, Entry
from hub.room.messages import concerns, message_of
from hub.room.progress import SeatFacts, StepFacts

STEPS = {"l": ("a", "b", "c")}
FRESH = StepFacts()
TRIED = StepFacts(attempts=1, first_at=100, last_at=100)
PASSED = StepFacts(attempts=1, first_at=100, last_at=100, passed_at=100)
PASSED_LATER = StepFacts(attempts=2, first_at=100, last_at=900, passed_at=900)
TABLE: list[tuple[dict[str, Any], str, dict[str, StepFacts], bool]] = [
    ({"to": "all"}, "", {}, True),
    ({"to": "seat"}, "s1", {}, True),
    ({"to": "seat"}, "s2", {}, False),
    ({"to": "seats", "seats": ["s1", "s2"]}, "", {}, True),
    ({"to": "stuck", "seats": ["s2"], "lab": "l", "step": "b"}, "", {}, False),
    ({"to": "step", "lab": "l", "step": "b"}, "", {}, False),
    ({"to": "step", "lab": "l", "step": "a"}, "", {}, True),
    ({"to": "step", "lab": "l", "step": "b"}, "", {"l/a": PASSED}, True),
    ({"to": "step", "lab": "l", "step": "b"}, "", {"l/a": PASSED_LATER}, False),
    ({"to": "step", "lab": "l", "step": "b"}, "", {"l/b": TRIED}, True),
    ({"to": "step", "lab": "l", "step": "a"}, "", {"l/a": PASSED}, False),
    ({"to": "step", "lab": "l", "step": "a"}, "", {"l/a": PASSED_LATER}, True),
]


@pytest.mark.parametrize(("body", "seat", "steps", "expected"), TABLE)
def test_whom_a_message_concerns(
    body: dict[str, Any], seat: str, steps: dict[str, StepFacts], expected: bool
) -> None:
    """By whom it was for, and by what the seat had done by then."""
    said = message_of(Entry("r1", seat, MESSAGE, "r1:m1", 500, body=body, id=1))
    assert said.id == "m1"
    assert concerns(said, "s1", SeatFacts(steps=steps), STEPS) is expected
