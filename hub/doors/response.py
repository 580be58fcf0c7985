"""Response: how made-up people take what the staff does in a rehearsal.

Pure: from the deeds that are still to come and a picture of the room (its progress, as
a board gets it) come the deeds that are to come now. Who is helped passes sooner, who
reads a message says that it was seen, a closed gate keeps people back, a goal takes
those along who are behind. What was taken in once has no effect a second time. Who is
done or left the room hears nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from checkers.engine.note import Kind, Note
from hub.doors.people import lot
from hub.doors.rehearsal import Deed, fresh, in_order

PATIENCE = 20.0
"""Seconds after which somebody at a closed gate tries again."""
_SPEED = {
    "hint": (0.7, 40, 140),
    "message": (0.5, 60, 200),
    "going": (0.9, 60, 150),
    "answered": (1.0, 15, 60),
}
"""Kind of help -> how likely it helps, and after how many seconds at least and most."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that the staff did and that reaches one person.

    Args:
        key: what it is, the same as long as it is the same.
        who: the number of the person.
        kind: `hint`, `message`, `going`, `answered` or `goal`.
        place: the step that it is about, `<lab>/<step>`; "" is any.
    """

    key: str
    who: int
    kind: str
    place: str = ""


def respond(
    deeds: Sequence[Deed],
    heard: frozenset[str],
    picture: Mapping[str, Any],
    seats: Mapping[str, int],
    now: float,
) -> tuple[tuple[Deed, ...], frozenset[str]]:
    """Return the deeds to come after what the staff did, and all that was heard by now.

    Args:
        deeds: what is to come, in order.
        heard: keys of what people took in before.
        picture: the room's progress.
        seats: id of a seat -> number of the person there.
        now: seconds since the room opened.
    """
    coming = tuple(deeds)
    here = {deed.who for deed in coming}
    for signal in signals(picture, seats):
        if signal.key in heard or signal.who not in here:
            continue
        heard |= {signal.key}
        coming = _take_in(coming, signal, picture, now)
    return _wait_at_gates(coming, picture, now), heard


def signals(picture: Mapping[str, Any], seats: Mapping[str, int]) -> Iterator[Signal]:
    """Yield what reaches whom, by a room's progress."""
    room = picture["room"]
    for seat in picture.get("seats", ()):
        who = seats.get(seat["seat"])
        if who is None:
            continue
        yield from _help(seat, who)
        if goal := room.get("goal"):
            yield Signal(f"goal {goal['at']} {who}", who, "goal", _of(goal))
        for message in room.get("messages", ()):
            if not message.get("withdrawn") and _reaches(message, seat):
                yield Signal(f"{message['id']} {who}", who, "message", _of(message))


def _help(seat: Mapping[str, Any], who: int) -> Iterator[Signal]:
    """Yield the hints that were sent to one seat, and who goes there."""
    for place, step in seat["steps"].items():
        if step.get("sent"):
            yield Signal(f"{place} {step['sent']} {who}", who, "hint", place)
    ask = seat.get("ask")
    if ask and ask["state"] in ("claimed", "answered"):
        kind = "going" if ask["state"] == "claimed" else "answered"
        yield Signal(f"{ask['id']} {kind}", who, kind)


def _reaches(message: Mapping[str, Any], seat: Mapping[str, Any]) -> bool:
    """Say whether a message was for a seat, as far as progress tells."""
    place, to = _of(message), message["to"]
    if to in ("seat", "seats"):
        return bool(message.get("seat") == seat["seat"])
    if to == "stuck":
        return bool(seat.get("stuck")) and place in ("", _of(seat["stuck"]))
    state = seat["steps"].get(place, {}).get("state")
    return bool(to == "all" or state == "trying")


def _of(thing: Mapping[str, Any]) -> str:
    """Return the step that something is about, "" when it is about none."""
    return f"{thing['lab']}/{thing['step']}" if thing.get("step") else ""


