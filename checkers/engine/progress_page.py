"""The own progress as one page to keep: a sentence, then a table a lab. Pure text.

The page needs nothing but itself: no script, no picture, no other file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from checkers.engine.attempt import Outcome
from checkers.engine.record import Record, StepRecord
from checkers.engine.steps import SeatLab, SeatLabError, seat_labs
from checkers.engine.strings import _, language

_STYLE = """
:root{color-scheme:light dark;--ink:#16202c;--dim:#5b6775;--paper:#fff;--edge:#dfe4ea;
--passed:#0067a3;--trying:#8a5a00}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf3;--dim:#9aa7b5;--paper:#12171d;
--edge:#2a333d;--passed:#56b4e9;--trying:#e69f00}}
body{margin:0 auto;max-width:720px;padding:32px 16px;background:var(--paper);
color:var(--ink);font:15px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:22px;line-height:1.3;margin:0 0 8px}h2{font-size:18px;margin:32px 0 8px}
p{margin:0 0 8px}.dim,th{color:var(--dim)}table{border-collapse:collapse;width:100%}
th{font-size:13px;font-weight:normal;text-align:left}
th,td{padding:8px 16px 8px 0;border-bottom:1px solid var(--edge);vertical-align:top}
.passed{color:var(--passed)}.trying{color:var(--trying)}.untouched{color:var(--dim)}
.when{white-space:nowrap}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def progress_page(record: Record, labs_dir: Path, slugs: Sequence[str]) -> str:
    """Return the page for a seat's own record and its labs."""
    record.look()
    parts = []
    total = passed = 0
    for slug in slugs:
        try:
            lab = seat_labs(labs_dir, [slug])[slug]
        except (SeatLabError, OSError):
            continue
        states = [record.step(slug, step.id) for step in lab.steps]
        total += len(states)
        passed += sum(state.progress.passed for state in states)
        parts.append(_table(lab, states))
    head = _("{passed} of {total} steps passed.").format(passed=passed, total=total)
    made = _("As of {when}.").format(when=_when(_now()))
    title = _("My progress")
    return (
        f'<!doctype html><html lang="{escape(language())}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f'<h1>{escape(head)}</h1><p class="dim">{escape(made)}</p>'
        f"{''.join(parts)}</main></body></html>\n"
    )


def _table(lab: SeatLab, states: Sequence[StepRecord]) -> str:
    """Return one lab's heading and table."""
    heads = (_("Step"), _("State"), _("Passed"), _("Tries"), _("Hints taken"))
    rows = "".join(
        _row(step.title, state) for step, state in zip(lab.steps, states, strict=True)
    )
    cells = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    version = _("version {version}").format(version=lab.version)
    return (
        f'<h2>{escape(lab.title)} <span class="dim">{escape(version)}</span></h2>'
        f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(title: str, state: StepRecord) -> str:
    """Return one step's row."""
    now = state.progress
    if now.passed:
        kind, mark, word = "passed", "✓", _("passed")
        if now.last is Outcome.FAILED:
            word = _("passed earlier, now different")
    elif now.attempts:
        kind, mark, word = "trying", "◐", _("not yet")
    else:
        kind, mark, word = "untouched", "·", _("not started")
    passed = _when(state.passed_at or 0)
    hint = ""
    if not now.passed and now.hint:
        hint = f'<br><span class="dim">{escape(now.hint)}</span>'
    return (
        f"<tr><td>{escape(title)}{hint}</td>"
        f'<td class="{kind}">{mark} {escape(word)}</td>'
        f'<td class="when">{escape(passed)}</td>'
        f"<td>{now.attempts or ''}</td><td>{state.hints or ''}</td></tr>"
    )


def _now() -> int:
    """Return the present moment in milliseconds."""
    return int(datetime.now().timestamp() * 1000)


def _when(at: int) -> str:
    """Show a moment in this machine's time; "" for none, or one no calendar has."""
    if not at:
        return ""
    try:
        return datetime.fromtimestamp(at / 1000).astimezone().strftime("%Y-%m-%d %H:%M")
    except (OverflowError, OSError, ValueError):
        return ""
