"""Panel rules: which of the attendee's wishes become notes. Pure; a table in the tests.

Taking back (an ask, a shared cell) is always possible, doing the same thing twice does
it once, and every refusal is a sentence.

Errors:
    RefusedError: a wish that cannot be met; carries a code and a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from checkers.engine import fields
from checkers.engine.fields import WireError
from checkers.engine.gates import SHUT, Gates
from checkers.engine.given import LENGTH, meant, wanted
from checkers.engine.note import Kind, Note
from checkers.engine.panel_state import (
    OPEN,
    Scene,
    ask_of,
    held,
    messages_of,
    sent,
    shared,
)
from checkers.engine.progress import number_in
from checkers.engine.steps import Found
from checkers.engine.strings import _

_NOBODY = "00000000-0000-4000-8000-000000000000"


class RefusedError(Exception):
    """A wish that cannot be met.

    Args:
        code: a short key.
        message: what the attendee reads.
        status: of the HTTP answer.
    """

    def __init__(self, code: str, message: str, status: int = 409) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody at the panel wants to be told or done."""

    kind: Kind
    lab: str
    step: str
    body: Mapping[str, Any]


def wish_from(data: object) -> Wish:
    """Read the body of POST airlift/notes.

    Raises:
        RefusedError: it is not of the contract.
    """
    if not isinstance(data, Mapping):
        raise _malformed("expected an object")
    try:
        kind = fields.choice(data, "kind", Kind)
    except WireError as error:
        raise _malformed(str(error)) from None
    body = data.get("body") or {}
    lab, step = data.get("lab", ""), data.get("step") or ""
    if not isinstance(body, Mapping) or not isinstance(lab, str):
        raise _malformed("expected lab and step as text and body as an object")
    if not isinstance(step, str):
        raise _malformed("expected step as text")
    return Wish(kind, lab, step, body)


def granted(wish: Wish, scene: Scene) -> Wish | None:
    """Return the note to tell, None when nothing is left to do.

    Raises:
        RefusedError: it cannot be met now, or makes no sense.
    """
    lab = scene.labs.get(wish.lab)
    if wish.kind is Kind.WITHDRAW:
        return _withdraw(wish, scene)
    if lab is None:
        raise RefusedError("unknown-lab", _("This lab is not at this seat."), 404)
    if wish.step and lab.step(wish.step) is None:
        raise RefusedError("unknown-step", _("This lab has no such step."), 404)
    rule = _RULES.get(wish.kind)
    meant = rule(wish, scene) if rule else wish
    return _checked(meant) if meant else None


def step_to_check(data: object, scene: Scene, gates: Gates) -> Found:
    """Return the watched step that the body of POST airlift/check asks to check.

    Raises:
        RefusedError: there is none, or it cannot be checked now.
    """
    found, _data = named(data, scene)
    if not found.step.watch:
        message = _("This step is checked when you run its cell.")
        raise RefusedError("not-watched", message)
    _need_check(found, scene, gates)
    return found


def answer_from(data: object, scene: Scene, gates: Gates) -> tuple[Found, str]:
    """Return the step that the body of POST airlift/answer answers, and the answer.

    Raises:
        RefusedError: it asks nothing, cannot be checked now, or that is no answer.
    """
    found, body = named(data, scene)
    question, text = found.step.question, body.get("answer")
    if question is None:
        raise RefusedError("no-question", _("This step has no question."))
    if not isinstance(text, str):
        raise _malformed("expected answer as text")
    if len(text) > LENGTH:
        message = _("That answer is too long. It may have {most} characters.")
        raise RefusedError("too-large", message.format(most=LENGTH), 413)
    _need_check(found, scene, gates)
    answer = meant(question, text)
    if answer is None:
        raise RefusedError("no-answer", wanted(question))
    return found, answer


def named(data: object, scene: Scene) -> tuple[Found, Mapping[str, Any]]:
    """Return the step that a request names, and the request.

    Raises:
        RefusedError: it names none of this seat.
    """
    if not isinstance(data, Mapping):
        raise _malformed("expected an object")
    slug, name = data.get("lab"), data.get("step")
    lab = scene.labs.get(slug) if isinstance(slug, str) else None
    if lab is None:
        raise RefusedError("unknown-lab", _("This lab is not at this seat."), 404)
    step = lab.step(name) if isinstance(name, str) else None
    if step is None:
        raise RefusedError("unknown-step", _("This lab has no such step."), 404)
    return Found(lab, step), data


