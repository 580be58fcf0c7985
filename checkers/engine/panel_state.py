"""Panel state: what the side panel shows, built from what the seat knows. Pure.

The page gets all of it each time; see GET airlift/panel in docs/reference.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from checkers.engine.gates import gate_of
from checkers.engine.record import Record, StepRecord
from checkers.engine.steps import SeatLab, SeatStep

VERSION = 1
OPEN = ("saved", "waiting", "claimed")
"""States in which an ask still waits for somebody."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a panel shows, as the seat knows it at one moment.

    Args:
        labs: the seat's labs, in their order.
        record: the seat's own record.
        room: the newest seat state the room has told; empty when none.
        connection: how the seat stands with its room.
        now: milliseconds since 1970, by the room's clock when it has told.
        language: of the panel.
        practice: whether there is no presenter and no clock.
        welcomed: whether the welcome was seen.
        waiting: ids of what the room does not have yet.
        refused: ids of what the room did not take.
        answers: what was answered to questions, by lab and step.
        preview: which release an author's preview shows; None elsewhere.
    """

    labs: Mapping[str, SeatLab]
    record: Record
    room: Mapping[str, Any]
    connection: Mapping[str, Any]
    now: int
    language: str = "en"
    practice: bool = False
    welcomed: bool = False
    waiting: Collection[str] = field(default_factory=frozenset)
    refused: Collection[str] = field(default_factory=frozenset)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    preview: Mapping[str, int] | None = None


def panel_state(scene: Scene) -> dict[str, Any]:
    """Return the panel's state as JSON."""
    room = scene.room
    return {
        "v": VERSION,
        "language": scene.language,
        "now": scene.now,
        "practice": scene.practice,
        "preview": dict(scene.preview) if scene.preview else None,
        "room": room.get("room"),
        "connection": dict(scene.connection),
        "labs": [_lab(scene, lab) for lab in scene.labs.values()],
        "ask": ask_of(scene),
        "messages": messages_of(scene),
        "countdown": room.get("countdown"),
        "goal": _goal(scene),
        "visit": room.get("visit", ""),
        "offers": [
            {"lab": lab, "version": version}
            for lab, version in room.get("offers", {}).items()
            if lab in scene.labs
            and version not in (scene.labs[lab].version, scene.record.updated.get(lab))
        ],
        "closing": scene.record.closing,
        "welcomed": scene.welcomed,
    }


def held(room: Mapping[str, Any], lab: str, step: str) -> bool:
    """Tell whether staff hold back the hints of a step."""
    return bool(_of_room(room, lab, step).get("held"))


def sent(room: Mapping[str, Any], lab: str, step: str) -> int:
    """Return how many of a step's hints staff have opened to this seat."""
    number = _of_room(room, lab, step).get("sent")
    return number if isinstance(number, int) else 0


def messages_of(scene: Scene) -> list[dict[str, Any]]:
    """Return the room's messages, each with whether it was seen here."""
    seen = scene.record.seen
    return [
        {**message, "seen": message.get("id") in seen}
        for message in scene.room.get("messages", ())
        if isinstance(message, Mapping)
    ]


def shared(scene: Scene, lab: str, step: str) -> bool:
    """Tell whether the helpers may read the cell of a step."""
    own = scene.record.step(lab, step).shared
    return own if own is not None else f"{lab}/{step}" in scene.room.get("shared", ())


def ask_of(scene: Scene) -> dict[str, Any] | None:
    """Return the newest call for help as the attendee sees it; None when none.

    The room knows who comes and when; what it has not heard of yet is "saved".
    """
    own, told = scene.record.ask, scene.room.get("ask")
    if own is None:
        return {"words": "", **told} if told else None
    if own.id in scene.refused:
        return None
    state: dict[str, Any] = {
        "id": own.id,
        "lab": own.lab,
        "step": own.step,
        "words": own.words,
        "state": "saved" if own.id in scene.waiting else "waiting",
        "position": None,
        "at": own.at,
        "by": "",
    }
    if told and told.get("id") == own.id:
        state |= {key: told[key] for key in ("state", "position", "by") if key in told}
    if own.withdrawn:
        state |= {"state": "withdrawn", "position": None}
    return state


