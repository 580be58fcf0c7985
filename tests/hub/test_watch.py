"""The watch speaks supervisor's listener protocol."""

from __future__ import annotations

import io

from hub.watch import watch


def test_each_event_is_answered_and_the_end_is_an_end() -> None:
    """READY before each event, a result after it, nothing of the payload left over."""
    payload = "processname:hub groupname:hub from_state:RUNNING expected:0 pid:7"
    header = f"ver:3.0 eventname:PROCESS_STATE_EXITED len:{len(payload)}\n"
    answers = io.StringIO()
    watch(io.StringIO((header + payload) * 2), answers)
    assert answers.getvalue() == "READY\nRESULT 2\nOKREADY\nRESULT 2\nOKREADY\n"