def _need_check(found: Found, scene: Scene, gates: Gates) -> None:
    """Refuse to check what is the author's work, or behind a strict gate."""
    lab, step = found
    if lab.steps.index(step) < scene.record.start(lab):
        message = _("You caught up past this step, so it is not checked.")
        raise RefusedError("caught-up", message)
    if gates.shut(lab, step.id):
        raise RefusedError("shut", SHUT)


def _checked(wish: Wish) -> Wish:
    """Return a wish whose body is what its kind needs."""
    made = Note(_NOBODY, wish.kind, wish.lab, wish.step, wish.body)
    try:
        note = Note.from_json(made.to_json())
    except WireError as error:
        raise _malformed(str(error)) from None
    return Wish(wish.kind, note.lab, note.step, note.body)


def _hint(wish: Wish, scene: Scene) -> Wish | None:
    """Take the next hint, unless it is held; a number already open does nothing."""
    step = scene.labs[wish.lab].step(wish.step)
    taken = scene.record.step(wish.lab, wish.step).hints
    opened = max(taken, sent(scene.room, wish.lab, wish.step))
    if 0 < number_in(wish.body, "number") <= opened:
        return None
    if step is None or opened >= len(step.hints):
        raise RefusedError("no-hint-left", _("There are no more hints for this step."))
    if held(scene.room, wish.lab, wish.step):
        message = _("Hints for this step come a little later. Try it first.")
        raise RefusedError("hints-held", message)
    return Wish(wish.kind, wish.lab, wish.step, {"number": opened + 1})


def _ask(wish: Wish, scene: Scene) -> Wish:
    """Call for help, once at a time, where somebody can come."""
    _need_room(scene)
    ask = ask_of(scene)
    if ask and ask["state"] in OPEN:
        message = _("You have asked already. A helper will come.")
        raise RefusedError("ask-open", message)
    return wish


def _withdraw(wish: Wish, scene: Scene) -> Wish | None:
    """Take back the call that is open, if there is one."""
    ask = ask_of(scene)
    if ask is None or ask["state"] not in OPEN:
        return None
    where = ask["lab"], ask["step"] or ""
    return _checked(Wish(wish.kind, *where, {"ask": ask["id"]}))


def _share(wish: Wish, scene: Scene) -> Wish:
    """Show a cell to the helpers."""
    _need_room(scene)
    return wish


def _unshare(wish: Wish, scene: Scene) -> Wish | None:
    """Take a cell back, if it is shown."""
    return wish if shared(scene, wish.lab, wish.step) else None


def _feedback(wish: Wish, scene: Scene) -> Wish | None:
    """Say what the step is like; the same again is nothing new."""
    meant = _checked(wish)
    before = scene.record.step(wish.lab, wish.step).feedback
    return None if before is not None and dict(before) == dict(meant.body) else meant


def _closing(wish: Wish, scene: Scene) -> Wish | None:
    """Answer the closing questions; the same again is nothing new."""
    meant = _checked(wish)
    before = scene.record.closing
    body = {**meant.body, "lab": wish.lab}
    same = before is not None and body.items() <= before.items()
    return None if same else meant


def _seen(wish: Wish, scene: Scene) -> Wish | None:
    """Note that a message was seen, once; one taken back meanwhile is no more."""
    meant = _checked(wish)
    unseen = (one.get("id") for one in messages_of(scene) if not one["seen"])
    return meant if meant.body["message"] in unseen else None


def _reset(wish: Wish, scene: Scene) -> Wish | None:
    """Begin a step again; a generation that has begun already is nothing new."""
    generation = scene.record.step(wish.lab, wish.step).progress.generation
    if 0 < number_in(wish.body, "generation") <= generation:
        return None
    body = {"generation": generation + 1}
    return Wish(wish.kind, wish.lab, wish.step, body)


_RULES: dict[Kind, Callable[[Wish, Scene], Wish | None]] = {
    Kind.HINT: _hint,
    Kind.ASK: _ask,
    Kind.SHARE: _share,
    Kind.UNSHARE: _unshare,
    Kind.FEEDBACK: _feedback,
    Kind.CLOSING: _closing,
    Kind.RESET: _reset,
    Kind.SEEN: _seen,
}


def _need_room(scene: Scene) -> None:
    """Refuse what needs people where there are none."""
    told = scene.room.get("room") or {}
    if scene.practice or told.get("state") == "closed":
        message = _("There is nobody to help here: this is practice.")
        raise RefusedError("practice", message)


def _malformed(message: str) -> RefusedError:
    """Return the refusal of a malformed request."""
    return RefusedError("bad-request", message, 400)