def _goal(scene: Scene) -> dict[str, Any] | None:
    """Return the step that the room goes on to; None when there is none here.

    Behind is who has neither passed the steps before it nor caught up past them; the
    own record knows that sooner than the room does.
    """
    told = scene.room.get("goal") or {}
    lab = scene.labs.get(told.get("lab", ""))
    step = lab.step(told.get("step", "")) if lab else None
    if lab is None or step is None:
        return None
    at = lab.steps.index(step)
    records = [scene.record.step(lab.slug, one.id) for one in lab.steps]
    caught_up = max((n for n, one in enumerate(records) if one.caught_up), default=0)
    missing = any(not one.progress.passed for one in records[caught_up:at])
    behind = bool(told.get("behind", True)) and missing
    return {
        "lab": lab.slug,
        "step": step.id,
        "number": at + 1,
        "at": told.get("at"),
        "behind": behind,
    }


def _lab(scene: Scene, lab: SeatLab) -> dict[str, Any]:
    """Return one lab with its steps."""
    records = [scene.record.step(lab.slug, step.id) for step in lab.steps]
    both = list(zip(lab.steps, records, strict=True))
    return {
        "slug": lab.slug,
        "title": lab.title,
        "version": lab.version,
        "minutes": lab.minutes,
        "language": lab.language,
        "notebook": lab.notebook,
        "passed": sum(record.progress.passed for record in records),
        "minutes_left": sum(
            step.minutes for step, record in both if not record.progress.passed
        ),
        "handbook": lab.handbook,
        "steps": [_step(scene, lab.slug, step, record) for step, record in both],
    }


def _step(scene: Scene, lab: str, step: SeatStep, record: StepRecord) -> dict[str, Any]:
    """Return one step."""
    progress, told = record.progress, _of_room(scene.room, lab, step.id)
    trying = "trying" if progress.attempts else "untouched"
    return {
        "id": step.id,
        "title": step.title,
        "minutes": step.minutes,
        "points": step.points,
        "cells": list(step.cells),
        "needs": list(step.needs),
        "watch": step.watch,
        "question": step.question._asdict() if step.question else None,
        "answer": scene.answers.get(lab, {}).get(step.id) if step.question else None,
        "state": "passed" if progress.passed else trying,
        "now": progress.last.value if progress.last else None,
        "attempts": progress.attempts,
        "passed_at": record.passed_at,
        "last_at": record.last_at,
        "reason": progress.reason,
        "hint": progress.hint,
        "generation": progress.generation,
        "caught_up": record.caught_up,
        "hints": _hints(
            step,
            record,
            held=bool(told.get("held")),
            by_staff=sent(scene.room, lab, step.id),
        ),
        "gate": gate_of(told.get("gate")),
        "verified": bool(told.get("verified")),
        "feedback": dict(record.feedback) if record.feedback is not None else None,
        "shared": shared(scene, lab, step.id),
    }


def _hints(
    step: SeatStep, record: StepRecord, *, held: bool, by_staff: int
) -> dict[str, Any]:
    """Return the ladder of a step's hints as far as it is open.

    Sent are those that staff opened and nobody here had taken.
    """
    opened = step.hints[: max(record.hints, by_staff)]
    return {
        "total": len(step.hints),
        "open": [
            {"text": text, "sent": at <= by_staff and at not in record.taken}
            for at, text in enumerate(opened, 1)
        ],
        "held": held,
        "offered": not held and record.progress.offers(len(step.hints), by_staff),
    }


def _of_room(room: Mapping[str, Any], lab: str, step: str) -> Mapping[str, Any]:
    """Return what the room says of a step."""
    told = room.get("steps", {}).get(f"{lab}/{step}", {})
    return told if isinstance(told, Mapping) else {}
