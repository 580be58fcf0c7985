"""The probe: runs checks of steps that are done outside a kernel, one at a time.

``python -P -m checkers.engine.probe`` is a process of its own, which `Prober` starts,
asks, and ends when a check takes too long. One JSON object a line: it reads a
`Request` and answers twice, ``{"id", "limit"}`` when the check begins and
``{"id", "attempt"}`` when it is over; an attempt in JSON v1. What a check prints leads
nowhere, and what it started and left behind is ended after it.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from checkers.engine import family, given
from checkers.engine.attempt import Trigger
from checkers.engine.outbox import outbox_folder
from checkers.engine.run import run_step
from checkers.engine.work import FILE_BYTES, Work

_NICE = 5
_KILLED_FIRST = "1000"


class Request(NamedTuple):
    """What a probe is asked: which step of which lab, where, and why.

    Args:
        lab: slug of the lab.
        step: id of the step.
        folder: the lab's folder in the seat, as a path.
        trigger: why it is checked.
        version: the lab's version.
        notebook: path of the notebook below the seat's home.
        generation: how often the step had been reset before.
    """

    lab: str
    step: str
    folder: str
    trigger: str = Trigger.WATCH.value
    version: str = ""
    notebook: str = ""
    generation: int = 0


def main() -> None:
    """Answer requests until there are no more."""
    requests, out = _own_lines()
    family.adopt()
    _be_modest()
    for line in requests:
        data = json.loads(line)
        number = data.pop("id")
        _answer(Request(**data), number, out)


def _answer(request: Request, number: int, out: TextIO) -> None:
    """Check a step: tell its limit, then what came of it."""
    lab, step = request.lab, request.step
    known = given.read(outbox_folder().parent, lab)
    made = run_step(
        lab,
        step,
        Work({}, Path(request.folder), known),
        trigger=Trigger(request.trigger),
        version=request.version,
        notebook=request.notebook,
        generation=request.generation,
        begun=lambda limit: _tell(out, {"id": number, "limit": limit}),
    )
    family.end_descendants(os.getpid())
    _tell(out, {"id": number, "attempt": made.to_json()})


def _tell(out: TextIO, answer: dict[str, Any]) -> None:
    """Write one line."""
    out.write(json.dumps(answer) + "\n")
    out.flush()


def _own_lines() -> tuple[TextIO, TextIO]:
    """Return the lines to and from the agent; nothing else can reach them.

    Checks and their commands get an empty input and an output that leads nowhere.
    """
    requests, out = os.dup(0), os.dup(1)  # not inherited by what a check starts
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    return os.fdopen(requests), os.fdopen(out, "w")


def _be_modest() -> None:
    """Let everything else at the seat come first, and write no endless file."""
    os.nice(_NICE)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_KILLED_FIRST)
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    most = FILE_BYTES if hard == resource.RLIM_INFINITY else min(FILE_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))


if __name__ == "__main__":
    main()
