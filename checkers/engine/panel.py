"""The panel inside the notebook: all steps of the lab, kept up to date.

A widget where ipywidgets is there; elsewhere the same as it stands now, as a display
that later checks replace.
"""

from __future__ import annotations

from typing import Any

from checkers.engine.attempt import Outcome
from checkers.engine.line import Line, Mark, html, plain
from checkers.engine.progress import Progress, StepProgress
from checkers.engine.steps import SeatLab
from checkers.engine.strings import _, ngettext

_ID = "airlift-steps"


def panel_lines(lab: SeatLab, progress: Progress) -> list[Line]:
    """Return the lab's steps as lines, after one that counts them."""
    states = [progress.step(lab.slug, step.id) for step in lab.steps]
    passed = sum(state.passed for state in states)
    left = sum(
        step.minutes
        for step, state in zip(lab.steps, states, strict=True)
        if not state.passed
    )
    counted = _("{passed} of {number} passed").format(passed=passed, number=len(states))
    if left:
        rest = ngettext("about {count} minute left", "about {count} minutes left", left)
        counted += f" · {rest.format(count=left)}"
    done = Mark.PASSED if passed == len(states) else Mark.TRYING
    mark = done if any(state.attempts for state in states) else Mark.UNTOUCHED
    head = Line(mark, lab.title, counted)
    lines = [head]
    for number, (step, state) in enumerate(zip(lab.steps, states, strict=True), 1):
        lines.append(_line(f"{number}. {step.title}", step.minutes, state))
        if state.last is not Outcome.PASSED:
            lines += _hints(step.hints, state)
    return lines


def _hints(hints: tuple[str, ...], state: StepProgress) -> list[Line]:
    """Return the hints of a step that were taken, and the offer of the next one."""
    named = _("Hint {at} of {total}:")
    lines = [
        Line(Mark.UNTOUCHED, named.format(at=at, total=len(hints)), hint)
        for at, hint in enumerate(hints[: state.hints], 1)
    ]
    if state.offers(len(hints)):
        text = _("A hint may help here. F8 shows where to take it.")
        lines.append(Line(Mark.UNTOUCHED, "", text))
    return lines


def _line(title: str, minutes: int, state: StepProgress) -> Line:
    """Return one step as a line."""
    if state.last is Outcome.PASSED:
        return Line(Mark.PASSED, title, _("passed"))
    if state.passed:
        text = _("passed earlier, now different. {hint}").format(hint=state.hint)
        return Line(Mark.PASSED, title, text)
    if state.attempts:
        text = _("not yet, try {number}. {hint}")
        text = text.format(number=state.attempts, hint=state.hint)
        return Line(Mark.TRYING, title, text)
    text = _("not started, {minutes} min").format(minutes=minutes)
    return Line(Mark.UNTOUCHED, title, text)


class Panel:
    """One panel of a kernel; nothing is imported or sent until it is opened."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._widget: Any = None
        self._lab: SeatLab | None = None

    def open(self, lab: SeatLab, progress: Progress) -> None:
        """Show the panel under the present cell."""
        self._lab = lab
        lines = panel_lines(lab, progress)
        try:
            from ipywidgets import HTML  # costs 40 ms, so only who opens it pays
        except ImportError:
            self._publish(lines, update=False)
            return
        self._widget = HTML(html(lines))
        data, metadata = self._shell.display_formatter.format(self._widget)
        data["text/plain"] = plain(lines)
        self._shell.display_pub.publish(data=data, metadata=metadata)

    def refresh(self, progress: Progress) -> None:
        """Bring an open panel up to date."""
        if self._lab is None:
            return
        lines = panel_lines(self._lab, progress)
        if self._widget is None:
            self._publish(lines, update=True)
        else:
            self._widget.value = html(lines)

    def _publish(self, lines: list[Line], *, update: bool) -> None:
        """Show lines without a widget."""
        self._shell.display_pub.publish(
            data={"text/html": html(lines), "text/plain": plain(lines)},
            transient={"display_id": _ID},
            update=update,
        )
