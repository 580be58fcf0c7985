"""Which steps lie behind a strict gate, by the file that the agent keeps."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from checkers.engine import gates as gates_module
from checkers.engine.gates import FILE, Gates
from checkers.engine.steps import SeatLab, SeatStep

STEPS = tuple(SeatStep(name, name.title(), 3, (name,)) for name in ("a", "b", "c"))
LAB = SeatLab("l", "The lab", "1.0.0", STEPS)
NOW = time.time() * 1000


def tell(folder: Path, steps: dict[str, Any], **room: Any) -> None:
    """Keep a seat state as the agent does."""
    data = {"v": 1, "room": {"state": "open", **room}, "steps": steps}
    aside = folder / "aside"
    aside.write_text(json.dumps(data))
    aside.rename(folder / FILE)


def shut(gates: Gates) -> str:
    """Return the steps that are shut, in one word."""
    return "".join(step.id for step in STEPS if gates.shut(LAB, step.id))


@pytest.mark.parametrize(
    ("steps", "room", "expected"),
    [
        ({}, {}, ""),
        ({"l/a": {"gate": "strict"}}, {}, "bc"),
        ({"l/b": {"gate": "strict"}}, {}, "c"),
        ({"l/c": {"gate": "strict"}}, {}, ""),
        ({"l/a": {"gate": "soft"}, "l/b": {"gate": "strict"}}, {}, "c"),
        ({"l/a": {"gate": "soft"}}, {}, ""),
        ({"l/a": {"gate": True}}, {}, ""),
        ({"other/a": {"gate": "strict"}}, {}, ""),
        ({"l/a": {"gate": "strict"}}, {"state": "closed"}, ""),
        ({"l/a": {"gate": "strict"}}, {"state": "new"}, ""),
        ({"l/a": {"gate": "strict"}}, {"closes_at": NOW - 1}, ""),
        ({"l/a": {"gate": "strict"}}, {"closes_at": NOW + 3_600_000}, "bc"),
        ({"l/a": {"gate": "strict"}}, {"closes_at": None}, "bc"),
        ({"l/a": "odd"}, {}, ""),
        ([], {}, ""),
    ],
)
def test_steps_after_a_strict_gate_of_an_open_room_are_shut(
    tmp_path: Path, steps: dict[str, Any], room: dict[str, Any], expected: str
) -> None:
    """Not the step itself, not of another lab, not when the room is over."""
    tell(tmp_path, steps, **room)
    assert shut(Gates(tmp_path)) == expected


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"room": 1}', "[" * 9_999])
def test_a_file_that_is_none_shuts_nothing(tmp_path: Path, text: str) -> None:
    """Torn or of somebody else."""
    gates = Gates(tmp_path)
    assert shut(gates) == ""
    (tmp_path / FILE).write_text(text)
    assert shut(gates) == ""


def test_a_change_is_seen_and_only_a_change_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shut, opened, shut, and gone with the file; one look for many checks."""
    gates, reads = Gates(tmp_path), []
    read = gates_module.read_plain

    def counted(path: Path, most: int) -> bytes:
        reads.append(path)
        return read(path, most)

    monkeypatch.setattr(gates_module, "read_plain", counted)
    for gate, expected in (("strict", "bc"), ("", ""), ("strict", "bc")):
        tell(tmp_path, {"l/a": {"gate": gate}})
        assert shut(gates) == expected
    assert len(reads) == 3
    (tmp_path / FILE).unlink()
    assert shut(gates) == ""
