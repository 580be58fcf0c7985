"""A lab done outside a Python kernel, with checks that misbehave, for these tests."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.hub.room.process import LAB as TOML

LAB = "tame"
CHECKER = """
import os
import subprocess
import time

from checkers import Work, check, fail

@check("file", limit=30)
def file(work: Work) -> str:
    (work.folder.parent / "looked").touch()
    text = work.file("note.txt").read_text().strip()
    if text != "ready":
        fail("other-text", f"`note.txt` says {text!r}; expected 'ready'.")
    print("a check may print")
    os.write(1, b"even so\\n")
    return "Well noted."

@check("service", limit=30)
def service(work: Work) -> None:
    port = work.file("port").read_text()
    if "up" not in work.http(f"http://127.0.0.1:{port}/").body:
        fail("not-up", "The service is not up.")

@check("hangs", limit=0.3)
def hangs(work: Work) -> None:
    while True:
        try:
            work.run("sleep 600 & echo $! >> pids; wait", timeout=60)
            time.sleep(60)
        except BaseException:
            pass

@check("floods", limit=20)
def floods(work: Work) -> None:
    work.run("yes", timeout=15)

@check("forks", limit=30)
def forks(work: Work) -> None:
    work.run("for n in 1 2 3; do setsid sleep 600 & echo $! >> pids; done")

@check("dies")
def dies(work: Work) -> None:
    os._exit(3)

@check("sleeps", limit=30)
def sleeps(work: Work) -> None:
    (work.folder / "asleep").touch()
    time.sleep(0.5)

@check("late", limit=30)
def late(work: Work) -> None:
    work.file("late.txt")

@check("asks", limit=30)
def asks(work: Work) -> None:
    if work.answer("asks") != "red":
        fail("other-option", "Another one.")
"""
QUESTION = {"kind": "choice", "text": "Which colour?", "options": ["blue", "red"]}
STEPS: tuple[dict[str, Any], ...] = (
    {"id": "file", "title": "A file", "watch": True},
    {"id": "service", "title": "A service", "watch": True, "needs": ["file"]},
    {"id": "hangs", "title": "Hangs", "needs": ["service"], "watch": True},
    {"id": "floods", "title": "Floods"},
    {"id": "forks", "title": "Forks"},
    {"id": "dies", "title": "Dies"},
    {"id": "asks", "title": "Asks", "question": QUESTION},
    {"id": "after", "title": "After"},
    {"id": "late", "title": "Late", "needs": ["after"], "watch": True},
)


def lab_toml() -> str:
    """Return what a room has to know of the lab."""
    head = TOML.replace("First flight", "The tame lab").partition("[[steps]]")[0]
    steps = [f"[[steps]]\nid = '{one['id']}'\ntitle = 'x'\n" for one in STEPS]
    return head + "".join(steps)


def set_up(root: Path, steps: tuple[dict[str, Any], ...] = STEPS) -> dict[str, str]:
    """Put the lab into a folder; return the environment of its seat."""
    (root / "home" / LAB).mkdir(parents=True)
    (root / "labs" / LAB).mkdir(parents=True)
    data = {
        "slug": LAB,
        "title": "The tame lab",
        "version": "1.0.0",
        "notebook": f"{LAB}.ipynb",
        "steps": steps,
    }
    (root / "labs" / LAB / "lab.json").write_text(json.dumps(data))
    (root / "lib").mkdir()
    (root / "lib" / f"{LAB}.py").write_text(CHECKER)
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("AIRLIFT_")},
        "HOME": str(root / "home"),
        "AIRLIFT_CHECKERS": str(root / "lib"),
        "AIRLIFT_LABS_DIR": str(root / "labs"),
        "AIRLIFT_LABS": LAB,
        "AIRLIFT_OUTBOX": str(root / "home" / ".airlift" / "outbox"),
    }