def _take_in(
    deeds: tuple[Deed, ...], signal: Signal, picture: Mapping[str, Any], now: float
) -> tuple[Deed, ...]:
    """Let one signal do what it does."""
    draw = lot(signal.key)
    if signal.kind == "goal":
        return catch_up(deeds, signal.who, signal.place, steps_of(picture), now, draw)
    if signal.kind == "message":
        message = signal.key.split()[0]
        lab = signal.place.partition("/")[0] or picture["labs"][0]["slug"]
        note = Note(fresh(draw), Kind.SEEN, lab, "", {"message": message})
        seen = Deed(now + draw.uniform(1, 9), signal.who, note)
        deeds = in_order((*deeds, seen))
    likely, least, most = _SPEED[signal.kind]
    if draw.random() > likely:
        return deeds
    return helped(deeds, signal.who, signal.place, now + draw.uniform(least, most))


def helped(
    deeds: Sequence[Deed], who: int, place: str, moment: float
) -> tuple[Deed, ...]:
    """Let somebody pass the step at hand by a moment; what follows comes sooner, too.

    Nothing changes where the person passes before that, or works on another step than
    `place` ("" is any).
    """
    mine = [deed for deed in deeds if deed.who == who]
    turn = next((deed for deed in mine if deed.passes), None)
    if turn is None or turn.at <= moment or place not in ("", turn.place):
        return tuple(deeds)
    sooner = turn.at - moment
    kept = []
    for deed in deeds:
        if deed.who != who or deed.at <= moment:
            kept.append(deed)
        elif deed.at >= turn.at:
            kept.append(replace(deed, at=deed.at - sooner))
    return in_order(kept)


def steps_of(picture: Mapping[str, Any]) -> list[str]:
    """Return the steps of a room in order, as `<lab>/<step>`."""
    return [
        f"{lab['slug']}/{step['id']}"
        for lab in picture["labs"]
        for step in lab["steps"]
    ]


def catch_up(
    deeds: Sequence[Deed],
    who: int,
    goal: str,
    steps: Sequence[str],
    now: float,
    draw: random.Random,
) -> tuple[Deed, ...]:
    """Take somebody who is behind to a step: most accept, and skip what is between.

    Nobody who passed the way there already, or who is still to come in, is taken along.
    """
    mine = [deed for deed in deeds if deed.who == who]
    if not mine or mine[0].what is None or goal not in steps or draw.random() > 0.8:
        return tuple(deeds)
    before = set(steps[: steps.index(goal)])
    if not any(deed.passes and deed.place in before for deed in mine):
        return tuple(deeds)
    lab, _, step = goal.partition("/")
    moment = now + draw.uniform(5, 40)
    rest = [deed for deed in mine if deed.place not in before]
    sooner = max(0.0, rest[0].at - moment - 30) if rest else 0.0
    note = Note(fresh(draw), Kind.CAUGHT_UP, lab, step, {})
    return in_order(
        (
            *(deed for deed in deeds if deed.who != who),
            Deed(moment, who, note),
            *(replace(deed, at=deed.at - sooner) for deed in rest),
        )
    )


def _wait_at_gates(
    deeds: tuple[Deed, ...], picture: Mapping[str, Any], now: float
) -> tuple[Deed, ...]:
    """Keep back whoever would go beyond a closed gate in a moment."""
    steps, gates = steps_of(picture), picture["room"].get("gates", ())
    beyond = {step for gate in gates for step in _behind(gate, steps)}
    first: dict[int, Deed] = {}
    for deed in deeds:
        first.setdefault(deed.who, deed)
    late = {
        who: now + PATIENCE - deed.at
        for who, deed in first.items()
        if deed.place in beyond and deed.at < now + PATIENCE
    }
    if not late:
        return deeds
    return in_order(
        [replace(deed, at=deed.at + late.get(deed.who, 0.0)) for deed in deeds]
    )


def _behind(gate: str, steps: Sequence[str]) -> list[str]:
    """Return the steps of a gate's lab that lie behind it."""
    lab = gate.partition("/")[0]
    of_lab = [step for step in steps if step.partition("/")[0] == lab]
    return of_lab[of_lab.index(gate) + 1 :] if gate in of_lab else []
