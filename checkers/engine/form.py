"""Form: a question in the notebook: options or a box, one button, what came of it.

Made of ipywidgets, which are real inputs with labels: Tab, Space and Enter do all of it
(their radio buttons are a Tab stop each, as they have no name in common). Where there
are no widgets, the same is said in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from checkers.engine.given import LENGTH, SEPARATOR, meant, wanted
from checkers.engine.line import Line, Mark, html, shown
from checkers.engine.steps import SeatStep
from checkers.engine.strings import _
from checkers.engine.text import clean


def in_words(step: SeatStep) -> str:
    """Return the question of a step as plain text, and how to answer it."""
    assert step.question is not None  # asked for such steps only
    lines = [clean(step.question.text, LENGTH)]
    for number, option in enumerate(step.question.options, 1):
        lines.append(f"  {number} {clean(option, LENGTH)}")
    return "\n".join([*lines, f"%answer {step.id} …"])


class Form:
    """The form of one question, shown below a cell.

    Args:
        step: the step that asks.
        given: the answer that was given before; "" when none was.
        submit: called with the form and each answer.
    """

    def __init__(
        self, step: SeatStep, given: str, submit: Callable[[Form, str], None]
    ) -> None:
        self._step = step
        self._given = given
        self._submit = submit
        self._inputs: list[Any] = []
        self._said: Any = None

    def show(self, shell: Any) -> None:
        """Show the form below the present cell."""
        words = in_words(self._step)
        try:
            import ipywidgets  # costs 40 ms, so only who asks pays
        except ImportError:
            shell.display_pub.publish(data={"text/plain": words})
            return
        data, metadata = shell.display_formatter.format(self._box(ipywidgets))
        data["text/plain"] = words
        shell.display_pub.publish(data=data, metadata=metadata)

    def say(self, lines: Iterable[Line]) -> None:
        """Show what came of the answer, in place of what was said before."""
        if self._said is not None:
            self._said.value = html(lines)

    def _box(self, kit: Any) -> Any:
        """Return the form's widgets in a column; `kit` is ipywidgets."""
        question = self._step.question
        assert question is not None  # asked for such steps only
        wide = kit.Layout(width="auto", max_width="46em")
        text = f'<div class="airlift-question">{shown(question.text)}</div>'
        self._inputs = _inputs(kit, self._step, self._given, wide)
        button = kit.Button(description=_("Submit"))
        button.on_click(lambda _button: self._sent())
        for one in self._inputs:
            one.on_msg(self._typed)
        self._said = kit.HTML(layout=wide)
        box = kit.VBox(
            [kit.HTML(text, layout=wide), *self._inputs, button, self._said],
            layout=kit.Layout(align_items="stretch", padding="2px 6px"),
        )
        box.add_class("airlift-form")  # the panel's styles let long options wrap
        return box

    def _typed(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Send when Enter was pressed in the box."""
        if content.get("event") == "submit":
            self._sent()

    def _sent(self) -> None:
        """Hand on the answer, or ask for one."""
        question = self._step.question
        assert question is not None  # asked for such steps only
        answer = meant(question, self._answer())
        if answer is None:
            self.say([Line(Mark.UNTOUCHED, "", wanted(question))])
            return
        self._submit(self, answer)

    def _answer(self) -> str:
        """Return what is chosen or written now."""
        if self._step.question and self._step.question.kind == "choices":
            chosen = [one.description for one in self._inputs if one.value]
            return SEPARATOR.join(chosen)
        return str(self._inputs[0].value or "")


def _inputs(kit: Any, step: SeatStep, given: str, wide: Any) -> list[Any]:
    """Return the inputs for a question's kind, filled with what was given before."""
    question = step.question
    assert question is not None  # asked for such steps only
    if question.kind == "choices":
        ticked = given.split(SEPARATOR)
        return [
            kit.Checkbox(
                option in ticked, description=option, indent=False, layout=wide
            )
            for option in question.options
        ]
    if question.kind == "choice":
        value = given if given in question.options else None
        options = list(question.options)
        return [kit.RadioButtons(options=options, value=value, layout=wide)]
    label = _("Your answer")
    if question.unit:
        label = _("Your answer in {unit}").format(unit=clean(question.unit, 20))
    initial = {"description_width": "initial"}
    return [kit.Text(given, description=label, style=initial, layout=wide)]
